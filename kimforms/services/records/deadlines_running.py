"""Starts and ends the deadlines that a state brings; the worker (services/deadlines.py) watches them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ...engine.deadlines import schedule
from ...engine.definition import DeadlineRule, ProcessDefinition
from ...engine.text import pick
from ...models import Record, RecordDeadline
from ...permissions import Actor
from .. import audit
from .facts import local_day


def enter_state(session: Session, actor: Actor, now: datetime, record: Record, definition: ProcessDefinition) -> None:
    """Ends the deadlines of the state before and starts those of ``record.state``; the record's due date follows."""
    session.execute(
        update(RecordDeadline)
        .where(RecordDeadline.record_id == record.id, RecordDeadline.done_at.is_(None))
        .values(done_at=now, next_check_on=None)
    )
    record.due_on = None
    for rule in definition.workflow.states[record.state].deadlines:
        start(session, actor, now, record, rule)


def start(session: Session, actor: Actor, now: datetime, record: Record, rule: DeadlineRule) -> RecordDeadline:
    """Starts one deadline on the day of ``now``."""
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
    return deadline


def running(session: Session, record_id: int) -> list[RecordDeadline]:
    """The deadlines of a record that are not done, the next one first."""
    wanted = select(RecordDeadline).where(RecordDeadline.record_id == record_id, RecordDeadline.done_at.is_(None))
    return list(session.scalars(wanted.order_by(RecordDeadline.due_on)))


def end_all(session: Session, actor: Actor, now: datetime, record: Record) -> None:
    """Ends whatever runs, for a record that is done."""
    for deadline in running(session, record.id):
        deadline.done_at, deadline.next_check_on = now, None
        audit.record(session, actor, now, audit.Tag.DEADLINE_DONE, about=record, rule=deadline.rule)
