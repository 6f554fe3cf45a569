"""Publications for tests: begun, filled in, approved by a second person, corrected and withdrawn as people do it."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import Publication, RecordLink
from kimforms.services import publishing
from kimforms.services.catalogues import catalogues
from kimforms.services.processes import current_version
from kimforms.services.records.creating import begin_record
from kimforms.services.records.transitions import perform_transition
from kimforms.services.unit_of_work import unit_of_work

from .databases import NOW
from .records import COORDINATOR, SECOND, actor, stored, work

TEXT: dict[str, Any] = {
    "art": "loesung",
    "title": "Ein Nachweis genügt für Kita und Schule",
    "hurdle": "Eltern mussten denselben Nachweis bei mehreren Stellen vorlegen. Das dauerte oft Wochen.",
    "decided": "Die Lenkungsgruppe hat beschlossen, dass ein Nachweis für alle Stellen reicht.",
    "changed": "Seit Dezember gilt ein Nachweis bei Kita und Schule.",
    "since": "2026-12-01",
    "for_whom": "Familien mit Kindern bis 16 Jahre",
    "contact": "Kommunales Integrationszentrum, integration@rsk.example",
    "municipalities": ["siegburg"],
    "fields_of_action": ["bildung"],
    "legal_areas": ["schulrecht"],
}
_numbers = count()


def field_of_action(number: int = 0) -> str:
    """One of the profile's fields of action."""
    return str(catalogues(db.session()).options("fields_of_action")[number].value)


def draft(theme: str | None = None, by: str = COORDINATOR, at: datetime = NOW, **answers: Any) -> str:
    """A draft of a publication, joined with a theme; returns its reference. ``None`` leaves an answer out."""
    with unit_of_work() as session:
        known = {**TEXT, "fields_of_action": [field_of_action()], **answers}
        record = begin_record(
            session,
            actor(session, by),
            at,
            version=current_version(session, "publication"),
            answers={name: value for name, value in known.items() if value is not None},
            catalogues=catalogues(session),
        )
        if theme is not None:
            link = RecordLink(from_id=record.id, to_id=stored_id(theme), kind="theme", created_at=at)
            session.add(link)
        return record.reference


def stored_id(reference: str) -> int:
    """The id of a record."""
    from kimforms.models import Record  # noqa: PLC0415

    return db.session().scalars(select(Record.id).where(Record.reference == reference)).one()


def take(by: str, reference: str, step: str, at: datetime = NOW, **form: Any) -> None:
    """Takes one step of the workflow."""
    with work(by, reference) as (session, person, record):
        perform_transition(
            session,
            person,
            at,
            record=record,
            transition_id=step,
            data=form,
            row_version=None,
            catalogues=catalogues(session),
        )


def published(theme: str | None = None, at: datetime = NOW, **answers: Any) -> str:
    """A publication that a second person approved; returns its reference."""
    reference = draft(theme, at=at - timedelta(hours=2), **answers)
    take(COORDINATOR, reference, "freigabe_erbitten", at - timedelta(hours=1))
    take(SECOND, reference, "freigeben", at)
    return reference


def corrected(reference: str, note: str = "Das Datum war falsch.", at: datetime = NOW, **answers: Any) -> None:
    """Corrects what is public, approved by a second person."""
    take(COORDINATOR, reference, "korrigieren", at)
    with unit_of_work() as session:
        record = session.get_one(type(stored(reference)), stored_id(reference))
        record.answers = {**record.answers, **answers, "change_note": note}
    take(COORDINATOR, reference, "korrektur_freigabe_erbitten", at)
    take(SECOND, reference, "freigeben", at)


def public(reference: str) -> Publication:
    """What is, or was, public of a record, as the database holds it now."""
    db.session.rollback()
    found = publishing.publication_of(db.session(), stored(reference))
    assert found is not None
    return found
