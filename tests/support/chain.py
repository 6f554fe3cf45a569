"""Walks a theme along its whole way, as people do: reconstruct, approve, propose, decide, work on it, publish."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import Decision, Record, RecordLink
from kimforms.services.catalogues import catalogues
from kimforms.services.decision_checks import Verdict, Votes
from kimforms.services.decisions import take_decision
from kimforms.services.processes import definition_of
from kimforms.services.records import editing

from .databases import NOW
from .records import COORDINATOR, OFFICE, SECOND, take, user, work
from .themes import opened, recorded

BODY = "lenkungsgruppe-kim"
CASE = {
    "ausgangslage": "Eine Familie wartet auf einen Termin.",
    "stationen": [{"nr": "1", "schritt": "Antrag gestellt", "bruch": "wartezeit", "dauer_tage": "90"}],
    "schluesselsituation": "Ohne Termin endet die Erlaubnis.",
}
RECONSTRUCTION = {
    "datum": "2026-11-20",
    "teilnehmende": "Zwei Personen der KIM-Koordination, eine Beratung",
    "methode": ["akten"],
    "b": [CASE, CASE, CASE],
    "gemeinsam": "Anträge bleiben liegen, weil niemand sie annimmt.",
    "problemart": ["schnittstelle"],
    "ursache": "Zwei Stellen halten einander für zuständig.",
    "reichweite": "kreis",
    "bezug": ["bildung_6_18"],
    "anonymitaet_geprueft": "ja",
}
DIRECT = {"kurzfristig_loesbar": "ja", "direkt_massnahme": "Ein gemeinsames Postfach ab Dezember."}
STEERING = {
    "kurzfristig_loesbar": "nein",
    "grund_lg": ["akteure"],
    "thema_vorschlag": "Termine ohne Umweg",
    "akteure_vorschlag": ["jobcenter", "caritas"],
}
NO_HURDLE = {"kurzfristig_loesbar": "kein", "kein_grund": "Drei verschiedene Ursachen."}
PAPER = {
    "beschlussvorschlag": "Die Lenkungsgruppe setzt eine Projektarbeitsgruppe ein.",
    "pag_auftrag": "Einen gemeinsamen Weg zum Termin entwerfen.",
    "finanzen": "keine",
    "kommunen": ["siegburg", "eitorf"],
}
SOLUTION = {
    "beschlussvorschlag": "Die Lenkungsgruppe beschließt das gemeinsame Postfach.",
    "umsetzung": [
        {"schritt": "Postfach einrichten", "stelle": "jobcenter", "bis": "2027-01-31"},
        {"schritt": "Beratung informieren", "stelle": "caritas", "bis": ""},
    ],
    "finanzen": "keine",
    "kommunen": ["siegburg"],
}


def change(reference: str, answers: dict[str, Any], by: str = COORDINATOR, now: datetime = NOW) -> None:
    """Adds to what a record holds, as its form does."""
    with work(by, reference) as (session, person, record):
        raw = editing.raw_of(definition_of(record.version), record.answers) | answers
        lists = catalogues(session)
        editing.change_answers(session, person, now, record=record, raw=raw, row_version=None, catalogues=lists)


def joined_with(theme: str, process: str) -> list[str]:
    """References of the records of a process that belong to the theme, oldest first."""
    db.session.rollback()
    theme_id = select(Record.id).where(Record.reference == theme).scalar_subquery()
    rows = db.session.scalars(
        select(Record)
        .join(RecordLink, RecordLink.from_id == Record.id)
        .where(RecordLink.to_id == theme_id, RecordLink.kind == "theme")
        .order_by(Record.id)
    )
    return [one.reference for one in rows if one.process.key == process]


def gathered(**changes: Any) -> str:
    """A theme with three cases whose reconstruction has begun."""
    theme = opened(recorded(**changes), recorded(), recorded())
    take(COORDINATOR, theme, "rekonstruieren")
    return theme


def reconstruct(theme: str, judgement: dict[str, Any], now: datetime = NOW) -> str:
    """Fills in the reconstruction, asks for approval, and lets the second person approve."""
    reference = joined_with(theme, "case_reconstruction")[-1]
    released = str(user(db.session, SECOND).id)
    change(reference, RECONSTRUCTION | {"freigabe": released} | judgement, now=now)
    take(COORDINATOR, reference, "vorlegen", now=now)
    take(SECOND, reference, "freigeben", now=now)
    return reference


def proposed(theme: str, answers: dict[str, Any] = PAPER, now: datetime = NOW) -> str:
    """Completes the newest paper of a theme and proposes it for the agenda."""
    paper = joined_with(theme, "decision_paper")[-1]
    change(paper, answers, now=now)
    take(COORDINATOR, paper, "vorschlagen", now=now)
    return paper


def decide(paper: str, result: str = "accepted", by: str = OFFICE, now: datetime = NOW, **more: Any) -> str:
    """The office enters what the steering group decided; returns the decision's reference."""
    votes = {"accepted": Votes(12, 1, 2), "amended": Votes(12, 1, 2), "rejected": Votes(2, 9, 1)}.get(result)
    settings = {"decided_on": now.date(), "body": BODY, "votes": votes} | more
    with work(by, paper) as (session, person, record):
        return take_decision(session, person, now, paper=record, verdict=Verdict(result=result, **settings)).reference


def decision(reference: str) -> Decision:
    db.session.rollback()
    return db.session.scalars(select(Decision).where(Decision.reference == reference)).one()


def at_work(theme: str, now: datetime = NOW) -> str:
    """The working group of a theme has begun; returns its reference."""
    group = joined_with(theme, "working_group")[-1]
    change(group, {"speaker": "Leitung der Integrationsagentur", "report_interval": "ende"}, now=now)
    take(COORDINATOR, group, "aufnehmen", now=now)
    return group


def tomorrow(days: int = 1) -> datetime:
    return NOW + timedelta(days=days)


def day(text: str) -> date:
    return date.fromisoformat(text)
