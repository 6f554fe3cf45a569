"""Letters on paper after DIN 5008, Form B: plain data in, accessible HTML out; many letters make one document.

Each letter counts its own pages. The measures in millimetres stand in `templates/documents/letter.css`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kimforms.documents.paper import Entry, Grid, Letterhead, render

ADDRESS_LINES = 6
"""Lines of the address field below the zone for remarks (DIN 5008)."""
REMARK_LINES = 3


WORDS: Mapping[str, Mapping[str, str]] = {
    "de": {
        "page": "Seite",
        "of": "von",
        "none": "keine Angabe",
        "information": "Bezugszeichen und Kontakt",
        "enclosure": "Anlage",
        "enclosures": "Anlagen",
        "copies": "Verteiler",
        "agenda": "Tagesordnung",
        "draft_agenda": "Entwurf: Die Tagesordnung ist noch nicht freigegeben.",
        "no_items": "Die Tagesordnung hat noch keine Punkte.",
        "item": "TOP",
        "subject": "Gegenstand",
        "time": "Zeit",
        "confidential": "vertraulich",
        "late": "nachgereicht",
        "presenter": "Vortrag",
        "motion": "Antrag",
        "paper": "Unterlage",
        "papers": "Unterlagen",
        "as_of": "Stand vom",
    },
    "en": {
        "page": "Page",
        "of": "of",
        "none": "not given",
        "information": "References and contact",
        "enclosure": "Enclosure",
        "enclosures": "Enclosures",
        "copies": "Copies to",
        "agenda": "Agenda",
        "draft_agenda": "Draft: this agenda has not been approved yet.",
        "no_items": "The agenda has no items yet.",
        "item": "Item",
        "subject": "Subject",
        "time": "Time",
        "confidential": "confidential",
        "late": "added later",
        "presenter": "Presented by",
        "motion": "Motion",
        "paper": "Paper",
        "papers": "Papers",
        "as_of": "As of",
    },
}


@dataclass(frozen=True)
class Note:
    """A short text in another language (BCP 47) with the name of the language in itself; `direction` is `ltr` or `rtl`."""

    language: str
    name: str
    text: str
    direction: str = "ltr"


@dataclass(frozen=True)
class LetterPart:
    """A part of a letter's text: heading, paragraphs, a list, a table, notes in other languages, a picture; each may be missing.

    A cell of `grid` may have several lines. `picture` is a `data:` URL and `picture_text` what it shows.
    """

    heading: str = ""
    paragraphs: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    grid: Grid | None = None
    notes: tuple[Note, ...] = ()
    picture: str = ""
    picture_text: str = ""


@dataclass(frozen=True)
class LetterData:
    """One letter to one recipient.

    `return_line` is the sender's address in one line above the recipient, `remarks` such as `Persönlich`. `information`
    is the block on the right (our sign, name, telephone, mail, date). `facts` stand in a box between `paragraphs` and
    `after`; `parts` follow them, `tail` comes below everything else. `small` sets the text in 9.5 points. `signature` are
    the lines below the blank for signing. `footer` are columns at the foot of the first page.
    """

    letterhead: Letterhead
    return_line: str
    recipient: tuple[str, ...]
    subject: str
    salutation: str
    paragraphs: tuple[str, ...]
    information: tuple[Entry, ...] = ()
    remarks: tuple[str, ...] = ()
    facts: tuple[Entry, ...] = ()
    after: tuple[str, ...] = ()
    parts: tuple[LetterPart, ...] = ()
    small: bool = False
    closing: str = "Mit freundlichen Grüßen"
    signature: tuple[str, ...] = ()
    enclosures: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    footer: tuple[tuple[str, ...], ...] = ()
    reference: str = ""
    tail: tuple[LetterPart, ...] = ()
    language: str = "de"


@dataclass(frozen=True)
class Bundle:
    """What `bundle.html` prints: letters and agendas in their order; either of a sheet may be None."""

    title: str
    language: str
    sheets: tuple[tuple[LetterData | None, Any], ...]


def letter_html(data: LetterData, templates: Path) -> str:
    """One letter as a whole HTML document; `templates` is the folder with `bundle.html`."""
    return letters_html([data], templates, title=data.subject)


def letters_html(letters: Sequence[LetterData], templates: Path, *, title: str) -> str:
    """Many letters as one document, each beginning on a page of its own and counting its own pages.

    Raises ValueError without any letter, and for an address of more lines than the field holds.
    """
    return bundle_html(tuple((letter, None) for letter in letters), templates, title)


def bundle_html(sheets: tuple[tuple[LetterData | None, Any], ...], templates: Path, title: str) -> str:
    """Letters with what goes with them; used by `invitation`."""
    languages = [sheet.language for pair in sheets for sheet in pair if sheet is not None]
    if not languages:
        raise ValueError("there is nothing to print")
    for letter, _ in sheets:
        if letter is not None and (len(letter.recipient) > ADDRESS_LINES or len(letter.remarks) > REMARK_LINES):
            raise ValueError("Das Anschriftfeld fasst sechs Zeilen und darüber drei Vermerke.")
    return render("bundle.html", Bundle(title, languages[0], sheets), templates, WORDS)
