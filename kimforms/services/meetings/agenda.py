"""The agenda of a meeting while it is made: points in, changed, moved, out; their papers.

A change after the managing director approved the agenda takes the approval back. After dispatch new points are ``late``:
the meeting itself decides whether it lets them in (rulebook, ``late_item_majority``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ...models import AgendaItem, AgendaPaper, AgendaProposal, Meeting, Record
from ...permissions import Actor
from .. import audit
from ..bodies.access import require_work
from ..refusals import InputRefused, NotVisible, StaleVersion, StepRefused
from .moving import take_step, touch

KINDS = ("formalities", "report", "decision", "discussion", "information", "miscellaneous")
OPEN_FOR_ITEMS = ("geplant", "freigegeben", "eingeladen", "laeuft")
MOST = {"title": 300, "text": 10_000, "motion": 10_000, "presenter": 200}
MOST_ITEMS = 100
MOST_MINUTES = 600
WAYS = ("up", "down", "in", "out")


@dataclass(frozen=True)
class Point:
    """What somebody enters about a point of the agenda. ``minutes`` is its time budget."""

    title: str
    kind: str = "discussion"
    text: str = ""
    motion: str = ""
    minutes: int | None = None
    presenter: str = ""
    confidential: bool = False


def add_item(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    meeting: Meeting,
    point: Point,
    parent: AgendaItem | None = None,
    record: Record | None = None,
    source: str = "entered",
    row_version: int | None = None,
    **values: Any,
) -> AgendaItem:
    """A new point at the end, before a closing ``miscellaneous`` one as long as nothing was sent; ``values`` are further columns.

    Raises :class:`NotPermitted`, :class:`StaleVersion`, :class:`StepRefused` once the meeting is over or called off, and
    :class:`InputRefused` by field.
    """
    require_open(actor, meeting, row_version)
    point = _below(parent, point)
    checked(point)
    if parent is not None and (parent.meeting_id != meeting.record_id or parent.parent_id is not None):
        raise InputRefused({"parent": "Unterpunkte stehen nur unter einem Hauptpunkt dieser Sitzung."})
    if (session.scalar(_count(meeting)) or 0) >= MOST_ITEMS:
        raise InputRefused({"title": f"Eine Tagesordnung hat höchstens {MOST_ITEMS} Punkte."})
    late = meeting.dispatched_at is not None or meeting.record.state == "laeuft"
    siblings = _siblings(session, meeting.record_id, parent.id if parent else None)
    place = len(siblings)
    if (
        not late
        and siblings
        and siblings[-1].kind == "miscellaneous"
        and point.kind != "miscellaneous"
        and parent is None
    ):
        place -= 1
    item = AgendaItem(
        meeting=meeting, meeting_id=meeting.record_id, parent_id=parent.id if parent else None, position=place,
        source=source, late=late, record=record, record_id=record.id if record else None, **vars(point), **values,
    )  # fmt: skip
    session.add(item)
    _renumber([*siblings[:place], item, *siblings[place:]])
    session.flush()  # the history names the point's id
    note_change(session, actor, now, meeting, item, "late" if late else "add")
    return item


def change_item(
    session: Session, actor: Actor, now: datetime, *, item: AgendaItem, point: Point, row_version: int | None = None
) -> bool:
    """Other words, kind or time for a point; False when all is as it was. Raises as :func:`add_item`."""
    require_open(actor, item.meeting, row_version)
    point = _below(session.get(AgendaItem, item.parent_id) if item.parent_id is not None else None, point)
    checked(point)
    changes = {key: value for key, value in vars(point).items() if getattr(item, key) != value}
    if not changes:
        return False
    told = {key: {"old": _plain(getattr(item, key)), "new": _plain(value)} for key, value in changes.items()}
    for key, value in changes.items():
        setattr(item, key, value)
    if item.confidential:
        for child in _siblings(session, item.meeting_id, item.id):
            child.confidential = True
    note_change(session, actor, now, item.meeting, item, "change", told)
    return True


def move_item(
    session: Session, actor: Actor, now: datetime, *, item: AgendaItem, way: str, row_version: int | None = None
) -> bool:
    """One place ``up`` or ``down``, ``in`` below the point before it, ``out`` again behind its parent.

    False where there is no way to go. Raises as :func:`add_item`; :class:`StepRefused` once the meeting was opened.
    """
    require_open(actor, item.meeting, row_version)
    if way not in WAYS:
        raise InputRefused({"way": "Wählen Sie eine Richtung."})
    if item.meeting.record.state == "laeuft":
        raise StepRefused(["Die Sitzung läuft; über die Reihenfolge entscheidet jetzt das Gremium."])
    siblings = _siblings(session, item.meeting_id, item.parent_id)
    if not _moved(session, item, siblings, way):
        return False
    note_change(session, actor, now, item.meeting, item, "move", {"way": {"old": "", "new": way}})
    return True


def remove_item(
    session: Session, actor: Actor, now: datetime, *, item: AgendaItem, note: str = "", row_version: int | None = None
) -> None:
    """Takes a point off. Once it was sent it stays, marked as dropped, so that numbers stay true; what is below goes too.

    A decision paper may be put on another agenda then, a motion of a member is open again. Raises as :func:`add_item`.
    """
    from .offers import take_back  # noqa: PLC0415 - offers add points through this module

    meeting = item.meeting
    require_open(actor, meeting, row_version)
    gone = [item, *_siblings(session, item.meeting_id, item.id)]
    note_change(session, actor, now, meeting, item, "remove")
    for one in gone:
        take_back(session, actor, now, one)
        _reopen_proposal(session, one)
    if meeting.dispatched_at is not None and not item.late:
        for one in gone:
            one.state, one.state_note = "dropped", note.strip()[:300]
        return
    session.execute(delete(AgendaPaper).where(AgendaPaper.item_id.in_([one.id for one in gone])))
    for one in reversed(gone):
        session.delete(one)
        session.flush()  # what is below goes before its parent
    _renumber(_siblings(session, meeting.record_id, item.parent_id))


def add_paper(
    session: Session, actor: Actor, now: datetime, *, item: AgendaItem, title: str = "", attachment_id: int | None = None,
    record: Record | None = None,
) -> AgendaPaper:  # fmt: skip
    """A file of the meeting's record, or the printed form of another record, as a paper of the point; the same only once."""
    require_open(actor, item.meeting)
    record_id = record.id if record is not None else None
    known = session.scalars(select(AgendaPaper).where(AgendaPaper.item_id == item.id)).all()
    for one in known:
        if (one.attachment_id, one.record_id) == (attachment_id, record_id):
            return one
    paper = AgendaPaper(
        item_id=item.id, title=(title.strip() or "Unterlage")[:300], attachment_id=attachment_id, record_id=record_id,
        position=len(known),
    )  # fmt: skip
    session.add(paper)
    session.flush()  # pages link to it by its id
    note_change(session, actor, now, item.meeting, item, "paper", {"paper": {"old": "", "new": paper.title}})
    return paper


