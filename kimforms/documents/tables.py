"""Rows in, CSV or XLSX out. Called by services that export lists; both stream and hold no whole table in memory.

Every text is made harmless first: spreadsheet programs run what begins like a formula (OWASP, CSV Injection), and
control characters break XML. Numbers and dates stay what they are in XLSX and follow German custom in CSV.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import IO, Any
from zoneinfo import ZoneInfo

Cell = str | int | float | Decimal | bool | date | datetime | None
"""What a cell may hold; aware datetimes are shown in the zone of the export."""

ZONE = ZoneInfo("Europe/Berlin")
MAX_TEXT = 32_767
"""Characters that a cell of XLSX can hold; longer text is cut, visibly."""
MAX_ROWS = 1_048_575
"""Rows below the header that a sheet can hold."""
CUT = " … (gekürzt)"

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_SHEET_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f]")
_EXACT_DIGITS = 15
_FIRST_YEAR = 1900  # a spreadsheet counts days from here
_WIDTH_SAMPLE = 200
_MIN_WIDTH, _MAX_WIDTH = 8, 60


class TooManyRows(ValueError):
    """The table has more rows than a sheet of XLSX can hold; CSV has no such limit."""


def clean_text(text: str) -> str:
    """`text` without control characters (tab and line feed stay, other line ends become line feeds) and surrogates."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def neutralise(text: str) -> str:
    """`text` so that no spreadsheet program reads a formula: an apostrophe in front where one could begin.

    Looked at is what stands first after blanks as well, since importing programs strip them. Idempotent.
    """
    if text[:1].isalnum() and text.isprintable():
        return text  # most cells: nothing to clean, and a letter or digit begins no formula
    cleaned = clean_text(text)
    if text.startswith(_FORMULA_STARTS) or cleaned.lstrip(" \u00a0\u3000").startswith(_FORMULA_STARTS):
        return "'" + cleaned
    return cleaned


