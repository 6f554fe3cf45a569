"""The SQL behind the inbox: one statement a page that reads no more rows than it shows, at any number of records.

A list is cut into branches, one for each process and for open and closed records. Every branch reads an index from its
newest (oldest, most urgent) end and stops after a page, so that a filter costs the same with a thousand records and
with a hundred thousand. The branches are joined with UNION ALL and sorted, a page each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, literal, select, tuple_, union_all
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from ...forms.inbox import AGES, INITIAL, Filters
from ...models import Record, RecordFacet
from ..search import Hits, hits
from .inbox_sources import ReadProcess

FACETS = {"municipality": "municipality", "area": "legal_area", "organisation": "organisation"}
MOST_COUNTED = 1000
MOST_HITS_COUNTED = 1000
"""With a search text, so many of the newest hits are looked at for the count; beyond them it is a lower bound."""

Treat = Callable[[Any], Any]


@dataclass(frozen=True)
class Key:
    """Where a page begins: the value of the column that the list is sorted by (None: by id alone, or no due date)."""

    value: date | datetime | None
    id: int


@dataclass(frozen=True)
class Order:
    """What the list is sorted by: ``id``, ``created_at`` or ``due_on``; records without a due date come last."""

    column: str
    descending: bool

    def turned(self) -> Order:
        """The same list read from its other end."""
        return Order(self.column, not self.descending)

    def apply(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        return column.desc() if self.descending else column.asc()


@dataclass(frozen=True)
class View:
    """Everything that decides which records a list shows: the person's processes, the filters, and the time."""

    processes: tuple[ReadProcess, ...]
    filters: Filters
    actor_id: int | None
    today: date
    now: datetime

    @property
    def order(self) -> Order:
        """Age is read along the creation date, so that this filter is a range of an index too."""
        if self.filters.sorted_by == "due":
            return Order("due_on", descending=False)
        column = "created_at" if self.filters.age and not self.filters.q else "id"
        return Order(column, descending=self.filters.sorted_by == "newest")


@dataclass(frozen=True)
class _Branch:
    """One part of the list: what it reads, by which conditions, and the id column in the order of which it is read."""

    source: Any
    conditions: tuple[ColumnElement[bool], ...]
    id: ColumnElement[int]
    hits: Hits | None = None


def page_statement(
    session: Session, view: View, columns: Sequence[Any], order: Order, *, after: Key | None, limit: int
) -> Select[Any]:
    """The first ``limit`` rows of ``columns`` behind ``after``; each row also has ``sort_id`` and ``sort_value``."""
    parts = []
    for branch in _branches(session, view):
        for phase in _phases(view, branch, order, after):
            value = branch.id if order.column == "id" else getattr(Record, order.column)
            part = select(*columns, branch.id.label("sort_id"), value.label("sort_value"))
            part = part.select_from(branch.source).where(*branch.conditions, *phase)
            keys = [branch.id] if order.column == "id" else [value, branch.id]
            parts.append(part.order_by(*map(order.apply, keys)).limit(limit).subquery())
    if not parts:
        return select(*columns, Record.id.label("sort_id"), Record.id.label("sort_value")).where(literal(False))
    joined = union_all(*(select(part) for part in parts)).subquery()
    keys = [joined.c.sort_value, joined.c.sort_id]
    if order.column == "due_on":
        keys = [joined.c.sort_value.is_(None), *keys]
    return select(joined).order_by(*map(order.apply, keys)).limit(limit)


def count_statement(session: Session, view: View, most: int = MOST_COUNTED) -> Select[tuple[int]]:
    """How many records a list has, counted up to ``most`` + 1; with a search text perhaps less than all, never more."""
    parts = []
    for branch in _branches(session, view):
        source, conditions = branch.source, branch.conditions
        if branch.hits is not None:
            found = branch.hits
            newest = select(found.record_id.label("id")).select_from(found.source).where(found.found)
            first = newest.order_by(found.record_id.desc()).limit(MOST_HITS_COUNTED).subquery()
            source, conditions = first.join(Record, Record.id == first.c.id), branch.conditions[1:]
        parts.append(select(Record.id).select_from(source).where(*conditions).limit(most + 1).subquery())
    if not parts:
        return select(literal(0))
    joined = union_all(*(select(part) for part in parts)).subquery()
    return select(func.count()).select_from(select(joined).limit(most + 1).subquery())


def all_statement(session: Session, view: View, columns: Sequence[Any]) -> Select[Any]:
    """Every record of a list, newest first, for exports; ``columns`` has to hold ``Record.id``."""
    parts = [
        select(*columns).select_from(branch.source).where(*branch.conditions) for branch in _branches(session, view)
    ]
    if not parts:
        return select(*columns).where(literal(False))
    joined = union_all(*parts).subquery()
    return select(joined).order_by(joined.c.id.desc())


def _branches(session: Session, view: View) -> Iterator[_Branch]:
    column = _beside if session.get_bind().dialect.name == "sqlite" else _as_it_is
    chosen = [one for one in view.processes if view.filters.process in ("", one.key)]
    found = hits(session, view.filters.q) if view.filters.q else None
    for process in chosen:
        for openness in _openness(process, view.filters):
            if found is not None:
                yield _along_hits(found, view, process, openness, column)
            elif _facets(view.filters):
                yield _along_facet(view, process, openness, column)
            else:
                yield _along_records(view, process, openness)


