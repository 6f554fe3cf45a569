"""Counts reports and the cases they stand for: by field of action, municipality, legal area, time, and two of these against
each other. Called by the page of statistics for people who read the records, and by ``services/statistics.py`` for the others.

A fixed number of queries, all grouped in the database. Withdrawn reports are never counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, FromClause, Select, and_, case, func, literal, select
from sqlalchemy.orm import Session, aliased

from ...engine.definition import ProcessDefinition, option_labels
from ...engine.fields import Choosing
from ...engine.people import RelationRef
from ...engine.small_numbers import FIRST, Cell, Count, Figures
from ...models import Controller, Process, ProcessVersion, Record, RecordFacet, RecordLink
from ...permissions import Actor, may, reads_in_full
from ..catalogues import DatabaseCatalogues
from ..processes import definition_by_hash
from ..records.facts import BERLIN, local_day

Unit = Literal["month", "quarter", "year"]
UNITS: tuple[Unit, ...] = ("month", "quarter", "year")
MONTHS: Mapping[Unit, int] = {"month": 1, "quarter": 3, "year": 12}
MOST_SLICES = 240
"""Twenty years of months; a longer course is told in larger steps."""
TIME = "time"
FACETS = {"municipality": "municipality", "area": "legal_area"}
DIMENSIONS = (FIRST, "municipality", "area", TIME)
SOURCES: Mapping[str, tuple[str, str | None]] = {
    FIRST: ("field_of_action", "fields_of_action"),
    "municipality": ("municipalities", "municipalities"),
    "area": ("legal_areas", None),
}


@dataclass(frozen=True)
class Place:
    """The reports of one controller: its processes that hold reports, and what this person may see of their figures."""

    controller_id: int
    name: str
    processes: tuple[int, ...]
    definitions: tuple[ProcessDefinition, ...]
    exact: bool
    everywhere: bool
    own: frozenset[str]

    @property
    def withdrawn(self) -> frozenset[str]:
        return frozenset(state for definition in self.definitions for state in withdrawn_states(definition))


@dataclass(frozen=True)
class Slice:
    """A month, quarter or year, or what of it lies in the period: from its first day to the day before the next one."""

    key: str
    first: date


@dataclass(frozen=True)
class Period:
    """Days of receipt, both included, cut into slices."""

    first: date
    last: date
    unit: Unit
    slices: tuple[Slice, ...]


@dataclass(frozen=True)
class Counted:
    """What the queries found: figures of ``FIRST`` against everything else, and one more table if it was asked for."""

    figures: Figures
    further: Mapping[Cell, Count]


def places_of(session: Session, actor: Actor) -> list[Place]:
    """The controllers whose figures the person may see, with their reports; one small query."""
    found: dict[int, list[Any]] = {}
    for row in _versions(session, actor.controllers("statistics:read")):
        found.setdefault(row.controller_id, []).append(row)
    return [_place(session, actor, rows) for rows in found.values()]


def all_places(session: Session) -> list[Place]:
    """All controllers with reports, as the worker sees them."""
    found: dict[int, list[Any]] = {}
    for row in _versions(session, None):
        found.setdefault(row.controller_id, []).append(row)
    return [_place(session, Actor("system"), rows) for rows in found.values()]


def _versions(session: Session, controllers: Iterable[int] | None) -> Sequence[Any]:
    wanted = (
        select(
            ProcessVersion.id,
            ProcessVersion.content_hash,
            ProcessVersion.process_id,
            Process.controller_id,
            Process.current_version_id,
            Process.read_roles,
            Controller.name,
        )
        .join(Process, Process.id == ProcessVersion.process_id)
        .join(Controller, Controller.id == Process.controller_id)
        .order_by(Process.controller_id, Process.id, ProcessVersion.number.desc())
    )
    if controllers is not None:
        wanted = wanted.where(Process.controller_id.in_(controllers))
    return session.execute(wanted).all()


def _place(session: Session, actor: Actor, rows: Sequence[Any]) -> Place:
    processes: list[int] = []
    definitions: list[ProcessDefinition] = []
    exact = False
    by_process: dict[int, list[Any]] = {}
    for row in rows:
        by_process.setdefault(row.process_id, []).append(row)
    for process_id, versions in by_process.items():
        ordered = sorted(versions, key=lambda row: row.id != row.current_version_id)
        known = [definition_by_hash(session, row.id, row.content_hash) for row in ordered]
        if known[0].reporter is None or known[0].projection.field_of_action is None:
            continue  # no process by which people report
        processes.append(process_id)
        definitions += known
        exact = exact or reads_in_full(actor, rows[0].controller_id, rows[0].read_roles)
    controller_id = rows[0].controller_id
    return Place(
        controller_id,
        rows[0].name,
        tuple(processes),
        tuple(definitions),
        exact,
        may(actor, "statistics:municipalities", controller_id),
        frozenset(one.municipality for one in actor.grants if one.controller_id == controller_id and one.municipality),
    )


def withdrawn_states(definition: ProcessDefinition) -> frozenset[str]:
    """States in which a report ends only because the one who sent it took it back."""
    workflow = definition.workflow
    found = set()
    for key, state in workflow.states.items():
        steps = [one for one in workflow.transitions if one.to == key]
        by_reporter = all(
            isinstance(actor, RelationRef) and actor.is_ in ("reporter", "creator")
            for one in steps
            for actor in one.actors
        )
        if state.kind == "done" and steps and by_reporter and all(one.actors for one in steps):
            found.add(key)
    return frozenset(found)


def values_of(place: Place, dimension: str, lists: DatabaseCatalogues, language: str) -> dict[str | None, str]:
    """What may stand in a dimension, with its label, in the order of the county's lists; not for time."""
    column, source = SOURCES[dimension]
    found: dict[str | None, str] = {one.value: one.label for one in lists.options(source)} if source else {}
    for definition in place.definitions:
        field = definition.fields().get(getattr(definition.projection, column) or "")
        if isinstance(field, Choosing):
            for value, label in option_labels(field, language).items():
                found.setdefault(value, label)
    return found