def csv_chunks(header: Sequence[str], rows: Iterable[Sequence[Cell]], *, zone: ZoneInfo = ZONE) -> Iterator[bytes]:
    """Yield the table as CSV that German Excel opens by double click: UTF-8 with BOM, semicolon, CRLF.

    Dates read 22.11.2026, decimals 1234,5, yes/no `ja` and `nein`. One chunk a row, so a response can stream it.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    yield b"\xef\xbb\xbf"
    for row in chain([header], rows):
        writer.writerow(["" if cell is None else _csv_cell(cell, zone) for cell in row])
        yield buffer.getvalue().encode("utf-8")
        buffer.seek(0)
        buffer.truncate()


def _csv_cell(cell: Cell, zone: ZoneInfo) -> str:
    match cell:
        case None:
            return ""
        case str():
            return neutralise(cell)
        case bool():
            return _yes_no(cell)
        case int():
            return str(cell)
        case float() | Decimal():
            return str(cell).replace(".", ",")
        case datetime():
            return _local(cell, zone).strftime("%d.%m.%Y %H:%M")
        case date():
            return f"{cell.day:02d}.{cell.month:02d}.{cell.year:04d}"


def write_xlsx(
    target: IO[bytes],
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    sheet_name: str = "Tabelle",
    title: str = "",
    zone: ZoneInfo = ZONE,
) -> int:
    """Write the table as XLSX into `target` and return the number of rows below the header.

    Header frozen and with filter, widths after the first rows, real dates and numbers, text always as text. Rows are
    written as they come; `target` (a file or a buffer) is left open. Raises `TooManyRows`.
    """
    from xlsxwriter import Workbook  # noqa: PLC0415  needed by exports only

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "dd.mm.yyyy",
    }
    with Workbook(target, options) as book:
        book.set_properties({"title": clean_text(title or sheet_name)})
        sheet = book.add_worksheet(safe_sheet_name(sheet_name))
        bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        formats = {
            "date": book.add_format({"num_format": "dd.mm.yyyy", "valign": "top"}),
            "datetime": book.add_format({"num_format": "dd.mm.yyyy hh:mm", "valign": "top"}),
            "text": book.add_format({"text_wrap": True, "valign": "top"}),
            "plain": book.add_format({"valign": "top"}),
        }
        remaining = iter(rows)
        sample = list(islice(remaining, _WIDTH_SAMPLE))
        for column, width in enumerate(_widths(header, sample)):
            sheet.set_column(column, column, width)
        for column, label in enumerate(header):
            sheet.write_string(0, column, _fitted(clean_text(label)), bold)
        count = 0
        for count, row in enumerate(chain(sample, remaining), start=1):
            if count > MAX_ROWS:
                raise TooManyRows(f"Eine Tabelle fasst höchstens {MAX_ROWS} Zeilen. Bitte als CSV ausgeben.")
            for column, cell in enumerate(row):
                _write_cell(sheet, count, column, cell, formats=formats, zone=zone)
        sheet.freeze_panes(1, 0)
        if header:
            sheet.autofilter(0, 0, count, len(header) - 1)
    return count


def xlsx_bytes(
    header: Sequence[str], rows: Iterable[Sequence[Cell]], *, sheet_name: str = "Tabelle", title: str = ""
) -> bytes:
    """The table of `write_xlsx` as bytes, for exports that fit into memory."""
    buffer = io.BytesIO()
    write_xlsx(buffer, header, rows, sheet_name=sheet_name, title=title)
    return buffer.getvalue()


def safe_sheet_name(name: str) -> str:
    """`name` as Excel allows it for a sheet: at most 31 characters, none of `[]:*?/\\`, no apostrophe at the ends."""
    cleaned = " ".join(_SHEET_FORBIDDEN.sub(" ", clean_text(name)).split()).strip("'")[:31].rstrip(" '")
    if not cleaned or cleaned.casefold() == "history":  # Excel keeps this name for itself
        return "Tabelle"
    return cleaned


def _write_cell(sheet: Any, row: int, column: int, cell: Cell, *, formats: dict[str, Any], zone: ZoneInfo) -> None:
    match cell:
        case None:
            return
        case bool():
            sheet.write_string(row, column, _yes_no(cell), formats["plain"])
        case date() if cell.year < _FIRST_YEAR:
            sheet.write_string(row, column, _csv_cell(cell, zone), formats["plain"])
        case datetime():
            sheet.write_datetime(row, column, _local(cell, zone).replace(tzinfo=None), formats["datetime"])
        case date():
            sheet.write_datetime(row, column, cell, formats["date"])
        case int() | float() | Decimal() if _is_exact(cell):
            sheet.write_number(row, column, cell, formats["plain"])
        case _:
            sheet.write_string(row, column, _fitted(clean_text(str(cell))), formats["text"])


def _is_exact(number: int | float | Decimal) -> bool:
    """Whether a spreadsheet, which counts in doubles, shows this number as it is; NaN and infinity have no cell."""
    if isinstance(number, int):
        return len(str(abs(number))) <= _EXACT_DIGITS
    if isinstance(number, float):
        return number - number == 0
    return number.is_finite() and len(number.as_tuple().digits) <= _EXACT_DIGITS


def _fitted(text: str) -> str:
    # XLSX counts UTF-16 units, so a letter beyond the first plane counts twice
    if len(text.encode("utf-16-le")) // 2 <= MAX_TEXT:
        return text
    room = (MAX_TEXT - len(CUT)) * 2
    return text.encode("utf-16-le")[:room].decode("utf-16-le", errors="ignore") + CUT


def _widths(header: Sequence[str], sample: Sequence[Sequence[Cell]]) -> list[float]:
    """Width of each column in characters: the widest line of label and sample, within reason."""
    widths = [_longest_line(label) + 3 for label in header]  # the filter's arrow needs room
    for row in sample:
        for column, cell in enumerate(row[: len(widths)]):
            needed = (
                17 if isinstance(cell, datetime) else 11 if isinstance(cell, date) else _longest_line(str(cell or ""))
            )
            widths[column] = max(widths[column], needed + 1)
    return [float(min(max(width, _MIN_WIDTH), _MAX_WIDTH)) for width in widths]


def _longest_line(text: str) -> int:
    return max((len(line) for line in text[:2000].splitlines()), default=0)


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone) if moment.tzinfo is not None else moment


def _yes_no(value: bool) -> str:
    return "ja" if value else "nein"
