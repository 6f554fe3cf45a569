"""Letters of the naturalisation campaign: one text for everybody, an address for each; and the QR code beside the town's address.

Plain data in, `letter.LetterData` out; `as_plain` and `from_plain` freeze a text so that an interrupted run goes on with
just the same words.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import segno

from kimforms.documents.letter import ADDRESS_LINES, LetterData, LetterPart, Note
from kimforms.documents.paper import Entry, Grid, Letterhead, paragraphs, render

BULLET = "- "
NAME = "{name}"


@dataclass(frozen=True)
class CampaignText:
    """What is the same in all letters of a run. `salutation` holds `{name}`; `parts` are in the order of the paper.

    `tail` follows the signature: what is said once more in other languages is not part of what is signed.
    """

    letterhead: Letterhead
    return_line: str
    subject: str
    salutation: str
    parts: tuple[LetterPart, ...]
    information: tuple[Entry, ...] = ()
    signature: tuple[str, ...] = ()
    enclosures: tuple[str, ...] = ()
    reference: str = ""
    tail: tuple[LetterPart, ...] = ()


def letter_to(text: CampaignText, recipient: Sequence[str], name: str) -> LetterData:
    """The letter to one person; `recipient` are the lines of the address field, `name` stands in the salutation."""
    return LetterData(
        letterhead=text.letterhead,
        return_line=text.return_line,
        recipient=tuple(recipient),
        subject=text.subject,
        salutation=text.salutation.replace(NAME, name),
        paragraphs=(),
        information=text.information,
        parts=text.parts,
        tail=text.tail,
        small=True,
        signature=text.signature,
        enclosures=text.enclosures,
        reference=text.reference,
    )


def text_parts(heading: str, text: str) -> tuple[LetterPart, ...]:
    """A block as parts of a letter: an empty line begins a paragraph, lines that begin with `- ` make a list."""
    made: list[LetterPart] = []
    for paragraph in paragraphs(text):
        lines = [line.strip() for line in paragraph.splitlines() if line.strip()]
        words = "\n".join(line for line in lines if not line.startswith(BULLET))
        items = tuple(line.removeprefix(BULLET).strip() for line in lines if line.startswith(BULLET))
        made.append(LetterPart("" if made else heading, (words,) if words else (), items))
    return tuple(made)


def qr_code(address: str) -> str:
    """The address as QR code: a `data:` URL of an SVG with the quiet zone that readers need (ISO/IEC 18004, 9.1)."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="svg", border=4, xmldecl=False, svgns=True)
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode("ascii")


def as_plain(text: CampaignText) -> dict[str, Any]:
    """The text as JSON can hold it."""
    return asdict(text)


def from_plain(plain: Mapping[str, Any]) -> CampaignText:
    """The text that `as_plain` was given."""
    return CampaignText(
        letterhead=Letterhead(**plain["letterhead"]),
        return_line=plain["return_line"],
        subject=plain["subject"],
        salutation=plain["salutation"],
        parts=tuple(_part(one) for one in plain["parts"]),
        tail=tuple(_part(one) for one in plain.get("tail", ())),
        information=tuple(Entry(one["label"], _value(one["value"])) for one in plain["information"]),
        signature=tuple(plain["signature"]),
        enclosures=tuple(plain["enclosures"]),
        reference=plain["reference"],
    )


def _part(plain: Mapping[str, Any]) -> LetterPart:
    grid = plain["grid"]
    return LetterPart(
        heading=plain["heading"],
        paragraphs=tuple(plain["paragraphs"]),
        items=tuple(plain["items"]),
        grid=Grid(grid["caption"], tuple(grid["columns"]), tuple(tuple(row) for row in grid["rows"])) if grid else None,
        notes=tuple(Note(**note) for note in plain["notes"]),
        picture=plain["picture"],
        picture_text=plain["picture_text"],
    )


def _value(value: Any) -> str | tuple[str, ...]:
    return value if isinstance(value, str) else tuple(value)


@dataclass(frozen=True)
class Lines:
    """What `campaign_lines.html` prints: on each page only what differs between letters, where the letter has it."""

    title: str
    language: str
    subject: str
    information: tuple[Entry, ...]
    sheets: tuple[tuple[tuple[str, ...], str], ...]


def lines_html(text: CampaignText, recipients: Sequence[tuple[Sequence[str], str]], templates: Path) -> str:
    """The address lines and the salutation of many letters as one document, a page each; nothing else is on it.

    Everything that moves the salutation (subject, information block) is laid out too but not drawn. Raises ValueError for
    an address of more lines than the field holds.
    """
    if not recipients or any(len(lines) > ADDRESS_LINES for lines, _ in recipients):
        raise ValueError("Das Anschriftfeld fasst sechs Zeilen.")
    sheets = tuple((tuple(lines), text.salutation.replace(NAME, name)) for lines, name in recipients)
    return render("campaign_lines.html", Lines(text.subject, "de", text.subject, text.information, sheets), templates)
