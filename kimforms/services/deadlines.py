"""What the worker does about time: reminds and escalates deadlines of records, and tells people what is due today.

``kimforms/jobs.py`` calls :func:`run_due` every quarter of an hour; each deadline is looked at in a transaction of its
own, so that one that fails holds nobody up, and a second look on the same day does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ..engine.deadlines import add_days, overdue_in_words
from ..engine.definition import DeadlineRule, ProcessDefinition
from ..engine.people import Recipient
from ..engine.text import pick
from ..models import Record, RecordDeadline, Task, User
from ..permissions import SYSTEM
from . import audit, outbox, processes
from .meetings import tasks as meeting_tasks
from .records import effects, mails
from .records.facts import local_day
from .records.recipients import resolve

Unit = Callable[[], AbstractContextManager[Session]]
BATCH = 500

log = structlog.get_logger("kimforms.deadlines")


@dataclass
class Summary:
    """How many reminders, escalations and notices about tasks one run brought, and which rows failed."""

    reminded: int = 0
    escalated: int = 0
    tasks: int = 0
    failed: list[str] = field(default_factory=list)


def run_due(unit: Unit, now: datetime) -> Summary:
    """Looks at every deadline and task whose day has come; idempotent within a day (days of Europe/Berlin)."""
    summary = Summary()
    with unit() as session:
        deadlines = _deadlines_to_check(session, local_day(now))
        tasks = _tasks_to_tell(session, local_day(now))
        owned = meeting_tasks.to_remind(session, local_day(now))
    for deadline_id in deadlines:
        with _kept_going(summary, f"deadline {deadline_id}"), unit() as session:
            done = look_at(session, now, deadline_id)
            summary.reminded += done == "reminded"
            summary.escalated += done == "escalated"
    for task_id in tasks:
        with _kept_going(summary, f"task {task_id}"), unit() as session:
            summary.tasks += tell_of_task(session, now, task_id)
    for task_id in owned:
        with _kept_going(summary, f"task {task_id}"), unit() as session:
            summary.tasks += meeting_tasks.remind(session, now, task_id)
    return summary


def look_at(session: Session, now: datetime, deadline_id: int) -> str:
    """Reminds or escalates if the day has come: ``reminded``, ``escalated``, or empty when there is nothing to do.

    Several reminders that were missed, for example because the worker stood still, become one.
    """
    day = local_day(now)
    deadline = session.get(RecordDeadline, deadline_id, with_for_update=True)
    if (
        deadline is None
        or deadline.done_at is not None
        or not (deadline.next_check_on and deadline.next_check_on <= day)
    ):
        return ""
    record = deadline.record
    if not record.open:
        deadline.done_at, deadline.next_check_on = now, None
        audit.record(session, SYSTEM, now, audit.Tag.DEADLINE_DONE, about=record, rule=deadline.rule)
        return ""
    definition = processes.definition_of(record.version)
    rule = rule_of(definition, record.state, deadline.rule)
    days = reminder_days(rule, deadline.due_on, local_day(record.state_since))
    escalate_on = escalation_day(rule, deadline.due_on)
    outcome = ""
    if rule is not None and escalate_on and escalate_on <= day and deadline.escalated_at is None:
        _escalate(session, now, deadline, definition, rule)
        outcome = "escalated"
    elif any(one <= day and (deadline.reminded_on is None or one > deadline.reminded_on) for one in days):
        _remind(session, now, deadline, definition, rule)
        outcome = "reminded"
    later = [one for one in (*days, escalate_on) if one is not None and one > day]
    deadline.next_check_on = min(later, default=None) if deadline.escalated_at is None else None
    return outcome


def rule_of(definition: ProcessDefinition, state: str, rule_id: str) -> DeadlineRule | None:
    """The rule of a running deadline: of the record's state, or of whichever state has it; None for a bare date."""
    states = definition.workflow.states
    ordered = [states[state], *states.values()] if state in states else list(states.values())
    return next((rule for one in ordered for rule in one.deadlines if rule.id == rule_id), None)


def reminder_days(rule: DeadlineRule | None, due_on: date, since: date) -> list[date]:
    """The days of reminders, ascending. A rule that names none reminds on the day itself."""
    if rule is None or not rule.remind_before:
        return [due_on]
    days = {add_days(due_on, -before, rule.unit) for before in rule.remind_before}
    return sorted(day for day in days if day > since or day == due_on)


def escalation_day(rule: DeadlineRule | None, due_on: date) -> date | None:
    """The day from which the missed deadline is escalated; None when the rule does not escalate."""
    if rule is None or rule.escalate is None:
        return None
    return add_days(due_on, rule.escalate.after, rule.escalate.unit)


