"""Whether a meeting is called in time: the rules of notice asked with what was sent, or would be sent today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from ...models import Dispatch, DispatchRecipient, Invitee, Meeting, OutboxMessage
from ...rules import notice
from ...rules.calendar_days import Channel
from ...rules.quorum import reinvitation_notice
from ...rules.rulebook import Rulebook
from ...rules.verdict import Verdict
from ..bodies.access import BERLIN, STEERING, day_of
from ..bodies.rulebooks import rulebook_at
from .changes import ANNOUNCING, asked_sequence
from .invitees import active, by_person

UNPOSTED = " (Brief noch nicht als versandt vermerkt)"
CHANNELS: dict[str, Channel] = {"mail": "email", "post": "post"}


@dataclass(frozen=True)
class Outlook:
    """What the rules say to a dispatch on a day.

    ``channels`` holds the last day and the verdict for each channel that is used. ``binding``: bodies with rules of
    procedure; for others the verdict is a hint. ``needs_reason``: only the shortened notice is still possible and wants
    a reason; ``too_late``: not even that, so the meeting has to waive form and notice.
    """

    rulebook: Rulebook
    channels: tuple[tuple[str, notice.DispatchDay, Verdict], ...]
    binding: bool
    in_time: bool
    needs_reason: bool = False
    too_late: bool = False
    waiver: str = ""
    reinvitation: str = ""


def outlook(session: Session, meeting: Meeting, rows: Sequence[Invitee], today: date) -> Outlook:
    """What the rules say if the invitation of these people went out today."""
    rulebook, day = rulebook_at(session, meeting), day_of(meeting)
    used = {one.channel for one in active(rows)} or {"mail"}
    channels = tuple(
        (key, notice.last_dispatch(rulebook, day, channel), notice.dispatch_on(rulebook, day, today, channel))
        for key, channel in CHANNELS.items()
        if key in used
    )
    in_time = all(verdict.ok for _key, _last, verdict in channels)
    shortened = rulebook.shortened_notice_allowed and all(
        today <= notice.last_dispatch(rulebook, day, CHANNELS[key], shortened=True).day for key, _l, _v in channels
    )
    return Outlook(
        rulebook,
        channels,
        binding=meeting.body.formality == STEERING,
        in_time=in_time,
        needs_reason=not in_time and shortened and rulebook.shortened_notice_needs_reason,
        too_late=not in_time and not shortened,
        waiver=WAIVERS[rulebook.notice_waiver],
        reinvitation=announced(rulebook, meeting),
    )


WAIVERS = {
    "none": "Nach der Geschäftsordnung kann auf Form und Frist der Ladung nicht verzichtet werden.",
    "all_voting_present_no_objection": (
        "In der Sitzung ist ein Verzicht auf Form und Frist nötig: Er gilt nur, wenn alle Stimmberechtigten da sind und "
        "niemand widerspricht."
    ),
    "majority_present": (
        "In der Sitzung ist ein Verzicht auf Form und Frist nötig: Die Mehrheit der Anwesenden muss zustimmen."
    ),
}


def announced(rulebook: Rulebook, meeting: Meeting) -> str:
    """What a second invitation has to say about the quorum; empty for a first one."""
    return (reinvitation_notice(rulebook) or "") if meeting.reinvitation_of_id is not None else ""


def receipt_day(rulebook: Rulebook, channel: str, sent_on: date) -> date:
    """When something sent by this channel on that day counts as received."""
    return notice.receipt(rulebook, CHANNELS[channel], sent_on).day


@dataclass
class Sent:
    """All dispatches of a meeting with their recipients, read once for a page. Three queries."""

    dispatches: list[Dispatch] = field(default_factory=list)

    @property
    def asked_sequence(self) -> int:
        return asked_sequence([one for one in self.dispatches if one.kind in ANNOUNCING])

    def announcing(self) -> list[DispatchRecipient]:
        """What told people of the time that holds now."""
        since = self.asked_sequence
        return [
            recipient
            for one in self.dispatches
            if one.kind in ANNOUNCING and one.sequence >= since
            for recipient in one.recipients
        ]


def sent_of(session: Session, meeting: Meeting) -> Sent:
    """The dispatches of a meeting, oldest first, with recipients, mails and what became of them."""
    loaded = selectinload(Dispatch.recipients)
    wanted = (
        select(Dispatch)
        .where(Dispatch.meeting_id == meeting.record_id)
        .options(
            loaded.joinedload(DispatchRecipient.person),
            loaded.options(joinedload(DispatchRecipient.message).load_only(OutboxMessage.id, OutboxMessage.message_id)),
            loaded.joinedload(DispatchRecipient.message).selectinload(OutboxMessage.deliveries),
        )
        .order_by(Dispatch.id)
    )
    return Sent(list(session.scalars(wanted)))


def sending_of(recipient: DispatchRecipient) -> notice.Sending | None:
    """One dispatch to one recipient as the rules count it; None for a letter that is not posted yet."""
    if recipient.channel == "post":
        if recipient.posted_at is None:
            return None
        return notice.Sending("post", recipient.posted_at.astimezone(BERLIN).date(), recipient.bounced_at is not None)
    delivery = recipient.message.deliveries[0] if recipient.message and recipient.message.deliveries else None
    sent_at = (delivery.sent_at if delivery else None) or recipient.dispatch.sent_at
    failed = delivery is not None and delivery.status in ("dead", "settled")
    return notice.Sending("email", sent_at.astimezone(BERLIN).date(), failed or recipient.bounced_at is not None)


def check(session: Session, meeting: Meeting, rows: Sequence[Invitee], sent: Sent) -> notice.InvitationCheck:
    """Whether all with a vote or a voice were invited in time, by the evidence there is."""
    made: dict[int, list[notice.Sending]] = {}
    letters: set[int] = set()
    for recipient in sent.announcing():
        if recipient.channel == "post" and recipient.posted_at is None:
            letters.add(recipient.person_id)
        if (sending := sending_of(recipient)) is not None:
            made.setdefault(recipient.person_id, []).append(sending)
    wanted = [one for one in active(rows) if one.as_role == "principal" and one.right != "guest"]
    recipients = [
        notice.Recipient(
            group[0].person.name + (UNPOSTED if group[0].person_id in letters else ""),
            tuple(made.get(group[0].person_id, ())),
        )
        for group in by_person(wanted)
    ]
    return notice.invited_in_time(
        rulebook_at(session, meeting), day_of(meeting), recipients, shortened_reason=meeting.shortened_reason or None
    )
