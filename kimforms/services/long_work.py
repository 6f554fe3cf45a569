"""Work that takes minutes: begun by a person, carried out by a worker, watched on a page, taken over when a worker dies.

A service registers what it can do with :func:`carries`; ``jobs.LongWorkLoop`` calls :func:`work_once`. Whatever carries a
kind may be called again for the same task after a crash, so it keeps what is done and goes on from there.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from ..models import LongTask
from ..permissions import Actor
from . import audit
from .delivery import is_dead
from .refusals import NotVisible, Refusal, StepRefused

Unit = Callable[[], AbstractContextManager[Session]]
Clock = Callable[[], datetime]

SILENT = timedelta(minutes=10)
"""Without a sign for so long a worker of another machine counts as dead; one of this machine is known by its process."""
BEAT = timedelta(seconds=1)
MOST_ATTEMPTS = 12
OPEN = ("waiting", "working")
BROKEN = (
    "Bei der Arbeit ist ein Fehler aufgetreten. Sie können sie noch einmal beginnen; was fertig ist, bleibt erhalten."
)
GIVEN_UP = "Die Arbeit brach mehrmals ab. Bitte wenden Sie sich an die Administration."

log = structlog.get_logger("kimforms.long_work")


class Cancelled(Exception):
    """A person asked to stop; raised by :meth:`Progress.say`."""


class Interrupted(Exception):
    """The worker is about to end; somebody else goes on."""


class Taken(Exception):
    """Another worker took the task over; whoever meets this stops without a word."""


@dataclass
class Progress:
    """What a carrier gets: the means to work with, and :meth:`say` to tell how far it is."""

    task_id: int
    unit: Unit
    clock: Clock
    worker: str
    data_dir: Path
    secret_key: str
    stopping: Callable[[], bool] = lambda: False
    said_at: datetime | None = field(default=None, init=False)

    def say(self, done: int, total: int, text: str = "") -> None:
        """Notes how far the work is and that somebody is at it, at most once a second.

        Raises Cancelled, Interrupted or Taken; the carrier lets them pass.
        """
        if self.stopping():
            raise Interrupted
        now = self.clock()
        if self.said_at is not None and now - self.said_at < BEAT and done < total:
            return
        with self.unit() as session:
            task = self.own(session)
            if task.cancel_asked_at is not None:
                raise Cancelled
            task.done, task.total, task.text, task.beat_at = done, total, text[:300], now
        self.said_at = now

    def own(self, session: Session) -> LongTask:
        """The task as long as it is this worker's; raises Taken. Carriers call it in the transaction of a result."""
        task = session.get(LongTask, self.task_id)
        if task is None or task.state != "working" or task.worker != self.worker:
            raise Taken
        return task


Work = Callable[[int, Progress], Mapping[str, Any] | None]
Ended = Callable[[Session, datetime, LongTask], None]


@dataclass(frozen=True)
class Kind:
    """How a kind of work is done, which permission opens its page to colleagues, and what follows its end."""

    work: Work
    permission: str
    ended: Ended | None = None


KINDS: dict[str, Kind] = {}


def carries(kind: str, *, permission: str, ended: Ended | None = None) -> Callable[[Work], Work]:
    """Registers the function that does a kind of work: ``work(task_id, progress)`` returns the result for the row.

    ``ended`` is called in the transaction that ends a task, however it ends.
    """

    def register(work: Work) -> Work:
        if kind in KINDS:
            raise ValueError(f"{kind} is carried already")
        KINDS[kind] = Kind(work, permission, ended)
        return work

    return register


def start(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    kind: str,
    controller_id: int,
    subject_id: int | None,
    params: Mapping[str, Any] | None = None,
    total: int = 0,
) -> LongTask:
    """Puts work into the queue. ``params`` hold no personal data. Raises StepRefused while the same subject is worked on."""
    same = select(LongTask.id).where(LongTask.kind == kind, LongTask.subject_id == subject_id, LongTask.state.in_(OPEN))
    if subject_id is not None and session.scalar(same.limit(1)) is not None:
        raise StepRefused(("Daran wird schon gearbeitet.",))
    task = LongTask(
        kind=kind, controller_id=controller_id, user_id=actor.user_id, subject_id=subject_id,
        params=dict(params or {}), total=total, created_at=now,
    )  # fmt: skip
    session.add(task)
    session.flush()  # the event and the page name its number
    audit.record(
        session,
        actor,
        now,
        audit.Tag.WORK_START,
        controller_id=controller_id,
        task=task.id,
        kind=kind,
        subject=subject_id,
    )
    return task