def tell_of_task(session: Session, now: datetime, task_id: int) -> bool:
    """Tells whoever has the task, once for each due date; False when that was done already."""
    day = local_day(now)
    task = session.get(Task, task_id, with_for_update=True)
    if task is None or task.done_at is not None or task.due_on is None or task.due_on > day:
        return False
    if task.reminded_on is not None and task.reminded_on >= task.due_on:
        return False
    task.reminded_on = day
    person = task.assignee or (session.get(User, task.created_by_id) if task.created_by_id else None)
    if person is None:
        return False
    english = person.language == "en"
    word = (
        ("Follow-up" if english else "Wiedervorlage")
        if task.kind == "follow_up"
        else ("Task" if english else "Aufgabe")
    )
    when = overdue_in_words(task.due_on, day, person.language)
    about = f" ({task.record.reference})" if task.record is not None else ""
    outbox.notify(
        session,
        now,
        users=[person],
        controller_id=task.controller_id,
        kind="task.due",
        subject=f"{word} {when}: {task.title}",
        text=(
            f"{word}{about}: {task.title}\n\nDue {task.due_on:%d.%m.%Y} ({when})."
            if english
            else f"{word}{about}: {task.title}\n\nFällig am {task.due_on:%d.%m.%Y} ({when})."
        ),
        record=task.record,
        language=person.language,
        link=f"/records/{task.record.reference}" if task.record is not None else "/tasks",
        link_label=("Open record" if english else "Vorgang öffnen") if task.record is not None else None,
    )
    return True


def _remind(
    session: Session, now: datetime, deadline: RecordDeadline, definition: ProcessDefinition, rule: DeadlineRule | None
) -> None:
    day = local_day(now)
    deadline.reminded_on = day
    to = rule.notify if rule else ()
    words = overdue_in_words(deadline.due_on, day)
    subject = f"{deadline.record.reference}: Frist „{deadline.label}“ {words}"
    mail = rule.mail if rule else None
    _tell(session, now, deadline, definition, mail=mail, to=to, subject=subject, kind="deadline.remind")
    _note(session, now, audit.Tag.DEADLINE_REMIND, deadline)


def _escalate(
    session: Session, now: datetime, deadline: RecordDeadline, definition: ProcessDefinition, rule: DeadlineRule
) -> None:
    assert rule.escalate is not None
    deadline.escalated_at = now
    words = overdue_in_words(deadline.due_on, local_day(now))
    subject = f"{deadline.record.reference}: Frist „{deadline.label}“ {words}, bitte kümmern"
    _note(session, now, audit.Tag.DEADLINE_ESCALATE, deadline)
    effects.execute(
        session,
        SYSTEM,
        now,
        deadline.record,
        rule.escalate.effects,
        effects.Occasion(definition, values=_values(deadline)),
    )
    mail, to = rule.escalate.mail, rule.escalate.notify
    _tell(session, now, deadline, definition, mail=mail, to=to, subject=subject, kind="deadline.escalate")


def _tell(
    session: Session,
    now: datetime,
    deadline: RecordDeadline,
    definition: ProcessDefinition,
    *,
    mail: str | None,
    to: Sequence[Recipient],
    subject: str,
    kind: str,
) -> None:
    """The definition's mail or a standard text. When the recipients are nobody, whoever is responsible is told."""
    record, day = deadline.record, local_day(now)
    found = resolve(session, record, to, day)
    if not found.users and not found.reporter_address:
        to = ("assignee",) if record.assignee is not None and record.assignee.active else ("responsible",)
        found = resolve(session, record, to, day)
    if mail is not None and mail in definition.mails:
        mails.send(session, SYSTEM, now, record, definition, mail, to, _values(deadline))
        return
    outbox.notify(
        session,
        now,
        users=found.users,
        controller_id=record.controller_id,
        kind=kind,
        subject=subject,
        text=_standard_text(definition, deadline, record),
        record=record,
        link=f"/records/{record.reference}",
        link_label="Vorgang öffnen",
    )


def _standard_text(definition: ProcessDefinition, deadline: RecordDeadline, record: Record) -> str:
    known = definition.workflow.states.get(record.state)
    state = pick(known.label) if known else record.state
    return (
        f"Der Vorgang {record.reference} steht seit dem {local_day(record.state_since):%d.%m.%Y} "
        f"im Zustand „{state}“.\n\nFrist: {deadline.label}\nFällig am: {deadline.due_on:%d.%m.%Y}"
    )


def _values(deadline: RecordDeadline) -> dict[str, str]:
    return {"due": f"{deadline.due_on:%d.%m.%Y}", "deadline": deadline.label}


def _note(session: Session, now: datetime, tag: audit.Tag, deadline: RecordDeadline) -> None:
    audit.record(
        session, SYSTEM, now, tag, about=deadline.record, rule=deadline.rule, due_on=deadline.due_on.isoformat()
    )


def _deadlines_to_check(session: Session, day: date) -> list[int]:
    wanted = select(RecordDeadline.id).where(RecordDeadline.next_check_on <= day, RecordDeadline.done_at.is_(None))
    return list(session.scalars(wanted.order_by(RecordDeadline.next_check_on, RecordDeadline.id).limit(BATCH)))


def _tasks_to_tell(session: Session, day: date) -> list[int]:
    wanted = select(Task.id).where(
        Task.owner_id.is_(None),
        Task.done_at.is_(None),
        Task.due_on <= day,
        or_(Task.reminded_on.is_(None), Task.reminded_on < Task.due_on),
    )
    return list(session.scalars(wanted.order_by(Task.due_on, Task.id).limit(BATCH)))


class _kept_going:  # noqa: N801 - reads as a statement
    """Writes a failure down and goes on with the next row; the row is looked at again in the next run."""

    def __init__(self, summary: Summary, what: str) -> None:
        self.summary, self.what = summary, what

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> bool:
        if kind is None or not issubclass(kind, Exception):
            return False
        log.error("failed", what=self.what, error=repr(error), exc_info=error)
        self.summary.failed.append(f"{self.what}: {error}")
        return True