def begin_of(session: Session, place: Place) -> date | None:
    """The day on which the first report came in; None when there is none."""
    first = session.scalar(select(func.min(Record.created_at)).where(Record.process_id.in_(place.processes)))
    return local_day(first) if first else None


def period_of(first: date, last: date, unit: Unit) -> Period:
    """The days from ``first`` to ``last`` in slices; too many of them become larger ones."""
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    while months > MOST_SLICES * MONTHS[unit] and unit != "year":
        unit = UNITS[UNITS.index(unit) + 1]
    slices = [Slice(slice_key(first, unit), first)]
    day = first
    while (day := _next(day, unit)) <= last:
        slices.append(Slice(slice_key(day, unit), day))
    return Period(first, last, unit, tuple(slices))


def slice_key(day: date, unit: Unit) -> str:
    """``2026-03``, ``2026-Q1`` or ``2026``."""
    if unit == "month":
        return f"{day:%Y-%m}"
    return f"{day.year}-Q{(day.month + 2) // 3}" if unit == "quarter" else str(day.year)


def _next(day: date, unit: Unit) -> date:
    months = MONTHS[unit]
    begin = day.replace(month=(day.month - 1) // months * months + 1, day=1)
    return date(begin.year + (begin.month + months > 12), (begin.month + months - 1) % 12 + 1, 1)


def count(
    session: Session,
    place: Place,
    period: Period,
    *,
    open_only: bool | None = None,
    further: tuple[str, str] | None = None,
) -> Counted:
    """Three queries, and a fourth for a table of two dimensions of which none is the field of action.

    ``open_only``: True counts the open reports, False the closed ones. Lists hold what was found; the caller adds zeros.
    """
    scope = _Scope(place, period, open_only)
    lists: dict[str, dict[Any, Count]] = {name: {} for name in DIMENSIONS}
    tables: dict[str, dict[Cell, Count]] = {name: {} for name in DIMENSIONS[1:]}
    total = Count()
    for name in (TIME, *FACETS):
        for field, value, reports, cases in session.execute(scope.grouped(FIRST, name)):
            key = period.slices[value].key if name == TIME else value
            one = Count(reports, int(cases))
            tables[name][field, key] = one
            lists[name][key] = _sum(lists[name].get(key), one)
            if name == TIME:  # exactly one slice for each report
                lists[FIRST][field] = _sum(lists[FIRST].get(field), one)
                total = _sum(total, one)
    found: dict[Cell, Count] = {}
    if further is not None and FIRST not in further:
        for first, second, reports, cases in session.execute(scope.grouped(*further)):
            cell = tuple(
                period.slices[value].key if name == TIME else value
                for name, value in zip(further, (first, second), strict=True)
            )
            found[cell[0], cell[1]] = Count(reports, int(cases))
    return Counted(Figures(total, lists, tables), found)


def _sum(one: Count | None, other: Count) -> Count:
    return Count(one.reports + other.reports, one.cases + other.cases) if one else other


class _Scope:
    """Which reports are counted, and how they are grouped."""

    def __init__(self, place: Place, period: Period, open_only: bool | None) -> None:
        self.period = period
        begin, end = _moment(period.first), _moment(period.last + timedelta(days=1))
        created = Record.created_at
        self.conditions: list[ColumnElement[bool]] = [
            Record.process_id.in_(place.processes),
            created >= literal(begin, created.type),
            created < literal(end, created.type),
        ]
        if place.withdrawn:
            self.conditions.append(Record.state.not_in(sorted(place.withdrawn)))
        if open_only is not None:
            self.conditions.append(Record.open == literal(open_only))

    def grouped(self, first: str, second: str) -> Select[Any]:
        """Reports and cases by two dimensions; a report with several values counts once for each of them."""
        stated = _stated()
        cases = func.coalesce(stated.c.cases, Record.case_count, 1)
        source: FromClause = Record.__table__.outerjoin(stated, stated.c.record_id == Record.id)
        keys: list[ColumnElement[Any]] = []
        for name in (first, second):
            if name in FACETS:
                facet = aliased(RecordFacet, flat=True)
                here = and_(facet.record_id == Record.id, facet.name == FACETS[name])
                source = source.outerjoin(facet, here)
                keys.append(facet.value)
            else:
                keys.append(self._slice() if name == TIME else Record.field_of_action)
        keys = [key.label(name) for key, name in zip(keys, ("first", "second"), strict=True)]
        return (
            select(*keys, func.count(), func.coalesce(func.sum(cases), 0))
            .select_from(source)
            .where(*self.conditions)
            .group_by(*keys)
        )

    def _slice(self) -> ColumnElement[Any]:
        """The number of the slice in which a report came in, by comparisons that halve the slices each time."""
        slices = self.period.slices
        column = Record.created_at

        def within(low: int, high: int) -> ColumnElement[Any]:
            if high - low == 1:
                return literal(low)
            middle = (low + high) // 2
            bound = literal(_moment(slices[middle].first), column.type)
            return case((column < bound, within(low, middle)), else_=within(middle, high))

        return within(0, len(slices))


def _stated() -> Any:
    """How many cases the coordination found a report to stand for; in several themes, the largest number counts."""
    return (
        select(RecordLink.from_id.label("record_id"), func.max(RecordLink.cases).label("cases"))
        .where(RecordLink.stated, RecordLink.cases.is_not(None))
        .group_by(RecordLink.from_id)
        .subquery()
    )


def _moment(day: date) -> datetime:
    """When a day begins in Germany."""
    return datetime.combine(day, time.min, BERLIN).astimezone(UTC)
