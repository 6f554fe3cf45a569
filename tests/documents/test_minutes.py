"""Minutes, their version for guests, excerpts and the archive's variant of PDF, as people and programs read them."""

import io
import zlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

from kimforms.documents.excerpt import ExcerptData, excerpt_html
from kimforms.documents.minutes import (
    Addendum,
    Attendance,
    DecisionText,
    MinutesData,
    MinutesItem,
    MinutesTask,
    Signature,
    VoteResult,
    minutes_html,
    without_confidential,
)
from kimforms.documents.paper import Entry, Letterhead
from kimforms.documents.pdf import render_pdf

TEMPLATES = Path(__file__).parents[2] / "templates" / "documents"
HEAD = Letterhead("Kreis Musterland", "Geschäftsstelle der Lenkungsgruppe", "Musterstadt")
DECISION = DecisionText(
    "Die Gruppe setzt eine Arbeitsgruppe ein.\n\nFederführend ist die Koordination.", "LG-B-2027-01", "Einsetzung", True,
    VoteResult("Einstimmig bei 2 Enthaltungen beschlossen.", 12, 0, 2, 0, "offen", "Mehrheit der abgegebenen Stimmen (GO § 7)"),
    ("Frau Hansen gibt zu Protokoll, dass sie zustimmt.",),
)  # fmt: skip
MINUTES = MinutesData(
    HEAD, "Niederschrift", "LG-2027-02", "Lenkungsgruppe", date(2027, 1, 20), "14:00", "16:25", "Kreishaus, Raum Rhein",
    "Dr. Ulrike Hansen", "Sabine Thelen", number="2. Sitzung 2027", kind="course", interruptions=("15:40–15:50 Uhr",),
    statements=("Es wurde form- und fristgerecht eingeladen.",),
    quorum=("Mit 13 von 17 Stimmberechtigten beschlussfähig.", "Ab 16:05 Uhr nicht mehr beschlussfähig."),
    attendance=(
        Attendance("Dr. Ulrike Hansen", "Jobcenter", right="stimmberechtigt", function="Vorsitz"),
        Attendance("Petra Vogt", "Stadt A", deputy_for="Cem Kaya", times=("14:00–14:32", "15:00–16:25")),
        Attendance("Dr. Lorenz", presence="guest", right="Gast"),
        Attendance("Ruth Adler", "Diakonie", "excused"),
        Attendance("Jens Pohl", "Stadt B", "absent", remark="ohne Nachricht"),
    ),
    items=(
        MinutesItem("1", "Begrüßung", "Formalien", results=("Angenommen.",)),
        MinutesItem("2", "Vorlagen", presence=("14:32 Uhr: Herr Kaya kommt.",)),
        MinutesItem("2.1", "Kurse", "Beschluss", "Koordination", course=("Die Aussprache dauert.",), motions=("Antrag Hansen.",),
                    conflicts=("Frau Klein ist befangen.",), decisions=(DECISION,), papers=("BV-2027-01",)),
        MinutesItem("3", "Personalsache Kleeblatt", "Kleeart", "Kleeperson", True,
                    ("Klee",), ("Klee",), ("Klee",), ("Klee",), ("Klee",),
                    (DecisionText("Klee", "LG-B-2027-99", "Klee"),), ("Kleepapier",)),
        MinutesItem("3.1", "Kleeunterpunkt", results=("Klee",)),
        MinutesItem("4", "Verschiedenes"),
    ),
    tasks=(MinutesTask("Zahlen vorlegen", "Koordination", date(2027, 6, 1), "2.1"), MinutesTask("Klee gießen", "Klee", None, "3"),
           MinutesTask("Klee heimlich", "Klee", None, "4", confidential=True)),
    addenda=(Addendum(1, date(2027, 2, 10), ("Herr Pohl war entschuldigt.",), "Sabine Thelen", "1"),
             Addendum(2, date(2027, 2, 11), ("Klee",), "Klee", "3.1")),
    annexes=("BV-2027-01", "Kleepapier"), recipients=("Mitglieder",),
    signatures=(Signature("Vorsitz", "Dr. Ulrike Hansen", date(2027, 2, 1)), Signature("Niederschrift", "Sabine Thelen")),
    status="Unterzeichnet am 01.02.2027.",
)  # fmt: skip


def text_of(html: str) -> str:
    return " ".join(BeautifulSoup(html, "html5lib").body.get_text(" ").split())


def whole(pdf: bytes) -> bytes:
    """Everything in the file, streams unpacked, so that nothing can hide in outline, tags or metadata."""
    found = [pdf]
    for part in pdf.split(b"stream\n")[1:]:
        try:
            found.append(zlib.decompressobj().decompress(part.lstrip(b"\r\n")))
        except zlib.error:
            continue
    return b"\n".join(found)


