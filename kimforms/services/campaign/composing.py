"""The text of a letter out of a version, the office's settings and the directory of advisory services."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from ...documents.campaign import NAME, CampaignText, qr_code, text_parts
from ...documents.letter import LetterPart
from ...documents.paper import Entry, Grid, Letterhead
from ...models import AdvisoryService, CampaignRun, Controller, LetterTemplate, NaturalisationOffice
from ...naturalisation.letters import Block, filled, placeholders_in
from ..advice import directory
from ..advice.vocabulary import language_names
from ..naturalisation_office import settings_of
from ..records.facts import local_day
from ..refusals import StepRefused
from . import letter_texts

APART = ("kopf", "anschrift", "betreff", "anlagen", "unterschrift")
TAIL = "mehrsprachig"
COLUMNS = ("Beratungsstelle", "Kontakt", "Sprechzeiten", "Sprachen", "zuletzt bestätigt am")


def text_of(
    session: Session, now: datetime, office: Controller, template: LetterTemplate, run: CampaignRun | None
) -> CampaignText:
    """What all letters of a run have in common; without a run for a look at a version, which needs no confirmed services.

    Raises StepRefused when a service in the letters is not confirmed, when there is none, or when settings are missing.
    """
    settings, day = settings_of(session, office.id, now), local_day(now)
    services, _ = directory.for_letters(session, office.id, day)
    if run is not None and (refused := obstacles(session, now, office, template)):
        raise StepRefused(refused)
    values = _values(office, settings, template, run)
    source = letter_texts.letter()
    texts = {block.id: filled(template.blocks.get(block.id, ""), values) for block in source.blocks}
    blocks = [(block.id, _parts(block, texts, services, settings)) for block in source.blocks if block.id not in APART]
    reference = f"EBK-{now.year}-{run.number:02d}" if run is not None else "EBK"
    contact = settings.contact
    facts = (
        ("Unser Zeichen", reference), ("Ansprechperson", contact.get("name", "")), ("Zimmer", contact.get("room", "")),
        ("Telefon", contact.get("phone", "")), ("E-Mail", contact.get("email", "")), ("Öffnungszeiten", contact.get("hours", "")),
        ("Datum", f"{day:%d.%m.%Y}"),
    )  # fmt: skip
    place = str((office.data or {}).get("seat") or "")
    return CampaignText(
        letterhead=Letterhead(office.name, " ".join(texts["kopf"].split()), place),
        return_line=" · ".join(part for part in (office.name, texts["kopf"].split("\n")[0], place) if part),
        subject=" ".join(texts["betreff"].split()),
        salutation=" ".join(texts["anschrift"].split()),
        parts=tuple(one for key, made in blocks if key != TAIL for one in made),
        tail=tuple(one for key, made in blocks if key == TAIL for one in made),
        information=tuple(Entry(label, value) for label, value in facts if value),
        signature=tuple(line for line in texts["unterschrift"].splitlines() if line.strip()),
        enclosures=tuple(line for line in texts["anlagen"].splitlines() if line.strip()),
        reference=reference,
    )


def obstacles(session: Session, now: datetime, office: Controller, template: LetterTemplate) -> list[str]:
    """Why no letters can be made with this version yet, in whole sentences; empty when they can."""
    settings = settings_of(session, office.id, now)
    services, stale = directory.for_letters(session, office.id, local_day(now))
    found = (_services_missing(services, stale, settings.confirm_months), _settings_missing(settings, template))
    return [sentence for sentence in found if sentence]


def _services_missing(services: list[AdvisoryService], stale: list[AdvisoryService], months: int) -> str:
    if stale:
        named = "; ".join(f"„{one.name}“ ({_since(one)})" for one in stale)
        return (
            f"Diese Einträge der Beratungsdienste sind seit mehr als {months} Monaten nicht bestätigt: {named}. "
            "Bitten Sie die Stellen um Bestätigung oder nehmen Sie sie aus den Briefen."
        )
    if not services:
        return "Im Verzeichnis ist kein Beratungsdienst für die Briefe vorgesehen. Tragen Sie mindestens einen ein."
    return ""


def _since(one: AdvisoryService) -> str:
    return f"zuletzt {one.confirmed_on:%d.%m.%Y}" if one.confirmed_on else "noch nie bestätigt"


def _settings_missing(settings: NaturalisationOffice, template: LetterTemplate) -> str:
    used = {name for text in template.blocks.values() for name in placeholders_in(text)}
    contact = settings.contact
    needs = (
        ("internetseite", settings.public_url, "die Internetseite"),
        ("ansprechperson", contact.get("name"), "die Ansprechperson"),
        ("funktion", contact.get("function"), "die Funktion der Ansprechperson"),
        ("telefon", contact.get("phone"), "das Telefon"),
        ("email", contact.get("email"), "die E-Mail-Adresse"),
    )
    missing = [what for name, value, what in needs if name in used and not value]
    if not contact.get("phone") and not contact.get("email"):
        missing.append("Telefon oder E-Mail, unter denen man weiteren Briefen widersprechen kann")
    return f"In den Einstellungen der Einbürgerung fehlen noch: {', '.join(missing)}." if missing else ""


def _values(
    office: Controller, settings: NaturalisationOffice, template: LetterTemplate, run: CampaignRun | None
) -> Mapping[str, str]:
    contact = settings.contact
    return {
        "name": NAME,
        "behoerde": f"Einbürgerungsbehörde {office.name}",
        "rechtsstand": f"{template.law_status:%d.%m.%Y}",
        "herkunft": run.source if run is not None else "(Quelle der Adressen)",
        "internetseite": settings.public_url or "(Internetseite)",
        "ansprechperson": contact.get("name") or "(Ansprechperson)",
        "funktion": contact.get("function") or "(Funktion)",
        "telefon": contact.get("phone") or "(Telefon)",
        "email": contact.get("email") or "(E-Mail)",
    }


def _parts(
    block: Block, texts: Mapping[str, str], services: list[AdvisoryService], settings: NaturalisationOffice
) -> tuple[LetterPart, ...]:
    text = texts[block.id]
    if not text.strip():
        return ()
    parts = text_parts(block.heading or "", text)
    if block.id == "beratungsdienste" and services:
        return (*parts, LetterPart(grid=_services(services)))
    if block.id == TAIL:
        address = settings.public_url
        words = tuple(paragraph for one in parts for paragraph in one.paragraphs)
        picture = qr_code(address) if address else ""
        shown = f"QR-Code zur Internetseite {address}" if address else ""
        first = LetterPart(heading=block.heading or "", paragraphs=words, picture=picture, picture_text=shown)
        return (first, LetterPart(notes=letter_texts.notes()))
    return parts


def _services(services: list[AdvisoryService]) -> Grid:
    """The services as a table, without the columns that would be empty for all of them."""
    rows = [_row(one) for one in services]
    shown = [number for number in range(len(COLUMNS)) if any(row[number] for row in rows)]
    return Grid(
        "Beratungsdienste",
        tuple(COLUMNS[number] for number in shown),
        tuple(tuple(row[number] for number in shown) for row in rows),
    )


def _row(one: AdvisoryService) -> tuple[str, ...]:
    """What the letter tells of a service; fields without content are left out, none is made up."""
    valid = f"gültig bis {one.valid_until:%d.%m.%Y}" if one.valid_until else ""
    hall = f"Im Rathaus: {one.town_hall_hours}" if one.town_hall_hours else ""
    appointment = {True: "Bitte mit Termin.", False: "Ohne Termin."}.get(one.appointment_needed, "")  # type: ignore[arg-type]
    place = (one.street, f"{one.postcode} {one.town}".strip())
    return (
        _joined(one.name, one.carrier if one.carrier != one.name else "", one.target_group),
        _joined(", ".join(part for part in place if part), one.phone, one.email, one.website),
        _joined(one.hours, appointment, hall),
        _joined(", ".join(language_names(one.languages)), "barrierefrei" if one.accessible else ""),
        _joined(f"{one.confirmed_on:%d.%m.%Y}" if one.confirmed_on else "nicht bestätigt", valid),
    )


def _joined(*lines: str) -> str:
    return "\n".join(line.strip() for line in lines if line and line.strip())
