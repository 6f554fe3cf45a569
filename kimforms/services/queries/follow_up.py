"""What the control list reads: decisions under way with their tasks, what is overdue first, and tasks without a decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased, joinedload

from ...engine.deadlines import overdue_in_words
from ...models import Body, Decision, DecisionProgress, Task
from ...permissions import Actor
from ..decision_checks import AGREED
from ..follow_up import STATES, UNFINISHED, proposed_state
from ..meetings.tasks import OpenTask, tasks_where

MOST = 300


@dataclass(frozen=True)
class Filters:
    """What the list shows; an empty state means what is not finished, ``all`` everything."""

    body: str = ""
    state: str = ""

    @property
    def active(self) -> bool:
        return bool(self.body or self.state)


@dataclass(frozen=True)
class ControlLine:
    """One decision: how far it is, until when, and who does what. ``proposal`` is what the tasks suggest, if it differs.

    ``noted``: somebody said how far it is; else what the tasks suggest is all that is known.
    """

    decision: Decision
    body: str
    state: str
    note: str
    due_on: date | None
    due: str
    overdue: bool
    proposal: str
    tasks: Sequence[OpenTask]
    noted: bool

    @property
    def derived(self) -> bool:
        """Whether nobody noted a state and the tasks tell it."""
        return bool(self.proposal) and not self.noted


@dataclass(frozen=True)
class Control:
    """The whole list."""

    lines: Sequence[ControlLine]
    loose: Sequence[OpenTask]

    @property
    def overdue(self) -> int:
        """How many decisions and tasks without one are overdue."""
        return sum(one.overdue for one in self.lines) + sum(one.overdue for one in self.loose)


def control(session: Session, actor: Actor, filters: Filters, today: date) -> Control:
    """The list for whoever follows up; three queries."""
    mine = sorted(actor.controllers("follow-up:read"))
    conditions = [Decision.controller_id.in_(mine)]
    loose = [Task.controller_id.in_(mine)]
    if filters.body:
        conditions.append(Decision.body == filters.body.replace("\x00", ""))
        loose.append(Task.body_id.in_(select(Body.id).where(Body.slug == filters.body.replace("\x00", ""))))
    lines = _lines(session, conditions, _states(filters.state), today)
    without = tasks_where(
        session, today, Task.body_id.is_not(None), Task.decision_id.is_(None), Task.done_at.is_(None), *loose
    )
    return Control(lines, without if filters.state in ("", "all", *UNFINISHED) else ())


def control_of(session: Session, body: Body, day: date) -> list[ControlLine]:
    """The unfinished decisions of a body with their tasks, for the next agenda; two queries."""
    return _lines(session, [Decision.body == body.slug, Decision.controller_id == body.controller_id], UNFINISHED, day)


def one(session: Session, actor: Actor, reference: str, today: date) -> ControlLine | None:
    """The line of one decision, whatever its state; None when it does not belong into the list."""
    conditions = [Decision.controller_id.in_(actor.controllers("follow-up:read")), Decision.reference == reference]
    return next(iter(_lines(session, conditions, STATES, today)), None)


def _states(state: str) -> Sequence[str]:
    if state == "all":
        return STATES
    return (state,) if state in STATES else UNFINISHED


def _lines(
    session: Session, conditions: Sequence[ColumnElement[bool]], states: Sequence[str], today: date
) -> list[ControlLine]:
    later = aliased(Decision)
    revoked = select(later.id).where(later.amends_id == Decision.id, later.amends_how == "revoked").exists()
    last = select(func.max(DecisionProgress.id)).group_by(DecisionProgress.decision_id)
    state = func.coalesce(DecisionProgress.state, "open")
    rows = session.execute(
        select(Decision, DecisionProgress, Body.name)
        .outerjoin(DecisionProgress, (DecisionProgress.decision_id == Decision.id) & DecisionProgress.id.in_(last))
        .outerjoin(Body, Body.slug == Decision.body)
        .where(Decision.result.in_(AGREED), Decision.amends_how.is_(None), ~revoked, state.in_(states), *conditions)
        .options(joinedload(Decision.theme), joinedload(Decision.paper))
        .order_by(Decision.decided_on.desc(), Decision.id.desc())
        .limit(MOST)
    ).all()
    tasks: dict[int, list[OpenTask]] = {}
    for task in tasks_where(session, today, Task.decision_id.in_([decision.id for decision, *_rest in rows])):
        tasks.setdefault(task.decision_id or 0, []).append(task)
    lines = [
        _line(decision, note, body or decision.body, tasks.get(decision.id, []), today) for decision, note, body in rows
    ]
    return sorted(lines, key=lambda line: (not line.overdue, line.due_on or date.max))


def _line(
    decision: Decision, note: DecisionProgress | None, body: str, tasks: Sequence[OpenTask], today: date
) -> ControlLine:
    state = note.state if note is not None else "open"
    days = [task.due_on for task in tasks if task.due_on and not task.done]
    if note is not None and note.due_on is not None:
        days.append(note.due_on)
    due = min(days, default=None) if state in UNFINISHED else None
    proposal = proposed_state(tasks) if state in UNFINISHED else ""
    return ControlLine(
        decision=decision,
        body=body,
        state=state,
        note=note.note if note is not None else "",
        due_on=due,
        due=overdue_in_words(due, today) if due else "",
        overdue=bool(due and due < today),
        proposal=proposal if proposal != state else "",
        tasks=tasks,
        noted=note is not None,
    )