def visible_task(session: Session, actor: Actor, task_id: int) -> LongTask:
    """The task, for whoever began it and for staff of its controller with the permission of its kind. Raises NotVisible."""
    task = session.get(LongTask, task_id)
    if task is None or actor.kind != "person":
        raise NotVisible()
    kind = KINDS.get(task.kind)
    colleague = kind is not None and task.controller_id in actor.controllers(kind.permission)
    if not colleague and task.user_id != actor.user_id:
        raise NotVisible()
    return task


def cancel(session: Session, actor: Actor, now: datetime, task: LongTask) -> None:
    """Stops the work: at once while it waits, otherwise when the worker looks next. Raises StepRefused once it ended."""
    if task.state not in OPEN:
        raise StepRefused(("Diese Arbeit ist schon beendet.",))
    if task.cancel_asked_at is not None:
        return
    task.cancel_asked_at = now
    if task.state == "waiting":
        _end(session, now, task, "cancelled")
    audit.record(session, actor, now, audit.Tag.WORK_CANCEL, controller_id=task.controller_id, task=task.id)


def waits(session: Session, now: datetime) -> bool:
    """Whether there is anything to take up; reads only, so that polling costs nothing."""
    return _next(session, now) is not None


def work_once(progress_for: Callable[[int], Progress], unit: Unit, clock: Clock, worker: str) -> bool:
    """Takes up one task and carries it to its end. False when there was none."""
    with unit() as session:
        task = _claim(session, clock(), worker)
        if task is None:
            return False
        task_id, kind, state = task.id, task.kind, task.state
    if state != "working":  # it ended while it was taken up
        return True
    state, error, result = _carry(KINDS[kind].work, task_id, progress_for(task_id))
    with unit() as session:
        mine = session.get(LongTask, task_id)
        if mine is None or mine.state != "working" or mine.worker != worker or state == "taken":
            return True
        if state == "waiting":
            mine.state, mine.worker, mine.attempts = "waiting", "", max(0, mine.attempts - 1)
        else:
            mine.result = dict(result)
            _end(session, clock(), mine, state, error)
    return True


def _carry(work: Work, task_id: int, progress: Progress) -> tuple[str, str, Mapping[str, Any]]:
    """State, sentence and result of one try. What went wrong is logged without its message: it may quote an address."""
    try:
        return "done", "", work(task_id, progress) or {}
    except Cancelled:
        return "cancelled", "", {}
    except Interrupted:
        return "waiting", "", {}
    except Taken:
        return "taken", "", {}
    except Refusal as refusal:
        return "failed", refusal.sentence, {}
    except Exception as error:
        places = [f"{one.filename}:{one.lineno}" for one in traceback.extract_tb(error.__traceback__)][-8:]
        log.error("long work failed", task=task_id, kind=type(error).__name__, at=places)
        return "failed", BROKEN, {}


def _claim(session: Session, now: datetime, worker: str) -> LongTask | None:
    task = _next(session, now)
    if task is None:
        return None
    if task.cancel_asked_at is not None:
        _end(session, now, task, "cancelled")
    elif task.attempts >= MOST_ATTEMPTS:
        _end(session, now, task, "failed", GIVEN_UP)
    elif task.kind not in KINDS:
        _end(session, now, task, "failed", BROKEN)
    else:
        session.execute(
            update(LongTask)
            .where(LongTask.id == task.id)
            .values(
                state="working",
                worker=worker,
                beat_at=now,
                attempts=task.attempts + 1,
                started_at=task.started_at or now,
            )
        )
        session.refresh(task)
    return task


def _next(session: Session, now: datetime) -> LongTask | None:
    """The oldest task that waits, or that a worker left behind."""
    rows = session.scalars(
        select(LongTask).where(or_(LongTask.state == "waiting", LongTask.state == "working")).order_by(LongTask.id)
    )
    for task in rows:
        if task.state == "waiting" or task.beat_at is None or task.beat_at < now - SILENT or is_dead(task.worker):
            return task
    return None


def _end(session: Session, now: datetime, task: LongTask, state: str, error: str = "") -> None:
    task.state, task.error, task.finished_at = state, error[:500], now
    if state == "done":
        task.done = task.total
    kind = KINDS.get(task.kind)
    if kind is not None and kind.ended is not None:
        kind.ended(session, now, task)
