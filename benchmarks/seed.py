"""Fills a database with many realistic hurdle reports, fast: for benchmarks, query plans and looking at full pages.

Rows are written table by table without use cases, so there is no history and no mail; what lists and the search read
(columns, facets, stems, contact) is as a real submission leaves it. The same count always gives the same records.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from kimforms.engine.definition import ProcessDefinition
from kimforms.models import (
    CatalogueEntry,
    Municipality,
    Organisation,
    Process,
    ProcessVersion,
    Record,
    RecordContact,
    RecordFacet,
    RecordSearch,
    RoleGrant,
)
from kimforms.services.processes import definition_of
from kimforms.services.search import stems_of

NEWEST = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
YEARS = 4
BATCH = 5_000
OPEN_SHARE = 0.15
RARE = 3
"""So many records stand in the rarest state, however many there are."""

WHO = ("Eine Familie", "Eine Mutter mit zwei Kindern", "Ein junger Mann", "Mehrere Ratsuchende", "Ein Ehepaar")
WHAT = (
    ("Kein Kitaplatz trotz Rechtsanspruch", "wartet seit Monaten auf einen Kitaplatz; die Warteliste ist lang"),
    ("B2-Kurs fehlt am Nachmittag", "findet keinen B2-Kurs, der zu den Schichten und zur Kinderbetreuung passt"),
    ("Fiktionsbescheinigung läuft ab", "bekommt keinen Termin, bevor die Fiktionsbescheinigung abläuft"),
    ("Wohnung nur mit deutschem Ausweis", "erhält Absagen, weil die Vermietung einen deutschen Ausweis verlangt"),
    ("Anerkennung des Abschlusses dauert", "darf nicht im gelernten Beruf arbeiten, die Anerkennung zieht sich hin"),
    ("Leistungslücke beim Rechtskreiswechsel", "steht beim Wechsel vom AsylbLG ins SGB II zwei Monate ohne Geld da"),
    ("Sprachmittlung beim Arzt fehlt", "kann in der Praxis nicht erklären, was fehlt; es gibt keine Sprachmittlung"),
    (
        "Konto wird nicht eröffnet",
        "bekommt kein Basiskonto, weil die Bank den Ausweis nicht anerkennt",
    ),
    ("Schulplatz erst nach Wochen", "ist nach dem Umzug wochenlang ohne Schulplatz für das älteste Kind"),
    ("Bus fährt nicht zum Frühdienst", "kann die Stelle in der Pflege nicht antreten, weil morgens kein Bus fährt"),
    ("Einbürgerung: Wartezeit unklar", "weiß nicht, welche Unterlagen fehlen, und wartet über ein Jahr auf Antwort"),
    ("Formulare nur auf Deutsch", "versteht den Bescheid nicht; Erläuterungen in einfacher Sprache gibt es nicht"),
)
BREAK = (
    "Zuständig fühlt sich niemand.",
    "Der Termin kam zu spät.",
    "Die Stellen tauschen sich nicht aus.",
    "Es fehlt Personal.",
)
TRIED = (
    "Anrufe blieben erfolglos.",
    "Ein Brief half nach sechs Wochen.",
    "Eine Begleitung zum Termin half.",
    "Nichts half.",
)
LEVELS = ("niedrig", "mittel", "mittel", "hoch")


def seed(session: Session, count: int, *, newest: datetime = NEWEST) -> None:
    """Adds ``count`` records of the first process, the oldest first, inside a unit of work."""
    version = session.scalars(
        select(ProcessVersion).join(Process, Process.current_version_id == ProcessVersion.id).order_by(Process.id)
    ).first()
    assert version is not None, "load a profile first"
    first = (session.scalar(select(func.max(Record.id))) or 0) + 1
    maker = _Maker(session, version, definition_of(version), first=first, count=count, newest=newest)
    rows = maker.rows()
    while batch := list(islice(rows, BATCH)):
        session.execute(insert(Record), [one[0] for one in batch])
        session.execute(insert(RecordFacet), [facet for one in batch for facet in one[1]])
        session.execute(insert(RecordSearch), [one[2] for one in batch])
        session.execute(insert(RecordContact), [one[3] for one in batch])


class _Maker:
    """Makes the rows of one record after the other."""

    def __init__(
        self,
        session: Session,
        version: ProcessVersion,
        definition: ProcessDefinition,
        *,
        first: int,
        count: int,
        newest: datetime,
    ) -> None:
        self.chance = random.Random(count)
        self.version, self.definition = version, definition
        self.first, self.count, self.newest = first, count, newest
        controller_id = session.scalar(select(Process.controller_id).where(Process.id == version.process_id))
        self.fixed = {"process_id": version.process_id, "version_id": version.id, "controller_id": controller_id}
        # the last municipality stays without reports: lists have to be quick there too
        self.municipalities = list(session.scalars(select(Municipality.slug).order_by(Municipality.slug)))[:-1]
        self.organisations = list(session.scalars(select(Organisation.slug).where(Organisation.may_report)))
        self.fields = list(session.scalars(select(CatalogueEntry.slug).where(CatalogueEntry.kind == "field_of_action")))
        self.coordinators = list(
            session.scalars(
                select(RoleGrant.user_id).where(
                    RoleGrant.role == "coordinator", RoleGrant.controller_id == controller_id
                )
            )
        )
        states = definition.workflow.states
        self.open = [key for key, state in states.items() if state.kind != "done"]
        self.rare = self.open.pop()
        self.done = [key for key, state in states.items() if state.kind == "done"]
        areas = definition.fields()[definition.projection.legal_areas or ""]
        self.areas = [choice.value for choice in getattr(areas, "options", ())]

    def rows(self) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]], dict[str, Any], dict[str, Any]]]:
        for position in range(self.count):
            yield self._row(self.first + position, position)

    def _row(
        self, number: int, position: int
    ) -> tuple[dict[str, Any], list[dict[str, Any]], dict[str, Any], dict[str, Any]]:
        chance = self.chance
        created = self.newest - timedelta(days=365 * YEARS) * ((self.count - 1 - position) / max(self.count, 1))
        state = self._state(position)
        answers = self._answers()
        is_open = state not in self.done
        record = {
            **self.fixed,
            "id": number,
            "reference": f"{self.definition.numbering.prefix}-{created.year}-{number:04d}",
            "state": state,
            "open": is_open,
            "title": answers["titel"],
            "answers": answers,
            "municipality": answers["kommunen"][0],
            "organisation": answers["organisation"],
            "field_of_action": answers["handlungsfeld"],
            "urgency": answers["dringlichkeit"],
            "case_count": 1,
            "assignee_id": chance.choice([*self.coordinators, None]),
            "due_on": self._due(created.date()) if is_open else None,
            "created_at": created,
            "state_since": created,
            "changed_at": created,
            "closed_at": None if is_open else created + timedelta(days=30),
            "row_version": 1,
        }
        values = {
            ("organisation", answers["organisation"]),
            *(("municipality", one) for one in answers["kommunen"]),
            *(("legal_area", one) for one in answers["rechtskreise"]),
        }
        facets = [
            {"record_id": number, "name": name, "value": value, "process_id": self.version.process_id, "open": is_open}
            for name, value in sorted(values)
        ]
        words = " ".join(str(answers[key]) for key in ("titel", "situation", "bruchstelle", "versucht"))
        stems = {"record_id": number, "stems": stems_of(f"{words} {' '.join(answers['kommunen'])}")}
        contact = {"record_id": number, "answers": {"melder_name": f"Person {number}"}, "email": None, "may_ask": False}
        return record, facets, stems, contact

    def _state(self, position: int) -> str:
        if position % max(1, self.count // RARE) == 0 and position // max(1, self.count // RARE) < RARE:
            return self.rare
        recent = position > self.count * (1 - OPEN_SHARE)
        is_open = self.chance.random() < (0.85 if recent else 0.03)
        return self.chance.choice(self.open if is_open else self.done)

    def _due(self, created: date) -> date | None:
        if self.chance.random() < 0.2:
            return None
        return max(created, self.newest.date() - timedelta(days=20)) + timedelta(days=self.chance.randrange(40))

    def _answers(self) -> dict[str, Any]:
        chance = self.chance
        title, story = chance.choice(WHAT)
        several = chance.sample(self.municipalities, k=chance.choice((1, 1, 1, 2, 3)))
        return {
            "melder_art": "mbe",
            "organisation": chance.choice(self.organisations),
            "dienstort": several[0],
            "rueckfragen": "ja",
            "kommunen": several,
            "haeufigkeit": "regelmaessig",
            "fallzahl": "3-5",
            "bereits_gemeldet": "nein",
            "handlungsfeld": chance.choice(self.fields),
            "rechtskreise": chance.sample(self.areas, k=chance.choice((1, 1, 2))),
            "rechtskreiswechsel": "nein",
            "stellen": ["jobcenter", "sozialamt"],
            "huerdenart": ["zustaendigkeit"],
            "titel": f"{title} ({chance.randrange(1, 40)})",
            "situation": f"{chance.choice(WHO)} {story}. {chance.choice(BREAK)}",
            "bruchstelle": chance.choice(BREAK),
            "versucht": chance.choice(TRIED),
            "dringlichkeit": chance.choice(LEVELS),
            "rueckmeldung": "ergebnis",
            "anonym_bestaetigt": True,
            "datenschutz_gelesen": True,
        }
