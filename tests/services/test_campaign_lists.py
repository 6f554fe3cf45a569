"""Lists as offices really have them, and as nobody should: encodings, separators, workbooks, columns, rows."""

from __future__ import annotations

import io
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from kimforms.services.campaign import checking, mapping, reading
from kimforms.services.refusals import InputRefused

from ..support.campaign import HEAD, people

LIST = f"{HEAD}\nJürgen;Weiß;Größenweg;2;53840;Köln\nÄnne;Müller;Ölstraße;3;53842;Troisdorf\n"
COLUMNS = {"first_name": 0, "last_name": 1, "street": 2, "number": 3, "postcode": 4, "town": 5}


def workbook(*sheets, title="Tabelle"):
    book = Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"{title} {number}")
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def check(*rows, columns=COLUMNS, **more):
    return checking.check([row.split(";") for row in rows], columns, first_row=2, **more)


def reason(row, columns=COLUMNS):
    done = check(row, columns=columns)
    return done.bad[0][1] if done.bad else ""


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "cp850", "mac_roman"]
)
def test_encodings_are_recognised(encoding):
    found = reading.read(LIST.encode(encoding))
    assert found.sheets[0].rows[1] == ("Jürgen", "Weiß", "Größenweg", "2", "53840", "Köln")
    assert found.sheets[0].rows[0][0] == "Vorname"


def test_turkish_names_in_the_encoding_of_a_turkish_windows():
    text = LIST.replace("Jürgen;Weiß", "Şükrü;Yıldız").replace("Änne", "Ayşe")
    assert reading.read(text.encode("cp1254")).sheets[0].rows[1][:2] == ("Şükrü", "Yıldız")


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_separators_are_recognised(separator):
    found = reading.read(LIST.replace(";", separator).encode())
    assert (found.separator, len(found.sheets[0].rows[0])) == (separator, 6)


def test_quotes_hold_separators_and_lines():
    found = reading.read(f'{HEAD}\n"Anna";"Weiß; geb. ""Klein""";"Weg\nHinterhaus";1;53840;Köln\n'.encode())
    assert found.sheets[0].rows[1][1:3] == ('Weiß; geb. "Klein"', "Weg\nHinterhaus")


def test_one_broken_row_is_named_and_the_others_are_read():
    broken = LIST.encode() + "Zoë;Fähnrich;Weg;1;53840;Köln\n".encode("cp1252") + people(20).partition("\n")[2].encode()
    found = reading.read(broken)
    assert found.encoding == "utf-8"
    done = checking.check(found.sheets[0].rows[1:], COLUMNS, first_row=2)
    assert done.bad == [(4, "Zeichen sind beschädigt, etwa Umlaute.")]
    assert len(done.letters) == 22


def test_text_that_was_read_wrongly_before_is_named():
    assert reason("JÃ¼rgen;WeiÃŸ;Weg;1;53840;KÃ¶ln") == "Zeichen sind beschädigt, etwa Umlaute."


def test_a_workbook_with_numbers_dates_formulas_and_several_sheets():
    rows = [
        HEAD.split(";"),
        ["Jürgen", "Weiß", "Weg", 12, 53840.0, "Köln"],
        ["A", "=HYPERLINK(1)", "Weg", 1, 53840, "Köln"],
        ["A", "B", "Weg", 1, 1067, "D"],
    ]
    found = reading.read(workbook([["leer"]], rows))
    assert [sheet.name for sheet in found.sheets] == ["Tabelle 0", "Tabelle 1"]
    done = checking.check(found.sheets[1].rows[1:], COLUMNS, first_row=2)
    assert done.letters[0].lines == ("Jürgen Weiß", "Weg 12", "53840 Köln")
    assert [row for row, _ in done.bad] == [3, 4]
    assert "führende Null" in done.bad[1][1]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "leer"),
        (b"  \n", "leer"),
        (b"%PDF-1.7 x", "keine CSV"),
        (b"\x89PNG\r\n\x1a\n", "keine CSV"),
        (b"\xd0\xcf\x11\xe0 old excel", "keine CSV"),
        (b"PK\x03\x04 broken", "beschädigt"),
        (bytes(range(256)) * 40, "keinen lesbaren Text"),
        (b"a;b\n" * (reading.MOST_ROWS + 2), "zu lang"),
        (b";".join([b"a"] * 100), "Spalten"),
        (b"x" * (reading.MOST_BYTES + 1), "zu groß"),
        (b";;;\n;;\n", "keine einzige Zeile"),
    ],
)  # fmt: skip
def test_what_is_no_list_is_refused_in_words(content, said):
    with pytest.raises(InputRefused, match=said):
        reading.read(content)


