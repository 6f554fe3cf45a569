"""Figures for people who do not read the single records: below which number a figure is hidden, and the release of a
half-year's counts, once, for good. Called by the page of statistics, the worker and the demonstration.

Why half-years, why frozen: ``docs/decisions/0009-small-numbers.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..engine.small_numbers import LOWEST_THRESHOLD, Count, Figures
from ..models import Setting
from ..permissions import SYSTEM, Actor, may
from . import audit
from .catalogues import catalogues
from .queries import statistics as counting
from .records.facts import local_day
from .refusals import InputRefused, NotPermitted, StaleVersion

THRESHOLD = "statistics:threshold"
RELEASE = "statistics:release:"
DEFAULT_THRESHOLD = 5
HIGHEST_THRESHOLD = 100
WAIT = timedelta(days=28)
"""So long after the end of a half-year the coordination can still put things right before its figures are frozen."""
Work = Callable[[], AbstractContextManager[Session]]


def threshold_of(session: Session, controller_id: int) -> int:
    """The number below which the controller's figures are hidden."""
    kept = session.get(Setting, (controller_id, THRESHOLD))
    return int(kept.value) if kept is not None else DEFAULT_THRESHOLD


def set_threshold(
    session: Session, actor: Actor, now: datetime, *, controller_id: int, wanted: int | None, shown: int | None
) -> bool:
    """Sets the number below which figures are hidden; False when nothing changes. ``shown`` is what the page showed.

    Raises NotPermitted, InputRefused for a number out of bounds, StaleVersion when somebody else was faster.
    """
    if not may(actor, "statistics:threshold", controller_id):
        raise NotPermitted()
    if wanted is None or not LOWEST_THRESHOLD <= wanted <= HIGHEST_THRESHOLD:
        raise InputRefused(
            {"threshold": f"Geben Sie eine ganze Zahl von {LOWEST_THRESHOLD} bis {HIGHEST_THRESHOLD} ein."}
        )
    old = threshold_of(session, controller_id)
    if wanted == old:
        return False
    if shown != old:
        raise StaleVersion(
            "Inzwischen hat jemand anderes die Schwelle geändert. Sehen Sie sich die Seite noch einmal an."
        )
    kept = session.get(Setting, (controller_id, THRESHOLD))
    if kept is None:
        kept = Setting(controller_id=controller_id, key=THRESHOLD)
        session.add(kept)
    kept.value, kept.changed_at, kept.changed_by_id = wanted, now, actor.user_id
    audit.record(session, actor, now, audit.Tag.STATISTICS_THRESHOLD, controller_id=controller_id, old=old, new=wanted)
    return True


def run(work: Work, now: datetime) -> int:
    """Releases every half-year whose time has come; returns how many. Twice does no harm: nothing is released again."""
    with work() as session:
        return release_due(session, now)


def release_due(session: Session, now: datetime) -> int:
    """Freezes the counts of each half-year that ended at least ``WAIT`` ago, for every controller with reports."""
    done = 0
    today = local_day(now)
    for place in counting.all_places(session):
        if not place.processes:
            continue
        kept = set(session.scalars(select(Setting.key).where(Setting.controller_id == place.controller_id)))
        begin = counting.begin_of(session, place)
        for key, first, last in half_years(begin, today - WAIT) if begin else ():
            if RELEASE + key not in kept:
                _release(session, now, place, key, first, last)
                done += 1
    return done


def half_years(begin: date, end: date) -> Iterator[tuple[str, date, date]]:
    """Key, first and last day of the half-years from the one of ``begin`` to the last that ends on ``end`` or before."""
    year, half = begin.year, 1 if begin.month <= 6 else 2
    while True:
        first = date(year, 1 if half == 1 else 7, 1)
        last = date(year, 6, 30) if half == 1 else date(year, 12, 31)
        if last > end:
            return
        yield f"{year}-{half}", first, last
        year, half = (year, 2) if half == 1 else (year + 1, 1)


def _release(session: Session, now: datetime, place: counting.Place, key: str, first: date, last: date) -> None:
    period = counting.period_of(first, last, "quarter")
    figures = counting.count(session, place, period).figures
    threshold = threshold_of(session, place.controller_id)
    lists = catalogues(session)
    names: dict[str, list[str | None]] = {
        name: list(counting.values_of(place, name, lists, "de")) for name in counting.SOURCES
    }
    names[counting.TIME] = [one.key for one in period.slices]
    value = {"threshold": threshold, "on": local_day(now).isoformat(), **written(figures, names)}
    session.add(
        Setting(controller_id=place.controller_id, key=RELEASE + key, value=value, changed_at=now, changed_by_id=None)
    )
    audit.record(
        session,
        SYSTEM,
        now,
        audit.Tag.STATISTICS_RELEASE,
        controller_id=place.controller_id,
        period=key,
        threshold=threshold,
    )


def written(figures: Figures, names: Mapping[str, list[Any]]) -> dict[str, Any]:
    """Counts as JSON. ``names``: the values that a dimension has in the county's lists, which are told even when zero."""
    total = figures.total or Count()
    lists = {
        name: [
            [key, *_pair(cells.get(key))] for key in [*names[name], *(key for key in cells if key not in names[name])]
        ]
        for name, cells in figures.lists.items()
    }
    tables = {
        name: [[row, column, *_pair(one)] for (row, column), one in cells.items()]
        for name, cells in figures.tables.items()
    }  # fmt: skip
    return {"total": list(_pair(total)), "lists": lists, "tables": tables}


def read(value: Mapping[str, Any]) -> Figures:
    """The counts as they were when the half-year was released."""
    return Figures(
        Count(*value["total"]),
        {name: {key: Count(*pair) for key, *pair in cells} for name, cells in value["lists"].items()},
        {
            name: {(row, column): Count(*pair) for row, column, *pair in cells}
            for name, cells in value["tables"].items()
        },
    )


def _pair(one: Count | None) -> tuple[int, int]:
    return (one.reports, one.cases) if one else (0, 0)
