"""Invented people on the seats of bodies, for the demonstration only: those with accounts, and those of the profile's list.

Repeating it changes nothing; a seat that somebody else holds by now is left alone.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...engine.demo_people import DemoFunction, DemoPerson, DemoSeat
from ...engine.profile import Profile
from ...engine.profile_bodies import Member
from ...engine.profile_documents import DemoAccount
from ...models import Body, Officer, Person, RoleGrant, Seat, SeatHolder, User
from ...permissions import SYSTEM
from ..refusals import InputRefused
from .officers import Appointing, appoint
from .people import DEPUTY, PRINCIPAL
from .persons import PersonValues, create_person
from .seats import Placing, place_person

SINCE = date(2026, 1, 1)
FUNCTIONS = {"chair": "chair", "deputy_chair": "vice_chair", "managing_director": "managing_director"}
"""What an account is in a body -> its function there; whoever is a member, a deputy or a guest has none."""
TITLES = ("Dr.", "Prof.")


def seat_people(session: Session, now: datetime, profile: Profile) -> None:
    """Puts everybody of the demonstration on their seats."""
    since = profile.people.since if profile.people is not None else SINCE
    bodies = {one.slug: one for one in session.scalars(select(Body))}
    for account in profile.head.demo_accounts:
        if account.bodies:
            person = _of_account(session, now, account)
            for held in account.bodies:
                own = DemoSeat(
                    body=held.body, organisation=account.organisation,
                    municipality=None if account.organisation else account.municipality,
                    role=DEPUTY if held.function == "deputy" else PRINCIPAL,
                )  # fmt: skip
                _sit(session, now, bodies, person, own, since)
                if held.function in FUNCTIONS:
                    wanted = DemoFunction.model_validate({"body": held.body, "function": FUNCTIONS[held.function]})
                    _serve(session, now, bodies, person, wanted, since)
    accounts = {one.email: one for one in profile.head.demo_accounts}
    for entry in profile.people.people if profile.people is not None else ():
        if entry.account is not None:
            person = _of_account(session, now, accounts[entry.account])
        else:
            person = _entered(session, now, bodies, entry)
        for seat in entry.seats:
            _sit(session, now, bodies, person, seat, since)
        for function in entry.functions:
            _serve(session, now, bodies, person, function, since)


def name_parts(name: str) -> tuple[str, str, str]:
    """Title, first names and last name of a name as it stands on an account: ``Dr. Ulrike Hansen``."""
    words = name.split()
    titles = []
    while len(words) > 1 and words[0] in TITLES:
        titles.append(words.pop(0))
    return " ".join(titles), " ".join(words[:-1]), words[-1]


def _of_account(session: Session, now: datetime, account: DemoAccount) -> Person:
    user = session.scalars(select(User).where(User.email == account.email)).one()
    known = session.scalars(select(Person).where(Person.user_id == user.id)).first()
    if known is not None:
        return known
    controller = session.scalars(select(RoleGrant.controller_id).where(RoleGrant.user_id == user.id)).first()
    assert controller is not None
    title, first, last = name_parts(account.name)
    values = PersonValues(
        last_name=last, first_name=first, title=title, organisation=account.organisation or "",
        email=account.email, account=account.email,
    )  # fmt: skip
    return create_person(session, SYSTEM, now, controller_id=controller, values=values)


def _entered(session: Session, now: datetime, bodies: dict[str, Body], entry: DemoPerson) -> Person:
    first = next(bodies[one.body] for one in (*entry.seats, *entry.functions))
    wanted = select(Person).where(
        Person.controller_id == first.controller_id,
        Person.last_name == entry.last_name,
        Person.first_name == entry.first_name,
    )
    known = session.scalars(wanted.order_by(Person.id)).first()
    if known is not None:
        return known
    values = PersonValues(
        last_name=entry.last_name, first_name=entry.first_name, title=entry.title, salutation=entry.salutation,
        function=entry.function, organisation=entry.organisation or "", email=entry.email or "", phone=entry.phone,
        postal_address=entry.postal_address,
    )  # fmt: skip
    return create_person(session, SYSTEM, now, controller_id=first.controller_id, values=values)


def _sit(
    session: Session, now: datetime, bodies: dict[str, Body], person: Person, wanted: DemoSeat, since: date
) -> None:
    seats = session.scalars(
        select(Seat)
        .where(Seat.body_id == bodies[wanted.body].id, Seat.valid_until.is_(None))
        .order_by(Seat.position, Seat.id)
    )
    fits = (one for one in seats if wanted.fits(_as_member(one)))
    seat = next(fits, None)
    if seat is None:
        return
    held = select(SeatHolder.id).where(SeatHolder.seat_id == seat.id, SeatHolder.person_id == person.id)
    if session.scalar(held.limit(1)) is not None:
        return
    try:
        place_person(session, SYSTEM, now, seat=seat, placing=Placing(person, since, role=wanted.role))
    except InputRefused:
        return  # somebody else was put there meanwhile: what people enter counts


def _serve(
    session: Session, now: datetime, bodies: dict[str, Body], person: Person, wanted: DemoFunction, since: date
) -> None:
    body = bodies[wanted.body]
    held = select(Officer.id).where(
        Officer.body_id == body.id, Officer.function == wanted.function, Officer.person_id == person.id
    )
    if session.scalar(held.limit(1)) is not None:
        return
    try:
        appoint(session, SYSTEM, now, body=body, wanted=Appointing(person, wanted.function, since))
    except InputRefused:
        return  # as above


def _as_member(seat: Seat) -> Member:
    return Member(organisation=seat.organisation, municipality=seat.municipality, name=seat.label)
