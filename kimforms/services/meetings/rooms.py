"""The list of rooms that meetings choose from. A room that is no longer used stays with the meetings that were in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ...models import Meeting, Record, Room
from ...permissions import Actor, may
from .. import audit
from ..refusals import InputRefused, NotPermitted, NotVisible

MOST = {"name": 120, "address": 300, "access": 300}


@dataclass(frozen=True)
class RoomData:
    """What somebody enters about a room; ``access`` says how to get in and what is barrier-free."""

    name: str
    address: str = ""
    places: int | None = None
    access: str = ""
    active: bool = True


def rooms_of(session: Session, controller_id: int, *, all_of_them: bool = False) -> list[Room]:
    """The rooms in use, by name; ``all_of_them``: also those given up."""
    wanted = select(Room).where(Room.controller_id == controller_id).order_by(Room.name, Room.id)
    return list(session.scalars(wanted if all_of_them else wanted.where(Room.active)))


def room_of(session: Session, actor: Actor, room_id: int) -> Room:
    """A room of a controller for which the actor plans meetings. Raises :class:`NotVisible`."""
    room = session.get(Room, room_id)
    if room is None or not may(actor, "meeting:work", room.controller_id):
        raise NotVisible()
    return room


def put_room(
    session: Session, actor: Actor, now: datetime, *, controller_id: int, data: RoomData, room: Room | None = None
) -> Room:
    """A new room, or other data of ``room``. Raises :class:`NotPermitted` and :class:`InputRefused` by field."""
    if not may(actor, "meeting:work", controller_id):
        raise NotPermitted()
    errors = {
        key: "Bitte ohne Steuerzeichen." if "\x00" in text else f"Bitte höchstens {most} Zeichen."
        for key, most in MOST.items()
        if len(text := getattr(data, key).strip()) > most or "\x00" in text
    }
    if not data.name.strip():
        errors["name"] = "Geben Sie an, wie der Raum heißt."
    if data.places is not None and not 0 < data.places < 10_000:
        errors["places"] = "Geben Sie die Zahl der Plätze als ganze Zahl an, oder nichts."
    same = select(Room.id).where(Room.controller_id == controller_id, Room.name == data.name.strip())
    if not errors and session.scalar(same.where(Room.id != (room.id if room else 0))) is not None:
        errors["name"] = "Einen Raum mit diesem Namen gibt es schon."
    if errors:
        raise InputRefused(errors)
    room = room or Room(controller_id=controller_id)
    room.name, room.address, room.access = data.name.strip(), data.address.strip(), data.access.strip()
    room.places, room.active = data.places, data.active
    session.add(room)
    session.flush()  # the event names its id
    audit.record(
        session, actor, now, audit.Tag.ROOM_CHANGE,
        controller_id=controller_id, room=room.id, name=room.name, active=room.active,
    )  # fmt: skip
    return room


def taken_by(
    session: Session, room: Room, starts_at: datetime, ends_at: datetime, but: int | None = None
) -> Meeting | None:
    """Another meeting in the room at that time; the form warns of it and leaves the decision to people."""
    wanted = (
        select(Meeting)
        .join(Record, Record.id == Meeting.record_id)
        .where(
            Meeting.room_id == room.id,
            Meeting.starts_at < ends_at,
            Meeting.ends_at > starts_at,
            Record.state != "abgesagt",
        )
        .options(joinedload(Meeting.record), joinedload(Meeting.body))
        .limit(1)
    )
    return session.scalars(wanted.where(Meeting.record_id != but) if but is not None else wanted).first()
