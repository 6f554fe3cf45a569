"""Starts and ends the deadlines that a state brings; the worker (services/deadlines.py) watches them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from ...engine.deadlines import schedule
from ...engine.definition import DeadlineRule, ProcessDefinition
from ...engine.text import pick
from ...models import Record, RecordDeadline
from ...permissions import Actor
from .. import audit
from .facts import local_day


def enter_state(
    session: Session,
    actor: Actor,
    now: datetime,
    record: Record,
    definition: ProcessDefinition,
    *,
    first: bool = False,
) -> None:
    """Ends the deadlines of the state before and starts those of ``record.state``; the record's due date follows.

    ``first`` spares the look for earlier deadlines of a record that is just being made.
    """
    if not first:
        session.execute(
            update(RecordDeadline)
            .where(RecordDeadline.record_id == record.id, RecordDeadline.done_at.is_(None))
            .values(done_at=now, next_check_on=None)
        )
    record.due_on = None
    for rule in definition.workflow.states[record.state].deadlines:
        start(session, actor, now, record, rule)


def start(session: Session, actor: Actor, now: datetime, record: Record, rule: DeadlineRule) -> RecordDeadline:
    """Starts one deadline on the day of ``now`` and puts it into the history."""
    dates = schedule(rule, local_day(now))
    candidates = [*dates.reminders, dates.due, *([dates.escalate_on] if dates.escalate_on else [])]
    deadline = RecordDeadline(
        record_id=record.id,
        rule=rule.id,
        label=pick(rule.label)[:200],
        due_on=dates.due,
        next_check_on=min(candidates),
    )
    session.add(deadline)
    record.due_on = min(dates.due, record.due_on) if record.due_on else dates.due
    due = dates.due.isoformat()
    audit.record(session, actor, now, audit.Tag.DEADLINE_START, about=record, rule=rule.id, due_on=due)
    return deadline
