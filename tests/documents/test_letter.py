"""Letters measured on the sheet: DIN 5008 Form B in millimetres, read from the finished PDF."""

import io
import re
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader

from kimforms.documents.invitation import (
    AgendaData,
    AgendaItem,
    InvitationData,
    agenda_html,
    invitations_html,
    without_confidential,
)
from kimforms.documents.letter import LetterData, letter_html, letters_html
from kimforms.documents.paper import Entry, Letterhead
from kimforms.documents.pdf import render_pdf

TEMPLATES = Path(__file__).parents[2] / "templates" / "documents"
HEAD = Letterhead("Kreis Musterland", "Geschäftsstelle der Lenkungsgruppe", "Musterstadt")
LETTER = LetterData(
    HEAD,
    "Kreis_Musterland · Kreisplatz 1 · 12345 Musterstadt",
    ("Empfängerin", "Zeile_2", "Zeile_3", "Zeile_4", "Zeile_5", "Zeile_6"),
    "Betreffzeile zur Sitzung",
    "Anrede Frau Dr. Hansen,",
    ("Absatz eins.",),
    information=(Entry("Infoblock", "LG-2027-02"), Entry("Datum", "05.01.2027")),
    remarks=("Persönlich",),
    facts=(Entry("Tag", "20.01.2027"),),
    after=("Absatz zwei.",),
    signature=("Mechthild Brandt", "Geschäftsführerin"),
    enclosures=("Tagesordnung", "Vorlage"),
    copies=("Akte",),
    footer=(("Fußzeile links",), ("Mitte",)),
    reference="LG-2027-02",
)
AGENDA = AgendaData(
    HEAD, "Tagesordnung", "2. Sitzung der Lenkungsgruppe", "LG-2027-02", (Entry("Tag", "20.01.2027"),),
    (
        AgendaItem("1", "Begrüßung", "Formalien", "Vorsitz", 5, "14:00"),
        AgendaItem("2", "Personalsache Kleeblatt", "Beschluss", "Adler", 20, "14:05", ("Vorlage Kleeblatt",), confidential=True,
                   motion="Kleeblatt wird versetzt."),
        AgendaItem("2.1", "Unterpunkt Klee", "Beschluss", papers=("Klee.pdf",)),
        AgendaItem("3", "Verschiedenes", late=True),
    ),
    notes=("Hinweis am Ende.",), printed_on=date(2027, 1, 5),
)  # fmt: skip


def pdf_of(html: str) -> bytes:
    return render_pdf(html, title="Brief")


def words(pdf: bytes) -> dict[str, list[tuple[int, float, float, float, float]]]:
    """Each word with page, left, top, right, bottom in millimetres from the top left corner (pdftotext -bbox)."""
    done = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True)
    found: dict[str, list[tuple[int, float, float, float, float]]] = {}
    page = 0
    for line in done.stdout.decode().splitlines():
        page += "<page " in line
        if (at := re.search(r'xMin="(\S+)" yMin="(\S+)" xMax="(\S+)" yMax="(\S+)">(.*)</word>', line)) is not None:
            left, top, right, bottom = (float(at[number]) * 25.4 / 72 for number in range(1, 5))
            found.setdefault(at[5], []).append((page, left, top, right, bottom))
    return found


def lines_drawn(pdf: bytes) -> list[tuple[float, float]]:
    """(left, top) in millimetres of the short lines at the left edge: folding marks and hole mark."""
    content = PdfReader(io.BytesIO(pdf)).pages[0]
    marks: list[tuple[float, float]] = []

    def visit(operator, operands, matrix, _text) -> None:
        if operator == b"re" and len(operands) == 4:
            x, y = (float(value) for value in operands[:2])
            left = x * matrix[0] + y * matrix[2] + matrix[4]
            top = 841.89 - (x * matrix[1] + y * matrix[3] + matrix[5])
            if left * 25.4 / 72 < 6:
                marks.append((left * 25.4 / 72, top * 25.4 / 72))

    content.extract_text(visitor_operand_before=visit)
    return marks


def test_the_address_stands_in_the_window():
    at = words(pdf_of(letter_html(LETTER, TEMPLATES)))
    first, last = at["Empfängerin"][0], at["Zeile_6"][0]
    assert first[1] == pytest.approx(25, abs=0.3)  # 5 mm inside the field that begins at 20
    assert 62.7 - 0.3 <= first[2] <= 64.5  # the zone of the address begins 17.7 mm below 45
    assert last[4] <= 90.0  # and the field ends at 90
    back = at["Kreis_Musterland"][0]
    assert back[1] == pytest.approx(25, abs=0.3) and 45 <= back[2] < back[4] <= 62.7
    assert back[3] - back[1] < 85 and at["Persönlich"][0][2] > back[2]
    assert at["Persönlich"][0][4] <= 62.7


def test_information_subject_and_margins():
    at = words(pdf_of(letter_html(replace(LETTER, paragraphs=("Wort " * 200,)), TEMPLATES)))
    assert at["Infoblock"][0][1] == pytest.approx(125, abs=0.3)
    assert at["Infoblock"][0][2] == pytest.approx(50, abs=1.5)
    assert at["LG-2027-02"][0][3] <= 200
    subject = at["Betreffzeile"][0]
    assert subject[1] == pytest.approx(25, abs=0.3) and subject[2] == pytest.approx(98.46, abs=1.0)
    assert "Betreff" not in at and "Betreff:" not in at
    body = [place for place in at["Wort"] if place[0] == 1]
    assert min(place[1] for place in body) == pytest.approx(25, abs=0.3)
    assert max(place[3] for place in body) <= 190.1
    assert at["Anrede"][0][2] - subject[2] == pytest.approx(3 * 10.5 * 1.4 * 25.4 / 72, abs=2.5)  # two empty lines


