"""The agenda of a meeting as pages, letters and minutes read it: in order, numbered, with running times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ...models import AgendaItem, AgendaPaper, Meeting
from ..bodies.access import Standing


@dataclass(frozen=True)
class Line:
    """One point as the agenda shows it. ``begins`` is None from the first point on whose length nobody knows.

    ``minutes`` is what it takes with all below it; ``children`` says that it has points below it.
    """

    label: str
    item: AgendaItem
    begins: datetime | None
    minutes: int | None
    papers: Sequence[AgendaPaper] = ()
    children: bool = False

    @property
    def depth(self) -> int:
        return 1 if self.item.parent_id is not None else 0


@dataclass(frozen=True)
class Budget:
    """How long the points take together, beside how long the meeting is; ``open`` counts points without a time."""

    planned: int
    available: int
    open: int

    @property
    def exceeded(self) -> int:
        """By how many minutes the agenda is longer than the meeting; 0 when it fits."""
        return max(self.planned - self.available, 0)


def numbered(items: Iterable[AgendaItem]) -> list[tuple[str, AgendaItem]]:
    """The points in their order with what they are called: ``3``, below it ``3.1``.

    Dropped points keep their number, so that what was sent stays true. Points whose parent is not among ``items`` are
    left out.
    """
    everything = sorted(items, key=lambda one: (one.position, one.id or 0))
    below: dict[int, list[AgendaItem]] = {}
    for item in everything:
        if item.parent_id is not None:
            below.setdefault(item.parent_id, []).append(item)
    found = []
    for number, item in enumerate((one for one in everything if one.parent_id is None), 1):
        found.append((str(number), item))
        found += [(f"{number}.{part}", child) for part, child in enumerate(below.get(item.id, ()), 1)]
    return found


def items_of(session: Session, meeting: Meeting) -> list[AgendaItem]:
    """All points of a meeting; one query."""
    return list(
        session.scalars(
            select(AgendaItem)
            .where(AgendaItem.meeting_id == meeting.record_id)
            .options(joinedload(AgendaItem.record))
            .order_by(AgendaItem.position, AgendaItem.id)
        )
    )


def agenda_of(session: Session, meeting: Meeting, standing: Standing = Standing.WORK) -> list[tuple[str, AgendaItem]]:
    """The numbered points that somebody may see: guests none that is confidential. Numbers are those of the whole agenda."""
    return open_to(numbered(items_of(session, meeting)), standing)


def open_to(lines: Sequence[tuple[str, AgendaItem]], standing: Standing) -> list[tuple[str, AgendaItem]]:
    """Without what is confidential, or stands below something confidential, unless the reader is a member or works on it."""
    if standing >= Standing.MEMBER:
        return list(lines)
    hidden = {item.id for _label, item in lines if item.confidential}
    return [(label, item) for label, item in lines if item.id not in hidden and item.parent_id not in hidden]


def papers_of(session: Session, items: Sequence[AgendaItem]) -> dict[int, list[AgendaPaper]]:
    """The papers of these points in order, by point; one query. Files that were taken away are left out."""
    found: dict[int, list[AgendaPaper]] = {}
    if not items:
        return found
    wanted = (
        select(AgendaPaper)
        .where(AgendaPaper.item_id.in_([one.id for one in items]))
        .options(joinedload(AgendaPaper.attachment), joinedload(AgendaPaper.record))
        .order_by(AgendaPaper.position, AgendaPaper.id)
    )
    for paper in session.scalars(wanted):
        if paper.attachment is None or paper.attachment.removed_at is None:
            found.setdefault(paper.item_id, []).append(paper)
    return found


def lines_of(session: Session, meeting: Meeting, standing: Standing = Standing.WORK) -> tuple[list[Line], Budget]:
    """The agenda with clock times and papers, and whether it fits into the meeting; two queries.

    Times are reckoned over the whole agenda, also where the reader does not see all of it.
    """
    everything = numbered(items_of(session, meeting))
    lasts = _lasts([item for _label, item in everything])
    shown = {item.id for _label, item in open_to(everything, standing)}
    papers = papers_of(session, [item for _label, item in everything if item.id in shown])
    times = _times(meeting, everything, lasts)
    parents = {item.parent_id for _label, item in everything}
    lines = [
        Line(label, item, times[item.id], lasts.get(item.id), papers.get(item.id, ()), item.id in parents)
        for label, item in everything
        if item.id in shown
    ]
    top = [item for _label, item in everything if item.parent_id is None and item.state != "dropped"]
    available = int((meeting.ends_at - meeting.starts_at).total_seconds() // 60)
    known = [lasts[item.id] or 0 for item in top]
    return lines, Budget(sum(known), available, sum(lasts[item.id] is None for item in top))


def _lasts(items: Sequence[AgendaItem]) -> dict[int, int | None]:
    """Minutes by point: what stands below a point counts where it has times, else the point's own."""
    below: dict[int, int] = {}
    for item in items:
        if item.parent_id is not None and item.minutes and item.state != "dropped":
            below[item.parent_id] = below.get(item.parent_id, 0) + item.minutes
    return {item.id: 0 if item.state == "dropped" else below.get(item.id, item.minutes) for item in items}


def _times(
    meeting: Meeting, lines: Sequence[tuple[str, AgendaItem]], lasts: Mapping[int, int | None]
) -> dict[int, datetime | None]:
    """When each point begins; unknown after a point whose length nobody gave."""
    found: dict[int, datetime | None] = {}
    at: datetime | None = meeting.starts_at
    inner: datetime | None = at
    for _label, item in lines:
        minutes = lasts[item.id]
        if item.parent_id is not None:
            found[item.id] = inner
            inner = inner + timedelta(minutes=minutes) if inner is not None and minutes is not None else None
            continue
        found[item.id] = inner = at
        at = at + timedelta(minutes=minutes) if at is not None and minutes is not None else None
    return found
