"""Plain data in, accessible HTML of a paper out: receipts and prints of records. `pdf.render_pdf` makes the PDF.

Services fill the data classes; the look stands in `templates/documents/`. Every value is escaped, so answers can never
become markup.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Literal, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined

KEPT_WHOLE = 500
"""Characters of an answer that are kept on one page."""
KEPT_LINES = 8


@dataclass(frozen=True)
class Letterhead:
    """Who issues the paper: name of the controller, its unit, the place of its seat."""

    name: str
    unit: str = ""
    place: str = ""


@dataclass(frozen=True)
class Entry:
    """A question and its answer as people read it; several lines or choices are several strings. Empty: no answer."""

    label: str
    value: str | Sequence[str] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """The answer line by line, without empty lines."""
        values = [self.value] if isinstance(self.value, str) else self.value
        return tuple(line.strip() for value in values for line in value.splitlines() if line.strip())

    @property
    def is_long(self) -> bool:
        """Whether the answer may be parted by the end of a page; short ones are kept whole."""
        return sum(len(line) for line in self.lines) > KEPT_WHOLE or len(self.lines) > KEPT_LINES


@dataclass(frozen=True)
class Grid:
    """A table of several columns, such as who does what by when; `caption` names it for screen readers.

    `look` sets the widths of four columns: `papers` has a wide first, `points` a narrow first and a wide second one.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    look: Literal["", "papers", "points"] = ""


@dataclass(frozen=True)
class Section:
    """A part of a paper under a heading: paragraphs, then entries as a table, then a table of several columns.

    Without `heading` it goes on below the part before. `level` is that of the heading; `boxed` sets the entries off,
    `quoted` the paragraphs.
    """

    heading: str
    entries: tuple[Entry, ...] = ()
    paragraphs: tuple[str, ...] = ()
    level: Literal[2, 3] = 2
    boxed: bool = False
    quoted: bool = False
    grid: Grid | None = None


@dataclass(frozen=True)
class ReceiptData:
    """The receipt of a report. `code` is shown here and on screen once, nowhere else; None where there is an account.

    `status_url` is the address where reference and code show the state; `intro` and `closing` come from the process.
    """

    letterhead: Letterhead
    title: str
    reference: str
    submitted_on: date
    code: str | None = None
    status_url: str = ""
    intro: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    closing: tuple[str, ...] = ()
    language: str = "de"


@dataclass(frozen=True)
class PaperData:
    """Any other paper: title, introduction, parts, closing. The reference stands at the foot of each page."""

    letterhead: Letterhead
    title: str
    reference: str
    intro: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    closing: tuple[str, ...] = ()
    language: str = "de"


@dataclass(frozen=True)
class Happening:
    """One line of a record's history."""

    on: date
    what: str
    who: str = ""


@dataclass(frozen=True)
class RecordData:
    """A record as its reader may see it. `facts` is the table on top (state, municipality, responsible …)."""

    letterhead: Letterhead
    title: str
    reference: str
    printed_on: date
    facts: tuple[Entry, ...] = ()
    sections: tuple[Section, ...] = ()
    history: tuple[Happening, ...] = ()
    language: str = "de"


WORDS: Mapping[str, Mapping[str, str]] = {
    "de": {
        "reference": "Vorgangsnummer",
        "code": "Abrufcode",
        "submitted": "Eingegangen am",
        "printed": "Ausdruck vom",
        "none": "keine Angabe",
        "page": "Seite",
        "of": "von",
        "keep": "Bewahren Sie dieses Blatt auf. Der Abrufcode steht nur hier; wir können ihn nicht erneut nennen.",
        "status": "Mit Vorgangsnummer und Abrufcode sehen Sie den Stand und unsere Rückfragen:",
        "answers": "Ihre Angaben",
        "history": "Verlauf",
        "when": "Datum",
        "what": "Was",
        "who": "Wer",
        "question": "Frage",
        "answer": "Antwort",
    },
    "en": {
        "reference": "Reference",
        "code": "Retrieval code",
        "submitted": "Received on",
        "printed": "Printed on",
        "none": "no answer",
        "page": "Page",
        "of": "of",
        "keep": "Keep this sheet. The retrieval code is shown here only; we cannot tell it again.",
        "status": "With reference and retrieval code you see the state and our questions:",
        "answers": "Your answers",
        "history": "History",
        "when": "Date",
        "what": "What",
        "who": "Who",
        "question": "Question",
        "answer": "Answer",
    },
}


def receipt_html(data: ReceiptData, templates: Path) -> str:
    """The receipt as a whole HTML document; `templates` is the folder with `receipt.html`."""
    return render("receipt.html", data, templates)


def record_html(data: RecordData, templates: Path) -> str:
    """The print of a record as a whole HTML document; `templates` is the folder with `record.html`."""
    return render("record.html", data, templates)


def paper_html(data: PaperData, templates: Path) -> str:
    """Any other paper as a whole HTML document; `templates` is the folder with `document.html`."""
    return render("document.html", data, templates)


def paragraphs(text: str) -> tuple[str, ...]:
    """The paragraphs of a text: an empty line lies between two."""
    return tuple(part.strip() for part in text.replace("\r\n", "\n").split("\n\n") if part.strip())


class InLanguage(Protocol):
    """Data of a paper, which says in what language it is written."""

    @property
    def language(self) -> str: ...


def render(
    template: str, data: InLanguage, templates: Path, dictionary: Mapping[str, Mapping[str, str]] = WORDS
) -> str:
    """The HTML of a paper; `dictionary` holds its own words by language, English for an unknown one."""
    words = dictionary.get(data.language, dictionary["en"])
    return _environment(templates).get_template(template).render(data=data, words=words, day=_day(data.language))


@lru_cache(maxsize=8)
def _environment(templates: Path) -> Environment:
    return Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _day(language: str) -> str:
    """How the language writes a date: `22.11.2026` or `22 November 2026`."""
    return "%d.%m.%Y" if language == "de" else "%d/%m/%Y"
