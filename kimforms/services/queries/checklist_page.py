"""What the page of one checklist reads for its service: sections with their points, how far it is, what is only talked about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...models import ChecklistEntry, ChecklistShare, ClientChecklist, User
from ...naturalisation.applies import contradictions
from ...naturalisation.document import Item
from ...naturalisation.readiness import ENTRY_STATES, Line, Readiness
from ...naturalisation.words import ShownItem, on_day, shown
from ..checklists.refreshing import judge
from ..editions.reading import document_of
from .checklists import measure


@dataclass(frozen=True)
class Paper:
    """A piece of evidence: as the edition calls it, as it reads on the day, and who saw it when."""

    name: str
    text: str
    seen_on: date | None
    seen_by: str


@dataclass(frozen=True)
class Point:
    """An item that applies, with what was noted at it. ``row_version`` is 0 where nothing was."""

    item: Item
    text: ShownItem
    line: Line
    state_words: str
    entry: ChecklistEntry | None
    papers: tuple[Paper, ...]
    adviser: str
    changed_by: str
    shared: bool

    @property
    def row_version(self) -> int:
        return self.entry.row_version if self.entry is not None else 0

    @property
    def counts(self) -> bool:
        """Whether it counts for progress: hints do not, and what comes after the decision does not."""
        return self.item.kind != "hinweis" and not self.item.after_decision


@dataclass(frozen=True)
class SectionPart:
    """A section of the edition with the points that apply, never empty."""

    id: str
    title: str
    help: str
    points: tuple[Point, ...]

    @property
    def total(self) -> int:
        return sum(one.counts for one in self.points)

    @property
    def done(self) -> int:
        return sum(one.counts and one.line.ok for one in self.points)


@dataclass(frozen=True)
class ChecklistPage:
    """Everything of one checklist. ``talk``: the points that are never stored, the same for everybody."""

    sections: tuple[SectionPart, ...]
    readiness: Readiness
    done: int
    total: int
    talk: tuple[ShownItem, ...]
    contradictions: tuple[str, ...]

    def point(self, item_id: str) -> Point | None:
        return next((one for one in self.points() if one.item.id == item_id), None)

    def points(self) -> Iterator[Point]:
        for section in self.sections:
            yield from section.points


def read(session: Session, checklist: ClientChecklist, day: date) -> ChecklistPage:
    """The page as of a day. Three queries, whatever was noted: entries, names, what is shared."""
    document = document_of(checklist.edition)
    judged = judge(checklist, day)
    entries = {one.item_id: one for one in checklist.entries}
    names = _names(session, checklist)
    shared = set(
        session.scalars(
            select(ChecklistShare.item_id).where(
                ChecklistShare.checklist_id == checklist.record_id, ChecklistShare.ended_at.is_(None)
            )
        )
    )
    lines = {line.item.id: line for line in judged.lines}

    def point(item: Item) -> Point:
        entry, text = entries.get(item.id), shown(item, document, day)
        return Point(
            item=item,
            text=text,
            line=lines[item.id],
            state_words=ENTRY_STATES[lines[item.id].state],
            entry=entry,
            papers=tuple(_papers(item, text, entry, names)),
            adviser=names.get(entry.adviser_id or 0, "") if entry else "",
            changed_by=names.get(entry.changed_by_id or 0, "") if entry else "",
            shared=item.id in shared,
        )

    sections = []
    for section in document.sections:
        points = tuple(point(item) for item in section.items if item.id in lines)
        if points:
            title, text = on_day(section.title, document, day), on_day(section.help or "", document, day)
            sections.append(SectionPart(section.id, title, text, points))
    done, total = measure(document, checklist.situation, judged.missing)
    hidden = document.never_stored_items
    return ChecklistPage(
        sections=tuple(sections),
        readiness=judged,
        done=done,
        total=total,
        talk=tuple(shown(item, document, day) for item in document.items.values() if item.id in hidden),
        contradictions=tuple(contradictions(document, checklist.situation)),
    )


def _papers(item: Item, text: ShownItem, entry: ChecklistEntry | None, names: dict[int, str]) -> Iterator[Paper]:
    seen = {one["name"]: one for one in (entry.evidence if entry is not None else [])}
    words = dict(zip(item.evidence, text.evidence, strict=True))
    for name in [*item.evidence, *(one for one in seen if one not in words)]:
        found = seen.get(name)
        day = date.fromisoformat(found["seen_on"]) if found else None
        yield Paper(name, words.get(name, name), day, names.get(found.get("by") or 0, "") if found else "")


def _names(session: Session, checklist: ClientChecklist) -> dict[int, str]:
    ids = {one.adviser_id for one in checklist.entries} | {one.changed_by_id for one in checklist.entries}
    ids |= {paper.get("by") for one in checklist.entries for paper in one.evidence}
    ids |= {checklist.adviser_id, checklist.talked_by_id}
    rows = session.execute(select(User.id, User.name).where(User.id.in_(sorted(one for one in ids if one))))
    return {row.id: row.name for row in rows}