def remove_paper(session: Session, actor: Actor, now: datetime, *, paper: AgendaPaper) -> None:
    """Takes a paper off its point; the file stays with the meeting."""
    item = paper.item
    require_open(actor, item.meeting)
    note_change(session, actor, now, item.meeting, item, "paper", {"paper": {"old": paper.title, "new": ""}})
    session.delete(paper)


def copy_items(
    session: Session, actor: Actor, now: datetime, items: Sequence[AgendaItem], target: Meeting, *, note: str
) -> list[AgendaItem]:
    """Puts the points with all below them on another meeting; here they stay as postponed, with a note where they went.

    Decision papers and papers of the points go with them.
    """
    made = []
    for item in items:
        copy = _copy(session, actor, now, item, target, None)
        for child in _siblings(session, item.meeting_id, item.id):
            if child.state in ("open", "postponed"):
                _copy(session, actor, now, child, target, copy)
                child.state, child.state_note = "postponed", note[:300]
        item.state, item.state_note = "postponed", note[:300]
        made.append(copy)
    return made


def move_items(session: Session, actor: Actor, now: datetime, items: Sequence[AgendaItem], target: Meeting) -> None:
    """Moves points that nobody was told of to another meeting."""
    from .offers import refresh_numbers  # noqa: PLC0415 - offers add points through this module

    start = session.scalar(_count(target)) or 0
    for place, item in enumerate(items):
        note_change(session, actor, now, item.meeting, item, "remove")
        old = item.meeting_id
        for child in _siblings(session, old, item.id):
            child.meeting = target
        item.meeting, item.position = target, start + place
        note_change(session, actor, now, target, item, "add")
    refresh_numbers(session, actor, now, target)


def top_items(session: Session, meeting: Meeting) -> list[AgendaItem]:
    """The points that stand below no other, in order."""
    return _siblings(session, meeting.record_id, None)


def item_of(session: Session, meeting: Meeting, item_id: int) -> AgendaItem:
    """A point of this meeting. Raises :class:`NotVisible`."""
    item = session.get(AgendaItem, item_id)
    if item is None or item.meeting_id != meeting.record_id:
        raise NotVisible()
    return item


def require_open(actor: Actor, meeting: Meeting, row_version: int | None = None) -> None:
    """Raises unless this person may change the agenda now."""
    require_work(actor, meeting.body)
    if row_version is not None and row_version != meeting.record.row_version:
        raise StaleVersion("Inzwischen hat jemand anderes diese Sitzung geändert.", current=meeting)
    if meeting.record.state not in OPEN_FOR_ITEMS:
        raise StepRefused(["Die Tagesordnung dieser Sitzung lässt sich nicht mehr ändern."])


