"""Campaign letters on paper: what is shared, what differs, and a document whose tags are whole."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pikepdf
import pytest

from kimforms.documents.campaign import CampaignText, as_plain, from_plain, letter_to, lines_html, qr_code, text_parts
from kimforms.documents.letter import LetterPart, Note, letters_html
from kimforms.documents.paper import Entry, Grid, Letterhead
from kimforms.documents.pdf import render_pdf
from kimforms.documents.series import Letters
from kimforms.services.receipts import FONTS, TEMPLATES

ROWS = (("Beratung Größenweg\nTräger", "Größenweg 3\n53840 Troisdorf", "Mo 9–12 Uhr", "Deutsch", "01.10.2026"),)
TEXT = CampaignText(
    Letterhead("Stadt Beispiel", "Einbürgerungsbehörde"),
    "Stadt Beispiel · Troisdorf",
    "Deutsch werden: Informationen für Sie",
    "Guten Tag {name},",
    (
        *text_parts("Was Sie erfüllen müssen", "- fünf Jahre\n- B1\n\nMehr steht in der Broschüre. " + "Langer Text. " * 300),
        LetterPart(grid=Grid("Beratungsdienste", ("Stelle", "Kontakt", "Zeiten", "Sprachen", "bestätigt am"), ROWS)),
        LetterPart(
            heading="In anderen Sprachen", picture=qr_code("https://www.stadt.example/e"), picture_text="QR-Code",
            notes=(Note("ar", "العربية", "هذه الرسالة تقدّم لكم معلومات", "rtl"), Note("tr", "Türkçe", "Bu mektup")),
        ),
    ),
    (Entry("Unser Zeichen", "EBK-2026-01"), Entry("Datum", "23.11.2026")),
    ("Erika Beispiel", "Sachbearbeitung"),
    ("Broschüre",),
)  # fmt: skip
PEOPLE = tuple(
    (
        (f"Ayşe Öztürk-Müßig {number}", "c/o Łukasz Żółć", "Hauptstraße 1", "53840 Troisdorf")[: 2 + number % 3],
        f"Ayşe {number}",
    )
    for number in range(7)
)


def pdf(html: str) -> bytes:
    return render_pdf(html, title="Anschreiben", fonts=FONTS)


@pytest.fixture(scope="module")
def model() -> bytes:
    return pdf(letters_html([letter_to(TEXT, ("Anschrift",), "Name")], TEMPLATES, title="Anschreiben"))


@pytest.fixture(scope="module")
def series(model: bytes) -> bytes:
    out = io.BytesIO()
    letters = Letters(out.write, model)
    assert letters.add(pdf(lines_html(TEXT, PEOPLE[:4], TEMPLATES))) == 4
    assert letters.add(pdf(lines_html(TEXT, PEOPLE[4:], TEMPLATES))) == 3
    letters.end("Anschreiben zur Einbürgerung")
    return out.getvalue()


def words(content: bytes, tmp_path: Path, *options: str) -> str:
    path = tmp_path / "x.pdf"
    path.write_bytes(content)
    return subprocess.run(["pdftotext", *options, str(path), "-"], capture_output=True, check=True, text=True).stdout


def test_a_text_survives_being_frozen() -> None:
    assert from_plain(as_plain(TEXT)) == TEXT


def test_the_document_is_sound_and_says_what_it_is(series: bytes, model: bytes) -> None:
    with pikepdf.open(io.BytesIO(series)) as found, pikepdf.open(io.BytesIO(model)) as one:
        assert found.check_pdf_syntax() == []
        assert len(found.pages) == 7 * len(one.pages)
        assert str(found.Root.Lang) == "de"
        assert bool(found.Root.MarkInfo.Marked)
        assert bool(found.Root.ViewerPreferences.DisplayDocTitle)
        assert found.docinfo["/Title"] == "Anschreiben zur Einbürgerung"
        with found.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"


def test_each_letter_has_its_address_and_counts_its_own_pages(series: bytes, model: bytes, tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(model)) as one:
        size = len(one.pages)
    for number, (lines, name) in enumerate(PEOPLE):
        text = words(series, tmp_path, "-f", str(number * size + 1), "-l", str(number * size + 1))
        assert all(line in text for line in lines)
        assert f"Guten Tag {name}," in text
        assert f"Seite 1 von {size}" in text
        assert "Anschrift\n" not in text  # the words of the model are gone
        others = [other for _, other in PEOPLE if other != name]
        assert not any(f"Guten Tag {other}," in text for other in others)


def test_a_letter_looks_as_if_it_had_been_set_by_itself(series: bytes, tmp_path: Path) -> None:
    """The same words at the same places, to a tenth of a point."""
    alone = pdf(letters_html([letter_to(TEXT, *PEOPLE[2])], TEMPLATES, title="Anschreiben"))
    with pikepdf.open(io.BytesIO(alone)) as one:
        first = 2 * len(one.pages) + 1
    expected = words(alone, tmp_path, "-bbox", "-l", "1")
    found = words(series, tmp_path, "-bbox", "-f", str(first), "-l", str(first))
    assert sorted(line for line in found.splitlines() if "<word" in line) == sorted(
        line for line in expected.splitlines() if "<word" in line
    )


def test_the_tags_are_whole(series: bytes) -> None:
    """Every mark of every page leads to an element, which says the same; every element hangs on the document."""
    with pikepdf.open(io.BytesIO(series)) as found:
        root = found.Root.StructTreeRoot
        parents = dict(_numbers(root.ParentTree))
        document = root.K[0]
        below = {one.objgen: one for one in _elements(document)}
        assert str(document.S) == "/Document"
        assert [str(one.S) for one in below.values()].count("/H1") == 7
        for page in found.pages:
            owners = parents[int(page.obj.StructParents)]
            marks = _marks(page)
            assert sorted(marks) == [place for place, owner in enumerate(owners) if owner is not None]
            for mark in marks:
                element = below[owners[mark].objgen]
                assert mark in [int(one) for one in element.K if isinstance(one, int)]
                assert element.Pg.objgen == page.obj.objgen
            for link in page.obj.get("/Annots", ()):
                assert parents[int(link.StructParent)].objgen in below
                assert link.Dest[0].objgen in {one.obj.objgen for one in found.pages}
        assert len(parents) == int(root.ParentTreeNextKey)
        ids = [bytes(one.ID) for one in below.values() if "/ID" in one]
        assert len(ids) == len(set(ids))


def test_an_address_of_seven_lines_is_refused() -> None:
    with pytest.raises(ValueError, match="sechs Zeilen"):
        lines_html(TEXT, [(tuple("1234567"), "x")], TEMPLATES)


def _elements(top):
    yield top
    for one in top.get("/K", ()):
        if isinstance(one, pikepdf.Dictionary) and "/S" in one:
            assert one.P.objgen == top.objgen
            yield from _elements(one)


def _numbers(node):
    for kid in node.get("/Kids", ()):
        yield from _numbers(kid)
    nums = node.get("/Nums", ())
    for place in range(0, len(nums), 2):
        yield int(nums[place]), nums[place + 1]


def _marks(page):
    return [
        int(step.operands[1].MCID)
        for step in pikepdf.parse_content_stream(page)
        if str(step.operator) == "BDC" and "/MCID" in step.operands[1]
    ]
