"""People who sit in bodies, with or without an account: entered, changed, merged when they stand there twice, put to rest.

Address and mail of a member of a steering body decide where its invitations go, so only the office changes such a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, inspect, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from ...engine.text import BrokenText, normalise, one_line
from ...models import Body, Invitee, Officer, Organisation, Person, RoleGrant, Seat, SeatHolder, User
from ...permissions import Actor, may
from .. import audit
from ..outbox import ADDRESS
from ..records.facts import local_day
from ..refusals import InputRefused, NotPermitted, NotVisible, StaleVersion, StepRefused
from ..sign_in import normal_email
from .access import STEERING
from .membership import give_member_role

WORK = "body:work"
SALUTATIONS = ("frau", "herr", "neutral")
LONGEST = {"title": 60, "first_name": 80, "last_name": 80, "function": 200, "phone": 60, "postal_address": 500}


@dataclass(frozen=True)
class PersonValues:
    """What is known of a person. ``account`` is the address with which they sign in; empty without an account.

    ``postal_address`` holds the lines below the name.
    """

    last_name: str
    first_name: str = ""
    title: str = ""
    salutation: str = "neutral"
    function: str = ""
    organisation: str = ""
    email: str = ""
    phone: str = ""
    postal_address: str = ""
    account: str = ""


NAMES = tuple(one.name for one in fields(PersonValues))


def create_person(session: Session, actor: Actor, now: datetime, *, controller_id: int, values: PersonValues) -> Person:
    """Enters a person. Raises :class:`NotPermitted` and :class:`InputRefused` by field, for a known address too."""
    _require(actor, controller_id)
    columns = _checked(session, controller_id, values)
    if (known := _with_address(session, controller_id, columns["email"])) is not None:
        raise InputRefused({"email": f"Mit dieser Adresse ist schon {known.name} eingetragen."})
    person = Person(controller_id=controller_id, created_at=now, changed_at=now, **columns)
    session.add(person)
    session.flush()  # the event names the number
    told = {name: audit.Erasable(value, personal=True) for name, value in _told(columns).items() if value}
    audit.record(
        session, actor, now, audit.Tag.PERSON_CREATE, controller_id=controller_id, person=person.id, values=told
    )
    return person


def change_person(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    person: Person,
    values: PersonValues,
    row_version: int | None = None,
) -> Person:
    """Changes what is known of a person; the history keeps old and new.

    Raises :class:`NotPermitted` (members of steering bodies: the office alone), :class:`StaleVersion`, and
    :class:`InputRefused` by field.
    """
    _require_for(session, actor, person, local_day(now))
    if row_version is not None and row_version != person.row_version:
        raise StaleVersion("Inzwischen hat jemand anderes diese Person geändert.", current=person)
    columns = _checked(session, person.controller_id, values)
    known = _with_address(session, person.controller_id, columns["email"])
    if known is not None and known.id != person.id and columns["email"] != person.email:
        raise InputRefused(
            {"email": f"Mit dieser Adresse ist schon {known.name} eingetragen. Führen Sie beide zusammen."}
        )
    old = {name: getattr(person, name) for name in columns}
    changes = {name: (old[name], value) for name, value in columns.items() if old[name] != value}
    if not changes:
        return person
    for name, (_before, value) in changes.items():
        setattr(person, name, value)
    person.changed_at = now
    session.flush()  # the account is looked up by its number
    if "user_id" in changes:
        _make_member(session, actor, now, person)
    _tell_change(session, actor, now, person, changes)
    return person


def merge_persons(session: Session, actor: Actor, now: datetime, *, keep: Person, other: Person) -> Person:
    """Makes one of two entries for the same person: everything of ``other`` moves to ``keep``, and ``other`` is gone.

    What ``keep`` does not say is taken over. Raises :class:`NotPermitted`, :class:`InputRefused` for the same entry
    twice or two controllers, and :class:`StepRefused` where both stand on the same list (a seat, an invitation): then
    they may well be two people.
    """
    for one in (keep, other):
        _require_for(session, actor, one, local_day(now))
    if keep.id == other.id or keep.controller_id != other.controller_id:
        raise InputRefused({"other": "Wählen Sie zwei verschiedene Einträge."})
    if None not in (keep.user_id, other.user_id) and keep.user_id != other.user_id:
        raise StepRefused(["Beide haben ein eigenes Konto. Deaktivieren Sie erst eines davon."])
    if _sit_together(session, keep, other):
        raise StepRefused([f"{keep.name} und {other.name} stehen zur selben Zeit auf demselben Sitz."])
    if _invited_together(session, keep, other):
        raise StepRefused([f"{keep.name} und {other.name} sind zu derselben Sitzung eingeladen."])
    missing = {name: getattr(other, name) for name in _columns() if not getattr(keep, name) and getattr(other, name)}
    number, name = other.id, other.name
    other.user_id = None
    session.flush()  # the account may move with it
    _move(session, keep.id, number, name)
    session.delete(other)
    session.flush()  # gone before its address is given to the one that stays
    for column, value in missing.items():
        setattr(keep, column, value)
    keep.changed_at = now
    audit.record(
        session, actor, now, audit.Tag.PERSON_MERGE, controller_id=keep.controller_id, person=keep.id, other=number
    )
    session.flush()  # written before all of it is read anew
    session.expire_all()  # what was read before still points at the one that is gone
    _make_member(session, actor, now, keep)
    return keep


def deactivate_person(session: Session, actor: Actor, now: datetime, *, person: Person) -> None:
    """Nobody can be put on a seat any more by this entry. Raises :class:`StepRefused` while the person holds one."""
    _require_for(session, actor, person, local_day(now))
    if holding := bodies_held(session, person, local_day(now)):
        raise StepRefused(
            [f"{person.name} hat noch Sitze oder Funktionen: {', '.join(holding)}. Beenden Sie diese erst."]
        )
    if person.active:
        person.active, person.changed_at = False, now
        audit.record(
            session, actor, now, audit.Tag.PERSON_DEACTIVATE, controller_id=person.controller_id, person=person.id
        )


def activate_person(session: Session, actor: Actor, now: datetime, *, person: Person) -> None:
    """The entry can be used again."""
    _require_for(session, actor, person, local_day(now))
    if not person.active:
        person.active, person.changed_at = True, now
        audit.record(
            session, actor, now, audit.Tag.PERSON_ACTIVATE, controller_id=person.controller_id, person=person.id
        )


def find_person(session: Session, actor: Actor, person_id: int) -> Person:
    """A person of a controller for whose bodies the actor works. Raises :class:`NotVisible`."""
    person = session.get(Person, person_id)
    if person is None or not may(actor, WORK, person.controller_id):
        raise NotVisible()
    return person


def may_change(session: Session, actor: Actor, person: Person, today: date) -> bool:
    """Whether the actor may change this person: of a steering body the office alone."""
    if actor.kind == "system" or "office" in actor.roles(person.controller_id):
        return True
    if not may(actor, WORK, person.controller_id):
        return False
    return not _in_steering(session, person, today)


def bodies_held(session: Session, person: Person, today: date) -> list[str]:
    """Names of the bodies in which the person holds a seat or a function today or later."""
    seats = (
        select(Body.name)
        .join(Seat, Seat.body_id == Body.id)
        .join(SeatHolder, SeatHolder.seat_id == Seat.id)
        .where(
            SeatHolder.person_id == person.id, or_(SeatHolder.valid_until.is_(None), SeatHolder.valid_until >= today)
        )
    )
    functions = (
        select(Body.name)
        .join(Officer, Officer.body_id == Body.id)
        .where(Officer.person_id == person.id, or_(Officer.valid_until.is_(None), Officer.valid_until >= today))
    )
    return sorted({*session.scalars(seats), *session.scalars(functions)})


def _require(actor: Actor, controller_id: int) -> None:
    if actor.kind != "system" and not may(actor, WORK, controller_id):
        raise NotPermitted()


def _require_for(session: Session, actor: Actor, person: Person, today: date) -> None:
    if not may_change(session, actor, person, today):
        raise NotPermitted("Mitglieder von Steuerungsgremien ändert nur die Geschäftsstelle.")


def _in_steering(session: Session, person: Person, today: date) -> bool:
    seat = (
        select(SeatHolder.id)
        .join(Seat, Seat.id == SeatHolder.seat_id)
        .join(Body, Body.id == Seat.body_id)
        .where(SeatHolder.person_id == person.id, Body.formality == STEERING)
        .where(or_(SeatHolder.valid_until.is_(None), SeatHolder.valid_until >= today))
    )
    function = (
        select(Officer.id)
        .join(Body, Body.id == Officer.body_id)
        .where(Officer.person_id == person.id, Body.formality == STEERING)
        .where(or_(Officer.valid_until.is_(None), Officer.valid_until >= today))
    )
    return any(session.scalar(one.limit(1)) is not None for one in (seat, function))


def _checked(session: Session, controller_id: int, values: PersonValues) -> dict[str, Any]:
    """The columns of a person. Raises :class:`InputRefused` by field."""
    errors: dict[str, str] = {}
    columns: dict[str, Any] = {}
    for name, most in LONGEST.items():
        try:
            text = getattr(values, name)
            columns[name] = normalise(text) if name == "postal_address" else one_line(text)
        except BrokenText:
            columns[name] = ""
            errors[name] = "Der Text enthält Zeichen, die sich nicht speichern lassen."
        if len(columns[name]) > most:
            errors[name] = f"Bitte höchstens {most} Zeichen."
    if not columns["last_name"] and "last_name" not in errors:
        errors["last_name"] = "Geben Sie den Nachnamen ein."
    if values.salutation not in SALUTATIONS:
        errors["salutation"] = "Wählen Sie eine Anrede."
    columns["salutation"] = values.salutation
    columns["organisation"] = values.organisation or None
    known = select(Organisation.id).where(Organisation.slug == values.organisation)
    if values.organisation and ("\x00" in values.organisation or session.scalar(known) is None):
        errors["organisation"] = "Das steht nicht in der Liste."
    email = values.email.strip()
    if email and (not ADDRESS.fullmatch(email) or len(email) > 254):
        errors["email"] = "Geben Sie eine E-Mail-Adresse wie name@beispiel.de ein."
    columns["email"] = normal_email(email) if email else None
    columns["user_id"] = _account(session, controller_id, values.account, errors)
    if errors:
        raise InputRefused(errors)
    return columns


def _account(session: Session, controller_id: int, address: str, errors: dict[str, str]) -> int | None:
    """The account with that address, if it belongs to this controller; anything else is an error by the same sentence."""
    address = address.strip()
    if not address:
        return None
    found = None
    if ADDRESS.fullmatch(address):
        found = session.scalar(
            select(User.id)
            .join(RoleGrant, RoleGrant.user_id == User.id)
            .where(User.email == normal_email(address), User.active, RoleGrant.controller_id == controller_id)
            .limit(1)
        )
    if found is None:
        errors["account"] = "Mit dieser Adresse gibt es kein Konto. Bitten Sie die Systemverwaltung, eines anzulegen."
    return found


def _with_address(session: Session, controller_id: int, email: str | None) -> Person | None:
    if email is None:
        return None
    wanted = select(Person).where(Person.controller_id == controller_id, Person.email == email, Person.active)
    return session.scalars(wanted.order_by(Person.id).limit(1)).first()


def _columns() -> tuple[str, ...]:
    return (*LONGEST, "organisation", "email", "user_id")


def _told(columns: dict[str, Any]) -> dict[str, Any]:
    return {("account" if name == "user_id" else name): value for name, value in columns.items()}


def _tell_change(
    session: Session, actor: Actor, now: datetime, person: Person, changes: dict[str, tuple[Any, Any]]
) -> None:
    told = {
        name: {"old": audit.Erasable(old, personal=True), "new": audit.Erasable(new, personal=True)}
        for name, (old, new) in _told(changes).items()
    }
    audit.record(
        session, actor, now, audit.Tag.PERSON_CHANGE,
        controller_id=person.controller_id, person=person.id, changes=told,
    )  # fmt: skip


def _make_member(session: Session, actor: Actor, now: datetime, person: Person) -> None:
    """An account that was joined with a person becomes a member of the bodies in which the person sits from now on."""
    today = local_day(now)
    seats = (
        select(Seat.body_id).join(SeatHolder, SeatHolder.seat_id == Seat.id).where(SeatHolder.person_id == person.id)
    )
    seats = seats.where(or_(SeatHolder.valid_until.is_(None), SeatHolder.valid_until >= today))
    functions = select(Officer.body_id).where(Officer.person_id == person.id)
    functions = functions.where(or_(Officer.valid_until.is_(None), Officer.valid_until >= today))
    for body in session.scalars(select(Body).where(or_(Body.id.in_(seats), Body.id.in_(functions))).order_by(Body.id)):
        give_member_role(session, actor, now, body, person)


def _sit_together(session: Session, keep: Person, other: Person) -> bool:
    rows = session.scalars(select(SeatHolder).where(SeatHolder.person_id.in_([keep.id, other.id]))).all()
    mine = [one for one in rows if one.person_id == keep.id]
    return any(
        one.seat_id == held.seat_id
        and (one.valid_until is None or one.valid_until >= held.valid_from)
        and (held.valid_until is None or held.valid_until >= one.valid_from)
        for one in mine
        for held in rows
        if held.person_id == other.id
    )


def _invited_together(session: Session, keep: Person, other: Person) -> bool:
    first, second = aliased(Invitee), aliased(Invitee)
    wanted = select(first.id).join(second, second.meeting_id == first.meeting_id)
    return session.scalar(wanted.where(first.person_id == keep.id, second.person_id == other.id).limit(1)) is not None


def _move(session: Session, keep: int, other: int, name: str) -> None:
    """Points everything that named ``other`` at ``keep``, whichever table it stands in."""
    try:
        for table, column in _pointing():
            session.execute(update(table).where(table.c[column] == other).values({column: keep}))
    except IntegrityError as error:
        raise StepRefused(
            [f"{name} steht mit auf derselben Liste, etwa einer Terminumfrage. Das lässt sich nicht zusammenführen."]
        ) from error


def _pointing() -> Iterable[tuple[Table, str]]:
    """Every column of the database that names a person."""
    target = inspect(Person).local_table
    for table in Person.metadata.sorted_tables:
        for column in table.columns:
            if any(key.column.table is target for key in column.foreign_keys):
                yield table, column.name


def as_values(person: Person) -> PersonValues:
    """The person as a form shows it."""
    known = {name: getattr(person, name) or "" for name in NAMES if name != "account"}
    return PersonValues(**known, account=person.user.email if person.user is not None else "")


def plain(values: PersonValues) -> dict[str, str]:
    """The values by field."""
    return asdict(values)
