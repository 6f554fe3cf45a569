"""Where a vote by circulation stands, and its end: stopped by an objection, decided when all answered or by the clock."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from ...models import CircularVote, Dispatch
from ...permissions import SYSTEM, Actor, Grant
from ...rules.circular import CircularResult, Reply, circular_result
from ...rules.verdict import Verdict as Ruling
from ...rules.voting import CastingVote, Result
from .. import audit
from ..bodies.access import require_work
from ..decision_checks import About, Verdict, Votes
from ..decisions import PROPOSED, note_decision, take_decision
from ..records.facts import local_day
from ..refusals import InputRefused, StepRefused
from . import minutes_votes, telling

Unit = Callable[[], AbstractContextManager[Session]]
REMIND_BEFORE = timedelta(days=3)

log = structlog.get_logger("kimforms.circular")


@dataclass
class Summary:
    """How many votes one run of the clock ended and reminded of, and which failed."""

    closed: int = 0
    reminded: int = 0
    failed: list[str] = field(default_factory=list)


def standing_of(session: Session, vote: CircularVote, now: datetime, casting_vote: CastingVote = "") -> CircularResult:
    """What the rules say to the answers so far."""
    assert vote.reply_until is not None
    arrived = telling.reached(telling.dispatches(session, vote))
    replies = [
        Reply(
            seat=one.seat_id,
            name=one.person.name,
            answer=one.choice,  # type: ignore[arg-type]
            person=one.cast_by_id,
            on=local_day(one.cast_at) if one.cast_at else None,
            reached=one.person_id in arrived,
        )
        for one in vote.ballots
    ]
    rules = telling.rules_of(session, vote)
    return circular_result(
        rules, replies, reply_until=vote.reply_until, today=local_day(now), casting_vote=casting_vote
    )


def settle(session: Session, now: datetime, vote: CircularVote, casting_vote: CastingVote = "") -> bool:
    """Ends a vote whose time has come; False when it goes on. Everybody who was asked is told of its end."""
    if vote.state != "open":
        return False
    outcome = standing_of(session, vote, now, casting_vote)
    if outcome.state == "open":
        if outcome.result is not None and vote.closed_at is None:
            _await_chair(session, now, vote, outcome.verdict)
        return False
    if outcome.state == "decided" and vote.record is not None and vote.record.state != PROPOSED:
        sentence = f"Kein Beschluss: {vote.record.reference} liegt dem Gremium nicht mehr vor."
        _end(session, now, vote, "stopped", sentence, outcome.verdict)
        return True
    if outcome.state == "decided":
        assert outcome.result is not None
        vote.result = outcome.result.outcome
        vote.decision_id = _decision(session, now, vote, outcome.result, outcome.verdict.sentence)
    _end(session, now, vote, outcome.state, outcome.verdict.sentence, outcome.verdict)
    if vote.state == "decided":
        minutes_votes.carry_out(session, _office(vote), now, vote)
    return True


def decide_tie(session: Session, actor: Actor, now: datetime, *, vote: CircularVote, casting_vote: str) -> None:
    """Enters how the chair decided a tie. Raises :class:`NotPermitted`, :class:`InputRefused`, :class:`StepRefused`."""
    require_work(actor, vote.body)
    if casting_vote not in ("yes", "no"):
        raise InputRefused({"casting_vote": "Wählen Sie, wie die Sitzungsleitung entschieden hat."})
    if vote.state != "open" or vote.closed_at is None:
        raise StepRefused(["Es fehlt keine Stimme der Sitzungsleitung."])
    settle(session, now, vote, "yes" if casting_vote == "yes" else "no")


def run(unit: Unit, now: datetime) -> Summary:
    """Reminds three days before the last day, and ends what is over; each vote in a transaction of its own."""
    summary = Summary()
    with unit() as session:
        numbers = list(session.scalars(select(CircularVote.id).where(CircularVote.state == "open")))
    for number in numbers:
        try:
            with unit() as session:
                vote = session.get_one(CircularVote, number)
                if settle(session, now, vote):
                    summary.closed += 1
                elif _reminder_due(session, vote, now):
                    telling.remind(session, SYSTEM, now, vote)
                    summary.reminded += 1
        except Exception as error:  # one vote that fails holds no other up; it is looked at again in the next run
            log.error("failed", vote=number, error=repr(error), exc_info=error)
            summary.failed.append(f"circular vote {number}: {error}")
    return summary


def _reminder_due(session: Session, vote: CircularVote, now: datetime) -> bool:
    assert vote.reply_until is not None and vote.opened_at is not None
    day = local_day(now)
    first = vote.reply_until - REMIND_BEFORE
    if not first <= day <= vote.reply_until or local_day(vote.opened_at) >= first or vote.closed_at is not None:
        return False
    known = select(Dispatch.id).where(Dispatch.circular_id == vote.id, Dispatch.kind == "reminder")
    return session.scalar(known.limit(1)) is None


def _decision(session: Session, now: datetime, vote: CircularVote, result: Result, sentence: str) -> int:
    """The decision, taken by the software for the office."""
    office = _office(vote)
    ballot = result.ballot
    verdict = Verdict(
        decided_on=local_day(now),
        body=vote.body.slug,
        result=result.outcome,
        wording=vote.wording,
        votes=Votes(ballot.yes, ballot.no, ballot.abstained),
        judged=True,
    )
    origin = f"circular:{vote.id}"
    if vote.record is not None:
        return take_decision(
            session, office, now, paper=vote.record, verdict=verdict, origin=origin, vote_sentence=sentence,
            confidential=vote.confidential or vote.record.answers.get("vertraulich") is True,
        ).id  # fmt: skip
    about = About(origin=origin, vote_sentence=sentence, confidential=vote.confidential)
    return note_decision(session, office, now, body=vote.body, title=vote.title, verdict=verdict, about=about).id


def _office(vote: CircularVote) -> Actor:
    """Nobody presses a button when the time is over."""
    return Actor("system", name="kimforms", grants=(Grant("office", vote.body.controller_id),))


def _await_chair(session: Session, now: datetime, vote: CircularVote, ruling: Ruling) -> None:
    vote.closed_at, vote.sentence, vote.explanation = now, ruling.sentence, [explained(ruling)]
    text = f"{ruling.sentence}\n\nBitte tragen Sie ein, wie die Sitzungsleitung entschieden hat."
    telling.tell_office(session, now, vote, "Stimmengleichheit", text)


def _end(session: Session, now: datetime, vote: CircularVote, state: str, sentence: str, ruling: Ruling) -> None:
    vote.state, vote.closed_at, vote.sentence, vote.explanation = state, now, sentence, [explained(ruling)]
    audit.record(
        session, SYSTEM, now, audit.Tag.CIRCULAR_CLOSE, about=vote.record, controller_id=vote.body.controller_id,
        circular=vote.reference, state=state, sentence=audit.Erasable(sentence),
    )  # fmt: skip
    telling.tell_outcome(session, now, vote)


def explained(ruling: Ruling) -> dict[str, Any]:
    """A verdict as it is kept: its sentence, the rules by name, the lines of the computation."""
    return {
        "ok": ruling.ok,
        "sentence": ruling.sentence,
        "rules": [rule.text for rule in ruling.rules],
        "facts": list(ruling.facts),
    }
