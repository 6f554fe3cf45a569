"""What the pages of minutes read: the content as its reader may see it, who has to do what by when, versions, objections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from ...models import (
    CircularVote,
    DispatchRecipient,
    Meeting,
    Minutes,
    MinutesAddendum,
    MinutesObjection,
    MinutesVersion,
    Person,
)
from ...permissions import Actor
from ...rules import minutes_rules
from ...rules.verdict import Verdict
from ..bodies.access import Standing, day_of, may_work, visible_meeting
from ..bodies.rulebooks import rulebook_at
from ..circular import minutes_votes
from ..minutes import content as blocks
from ..minutes import contents, files, objections, paper, sending, settling, signing
from ..minutes.people import Reader, recipients
from ..records.facts import local_day
from ..refusals import NotVisible

OUT = ("sent", "settled")


@dataclass(frozen=True)
class Seen:
    """A meeting and its minutes, as far as somebody sees them. ``chair``: the reader led the meeting and checks them."""

    meeting: Meeting
    standing: Standing
    minutes: Minutes | None
    chair: bool
    works: bool

    @property
    def open(self) -> bool:
        """Whether the reader sees the text: who works on it always, the chair from the check on, others once it was sent."""
        if self.minutes is None:
            return False
        if self.works or self.standing is Standing.WORK or self.minutes.state in OUT:
            return True
        return self.chair and self.minutes.state in ("check", "signed")

    @property
    def content(self) -> blocks.Content:
        """The text for this reader: who works on it sees all, others what the paper says, guests nothing confidential."""
        assert self.minutes is not None
        if self.works:
            return self.minutes.content
        shown = blocks.published(self.minutes.content)
        return blocks.redacted(shown) if self.standing is Standing.GUEST else shown


@dataclass(frozen=True)
class Evidence:
    """One recipient of a dispatch, and what is known of it."""

    recipient: DispatchRecipient
    guest: bool
    status: str
    again: bool = False
    """Whether it came back, so that it may be sent once more, to what is the person's address now."""


@dataclass(frozen=True)
class Work:
    """What the office reads beside the text."""

    signing: signing.Signing
    checked: contents.Checked
    deadline: Verdict
    last_day: date
    in_time: Verdict | None
    settled: Verdict | None
    versions: Sequence[MinutesVersion]
    addenda: Sequence[MinutesAddendum]
    objections: Sequence[MinutesObjection]
    evidence: Sequence[Evidence]
    letters: int
    readers: Sequence[Reader]
    mine: Sequence[str]
    circular: CircularVote | None
    may_circulate: bool
    may_settle: bool


def find(session: Session, actor: Actor, reference: str) -> Seen:
    """The meeting with its minutes; raises :class:`NotVisible`."""
    meeting, standing = visible_meeting(session, actor, reference)
    minutes = session.scalars(
        select(Minutes)
        .where(Minutes.meeting_id == meeting.record_id)
        .options(joinedload(Minutes.changed_by), joinedload(Minutes.meeting), selectinload(Minutes.versions))
    ).one_or_none()
    chair = minutes is not None and signing.is_chair(session, actor, meeting)
    return Seen(meeting, standing, minutes, chair, may_work(actor, meeting.body))


def existing(session: Session, actor: Actor, reference: str) -> tuple[Seen, Minutes]:
    """The same for what needs minutes that the reader may see. Raises :class:`NotVisible`."""
    seen = find(session, actor, reference)
    if seen.minutes is None or not seen.open:
        raise NotVisible()
    return seen, seen.minutes


def work_of(session: Session, actor: Actor, now: datetime, minutes: Minutes) -> Work:
    """Everything around the text, for those who work on it; a fixed number of queries."""
    meeting = minutes.meeting
    rulebook = rulebook_at(session, meeting)
    signed = signing.signing_of(session, minutes)
    sent_to = sending.recipients_of(session, minutes)
    shown = [one for one in sent_to if one.dispatch.snapshot.get("what") != "check"]
    last_tries = {_sending(one): one.id for one in shown}
    evidence = [_evidence(one, last_tries[_sending(one)] == one.id) for one in shown]
    last = minutes_rules.dispatch_deadline(rulebook, day_of(meeting))
    today = local_day(now)
    sent_on = local_day(minutes.sent_at) if minutes.sent_at else None
    circular = minutes_votes.vote_on(session, minutes) if minutes.state in OUT else None
    settled = settling.verdict_of(session, now, minutes) if minutes.state == "sent" else None
    until = minutes.objections_until
    return Work(
        signing=signed,
        checked=contents.check(minutes.content, meeting.body, rulebook),
        deadline=last.verdict,
        last_day=last.day,
        in_time=minutes_rules.sent_in_time(rulebook, day_of(meeting), sent_on or today),
        settled=settled,
        versions=list(reversed(minutes.versions)),
        addenda=files.addenda_of(session, minutes),
        objections=objections.of_minutes(session, minutes),
        evidence=evidence,
        letters=sum(one.status == "letter" for one in evidence),
        readers=recipients(session, meeting),
        mine=signed.open_for(actor),
        circular=circular,
        may_circulate=minutes.state == "sent" and minutes_votes.may_begin(session, minutes, circular).ok,
        may_settle=settled is not None and not settled.ok and (until is None or today > until),
    )


def addenda_for(session: Session, seen: Seen) -> list[MinutesAddendum]:
    """The addenda that this reader may read."""
    assert seen.minutes is not None
    found = files.addenda_of(session, seen.minutes)
    if seen.standing is not Standing.GUEST:
        return found
    return [one for one in found if not paper.hidden(seen.minutes.content, one)]


def own_person(session: Session, actor: Actor, minutes: Minutes) -> Person | None:
    """As whom a member with account objects: the own person among those who got the minutes as members."""
    if actor.user_id is None:
        return None
    return next(
        (
            one.person
            for one in recipients(session, minutes.meeting)
            if one.person.user_id == actor.user_id and not one.guest
        ),
        None,
    )


def own_objections(session: Session, minutes: Minutes, person: Person | None) -> list[MinutesObjection]:
    """What somebody objected to, for the own page."""
    if person is None:
        return []
    return [one for one in objections.of_minutes(session, minutes) if one.person_id == person.id]


def version(minutes: Minutes, number: int | None) -> MinutesVersion:
    """One version by its number. Raises :class:`NotVisible`."""
    found = next((one for one in minutes.versions if one.number == number), None)
    if found is None:
        raise NotVisible()
    return found


def _sending(one: DispatchRecipient) -> tuple[int, str, int]:
    """Tries of one and the same sending to one person share it."""
    return one.person_id, str(one.dispatch.snapshot.get("what")), one.dispatch.sequence


def _evidence(one: DispatchRecipient, last: bool) -> Evidence:
    guest = one.person_id in one.dispatch.snapshot.get("guests", ())
    if one.channel == "post":
        return Evidence(one, guest, "posted" if one.posted_at else "letter")
    if one.bounced_at is not None:
        return Evidence(one, guest, "dead", last)
    delivery = one.message.deliveries[0] if one.message and one.message.deliveries else None
    return Evidence(one, guest, delivery.status if delivery else "queued", last and sending.failed(one))
