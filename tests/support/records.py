"""Reports in all states and people at work on them, for tests of services and pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kimforms.engine.definition import ProcessDefinition
from kimforms.extensions import db
from kimforms.models import Controller, Delivery, Event, OutboxMessage, Record, User
from kimforms.permissions import ANYONE, SYSTEM, Actor, actor_of
from kimforms.services import audit, processes
from kimforms.services.catalogues import catalogues
from kimforms.services.records.submission import submit_record
from kimforms.services.records.transitions import perform_transition
from kimforms.services.unit_of_work import unit_of_work

from ..engine.definitions import small
from .databases import NOW
from .reports import CONTACT, whole

COORDINATOR = "koordination@rsk.example"
SECOND = "koordination2@rsk.example"
ELSEWHERE = "koordination@troisdorf.example"
OFFICE = "leitung@rsk.example"
ADVISER = "beratung@caritas.example"
OTHER_ADVISER = "beratung@diakonie.example"
CASE_MANAGER = "casemanagement@siegburg.example"
_numbers = count()


def user(session: Session, email: str) -> User:
    return session.scalars(select(User).where(User.email == email)).one()


def actor(session: Session, email: str | None) -> Actor:
    return actor_of(user(session, email), NOW.date()) if email else ANYONE


@contextmanager
def work(email: str | None, reference: str) -> Iterator[tuple[Session, Actor, Record]]:
    """A unit of work in which somebody holds a record."""
    with unit_of_work() as session:
        record = session.scalars(select(Record).where(Record.reference == reference)).one()
        yield session, actor(session, email), record


def report(by: str | None = ADVISER, *, at: datetime = NOW, contact: bool = True, **changes: Any) -> str:
    """Sends a report; returns its reference. ``contact``: the reporter may be asked."""
    raw = whole(**({**CONTACT, **changes} if contact else changes))
    with unit_of_work() as session:
        done = submit_record(
            session,
            actor(session, by),
            at,
            version=processes.current_version(session, "hurdle_report"),
            raw=raw,
            submission_key=f"test-{next(_numbers)}",
            secret_key="test",
            catalogues=catalogues(session),
        )
        return done.record.reference


def own_process(reference_of: str | None = None, **parts: Any) -> str:
    """Publishes a small process of the county and begins a record of it as a coordinator; returns the reference."""
    definition = ProcessDefinition.model_validate(small(**parts))
    with unit_of_work() as session:
        controller = session.scalars(select(Controller).where(Controller.key == "rsk")).one()
        version = processes.publish(session, SYSTEM, NOW, controller, definition)
        done = submit_record(
            session,
            actor(session, reference_of or COORDINATOR),
            NOW,
            version=version,
            raw={"subject": "Ein Antrag", "urgent": "ja"},
            submission_key=f"test-{next(_numbers)}",
            secret_key="test",
            catalogues=catalogues(session),
        )
        return done.record.reference


def theme(title: str = "Wartezeiten") -> str:
    """Begins a theme as a coordinator; returns its reference."""
    with unit_of_work() as session:
        return submit_record(
            session,
            actor(session, COORDINATOR),
            NOW,
            version=processes.current_version(session, "theme"),
            raw={"title": title},
            submission_key=f"test-{next(_numbers)}",
            secret_key="",
            catalogues=catalogues(session),
        ).record.reference


def take(email: str | None, reference: str, step: str, data: dict[str, Any] | None = None, **options: Any) -> None:
    """Takes one step of the workflow."""
    with work(email, reference) as (session, person, record):
        perform_transition(
            session,
            person if email else Actor("reporter", reporter_of=record.id),
            options.get("now", NOW + timedelta(minutes=1)),
            record=record,
            transition_id=step,
            data=data or {},
            row_version=options.get("row_version"),
            catalogues=catalogues(session),
        )


def stored(reference: str) -> Record:
    """The record as the database holds it now."""
    db.session.rollback()
    return db.session.scalars(select(Record).where(Record.reference == reference)).one()


def tags(reference: str) -> list[str]:
    """The tags of a record's events, in order."""
    wanted = select(Event.tag).join(Record, Record.id == Event.record_id).where(Record.reference == reference)
    return list(db.session.scalars(wanted.order_by(Event.seq)))


def last_payload(reference: str, tag: str) -> dict[str, Any]:
    """The payload of a record's last event with this tag."""
    event = db.session.scalars(
        select(Event)
        .join(Record, Record.id == Event.record_id)
        .where(Record.reference == reference, Event.tag == tag)
        .order_by(Event.seq.desc())
        .limit(1)
    ).one()
    return audit.payload_of(event)


def mails(kind: str | None = None) -> list[tuple[str, str]]:
    """Kind and address of every mail in the outbox, in order."""
    wanted = select(OutboxMessage.kind, Delivery.address).join(Delivery, Delivery.message_id == OutboxMessage.id)
    rows = [tuple(row) for row in db.session.execute(wanted.order_by(OutboxMessage.id, Delivery.id))]
    return [(one, address) for one, address in rows if kind is None or one == kind]
