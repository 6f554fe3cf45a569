"""Bodies of the profile and people on their seats, for tests of seats and pages."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kimforms.extensions import db
from kimforms.models import Body, Event, Person, Seat
from kimforms.services import audit
from kimforms.services.bodies.people import Place, people_on

STEERING = "lenkungsgruppe-kim"
WORKING = "pag-delfin4"
EXCHANGE = "cm-teamtreffen"


def body_in(session: Session, slug: str) -> Body:
    return session.scalars(select(Body).where(Body.slug == slug)).one()


def seat_in(session: Session, slug: str, **named: Any) -> Seat:
    """The seat of a body that still exists, named by organisation, municipality or label."""
    wanted = select(Seat).join(Body).where(Body.slug == slug, Seat.valid_until.is_(None)).filter_by(**named)
    return session.scalars(wanted).one()


def person_in(session: Session, last_name: str) -> Person:
    return session.scalars(select(Person).where(Person.last_name == last_name)).one()


def places(slug: str, day: date) -> list[Place]:
    """Who sits where in the body on that day, as the database holds it now."""
    db.session.rollback()
    return people_on(db.session(), body_in(db.session(), slug), day)


def told(tag: audit.Tag) -> list[dict[str, Any]]:
    """The payloads of all events with this tag, in order."""
    found = db.session.scalars(select(Event).where(Event.tag == tag.text).order_by(Event.seq))
    return [audit.payload_of(one) for one in found]