def test_minutes_hold_what_minutes_have_to_hold():
    text = text_of(minutes_html(MINUTES, TEMPLATES))
    for part in (
        "2. Sitzung 2027 · Lenkungsgruppe", "Tag 20.01.2027", "Zeit 14:00 bis 16:25 Uhr", "Unterbrechung 15:40–15:50 Uhr",
        "Ort Kreishaus, Raum Rhein", "Vorsitz Dr. Ulrike Hansen", "Niederschrift Sabine Thelen", "Aktenzeichen LG-2027-02",
        "Es wurde form- und fristgerecht eingeladen.", "Mit 13 von 17", "Ab 16:05 Uhr nicht mehr beschlussfähig.",
        "TOP 2.1 Kurse", "Verlauf Die Aussprache dauert.", "Antrag Antrag Hansen.", "Frau Klein ist befangen.",
        "14:32 Uhr: Herr Kaya kommt.", "Beschluss LG-B-2027-01: Einsetzung", "Federführend ist die Koordination.",
        "Einstimmig bei 2 Enthaltungen beschlossen. Ja 12 Nein 0 Enthaltungen 2 Abstimmung: offen.",
        "Mehrheit der abgegebenen Stimmen (GO § 7)", "Frau Hansen gibt zu Protokoll",
        "2.1 Zahlen vorlegen Koordination 01.06.2027", "Nachtrag 1 vom 10.02.2027 zu TOP 1", "Verteiler Mitglieder",
        "Dr. Ulrike Hansen Vorsitz, unterzeichnet am 01.02.2027", "Anlage 1: Anwesenheitsliste", "Unterzeichnet am 01.02.2027.",
    ):  # fmt: skip
        assert part in text, part


def test_the_attendance_list_is_annexed_by_groups():
    page = BeautifulSoup(minutes_html(MINUTES, TEMPLATES), "html5lib")
    rows = [" ".join(row.get_text(" ").split()) for row in page.select("table.attendance tbody tr")]
    assert rows == [
        "Anwesend (2)", "Dr. Ulrike Hansen Vorsitz Jobcenter stimmberechtigt ganze Sitzung",
        "Petra Vogt Stadt A in Vertretung von Cem Kaya 14:00–14:32 , 15:00–16:25",
        "Gäste (1)", "Dr. Lorenz Gast ganze Sitzung", "Entschuldigt (1)", "Ruth Adler Diakonie",
        "Nicht anwesend (1)", "Jens Pohl Stadt B ohne Nachricht",
    ]  # fmt: skip


def test_minutes_of_results_leave_the_course_out():
    text = text_of(minutes_html(replace(MINUTES, kind="results"), TEMPLATES))
    assert "Aussprache" not in text and "Beschluss LG-B-2027-01" in text


def test_guests_read_nothing_of_a_confidential_item_anywhere():
    full = render_pdf(minutes_html(MINUTES, TEMPLATES), title="Niederschrift LG-2027-02")
    assert "Klee" in "".join(page.extract_text() for page in PdfReader(io.BytesIO(full)).pages)
    html = minutes_html(replace(MINUTES, redacted=True), TEMPLATES)
    assert "Klee" not in html and "2027-99" not in html
    assert "Klee" not in repr(without_confidential(MINUTES))
    pdf = render_pdf(html, title="Niederschrift LG-2027-02")
    reader = PdfReader(io.BytesIO(pdf))
    text = " ".join("".join(page.extract_text() for page in reader.pages).split())
    assert (
        text.count("nicht öffentlicher Punkt: in dieser Fassung nicht enthalten") == 4
    )  # in contents and in its place
    assert "Klee" not in text and "Zahlen vorlegen" in text and "Fassung für Gäste" in text
    for spelling in (
        b"Klee",
        "Klee".encode("utf-16-be"),
        b"Klee".hex().encode(),
        "Klee".encode("utf-16-be").hex().encode(),
    ):
        assert spelling not in whole(pdf)
    titles = [item["/Title"] for item in flat(reader.outline)]
    assert any("TOP 3 nicht öffentlicher Punkt" in title for title in titles)


def flat(outline):
    for item in outline:
        if isinstance(item, list):
            yield from flat(item)
        else:
            yield item


def test_a_draft_says_so_on_every_page():
    html = minutes_html(replace(MINUTES, draft=True, status="Entwurf, Stand 3"), TEMPLATES)
    pages = PdfReader(io.BytesIO(render_pdf(html, title="Entwurf"))).pages
    assert len(pages) > 2
    assert all("Entwurf" in page.extract_text() for page in pages)
    signed = PdfReader(io.BytesIO(render_pdf(minutes_html(MINUTES, TEMPLATES), title="Niederschrift"))).pages
    assert not any("Entwurf" in page.extract_text() for page in signed)


