"""The certificate of having taken part in a briefing: plain data in, accessible HTML out. `pdf.render_pdf` makes the PDF."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kimforms.documents.paper import Entry, Letterhead, render

WORDS: Mapping[str, Mapping[str, str]] = {
    "de": {
        "kicker": "Teilnahmebescheinigung",
        "number": "Nummer",
        "took_part": "hat an der Schulung",
        "done": "teilgenommen.",
        "none": "keine Angabe",
        "machine": "Diese Bescheinigung wurde elektronisch erstellt und gilt ohne Unterschrift.",
        "issued_by": "Ausgestellt von",
    },
    "en": {
        "kicker": "Certificate of attendance",
        "number": "Number",
        "took_part": "has taken part in the briefing",
        "done": "",
        "none": "not given",
        "machine": "This certificate was made electronically and is valid without signature.",
        "issued_by": "Issued by",
    },
}


@dataclass(frozen=True)
class CertificateData:
    """Who took part in what. `facts` are time, place and material; `contents` the paragraphs about what it was about."""

    letterhead: Letterhead
    number: str
    name: str
    organisation: str
    briefing: str
    facts: tuple[Entry, ...]
    contents: tuple[str, ...]
    issued_by: str
    issued_on: date
    language: str = "de"

    @property
    def title(self) -> str:
        """What the document is called."""
        return f"{WORDS[self.language]['kicker']} {self.number}"


def certificate_html(data: CertificateData, templates: Path) -> str:
    """The certificate as a whole HTML document; `templates` is the folder with `certificate.html`."""
    return render("certificate.html", data, templates, WORDS)
