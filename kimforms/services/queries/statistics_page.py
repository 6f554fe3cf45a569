"""What the page of statistics and its downloads show: exact figures for those who read the records, released and
protected ones for the others. Every figure passes through here, so that page, CSV and XLSX never differ.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...engine.small_numbers import FIRST, Cell, Count, Figures, Shown, protected
from ...forms.statistics import Filters
from ...models import Setting
from ...permissions import Actor
from ..catalogues import catalogues
from ..statistics import DEFAULT_THRESHOLD, RELEASE, THRESHOLD, read
from .statistics import DIMENSIONS, SOURCES, TIME, Period, Place, begin_of, count, period_of, places_of, values_of

PUBLISHED_COLUMNS = ("area", "municipality", TIME)
"""Published tables have the field of action in their rows; any other pair would say more together with these."""
Key = Any


@dataclass(frozen=True)
class Line:
    """One value of a dimension; ``count`` is None when it is hidden."""

    key: str | None
    count: Shown


@dataclass(frozen=True)
class Statistics:
    """Everything shown. ``lines`` by dimension; the table has only lines in which something was reported.

    ``period`` is None for a released half-year, whose key is ``half``. ``whole`` is False where a reader sees only the
    own municipality. ``place`` is None when nobody reports to a controller of this person.
    """

    place: Place | None
    places: Sequence[Place] = ()
    exact: bool = False
    whole: bool = True
    threshold: int = DEFAULT_THRESHOLD
    halves: Sequence[str] = ()
    half: str = ""
    released_on: date | None = None
    period: Period | None = None
    total: Shown = None
    lines: Mapping[str, Sequence[Line]] | None = None
    row_dimension: str = FIRST
    column_dimension: str = "area"
    rows: Sequence[str | None] = ()
    columns: Sequence[str | None] = ()
    cells: Mapping[Cell, Shown] | None = None
    labels: Mapping[str, Mapping[str | None, str]] | None = None

    @property
    def hides(self) -> bool:
        """Whether anything that is shown here is hidden."""
        shown = [line.count for lines in (self.lines or {}).values() for line in lines]
        shown += [(self.cells or {}).get((row, column), Count()) for row in self.rows for column in self.columns]
        return not self.exact and (None in shown or self.total is None)


def statistics_of(session: Session, actor: Actor, today: date, language: str, filters: Filters) -> Statistics:
    """The figures that this person may see, as the filters say. At most seven queries, however many reports there are."""
    lists = catalogues(session)
    places = [place for place in places_of(session, actor) if place.processes]
    place = next((one for one in places if one.controller_id == filters.controller), places[0] if places else None)
    if place is None:
        return Statistics(None)
    kept = _settings(session, place.controller_id)
    common = {
        "place": place,
        "places": places,
        "threshold": int(kept.get(THRESHOLD, DEFAULT_THRESHOLD)),
        "labels": {name: values_of(place, name, lists, language) for name in SOURCES},
    }
    if place.exact and not filters.published:
        return _exact(session, place, today, filters, common)
    return _published(place, kept, filters, common)


def _settings(session: Session, controller_id: int) -> dict[str, Any]:
    rows = session.execute(
        select(Setting.key, Setting.value).where(
            Setting.controller_id == controller_id, Setting.key.like("statistics:%")
        )
    )
    return {row.key: row.value for row in rows}


def _exact(session: Session, place: Place, today: date, filters: Filters, common: dict[str, Any]) -> Statistics:
    last = filters.last or today
    first = filters.first or begin_of(session, place) or last
    period = period_of(min(first, last), last, filters.unit)  # type: ignore[arg-type]
    rows, columns = filters.rows, filters.columns
    found = count(session, place, period, open_only=filters.only_open(), further=(rows, columns))
    if rows == FIRST:
        cells = found.figures.tables[columns]
    elif columns == FIRST:
        cells = {(one, field): number for (field, one), number in found.figures.tables[rows].items()}
    else:
        cells = found.further
    known = {name: list(common["labels"][name]) for name in SOURCES} | {TIME: [one.key for one in period.slices]}
    lines = {name: _lines(found.figures.lists[name], known[name], Count()) for name in DIMENSIONS}
    return Statistics(
        exact=True,
        period=period,
        total=found.figures.total,
        lines=lines,
        cells=cells,
        row_dimension=rows,
        column_dimension=columns,
        rows=[line.key for line in lines[rows] if line.count != Count()],
        columns=[line.key for line in lines[columns] if line.count != Count()],
        **common,
    )


def _published(place: Place, kept: Mapping[str, Any], filters: Filters, common: dict[str, Any]) -> Statistics:
    halves = sorted((key.removeprefix(RELEASE) for key in kept if key.startswith(RELEASE)), reverse=True)
    columns = filters.columns if filters.rows == FIRST and filters.columns in PUBLISHED_COLUMNS else "area"
    common |= {"halves": halves, "column_dimension": columns, "whole": place.everywhere}
    if not halves:
        return Statistics(**common)
    half = filters.half if filters.half in halves else halves[0]
    value = kept[RELEASE + half]
    shown = shown_of(json.dumps(value, sort_keys=True), max(int(value["threshold"]), common["threshold"]))
    lines = {name: _lines(shown.lists[name], list(shown.lists[name]), None) for name in DIMENSIONS}
    if not place.everywhere:
        lines["municipality"] = [line for line in lines["municipality"] if line.key in place.own]
    return Statistics(
        half=half,
        released_on=date.fromisoformat(value["on"]),
        total=shown.total,
        lines=lines,
        cells=shown.tables[columns],
        rows=[line.key for line in lines[FIRST] if line.count != Count()],
        columns=[line.key for line in lines[columns] if line.count != Count()],
        **common,
    )


@lru_cache(maxsize=64)
def shown_of(value: str, threshold: int) -> Figures:
    """A released half-year as it is shown now: under a raised threshold what was hidden at its release stays hidden."""
    kept = json.loads(value)
    figures, then = read(kept), int(kept["threshold"])
    before = protected(figures, then)
    return protected(figures, threshold, before) if threshold > then else before


def _lines(cells: Mapping[Any, Shown], known: Sequence[Any], missing: Shown) -> list[Line]:
    """The values of the county's lists first, then others that reports hold; "not given" only where it occurs."""
    others = sorted((key for key in cells if key not in known), key=lambda key: (key is None, str(key)))
    return [Line(key, cells.get(key, missing)) for key in [*known, *others]]
