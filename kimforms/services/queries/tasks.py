"""What the page of tasks reads: a person's own tasks, open, due or done, with the record that each belongs to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased, joinedload

from ...models import Decision, Meeting, Record, Task
from ...permissions import Actor, visible_records
from .. import tasks
from ..refusals import NotVisible
from .decision_sight import readable

VIEWS = ("open", "due", "done")
A_PAGE = 50


@dataclass(frozen=True)
class Entry:
    """One task on the page. ``reference`` and ``about`` only when the person may see the record."""

    id: int
    title: str
    kind: str
    due_on: date | None
    done_at: datetime | None
    reference: str | None
    about: str
    progress: int = 0
    meeting: str = ""
    decision: str = ""


def tasks_of(session: Session, actor: Actor, today: date, view: str) -> list[Entry]:
    """The tasks of this person in one view, the most urgent (or the latest done) first; two queries."""
    visible, held = visible_records(session, actor, today), aliased(Record)
    wanted = (
        select(Task, Record.reference, Record.title, held.reference, Decision.reference)
        .select_from(Task)
        .outerjoin(Record, (Record.id == Task.record_id) & visible)
        .outerjoin(Meeting, Meeting.record_id == Task.record_id)
        .outerjoin(held, held.id == Meeting.record_id)
        .outerjoin(Decision, (Decision.id == Task.decision_id) & readable(actor, today))
        .where(*_conditions(actor, today, view))
        .limit(A_PAGE)
    )
    rows = session.execute(_ordered(wanted, view))
    return [
        Entry(
            task.id,
            task.title,
            task.kind,
            task.due_on,
            task.done_at,
            reference if not meeting else None,
            title or "",
            task.progress,
            meeting or "",
            decision or "",
        )  # fmt: skip
        for task, reference, title, meeting, decision in rows
    ]


def counts(session: Session, actor: Actor, today: date) -> Mapping[str, int]:
    """How many tasks are open and due."""
    return {
        view: session.scalar(select(func.count()).select_from(Task).where(*_conditions(actor, today, view))) or 0
        for view in ("open", "due")
    }


def find(session: Session, actor: Actor, task_id: int) -> Task:
    """One task that the actor may change; raises :class:`NotVisible` for any other."""
    wanted = select(Task).where(Task.id == task_id).options(joinedload(Task.record), joinedload(Task.assignee))
    task = session.scalars(wanted).one_or_none()
    if task is None or not tasks.may_touch(actor, task):
        raise NotVisible()
    return task


def reachable(session: Session, actor: Actor, today: date, task: Task) -> Record | None:
    """The record of a task, when the actor may see it."""
    wanted = select(Record).where(Record.id == task.record_id, visible_records(session, actor, today))
    return session.scalars(wanted.options(joinedload(Record.process))).one_or_none() if task.record_id else None


def _conditions(actor: Actor, today: date, view: str) -> Sequence[ColumnElement[bool]]:
    mine = Task.assignee_id == actor.user_id
    if view == "done":
        return (mine, Task.done_at.is_not(None))
    if view == "due":
        return (mine, Task.done_at.is_(None), Task.due_on <= today)
    return (mine, Task.done_at.is_(None))


def _ordered(wanted: Select[Any], view: str) -> Select[Any]:
    if view == "done":
        return wanted.order_by(Task.done_at.desc(), Task.id.desc())
    return wanted.order_by(Task.due_on.is_(None), Task.due_on, Task.id)
