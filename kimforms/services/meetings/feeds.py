"""Calendars to subscribe to: all meetings of a person, or those of one body. The address holds a link of purpose ``feed``.

What a subscriber sees follows the same rule as pages (``bodies/access``), asked anew on each reading; titles, times and
places of meetings only, nothing of agendas.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ...documents.calendar import CalendarEvent, Status, feed
from ...models import Body, Invitee, Meeting, Officer, Person, Record, ReplyLink, Seat, SeatHolder
from ...permissions import Actor, actor_of
from .. import audit, outbox, reply_links
from ..bodies.access import BERLIN, day_of, may_read_all, shown_to_members
from ..bodies.people import counts_on
from ..refusals import LinkExpired, NotVisible
from .changes import place_in_words
from .organizer import organizer_of

PAST = timedelta(days=90)
"""So long a meeting stays in subscribed calendars."""


@dataclass(frozen=True)
class Feed:
    """A calendar as it is sent: content, its tag, and when the newest meeting in it last changed."""

    content: bytes
    etag: str
    changed_at: datetime


def live_link(session: Session, person: Person, body: Body | None) -> ReplyLink | None:
    """The subscription of a person that is in force, for all own meetings or for one body."""
    wanted = select(ReplyLink).where(
        ReplyLink.purpose == "feed", ReplyLink.person_id == person.id, ReplyLink.revoked_at.is_(None)
    )
    target = ReplyLink.target_id == body.id if body is not None else ReplyLink.target_id.is_(None)
    return session.scalars(wanted.where(target).order_by(ReplyLink.id.desc()).limit(1)).first()


def person_of(session: Session, actor: Actor) -> Person | None:
    """The person in bodies who stands for this account; the first where there are several."""
    if actor.user_id is None:
        return None
    wanted = select(Person).where(Person.user_id == actor.user_id, Person.active).order_by(Person.id)
    return session.scalars(wanted.limit(1)).first()


def renew(session: Session, actor: Actor, now: datetime, body: Body | None) -> ReplyLink:
    """A new address for the own subscription; the old one is worthless. Raises :class:`NotVisible` without a person."""
    person = _own(session, actor)
    _take_back(session, now, person, body)
    link = reply_links.make(
        session, now, purpose="feed", person=person, target_id=body.id if body is not None else None, expires_at=None
    )
    audit.record(session, actor, now, audit.Tag.FEED_RENEW, controller_id=person.controller_id, person=person.id,
                 body=body.slug if body is not None else None)  # fmt: skip
    return link


def revoke(session: Session, actor: Actor, now: datetime, body: Body | None) -> None:
    """Ends the own subscription. Raises :class:`NotVisible` without a person."""
    person = _own(session, actor)
    _take_back(session, now, person, body)
    audit.record(session, actor, now, audit.Tag.FEED_REVOKE, controller_id=person.controller_id, person=person.id,
                 body=body.slug if body is not None else None)  # fmt: skip


def read(session: Session, now: datetime, link: ReplyLink) -> Feed:
    """The calendar behind a link. Raises :class:`LinkExpired` when the person is no longer active or the body is gone."""
    person = link.person
    body = session.get(Body, link.target_id) if link.target_id is not None else None
    if not person.active or (link.target_id is not None and body is None):
        raise LinkExpired(reply_links.GONE)
    meetings = meetings_of(session, now, person, body)
    name = f"Sitzungen {body.name}" if body is not None else f"Sitzungen {person.name}"
    content = feed(name, [_event(one) for one in meetings])
    changed = max([link.created_at, *(one.record.changed_at for one in meetings)])
    return Feed(content, hashlib.sha256(content).hexdigest()[:32], changed)


def meetings_of(session: Session, now: datetime, person: Person, body: Body | None) -> list[Meeting]:
    """The meetings that this person may know of, from 90 days ago on; a fixed number of queries."""
    wanted = (
        select(Meeting)
        .join(Record, Record.id == Meeting.record_id)
        .where(Meeting.starts_at >= now - PAST)
        .options(
            joinedload(Meeting.record), joinedload(Meeting.body).joinedload(Body.controller), joinedload(Meeting.room)
        )
        .order_by(Meeting.starts_at, Meeting.record_id)
    )
    if body is not None:
        found = list(session.scalars(wanted.where(Meeting.body_id == body.id)))
        if person.user is not None and person.user.active:
            today = now.astimezone(BERLIN).date()
            if may_read_all(actor_of(person.user, today), body):
                return found
    else:
        found = list(session.scalars(wanted))
    seats, functions, invited = _ties(session, person)
    return [one for one in found if shown_to_members(one) and _belongs(one, seats, functions, invited)]


def _ties(session: Session, person: Person) -> tuple[list[SeatHolder], list[Officer], set[int]]:
    """What joins a person to meetings: seats, functions, invitations; also of other entries for the same account."""
    me = [person.id]
    if person.user_id is not None:
        me = list(session.scalars(select(Person.id).where(Person.user_id == person.user_id)))
    seats = session.scalars(
        select(SeatHolder).where(SeatHolder.person_id.in_(me)).options(joinedload(SeatHolder.seat))
    ).all()
    functions = session.scalars(select(Officer).where(Officer.person_id.in_(me))).all()
    invited = session.scalars(
        select(Invitee.meeting_id).where(
            Invitee.person_id.in_(me), Invitee.uninvited_at.is_(None), Invitee.invited_at.is_not(None)
        )
    )
    return list(seats), list(functions), set(invited)


def _belongs(meeting: Meeting, seats: Sequence[SeatHolder], functions: Sequence[Officer], invited: set[int]) -> bool:
    day = day_of(meeting)
    return (
        meeting.record_id in invited
        or any(_sits(one, one.seat, meeting) and counts_on(one, day) and counts_on(one.seat, day) for one in seats)
        or any(one.body_id == meeting.body_id and counts_on(one, day) for one in functions)
    )


def _sits(holder: SeatHolder, seat: Seat, meeting: Meeting) -> bool:
    """Deputies have a meeting in their calendar when they are invited to it."""
    return holder.role == "principal" and seat.body_id == meeting.body_id


def _event(meeting: Meeting) -> CalendarEvent:
    name, address = organizer_of(meeting.body.controller)
    called_off = meeting.record.state == "abgesagt"
    status: Status = "CANCELLED" if called_off else "CONFIRMED" if meeting.dispatched_at else "TENTATIVE"
    link = outbox.absolute(f"/meetings/{meeting.record.reference}")
    return CalendarEvent(
        uid=meeting.uid,
        sequence=meeting.sequence,
        stamp=meeting.record.changed_at,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        summary=meeting.record.title,
        organizer_name=name,
        organizer_address=address,
        location=place_in_words(meeting),
        url=link,
        status=status,
    )


def _own(session: Session, actor: Actor) -> Person:
    person = person_of(session, actor)
    if person is None:
        raise NotVisible()
    return person


def _take_back(session: Session, now: datetime, person: Person, body: Body | None) -> None:
    reply_links.revoke(session, now, purpose="feed", target_id=body.id if body is not None else None, person=person)
