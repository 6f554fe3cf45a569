"""Functions in a body: who leads it, keeps its minutes, runs its business, each with dates; one person a function at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...models import Body, Officer, Person
from ...permissions import Actor
from .. import audit
from ..refusals import InputRefused
from .membership import give_member_role
from .people import FUNCTIONS
from .recording import check_lasting, check_work, iso, note
from .seats import DAY


@dataclass(frozen=True)
class Appointing:
    """Who gets which function from when. ``replace``: whoever has it then gives it up the day before."""

    person: Person
    function: str
    valid_from: date
    valid_until: date | None = None
    replace: bool = False


def appoint(session: Session, actor: Actor, now: datetime, *, body: Body, wanted: Appointing) -> Officer:
    """Gives a function to a person; sending the same again changes nothing.

    The office (Geschäftsstelle) may be several people, every other function is one person's. Raises
    :class:`NotPermitted`, :class:`StepRefused` for a body that has ended, and :class:`InputRefused` by field.
    """
    check_work(actor, body)
    check_lasting(body, wanted.valid_from)
    _check(body, wanted)
    others = _overlapping(session, body, wanted)
    for one in others:
        if (one.person_id, one.valid_from, one.valid_until) == (
            wanted.person.id,
            wanted.valid_from,
            wanted.valid_until,
        ):
            return one
    for one in others:
        mine = one.person_id == wanted.person.id
        if wanted.replace and one.valid_from < wanted.valid_from and (mine or wanted.function != "office"):
            one.valid_until = wanted.valid_from - DAY
            _tell_end(session, actor, now, one)
        elif mine or wanted.function != "office":
            began = f"{one.valid_from:%d.%m.%Y}"
            raise InputRefused(
                {"valid_from": f"{one.person.name} hat diese Funktion ab dem {began}. Die Zeiten überschneiden sich."}
            )
    made = Officer(
        body=body, body_id=body.id, function=wanted.function, person=wanted.person, person_id=wanted.person.id,
        valid_from=wanted.valid_from, valid_until=wanted.valid_until,
    )  # fmt: skip
    session.add(made)
    session.flush()  # the next appointment has to see it
    note(
        session, actor, now, audit.Tag.OFFICER_APPOINT, body,
        function=made.function, person=wanted.person.id, valid_from=iso(made.valid_from), valid_until=iso(made.valid_until),
    )  # fmt: skip
    give_member_role(session, actor, now, body, wanted.person)
    return made


def end_function(session: Session, actor: Actor, now: datetime, *, officer: Officer, day: date) -> None:
    """The person has the function until that day. Raises :class:`InputRefused` for a day outside of the time so far."""
    check_work(actor, officer.body)
    if day < officer.valid_from:
        began = f"{officer.valid_from:%d.%m.%Y}"
        raise InputRefused({"valid_until": f"{officer.person.name} hat diese Funktion erst ab dem {began}."})
    if officer.valid_until is not None and day > officer.valid_until:
        until = f"{officer.valid_until:%d.%m.%Y}"
        raise InputRefused({"valid_until": f"{officer.person.name} hat diese Funktion nur bis zum {until}."})
    if officer.valid_until != day:
        officer.valid_until = day
        _tell_end(session, actor, now, officer)


def _check(body: Body, wanted: Appointing) -> None:
    errors: dict[str, str] = {}
    if wanted.function not in FUNCTIONS:
        errors["function"] = "Wählen Sie eine Funktion aus der Liste."
    if wanted.person.controller_id != body.controller_id or not wanted.person.active:
        errors["person"] = "Wählen Sie eine Person aus der Liste."
    if wanted.valid_until is not None and wanted.valid_until < wanted.valid_from:
        errors["valid_until"] = "Das Ende liegt vor dem Anfang."
    if errors:
        raise InputRefused(errors)


def _overlapping(session: Session, body: Body, wanted: Appointing) -> list[Officer]:
    found = session.scalars(
        select(Officer).where(Officer.body_id == body.id, Officer.function == wanted.function).order_by(Officer.id)
    )
    return [
        one for one in found
        if (one.valid_until is None or one.valid_until >= wanted.valid_from)
        and (wanted.valid_until is None or one.valid_from <= wanted.valid_until)
    ]  # fmt: skip


def _tell_end(session: Session, actor: Actor, now: datetime, officer: Officer) -> None:
    note(
        session, actor, now, audit.Tag.OFFICER_END, officer.body,
        function=officer.function, person=officer.person_id, valid_until=iso(officer.valid_until),
    )  # fmt: skip
