"""Notes of agenda items, which save themselves while they are written. Nobody's text is ever overwritten unseen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from ...models import AgendaItem
from ...permissions import Actor
from ..bodies.access import require_work
from ..refusals import InputRefused, StaleVersion, StepRefused
from .progress import tell_notes

OPEN_NOTES = ("geplant", "freigegeben", "eingeladen", "laeuft", "niederschrift")
LONGEST = 50_000


class NotesConflict(StaleVersion):
    """Somebody else wrote meanwhile: ``theirs`` stands in the database at ``version``, ``mine`` was not saved."""

    def __init__(self, theirs: str, version: int, mine: str) -> None:
        super().__init__("Inzwischen hat jemand anderes an diesen Notizen geschrieben. Beide Texte stehen hier.")
        self.theirs = theirs
        self.version = version
        self.mine = mine


@dataclass(frozen=True)
class Written:
    """What a page sends: the text, the version it was opened with, and the texts it sent before without an answer.

    ``attempts`` tell a lost answer from a second writer: if one is what stands in the database, it was our own.
    """

    text: str
    version: int
    attempts: tuple[str, ...] = ()


def save_notes(session: Session, actor: Actor, item: AgendaItem, written: Written) -> int:
    """Keeps the notes and returns their version. The same text again changes nothing.

    Raises :class:`NotPermitted`, :class:`StepRefused` once the minutes are settled, :class:`InputRefused` for a text that
    is too long, and :class:`NotesConflict`.
    """
    text = _checked(actor, item, written.text)
    if text == item.notes:
        return item.notes_version
    own = item.notes in map(_plain, written.attempts)
    if written.version != item.notes_version and not own:
        raise NotesConflict(item.notes, item.notes_version, text)
    return _write(session, item, text, item.notes_version)


def settle_conflict(session: Session, actor: Actor, now: datetime, item: AgendaItem, *, text: str, seen: int) -> int:
    """Keeps what somebody made of two texts; the one that stood there goes into the history.

    ``seen`` is the version of the other text that the person saw; raises :class:`NotesConflict` if it moved on since.
    """
    text = _checked(actor, item, text)
    if seen != item.notes_version:
        raise NotesConflict(item.notes, item.notes_version, text)
    before = item.notes
    version = _write(session, item, text, seen)
    tell_notes(session, actor, now, item, "joined", before)
    return version


def both(theirs: str, mine: str) -> str:
    """Two texts one after the other, so that nothing is lost; what both begin with stands once."""
    if mine.startswith(theirs):
        return mine
    if theirs.startswith(mine):
        return theirs
    return f"{theirs.rstrip()}\n\n{mine.lstrip()}"


def _checked(actor: Actor, item: AgendaItem, text: str) -> str:
    require_work(actor, item.meeting.body)
    if item.meeting.record.state not in OPEN_NOTES:
        raise StepRefused(["Die Niederschrift ist festgestellt; die Notizen bleiben, wie sie sind."])
    text = _plain(text)
    if len(text) > LONGEST:
        raise InputRefused({"notes": f"Die Notizen haben höchstens {LONGEST} Zeichen."})
    if "\x00" in text:
        raise InputRefused({"notes": "Der Text enthält ein Zeichen, das sich nicht speichern lässt."})
    return text


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _write(session: Session, item: AgendaItem, text: str, version: int) -> int:
    """Compares and writes in one statement: of two at the same time, one comes too late and is told."""
    session.flush()  # what happened to the item in this unit of work comes first
    done = session.execute(
        update(AgendaItem)
        .where(AgendaItem.id == item.id, AgendaItem.notes_version == version)
        .values(notes=text, notes_version=version + 1)
        .execution_options(synchronize_session=False)
    )
    session.refresh(item)
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise NotesConflict(item.notes, item.notes_version, text)
    return version + 1