def package(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return out.getvalue()


def test_a_small_workbook_that_unpacks_to_far_too_much_is_not_opened():
    bomb = package(xl__workbook_xml=b"<x/>", xl__sheet_xml=b"0" * (reading.MOST_UNPACKED + 1))
    assert len(bomb) < 300_000
    tracemalloc.start()
    with pytest.raises(InputRefused, match="viel zu groß"):
        reading.read(bomb)
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_entities_that_multiply_are_not_read():
    laughs = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>'
    for content in (laughs, laughs.decode().encode("utf-16")):
        with pytest.raises(InputRefused, match="nicht hineingehört"):
            reading.read(package(xl__workbook_xml=content))


def test_a_document_that_is_no_workbook_is_refused():
    with pytest.raises(InputRefused, match="keine XLSX"):
        reading.read(package(word__document_xml=b"<x/>"))


def test_twenty_thousand_rows_with_umlauts():
    done = checking.check(
        reading.read(people(20_000).encode("cp1254", "replace").replace(b"?", b"s")).sheets[0].rows[1:],
        COLUMNS,
        first_row=2,
    )
    assert (done.rows, len(done.letters), done.bad) == (20_000, 20_000, [])


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reading(content):
    try:
        found = reading.read(content)
    except InputRefused:
        return
    checking.check(found.sheets[0].rows, {"name": 0, "street": 1, "postcode": 2, "town": 3}, first_row=1)


@pytest.mark.parametrize(
    ("headings", "columns"),
    [
        (HEAD, COLUMNS),
        ("Name,Vorname,Straße,PLZ,Wohnort", {"last_name": 0, "first_name": 1, "street": 2, "postcode": 3, "town": 4}),
        ("NAME,Anschrift,Postleitzahl,ORT,Zusatz", {"name": 0, "street": 1, "postcode": 2, "town": 3, "care_of": 4}),
        ("a,b,c", {}),
    ],
)
def test_columns_are_guessed_from_their_headings(headings, columns):
    assert mapping.guess(headings.replace(",", ";").split(";")) == columns


def test_columns_that_cannot_be_used_are_refused_one_by_one():
    for columns, wrong in (
        ({}, {"street", "postcode", "town", "last_name"}),
        ({**COLUMNS, "town": 4}, {"town"}),
        ({**COLUMNS, "town": 60}, {"town"}),
        ({**COLUMNS, "town": -1}, {"town"}),
        ({**COLUMNS, "care_of": 5}, {"care_of"}),
        ({"name": 0, "last_name": 1, "street": 2, "postcode": 4, "town": 5}, {"name"}),
    ):
        with pytest.raises(InputRefused) as refused:
            mapping.checked(columns, 6)
        assert refused.value.errors.keys() == wrong


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (";;Weg;1;53840;Köln", "Der Name fehlt."),
        ("A;;Weg;1;53840;Köln", "Der Name fehlt."),
        ("A;B;;1;53840;Köln", "Die Straße fehlt."),
        ("A;B;Weg;1;;Köln", "Die Postleitzahl fehlt."),
        ("A;B;Weg;1;53840;", "Der Ort fehlt."),
        ("A;B;Weg;1;5384O;Köln", "Die Postleitzahl hat nicht fünf Ziffern."),
        ("A;B;Weg;1;00000;Köln", "Die Postleitzahl hat nicht fünf Ziffern."),
        ("A;B;Weg;1;٥٣٨٤٠;Köln", "Die Postleitzahl hat nicht fünf Ziffern."),
        ("=A;B;Weg;1;53840;Köln", "Eine Zelle beginnt wie eine Formel (=, +, - oder @)."),
        ("A;  @B;Weg;1;53840;Köln", "Eine Zelle beginnt wie eine Formel (=, +, - oder @)."),
        ("A;+B;Weg;1;53840;Köln", "Eine Zelle beginnt wie eine Formel (=, +, - oder @)."),
        ("A;-B;Weg;1;53840;Köln", "Eine Zelle beginnt wie eine Formel (=, +, - oder @)."),
        ("A;B\x07;Weg;1;53840;Köln", "Eine Zelle enthält Steuerzeichen."),
        ("A;B\u202e;Weg;1;53840;Köln", "Eine Zelle enthält Steuerzeichen."),
        ("A;" + "B" * 40 + ";Weg;1;53840;Köln", "Eine Zeile der Anschrift ist zu lang (mehr als 38 Zeichen ohne Leerzeichen)."),
        ("A;" + "B b" * 40 + ";Weg;1;53840;Köln", "Der Name ist zu lang (mehr als 70 Zeichen)."),
        ("A;B;Weg;1;53840;Köln", ""),
    ],
)  # fmt: skip
def test_rows_are_refused_with_their_reason(row, said):
    assert reason(row) == said


