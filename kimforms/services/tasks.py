"""Tasks and follow-ups: on a record or a person's own. Called by the record's page and by the page of tasks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..models import Record, Task, User
from ..permissions import Actor, may
from . import audit, outbox, repeats
from .bodies.access import may_work
from .records import commenting
from .records.facts import local_day
from .records.tasking import LONGEST_TITLE, put_task
from .refusals import InputRefused, NotPermitted

KINDS = ("task", "follow_up")
SUBJECT = "Neue Aufgabe{about}"


@dataclass(frozen=True)
class Wanted:
    """What a task should say."""

    title: str
    assignee_id: int | None = None
    due_on: date | None = None
    kind: str = "task"


def create_task(session: Session, actor: Actor, now: datetime, *, record: Record | None, wanted: Wanted) -> Task:
    """Puts a task on somebody's list and tells them; without a record it is the actor's own.

    Raises :class:`NotPermitted`, and :class:`InputRefused` for an empty title or somebody who may not see the record.
    A follow-up (Wiedervorlage) needs a day. The same task sent twice in a minute is made once.
    """
    if actor.user_id is None or not may(actor, "task:own"):
        raise NotPermitted()
    if record is not None and not may(actor, "record:work", record.controller_id):
        raise NotPermitted()
    title = _title(wanted)
    if record is None and wanted.assignee_id not in (None, actor.user_id):
        raise NotPermitted()
    assignee = _assignee(session, actor, now, record, wanted.assignee_id)
    repeats.queue_up(session, record, actor.user_id)
    if (made := _just_made(session, actor, now, record, title, assignee.id, wanted)) is not None:
        return made
    task = put_task(
        session,
        actor,
        now,
        record=record,
        controller_id=record.controller_id if record is not None else _own_controller(actor),
        title=title,
        assignee_id=assignee.id,
        due_on=wanted.due_on,
        kind=wanted.kind,
    )
    _tell(session, actor, now, task, record, assignee)
    return task


def _just_made(
    session: Session, actor: Actor, now: datetime, record: Record | None, title: str, assignee_id: int, wanted: Wanted
) -> Task | None:
    same = (
        Task.created_by_id == actor.user_id,
        Task.record_id == (record.id if record is not None else None),
        Task.title == title,
        Task.assignee_id == assignee_id,
        Task.due_on == wanted.due_on,
        Task.kind == wanted.kind,
        Task.done_at.is_(None),
    )
    return session.scalar(select(Task).where(*same, Task.created_at > now - repeats.WITHIN).limit(1))


def change_task(session: Session, actor: Actor, now: datetime, *, task: Task, wanted: Wanted) -> bool:
    """Changes title, person or day of an open task; a new person is told. False when nothing changed.

    Raises :class:`NotPermitted` and :class:`InputRefused`, which a task that is done gives as well.
    """
    require_hand(actor, task)
    if task.done_at is not None:
        raise InputRefused({"title": "Diese Aufgabe ist schon erledigt."})
    title = _title(wanted)
    assignee: User | None = task.assignee
    if task.owner_id is None:  # a task of a meeting keeps its owner, who may have no account
        assignee = _assignee(session, actor, now, task.record, wanted.assignee_id or task.assignee_id)
    assignee_id = assignee.id if assignee is not None else None
    fresh: dict[str, Any] = {"title": title, "assignee_id": assignee_id, "due_on": wanted.due_on}
    changed = {name: (getattr(task, name), value) for name, value in fresh.items() if getattr(task, name) != value}
    if not changed:
        return False
    for name, (_old, new) in changed.items():
        setattr(task, name, new)
    if "due_on" in changed:
        task.reminded_on = None
    audit.record(
        session,
        actor,
        now,
        audit.Tag.TASK_CHANGE,
        about=task.record,
        **({} if task.record is not None else {"controller_id": task.controller_id}),
        task=task.id,
        changes={name.removesuffix("_id"): _kept(name, *values) for name, values in changed.items()},
    )
    if "assignee_id" in changed and assignee is not None:
        task.assignee = assignee
        _tell(session, actor, now, task, task.record, assignee)
    return True


def complete_task(session: Session, actor: Actor, now: datetime, *, task: Task) -> bool:
    """Marks a task as done; a second click changes nothing and gives False. Raises :class:`NotPermitted`."""
    require_hand(actor, task)
    if task.done_at is not None:
        return False
    task.done_at, task.done_by_id = now, actor.user_id
    own = {} if task.record is not None else {"controller_id": task.controller_id}
    audit.record(session, actor, now, audit.Tag.TASK_DONE, about=task.record, task=task.id, **own)
    return True


def may_touch(actor: Actor, task: Task) -> bool:
    """Whose task it is, on a record whoever works on it, of a body whoever works for it."""
    if actor.user_id is not None and task.assignee_id == actor.user_id:
        return True
    if task.body is not None and may_work(actor, task.body):
        return True
    if task.record_id is None:
        return actor.user_id is not None and task.created_by_id == actor.user_id
    return may(actor, "record:work", task.controller_id)


def require_hand(actor: Actor, task: Task) -> None:
    """Raises :class:`NotPermitted` unless :func:`may_touch`."""
    if not may_touch(actor, task):
        raise NotPermitted()


def _title(wanted: Wanted) -> str:
    title = " ".join(wanted.title.replace("\x00", "").split())
    errors = {}
    if not title:
        errors["title"] = "Schreiben Sie, was zu tun ist."
    elif len(title) > LONGEST_TITLE:
        errors["title"] = f"Kürzen Sie die Aufgabe auf {LONGEST_TITLE} Zeichen."
    if wanted.kind not in KINDS:
        errors["kind"] = "Wählen Sie Aufgabe oder Wiedervorlage."
    if wanted.kind == "follow_up" and wanted.due_on is None:
        errors["due_on"] = "Geben Sie an, wann der Vorgang wieder vorgelegt werden soll."
    if errors:
        raise InputRefused(errors)
    return title


def _assignee(session: Session, actor: Actor, now: datetime, record: Record | None, chosen: int | None) -> User:
    wanted = chosen if chosen is not None else actor.user_id
    if wanted == actor.user_id:
        return session.get_one(User, wanted)
    people = commenting.readers(session, record, local_day(now)) if record is not None else []
    readers = {person.id: person for person in people}
    if wanted not in readers:
        raise InputRefused({"assignee": "Wählen Sie eine Person, die den Vorgang sehen darf."})
    return readers[wanted]


def _own_controller(actor: Actor) -> int:
    if not actor.grants:
        raise NotPermitted()
    return actor.grants[0].controller_id


def _kept(name: str, old: Any, new: Any) -> dict[str, Any]:
    if name == "title":
        return {"old": audit.Erasable(old), "new": audit.Erasable(new)}
    if name == "due_on":
        return {"old": old.isoformat() if old else None, "new": new.isoformat() if new else None}
    return {"old": old, "new": new}


def _tell(session: Session, actor: Actor, now: datetime, task: Task, record: Record | None, person: User) -> None:
    if person.id == actor.user_id:
        return
    about = f" zu {record.reference}" if record is not None else ""
    due = f" Fällig am {task.due_on:%d.%m.%Y}." if task.due_on else ""
    outbox.notify(
        session,
        now,
        users=[person],
        controller_id=task.controller_id,
        kind="task",
        subject=SUBJECT.format(about=about),
        text=f"{actor.name} hat Ihnen eine Aufgabe{about} gegeben.{due} Sie lesen sie nach der Anmeldung.",
        record=record,
        link=f"/records/{record.reference}#tasks" if record is not None else "/tasks",
    )
