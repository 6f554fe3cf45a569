"""Cover sheet and list of documents of a hand-over: PDF/A-3a that carries the same as JSON, for people and for programs."""

from __future__ import annotations

from datetime import date
from typing import Any

from ...documents.paper import Entry, Grid, Letterhead, PaperData, Section, paper_html
from ...documents.pdf import EmbeddedFile, render_pdf
from ...models import HandOver
from ...naturalisation.hand_over import LEFT_OUT, as_json
from ..receipts import FONTS, TEMPLATES

JSON_NAME = "verweis.json"
FOR_WHAT = (
    "Dieses Blatt begleitet den Antrag auf Einbürgerung; es ist kein Antrag. Die Beratungsstelle hat damit vorbereitet, was "
    "sie mit der Klientin oder dem Klienten gesehen hat. Die Einbürgerungsbehörde prüft selbst und entscheidet allein.",
    "Die Angaben stehen unter einem Pseudonym der Beratungsstelle. Name und Geburtsdatum stehen nur im Antrag.",
)
CARRIES = f"Diese Datei enthält dieselben Angaben noch einmal für Programme ({JSON_NAME})."


def pdf_of(made: HandOver) -> bytes:
    """The paper as it was that day; the embedded JSON is exactly what :func:`json_of` gives."""
    title = f"Verweis {made.document['reference']}"
    file = EmbeddedFile(JSON_NAME, json_of(made), "Die Angaben des Verweises für Programme", made.at)
    html = paper_html(paper_of(made), TEMPLATES)
    return render_pdf(html, title=title, fonts=FONTS, variant="pdf/a-3a", files=[file])


def json_of(made: HandOver) -> bytes:
    """The hand-over for programs; docs/hand-over-schema.json is its schema."""
    return as_json(made.document)


def file_name(made: HandOver, ending: str) -> str:
    """``Verweis-EB-2026-0007-1.pdf``: reference and number, nothing of the person."""
    return f"Verweis-{made.document['reference']}-{made.number}.{ending}"


def paper_of(made: HandOver) -> PaperData:
    """The paper as data."""
    said = made.document
    return PaperData(
        letterhead=Letterhead(said["service"]["name"], "Beratungsstelle"),
        title=f"Verweis an die Einbürgerungsbehörde: {said['pseudonym']}",
        reference=said["reference"],
        intro=FOR_WHAT,
        sections=(_cover(said), _state(said), _papers(said), *_items(said)),
        closing=(LEFT_OUT, CARRIES),
    )


def _cover(said: dict[str, Any]) -> Section:
    edition, newer = said["edition"], said["newer_edition"]
    entries = [
        Entry("Aktenzeichen", said["reference"]),
        Entry("Pseudonym", said["pseudonym"]),
        Entry("Beratungsstelle", said["service"]["name"]),
        Entry("Einbürgerungsbehörde", said["office"]["name"]),
        Entry("Kommune", said["municipality"]["name"] if said["municipality"] else ""),
        Entry("Verwiesen am", f"{_day(said['handed_over_at'])} ({said['number']}. Verweis)"),
        Entry("Weg", said["route"]["name"] if said["route"] else "noch offen"),
        Entry("Fassung der Checkliste", _edition(edition)),
        Entry(
            "Gespräch über vertrauliche Punkte", _day(said["talked_on"]) if said["talked_on"] else "noch nicht geführt"
        ),
        *(Entry(one["label"], "ja" if one["answer"] else "nein") for one in said["situation"]),
    ]
    if newer:
        entries.insert(8, Entry("Seitdem gilt", _edition(newer)))
    return Section("Deckblatt", tuple(one for one in entries if one.lines))


def _state(said: dict[str, Any]) -> Section:
    reason = (f"Begründung der Beratungsstelle: {said['reason']}",) if said["reason"] else ()
    return Section("Stand", paragraphs=(said["summary"], *reason))


def _papers(said: dict[str, Any]) -> Section:
    rows = tuple(
        (seen["name"], item["id"], _day(seen["seen_on"]) if seen["seen_on"] else "", seen["by"])
        for item in said["items"]
        for seen in item["evidence"]
    )
    if not rows:
        return Section("Liste der Unterlagen", paragraphs=("Die Beratungsstelle hat noch keine Unterlagen gesehen.",))
    grid = Grid(
        "Unterlagen, die die Beratungsstelle gesehen hat", ("Unterlage", "Punkt", "gesehen am", "von"), rows, "papers"
    )
    return Section("Liste der Unterlagen", grid=grid)


def _items(said: dict[str, Any]) -> list[Section]:
    """Every item that applies, by section, with what stands in the way; remarks have nothing to say here."""
    items = [item for item in said["items"] if item["kind"] != "hinweis"]
    sections = dict.fromkeys(item["section"] for item in items)
    made = [Section("Punkte der Checkliste")]
    for title in sections:
        rows = tuple(_row(item) for item in items if item["section"] == title)
        grid = Grid(f"Punkte: {title}", ("Punkt", "Worum es geht", "Stand", "Erläuterung"), rows, "points")
        made.append(Section(title, grid=grid, level=3))
    return made


def _row(item: dict[str, Any]) -> tuple[str, ...]:
    why = f"{item['explanation']} {item['reason']}".strip()
    return item["id"], f"{item['title']} ({item['legal_basis']})", item["state_words"], why


def _edition(edition: dict[str, Any]) -> str:
    since = f", gilt seit {_day(edition['valid_from'])}" if edition["valid_from"] else ""
    return f"{edition['number']}, Rechtsstand {_day(edition['law_status'])}{since}"


def _day(text: str) -> str:
    return f"{date.fromisoformat(text[:10]):%d.%m.%Y}"
