"""Figures for a naturalisation office about the work of advisory services, taken by the worker and kept, never counted live.

Two kinds. The *stock*: open checklists that the office does not see one by one, by state and service, and which points
they lack; taken anew at most once a day, and only when enough checklists changed since, so that nobody reads a single
client out of the difference between two days. A *quarter*: what was handed over and returned, counted once when the
quarter is over. Quarters do not overlap and no other periods exist, so there is nothing to subtract.
``docs/decisions/0009-small-numbers.md`` says why hiding small numbers alone would not do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, time
from statistics import quantiles
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from ..engine.small_numbers import FIRST, Count, Figures
from ..models import ChecklistShare, ClientChecklist, HandOver, Record, Setting
from ..permissions import SYSTEM
from . import audit
from .naturalisation_office import offices
from .records.facts import BERLIN, local_day
from .statistics import threshold_of, written

STOCK = "naturalisation:stock"
QUARTER = "naturalisation:quarter:"
SERVICE = "service"
OPEN_STATES = ("in_arbeit", "verwiesen", "eingegangen", "in_pruefung", "nachforderung", "zurueckgegeben")
READY = "bereit"
"""Stands for checklists at work in which nothing is missing any more."""
EARLIEST = date(2026, 1, 1)
Work = Callable[[], AbstractContextManager[Session]]
Keys = Mapping[tuple[str, str], int]


def run(work: Work, now: datetime) -> int:
    """Takes what is due for every office; returns how much. Twice does no harm."""
    with work() as session:
        return sum(
            _stock_due(session, office.id, now) + _quarters_due(session, office.id, now) for office in offices(session)
        )


def visible_now(controller_id: int) -> ColumnElement[bool]:
    """The SQL filter over ``ClientChecklist``: those that an office sees one by one, since they are shared with it."""
    return (
        exists()
        .where(ChecklistShare.checklist_id == ClientChecklist.record_id)
        .where(ChecklistShare.controller_id == controller_id, ChecklistShare.ended_at.is_(None))
    )


def open_of(controller_id: int) -> tuple[ColumnElement[bool], ...]:
    """The SQL filters over ``Record`` and ``ClientChecklist`` for open checklists of an office."""
    return (
        Record.controller_id == controller_id,
        Record.state.in_(OPEN_STATES),
        ClientChecklist.erased_at.is_(None),
    )


def by_state(session: Session, controller_id: int, *, visible: bool) -> dict[tuple[str, str], int]:
    """Open checklists by state and service: those that the office sees, or the others. One query."""
    seen = visible_now(controller_id)
    rows = session.execute(
        select(Record.state, ClientChecklist.ready, ClientChecklist.organisation, func.count())
        .join(Record, Record.id == ClientChecklist.record_id)
        .where(*open_of(controller_id), seen if visible else ~seen)
        .group_by(Record.state, ClientChecklist.ready, ClientChecklist.organisation)
    )
    found: Counter[tuple[str, str]] = Counter()
    for state, ready, organisation, number in rows:
        found[READY if state == "in_arbeit" and ready else state, organisation] += number
    return dict(found)


def crossed(cells: Keys) -> Figures:
    """Counts of a partition (state, or kind of a hand-over) against services, as the rules of small numbers want them."""
    first: Counter[str] = Counter()
    second: Counter[str] = Counter()
    for (row, column), number in cells.items():
        first[row] += number
        second[column] += number
    table = {cell: Count(number, number) for cell, number in cells.items()}
    return Figures(_count(sum(cells.values())), {FIRST: _counts(first), SERVICE: _counts(second)}, {SERVICE: table})


def listed(numbers: Mapping[str, int]) -> Figures:
    """Counts of one partition with their total."""
    return Figures(_count(sum(numbers.values())), {FIRST: _counts(numbers)}, {})


def quarter_of(day: date) -> str:
    """``2026-Q3``."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def quarters(begin: date, today: date) -> Iterator[tuple[str, date, date]]:
    """Key, first day and first day after it of the quarters from that of ``begin`` to the last one that is over."""
    first = date(begin.year, (begin.month - 1) // 3 * 3 + 1, 1)
    while True:
        following = date(first.year + first.month // 10, (first.month + 2) % 12 + 1, 1)
        if following > today:
            return
        yield quarter_of(first), first, following
        first = following


def _stock_due(session: Session, controller_id: int, now: datetime) -> int:
    kept = session.get(Setting, (controller_id, STOCK))
    threshold = threshold_of(session, controller_id)
    if kept is not None:
        since = datetime.fromisoformat(kept.value["at"])
        if local_day(since) >= local_day(now) or _changed_since(session, controller_id, since) < threshold:
            return 0
    figures = crossed(by_state(session, controller_id, visible=False))
    missing: Counter[str] = Counter()
    for items in session.scalars(
        select(ClientChecklist.missing)
        .join(Record, Record.id == ClientChecklist.record_id)
        .where(*open_of(controller_id), ~visible_now(controller_id))
    ):
        missing.update(set(items))
    value = {"at": now.astimezone(UTC).isoformat(), "threshold": threshold, "missing": dict(sorted(missing.items()))}
    _keep(session, now, controller_id, STOCK, value | _written(figures))
    return 1


def _changed_since(session: Session, controller_id: int, since: datetime) -> int:
    """Of how many clients something may differ from what was told then."""
    return (
        session.scalar(
            select(func.count())
            .select_from(ClientChecklist)
            .join(Record, Record.id == ClientChecklist.record_id)
            .where(Record.controller_id == controller_id, ClientChecklist.changed_at > since)
        )
        or 0
    )


def _quarters_due(session: Session, controller_id: int, now: datetime) -> int:
    known = set(
        session.scalars(
            select(Setting.key).where(Setting.controller_id == controller_id, Setting.key.startswith(QUARTER))
        )
    )
    begin = session.scalar(
        select(func.min(HandOver.at))
        .join(Record, Record.id == HandOver.checklist_id)
        .where(Record.controller_id == controller_id)
    )
    if begin is None:
        return 0
    latest = max((key.removeprefix(QUARTER) for key in known), default="")
    due = [
        one for one in quarters(max(local_day(begin), EARLIEST), local_day(now)) if one[0] > latest
    ]  # an older one is never made up for: of it some may be erased by now
    for key, first, following in due:
        _keep(session, now, controller_id, QUARTER + key, _quarter(session, controller_id, first, following))
    return len(due)


def _quarter(session: Session, controller_id: int, first: date, following: date) -> dict[str, Any]:
    """What was handed over and returned from one day to the day before another. Two queries."""
    begin, end = _midnight(first), _midnight(following)
    rows = session.execute(
        select(
            HandOver.number, HandOver.complete, HandOver.at, ClientChecklist.organisation, ClientChecklist.started_on
        )
        .join(ClientChecklist, ClientChecklist.record_id == HandOver.checklist_id)
        .join(Record, Record.id == HandOver.checklist_id)
        .where(Record.controller_id == controller_id, HandOver.at >= begin, HandOver.at < end)
    ).all()
    handed: Counter[tuple[str, str]] = Counter()
    days = []
    for number, complete, at, organisation, started_on in rows:
        handed["complete" if complete else "incomplete", organisation] += 1
        if number == 1:
            days.append(max(0, (local_day(at) - started_on).days))
    returned = session.execute(
        select(HandOver.return_reason, HandOver.gaps)
        .join(Record, Record.id == HandOver.checklist_id)
        .where(Record.controller_id == controller_id, HandOver.returned_at >= begin, HandOver.returned_at < end)
    ).all()
    gaps: Counter[str] = Counter()
    for _reason, named in returned:
        gaps.update({gap["item"] for gap in named if gap.get("item")})
    return {
        "threshold": threshold_of(session, controller_id),
        "handed": _written(crossed(handed)),
        "returned": _written(listed(Counter(reason or "anderes" for reason, _gaps in returned))),
        "gaps": dict(sorted(gaps.items())),
        "duration": {"number": len(days), "weeks": _weeks(days)},
    }


def _weeks(days: list[int]) -> list[int]:
    """Lower quartile, median and upper quartile in whole weeks: no number of days leads back to one client."""
    if len(days) < 2:
        return []
    return [round(one / 7) for one in quantiles(days, n=4, method="inclusive")]


def _written(figures: Figures) -> dict[str, Any]:
    return written(figures, {name: list(cells) for name, cells in figures.lists.items()})


def _keep(session: Session, now: datetime, controller_id: int, key: str, value: dict[str, Any]) -> None:
    kept = session.get(Setting, (controller_id, key))
    if kept is None:
        kept = Setting(controller_id=controller_id, key=key)
        session.add(kept)
    kept.value, kept.changed_at, kept.changed_by_id = value, now, None
    audit.record(
        session, SYSTEM, now, audit.Tag.FIGURES_TAKE, controller_id=controller_id,
        what=key.removeprefix("naturalisation:"), threshold=value["threshold"],
    )  # fmt: skip


def _counts(numbers: Mapping[str, int]) -> dict[Any, Count]:
    return {key: _count(number) for key, number in sorted(numbers.items())}


def _count(number: int) -> Count:
    return Count(number, number)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, BERLIN).astimezone(UTC)


def enough(numbers: Iterable[tuple[str, int]], total: int, threshold: int) -> dict[str, int]:
    """Of how often something holds, what may be told: neither a few that it holds for nor a few that it does not."""
    if total < threshold:
        return {}
    return {key: number for key, number in numbers if number >= threshold and not 0 < total - number < threshold}
