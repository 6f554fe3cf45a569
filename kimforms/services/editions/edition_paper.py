"""An edition of the checklist as PDF/UA-1, to print and to hand out. The same content is set once and kept in memory."""

from __future__ import annotations

from functools import lru_cache

from ...documents.paper import Entry, PaperData, Section, paper_html
from ...documents.pdf import render_pdf
from ..queries.editions import EditionPage, ItemLine, SectionPart
from ..receipts import FONTS, TEMPLATES, letterhead_of

STATES = {
    "draft": "Entwurf, gilt nicht",
    "withdrawn": "Zurückgezogen, nicht mehr verwenden",
    "past": "Abgelöst durch eine neuere Fassung",
    "coming": "Gilt künftig",
    "current": "Gilt",
}


def paper_of(shown: EditionPage) -> PaperData:
    """The paper: state of law first, then section by section; what was not checked is marked for staff only."""
    edition = shown.edition
    since = f", gilt ab {edition.valid_from:%d.%m.%Y}" if edition.valid_from else ""
    intro = [
        f"Fassung {edition.number}{since}. Rechtsstand {shown.document.law_status:%d.%m.%Y}. {STATES[shown.state]}.",
        shown.fees,
        "Diese Liste hilft bei der Vorbereitung. Sie ist kein Antrag und keine Zusage. Einen Antrag kann jede Person jederzeit "
        "stellen.",
    ]
    if edition.withdrawal_reason:
        intro.insert(1, f"Zurückgezogen: {edition.withdrawal_reason}")
    return PaperData(
        letterhead_of(edition.controller, "de"),
        "Checkliste Einbürgerung",
        f"Fassung {edition.number}",
        intro=tuple(intro),
        sections=tuple(part for section in shown.sections for part in _section(section, staff=shown.works)),
        language="de",
    )


@lru_cache(maxsize=16)
def as_pdf(paper: PaperData) -> bytes:
    """The paper as PDF."""
    return render_pdf(paper_html(paper, TEMPLATES), title=paper.title, language="de", fonts=FONTS)


def _section(section: SectionPart, *, staff: bool) -> list[Section]:
    head = Section(f"{section.id} {section.title}", paragraphs=(section.help,) if section.help else ())
    return [head, *(_item(line, staff=staff) for line in section.lines)]


def _item(line: ItemLine, *, staff: bool) -> Section:
    shown, item = line.shown, line.item
    entries = [Entry("Art", shown.kind_words), Entry("Rechtsgrundlage", shown.legal_basis), Entry("Für wen", line.why)]
    if shown.evidence:
        entries.append(Entry("Nachweise", shown.evidence))
    if shown.exceptions:
        entries.append(Entry("Ausnahmen", shown.exceptions))
    if shown.note:
        entries.append(Entry("Anmerkung", shown.note))
    if shown.sensitive:
        entries.append(Entry("Schutz", "Nur persönlich besprechen. Dazu wird nichts gespeichert."))
    if item.verified_by and item.verified_on:
        entries.append(Entry("Geprüft", f"{item.verified_by}, {item.verified_on:%d.%m.%Y}"))
    if staff and shown.verified != "belegt":
        entries.append(Entry("Stand der Prüfung", shown.verified_words))
    return Section(f"{shown.id} {shown.title}", entries=tuple(entries), level=3)
