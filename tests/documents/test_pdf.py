"""PDF/UA out of HTML: tags, language, title, embedded fonts, and no resource from elsewhere."""

import io
import json
import re
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pikepdf
import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from kimforms.documents.paper import (
    Entry,
    Happening,
    Letterhead,
    ReceiptData,
    RecordData,
    Section,
    paragraphs,
    receipt_html,
    record_html,
)
from kimforms.documents.pdf import EmbeddedFile, ForeignResource, render_pdf

TEMPLATES = Path(__file__).parents[2] / "templates" / "documents"
LETTERHEAD = Letterhead("Kreis Musterland", "Koordination", "Musterstadt")


def receipt(**changes: object) -> ReceiptData:
    data: dict[str, object] = {
        "letterhead": LETTERHEAD,
        "title": "Eingangsbestätigung",
        "reference": "IH-2026-0042",
        "submitted_on": date(2026, 11, 22),
        "code": "K7QF-M2XD-9RTA",
        "status_url": "https://kim.example/report/status",
        "sections": (Section("Thema", (Entry("Titel", "Kurs fehlt"), Entry("Seit wann?"))),),
    }
    return ReceiptData(**(data | changes))  # type: ignore[arg-type]


def read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def structure(reader: PdfReader) -> list[str]:
    """The types of all elements of the structure tree, in order."""
    found: list[str] = []

    def walk(node: object) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, DictionaryObject):
            if "/S" in node:
                found.append(str(node["/S"]))
            children = node.get("/K", [])
            for child in children if isinstance(children, list) else [children]:
                walk(child)

    walk(reader.trailer["/Root"]["/StructTreeRoot"])
    return found


def test_a_receipt_is_tagged_titled_and_speaks_its_language() -> None:
    reader = read(render_pdf(receipt_html(receipt(), TEMPLATES), title="Eingangsbestätigung IH-2026-0042"))
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "de"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title == "Eingangsbestätigung IH-2026-0042"
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()
    tags = structure(reader)
    assert tags.count("/H1") == 1
    assert {"/H2", "/Table", "/TR", "/TH", "/TD", "/P"} <= set(tags)


def test_the_receipt_says_reference_code_and_answers() -> None:
    text = read(render_pdf(receipt_html(receipt(), TEMPLATES), title="Beleg")).pages[0].extract_text()
    for part in (
        "Kreis Musterland",
        "IH-2026-0042",
        "K7QF-M2XD-9RTA",
        "22.11.2026",
        "Kurs fehlt",
        "keine Angabe",
        "Seite 1 von 1",
    ):
        assert part in text


def test_without_a_code_nothing_speaks_of_one() -> None:
    html = receipt_html(receipt(code=None), TEMPLATES)
    assert "Abrufcode" not in html
    assert "report/status" not in html


def test_english_receipts_are_english() -> None:
    html = receipt_html(receipt(language="en", title="Confirmation"), TEMPLATES)
    assert '<html lang="en">' in html
    assert "Retrieval code" in html
    assert "no answer" in html
    assert read(render_pdf(html, title="Confirmation", language="en")).trailer["/Root"]["/Lang"] == "en"


def test_a_printed_record_shows_facts_and_history() -> None:
    data = RecordData(
        LETTERHEAD,
        "Kurs fehlt",
        "IH-2026-0042",
        date(2026, 11, 22),
        facts=(Entry("Stand", "erfasst"),),
        sections=(Section("Thema", (Entry("Kommunen", ("A-Stadt", "B-Dorf")),)),),
        history=(Happening(date(2026, 11, 3), "erfasst", "K. Vogt"),),
    )
    text = read(render_pdf(record_html(data, TEMPLATES), title="Vorgang")).pages[0].extract_text()
    for part in ("erfasst", "A-Stadt", "B-Dorf", "Verlauf", "03.11.2026", "K. Vogt"):
        assert part in text


def test_answers_never_become_markup() -> None:
    evil = '<img src="https://evil.example/x.png"><script>alert(1)</script>'
    html = receipt_html(receipt(title=evil, sections=(Section(evil, (Entry(evil, evil),)),)), TEMPLATES)
    assert "<script" not in html
    assert "<img" not in html
    assert "alert(1)" in read(render_pdf(html, title="Beleg")).pages[0].extract_text()


