"""Votes by circulation on minutes, where the rules want these approved that way: the draft, and what comes of the vote."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...models import CircularVote, Minutes
from ...permissions import Actor
from ...rules.verdict import Verdict
from ..bodies.access import day_of, require_work
from ..bodies.rulebooks import rulebook_at
from ..minutes import settling
from ..refusals import StepRefused
from . import telling
from .drafting import Motion, draft_vote

MODE = "circular"


def vote_on(session: Session, minutes: Minutes) -> CircularVote | None:
    """The last vote by circulation on these minutes that was not called off; one query."""
    wanted = select(CircularVote).where(
        CircularVote.minutes_of_id == minutes.meeting_id, CircularVote.state != "cancelled"
    )
    return session.scalars(wanted.order_by(CircularVote.id.desc()).limit(1)).first()


def may_begin(session: Session, minutes: Minutes, last: CircularVote | None) -> Verdict:
    """Whether a vote on these minutes may be prepared now; the sentence says why not."""
    rulebook = rulebook_at(session, minutes.meeting)
    rules = rulebook.cite("approval_mode")
    if rulebook.approval_mode != MODE:
        return Verdict(False, "Nach der Geschäftsordnung werden Niederschriften nicht im Umlauf genehmigt.", rules)
    if minutes.state != "sent":
        return Verdict(False, "Genehmigt wird eine Niederschrift, die versandt und noch nicht festgestellt ist.", rules)
    if settling.open_in_time(session, minutes):
        return Verdict(False, "Beantworten Sie zuerst die offenen Einwendungen.", rules)
    if last is not None and (last.state in ("draft", "open") or last.result == "accepted"):
        return Verdict(False, f"Über diese Niederschrift gibt es schon die Abstimmung {last.reference}.", rules)
    return Verdict(True, "Die Niederschrift braucht die Genehmigung im Umlauf.", rules)


def draft_for_minutes(session: Session, actor: Actor, now: datetime, *, minutes: Minutes) -> CircularVote:
    """A vote on the minutes, ready to be checked and sent. A second click gives the one under preparation or under way.

    Raises :class:`NotPermitted`, and :class:`StepRefused` as :func:`may_begin` says.
    """
    meeting = minutes.meeting
    require_work(actor, meeting.body)
    last = vote_on(session, minutes)
    if last is not None and last.state in ("draft", "open"):
        return last
    verdict = may_begin(session, minutes, last)
    if not verdict.ok:
        raise StepRefused([verdict.sentence])
    held = f"{meeting.body.name} vom {day_of(meeting):%d.%m.%Y} ({meeting.record.reference})"
    motion = Motion(
        f"Genehmigung der Niederschrift {meeting.record.reference}",
        f"Die Niederschrift der Sitzung {held} wird genehmigt.",
        "Die Niederschrift haben Sie erhalten. Nach der Geschäftsordnung wird sie im Umlaufverfahren genehmigt.",
    )
    return draft_vote(session, actor, now, body=meeting.body, motion=motion, minutes_of=meeting)


def carry_out(session: Session, actor: Actor, now: datetime, vote: CircularVote) -> None:
    """Settles the minutes that were voted on; whoever works for the body is told when that does not follow."""
    if vote.minutes_of is None:
        return
    verdict = settling.settle_by_circular(session, actor, now, vote.minutes_of, vote)
    if not verdict.ok:
        reference = vote.minutes_of.record.reference
        telling.tell_office(session, now, vote, f"Niederschrift {reference} bleibt offen", verdict.sentence)
