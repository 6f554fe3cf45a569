"""Tasks that meetings give: an owner who may have no account, progress, reminders. Session, minutes and agenda call this."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, joinedload

from ...engine.deadlines import overdue_in_words
from ...models import AgendaItem, Body, Decision, Meeting, Person, Record, Task, User
from ...permissions import Actor, may
from .. import audit, outbox
from ..bodies.access import may_work
from ..records.facts import local_day
from ..records.tasking import LONGEST_TITLE, put_task
from ..refusals import InputRefused, NotPermitted

REMIND_BEFORE = timedelta(days=3)
DONE = 100
LONGEST_NOTE = 500
BATCH = 500


@dataclass(frozen=True)
class OpenTask:
    """An open task of a body, as agenda, minutes and control list show it; ``due`` says in words how late it is."""

    id: int
    title: str
    owner: str
    due_on: date | None
    due: str
    overdue: bool
    progress: int
    note: str
    done: bool
    meeting: str
    item: str
    confidential: bool
    decision: str
    decision_id: int | None


def put_meeting_task(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    meeting: Meeting,
    item: AgendaItem | None,
    title: str,
    owner: Person,
    due_on: date | None,
    decision: Decision | None = None,
) -> Task:
    """A task that the meeting gives somebody. An owner with account finds it among the own tasks as well.

    Nobody is told now, since much is corrected while a meeting runs: the minutes and the reminders tell. Raises
    :class:`NotPermitted` for whoever does not work for the body, :class:`InputRefused` by field.
    """
    if not may_work(actor, meeting.body):
        raise NotPermitted()
    title = checked(title, due_on, owner, meeting)
    task = put_task(
        session,
        actor,
        now,
        record=meeting.record,
        controller_id=meeting.body.controller_id,
        title=title,
        assignee_id=owner.user_id,
        due_on=due_on,
    )
    task.owner, task.body = owner, meeting.body
    task.item_id = item.id if item is not None else None
    task.decision_id = decision.id if decision is not None else None
    return task


def checked(title: str, due_on: date | None, owner: Person, meeting: Meeting) -> str:
    """The title of a task in one line. Raises :class:`InputRefused` by field (``title``, ``owner``, ``due_on``)."""
    title = " ".join(title.replace("\x00", "").split())
    errors = {}
    if not title:
        errors["title"] = "Schreiben Sie, was zu tun ist."
    elif len(title) > LONGEST_TITLE:
        errors["title"] = f"Kürzen Sie die Aufgabe auf {LONGEST_TITLE} Zeichen."
    if owner.controller_id != meeting.body.controller_id:
        errors["owner"] = "Wählen Sie, wer die Aufgabe hat."
    if due_on is not None and due_on < local_day(meeting.starts_at):
        errors["due_on"] = "Die Aufgabe kann nicht vor der Sitzung fällig sein."
    if errors:
        raise InputRefused(errors)
    return title


def note_progress(session: Session, actor: Actor, now: datetime, *, task: Task, percent: int, note: str) -> bool:
    """Keeps how far a task is, in percent; 100 ends it. False when nothing changed.

    Raises :class:`NotPermitted` as :func:`may_note` says, and :class:`InputRefused` by field.
    """
    if not may_note(actor, task):
        raise NotPermitted()
    note = " ".join(note.replace("\x00", "").split())
    errors = {}
    if not 0 <= percent <= DONE:
        errors["percent"] = "Geben Sie eine Zahl von 0 bis 100 an."
    if len(note) > LONGEST_NOTE:
        errors["note"] = f"Kürzen Sie die Anmerkung auf {LONGEST_NOTE} Zeichen."
    if task.done_at is not None and percent != DONE:
        errors["percent"] = "Diese Aufgabe ist schon erledigt."
    if errors:
        raise InputRefused(errors)
    if (task.progress, task.progress_note) == (percent, note):
        return False
    task.progress, task.progress_note = percent, note
    own = {} if task.record is not None else {"controller_id": task.controller_id}
    audit.record(
        session, actor, now, audit.Tag.TASK_PROGRESS,
        about=task.record, task=task.id, percent=percent, note=audit.Erasable(note), **own,
    )  # fmt: skip
    if percent == DONE and task.done_at is None:
        task.done_at, task.done_by_id = now, actor.user_id
        audit.record(session, actor, now, audit.Tag.TASK_DONE, about=task.record, task=task.id, **own)
    return True


def may_note(actor: Actor, task: Task) -> bool:
    """Whoever has the task, whoever works for its body, and on a record whoever works on it."""
    if actor.user_id is not None and task.assignee_id == actor.user_id:
        return True
    if task.body is not None and may_work(actor, task.body):
        return True
    return task.record_id is not None and may(actor, "record:work", task.controller_id)


def open_tasks_of(session: Session, body: Body, day: date, *, besides: Meeting | None = None) -> list[OpenTask]:
    """The open tasks of a body, the most urgent first; one query. ``besides`` leaves out those of one meeting."""
    wanted = _tasks(Task.body_id == body.id, Task.done_at.is_(None))
    if besides is not None:
        wanted = wanted.where(or_(Task.record_id.is_(None), Task.record_id != besides.record_id))
    return [_shown(row, day) for row in session.execute(wanted)]


def tasks_of_meeting(session: Session, meeting: Meeting, day: date) -> list[OpenTask]:
    """What a meeting gave to whom, done or not, the most urgent first; one query."""
    return [_shown(row, day) for row in session.execute(_tasks(Task.record_id == meeting.record_id))]


def tasks_where(session: Session, day: date, *conditions: ColumnElement[bool]) -> list[OpenTask]:
    """Tasks by conditions over ``Task``, open ones first, the most urgent first; one query."""
    return [_shown(row, day) for row in session.execute(_tasks(*conditions))]


def tell_owners(session: Session, now: datetime, meeting: Meeting) -> int:
    """One mail to each owner of open tasks of a meeting; called when its minutes are sent. Returns the number of mails."""
    wanted = select(Task).where(Task.record_id == meeting.record_id, Task.done_at.is_(None), Task.owner_id.is_not(None))
    mine: dict[int, list[Task]] = {}
    for task in session.scalars(wanted.options(joinedload(Task.owner)).order_by(Task.due_on.is_(None), Task.due_on)):
        mine.setdefault(task.owner_id or 0, []).append(task)
    return sum(_mail_list(session, now, meeting, tasks) for tasks in mine.values())


def to_remind(session: Session, day: date) -> list[int]:
    """Ids of the tasks with an owner that may need a reminder: due within three days, or overdue."""
    wanted = (
        select(Task.id)
        .where(Task.owner_id.is_not(None), Task.done_at.is_(None), Task.due_on <= day + REMIND_BEFORE)
        .where(or_(Task.reminded_on.is_(None), (Task.reminded_on <= Task.due_on) & (Task.due_on < day)))
    )
    return list(session.scalars(wanted.order_by(Task.due_on, Task.id).limit(BATCH)))


def remind(session: Session, now: datetime, task_id: int) -> bool:
    """Reminds the owner of a task once before it is due and once when it is overdue; False when that was done."""
    day = local_day(now)
    task = session.get(Task, task_id, with_for_update=True)
    if task is None or task.done_at is not None or task.due_on is None or task.owner is None:
        return False
    overdue = task.due_on < day
    if task.reminded_on is not None and not (overdue and task.reminded_on <= task.due_on):
        return False
    if not overdue and (task.due_on - REMIND_BEFORE > day or local_day(task.created_at) >= task.due_on - REMIND_BEFORE):
        return False  # not yet, or so new that it needs no reminder
    task.reminded_on = day
    when = overdue_in_words(task.due_on, day)
    about = f" ({task.record.reference} {task.record.title})" if task.record is not None else ""
    text = f"Aufgabe{about}:\n{task.title}\n\nFällig am {task.due_on:%d.%m.%Y} ({when})."
    return _tell(session, now, task.owner, task.controller_id, task.record, f"Aufgabe {when}: {task.title}", text)


def _tell(
    session: Session, now: datetime, person: Person, controller_id: int, record: Record | None, subject: str, text: str
) -> bool:
    """By the account where there is one, else by mail; whoever has neither is reached by the office."""
    user: User | None = person.user
    if user is not None and user.active:
        outbox.notify(
            session, now, users=[user], controller_id=controller_id, kind="task.due",
            subject=subject, text=text, record=record, link="/tasks",
        )  # fmt: skip
        return True
    if person.email:
        asking = "Ist die Aufgabe erledigt? Eine kurze Antwort auf diese E-Mail genügt."
        outbox.queue(
            session, now, controller_id=controller_id, kind="task.due", to=[(person.email, None)],
            subject=subject, text=f"{text}\n\n{asking}", record=record,
        )  # fmt: skip
        return True
    return False


def _mail_list(session: Session, now: datetime, meeting: Meeting, tasks: list[Task]) -> bool:
    owner = tasks[0].owner
    assert owner is not None
    lines = "\n".join(f"- {one.title}" + (f", bis {one.due_on:%d.%m.%Y}" if one.due_on else "") for one in tasks)
    what = "eine Aufgabe" if len(tasks) == 1 else f"{len(tasks)} Aufgaben"
    day = f"{local_day(meeting.starts_at):%d.%m.%Y}"
    text = f"In der Sitzung {meeting.body.name} am {day} haben Sie {what} übernommen:\n\n{lines}"
    subject = f"{meeting.record.reference}: Ihre Aufgaben aus der Sitzung am {day}"
    return _tell(session, now, owner, meeting.body.controller_id, meeting.record, subject, text)


def _tasks(*conditions: ColumnElement[bool]) -> Select[Any]:
    return (
        select(
            Task,
            Person,
            User.name,
            Record.reference,
            AgendaItem.title,
            or_(AgendaItem.confidential, Decision.confidential),
            Decision.reference,
        )
        .outerjoin(Person, Person.id == Task.owner_id)
        .outerjoin(User, User.id == Task.assignee_id)
        .outerjoin(Meeting, Meeting.record_id == Task.record_id)
        .outerjoin(Record, Record.id == Meeting.record_id)
        .outerjoin(AgendaItem, AgendaItem.id == Task.item_id)
        .outerjoin(Decision, Decision.id == Task.decision_id)
        .where(*conditions)
        .order_by(Task.done_at.is_not(None), Task.due_on.is_(None), Task.due_on, Task.id)
    )


def _shown(row: Any, day: date) -> OpenTask:
    task, person, user_name, meeting, item, confidential, decision = row
    return OpenTask(
        id=task.id,
        title=task.title,
        owner=person.name if person is not None else user_name or "",
        due_on=task.due_on,
        due=overdue_in_words(task.due_on, day) if task.due_on and task.done_at is None else "",
        overdue=bool(task.due_on and task.due_on < day and task.done_at is None),
        progress=task.progress,
        note=task.progress_note,
        done=task.done_at is not None,
        meeting=meeting or "",
        item=item or "",
        confidential=bool(confidential),
        decision=decision or "",
        decision_id=task.decision_id,
    )
