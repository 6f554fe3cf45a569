"""Invitation to a meeting on paper: the letter with the agenda, or the agenda alone. Plain data in, HTML out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from kimforms.documents.letter import LetterData, bundle_html
from kimforms.documents.paper import Entry, Letterhead

HIDDEN = {
    "de": "nicht öffentlicher Punkt: in dieser Fassung nicht enthalten",
    "en": "item not public: left out of this version",
}
"""What stands in place of a confidential item."""


@dataclass(frozen=True)
class AgendaItem:
    """One item as its reader may see it: `label` is its number (`3`, `3.1`), `kind` the word for it (`Beschluss`).

    `minutes` is its time budget, `starts` the clock time that follows from it (`14:20`). `papers` are names of papers.
    """

    label: str
    title: str
    kind: str = ""
    presenter: str = ""
    minutes: int | None = None
    starts: str = ""
    papers: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    motion: str = ""
    confidential: bool = False
    late: bool = False

    @property
    def level(self) -> int:
        """1 for an item, 2 for an item below it."""
        return self.label.strip(".").count(".") + 1


@dataclass(frozen=True)
class AgendaData:
    """The agenda of a meeting. `facts` is the table on top (date, time, place, video); `notes` stand below the items.

    `redacted` hides what the confidential items hold: only their number stays (`without_confidential`).
    """

    letterhead: Letterhead
    title: str
    body: str
    reference: str
    facts: tuple[Entry, ...]
    items: tuple[AgendaItem, ...]
    notes: tuple[str, ...] = ()
    printed_on: date | None = None
    draft: bool = False
    redacted: bool = False
    language: str = "de"


@dataclass(frozen=True)
class InvitationData:
    """The letter to one person and the agenda that goes with it, on a page of its own."""

    letter: LetterData
    agenda: AgendaData | None = None


def agenda_html(data: AgendaData, templates: Path) -> str:
    """The agenda alone as a whole HTML document; `templates` is the folder with `bundle.html`."""
    return bundle_html(((None, _shown(data)),), templates, data.title)


def invitation_html(data: InvitationData, templates: Path) -> str:
    """One invitation: letter and agenda."""
    return invitations_html([data], templates, title=data.letter.subject)


def invitations_html(invitations: Sequence[InvitationData], templates: Path, *, title: str) -> str:
    """Many invitations as one document to print. Raises ValueError without any."""
    sheets = tuple((one.letter, _shown(one.agenda) if one.agenda is not None else None) for one in invitations)
    return bundle_html(sheets, templates, title)


def without_confidential(data: AgendaData) -> AgendaData:
    """The agenda for guests: of confidential items only the number stays, nothing else of them is in the result.

    What stands below a confidential item is as confidential as that.
    """
    hidden = [item.label for item in data.items if item.confidential]
    title = HIDDEN.get(data.language, HIDDEN["en"])
    items = tuple(
        AgendaItem(item.label, title, confidential=True, starts=item.starts, minutes=item.minutes)
        if is_hidden(item.label, hidden)
        else item
        for item in data.items
    )
    return replace(data, items=items, redacted=True)


def is_hidden(label: str, hidden: Collection[str]) -> bool:
    """Whether the item with this number is one of those hidden, or stands below one."""
    plain = label.strip().rstrip(".")
    return any(plain == one.rstrip(".") or plain.startswith(one.strip().rstrip(".") + ".") for one in hidden)


def _shown(data: AgendaData) -> AgendaData:
    return without_confidential(data) if data.redacted else data
