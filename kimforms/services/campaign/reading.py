"""Reads a list of addressees: CSV in whatever encoding and with whatever separator, or the sheets of an XLSX file.

Bytes in, rows of text out; nothing is written anywhere. What cannot be read is refused with a sentence for people.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from charset_normalizer import from_bytes
from openpyxl import load_workbook

from ..file_kinds import BROKEN
from ..refusals import InputRefused

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 50_000
MOST_COLUMNS = 60
MOST_CELL = 500
MOST_UNPACKED = 120 * 1024 * 1024
MOST_PARTS = 500
SEPARATORS = {";": "Semikolon", ",": "Komma", "\t": "Tabulator", "|": "senkrechter Strich"}
ENCODINGS = {
    "utf-8": "UTF-8", "utf-8-sig": "UTF-8 mit Kennung", "utf-16": "UTF-16", "utf-16-le": "UTF-16 ohne Kennung",
    "utf-16-be": "UTF-16 ohne Kennung (big endian)", "cp1252": "Windows (westeuropäisch)",
    "cp1254": "Windows (türkisch)", "cp1250": "Windows (mitteleuropäisch)", "cp850": "DOS (westeuropäisch)",
    "mac_roman": "Mac (westeuropäisch)",
}  # fmt: skip
_OLD = ("cp1252", "cp850", "mac_roman", "cp1250", "cp1254")
_GOOD = re.compile("[äöüÄÖÜßéèáàâçñôêîïëóíúøåşğıİŞĞ]")
_ODD = re.compile("[\x80-\x9f¤¦¨ª¬¯±²³´¶·¸¹º»¼½¾¿×÷ÐÞþð€‚ƒ„…†‡ˆ‰‹›˜™Ω∂∑∏π∫√∞≤≥◊─-╿▀-▟„Äûü]|[a-z][ÄÖÜŽŸŠ„”][a-z]")
_LINE = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Sheet:
    """A table: its name and its rows of text; a row may be shorter than another."""

    name: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Reading:
    """What was read and how: ``kind`` is ``csv`` or ``xlsx``; encoding and separator of a CSV, else empty."""

    kind: str
    sheets: tuple[Sheet, ...]
    encoding: str = ""
    separator: str = ""


def read(content: bytes, *, encoding: str = "", separator: str = "") -> Reading:
    """The tables of a file. ``encoding`` and ``separator`` of a CSV are found out unless they are given.

    Raises InputRefused for an empty, oversized or unreadable file, and for one without any row.
    """
    if not content.strip():
        raise _refused("Die Datei ist leer.")
    if len(content) > MOST_BYTES:
        raise _refused("Die Datei ist zu groß: höchstens 10 MB. Teilen Sie die Liste auf.")
    if content.startswith(b"PK\x03\x04"):
        found = Reading("xlsx", _workbook(content))
    elif content.startswith(
        (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"\xd0\xcf\x11\xe0", b"{\\rtf", b"<!DOCTYPE", b"<html")
    ):
        raise _refused("Das ist keine CSV- oder XLSX-Datei. Speichern Sie die Liste als „CSV“ oder als „XLSX“.")
    else:
        found = _text(content, encoding, separator)
    if not any(any(cell.strip() for cell in row) for sheet in found.sheets for row in sheet.rows):
        raise _refused("In der Datei steht keine einzige Zeile.")
    return found


def _refused(sentence: str) -> InputRefused:
    return InputRefused({"file": sentence}, sentence)


def _text(content: bytes, encoding: str, separator: str) -> Reading:
    chosen = encoding if encoding in ENCODINGS else encoding_of(content)
    text = content.decode(chosen, "replace").removeprefix("\ufeff")
    if text.count("\0") > 0 or sum(one < " " and one not in "\t\r\n\f" for one in text[:100_000]) > 50:
        raise _refused("Die Datei enthält keinen lesbaren Text. Speichern Sie die Liste als „CSV“ oder als „XLSX“.")
    cut = separator if separator in SEPARATORS else separator_of(text)
    rows = tuple(_rows(text, cut))
    return Reading("csv", (Sheet("CSV", rows),), chosen, cut)


def encoding_of(content: bytes) -> str:
    """The encoding of a text: by its mark, by being valid UTF-8 (but for a few broken lines), by how its umlauts come out."""
    if content.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    zeros = content[:2000].count(0)
    if zeros > len(content[:2000]) / 4:  # UTF-16 without its mark: every other byte of ASCII is zero
        return "utf-16-le" if content[1:2000:2].count(0) > zeros / 2 else "utf-16-be"
    try:
        content.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        pass
    lines = [line for line in content.split(b"\n") if not line.isascii()]
    whole = sum(1 for line in lines if _is_utf8(line))
    if whole >= 0.6 * len(lines):  # most lines are UTF-8: the others are broken, and are named row by row
        return "utf-8"
    sample = b"\n".join(lines)[:200_000]
    scores = {name: _score(sample, name) for name in _OLD}
    best = max(scores.values())
    among = [name for name in _OLD if scores[name] == best]
    if "cp1252" in among:
        return "cp1252"
    guess = from_bytes(sample, cp_isolation=among).best()
    return guess.encoding if guess is not None and guess.encoding in among else among[0]


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _score(sample: bytes, encoding: str) -> int:
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        text = sample.decode(encoding, "replace")
    return len(_GOOD.findall(text)) - 3 * len(_ODD.findall(text)) - 5 * text.count("\ufffd")


def separator_of(text: str) -> str:
    """The separator that parts the first lines into the most columns of the same number."""
    head = "\n".join(_LINE.split(text)[:60])
    best, most = ";", 0.0
    for one in SEPARATORS:
        try:
            widths = Counter(len(row) for row in csv.reader(io.StringIO(head), delimiter=one) if row)
        except csv.Error:
            continue
        width, times = max(widths.items(), key=lambda pair: (pair[1], pair[0]), default=(1, 0))
        value = width * times / max(1, sum(widths.values())) if width > 1 else 0.0
        if value > most:
            best, most = one, value
    return best


def _rows(text: str, separator: str) -> Iterator[tuple[str, ...]]:
    csv.field_size_limit(MOST_BYTES)
    try:
        for place, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=separator)):
            _check_size(place, len(row))
            yield tuple(cell[: MOST_CELL + 1] for cell in row)
    except csv.Error as error:
        raise _refused("Die Datei lässt sich nicht als CSV lesen. Vielleicht fehlt ein Anführungszeichen.") from error


def _check_size(place: int, width: int) -> None:
    if place >= MOST_ROWS:
        raise _refused(f"Die Liste ist zu lang: höchstens {MOST_ROWS:,} Zeilen.".replace(",", "."))
    if width > MOST_COLUMNS:
        raise _refused(f"Eine Zeile hat mehr als {MOST_COLUMNS} Spalten.")


def _workbook(content: bytes) -> tuple[Sheet, ...]:
    _check_package(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        try:
            return tuple(_sheet(sheet) for sheet in book.worksheets[:20])
        finally:
            book.close()
    except InputRefused:
        raise
    except (*BROKEN, TypeError, AttributeError, IndexError, SyntaxError) as error:
        raise _refused("Die XLSX-Datei ist beschädigt. Öffnen Sie sie und speichern Sie sie noch einmal.") from error


def _check_package(content: bytes) -> None:
    """Refuses what would unpack to far too much, and XML that declares entities (they may multiply without end)."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
            if "xl/workbook.xml" not in package.namelist():
                raise _refused("Das ist keine XLSX-Datei. Speichern Sie die Liste als „CSV“ oder als „XLSX“.")
            if len(parts) > MOST_PARTS or sum(one.file_size for one in parts) > MOST_UNPACKED:
                raise _refused("Die XLSX-Datei ist entpackt viel zu groß und wurde nicht geöffnet.")
            for one in parts:
                if one.filename.endswith((".xml", ".rels")):
                    with package.open(one) as part:
                        start = part.read(4096).replace(b"\0", b"").upper()
                    if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
                        raise _refused(
                            "Die XLSX-Datei enthält etwas, das nicht hineingehört, und wurde nicht geöffnet."
                        )
    except BROKEN as error:
        raise _refused("Die XLSX-Datei ist beschädigt. Öffnen Sie sie und speichern Sie sie noch einmal.") from error


def _sheet(sheet: Any) -> Sheet:
    sheet.reset_dimensions()
    rows: list[tuple[str, ...]] = []
    for place, cells in enumerate(sheet.iter_rows(values_only=False)):
        row = tuple(_cell(cell) for cell in cells[: MOST_COLUMNS + 1])
        _check_size(place, len(_trimmed(row)))
        rows.append(_trimmed(row)[:MOST_COLUMNS])
    while rows and not any(rows[-1]):
        rows.pop()
    return Sheet(str(sheet.title)[:60], tuple(rows))


def _trimmed(row: Sequence[str]) -> tuple[str, ...]:
    end = len(row)
    while end and not row[end - 1]:
        end -= 1
    return tuple(row[:end])


def _cell(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return "=" + str(value).removeprefix("=")[:MOST_CELL]
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime | date):
        return f"{value:%d.%m.%Y}"
    return str(value)[: MOST_CELL + 1]
