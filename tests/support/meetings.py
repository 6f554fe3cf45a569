"""A steering body of its own with seats, people and a meeting, for tests of everything around meetings.

It does not depend on the profile's bodies: seven voting seats, one advisory and one guest seat, deputies on two of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kimforms.extensions import db
from kimforms.models import AgendaItem, Body, Controller, Meeting, Officer, Person, Record, Seat, SeatHolder
from kimforms.permissions import Actor
from kimforms.services.meetings.creating import begin_meeting
from kimforms.services.unit_of_work import unit_of_work

from .databases import NOW
from .records import OFFICE, actor, user

SLUG = "pruefgremium"
SINCE = date(2026, 1, 1)
SEATS = (
    ("Dezernat", "voting"),
    ("Sozialamt", "voting"),
    ("Jugendamt", "voting"),
    ("Jobcenter", "voting"),
    ("Caritas", "voting"),
    ("Diakonie", "voting"),
    ("Stadt", "voting"),
    ("Gesundheitsamt", "advisory"),
    ("Hochschule", "guest"),
)
CHAIR, MEMBER, MANAGER = "vorsitz@rsk.example", "mitglied@jobcenter.example", "dezernat@rsk.example"
ACCOUNTS = {"Dezernat": CHAIR, "Jobcenter": MEMBER}
"""Seats whose holder has an account; all others answer by links."""
BEGINS = datetime(2027, 1, 19, 13, 0, tzinfo=NOW.tzinfo)
"""14:00 in Germany, eight weeks after NOW."""


def body(formality: str = "steering", slug: str = SLUG, **values: Any) -> str:
    """Makes the body with its seats and people; returns its slug."""
    with unit_of_work() as session:
        controller = session.scalars(select(Controller).where(Controller.key == "rsk")).one()
        made = Body(
            slug=slug,
            name=f"Prüfgremium {slug}",
            kind="Gremium",
            controller=controller,
            data={"prefix": "PG" if slug == SLUG else slug.upper()[:6]},
            formality=formality,
            origin="entered",
            **values,
        )
        session.add(made)
        session.flush()
        for position, (label, right) in enumerate(SEATS):
            seat = Seat(body=made, label=label, right=right, position=position, valid_from=SINCE)
            session.add(seat)
            holder = person(session, label, ACCOUNTS.get(label), tag=slug)
            session.add(SeatHolder(seat=seat, person=holder, role="principal", valid_from=SINCE))
            if label in ("Sozialamt", "Caritas"):
                deputy = person(session, f"Vertretung {label}", tag=slug)
                session.add(SeatHolder(seat=seat, person=deputy, role="deputy", valid_from=SINCE))
            if label == "Dezernat":
                session.add(Officer(body=made, function="chair", person=holder, valid_from=SINCE))
        manager = person(session, "Geschäftsführung", MANAGER, tag=slug)
        clerk = person(session, "Protokoll", OFFICE, tag=slug)
        session.add(Officer(body=made, function="managing_director", person=manager, valid_from=SINCE))
        session.add(Officer(body=made, function="minute_taker", person=clerk, valid_from=SINCE))
        return made.slug


def person(
    session: Session, last_name: str, account: str | None = None, *, tag: str = "", email: str | None = None
) -> Person:
    """Somebody with a mail address; of an account, its address."""
    mail = "".join(letter for letter in last_name.lower() if letter.isascii() and letter.isalnum())
    made = Person(
        controller=session.scalars(select(Controller).where(Controller.key == "rsk")).one(),
        user=user(session, account) if account else None,
        first_name="Kim",
        last_name=last_name,
        email=email or account or f"{mail}.{tag or 'person'}@member.example",
        postal_address="Amtsweg 1\n53721 Siegburg",
        created_at=NOW,
        changed_at=NOW,
    )
    session.add(made)
    session.flush()
    return made


def meeting(slug: str = SLUG, begins: datetime = BEGINS, hours: float = 2, *, items: int = 3, **values: Any) -> str:
    """A planned meeting of the body with some agenda items; returns its reference."""
    with unit_of_work() as session:
        made = begin_meeting(
            session,
            actor(session, OFFICE),
            NOW,
            body=session.scalars(select(Body).where(Body.slug == slug)).one(),
            starts_at=begins,
            ends_at=begins + timedelta(hours=hours),
            **{"place": "Kreishaus, Raum A 1.16", **values},
        )
        for position in range(items):
            kind = "decision" if position == items - 1 else "discussion"
            title = f"Punkt {position + 1}"
            session.add(
                AgendaItem(meeting=made, position=position, kind=kind, title=title, motion="So wird es gemacht.")
            )
        return made.record.reference


@contextmanager
def at_work(reference: str, by: str | None = OFFICE) -> Iterator[tuple[Session, Actor, Meeting]]:
    """A unit of work in which somebody holds a meeting."""
    with unit_of_work() as session:
        found = session.scalars(select(Meeting).join(Record).where(Record.reference == reference)).one()
        yield session, actor(session, by), found


def found(reference: str) -> Meeting:
    """The meeting as it is now, for reading."""
    db.session.rollback()
    return db.session.scalars(select(Meeting).join(Record).where(Record.reference == reference)).one()


def named(session: Session, label: str, slug: str = SLUG, role: str = "principal") -> Person:
    """Who sits on the seat of this label."""
    return session.scalars(
        select(Person)
        .join(SeatHolder, SeatHolder.person_id == Person.id)
        .join(Seat, Seat.id == SeatHolder.seat_id)
        .join(Body, Body.id == Seat.body_id)
        .where(Seat.label == label, Body.slug == slug, SeatHolder.role == role)
    ).one()
