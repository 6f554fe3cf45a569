"""The directory on paper (PDF/UA-1), to hand out: what the page shows, entry by entry."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from functools import lru_cache

from ...documents.paper import Entry, Letterhead, PaperData, Section, paper_html
from ...documents.pdf import render_pdf
from ...models import AdvisoryService
from ..receipts import FONTS, TEMPLATES
from .vocabulary import field_name, language_names


def paper_of(entries: Sequence[AdvisoryService], stale: Collection[int], day: date, language: str) -> PaperData:
    """The entries by name; those that nobody confirmed lately say so."""
    english = language == "en"
    written = f"{day:%d/%m/%Y}" if english else f"{day:%d.%m.%Y}"
    nobody = "No advisory service matches." if english else "Kein Beratungsdienst passt zu der Auswahl."
    return PaperData(
        Letterhead(" / ".join(dict.fromkeys(one.controller.name for one in entries))),
        "Advisory services" if english else "Beratungsdienste",
        ("As of " if english else "Stand ") + written,
        intro=() if entries else (nobody,),
        sections=tuple(_section(one, one.id in stale, language) for one in entries),
        language=language,
    )


@lru_cache(maxsize=32)
def as_pdf(paper: PaperData) -> bytes:
    """The paper as PDF. The same content is set once: anybody may ask, as often as they like."""
    return render_pdf(paper_html(paper, TEMPLATES), title=paper.title, language=paper.language, fonts=FONTS)


def _section(entry: AdvisoryService, stale: bool, language: str) -> Section:
    english = language == "en"
    place = ", ".join(filter(None, (entry.street, f"{entry.postcode} {entry.town}".strip())))
    appointment = {True: ("ja", "yes"), False: ("nein", "no")}.get(entry.appointment_needed or False, ("", ""))
    rows = (
        ("Organisation" if english else "Träger", entry.carrier),
        ("For whom" if english else "Für wen", entry.target_group),
        ("Subjects" if english else "Themen", ", ".join(field_name(one, language) for one in entry.fields)),
        ("Languages" if english else "Sprachen", ", ".join(language_names(entry.languages, language))),
        ("Address" if english else "Anschrift", place),
        ("Telephone" if english else "Telefon", entry.phone),
        ("E-mail" if english else "E-Mail", entry.email),
        ("Website" if english else "Internetseite", entry.website),
        ("Hours" if english else "Sprechzeiten", entry.hours),
        ("In the town hall" if english else "Im Rathaus", entry.town_hall_hours),
        (
            "Appointment needed" if english else "Termin nötig",
            "" if entry.appointment_needed is None else appointment[english],
        ),
        ("Last confirmed on" if english else "Zuletzt bestätigt am", _confirmed(entry, stale, english)),
    )
    return Section(entry.name, entries=tuple(Entry(label, value) for label, value in rows if value))


def _confirmed(entry: AdvisoryService, stale: bool, english: bool) -> str:
    if entry.confirmed_on is None:
        return "not confirmed yet" if english else "noch nicht bestätigt"
    day = f"{entry.confirmed_on:%d/%m/%Y}" if english else f"{entry.confirmed_on:%d.%m.%Y}"
    return day + ((" (please ask before you go)" if english else " (bitte vorher nachfragen)") if stale else "")
