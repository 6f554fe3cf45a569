"""The certificate of attendance on paper: one sheet, PDF/UA, everything escaped, long names too."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from kimforms.documents.certificate import CertificateData, certificate_html
from kimforms.documents.paper import Entry, Letterhead
from kimforms.documents.pdf import render_pdf

TEMPLATES = Path(__file__).parents[2] / "templates" / "documents"


def certificate(**changes: object) -> CertificateData:
    data: dict[str, object] = {
        "letterhead": Letterhead("Stadt Musterhausen", "Einbürgerungsbehörde", "Musterhausen"),
        "number": "SB-2026-0001-0003",
        "name": "Mara Lind",
        "organisation": "Offene Tür",
        "briefing": "Grundlagen der Checkliste",
        "facts": (
            Entry("Tag", "Montag, 07.12.2026"),
            Entry("Unterlage", "Fassung 1"),
            Entry("Rechtsstand", "19.08.2026"),
        ),
        "contents": ("Bescheinigt wird die Teilnahme.",),
        "issued_by": "Stadt Musterhausen, Einbürgerungsbehörde",
        "issued_on": date(2026, 12, 8),
    }
    return CertificateData(**(data | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [{}, {"name": "Dr. " + "Donaudampfschifffahrt" * 6, "briefing": "Neue Fassung " * 15, "organisation": "x" * 80}],
    ids=["short", "long"],
)
def test_it_is_one_accessible_sheet(changes: dict[str, object]) -> None:
    data = certificate(**changes)
    reader = PdfReader(BytesIO(render_pdf(certificate_html(data, TEMPLATES), title=data.title)))
    root = reader.trailer["/Root"].get_object()
    assert len(reader.pages) == 1
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()
    assert root["/Lang"] == "de"
    assert reader.metadata is not None
    assert reader.metadata.title == "Teilnahmebescheinigung SB-2026-0001-0003"
    text = " ".join(reader.pages[0].extract_text().split())
    for part in ("SB-2026-0001-0003", "Rechtsstand", "19.08.2026", "Musterhausen, 08.12.2026"):
        assert part in text


def test_what_people_typed_is_never_markup() -> None:
    html = certificate_html(certificate(name="<b>Mara</b>", briefing="</style><script>"), TEMPLATES)
    assert "<b>Mara" not in html
    assert "<script>" not in html
