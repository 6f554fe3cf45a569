"""Going through the agenda: which item is on, what became of it, late items, what was noted without a vote."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...models import AgendaItem, Meeting
from ...permissions import Actor
from ...rules.late_items import admissible, admission
from .. import audit
from ..queries.agenda import items_of, numbered
from ..refusals import InputRefused, NotVisible, StaleVersion, StepRefused
from .agenda import Point, add_item
from .offers import put_back, take_back
from .room import room_of
from .session import require_running

STATES = ("open", "done", "postponed", "dropped")
LONGEST_NOTE, LONGEST_RESULT = 300, 10_000


def item_of(session: Session, meeting: Meeting, item_id: int) -> AgendaItem:
    """An item of this meeting. Raises :class:`NotVisible`."""
    item = session.get(AgendaItem, item_id)
    if item is None or item.meeting_id != meeting.record_id:
        raise NotVisible()
    return item


def call_item(session: Session, actor: Actor, now: datetime, item: AgendaItem) -> None:
    """This item is on from now; the one before stays open unless it was finished."""
    meeting = item.meeting
    require_running(actor, meeting)
    if item.late and not admitted(item) and item.state == "dropped":
        raise StepRefused(["Dieser Punkt ist nicht zugelassen worden."])
    if meeting.current_item_id == item.id:
        return
    meeting.current_item_id = item.id
    if item.state != "open":
        was, item.state, item.state_note, item.ended_at = item.state, "open", "", None
        if was == "dropped":
            put_back(session, actor, now, item)
    if item.began_at is None:
        item.began_at = now
    tell(session, actor, now, item, "called")


def finish_item(
    session: Session, actor: Actor, now: datetime, item: AgendaItem, *, go_on: bool = True
) -> AgendaItem | None:
    """The item is done; with ``go_on`` the next open one is on. Returns that one."""
    _settle(session, actor, now, item, "done", "")
    following = next_item(session, item) if go_on else None
    if following is not None:
        call_item(session, actor, now, following)
    return following


def put_off(session: Session, actor: Actor, now: datetime, item: AgendaItem, state: str, note: str = "") -> None:
    """The item is postponed to a later meeting, dropped, or open again. ``note`` says why."""
    if state not in STATES:
        raise InputRefused({"state": "Wählen Sie, was aus dem Punkt wird."})
    if len(note) > LONGEST_NOTE or "\x00" in note:
        raise InputRefused({"state_note": f"Der Grund hat höchstens {LONGEST_NOTE} Zeichen."})
    _settle(session, actor, now, item, state, note.strip())


def move_item(session: Session, actor: Actor, now: datetime, item: AgendaItem, step: int) -> bool:
    """Swaps the item with its neighbour above (-1) or below (1). False at the end of the list."""
    require_running(actor, item.meeting)
    beside = [one for one in in_order(session, item.meeting) if one.parent_id == item.parent_id]
    place = beside.index(item)
    if not 0 <= place + step < len(beside) or step not in (-1, 1):
        return False
    beside[place], beside[place + step] = beside[place + step], beside[place]
    for position, one in enumerate(beside):
        one.position = position
    tell(session, actor, now, item, "moved")
    return True


def add_late_item(
    session: Session, actor: Actor, now: datetime, meeting: Meeting, title: str, kind: str = "discussion"
) -> AgendaItem:
    """A motion made in the meeting: an item at the end that the meeting has to admit before it is dealt with."""
    require_running(actor, meeting)
    title = " ".join(title.split())
    same = (AgendaItem.meeting_id == meeting.record_id, AgendaItem.title == title, AgendaItem.late)
    if (known := session.scalars(select(AgendaItem).where(*same)).first()) is not None:
        return known
    return add_item(session, actor, now, meeting=meeting, point=Point(title=title, kind=kind))


def admit(
    session: Session, actor: Actor, now: datetime, item: AgendaItem, *, yes: int, no: int, abstained: int
) -> bool:
    """The meeting votes on a late item; the rulebook says by which majority. One that is not admitted is dropped.

    Raises :class:`InputRefused` under ``admission`` for counts that do not fit, and :class:`StepRefused`.
    """
    meeting = item.meeting
    require_running(actor, meeting)
    if not item.late:
        raise StepRefused(["Dieser Punkt stand schon in der Einladung."])
    room = room_of(session, meeting)
    who, found = room.who(now), room.quorum(now)
    if not (possible := admissible(room.rulebook)).ok:
        raise InputRefused({"admission": possible.sentence})
    if not found.ok:
        raise InputRefused({"admission": f"Darüber kann nicht abgestimmt werden. {found.verdict.sentence}"})
    if yes + no + abstained != who.entitled or min(yes, no, abstained) < 0:
        given = f"Gezählt sind {yes + no + abstained} Stimmen, stimmberechtigt im Raum sind {who.entitled}."
        raise InputRefused({"admission": given})
    verdict = admission(room.rulebook, present_voting=who.entitled, yes=yes, no=no, abstentions=abstained)
    item.admitted = {
        "ok": verdict.ok, "yes": yes, "no": no, "abstained": abstained, "at": now.isoformat(),
        "sentence": verdict.sentence, "rule": verdict.origin,
    }  # fmt: skip
    if not verdict.ok:
        item.state, item.state_note = "dropped", "nicht zugelassen"
        take_back(session, actor, now, item)
    elif item.state == "dropped":
        item.state, item.state_note = "open", ""
        put_back(session, actor, now, item)
    tell(
        session,
        actor,
        now,
        item,
        "admitted" if verdict.ok else "not_admitted",
        f"{yes} Ja, {no} Nein, {abstained} Enthaltungen",
    )
    return verdict.ok


def admitted(item: AgendaItem) -> bool:
    """Whether the item may be dealt with: it stood in the invitation, or the meeting has let it in."""
    return not item.late or bool(item.admitted and item.admitted.get("ok", True))


def write_result(
    session: Session, actor: Actor, now: datetime, item: AgendaItem, result: str, was: str | None = None
) -> None:
    """What came of an item in words: consensus of a working group, noted without objection, what was promised.

    ``was`` is the text that the form was opened with; raises :class:`StaleVersion` when it is another one by now.
    """
    require_running(actor, item.meeting)
    result = result.replace("\r\n", "\n").strip()
    if len(result) > LONGEST_RESULT or "\x00" in result:
        raise InputRefused({"result": f"Das Ergebnis hat höchstens {LONGEST_RESULT} Zeichen."})
    if item.result == result:
        return
    if was is not None and was.replace("\r\n", "\n").strip() != item.result.strip():
        raise StaleVersion("Inzwischen hat jemand anderes ein Ergebnis eingetragen. Ihr Text steht noch unten.")
    item.result = result
    tell(session, actor, now, item, "result", result)


def next_item(session: Session, item: AgendaItem) -> AgendaItem | None:
    """The next open item in the order of the agenda, sub-items after their parent."""
    order = in_order(session, item.meeting)
    after = order[order.index(item) + 1 :]
    return next((one for one in after if one.state == "open" and admitted(one)), None)


def in_order(session: Session, meeting: Meeting) -> list[AgendaItem]:
    """All items as they stand on the agenda, sub-items after their parent; one statement."""
    return [item for _label, item in numbered(items_of(session, meeting))]


def _settle(session: Session, actor: Actor, now: datetime, item: AgendaItem, state: str, note: str) -> None:
    meeting = item.meeting
    require_running(actor, meeting)
    if (item.state, item.state_note) != (state, note):
        was, item.state, item.state_note = item.state, state, note
        item.ended_at = now if state != "open" else None
        if state == "dropped":
            take_back(session, actor, now, item)
        elif was == "dropped":
            put_back(session, actor, now, item)
        tell(session, actor, now, item, state, note)
        if item.notes and state != "open":
            tell_notes(session, actor, now, item, "kept")
    if meeting.current_item_id == item.id and state != "open":
        meeting.current_item_id = None


def tell(session: Session, actor: Actor, now: datetime, item: AgendaItem, what: str, note: str = "") -> None:
    """Writes into the history of the meeting what happened to an item."""
    audit.record(
        session, actor, now, audit.Tag.MEETING_ITEM, about=item.meeting.record,
        item=item.id, title=audit.Erasable(item.title), what=what, note=audit.Erasable(note),
    )  # fmt: skip


def tell_notes(session: Session, actor: Actor, now: datetime, item: AgendaItem, what: str, other: str = "") -> None:
    """Keeps the notes of an item in the history: when it ends, and when two people's texts were put together."""
    audit.record(
        session, actor, now, audit.Tag.MEETING_NOTES, about=item.meeting.record,
        item=item.id, title=audit.Erasable(item.title), what=what, version=item.notes_version,
        text=audit.Erasable(item.notes), other=audit.Erasable(other),
    )  # fmt: skip
