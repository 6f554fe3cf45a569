"""The self-check without account: which office and edition a place leads to, and the result as a paper. Reads, keeps nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from ..documents.handout import handout_html
from ..documents.paper import Entry, Letterhead, PaperData, Section, paper_html
from ..documents.pdf import render_pdf
from ..engine.text import pick
from ..models import AdvisoryService, ChecklistEdition, Controller, NaturalisationOffice
from ..naturalisation.document import ChecklistDocument
from ..naturalisation.handout import About, sheet
from ..naturalisation.readiness import Line
from ..naturalisation.self_check import Given, Result, result, talked_through
from ..naturalisation.translations import Translation, for_item
from ..naturalisation.words import euro, on_day, shown
from .advice.directory import services_for
from .editions.reading import current, document_of
from .naturalisation_office import office_for, offices, settings_of
from .receipts import FONTS, TEMPLATES, letterhead_of
from .records.facts import local_day
from .refusals import NotVisible
from .translations import sources, translation


@dataclass(frozen=True)
class Desk:
    """What the check of one place needs: the office with its settings, its edition, and whom to ask there."""

    municipality: str
    controller: Controller
    settings: NaturalisationOffice
    edition: ChecklistEdition | None
    advice: list[AdvisoryService]
    today: date

    @property
    def document(self) -> ChecklistDocument:
        """The edition in effect; :class:`NotVisible` where the office has none."""
        if self.edition is None:
            raise NotVisible("Diese Einbürgerungsbehörde hat noch keine Checkliste veröffentlicht.")
        return document_of(self.edition)

    @property
    def open(self) -> bool:
        """Whether the office switched the check on and has an edition to check by."""
        return self.settings.self_check_on and self.edition is not None


def switched_on(session: Session, now: datetime) -> bool:
    """Whether any office offers the check."""
    return any(settings_of(session, one.id, now).self_check_on for one in offices(session))


def desk(session: Session, now: datetime, municipality: str) -> Desk:
    """The desk of a place. Raises :class:`NotVisible` for one that is unknown or has no office."""
    controller = office_for(session, municipality)
    today = local_day(now)
    return Desk(
        municipality,
        controller,
        settings_of(session, controller.id, now),
        current(session, controller.id, today),
        services_for(session, municipality=municipality, field="naturalisation", day=today),
        today,
    )


def address_of(entry: AdvisoryService) -> tuple[str, ...]:
    """An entry of the directory as lines of a paper, the name first."""
    place = " ".join(part for part in (entry.postcode, entry.town) if part)
    reach = ", ".join(part for part in (f"Telefon {entry.phone}" if entry.phone else "", entry.email) if part)
    lines = (entry.name, ", ".join(part for part in (entry.street, place) if part), reach, entry.website, entry.hours)
    return tuple(one for one in lines if one)


def office_lines(controller: Controller, settings: NaturalisationOffice) -> tuple[str, ...]:
    """The office as lines of a paper, as far as it says how to reach it."""
    known = settings.contact
    lines = [controller.name]
    lines += [str(known[name]) for name in ("name", "function", "room") if known.get(name)]
    lines += [f"Telefon {known['phone']}"] if known.get("phone") else []
    return tuple(lines + [str(known[name]) for name in ("email", "hours") if known.get(name)])


def result_pdf(session: Session, found: Desk, said: Given, language: str) -> bytes:
    """The result as a paper in German or English (PDF/UA-1)."""
    paper = _paper(session, found, said, language)
    return render_pdf(paper_html(paper, TEMPLATES), title=paper.title, language=language, fonts=FONTS)


def handout_pdf(session: Session, found: Desk, said: Given, language: str) -> bytes:
    """The result as a handout in one of the languages of the profile. Raises :class:`NotVisible` for another one."""
    other = translation(session, language)
    if other is None:
        raise NotVisible("In dieser Sprache gibt es keine Handreichung.")
    ask = tuple(address_of(one) for one in found.advice)
    about = About(office=" · ".join(office_lines(found.controller, found.settings)), ask=ask)
    content = sheet(found.document, other, said.situation, said.states, found.today, about)
    html = handout_html(content, _letterhead(found, "de"), TEMPLATES)
    return render_pdf(html, title=content.heading.text or content.heading.german, language=language, fonts=FONTS)


def _letterhead(found: Desk, language: str) -> Letterhead:
    head = letterhead_of(found.controller, language)
    return Letterhead(head.name, "Naturalisation" if language == "en" else "Einbürgerung", head.place)


PARTS = (
    ("missing", "Das fehlt noch", "Still missing"),
    (
        "advice",
        "Darüber sprechen Sie am besten mit einer Beratungsstelle",
        "Best talked about with an advisory service",
    ),
    ("open", "Noch nicht beantwortet", "Not answered yet"),
    ("met", "Das ist erfüllt", "Fulfilled"),
    ("settled", "Nicht nötig oder durch eine Ausnahme ersetzt", "Not needed, or replaced by an exception"),
    ("hints", "Gut zu wissen", "Good to know"),
)
"""The lists of a result with their headings, in the order in which a person needs them."""


def _paper(session: Session, found: Desk, said: Given, language: str) -> PaperData:
    english = language == "en"
    document, outcome = found.document, result(found.document, said, found.today)
    other = translation(session, "en") if english else None
    where = sources(session)
    sections = [
        Section(there if english else here, entries=_entries(getattr(outcome, name), found, other, where, language))
        for name, here, there in PARTS
        if getattr(outcome, name)
    ]
    talk = [_title(document, one.id, other, found.today) for one in talked_through(document)]
    sections.append(
        Section(
            "To talk about in person" if english else "Das besprechen Sie persönlich", paragraphs=("\n".join(talk),)
        )
    )
    sections.append(_costs(document, english))
    sections.append(_whom_to_ask(found, english))
    title = "Naturalisation: your self-check" if english else "Einbürgerung: Ihr Selbstcheck"
    return PaperData(
        _letterhead(found, language), title, title, _intro(found, outcome, english), tuple(sections), language=language
    )


def _intro(found: Desk, outcome: Result, english: bool) -> tuple[str, ...]:
    law = found.document.law_status
    day = f"{found.today:%d.%m.%Y}"
    if english:
        first = f"Made on {day} from your own answers; law as of {law:%d.%m.%Y}. Nothing of it was stored."
        last = "This is not an application and not a promise. You may apply at any time, even if something is missing."
        return first, "Nothing is missing by your answers." if outcome.complete else "", last
    first = f"Erstellt am {day} aus Ihren eigenen Angaben; Rechtsstand {law:%d.%m.%Y}. Nichts davon wurde gespeichert."
    last = (
        "Das ist kein Antrag und keine Zusage. Sie dürfen jederzeit einen Antrag stellen, auch wenn noch etwas fehlt."
    )
    return first, "Nach Ihren Angaben fehlt nichts." if outcome.complete else "", last


def _entries(
    lines: tuple[Line, ...], found: Desk, other: Translation | None, where: dict[str, dict[str, str]], language: str
) -> tuple[Entry, ...]:
    entries = []
    for line in lines:
        german = shown(line.item, found.document, found.today)
        translated = for_item(line.item, other) if other else None
        papers = (
            [on_day(one, found.document, found.today) for one in translated.evidence] if translated else german.evidence
        )
        value = [f"– {one}" for one in papers]
        if papers and line.item.id in where:
            value.append(("Where: " if language == "en" else "Wo: ") + pick(where[line.item.id], language))
        value.append(german.legal_basis)
        title = on_day(translated.title, found.document, found.today) if translated else german.title
        entries.append(Entry(f"{line.item.id} {title}", value))
    return tuple(entries)


def _title(document: ChecklistDocument, item_id: str, other: Translation | None, day: date) -> str:
    item = document.items[item_id]
    translated = for_item(item, other) if other else None
    return "– " + on_day(translated.title if translated else item.title, document, day)


def _costs(document: ChecklistDocument, english: bool) -> Section:
    fees = document.fees
    if english:
        entries = (
            Entry("Naturalisation", f"{euro(fees.adult)} euros"),
            Entry("Child without own income, together with you", f"{euro(fees.child)} euros"),
            Entry("Advice", "free of charge"),
        )
        return Section("What it costs", entries)
    entries = (
        Entry("Einbürgerung", f"{euro(fees.adult)} Euro ({fees.legal_basis})"),
        Entry("Kind ohne eigenes Einkommen, das mit eingebürgert wird", f"{euro(fees.child)} Euro"),
        Entry("Beratung", "kostenlos"),
    )
    return Section("Was es kostet", entries)


def _whom_to_ask(found: Desk, english: bool) -> Section:
    office = Entry(
        "Responsible office" if english else "Zuständige Behörde", office_lines(found.controller, found.settings)
    )
    rows = [Entry(lines[0], lines[1:]) for one in found.advice if (lines := address_of(one))]
    return Section("Whom to ask" if english else "Wen Sie fragen können", (office, *rows))
