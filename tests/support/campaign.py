"""Campaign letters for tests: an office that may make them, an approved text, lists of invented people."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kimforms import jobs
from kimforms.extensions import db
from kimforms.models import AdvisoryService, CampaignRun, Controller, NaturalisationOffice
from kimforms.services.campaign import keeping, mapping, printing, runs, templates
from kimforms.services.naturalisation_office import settings_of
from kimforms.services.unit_of_work import unit_of_work

from .databases import NOW
from .directory import EBH_RSK, EBH_TROISDORF, entry
from .records import actor

SECRET = "test-secret"
HEAD = "Vorname;Nachname;Straße;Hausnummer;PLZ;Ort"
STREETS = ("Hauptstraße", "Kölner Straße", "Am Bürgerhaus", "Straße des 17. Juni", "Größenweg")
NAMES = (
    ("Ayşe", "Öztürk-Müßig"),
    ("Łukasz", "Żółkiewski"),
    ("Müzeyyen", "Yıldız"),
    ("Олена", "Шевченко"),
    ("Jürgen", "Weiß"),
)

__all__ = [
    "EBH_RSK",
    "EBH_TROISDORF",
    "HEAD",
    "SECRET",
    "approve",
    "begin",
    "check",
    "open_office",
    "people",
    "run_of",
    "work",
]


def controller(session: Session, key: str = "troisdorf") -> Controller:
    return session.scalars(select(Controller).where(Controller.key == key)).one()


def open_office(key: str = "troisdorf", *, on: bool = True, services: bool = True, now: datetime = NOW) -> None:
    """Switches the campaign on with the approval that it needs, and puts a confirmed service into the letters."""
    with unit_of_work() as session:
        office: NaturalisationOffice = settings_of(session, controller(session, key).id, now)
        office.campaign_on, office.campaign_approval = on, "Behördliche Datenschutzbeauftragte" if on else ""
        office.campaign_approved_on = date(2026, 11, 2) if on else None
        office.public_url = "https://www.stadt.example/einbuergerung"
        office.contact = {
            "name": "Erika Beispiel", "function": "Sachbearbeitung", "phone": "02241 900", "email": "ebh@stadt.example",
        }  # fmt: skip
        session.add(office)
        for one in session.scalars(select(AdvisoryService)):
            one.in_letters = False
    if services:
        entry(
            "Beratung im Grünen Haus", by=key, in_letters=True, confirmed=now.date() - timedelta(days=30), hours="Mo 9–12 Uhr",
            street="Größenweg 3", postcode="53840", town="Troisdorf", languages=("de", "tr", "ar"),
        )  # fmt: skip


def approve(by: str = EBH_TROISDORF, key: str = "troisdorf", now: datetime = NOW) -> int:
    """Approves the proposed text as a version; returns its id."""
    with unit_of_work() as session:
        who = actor(session, by)
        made = templates.begin_draft(session, who, now, controller(session, key).id, key)
        templates.approve(session, who, now, made, sure=True, row_version=made.row_version)
        return made.id


def people(count: int, first: int = 0) -> str:
    """A CSV of so many different people in several towns."""
    lines = [HEAD]
    for number in range(first, first + count):
        given, family = NAMES[number % len(NAMES)]
        street = STREETS[number % len(STREETS)]
        lines.append(f"{given};{family} {_letters(number)};{street};{number % 90 + 1};{53840 - number % 7};Troisdorf")
    return "\n".join(lines) + "\n"


def begin(
    content: bytes,
    data: Path,
    *,
    by: str = EBH_TROISDORF,
    key: str = "troisdorf",
    block: bytes = b"",
    now: datetime = NOW,
) -> int:
    """Uploads a list; returns the run's id."""
    prepared = runs.prepare(
        runs.Upload("Herbstwelle", "seit zehn Jahren gemeldet", "Ausländerregister der Stadt", content, block)
    )
    with unit_of_work() as session:
        run = runs.begin(session, actor(session, by), now, controller(session, key).id, prepared, data, SECRET)
        return run.id


def check(
    run_id: int, data: Path, *, by: str = EBH_TROISDORF, columns: dict[str, int] | None = None, now: datetime = NOW
) -> Any:
    """Checks a run by the columns that its headings name."""
    with unit_of_work() as session:
        run = session.get_one(CampaignRun, run_id)
        vault = keeping.vault_of(run, data, SECRET)
        header = bool(run.reading["header"])
        names, _ = runs.table(vault, 0, header)
        return runs.check(
            session,
            actor(session, by),
            now,
            run,
            vault,
            sheet=0,
            header=header,
            columns=columns or mapping.guess(names),
        )


def start(run_id: int, data: Path, *, by: str = EBH_TROISDORF, now: datetime = NOW) -> int:
    with unit_of_work() as session:
        run = session.get_one(CampaignRun, run_id)
        return printing.start(session, actor(session, by), now, run, keeping.vault_of(run, data, SECRET)).id


def work(app: Any, now: datetime = NOW) -> bool:
    """One look of the worker."""
    moments = iter(now + timedelta(seconds=2 * number) for number in range(100_000))
    return jobs.LongWorkLoop(app, lambda: next(moments)).round()


def run_of(run_id: int) -> CampaignRun:
    db.session.rollback()
    return db.session.get_one(CampaignRun, run_id)


def _letters(number: int) -> str:
    """A number in letters, so that names stay names."""
    made = ""
    while True:
        made = chr(ord("A") + number % 26) + made
        number = number // 26
        if not number:
            return made