@pytest.mark.parametrize(
    "html",
    [
        '<p><img alt="x" src="https://evil.example/pixel.png"></p>',
        '<p><img alt="x" src="http://127.0.0.1:1/pixel.png"></p>',
        '<p><img alt="x" src="file:///etc/passwd"></p>',
        '<style>@import url("https://evil.example/a.css");</style><p>x</p>',
        '<style>@font-face {font-family: e; src: url("font:../../secret.ttf")} p {font-family: e}</style><p>x</p>',
        '<p style="background: url(ftp://evil.example/x)">x</p>',
        f'<p><img alt="x" src="data:image/png;base64,{"A" * 5_000_001}"></p>',
        '<link rel="attachment" href="file:///etc/passwd"><p>x</p>',
    ],
)  # fmt: skip
def test_nothing_is_fetched_from_elsewhere(html: str, tmp_path: Path) -> None:
    with pytest.raises(ForeignResource) as refused:
        render_pdf(html, title="Brief", fonts=tmp_path)
    assert "Erlaubt sind nur eingebettete" in str(refused.value)


def test_embedded_pictures_and_bundled_fonts_are_welcome(tmp_path: Path) -> None:
    dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    html = f'<h1>Wappen</h1><p><img alt="Wappen" src="data:image/png;base64,{dot}"></p>'
    pdf = render_pdf(html, title="Brief", fonts=tmp_path)
    assert "/Figure" in structure(read(pdf))


def test_a_missing_font_gives_way_to_the_next_family() -> None:
    face = '@font-face {font-family: e; src: url("font:Fehlt.ttf")}'
    pdf = render_pdf(f"<style>{face} p {{font-family: e, sans-serif}}</style><p>Lesbar</p>", title="Brief")
    assert "Lesbar" in read(pdf).pages[0].extract_text()


def test_a_font_is_found_by_its_name_or_by_its_built_name(tmp_path: Path) -> None:
    source = next(Path("/usr/share/fonts").rglob("DejaVuSans.ttf"), None) or next(
        Path("/usr/share/fonts").rglob("*.ttf")
    )
    face = '@font-face {font-family: Eigene; src: url("font:eigene-400.ttf")} p {font-family: Eigene}'
    for name in ("eigene-400.ttf", "eigene-400.0a1b2c3d4e.ttf"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / name).write_bytes(source.read_bytes())
        page = read(render_pdf(f"<style>{face}</style><p>Lesbar</p>", title="Brief", fonts=folder)).pages[0]
        (font,) = page["/Resources"]["/Font"].values()  # type: ignore[index]
        assert "Eigene" in font.get_object()["/BaseFont"]


def test_title_and_language_are_not_optional() -> None:
    with pytest.raises(ValueError, match="Titel"):
        render_pdf("<p>x</p>", title="  ")
    with pytest.raises(ValueError, match="Sprache"):
        render_pdf("<!doctype html><html><body>x</body></html>", title="Brief")


def test_paragraphs_are_parted_by_empty_lines() -> None:
    assert paragraphs("Guten Tag\n\nerste\nzweite Zeile\r\n\r\n\n  \n\nEnde") == (
        "Guten Tag",
        "erste\nzweite Zeile",
        "Ende",
    )


def handed_over(content: bytes) -> bytes:
    made_at = datetime(2026, 11, 23, 10, 0, tzinfo=timezone(timedelta(hours=1)))
    file = EmbeddedFile("verweis.json", content, "Dieselben Angaben für Programme", made_at)
    return render_pdf("<h1>Verweis</h1><p>Größe</p>", title="Verweis", variant="pdf/a-3a", files=[file])


def test_a_file_travels_inside_a_pdf_a_3a_byte_by_byte() -> None:
    content = json.dumps({"pseudonym": "Ahorn 12", "straße": "ß" * 5000}, ensure_ascii=False).encode()
    made = handed_over(content)
    assert dict(read(made).attachments) == {"verweis.json": [content]}
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert pdf.attachments["verweis.json"].get_file().read_bytes() == content
        (spec,) = pdf.Root.AF
        assert (str(spec.AFRelationship), str(spec.UF)) == ("/Data", "verweis.json")
        assert str(spec.EF.F.Subtype) == "/application/json"
        assert str(spec.EF.F.Params.CreationDate) == "D:20261123090000Z"


def test_a_pdf_a_3a_says_what_it_is() -> None:
    reader = read(handed_over(b"{}"))
    root = reader.trailer["/Root"]
    xmp = root["/Metadata"].get_object().get_data().decode()
    assert re.search(r"pdfaid:part\W+3\b", xmp), xmp
    assert re.search(r"pdfaid:conformance\W+A\b", xmp), xmp
    assert root["/MarkInfo"]["/Marked"]
    assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    assert root["/Lang"] == "de"


def test_only_a_pdf_a_3_carries_files() -> None:
    file = EmbeddedFile("a.json", b"{}", "Angaben", datetime(2026, 11, 23, tzinfo=UTC))
    for variant in ("pdf/ua-1", "pdf/a-2a"):
        with pytest.raises(ValueError, match="PDF/A-3"):
            render_pdf("<h1>x</h1>", title="x", variant=variant, files=[file])  # type: ignore[arg-type]
