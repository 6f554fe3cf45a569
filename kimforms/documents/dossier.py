"""Everything about a theme on paper, for a committee: plain data in, accessible HTML out.

Services fill the data classes (`services/themes/dossier.py`); the look stands in `templates/documents/dossier.html`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kimforms.documents.paper import Entry, Letterhead, Section, render


@dataclass(frozen=True)
class Column:
    """A column of a table; `width` in percent of the line, 0: what is left."""

    label: str
    width: int = 0
    numeric: bool = False


@dataclass(frozen=True)
class Table:
    """A table; the first cell names its row. Without `title` the chapter's heading is enough. `note` stands below it."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True)
class Step:
    """One moment of the story: when, what, and more of it."""

    when: str
    what: str
    more: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chapter:
    """A chapter of the dossier: paragraphs, tables, sections with entries. An empty one says so in `empty`."""

    title: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    sections: tuple[Section, ...] = ()
    steps: tuple[Step, ...] = ()
    empty: str = ""
    own_page: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.paragraphs or self.tables or self.sections or self.steps)


@dataclass(frozen=True)
class DossierData:
    """The dossier of a theme. `facts` is the table on top, `figures` the large numbers beside each other."""

    letterhead: Letterhead
    title: str
    reference: str
    printed_on: date
    facts: tuple[Entry, ...] = ()
    figures: tuple[tuple[str, str], ...] = ()
    chapters: tuple[Chapter, ...] = ()
    language: str = "de"


WORDS: Mapping[str, Mapping[str, str]] = {
    "de": {
        "dossier": "Themendossier",
        "reference": "Aktenzeichen",
        "printed": "Stand vom",
        "contents": "Inhalt",
        "none": "keine Angabe",
        "page": "Seite",
        "of": "von",
        "anonymous": "Alle Fälle sind anonymisiert. Wer gemeldet hat, steht nicht in diesem Dossier.",
    },
    "en": {
        "dossier": "Dossier of a theme",
        "reference": "Reference",
        "printed": "As of",
        "contents": "Contents",
        "none": "not given",
        "page": "Page",
        "of": "of",
        "anonymous": "All cases are anonymised. This dossier does not name those who reported.",
    },
}


def dossier_html(data: DossierData, templates: Path) -> str:
    """The dossier as a whole HTML document; `templates` is the folder with `dossier.html`."""
    return render("dossier.html", data, templates, WORDS)
