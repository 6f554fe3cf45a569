"""Queues one mail a person with calendar object, link and files, and keeps the evidence. ``dispatch`` and ``answers`` call this."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...documents.calendar import Attendee, CalendarEvent, PartStat, cancel, request
from ...models import (
    Dispatch,
    DispatchRecipient,
    Invitee,
    Meeting,
    MessagePart,
    OutboxMessage,
    Person,
    ReplyLink,
)
from ...permissions import Actor
from .. import audit, mail_parts, outbox, reply_links
from ..mail_parts import NewPart
from . import mail_words
from .changes import place_in_words
from .invitees import MAIL, sees_confidential
from .mail_words import Content
from .organizer import organizer_of

KIND = "meeting"
EXAMPLE_LINK = "/r/…"
"""Stands in a preview where each person gets an own link."""
PARTSTATS: dict[str, PartStat] = {
    "none": "NEEDS-ACTION",
    "accepted": "ACCEPTED",
    "declined": "DECLINED",
    "tentative": "TENTATIVE",
    "deputy": "DECLINED",
}


@dataclass
class Post:
    """One sending: what the mails say and carry.

    ``method`` is that of the calendar object (None: no calendar object); ``whole`` whether a CANCEL means the meeting or
    only its attendee. ``asks`` puts the links to answer into the mail.
    """

    content: Content
    sequence: int
    snapshot: dict[str, Any]
    method: Literal["REQUEST", "CANCEL"] | None = "REQUEST"
    whole: bool = True
    asks: bool = True
    for_members: Sequence[NewPart] = ()
    for_guests: Sequence[NewPart] = ()
    answers_from: int = 0
    """The sequence from which answers count; older ones are asked for anew."""
    _links: dict[int, ReplyLink] = field(default_factory=dict)


def deliver(session: Session, actor: Actor, now: datetime, post: Post, groups: Sequence[Sequence[Invitee]]) -> Dispatch:
    """Writes mails and evidence for these people; each group holds the rows of one person. Letters are printed later."""
    content = post.content
    meeting = content.meeting
    made = Dispatch(
        meeting_id=meeting.record_id,
        kind=content.kind,
        sequence=post.sequence,
        subject=mail_words.subject(content)[:300],
        snapshot=post.snapshot,
        sent_at=now,
        sent_by_id=actor.user_id,
    )
    if post.asks:
        post._links = links_of(session, now, meeting, groups)
    for rows in groups:
        made.recipients.append(_recipient(session, now, post, rows))
    session.add(made)
    session.flush()  # the event names it
    by_mail = sum(one.channel == MAIL for one in made.recipients)
    audit.record(
        session, actor, now, audit.Tag.MEETING_DISPATCH,
        about=meeting.record, dispatch=made.id, kind=content.kind, sequence=post.sequence,
        mails=by_mail, letters=len(made.recipients) - by_mail,
    )  # fmt: skip
    return made


def links_of(
    session: Session, now: datetime, meeting: Meeting, groups: Sequence[Sequence[Invitee]]
) -> dict[int, ReplyLink]:
    """The live link of each person by the id of the first row; a link that went out earlier stays good. One query."""
    first = {rows[0].id: rows[0] for rows in groups}
    known = {
        link.target_id: link
        for link in session.scalars(
            select(ReplyLink).where(
                ReplyLink.purpose == "invitation", ReplyLink.target_id.in_(first), ReplyLink.revoked_at.is_(None)
            )
        )
    }
    found = {}
    for target_id, row in first.items():
        link = known.get(target_id)
        if link is None or link.person_id != row.person_id:
            link = reply_links.make(
                session, now, purpose="invitation", person=row.person, target_id=target_id, expires_at=meeting.ends_at
            )
        link.expires_at = meeting.ends_at
        found[target_id] = link
    return found


def earlier_files(session: Session, meeting: Meeting, *, member: bool) -> list[NewPart]:
    """The stored files of the last announcement to members (or to guests), for somebody who comes in later."""
    rights = Invitee.right != "guest" if member else Invitee.right == "guest"
    message_id = session.scalar(
        select(DispatchRecipient.message_id)
        .join(Dispatch, Dispatch.id == DispatchRecipient.dispatch_id)
        .join(Invitee, Invitee.id == DispatchRecipient.invitee_id)
        .where(Dispatch.meeting_id == meeting.record_id, Dispatch.kind.in_(("invitation", "update")), rights)
        .where(DispatchRecipient.message_id.is_not(None))
        .order_by(DispatchRecipient.id.desc())
        .limit(1)
    )
    if message_id is None:
        return []
    files = session.scalars(
        select(MessagePart).where(MessagePart.message_id == message_id, MessagePart.sha256.is_not(None))
    )
    return [NewPart("file", one.name, one.media_type, sha256=one.sha256) for one in files]


def event_of(post: Post, now: datetime, rows: Sequence[Invitee], *, member: bool, address: str = "") -> CalendarEvent:
    """The meeting as an entry in the calendar of one person."""
    meeting, row = post.content.meeting, rows[0]
    name, organizer = organizer_of(meeting.body.controller)
    answered = row.answered_sequence is not None and row.answered_sequence >= post.answers_from
    voice = any(one.right == "voting" for one in rows)
    text = mail_words.agenda_text(post.content, member=member)
    return CalendarEvent(
        uid=meeting.uid,
        sequence=post.sequence,
        stamp=now,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        summary=meeting.record.title,
        organizer_name=name,
        organizer_address=organizer,
        location=place_in_words(meeting),
        url=address,
        description="\n\n".join(
            part for part in (text, meeting.video_url, address and f"Antworten: {address}") if part
        ),
        attendee=Attendee(
            row.person.name,
            row.person.email or "",
            role="REQ-PARTICIPANT" if voice else "OPT-PARTICIPANT",
            partstat=PARTSTATS[row.answer] if answered else "NEEDS-ACTION",
        ),
    )


def calendar_of(post: Post, event: CalendarEvent) -> bytes:
    """The calendar object of one mail."""
    return request(event) if post.method == "REQUEST" else cancel(event, whole=post.whole)


def text_of(post: Post, rows: Sequence[Invitee], address: str) -> str:
    """The text of the mail to one person."""
    instead_of = next((one.deputy_for.person.name for one in rows if one.deputy_for is not None), "")
    return mail_words.text(
        post.content,
        rows[0].person,
        member=sees_confidential(rows),
        address=address,
        seats=[one.seat.label for one in rows if one.seat is not None and one.as_role == "principal"],
        deputy_for=instead_of if post.content.kind == "invitation" else "",
        may_send_deputy=any(one.as_role == "principal" and one.seat_id in post.content.deputy_seats for one in rows),
    )


def postal_address(person: Person) -> str:
    """Name and address on one line, as the evidence keeps it."""
    lines = [person.name, *(one.strip() for one in person.postal_address.splitlines() if one.strip())]
    return ", ".join(lines)[:500]


def _recipient(session: Session, now: datetime, post: Post, rows: Sequence[Invitee]) -> DispatchRecipient:
    person, meeting = rows[0].person, post.content.meeting
    if rows[0].channel != MAIL or not person.email:
        return DispatchRecipient(
            person=person, invitee_id=rows[0].id, channel="post", address=postal_address(person), posted_at=None
        )
    return DispatchRecipient(
        person=person,
        invitee_id=rows[0].id,
        channel=MAIL,
        address=person.email,
        message=_mail(session, now, post, rows, meeting),
    )


def _mail(session: Session, now: datetime, post: Post, rows: Sequence[Invitee], meeting: Meeting) -> OutboxMessage:
    person, member = rows[0].person, sees_confidential(rows)
    link = post._links.get(rows[0].id)
    address = outbox.absolute(reply_links.path(link)) if link is not None else ""
    parts = list(post.for_members if member else post.for_guests)
    if post.method is not None:
        event = event_of(post, now, rows, member=member, address=address)
        parts.insert(0, mail_parts.calendar(post.method, calendar_of(post, event)))
    return outbox.queue(
        session,
        now,
        controller_id=meeting.body.controller_id,
        kind=f"{KIND}.{post.content.kind}",
        to=[(person.email or "", person.user_id)],
        subject=mail_words.subject(post.content),
        text=text_of(post, rows, address),
        record=meeting.record,
        link=reply_links.path(link) if link is not None else None,
        link_label="Sitzung ansehen und antworten",
        parts=parts,
    )