def checked(point: Point) -> None:
    """Raises :class:`InputRefused` with a sentence for each entry that does not fit."""
    errors = {}
    if not point.title.strip():
        errors["title"] = "Geben Sie an, worum es geht."
    for key, most in MOST.items():
        text = getattr(point, key)
        if len(text) > most or "\x00" in text:
            errors[key] = f"Bitte höchstens {most} Zeichen."
    if point.kind not in KINDS:
        errors["kind"] = "Wählen Sie die Art des Punktes."
    if point.minutes is not None and not 0 < point.minutes <= MOST_MINUTES:
        errors["minutes"] = f"Geben Sie die Dauer in Minuten an, von 1 bis {MOST_MINUTES}, oder nichts."
    if errors:
        raise InputRefused(errors)


def note_change(
    session: Session, actor: Actor, now: datetime, meeting: Meeting, item: AgendaItem, what: str,
    changes: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    """Writes a change of the agenda into the history; an approval that was given no longer holds."""
    touch(meeting, now)
    audit.record(
        session, actor, now, audit.Tag.AGENDA_CHANGE, about=meeting.record,
        item=item.id, what=what, title=audit.Erasable(item.title),
        changes={key: {side: audit.Erasable(value) for side, value in pair.items()} for key, pair in (changes or {}).items()},
    )  # fmt: skip
    if meeting.record.state == "freigegeben":
        meeting.agenda_approved_at = meeting.agenda_approved_by_id = None
        take_step(session, actor, now, meeting, "zurueckgeben")


def _copy(
    session: Session, actor: Actor, now: datetime, item: AgendaItem, target: Meeting, parent: AgendaItem | None
) -> AgendaItem:
    from .offers import take_along  # noqa: PLC0415 - offers add points through this module

    point = Point(
        item.title, item.kind, item.text, item.motion, item.minutes, item.presenter, item.confidential
    )  # fmt: skip
    copy = add_item(
        session, actor, now, meeting=target, point=point, parent=parent, record=item.record, source="carried",
        carried_from_id=item.id, about_minutes_id=item.about_minutes_id,
    )  # fmt: skip
    take_along(session, actor, now, item, copy)
    return copy


def _moved(session: Session, item: AgendaItem, siblings: list[AgendaItem], way: str) -> bool:
    at = siblings.index(item)
    if way in ("up", "down"):
        to = at + (1 if way == "down" else -1)
        if not 0 <= to < len(siblings):
            return False
        siblings[at], siblings[to] = siblings[to], siblings[at]
        _renumber(siblings)
        return True
    if way == "in":
        if at == 0 or item.parent_id is not None or _siblings(session, item.meeting_id, item.id):
            return False
        below = _siblings(session, item.meeting_id, siblings[at - 1].id)
        item.parent_id = siblings[at - 1].id
        item.confidential = item.confidential or siblings[at - 1].confidential
        siblings.remove(item)
        _renumber(siblings)
        _renumber([*below, item])
        return True
    if item.parent_id is None:
        return False
    above = _siblings(session, item.meeting_id, None)
    place = next(number for number, one in enumerate(above) if one.id == item.parent_id)
    item.parent_id = None
    siblings.remove(item)
    _renumber(siblings)
    _renumber([*above[: place + 1], item, *above[place + 1 :]])
    return True


def _below(parent: AgendaItem | None, point: Point) -> Point:
    """What stands below something confidential is marked itself, so that it stays so when it is moved or carried over."""
    return replace(point, confidential=True) if parent is not None and parent.confidential else point


def _siblings(session: Session, meeting_id: int, parent_id: int | None) -> list[AgendaItem]:
    below = AgendaItem.parent_id == parent_id if parent_id is not None else AgendaItem.parent_id.is_(None)
    wanted = select(AgendaItem).where(AgendaItem.meeting_id == meeting_id, below)
    return list(session.scalars(wanted.order_by(AgendaItem.position, AgendaItem.id)))


def _renumber(items: Sequence[AgendaItem]) -> None:
    for position, item in enumerate(items):
        if item.position != position:
            item.position = position


def _count(meeting: Meeting) -> Any:
    return select(func.count()).select_from(AgendaItem).where(AgendaItem.meeting_id == meeting.record_id)


def _reopen_proposal(session: Session, item: AgendaItem) -> None:
    for one in session.scalars(select(AgendaProposal).where(AgendaProposal.item_id == item.id)):
        one.item_id = None
        if one.state == "taken":
            one.state = "open"


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int) else str(value)