def test_marks_for_folding_and_punching():
    drawn = lines_drawn(pdf_of(letter_html(LETTER, TEMPLATES)))
    assert {round(top * 2) / 2 for _, top in drawn} == {105.0, 148.5, 210.0}  # each as a line of 0.15 mm
    assert all(3 <= left <= 5 for left, _ in drawn)


def test_a_long_information_block_pushes_the_subject_down():
    long = tuple(Entry(f"Zeile {number}", "Wert") for number in range(16))
    at = words(pdf_of(letter_html(replace(LETTER, information=long), TEMPLATES)))
    assert at["Betreffzeile"][0][2] > max(place[4] for place in at["Wert"]) + 5


def test_many_letters_begin_on_their_own_page_and_count_their_own_pages():
    long = replace(LETTER, paragraphs=("Text " * 1500,), recipient=("Langer Brief",))
    letters = [replace(LETTER, recipient=(f"Person_{number}",)) for number in range(3)]
    pdf = pdf_of(letters_html([letters[0], long, letters[1], letters[2]], TEMPLATES, title="Einladungen"))
    reader = PdfReader(io.BytesIO(pdf))
    feet = [re.search(r"Seite \d+ von \d+", page.extract_text())[0] for page in reader.pages]
    pages = len(feet) - 3
    assert pages > 1
    assert feet == [
        "Seite 1 von 1", *(f"Seite {number} von {pages}" for number in range(1, pages + 1)), "Seite 1 von 1", "Seite 1 von 1",
    ]  # fmt: skip
    at = words(pdf)
    assert [at[f"Person_{number}"][0][0] for number in range(3)] == [1, pages + 2, pages + 3]
    assert {round(at[f"Person_{number}"][0][2], 1) for number in range(3)} == {round(at["Langer"][0][2], 1)}
    assert "Kreisplatz" not in reader.pages[2].extract_text()  # the window is on the first page only


def test_all_parts_are_there_and_tagged():
    pdf = pdf_of(letter_html(LETTER, TEMPLATES))
    text = " ".join(PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())
    for part in (
        "Mit freundlichen Grüßen", "Mechthild Brandt", "Geschäftsführerin", "Anlagen Tagesordnung Vorlage", "Verteiler Akte",
        "Fußzeile links", "Absatz zwei.",
    ):  # fmt: skip
        assert part in text
    read_aloud = subprocess.run(
        ["pdfinfo", "-struct-text", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()
    parts = (
        "Kreis_Musterland",
        "Empfängerin",
        "Infoblock",
        "Betreffzeile",
        "Anrede",
        "Absatz eins",
        "Mit freundlichen",
    )
    order = [read_aloud.index(part) for part in parts]
    assert order == sorted(order)


@pytest.mark.parametrize("change", [{"recipient": ("x",) * 7}, {"remarks": ("x",) * 4}])
def test_what_does_not_fit_the_window_is_refused(change):
    with pytest.raises(ValueError, match="sechs Zeilen"):
        letter_html(replace(LETTER, **change), TEMPLATES)


def test_nothing_to_print_is_refused():
    with pytest.raises(ValueError, match="nothing"):
        letters_html([], TEMPLATES, title="x")


def test_texts_never_become_markup():
    evil = "<script>x</script>"
    letter = replace(
        LETTER, subject=evil, salutation=evil, recipient=(evil,), paragraphs=(evil,), footer=((evil, evil),),
        information=(Entry(evil, evil),), signature=(evil,), enclosures=(evil,), return_line=evil,
    )  # fmt: skip
    agenda = replace(AGENDA, title=evil, items=(AgendaItem("1", evil, evil, evil, papers=(evil,), motion=evil),))
    html = invitations_html([InvitationData(letter, agenda)], TEMPLATES, title=evil)
    assert "<script" not in html and "&lt;br" not in html


def test_letter_and_agenda_in_one_document_each_with_its_own_pages():
    sheets = [InvitationData(replace(LETTER, recipient=(f"Person_{n}",)), AGENDA) for n in range(3)]
    reader = PdfReader(io.BytesIO(pdf_of(invitations_html(sheets, TEMPLATES, title="Einladungen"))))
    texts = [page.extract_text() for page in reader.pages]
    assert len(texts) == 6
    assert all("Seite 1 von 1" in text for text in texts)
    assert [("Person_" in text, "Begrüßung" in text) for text in texts] == [(True, False), (False, True)] * 3


def test_the_agenda_numbers_marks_and_times():
    text = " ".join(PdfReader(io.BytesIO(pdf_of(agenda_html(AGENDA, TEMPLATES)))).pages[0].extract_text().split())
    for part in ("1 Begrüßung", "Formalien · Vortrag: Vorsitz", "14:00", "5 min", "vertraulich", "nachgereicht",
                 "Antrag: Kleeblatt wird versetzt.", "Unterlage: Vorlage Kleeblatt",
                 "Hinweis am Ende.", "Stand vom 05.01.2027"):  # fmt: skip
        assert part in text


def test_guests_see_the_number_of_a_confidential_item_and_nothing_else():
    html = agenda_html(replace(AGENDA, redacted=True), TEMPLATES)
    assert "Klee" not in html and "Adler" not in html
    assert html.count("nicht öffentlicher Punkt: in dieser Fassung nicht enthalten") == 2  # the one below it as well
    guests = without_confidential(AGENDA)
    assert [item.label for item in guests.items] == ["1", "2", "2.1", "3"]
    assert "Klee" not in repr(guests)


def test_a_draft_says_so():
    assert "noch nicht freigegeben" in agenda_html(replace(AGENDA, draft=True), TEMPLATES)
    assert "noch nicht freigegeben" not in agenda_html(AGENDA, TEMPLATES)
