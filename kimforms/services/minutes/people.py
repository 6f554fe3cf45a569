"""Who gets the minutes of a meeting: everybody invited, seated, present or with a function, each once."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from ...models import Invitee, Meeting, Person
from ..bodies.access import day_of
from ..bodies.people import officers_on
from ..meetings.invitees import active, channel_of
from ..meetings.room import room_of


@dataclass(frozen=True)
class Reader:
    """Somebody who gets the minutes. ``guest``: without what is confidential, and without a right to object."""

    person: Person
    guest: bool
    channel: str
    invitee_id: int | None = None


def recipients(session: Session, meeting: Meeting) -> list[Reader]:
    """Everybody, members first, by the order of the seats. A person who is member and guest is a member."""
    room = room_of(session, meeting)
    found: dict[int, tuple[Person, bool]] = {}

    def add(person: Person, guest: bool) -> None:
        known = found.get(person.id)
        found[person.id] = (person, guest and (known is None or known[1]))

    for place in room.places:
        if place.person is not None and place.seat.right != "guest":
            add(place.person, False)
    for officer in officers_on(session, meeting.body, day_of(meeting)):
        add(officer.person, False)
    rights = {place.seat.id: place.seat.right for place in room.places}
    for presence in room.presences:
        add(presence.person, presence.as_role == "guest" or rights.get(presence.seat_id or 0) == "guest")
    invited: dict[int, Invitee] = {}
    for row in active(room.invitees):
        add(row.person, row.right == "guest")
        invited.setdefault(row.person_id, row)
    order = sorted(found.values(), key=lambda one: one[1])
    return [_reader(person, guest, invited.get(person.id)) for person, guest in order]


def _reader(person: Person, guest: bool, row: Invitee | None) -> Reader:
    return Reader(person, guest, channel_of(person), row.id if row is not None else None)
