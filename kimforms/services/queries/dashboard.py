"""What the start page shows each person: what is mine, what is new, what is overdue, and figures. A fixed number of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from ...engine.definition import ProcessDefinition
from ...engine.text import pick
from ...models import Draft, Process, ProcessVersion, Question, Record, Task
from ...permissions import Actor, readable_processes
from ..meetings.creating import PROCESS as MEETING
from ..processes import definition_of

SHOWN = 5


@dataclass(frozen=True)
class Line:
    """One record in a list of the dashboard."""

    reference: str
    title: str
    state: str
    tone: str
    due_on: date | None
    since: datetime
    note: str = ""


@dataclass(frozen=True)
class StateCount:
    """How many records of a process stand in a state; ``query`` opens them in the inbox."""

    process: str
    label: str
    number: int
    state: str
    open: bool


@dataclass
class Desk:
    """Everything on one person's start page; what a role does not have stays empty."""

    works: bool = False
    reports: bool = False
    mine: Sequence[Line] = ()
    new: Sequence[Line] = ()
    overdue: Sequence[Line] = ()
    counts: Sequence[StateCount] = ()
    numbers: Mapping[str, int] = field(default_factory=dict)
    own: Sequence[Line] = ()
    drafts: int = 0
    questions: Sequence[Line] = ()
    tasks: Sequence[Task] = ()


def desk_of(session: Session, actor: Actor, today: date, language: str) -> Desk:
    """The start page of ``actor``. People who work on records, people who report and people with tasks get their part."""
    desk = Desk(tasks=_tasks(session, actor))
    words = _Words(session, language)
    if processes := _with_a_desk(session, actor):
        desk.works = True
        _work(session, actor, today, processes, desk, words)
    if actor.roles() & {"adviser", "case_manager"}:
        desk.reports = True
        _reports(session, actor, desk, words)
    return desk


def _with_a_desk(session: Session, actor: Actor) -> list[int]:
    """The processes whose records are worked on one by one; meetings have a part of their own."""
    readable = readable_processes(session, actor)
    if not readable:
        return []
    return list(session.scalars(select(Process.id).where(Process.id.in_(readable), Process.key != MEETING)))


class _Words:
    """Labels of states by process version, read once a page."""

    def __init__(self, session: Session, language: str) -> None:
        self._session = session
        self._language = language
        self._definitions: dict[int, ProcessDefinition] = {}

    def definition(self, version_id: int) -> ProcessDefinition:
        known = self._definitions.get(version_id)
        if known is None:
            known = definition_of(self._session.get_one(ProcessVersion, version_id))
            self._definitions[version_id] = known
        return known

    def line(self, row: Any, note: str = "") -> Line:
        state = self.definition(row.version_id).workflow.states.get(row.state)
        label = pick(state.label, self._language) if state else row.state
        tone = state.tone if state else "neutral"
        return Line(row.reference, row.title, label, tone, row.due_on, row.created_at, note)

    def title(self, definition: ProcessDefinition) -> str:
        return pick(definition.title, self._language)

    def label(self, definition: ProcessDefinition, state: str) -> str:
        return pick(definition.workflow.states[state].label, self._language)


_COLUMNS = (Record.reference, Record.title, Record.state, Record.version_id, Record.due_on, Record.created_at)


def _lines(session: Session, words: _Words, wanted: Select[Any]) -> list[Line]:
    return [words.line(row) for row in session.execute(wanted.limit(SHOWN))]


def _work(session: Session, actor: Actor, today: date, processes: list[int], desk: Desk, words: _Words) -> None:
    readable = Record.process_id.in_(processes)
    overdue: tuple[ColumnElement[bool], ...] = (readable, Record.due_on < today, Record.open)
    mine = (Record.assignee_id == actor.user_id, Record.open, readable)
    desk.mine = _lines(session, words, select(*_COLUMNS).where(*mine).order_by(Record.due_on.is_(None), Record.due_on))
    initial = _initial_states(session, processes, words)
    fresh = (readable, Record.state.in_(initial))
    desk.new = _lines(session, words, select(*_COLUMNS).where(*fresh).order_by(Record.id.desc()))
    desk.overdue = _lines(session, words, select(*_COLUMNS).where(*overdue).order_by(Record.due_on))
    desk.counts = _counts(session, processes, words)
    desk.numbers = {
        "mine": session.scalar(select(func.count()).select_from(Record).where(*mine)) or 0,
        "new": session.scalar(select(func.count()).select_from(Record).where(*fresh)) or 0,
        "overdue": session.scalar(select(func.count()).select_from(Record).where(*overdue)) or 0,
        "open": sum(one.number for one in desk.counts if one.open),
    }


def _initial_states(session: Session, processes: list[int], words: _Words) -> list[str]:
    versions = session.scalars(select(Process.current_version_id).where(Process.id.in_(processes)))
    return sorted({words.definition(version).workflow.initial for version in versions if version is not None})


def _counts(session: Session, processes: list[int], words: _Words) -> list[StateCount]:
    rows = session.execute(
        select(Record.process_id, Record.state, func.count())
        .where(Record.process_id.in_(processes))
        .group_by(Record.process_id, Record.state)
    ).all()
    found = {(process, state): number for process, state, number in rows}
    counts: list[StateCount] = []
    current = session.execute(select(Process.id, Process.current_version_id).where(Process.id.in_(processes))).all()
    for process, version in current:
        if version is None:
            continue
        definition = words.definition(version)
        for state, settings in definition.workflow.states.items():
            number = found.get((process, state), 0)
            label = words.label(definition, state)
            if number:
                counts.append(StateCount(words.title(definition), label, number, state, settings.kind != "done"))
    return counts


def _reports(session: Session, actor: Actor, desk: Desk, words: _Words) -> None:
    own = Record.creator_id == actor.user_id
    desk.own = _undated(_lines(session, words, select(*_COLUMNS).where(own).order_by(Record.id.desc())))
    desk.drafts = session.scalar(select(func.count()).select_from(Draft).where(Draft.user_id == actor.user_id)) or 0
    unanswered = (
        select(*_COLUMNS)
        .join(Question, Question.record_id == Record.id)
        .where(own, Record.open, Question.answer.is_(None))
        .order_by(Question.id)
    )
    desk.questions = _undated(_lines(session, words, unanswered))


def _undated(lines: list[Line]) -> list[Line]:
    """Deadlines are those of the people who work on a report; reporters do not see them."""
    return [replace(line, due_on=None) for line in lines]


def _tasks(session: Session, actor: Actor) -> Sequence[Task]:
    wanted = select(Task).where(Task.assignee_id == actor.user_id, Task.done_at.is_(None))
    return session.scalars(wanted.order_by(Task.due_on.is_(None), Task.due_on).limit(SHOWN)).all()
