"""Seats of a body and the people on them: new ones, other holders, deputies, ends. Nothing is overwritten, periods end.

Everything here raises :class:`NotPermitted` for whoever does not work for the body (steering bodies: the office alone)
and :class:`InputRefused` with a sentence for each field.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...engine.text import BrokenText, one_line
from ...models import Body, Municipality, Organisation, Person, Seat, SeatHolder
from ...permissions import Actor
from .. import audit
from ..records.facts import local_day
from ..refusals import InputRefused
from .membership import give_member_role
from .people import DEPUTY, PRINCIPAL
from .recording import check_lasting, check_work, iso, note

RIGHTS = ("voting", "advisory", "guest")
ROLES = (PRINCIPAL, DEPUTY)
LONGEST = 200
MOST_DEPUTIES = 9
DAY = timedelta(days=1)


@dataclass(frozen=True)
class SeatValues:
    """What a seat says. Without a ``label`` it bears the name of its organisation or municipality."""

    label: str = ""
    organisation: str = ""
    municipality: str = ""
    represents: str = ""
    right: str = "voting"


def add_seat(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    body: Body,
    values: SeatValues,
    valid_from: date | None = None,
    origin: str = "entered",
    **more: Any,
) -> Seat:
    """A new seat at the end of the list, from a day on (None: always was)."""
    check_work(actor, body)
    columns = checked(session, values)
    if valid_from is not None:
        check_lasting(body, valid_from)
    last = session.scalar(select(func.max(Seat.position)).where(Seat.body_id == body.id))
    columns.setdefault("position", 0 if last is None else last + 1)
    seat = Seat(body=body, body_id=body.id, origin=origin, valid_from=valid_from, **columns | more)
    session.add(seat)
    session.flush()  # the event names its number
    note(
        session, actor, now, audit.Tag.SEAT_ADD, body,
        seat=seat.id, label=seat.label, right=seat.right, valid_from=iso(valid_from),
    )  # fmt: skip
    return seat


def change_seat(session: Session, actor: Actor, now: datetime, *, seat: Seat, values: SeatValues) -> Seat:
    """Other words for a seat. Another right makes a new seat from today on, so that past meetings keep theirs."""
    check_work(actor, seat.body)
    columns = checked(session, values)
    today = local_day(now)
    if columns["right"] != seat.right and (seat.valid_from is None or seat.valid_from < today):
        return succeed(session, actor, now, seat, columns)
    changes = {
        name: {"old": getattr(seat, name), "new": value}
        for name, value in columns.items()
        if getattr(seat, name) != value
    }
    for name, change in changes.items():
        setattr(seat, name, change["new"])
    if changes:
        note(session, actor, now, audit.Tag.SEAT_CHANGE, seat.body, seat=seat.id, label=seat.label, changes=changes)
    return seat


def succeed(session: Session, actor: Actor, now: datetime, seat: Seat, columns: dict[str, Any]) -> Seat:
    """Ends the seat yesterday and lets another with these columns take its place and its people today."""
    today = local_day(now)
    origin, moved = seat.origin, {name: columns[name] for name in columns if name not in ("position", "right")}
    values = {"attends": seat.attends, "position": seat.position, "right": columns["right"], **moved}
    fresh = Seat(body=seat.body, body_id=seat.body_id, origin=origin, valid_from=today, **values)
    session.add(fresh)
    session.flush()  # its people point at it
    staying = [one for one in _holders(session, seat) if one.valid_until is None or one.valid_until >= today]
    for one in staying:
        session.add(
            SeatHolder(
                seat=fresh, person_id=one.person_id, role=one.role, rank=one.rank,
                valid_from=max(one.valid_from, today), valid_until=one.valid_until,
            )
        )  # fmt: skip
    end_seat(session, actor, now, seat=seat, day=today - DAY)
    note(
        session, actor, now, audit.Tag.SEAT_ADD, seat.body,
        seat=fresh.id, label=fresh.label, right=fresh.right, valid_from=iso(today),
    )  # fmt: skip
    return fresh


def end_seat(session: Session, actor: Actor, now: datetime, *, seat: Seat, day: date) -> None:
    """The seat exists until that day and no longer; nobody sits on it after. Who would have come later never does."""
    check_work(actor, seat.body)
    if seat.valid_from is not None and day < seat.valid_from - DAY:
        raise InputRefused({"valid_until": f"Den Sitz gibt es erst seit dem {seat.valid_from:%d.%m.%Y}."})
    seat.valid_until = day
    for one in _holders(session, seat):
        if one.valid_from > day:
            session.delete(one)
        elif one.valid_until is None or one.valid_until > day:
            one.valid_until = day
    note(session, actor, now, audit.Tag.SEAT_END, seat.body, seat=seat.id, label=seat.label, valid_until=iso(day))


@dataclass(frozen=True)
class Placing:
    """Who comes onto a seat, as what and when. ``replace``: whoever holds it then leaves the day before."""

    person: Person
    valid_from: date
    valid_until: date | None = None
    role: str = PRINCIPAL
    rank: int = 0
    replace: bool = False


def place_person(session: Session, actor: Actor, now: datetime, *, seat: Seat, placing: Placing) -> SeatHolder:
    """Puts a person on a seat. A holder at a time; deputies in the order of their rank (0: after the others).

    Sending the same again changes nothing. Whoever has an account gets the role of a member with it.
    """
    check_work(actor, seat.body)
    check_lasting(seat.body, placing.valid_from)
    others = _holders(session, seat)
    for one in others:
        same = (one.person_id, one.role, one.valid_from) == (placing.person.id, placing.role, placing.valid_from)
        if same and one.valid_until == placing.valid_until:
            return one
    _check_placing(seat, placing)
    if placing.role == PRINCIPAL and placing.replace:
        _make_room(session, actor, now, others, placing)
        others = _holders(session, seat)
    _check_free(others, placing)
    rank = placing.rank or 1 + max((one.rank for one in others if one.role == placing.role == DEPUTY), default=0)
    made = SeatHolder(
        seat=seat, seat_id=seat.id, person=placing.person, person_id=placing.person.id, role=placing.role,
        rank=min(rank, MOST_DEPUTIES), valid_from=placing.valid_from, valid_until=placing.valid_until,
    )  # fmt: skip
    session.add(made)
    session.flush()  # the next check has to see it
    note(
        session, actor, now, audit.Tag.SEAT_PLACE, seat.body,
        seat=seat.id, label=seat.label, person=placing.person.id, role=placing.role, rank=made.rank,
        valid_from=iso(placing.valid_from), valid_until=iso(placing.valid_until),
    )  # fmt: skip
    give_member_role(session, actor, now, seat.body, placing.person)
    return made


def end_holding(session: Session, actor: Actor, now: datetime, *, holder: SeatHolder, day: date) -> None:
    """The person is on the seat until that day. Raises :class:`InputRefused` for a day before the first."""
    check_work(actor, holder.seat.body)
    if day < holder.valid_from:
        began = f"{holder.valid_from:%d.%m.%Y}"
        raise InputRefused({"valid_until": f"{holder.person.name} ist erst ab dem {began} auf diesem Sitz."})
    if holder.valid_until == day:
        return
    if holder.valid_until is not None and day > holder.valid_until:
        raise InputRefused(
            {"valid_until": f"{holder.person.name} ist nur bis {holder.valid_until:%d.%m.%Y} eingetragen."}
        )
    holder.valid_until = day
    _tell_leaving(session, actor, now, holder)


def order_deputies(session: Session, actor: Actor, now: datetime, *, holder: SeatHolder, up: bool) -> None:
    """Moves a deputy one place up or down among those of the same seat; at the end of the list nothing happens."""
    check_work(actor, holder.seat.body)
    today = local_day(now)
    row = [
        one for one in _holders(session, holder.seat)
        if one.role == DEPUTY and (one.valid_until is None or one.valid_until >= today)
    ]  # fmt: skip
    row.sort(key=lambda one: (one.rank, one.id))
    at = row.index(holder) if holder in row else -1
    to = at - 1 if up else at + 1
    if at < 0 or not 0 <= to < len(row):
        return
    row[at], row[to] = row[to], row[at]
    for rank, one in enumerate(row, start=1):
        one.rank = rank
    names = [one.person_id for one in row]
    changes = {"deputies": {"old": None, "new": names}}
    note(
        session,
        actor,
        now,
        audit.Tag.SEAT_CHANGE,
        holder.seat.body,
        seat=holder.seat_id,
        label=holder.seat.label,
        changes=changes,
    )


def checked(session: Session, values: SeatValues) -> dict[str, Any]:
    """The columns of a seat. Raises :class:`InputRefused` by field."""
    errors: dict[str, str] = {}
    texts = {}
    for name in ("label", "represents"):
        try:
            texts[name] = one_line(getattr(values, name))
        except BrokenText:
            texts[name] = ""
            errors[name] = "Der Text enthält Zeichen, die sich nicht speichern lassen."
        if len(texts[name]) > LONGEST:
            errors[name] = f"Bitte höchstens {LONGEST} Zeichen."
    named = {"organisation": _name(session, Organisation, values.organisation)}
    named["municipality"] = _name(session, Municipality, values.municipality)
    for name, found in named.items():
        if getattr(values, name) and found is None:
            errors[name] = "Das steht nicht in der Liste."
    if values.organisation and values.municipality:
        errors["municipality"] = "Ein Sitz gehört einer Organisation oder einer Kommune, nicht beiden."
    if values.right not in RIGHTS:
        errors["right"] = "Wählen Sie, ob der Sitz eine Stimme hat."
    label = texts["label"] or named["organisation"] or named["municipality"] or ""
    if not label and not errors:
        errors["label"] = "Geben Sie an, wem der Sitz gehört, oder wählen Sie eine Organisation oder Kommune."
    if errors:
        raise InputRefused(errors)
    return {
        "label": label[:LONGEST],
        "organisation": values.organisation or None,
        "municipality": values.municipality or None,
        "represents": texts["represents"] or None,
        "right": values.right,
    }


def _name(session: Session, table: type[Organisation] | type[Municipality], slug: str) -> str | None:
    if not slug or "\x00" in slug:
        return None
    return session.scalar(select(table.name).where(table.slug == slug, table.active))


def _check_placing(seat: Seat, placing: Placing) -> None:
    errors: dict[str, str] = {}
    first, last = placing.valid_from, placing.valid_until
    if placing.role not in ROLES:
        errors["role"] = "Wählen Sie, ob die Person den Sitz hat oder vertritt."
    if not 0 <= placing.rank <= MOST_DEPUTIES:
        errors["rank"] = f"Der Rang ist eine Zahl von 1 bis {MOST_DEPUTIES}."
    if last is not None and last < first:
        errors["valid_until"] = "Das Ende liegt vor dem Anfang."
    if seat.valid_from is not None and first < seat.valid_from:
        errors["valid_from"] = f"Den Sitz gibt es erst seit dem {seat.valid_from:%d.%m.%Y}."
    if seat.valid_until is not None and (first > seat.valid_until or last is None or last > seat.valid_until):
        errors["valid_until"] = f"Den Sitz gibt es nur bis zum {seat.valid_until:%d.%m.%Y}."
    if placing.person.controller_id != seat.body.controller_id or not placing.person.active:
        errors["person"] = "Wählen Sie eine Person aus der Liste."
    if errors:
        raise InputRefused(errors)


def _make_room(session: Session, actor: Actor, now: datetime, others: list[SeatHolder], placing: Placing) -> None:
    for one in others:
        if one.role != PRINCIPAL or not _overlap(one, placing):
            continue
        if one.valid_from >= placing.valid_from:
            began = f"{one.valid_from:%d.%m.%Y}"
            raise InputRefused(
                {
                    "valid_from": f"{one.person.name} ist erst ab dem {began} auf diesem Sitz. Wählen Sie einen späteren Tag."
                }
            )
        one.valid_until = placing.valid_from - DAY
        _tell_leaving(session, actor, now, one)
    session.flush()  # the check that follows reads them again


def _check_free(others: list[SeatHolder], placing: Placing) -> None:
    """Refuses a second holder at the same time, and the same person twice on a seat."""
    for one in others:
        if not _overlap(one, placing):
            continue
        when = f"ab dem {one.valid_from:%d.%m.%Y}"
        if one.valid_until is not None:
            when = f"vom {one.valid_from:%d.%m.%Y} bis zum {one.valid_until:%d.%m.%Y}"
        if one.person_id == placing.person.id:
            raise InputRefused({"person": f"{one.person.name} ist {when} schon auf diesem Sitz eingetragen."})
        if one.role == placing.role == PRINCIPAL:
            raise InputRefused(
                {"valid_from": f"{one.person.name} hat diesen Sitz {when}. Die Zeiten überschneiden sich."}
            )


def _overlap(one: SeatHolder, placing: Placing) -> bool:
    ends_before = one.valid_until is not None and one.valid_until < placing.valid_from
    begins_after = placing.valid_until is not None and one.valid_from > placing.valid_until
    return not ends_before and not begins_after


def _holders(session: Session, seat: Seat) -> list[SeatHolder]:
    return list(session.scalars(select(SeatHolder).where(SeatHolder.seat_id == seat.id).order_by(SeatHolder.id)))


def _tell_leaving(session: Session, actor: Actor, now: datetime, holder: SeatHolder) -> None:
    seat = holder.seat
    note(
        session, actor, now, audit.Tag.SEAT_LEAVE, seat.body,
        seat=seat.id, label=seat.label, person=holder.person_id, role=holder.role, valid_until=iso(holder.valid_until),
    )  # fmt: skip
