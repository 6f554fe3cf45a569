"""Case reconstructions and decision papers in draft, for tests of services and pages."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from kimforms.services import processes
from kimforms.services.catalogues import catalogues
from kimforms.services.records.creating import begin_record
from kimforms.services.unit_of_work import unit_of_work

from .databases import NOW
from .records import COORDINATOR, actor, report, theme, user
from .server import ROOT, Server

STATION = {"nr": "1", "stelle": "abh", "schritt": "Antrag gestellt", "dauer_tage": "40", "bruch": "wartezeit"}
CASE: dict[str, Any] = {
    "ausgangslage": "Eine Familie wartet auf die Verlängerung.",
    "stationen": [STATION, {"stelle": "jobcenter", "schritt": "Leistung eingestellt"}],
    "schluesselsituation": "Zwischen Ablauf und Bescheinigung zahlt niemand.",
}
FRAME = {"datum": "12.11.2026", "teilnehmende": "KIM-Koordination", "methode": ["akten"]}
PATTERN = {
    "gemeinsam": "Die Leistung endet, bevor die Bescheinigung da ist.", "problemart": ["schnittstelle"],
    "ursache": "Keine Absprache.", "reichweite": "kreis", "bezug": ["wohnen"],
}  # fmt: skip
RESULT = {"kurzfristig_loesbar": "ja", "direkt_massnahme": "Absprache bis Ende Januar", "anonymitaet_geprueft": "ja"}
PAPER = {
    "art": "loesung_pag", "betreff": "Bescheinigungen rechtzeitig ausstellen", "einreicher": "pag",
    "beschlussvorschlag": "Die Lenkungsgruppe beschließt ein gemeinsames Verfahren.",
    "ausgangslage": "Ratsuchende verlieren Leistungen.", "bezug": ["wohnen"], "loesung": "Eine feste Frist.",
    "umsetzung": [{"schritt": "Postfach einrichten", "stelle": "jobcenter", "bis": "1.3.2027"}],
    "finanzen": "keine", "kommunen": ["siegburg"],
}  # fmt: skip


def begun(process: str, by: str = COORDINATOR, **answers: Any) -> str:
    """Begins a record of a process with these answers, as they are stored; returns the reference."""
    with unit_of_work() as session:
        record = begin_record(
            session,
            actor(session, by),
            NOW,
            version=processes.current_version(session, process),
            answers=answers,
            catalogues=catalogues(session),
        )
        return record.reference


def reconstruction(cases: int = 4) -> str:
    """A reconstruction that has just begun from a theme with one report."""
    return begun("case_reconstruction", cluster=theme(), meldungen=[report()], summe_faelle=cases)


def whole_reconstruction(**changes: Any) -> dict[str, Any]:
    """What is typed into a reconstruction with three cases, nested."""
    with unit_of_work() as session:
        released = str(user(session, COORDINATOR).id)
    return {**FRAME, "b": [CASE, CASE, CASE], **PATTERN, **RESULT, "freigabe": released, **changes}


BEGIN = """
import json, sys
from datetime import UTC, datetime
from sqlalchemy import select
from kimforms import create_app
from kimforms.models import User
from kimforms.permissions import actor_of
from kimforms.services import processes
from kimforms.services.catalogues import catalogues
from kimforms.services.records.creating import begin_record
from kimforms.services.unit_of_work import unit_of_work

wanted, now = json.load(sys.stdin), datetime.now(UTC)
with create_app().app_context(), unit_of_work() as session:
    who = actor_of(session.scalars(select(User).where(User.email == wanted["by"])).one(), now.date())
    known = {}
    for process, answers in wanted["records"]:
        answers = {name: known.get(value, value) for name, value in answers.items()}
        version = processes.current_version(session, process)
        record = begin_record(session, who, now, version=version, answers=answers, catalogues=catalogues(session))
        known[":" + process] = reference = record.reference
print(reference)
"""


def begun_on(server: Server, *records: tuple[str, dict[str, Any]]) -> str:
    """Begins records beside a running server; ``:theme`` as an answer names the theme begun before. The last reference."""
    done = subprocess.run(
        [sys.executable, "-c", BEGIN],
        input=json.dumps({"by": COORDINATOR, "records": records}),
        env=server.environment,
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return done.stdout.split()[-1]


CHANGE = """
import json, sys
from datetime import UTC, datetime
from sqlalchemy import select
from kimforms import create_app
from kimforms.models import Record, User
from kimforms.permissions import actor_of
from kimforms.services.catalogues import catalogues
from kimforms.services.processes import definition_of
from kimforms.services.records import editing
from kimforms.services.unit_of_work import unit_of_work

wanted, now = json.load(sys.stdin), datetime.now(UTC)
with create_app().app_context(), unit_of_work() as session:
    who = actor_of(session.scalars(select(User).where(User.email == wanted["by"])).one(), now.date())
    second = session.scalars(select(User).where(User.email == "koordination2@rsk.example")).one()
    answers = {name: str(second.id) if value == ":second" else value for name, value in wanted["answers"].items()}
    record = session.scalars(select(Record).where(Record.reference == wanted["reference"])).one()
    raw = editing.raw_of(definition_of(record.version), record.answers) | answers
    lists = catalogues(session)
    editing.change_answers(session, who, now, record=record, raw=raw, row_version=None, catalogues=lists)
"""


def fill_on(server: Server, reference: str, answers: dict[str, Any]) -> None:
    """Adds answers to a record beside a running server, as its form would; ``:second`` names the second coordinator."""
    done = subprocess.run(
        [sys.executable, "-c", CHANGE],
        input=json.dumps({"by": COORDINATOR, "reference": reference, "answers": answers}),
        env=server.environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr[-2000:]


REPORT = """
import itertools, json, sys, time
from datetime import UTC, datetime
from kimforms import create_app
from tests.support import records
from tests.support.records import report

records._numbers = itertools.count(time.time_ns())  # each submission has a key of its own, also beside earlier ones
with create_app().app_context():
    print(*(report(None, at=datetime.now(UTC), **one) for one in json.load(sys.stdin)))
"""


def reports_on(server: Server, *reports: dict[str, Any]) -> list[str]:
    """Sends reports beside a running server, past its limit for one network; their references."""
    done = subprocess.run(
        [sys.executable, "-c", REPORT],
        input=json.dumps(reports),
        env=server.environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.split()
