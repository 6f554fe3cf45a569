"""The SQL behind the inbox: statements that read no more rows than a page shows, at any number of records.

A list is cut into branches, one for each process and for open and closed records. Every branch reads an index from its
newest (oldest, most urgent) end and stops after a page, so that a filter costs the same with a thousand records and
with a hundred thousand. The few rows of the branches are merged in memory; that is quicker than to build a UNION.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, func, literal, select, tuple_
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from ...forms.inbox import AGES, INITIAL, Filters
from ...models import Record, RecordFacet
from ..search import Hits, hits
from .inbox_sources import ReadProcess

FACETS = {"municipality": "municipality", "area": "legal_area", "organisation": "organisation"}
MOST_COUNTED = 1000
MOST_FOUND = 100
"""With a search text fewer are counted: each hit has to be looked up."""

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
    def most_counted(self) -> int:
        """Up to this number results are counted exactly."""
        return MOST_FOUND if self.filters.q else MOST_COUNTED

    @property
    def order(self) -> Order:
        """Age is read along the creation date, so that this filter is a range of an index too."""
        if self.filters.sorted_by == "due":
            return Order("due_on", descending=False)
        column = "created_at" if self.filters.age and not self.filters.q else "id"
        return Order(column, descending=self.filters.sorted_by == "newest")


@dataclass(frozen=True)
class _Branch:
    """One part of the list: what it reads, by which conditions, and the id column in the order of which it is read.

    ``light`` is enough to count: the same without the record where no condition looks at it.
    """

    source: Any
    light: Any
    conditions: tuple[ColumnElement[bool], ...]
    id: ColumnElement[int]
    newest_first: bool = False


def page_statements(
    session: Session, view: View, columns: Sequence[Any], order: Order, *, after: Key | None, limit: int
) -> Iterator[Select[Any]]:
    """For each branch its first ``limit`` rows behind ``after``; rows also have ``sort_id`` and ``sort_value``."""
    for branch in _branches(session, view):
        value = branch.id if order.column == "id" else getattr(Record, order.column)
        keys = [branch.id] if order.column == "id" else [value, branch.id]
        part = select(*columns, branch.id.label("sort_id"), value.label("sort_value")).select_from(branch.source)
        for phase in _phases(view, branch, order, after):
            yield part.where(*branch.conditions, *phase).order_by(*map(order.apply, keys)).limit(limit)


def merged(rows: Sequence[Row[Any]], order: Order, limit: int) -> list[Row[Any]]:
    """The first ``limit`` of the branches' rows; those without a due date come behind all others."""
    if order.column == "id":
        return sorted(rows, key=lambda row: row.sort_id, reverse=order.descending)[:limit]
    dated = [row for row in rows if row.sort_value is not None]
    undated = [row for row in rows if row.sort_value is None]
    dated.sort(key=lambda row: (row.sort_value, row.sort_id), reverse=order.descending)
    undated.sort(key=lambda row: row.sort_id, reverse=order.descending)
    return ([*undated, *dated] if order.descending else [*dated, *undated])[:limit]


def count_statements(session: Session, view: View) -> Iterator[Select[tuple[int]]]:
    """For each branch how many records it has, counted up to one more than ``view.most_counted``."""
    for branch in _branches(session, view):
        part = select(branch.id.label("id")).select_from(branch.light).where(*branch.conditions)
        if branch.newest_first:
            part = part.order_by(branch.id.desc())  # FTS5 then stops early, and the newest are the open ones
        yield select(func.count()).select_from(part.limit(view.most_counted + 1).subquery())


def id_statements(session: Session, view: View) -> Iterator[Select[tuple[int]]]:
    """For each branch the ids of all its records, for exports."""
    for branch in _branches(session, view):
        yield select(branch.id).select_from(branch.light).where(*branch.conditions)


def _branches(session: Session, view: View) -> Iterator[_Branch]:
    column = _beside if session.get_bind().dialect.name == "sqlite" else _as_it_is
    chosen = [one for one in view.processes if view.filters.process in ("", one.key)]
    if view.filters.q:
        found = hits(session, view.filters.q)
        if found is not None and chosen:
            yield _along_hits(found, view, chosen, column)
        return
    for process in chosen:
        for openness in _openness(process, view.filters):
            if _facets(view.filters):
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
    return _Branch(Record.__table__, Record.__table__, conditions, Record.id.expression)


def _along_facet(view: View, process: ReadProcess, openness: bool, column: Treat) -> _Branch:
    """The index of a facet holds process, openness and id as well; the records are only looked up."""
    first, *others = _facets(view.filters)
    facet = RecordFacet.__table__.alias()
    own = (
        facet.c.name == first[0],
        facet.c.value == first[1],
        facet.c.process_id == process.id,
        facet.c.open == literal(openness),
    )
    looked_up = [_has_facet(kind, value) for kind, value in others]
    looked_up += [*_state_condition(view, process, column), *_conditions(view, column)]
    source = facet.join(Record.__table__, Record.__table__.c.id == facet.c.record_id)
    return _Branch(source, source if looked_up else facet, (*own, *looked_up), facet.c.record_id)


def _along_hits(found: Hits, view: View, processes: Sequence[ReadProcess], column: Treat) -> _Branch:
    """The full-text index, newest record first; everything else is looked up for each hit."""
    conditions = [found.found, column(Record.process_id).in_([one.id for one in processes])]
    if view.filters.state:
        conditions.append(column(Record.state).in_({_state(one, view.filters) for one in processes}))
    elif view.filters.status != "all":
        conditions.append(column(Record.open) == literal(view.filters.status == "open"))
    conditions += [_has_facet(kind, value) for kind, value in _facets(view.filters)]
    conditions += _conditions(view, column)
    source = found.source.join(Record.__table__, Record.__table__.c.id == found.record_id)
    return _Branch(source, source, tuple(conditions), found.record_id, newest_first=True)


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
