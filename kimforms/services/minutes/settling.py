"""Minutes become settled: by the clock after the period for objections, by a vote of the next meeting, or by circulation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from ...models import CircularVote, DispatchRecipient, Meeting, Minutes, MinutesObjection, Vote
from ...permissions import SYSTEM, Actor
from ...rules import minutes_rules
from ...rules.calendar_days import in_words
from ...rules.verdict import RuleRef, Verdict
from .. import audit
from ..bodies.access import require_work
from ..bodies.rulebooks import rulebook_at
from ..meetings.moving import take_step
from ..records.facts import local_day
from ..refusals import InputRefused, StepRefused
from . import sending

SILENT, CIRCULAR = "silent_after_objection_period", "circular"
LONGEST_REASON = 250
AT_WORK = "niederschrift"
NOT_SENT = RuleRef("approval_mode", "Genehmigung der Niederschrift", settled=True)
UnitOfWork = Callable[[], AbstractContextManager[Session]]


def verdict_of(session: Session, now: datetime, minutes: Minutes, *, approved: bool = False) -> Verdict:
    """Whether the minutes may be settled now, and why not. Objections that came too late hinder nothing."""
    rulebook = rulebook_at(session, minutes.meeting)
    open_ones = session.scalar(
        select(func.count())
        .select_from(MinutesObjection)
        .where(
            MinutesObjection.meeting_id == minutes.meeting_id,
            MinutesObjection.state == "open",
            MinutesObjection.in_time,
        )
    )
    found = minutes_rules.settled(
        rulebook,
        objections_until=minutes.objections_until,
        open_objections=open_ones or 0,
        today=local_day(now),
        approved=approved,
    )
    if approved or not found.ok or not (missing := sending.unreached(session, minutes)):
        return found
    return Verdict(False, f"Die Frist für Einwendungen läuft noch nicht für alle: {_missing(missing)}", found.rules)


def _missing(missing: Sequence[DispatchRecipient]) -> str:
    """Whom the minutes never reached, and what helps."""
    letters = sum(one.channel == "post" for one in missing)
    said = []
    if letters:
        said.append(f"{'ein Brief ist' if letters == 1 else f'{letters} Briefe sind'} nicht aufgegeben.")
    names = [one.person.name for one in missing if one.channel != "post"]
    if names:
        who = f"{names[0]} hat" if len(names) == 1 else f"{', '.join(names)} haben"
        said.append(f"{who} die Niederschrift nicht erhalten. Berichtigen Sie die Adresse und senden Sie noch einmal.")
    return " ".join(said)


def run(unit_of_work: UnitOfWork, now: datetime) -> int:
    """By the clock: settles what nobody objected to in time. Each in its own transaction; may run twice."""
    with unit_of_work() as session:
        waiting = list(
            session.scalars(
                select(Minutes.meeting_id).where(Minutes.state == "sent", Minutes.objections_until < local_day(now))
            )
        )
    done = 0
    for meeting_id in waiting:
        with unit_of_work() as session:
            minutes = _minutes(session, meeting_id)
            done += minutes is not None and settle_by_clock(session, SYSTEM, now, minutes=minutes)
    return done


def settle_by_clock(session: Session, actor: Actor, now: datetime, *, minutes: Minutes) -> bool:
    """Settles minutes whose period is over, where the rules of the body want no vote; False when they stay open.

    Where they want one by circulation and it approved them while an objection was open, they count once that is answered.
    """
    mode = rulebook_at(session, minutes.meeting).approval_mode
    if minutes.state == "sent" and mode == CIRCULAR and (vote := _approving(session, minutes)) is not None:
        return settle_by_circular(session, actor, now, minutes.meeting, vote).ok
    if minutes.state != "sent" or mode != SILENT:
        return False
    if not verdict_of(session, now, minutes).ok:
        return False
    until = f"{minutes.objections_until:%d.%m.%Y}" if minutes.objections_until else ""
    _settle(session, actor, now, minutes, f"Kenntnisnahme ohne offene Einwendungen bis {until}.")
    return True


def settle_by_vote(session: Session, actor: Actor, now: datetime, meeting: Meeting, vote: Vote) -> Verdict:
    """The next meeting voted on the minutes of ``meeting`` (``Vote.purpose`` is ``minutes``); the verdict says what came of it.

    Does nothing, and says why, when the vote failed, objections raised in time are open, or nothing was sent yet.
    """
    minutes = _minutes(session, meeting.record_id)
    where = vote.item.meeting.record.reference
    return _by_approval(
        session, actor, now, minutes, vote.result == "accepted", f"Genehmigt in {where}: {vote.sentence}"
    )


def settle_by_circular(
    session: Session, actor: Actor, now: datetime, meeting: Meeting, circular: CircularVote
) -> Verdict:
    """The body voted on the minutes by circulation; otherwise as :func:`settle_by_vote`."""
    minutes = _minutes(session, meeting.record_id)
    how = f"Genehmigt im Umlauf {circular.reference}: {circular.sentence}"
    return _by_approval(session, actor, now, minutes, circular.result == "accepted", how)


def settle_by_hand(session: Session, actor: Actor, now: datetime, *, minutes: Minutes, reason: str) -> None:
    """The office settles minutes that the clock leaves open: a member was never reached, or a vote stands on paper only.

    Twice is once. Raises :class:`NotPermitted`, :class:`StepRefused` while objections are open or still possible, and
    :class:`InputRefused` without a reason.
    """
    require_work(actor, minutes.meeting.body)
    if minutes.state == "settled":
        return
    if minutes.state != "sent":
        raise StepRefused(["Festgestellt wird eine Niederschrift, die versandt ist."])
    if open_in_time(session, minutes):
        raise StepRefused(["Beantworten Sie zuerst die offenen Einwendungen."])
    until = minutes.objections_until
    if until is not None and local_day(now) <= until:
        raise StepRefused([f"Einwendungen sind noch bis {in_words(until)} möglich."])
    reason = " ".join(reason.replace("\x00", "").split())
    if not reason:
        raise InputRefused({"reason": "Geben Sie an, warum die Niederschrift festgestellt wird."})
    if len(reason) > LONGEST_REASON:
        raise InputRefused({"reason": f"Bitte höchstens {LONGEST_REASON} Zeichen."})
    _settle(session, actor, now, minutes, f"Von der Geschäftsstelle festgestellt: {reason}")


def _approving(session: Session, minutes: Minutes) -> CircularVote | None:
    wanted = select(CircularVote).where(
        CircularVote.minutes_of_id == minutes.meeting_id, CircularVote.result == "accepted"
    )
    return session.scalars(wanted.order_by(CircularVote.id.desc()).limit(1)).first()


def _by_approval(
    session: Session, actor: Actor, now: datetime, minutes: Minutes | None, accepted: bool, how: str
) -> Verdict:
    if minutes is None or minutes.state not in ("sent", "settled"):
        return Verdict(False, "Die Niederschrift ist noch nicht versandt.", (NOT_SENT,))
    rulebook = rulebook_at(session, minutes.meeting)
    if minutes.state == "settled":
        return Verdict(
            True, f"Die Niederschrift ist schon festgestellt: {minutes.settled_how}", rulebook.cite("approval_mode")
        )
    if not accepted:
        return Verdict(
            False, "Die Niederschrift ist nicht genehmigt; sie bleibt offen.", rulebook.cite("approval_mode")
        )
    verdict = verdict_of(session, now, minutes, approved=True)
    if not verdict.ok and rulebook.approval_mode == SILENT and not open_in_time(session, minutes):
        verdict = Verdict(True, "Die Niederschrift ist in der nächsten Sitzung genehmigt.", verdict.rules)
    if verdict.ok:
        _settle(session, actor, now, minutes, how)
    return verdict


def open_in_time(session: Session, minutes: Minutes) -> bool:
    """Whether an objection that was raised in time waits for its answer."""
    wanted = select(MinutesObjection.id).where(
        MinutesObjection.meeting_id == minutes.meeting_id, MinutesObjection.state == "open", MinutesObjection.in_time
    )
    return session.scalar(wanted.limit(1)) is not None


def _settle(session: Session, actor: Actor, now: datetime, minutes: Minutes, how: str) -> None:
    minutes.state, minutes.settled_at, minutes.settled_how, minutes.changed_at = "settled", now, how[:300], now
    audit.record(session, actor, now, audit.Tag.MINUTES_SETTLE, about=minutes.meeting.record, how=minutes.settled_how)
    if minutes.meeting.record.state == AT_WORK:
        take_step(session, actor, now, minutes.meeting, "abschliessen")
    session.flush()  # pages and the next agenda read it back


def _minutes(session: Session, meeting_id: int) -> Minutes | None:
    wanted = select(Minutes).where(Minutes.meeting_id == meeting_id)
    return session.scalars(wanted.options(joinedload(Minutes.meeting).joinedload(Meeting.record))).one_or_none()
