"""Who is invited to a meeting: proposed from the seats of its day, added and left out one by one, compared with the seats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ...models import Invitee, Meeting, Person, Seat
from ...permissions import Actor
from .. import audit
from ..bodies.access import day_of, require_work
from ..bodies.people import Place, people_on
from ..outbox import ADDRESS
from ..refusals import InputRefused, NotVisible, StepRefused

OPEN_STATES = ("geplant", "freigegeben", "eingeladen")
MAIL, POST = "mail", "post"


@dataclass(frozen=True)
class Difference:
    """A seat on which another person sits than the one invited. ``now`` is None where the seat has become vacant."""

    seat: Seat
    invited: Invitee | None
    now: Person | None

    @property
    def sentence(self) -> str:
        """``Auf dem Sitz „Jobcenter“ sitzt jetzt Kim Neu; eingeladen ist Kim Alt.``"""
        here = f"Auf dem Sitz „{self.seat.label}“ sitzt"
        if self.invited is None:
            return f"{here} {self.now.name if self.now else 'niemand'}, noch ohne Einladung."
        if self.now is None:
            return f"{here} am Tag der Sitzung niemand mehr; eingeladen ist {self.invited.person.name}."
        return f"{here} jetzt {self.now.name}; eingeladen ist {self.invited.person.name}."


def everybody(session: Session, meeting: Meeting) -> list[Invitee]:
    """All rows of the meeting with person and seat, also of people invited no more; one query."""
    return list(
        session.scalars(
            select(Invitee)
            .where(Invitee.meeting_id == meeting.record_id)
            .options(joinedload(Invitee.person), joinedload(Invitee.seat))
            .order_by(Invitee.id)
        )
    )


def active(rows: Sequence[Invitee]) -> list[Invitee]:
    """Those who are invited or are going to be."""
    return [one for one in rows if one.uninvited_at is None]


def by_person(rows: Sequence[Invitee]) -> list[list[Invitee]]:
    """Rows of one person together: a person with two seats gets one mail."""
    found: dict[int, list[Invitee]] = {}
    for one in rows:
        found.setdefault(one.person_id, []).append(one)
    return list(found.values())


def sees_confidential(rows: Sequence[Invitee]) -> bool:
    """Whether a person with these rows may read confidential items: whoever is not a mere guest."""
    return any(one.right != "guest" for one in rows)


def channel_of(person: Person) -> str:
    """Mail where there is an address that mail servers take, else post."""
    return MAIL if person.email and ADDRESS.fullmatch(person.email) else POST


def proposed(places: Sequence[Place], rows: Sequence[Invitee]) -> list[Place]:
    """Seats with a vote or a voice whose holder is not on the list yet; guests come by choice, deputies through the answer."""
    taken = {one.seat_id for one in active(rows) if one.as_role == "principal"}
    return [one for one in places if one.person and one.right != "guest" and one.seat.id not in taken]


def take_over(session: Session, actor: Actor, now: datetime, meeting: Meeting) -> int:
    """Puts everybody on the list who is proposed; returns how many rows came. A second click adds nobody."""
    require_open(actor, meeting)
    places = people_on(session, meeting.body, day_of(meeting))
    wanted = proposed(places, everybody(session, meeting))
    for place in wanted:
        assert place.person is not None
        put(session, actor, now, meeting, person=place.person, seat=place.seat)
    return len(wanted)


def add(
    session: Session, actor: Actor, now: datetime, meeting: Meeting, *, person: Person, seat: Seat | None = None
) -> Invitee:
    """Puts one person on the list: on a seat that the person holds, or as a guest of this meeting.

    Raises :class:`InputRefused` for a person of another controller, without address, or already on the list.
    """
    require_open(actor, meeting)
    if person.controller_id != meeting.body.controller_id or not person.active:
        raise InputRefused({"person": "Diese Person gibt es in der Liste nicht."})
    if channel_of(person) == POST and not person.postal_address.strip():
        raise InputRefused({"person": f"Von {person.name} ist weder E-Mail noch Postanschrift bekannt."})
    known = active(everybody(session, meeting))
    if any(one.person_id == person.id and one.seat_id == (seat.id if seat else None) for one in known):
        raise InputRefused({"person": f"{person.name} steht schon auf der Liste."})
    return put(session, actor, now, meeting, person=person, seat=seat)


def put(
    session: Session,
    actor: Actor,
    now: datetime,
    meeting: Meeting,
    *,
    person: Person,
    seat: Seat | None,
    deputy_for: Invitee | None = None,
) -> Invitee:
    """Writes one row; who may is for the caller to check."""
    role = "deputy" if deputy_for is not None else "principal" if seat is not None else "guest"
    row = Invitee(
        meeting_id=meeting.record_id,
        meeting=meeting,
        person=person,
        seat=seat,
        as_role=role,
        right=deputy_for.right if deputy_for is not None else seat.right if seat is not None else "guest",
        deputy_for=deputy_for,
        channel=channel_of(person),
    )
    session.add(row)
    session.flush()  # the event names its id
    audit.record(
        session, actor, now, audit.Tag.INVITEE_ADD,
        about=meeting.record, invitee=row.id, person=person.id, seat=seat.id if seat is not None else None, role=role,
    )  # fmt: skip
    return row


def remove(session: Session, actor: Actor, now: datetime, meeting: Meeting, row: Invitee) -> None:
    """Takes somebody off the list who has not been invited yet. Raises :class:`StepRefused` after that."""
    require_open(actor, meeting)
    if row.invited_at is not None:
        raise StepRefused((f"{row.person.name} ist schon eingeladen; laden Sie die Person aus.",))
    audit.record(session, actor, now, audit.Tag.INVITEE_REMOVE, about=meeting.record, invitee=row.id, told=False)
    session.delete(row)


def set_channel(session: Session, actor: Actor, now: datetime, meeting: Meeting, row: Invitee, channel: str) -> None:
    """Whether the person gets mails or letters; applies to all seats of the person. Raises :class:`InputRefused`."""
    require_open(actor, meeting)
    if channel not in (MAIL, POST) or (channel == MAIL and channel_of(row.person) == POST):
        raise InputRefused({"channel": f"Von {row.person.name} ist keine E-Mail-Adresse bekannt."})
    if channel == POST and not row.person.postal_address.strip():
        raise InputRefused({"channel": f"Von {row.person.name} ist keine Postanschrift bekannt."})
    for one in active(everybody(session, meeting)):
        if one.person_id == row.person_id and one.channel != channel:
            audit.record(session, actor, now, audit.Tag.INVITEE_CHANNEL, about=meeting.record, invitee=one.id,
                         old=one.channel, new=channel)  # fmt: skip
            one.channel = channel


def invitee_of(session: Session, meeting: Meeting, invitee_id: int) -> Invitee:
    """A row of this meeting that counts. Raises :class:`NotVisible`."""
    row = session.get(Invitee, invitee_id)
    if row is None or row.meeting_id != meeting.record_id or row.uninvited_at is not None:
        raise NotVisible()
    return row


def differences(places: Sequence[Place], rows: Sequence[Invitee]) -> list[Difference]:
    """Seats whose holder on the day of the meeting is not the person on the list. Nothing before anybody is listed."""
    listed = active(rows)
    if not listed:
        return []
    on_seat = {one.seat_id: one for one in listed if one.as_role == "principal" and one.seat_id is not None}
    found = []
    for place in places:
        row = on_seat.pop(place.seat.id, None)
        if row is None:
            if place.person is not None and place.right != "guest":
                found.append(Difference(place.seat, None, place.person))
        elif place.person is None or place.person.id != row.person_id:
            found.append(Difference(place.seat, row, place.person))
    found += [Difference(row.seat, row, None) for row in on_seat.values() if row.seat is not None]
    return found


def require_open(actor: Actor, meeting: Meeting) -> None:
    """Raises :class:`NotPermitted`, and :class:`StepRefused` once the meeting was opened or called off."""
    require_work(actor, meeting.body)
    if meeting.record.state not in OPEN_STATES:
        raise StepRefused(("An den Eingeladenen dieser Sitzung lässt sich nichts mehr ändern.",))
