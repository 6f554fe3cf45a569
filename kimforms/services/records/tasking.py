"""The one place that writes a task with its event; the task list, effects and decisions call it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...models import Record, Task
from ...permissions import Actor
from .. import audit

LONGEST_TITLE = 300


def put_task(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    record: Record | None,
    controller_id: int,
    title: str,
    assignee_id: int | None,
    due_on: date | None = None,
    kind: str = "task",
    while_state: str | None = None,
) -> Task:
    """Puts a task on somebody's list (nobody's when None); nobody is told and nothing is checked here.

    ``while_state``: :func:`finish_with_state` ends it when the record leaves that state.
    """
    task = Task(
        record_id=record.id if record is not None else None,
        controller_id=controller_id,
        kind=kind,
        title=title[:LONGEST_TITLE],
        assignee_id=assignee_id,
        created_by_id=actor.user_id,
        created_at=now,
        due_on=due_on,
        while_state=while_state,
    )
    session.add(task)
    session.flush()  # the event names the task's id
    audit.record(
        session,
        actor,
        now,
        audit.Tag.TASK_CREATE,
        about=record,
        controller_id=controller_id,
        task=task.id,
        title=audit.Erasable(task.title),
        assignee=assignee_id,
        due_on=due_on.isoformat() if due_on else None,
        kind=kind,
    )
    return task


def finish_with_state(session: Session, actor: Actor, now: datetime, record: Record, left: str) -> None:
    """Ends the open tasks that belong to the state which the record has just left."""
    waiting = select(Task).where(Task.record_id == record.id, Task.while_state == left, Task.done_at.is_(None))
    for task in session.scalars(waiting):
        task.done_at, task.done_by_id = now, actor.user_id
        audit.record(session, actor, now, audit.Tag.TASK_DONE, about=record, task=task.id)
