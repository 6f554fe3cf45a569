"""Exports: what Excel would run as a formula stays text, dates stay dates, long tables stream."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from kimforms.documents.tables import (
    CUT,
    MAX_TEXT,
    Cell,
    csv_chunks,
    neutralise,
    safe_sheet_name,
    write_xlsx,
    xlsx_bytes,
)

FORMULAS = [
    "=1+1",
    "+49 2241",
    "-2",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    " =1",
    "\x00=1",
    "\n=1",
    "\u00a0@x",
]


def read_csv(header: list[str], rows: list[list[Cell]]) -> list[list[str]]:
    text = b"".join(csv_chunks(header, rows)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def test_csv_opens_in_german_excel() -> None:
    data = b"".join(csv_chunks(["Titel", "Größe"], [["Kurs; fehlt", 3]]))
    assert data == b"\xef\xbb\xbfTitel;Gr\xc3\xb6\xc3\x9fe\r\n" + b'"Kurs; fehlt";3\r\n'


def test_csv_writes_german_values() -> None:
    summer = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    rows: list[list[Cell]] = [[date(2026, 11, 2), summer, Decimal("1234.50"), 0.5, -7, True, False, None, "a\r\nb"]]
    assert read_csv(["x"] * 9, rows)[1] == [
        "02.11.2026", "02.07.2026 00:30", "1234,50", "0,5", "-7", "ja", "nein", "", "a\nb",
    ]  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_are_disarmed_in_csv(text: str) -> None:
    cell = read_csv([text], [[text]])
    assert cell[0][0].startswith("'")
    assert cell[1][0].startswith("'")


@given(st.text())
def test_no_text_begins_like_a_formula(text: str) -> None:
    safe = neutralise(text)
    assert not safe.lstrip(" \u00a0\u3000").startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    assert neutralise(safe) == safe
    safe.encode("utf-8")


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_csv_comes_back_as_it_was_written(cells: list[str]) -> None:
    assert read_csv(["x"] * len(cells), [list(cells)])[1] == [neutralise(cell) for cell in cells]


def test_csv_streams() -> None:
    def endless() -> Iterator[list[Cell]]:
        number = 0
        while True:
            yield [number]
            number += 1

    chunks = csv_chunks(["n"], endless())
    assert [next(chunks) for _ in range(4)] == [b"\xef\xbb\xbf", b"n\r\n", b"0\r\n", b"1\r\n"]


def test_xlsx_keeps_types_and_offers_filter_and_frozen_header() -> None:
    moment = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
    rows: list[list[Cell]] = [["Kurs", date(2026, 11, 22), moment, 7, Decimal("1.5"), True, None]]
    header = ["Titel", "Tag", "Zeit", "Zahl", "Betrag", "Offen", "Leer"]
    sheet = load_workbook(io.BytesIO(xlsx_bytes(header, rows, sheet_name="Meldungen")))["Meldungen"]
    assert [cell.value for cell in sheet[1]] == header
    assert [cell.value for cell in sheet[2]] == [
        "Kurs", datetime(2026, 11, 22), datetime(2026, 1, 1, 13, 0), 7, 1.5, "ja", None,
    ]  # fmt: skip
    assert sheet["B2"].is_date
    assert sheet["B2"].number_format == "dd.mm.yyyy"
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:G2"
    assert sheet.column_dimensions["C"].width > sheet.column_dimensions["D"].width


@pytest.mark.parametrize("text", [*FORMULAS, "https://evil.example", "=HYPERLINK(1)", "00123", "1e5"])
def test_xlsx_text_is_always_text(text: str) -> None:
    cell = load_workbook(io.BytesIO(xlsx_bytes([text], [[text]]))).worksheets[0]["A2"]
    assert cell.data_type in ("s", "inlineStr")
    assert cell.hyperlink is None


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        (12345678901234567890, "12345678901234567890"),
        (date(1850, 1, 1), "01.01.1850"),
        ("a\x00b\x1bc\ud800", "abc"),
    ],
)
def test_xlsx_never_shows_a_wrong_value(value: Cell, shown: str) -> None:
    assert load_workbook(io.BytesIO(xlsx_bytes(["x"], [[value]]))).worksheets[0]["A2"].value == shown


@pytest.mark.parametrize("letter", ["ä", "😀"])
def test_xlsx_cuts_what_no_cell_can_hold_and_says_so(letter: str) -> None:
    value = load_workbook(io.BytesIO(xlsx_bytes(["x"], [[letter * 40_000]]))).worksheets[0]["A2"].value
    assert value.endswith(CUT)
    assert len(value.encode("utf-16-le")) // 2 <= MAX_TEXT


@pytest.mark.parametrize(
    ("name", "sheet"),
    [
        ("Meldungen 2026/2027", "Meldungen 2026 2027"),
        ("[a]:*?\\", "a"),
        ("'x'", "x"),
        ("", "Tabelle"),
        ("History", "Tabelle"),
        ("L" * 40, "L" * 31),
    ],
)
def test_sheet_names_are_what_excel_allows(name: str, sheet: str) -> None:
    assert safe_sheet_name(name) == sheet
    load_workbook(io.BytesIO(xlsx_bytes(["x"], [], sheet_name=name)))


def test_an_empty_table_still_has_its_header() -> None:
    buffer = io.BytesIO()
    assert write_xlsx(buffer, ["A", "B"], []) == 0
    assert [cell.value for cell in load_workbook(buffer).worksheets[0][1]] == ["A", "B"]
