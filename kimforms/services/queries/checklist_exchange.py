"""What pages show of the exchange between a service and its office: threads by item, shares, looks, the office's list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from ...models import ChecklistLook, ChecklistMessage, ChecklistShare, ClientChecklist, HandOver, Record
from ...naturalisation.applies import applicable, never_stored
from ...naturalisation.readiness import ENTRY_STATES, LEFT_OUT, Line, Readiness
from ...naturalisation.words import ShownItem, shown
from ...permissions import Actor
from ..checklists import questions
from ..checklists.access import Sight, shared_with_office
from ..checklists.refreshing import judge
from ..checklists.sharing import live_shares
from ..editions.reading import document_of

MOST_LOOKS = 100
MOST_LISTED = 200


@dataclass(frozen=True)
class Thread:
    """What was written at one item, or about the whole (``item`` None). ``waits``: the last word is the service's."""

    item_id: str | None
    item: ShownItem | None
    messages: tuple[ChecklistMessage, ...]
    waits: bool


@dataclass(frozen=True)
class Row:
    """A line of the office's list: what was shared with it, and what waits there for an answer."""

    checklist: ClientChecklist
    shares: tuple[ChecklistShare, ...]
    unanswered: tuple[str | None, ...]
    hand_over: HandOver | None
    since: datetime

    @property
    def to_confirm(self) -> bool:
        return self.hand_over is not None and self.hand_over.state == "sent"


@dataclass(frozen=True)
class SharedItem:
    """An item as the office sees it: no note, and of the items that are never stored there is none."""

    item: ShownItem
    line: Line
    state_words: str
    reason: str
    review: str
    evidence: tuple[tuple[str, date | None], ...]


def threads(session: Session, checklist: ClientChecklist, sight: Sight, day: date) -> list[Thread]:
    """Threads of the items that the reader sees, those that wait for an answer first."""
    found: dict[str | None, list[ChecklistMessage]] = {}
    for one in questions.messages(session, checklist, sight):
        found.setdefault(one.item_id, []).append(one)
    document = document_of(checklist.edition)
    made = [
        Thread(
            item_id,
            shown(document.items[item_id], document, day) if item_id in document.items else None,
            tuple(written),
            written[-1].side == "service",
        )
        for item_id, written in found.items()
    ]
    return sorted(made, key=lambda thread: (not thread.waits, thread.item_id or ""))


def askable(checklist: ClientChecklist, sight: Sight, day: date) -> list[tuple[str, str]]:
    """Items that may be written about, as choices: those that apply first come by themselves in the edition's order."""
    document = document_of(checklist.edition)
    here = {item.id for item in applicable(document, checklist.situation)}
    hidden = never_stored(document)
    wanted = [item for item in document.items.values() if item.id not in hidden and sight.sees(item.id)]
    wanted.sort(key=lambda item: item.id not in here)
    return [(item.id, f"{item.id} {shown(item, document, day).title}") for item in wanted]


def shares(session: Session, checklist: ClientChecklist) -> list[ChecklistShare]:
    """The live shares; the service ends them."""
    return live_shares(session, checklist)


def looks(session: Session, checklist: ClientChecklist) -> Sequence[ChecklistLook]:
    """The last looks of the office, the newest first; only the service reads them."""
    return session.scalars(
        select(ChecklistLook)
        .where(ChecklistLook.checklist_id == checklist.record_id)
        .options(joinedload(ChecklistLook.user))
        .order_by(ChecklistLook.id.desc())
        .limit(MOST_LOOKS)
    ).all()


def items_for_office(checklist: ClientChecklist, sight: Sight, day: date) -> list[tuple[str, list[SharedItem]]]:
    """The items that the office sees, by section. A shared item that no longer applies is not shown."""
    document = document_of(checklist.edition)
    entries = {entry.item_id: entry for entry in checklist.entries}
    sections = {section.id: section.title for section in document.sections}
    made: dict[str, list[SharedItem]] = {}
    for line in judge(checklist, day).lines:
        if not sight.sees(line.item.id):
            continue
        item, entry = shown(line.item, document, day), entries.get(line.item.id)
        made.setdefault(sections[item.section], []).append(
            SharedItem(
                item,
                line,
                ENTRY_STATES[line.state],
                entry.reason if entry is not None else "",
                entry.review if entry is not None else "",
                tuple(
                    (one["name"], date.fromisoformat(one["seen_on"]) if one.get("seen_on") else None)
                    for one in (entry.evidence if entry is not None else ())
                ),
            )
        )
    return list(made.items())


