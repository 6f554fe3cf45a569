"""What the page of figures and its downloads show a naturalisation office. Every figure passes through here.

Counts of checklists that the office does not see are read as the worker kept them, with small numbers hidden; those it
does see are counted now and exact. Six queries at most, however many checklists there are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...engine.small_numbers import FIRST, Cell, Count, Figures, Shown, protected
from ...models import Controller, Setting
from ...permissions import Actor, may
from ..advice.concerned import names_of
from ..editions.reading import current, document_of
from ..naturalisation_figures import OPEN_STATES, QUARTER, READY, SERVICE, STOCK, by_state, crossed, enough
from ..records.facts import local_day
from ..refusals import NotPermitted
from ..statistics import DEFAULT_THRESHOLD, THRESHOLD, read

STATES = ("in_arbeit", READY, *OPEN_STATES[1:])
MOST_ITEMS = 15


@dataclass(frozen=True)
class Table:
    """Counts of a first dimension (``rows``) by service; hidden ones are None. ``total`` None: everything is hidden."""

    rows: Sequence[str]
    services: Sequence[str]
    total: Shown
    by_row: Mapping[str, Shown]
    by_service: Mapping[str, Shown]
    cells: Mapping[Cell, Shown]


@dataclass(frozen=True)
class Quarter:
    """What is told of a quarter. ``weeks``: lower quartile, median, upper quartile; ``(median,)``; or empty: hidden."""

    key: str
    handed: Table
    returned: Mapping[str, Shown]
    returned_total: Shown
    gaps: Sequence[tuple[str, int]]
    weeks: tuple[int, ...]


@dataclass(frozen=True)
class FiguresShown:
    """The whole page. ``stock`` None: nothing was taken yet. ``names`` of services, ``titles`` of items."""

    office: Controller
    threshold: int
    seen: Table
    stock: Table | None
    taken_on: date | None
    missing: Sequence[tuple[str, int]]
    quarters: Sequence[str]
    quarter: Quarter | None
    names: Mapping[str, str]
    titles: Mapping[str, str]


def figures_of(session: Session, actor: Actor, now: datetime, *, controller_id: int, quarter: str = "") -> FiguresShown:
    """The figures of the actor's own office; an unknown quarter means the latest. Raises :class:`NotPermitted`."""
    if not may(actor, "naturalisation:figures", controller_id):
        raise NotPermitted()
    kept = _kept(session, controller_id)
    threshold = int(kept.get(THRESHOLD, DEFAULT_THRESHOLD))
    seen = _table(crossed(by_state(session, controller_id, visible=True)), STATES)
    stock, items, taken_on = None, {}, None
    if value := kept.get(STOCK):
        safe = max(int(value["threshold"]), threshold)
        stock = _table(_safe(value, threshold), STATES)
        taken_on = local_day(datetime.fromisoformat(value["at"]))
        items = enough(value["missing"].items(), value["total"][0], safe)
    keys = sorted((key.removeprefix(QUARTER) for key in kept if key.startswith(QUARTER)), reverse=True)
    chosen = quarter if quarter in keys else keys[0] if keys else ""
    told = _quarter(chosen, kept[QUARTER + chosen], threshold) if chosen else None
    slugs = {slug for table in (seen, stock, told and told.handed) if table for slug in table.services}
    edition = current(session, controller_id, local_day(now))
    titles = (
        {item.id: item.title for section in document_of(edition).sections for item in section.items} if edition else {}
    )
    return FiguresShown(
        session.get_one(Controller, controller_id), threshold, seen, stock, taken_on, _most(items), keys, told,
        names_of(session, slugs), titles,
    )  # fmt: skip


def _kept(session: Session, controller_id: int) -> dict[str, Any]:
    rows = session.execute(
        select(Setting.key, Setting.value).where(
            Setting.controller_id == controller_id,
            (Setting.key == THRESHOLD) | Setting.key.startswith("naturalisation:"),
        )
    )
    return {row.key: row.value for row in rows}


def _quarter(key: str, value: Mapping[str, Any], threshold: int) -> Quarter:
    safe = max(int(value["threshold"]), threshold)
    handed = _safe(value["handed"] | {"threshold": value["threshold"]}, threshold)
    returned = _safe(value["returned"] | {"threshold": value["threshold"]}, threshold)
    gaps = enough(value["gaps"].items(), value["returned"]["total"][0], safe)
    number, weeks = value["duration"]["number"], tuple(value["duration"]["weeks"])
    # a quartile of few is somebody's own value, and one hidden with the hand-overs must not come back here
    told = weeks if number >= 4 * safe else weeks[1:2] if number >= 2 * safe else ()
    return Quarter(
        key, _table(handed, ("complete", "incomplete")), returned.lists[FIRST], returned.total, _most(gaps), told
    )  # fmt: skip


def _safe(value: Mapping[str, Any], threshold: int) -> Figures:
    figures = {name: value[name] for name in ("total", "lists", "tables", "threshold")}
    return _safe_of(json.dumps(figures, sort_keys=True), threshold)


@lru_cache(maxsize=64)
def _safe_of(value: str, threshold: int) -> Figures:
    """What was kept, as it may be shown: under a raised threshold what was hidden before stays hidden."""
    kept = json.loads(value)
    figures, then = read(kept), int(kept["threshold"])
    before = protected(figures, then)
    return protected(figures, threshold, before) if threshold > then else before


def _table(figures: Figures, order: Sequence[str]) -> Table:
    rows = [one for one in order if figures.lists[FIRST].get(one, Count()) != Count()]
    services = [str(one) for one, count in figures.lists[SERVICE].items() if count != Count()]
    return Table(
        rows, services, figures.total, {one: figures.lists[FIRST][one] for one in rows},
        {one: figures.lists[SERVICE][one] for one in services},
        {(row, one): figures.tables[SERVICE].get((row, one), Count()) for row in rows for one in services},
    )  # fmt: skip


def _most(numbers: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(numbers.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_ITEMS]
