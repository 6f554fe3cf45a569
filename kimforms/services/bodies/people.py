"""Who sits where on a day: places with holder and deputies, functions, seats of a person. All rooms of meetings ask here.

History is kept by dates (both days included), so that "who holds the seat on day X" has one answer for every day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload

from ...models import Body, Officer, Person, Seat, SeatHolder
from .access import on_day

PRINCIPAL, DEPUTY = "principal", "deputy"
FUNCTIONS = ("chair", "vice_chair", "managing_director", "minute_taker", "office")


@dataclass(frozen=True)
class Place:
    """A seat on one day: ``person`` holds it (None: vacant), ``deputies`` may come instead, in the order of their rank.

    ``right`` is the seat's: ``voting``, ``advisory`` or ``guest``.
    """

    seat: Seat
    person: Person | None
    right: str
    deputies: tuple[Person, ...] = ()
    holder: SeatHolder | None = None

    @property
    def role(self) -> str:
        """The role of :attr:`person`; deputies stand in :attr:`deputies`."""
        return PRINCIPAL

    def everybody(self) -> list[tuple[Person, str]]:
        """The holder and the deputies, each with the role on this seat."""
        principal = [(self.person, PRINCIPAL)] if self.person is not None else []
        return [*principal, *((one, DEPUTY) for one in self.deputies)]


def people_on(session: Session, body: Body, day: date) -> list[Place]:
    """Every seat of the body that exists on that day, in its order, with the people on it; vacant ones too. Two queries."""
    seats = session.scalars(
        select(Seat)
        .where(Seat.body_id == body.id, on_day(Seat.valid_from, Seat.valid_until, day))
        .order_by(Seat.position, Seat.id)
    ).all()
    held: dict[int, list[SeatHolder]] = {}
    for one in _holders(session, [seat.id for seat in seats], day):
        held.setdefault(one.seat_id, []).append(one)
    return [_place(seat, held.get(seat.id, ())) for seat in seats]


def place_on(session: Session, seat: Seat, day: date) -> Place:
    """One seat on that day; without anybody on it when it does not exist on that day."""
    begun = seat.valid_from is None or seat.valid_from <= day
    counts = begun and (seat.valid_until is None or seat.valid_until >= day)
    return _place(seat, _holders(session, [seat.id], day) if counts else ())


def deputies_of(session: Session, seat: Seat, day: date) -> list[Person]:
    """Who may come instead of the holder on that day, in the order of their rank."""
    return list(place_on(session, seat, day).deputies)


def officers_on(session: Session, body: Body, day: date) -> list[Officer]:
    """The functions of the body on that day with their people, in the order of :data:`FUNCTIONS`; one query."""
    found = session.scalars(
        select(Officer)
        .where(Officer.body_id == body.id, on_day(Officer.valid_from, Officer.valid_until, day))
        .options(joinedload(Officer.person).joinedload(Person.user))
        .order_by(Officer.id)
    ).all()
    return sorted(found, key=lambda one: (FUNCTIONS.index(one.function), one.id))


def officer(session: Session, body: Body, function: str, day: date) -> Person | None:
    """Who has the function (``chair``, ``minute_taker`` …) in the body on that day."""
    return next((one.person for one in officers_on(session, body, day) if one.function == function), None)


def seats_of(session: Session, person: Person) -> list[SeatHolder]:
    """Where the person sits, sat or will sit, newest first, with seat and body; one query."""
    return list(
        session.scalars(
            select(SeatHolder)
            .join(SeatHolder.seat)
            .join(Seat.body)
            .where(SeatHolder.person_id == person.id)
            .options(contains_eager(SeatHolder.seat).contains_eager(Seat.body))
            .order_by(SeatHolder.valid_from.desc(), SeatHolder.id.desc())
        )
    )


def functions_of(session: Session, person: Person) -> list[Officer]:
    """The functions that the person has, had or will have, newest first, with the body; one query."""
    return list(
        session.scalars(
            select(Officer)
            .where(Officer.person_id == person.id)
            .options(joinedload(Officer.body))
            .order_by(Officer.valid_from.desc(), Officer.id.desc())
        )
    )


def counts_on(row: Seat | SeatHolder | Officer, day: date) -> bool:
    """Whether the row counts on that day; null is open on its side."""
    return (row.valid_from is None or row.valid_from <= day) and (row.valid_until is None or row.valid_until >= day)


def _holders(session: Session, seats: Iterable[int], day: date) -> list[SeatHolder]:
    wanted = (
        select(SeatHolder)
        .where(SeatHolder.seat_id.in_(list(seats)), on_day(SeatHolder.valid_from, SeatHolder.valid_until, day))
        .options(joinedload(SeatHolder.person).joinedload(Person.user))
        .order_by(SeatHolder.rank, SeatHolder.id)
    )
    return list(session.scalars(wanted))


def _place(seat: Seat, holders: Iterable[SeatHolder]) -> Place:
    holder = next((one for one in holders if one.role == PRINCIPAL), None)
    deputies = tuple(one.person for one in holders if one.role == DEPUTY)
    return Place(seat, holder.person if holder else None, seat.right, deputies, holder)