def in_the_way(checklist: ClientChecklist, judged: Readiness, day: date) -> list[tuple[str, str, str]]:
    """Id, title and sentence of each point that stands in the way; what the office or a new edition said comes first."""
    document = document_of(checklist.edition)
    said = {entry.item_id: entry.review for entry in checklist.entries if entry.review}
    return [
        (line.item.id, shown(line.item, document, day).title, said.get(line.item.id) or line.sentence)
        for line in judged.lines
        if not line.ok
    ]


def left_out() -> str:
    """The sentence about what nobody writes down."""
    return LEFT_OUT


def listing(session: Session, actor: Actor) -> list[Row]:
    """What is shared with the offices of the actor: unanswered questions first, then hand-overs to confirm, then the rest."""
    checklists = session.scalars(
        select(ClientChecklist)
        .join(ClientChecklist.record)
        .where(shared_with_office(actor))
        .options(contains_eager(ClientChecklist.record).joinedload(Record.version))
        .order_by(ClientChecklist.changed_at.desc(), ClientChecklist.record_id.desc())
        .limit(MOST_LISTED)
    ).all()
    ids = [one.record_id for one in checklists]
    live = _shares_of(session, actor, ids)
    handed = _latest_of(session, ids)
    waiting = _unanswered(session, ids)
    rows = [_row(one, live.get(one.record_id, []), handed.get(one.record_id), waiting) for one in checklists]
    return sorted(rows, key=_urgency)


def _urgency(row: Row) -> tuple[int, float]:
    rank = 0 if row.unanswered else 1 if row.to_confirm else 2
    age = row.since.timestamp()
    return rank, age if rank < 2 else -age


def _row(
    checklist: ClientChecklist,
    live: list[ChecklistShare],
    hand_over: HandOver | None,
    waiting: dict[tuple[int, str | None], datetime],
) -> Row:
    whole = any(one.scope != "item" for one in live)
    items = {one.item_id for one in live if one.scope == "item"}
    open_ones = {
        item: at
        for (number, item), at in waiting.items()
        if number == checklist.record_id and (whole or (item is not None and item in items))
    }
    since = min(
        open_ones.values(), default=hand_over.at if hand_over and whole else max(one.created_at for one in live)
    )
    return Row(
        checklist,
        tuple(live),
        tuple(sorted(open_ones, key=lambda item: item or "")),
        hand_over if any(one.scope == "hand_over" for one in live) else None,
        since,
    )


def _shares_of(session: Session, actor: Actor, ids: list[int]) -> dict[int, list[ChecklistShare]]:
    found: dict[int, list[ChecklistShare]] = {}
    for share in session.scalars(
        select(ChecklistShare)
        .where(
            ChecklistShare.checklist_id.in_(ids),
            ChecklistShare.ended_at.is_(None),
            ChecklistShare.controller_id.in_(sorted(actor.controllers("checklist:office"))),
        )
        .order_by(ChecklistShare.id)
    ):
        found.setdefault(share.checklist_id, []).append(share)
    return found


def _latest_of(session: Session, ids: list[int]) -> dict[int, HandOver]:
    rows = session.scalars(select(HandOver).where(HandOver.checklist_id.in_(ids)).order_by(HandOver.number))
    return {row.checklist_id: row for row in rows}


def _unanswered(session: Session, ids: list[int]) -> dict[tuple[int, str | None], datetime]:
    """Threads whose last word is the service's, with the time of that word."""
    last = (
        select(
            ChecklistMessage.checklist_id,
            ChecklistMessage.item_id,
            func.max(ChecklistMessage.id).label("last"),
            func.max(case((ChecklistMessage.side == "office", ChecklistMessage.id), else_=0)).label("answer"),
            func.max(ChecklistMessage.at).label("at"),
        )
        .where(ChecklistMessage.checklist_id.in_(ids))
        .group_by(ChecklistMessage.checklist_id, ChecklistMessage.item_id)
        .subquery()
    )
    rows = session.execute(select(last.c.checklist_id, last.c.item_id, last.c.at).where(last.c.answer < last.c.last))
    return {(row.checklist_id, row.item_id): row.at for row in rows}