def _openness(process: ReadProcess, filters: Filters) -> tuple[bool, ...]:
    """A chosen state decides whether records are open; the status of the list then has no say."""
    if filters.state:
        return process.openness(_state(process, filters))
    return {"open": (True,), "closed": (False,)}.get(filters.status, (True, False))


def _state(process: ReadProcess, filters: Filters) -> str:
    return process.current.workflow.initial if filters.state == INITIAL else filters.state


def _along_records(view: View, process: ReadProcess, openness: bool) -> _Branch:
    """An index of the records themselves: (process, open, column, id) or (process, state, id)."""
    first = Record.state == _state(process, view.filters) if view.filters.state else Record.open == literal(openness)
    conditions = (Record.process_id == process.id, first, *_conditions(view, _as_it_is))
    return _Branch(Record.__table__, conditions, Record.id.expression)


def _along_facet(view: View, process: ReadProcess, openness: bool, column: Treat) -> _Branch:
    """The index of a facet holds process, openness and id as well; the records are only looked up."""
    first, *others = _facets(view.filters)
    facet = RecordFacet.__table__.alias()
    conditions = (
        facet.c.name == first[0],
        facet.c.value == first[1],
        facet.c.process_id == process.id,
        facet.c.open == literal(openness),
        *(_has_facet(kind, value) for kind, value in others),
        *_state_condition(view, process, column),
        *_conditions(view, column),
    )
    source = facet.join(Record.__table__, Record.__table__.c.id == facet.c.record_id)
    return _Branch(source, conditions, facet.c.record_id)


def _along_hits(found: Hits, view: View, process: ReadProcess, openness: bool, column: Treat) -> _Branch:
    """The full-text index, newest record first; everything else is looked up for each hit."""
    conditions = (
        found.found,
        column(Record.process_id) == process.id,
        column(Record.open) == literal(openness),
        *(_has_facet(kind, value) for kind, value in _facets(view.filters)),
        *_state_condition(view, process, column),
        *_conditions(view, column),
    )
    source = found.source.join(Record.__table__, Record.__table__.c.id == found.record_id)
    return _Branch(source, conditions, found.record_id, found)


def _facets(filters: Filters) -> list[tuple[str, str]]:
    return [(kind, getattr(filters, name)) for name, kind in FACETS.items() if getattr(filters, name)]


def _has_facet(kind: str, value: str) -> ColumnElement[bool]:
    facet = RecordFacet.__table__.alias()
    held = select(literal(1)).where(facet.c.record_id == Record.id, facet.c.name == kind, facet.c.value == value)
    return exists(held.correlate(Record.__table__))


def _state_condition(view: View, process: ReadProcess, column: Treat) -> list[ColumnElement[bool]]:
    return [column(Record.state) == _state(process, view.filters)] if view.filters.state else []


def _conditions(view: View, column: Treat) -> list[ColumnElement[bool]]:
    """The filters over columns of the record; ``column`` says whether an index may be chosen for them."""
    filters, found = view.filters, []
    if filters.field:
        found.append(column(Record.field_of_action) == filters.field)
    if filters.assignee == "nobody":
        found.append(column(Record.assignee_id).is_(None))
    elif filters.assignee:
        person = view.actor_id if filters.assignee == "me" else int(filters.assignee)
        found.append(column(Record.assignee_id) == person)
    if filters.age:
        limit = literal(view.now - timedelta(days=AGES[filters.age]), Record.created_at.type)
        created = column(Record.created_at)
        found.append(created >= limit if filters.age.startswith("last") else created <= limit)
    due = column(Record.due_on)
    if filters.due == "overdue":
        found.append(due < literal(view.today, Record.due_on.type))
    elif filters.due == "week":
        sunday = view.today + timedelta(days=6 - view.today.weekday())
        found += [due >= literal(view.today, Record.due_on.type), due <= literal(sunday, Record.due_on.type)]
    elif filters.due == "none":
        found.append(due.is_(None))
    return found


def _phases(view: View, branch: _Branch, order: Order, after: Key | None) -> list[list[ColumnElement[bool]]]:
    """The conditions that begin the page; a list by due date has two phases, with and without one."""
    if order.column == "id":
        return [[] if after is None else [_behind(order, [(branch.id, after.id)])]]
    value = getattr(Record, order.column)
    behind = [] if after is None else [_behind(order, [(value, after.value), (branch.id, after.id)])]
    if order.column == "created_at":
        return [behind]
    dated = [value >= literal(date.min, value.type)]
    if view.filters.due in ("overdue", "week"):
        return [dated + behind]
    undated = [value.is_(None)]
    if view.filters.due == "none":
        return [undated + ([] if after is None else [_behind(order, [(branch.id, after.id)])])]
    if after is None:
        return [dated, undated]
    if after.value is not None:
        return [dated + behind] if order.descending else [dated + behind, undated]
    undated.append(_behind(order, [(branch.id, after.id)]))
    return [undated, dated] if order.descending else [undated]


def _behind(order: Order, pairs: Sequence[tuple[ColumnElement[Any], Any]]) -> ColumnElement[bool]:
    columns = tuple_(*(column for column, _value in pairs))
    values = tuple_(*(literal(value, column.type) for column, value in pairs))
    return columns < values if order.descending else columns > values


def _as_it_is(column: Any) -> Any:
    return column


def _beside(column: Any) -> Any:
    """A column for which SQLite looks for no index (SQLite query planner, "disqualifying terms using unary +")."""
    return UnaryExpression(column.expression, operator=_PLUS, type_=column.type)


_PLUS = custom_op("+")