def test_an_address_of_seven_lines_is_refused_and_one_of_six_fits():
    columns = {**COLUMNS, "company": 6, "care_of": 7, "addition": 8}
    assert reason("A;B;Weg;1;53840;Köln;Firma;c/o X;Haus 2", columns) == ""
    assert reason("A;B;Weg;1;53840;Köln;Firma;c/o X;Haus 2\nTür 3", columns) == "Die Anschrift hat mehr als 6 Zeilen."


def test_long_lines_are_parted_where_a_person_would():
    done = check("Maria Magdalena;von Hohenstein-Wittgenstein zu Sayn;Weg;1;53840;Köln")
    assert done.letters[0].lines == ("Maria Magdalena von Hohenstein-", "Wittgenstein zu Sayn", "Weg 1", "53840 Köln")


def test_the_same_person_gets_one_letter():
    done = check(
        "Jürgen;Groß;Bahnhofstraße;12 a;53840;Troisdorf", "Juergen;GROSS;Bahnhofstr.;12a;53840;Troisdorf",
        "Jürgen;Groß;Bahnhofstraße;12 b;53840;Troisdorf", "", ";;;;;",
    )  # fmt: skip
    assert (len(done.letters), done.duplicates, done.empty, done.rows) == (2, 1, 2, 3)


def test_a_reason_never_quotes_the_row():
    done = check(
        "=Geheim;Nachname;Geheimweg;1;53840;Geheimstadt", "A;Geheim;;1;53840;X", "A;" + "Geheim" * 9 + ";W;1;53840;X"
    )
    assert len(done.bad) == 3
    assert not any("Geheim" in said for _, said in done.bad)


@given(st.lists(st.lists(st.text(max_size=30), max_size=7), max_size=8))
def test_whoever_gets_a_letter_fits_into_the_field(rows):
    done = checking.check(rows, COLUMNS, first_row=1)
    for one in done.letters:
        assert 3 <= len(one.lines) <= 6
        assert all(0 < len(line) <= checking.LINE_LENGTH and line.isprintable() for line in one.lines)
    assert done.rows == len(done.letters) + len(done.bad) + done.duplicates + done.blocked
