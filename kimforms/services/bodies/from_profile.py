"""What the profile says of bodies beyond their row: seats, standard agendas, who set them up. Loading a profile calls it.

Repeating it changes nothing. A member that the profile no longer names loses the seat from today on, a new one gets a
seat from today on; seats, people, mandates and agendas that people entered are never touched.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...engine.profile import Profile
from ...engine.profile_bodies import BodyEntry, Member
from ...models import Body, Municipality, Organisation, Seat
from ...permissions import Actor
from ..records.facts import local_day
from .access import STEERING
from .founding import AGENDA
from .recording import ended
from .seats import DAY, SeatValues, add_seat, change_seat, end_seat

ORIGIN = "profile"
LISTED = (AGENDA, "Übliche Tagesordnung")


def agenda_entries(profile: Profile) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    """The standard agenda of each formality as slug, title and items, for the catalogue."""
    for formality, items in profile.bodies.agendas.items():
        yield formality, f"{LISTED[1]}: {formality}", [one.model_dump() for one in items]


def bring_bodies(session: Session, actor: Actor, now: datetime, profile: Profile) -> None:
    """Completes the bodies of the profile, whose rows and catalogue are loaded. Two queries, and one for each body."""
    bodies = {one.slug: one for one in session.scalars(select(Body))}
    names = {one.slug: one.name for one in session.scalars(select(Organisation))}
    names |= {f"/{one.slug}": one.name for one in session.scalars(select(Municipality))}
    for entry in profile.bodies.bodies:
        body = bodies[entry.id]
        maker = bodies.get(entry.set_up_by or "")
        if maker is not None and body.set_up_by_id is None:
            body.set_up_by_id = maker.id
        if not body.agenda and entry.no_meetings is None:
            standard = profile.bodies.agendas.get(entry.formality, ())
            body.agenda = [one.model_dump() for one in entry.agenda or standard]
        if not body.mandate:
            body.mandate = entry.purpose or ""
        if not ended(body, local_day(now)) and body.ends_on is None:
            _bring_seats(session, actor, now, body, entry, names)


def _bring_seats(
    session: Session, actor: Actor, now: datetime, body: Body, entry: BodyEntry, names: dict[str, str]
) -> None:
    today = local_day(now)
    known = session.scalars(
        select(Seat).where(Seat.body_id == body.id, Seat.origin == ORIGIN).order_by(Seat.position, Seat.id)
    ).all()
    standing = [one for one in known if one.valid_until is None]
    since: date | None = today if known else None
    for position, member in enumerate(entry.members):
        seat = next((one for one in standing if _is_of(one, member)), None)
        if seat is None:
            _add(session, actor, now, body, member, _values(entry, member, names), since, position)
            continue
        standing.remove(seat)
        kept = change_seat(session, actor, now, seat=seat, values=_values(entry, member, names))
        if (kept.position, kept.attends) != (position, member.attends):
            kept.position, kept.attends = position, member.attends
    for gone in standing:
        end_seat(session, actor, now, seat=gone, day=today - DAY)


def _add(
    session: Session,
    actor: Actor,
    now: datetime,
    body: Body,
    member: Member,
    values: SeatValues,
    since: date | None,
    position: int,
) -> None:
    add_seat(
        session, actor, now, body=body, values=values, valid_from=since, origin=ORIGIN,
        position=position, attends=member.attends,
    )  # fmt: skip


def _is_of(seat: Seat, member: Member) -> bool:
    if member.organisation or member.municipality:
        same = (seat.organisation, seat.municipality) == (member.organisation, member.municipality)
        return same and member.name in (None, seat.label)
    return seat.organisation is None and seat.municipality is None and seat.label == member.name


def _values(entry: BodyEntry, member: Member, names: dict[str, str]) -> SeatValues:
    named = names.get(member.organisation or "") or names.get(f"/{member.municipality}")
    return SeatValues(
        label=(member.name or named or "")[:200],
        organisation=member.organisation or "",
        municipality=member.municipality or "",
        represents=member.represents or "",
        right=right_of(entry, member),
    )


def right_of(entry: BodyEntry, member: Member) -> str:
    """The right that goes with a seat of the profile.

    In a steering body only who has a vote has one; an office without it advises, a group that is not even named exactly
    is a guest. Elsewhere everybody takes part alike, and whoever comes now and then advises.
    """
    if member.voting:
        return "voting"
    if entry.formality == STEERING:
        return "advisory" if member.organisation or member.municipality else "guest"
    return "advisory" if member.attends else "voting"