def test_headings_never_skip_a_level():
    for data in (MINUTES, replace(MINUTES, redacted=True)):
        page = BeautifulSoup(minutes_html(data, TEMPLATES), "html5lib")
        levels = [int(one.name[1]) for one in page.select("h1, h2, h3, h4, h5")]
        assert levels[0] == 1 and levels.count(1) == 1
        assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))


def test_texts_never_become_markup():
    evil = '<img src="https://evil.example/x.png">'
    item = MinutesItem(
        "1", evil, evil, evil, False, (evil,), (evil,), (evil,), (evil,), (evil,), (replace(DECISION, text=evil),)
    )
    html = minutes_html(replace(MINUTES, body=evil, items=(item,), status=evil, chair=evil), TEMPLATES)
    assert "<img" not in html
    assert "<img" not in excerpt_html(replace(EXCERPT, item=evil, reasons=(evil,)), TEMPLATES)


EXCERPT = ExcerptData(
    HEAD, "Beschlussauszug", "LG-B-2027-01", "Lenkungsgruppe", date(2027, 1, 20), DECISION, "2. Sitzung 2027", "TOP 2.1 Kurse",
    (Entry("Thema", "TH-2026-0003"),), ("Weil es nötig ist.",), ("Beschlussfähig.",), "Sabine Thelen", date(2027, 2, 2),
)  # fmt: skip


def test_an_excerpt_stands_alone():
    text = text_of(excerpt_html(EXCERPT, TEMPLATES))
    for part in (
        "Sitzung 2. Sitzung 2027", "Tagesordnungspunkt TOP 2.1 Kurse", "Thema TH-2026-0003", "Beschluss LG-B-2027-01: Einsetzung",
        "Einstimmig bei 2 Enthaltungen beschlossen.", "Begründung Weil es nötig ist.", "Musterstadt, 02.02.2027",
        "Der Auszug stimmt mit der Niederschrift überein.",
    ):  # fmt: skip
        assert part in text
    assert "Vorläufiger Auszug" not in text
    assert "Vorläufiger Auszug" in text_of(excerpt_html(replace(EXCERPT, provisional=True), TEMPLATES))
    for basis, said in (
        ("circular", "Ergebnis der Abstimmung im Umlaufverfahren"),
        ("register", "mit dem Beschlussregister"),
    ):
        text = text_of(excerpt_html(replace(EXCERPT, basis=basis, item="", meeting=""), TEMPLATES))
        assert said in text and "stimmt mit der Niederschrift" not in text
    refused = replace(EXCERPT, decision=replace(DECISION, accepted=False))
    assert "Abgelehnter Antrag LG-B-2027-01" in text_of(excerpt_html(refused, TEMPLATES))


@pytest.mark.parametrize(
    ("variant", "claims"),
    [("pdf/a-2a", (b"<pdfaid:part>2<", b"<pdfaid:conformance>A<")), ("pdf/ua-1", (b"<pdfuaid:part>1<",))],
)
@pytest.mark.parametrize("draft", [False, True])
def test_each_variant_keeps_what_it_claims(variant, claims, draft):
    html = minutes_html(replace(MINUTES, draft=draft), TEMPLATES)
    pdf = render_pdf(html, title="Niederschrift LG-2027-02", variant=variant)
    reader = PdfReader(io.BytesIO(pdf))
    root = reader.trailer["/Root"]
    metadata = root["/Metadata"].get_object().get_data()
    for claim in claims:
        assert claim in metadata or claim.replace(b">", b'="', 1).replace(b"<", b"", 1)[:-1] + b'"' in metadata
    assert b"Niederschrift LG-2027-02" in metadata
    assert root["/Lang"] == "de" and root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root
    assert reader.metadata.title == "Niederschrift LG-2027-02"
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    assert fonts and all(embedded(font) for font in fonts)
    if variant == "pdf/a-2a":
        intent = root["/OutputIntents"][0].get_object()
        assert intent["/S"] == "/GTS_PDFA1" and intent["/DestOutputProfile"].get_object()["/N"] == 3
        assert reader.trailer["/ID"]
        assert not reader.is_encrypted and b"/JavaScript" not in whole(pdf) and b"/EmbeddedFiles" not in whole(pdf)


def embedded(font) -> bool:
    inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
    descriptor = inner["/FontDescriptor"].get_object()
    return any(name in descriptor for name in ("/FontFile", "/FontFile2", "/FontFile3"))
