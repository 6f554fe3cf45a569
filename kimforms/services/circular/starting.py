"""Sending a vote by circulation to everybody who may vote, after a preview of who that is and what the rules say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from ...models import CircularBallot, CircularVote, DispatchRecipient, Person, Seat
from ...permissions import Actor
from ...rules.circular import ReplyDeadline, may_start, reply_deadline
from ...rules.rulebook import Rulebook
from ...rules.verdict import Verdict
from .. import audit, mail_parts
from ..bodies.access import require_work
from ..bodies.people import people_on
from ..bodies.rulebooks import rulebook_of, version_on
from ..decisions import PROPOSED
from ..records.facts import local_day
from ..refusals import NotVisible, StaleVersion, StepRefused
from . import telling


@dataclass(frozen=True)
class Preview:
    """What would happen if the vote went out today. ``problems`` says why it cannot, one sentence each."""

    rules: Rulebook
    allowed: Verdict
    deadline: ReplyDeadline
    voters: tuple[tuple[Seat, Person], ...]
    vacant: tuple[Seat, ...]
    problems: tuple[str, ...]

    @property
    def by_post(self) -> tuple[Person, ...]:
        """Who has no address for mails, each once."""
        return tuple({person.id: person for _seat, person in self.voters if not person.email}.values())

    @property
    def mails(self) -> int:
        """How many mails would leave."""
        return len({person.id for _seat, person in self.voters if person.email})

    @property
    def doubled(self) -> tuple[Person, ...]:
        """Who sits on more than one voting seat."""
        people = [person for _seat, person in self.voters]
        return tuple({one.id: one for one in people if sum(other.id == one.id for other in people) > 1}.values())


def preview(session: Session, vote: CircularVote, today: date) -> Preview:
    """Who would be asked, until when, and whether the rules allow it."""
    rules = rulebook_of(session, vote.body, today)
    voters: list[tuple[Seat, Person]] = []
    vacant: list[Seat] = []
    for place in people_on(session, vote.body, today):
        if place.right != "voting":
            continue
        person = place.person or next(iter(place.deputies), None)
        if person is None:
            vacant.append(place.seat)
        else:
            voters.append((place.seat, person))
    allowed = may_start(rules)
    problems = [] if allowed.ok else [allowed.sentence]
    if vote.state != "draft":
        problems.append("Die Abstimmung ist schon verschickt.")
    if not voters:
        problems.append("Auf den stimmberechtigten Sitzen sitzt heute niemand.")
    if vote.record is not None and vote.record.state != PROPOSED:
        problems.append(f"{vote.record.reference} ist nicht mehr für die Tagesordnung vorgeschlagen.")
    return Preview(rules, allowed, reply_deadline(rules, today), tuple(voters), tuple(vacant), tuple(problems))


def start_vote(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    vote: CircularVote,
    row_version: int | None = None,
    files: Sequence[mail_parts.NewPart] = (),
) -> CircularVote:
    """Pins the rules of the day, makes a ballot for each voting seat that is held, and mails everybody the own link.

    Raises :class:`NotPermitted`, :class:`StaleVersion`, and :class:`StepRefused` with the reasons of the preview.
    """
    require_work(actor, vote.body)
    if row_version is not None and row_version != vote.row_version:
        raise StaleVersion("Inzwischen hat jemand anderes diese Abstimmung geändert.", current=vote)
    today = local_day(now)
    seen = preview(session, vote, today)
    if seen.problems:
        raise StepRefused(seen.problems)
    vote.rulebook = version_on(session, vote.body, today)
    vote.state, vote.opened_at, vote.reply_until = "open", now, seen.deadline.day
    for seat, person in seen.voters:
        vote.ballots.append(CircularBallot(seat=seat, person=person, circular_id=vote.id))
    session.flush()  # links name the ballots' ids
    telling.ask(session, actor, now, vote, vote.ballots, files)
    audit.record(
        session, actor, now, audit.Tag.CIRCULAR_START, about=vote.record, controller_id=vote.body.controller_id,
        circular=vote.reference, reply_until=seen.deadline.day.isoformat(), ballots=len(vote.ballots),
    )  # fmt: skip
    return vote


def note_posted(session: Session, actor: Actor, now: datetime, *, vote: CircularVote, person_id: int) -> bool:
    """Keeps that the letter to somebody was handed to the post; False when that is known already.

    Raises :class:`NotPermitted`, and :class:`NotVisible` for somebody who gets no letter.
    """
    require_work(actor, vote.body)
    letters: list[DispatchRecipient] = [
        one
        for dispatch in telling.dispatches(session, vote)
        for one in dispatch.recipients
        if one.channel == "post" and one.person_id == person_id
    ]
    if not letters:
        raise NotVisible()
    if letters[-1].posted_at is not None:
        return False
    letters[-1].posted_at = now
    audit.record(
        session, actor, now, audit.Tag.CIRCULAR_POST, about=vote.record, controller_id=vote.body.controller_id,
        circular=vote.reference, person=person_id,
    )  # fmt: skip
    return True
