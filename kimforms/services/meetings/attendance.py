"""The attendance grid: who came, left, came back, stood in, was excused or shut out of an item. Every click is one change."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...models import AgendaItem, Exclusion, Invitee, Meeting, Person, Presence, Seat
from ...permissions import Actor
from .. import audit
from ..bodies.access import BERLIN, require_work
from ..refusals import InputRefused, NotVisible, StepRefused

BEFORE = ("geplant", "freigegeben", "eingeladen")
OPEN_GRID = (*BEFORE, "laeuft")
LONGEST_NAME, LONGEST_REASON = 80, 300
EARLIEST = timedelta(hours=12)
"""Nobody is there so long before a meeting: an earlier time is a slip of the keyboard."""


def arrive(
    session: Session,
    actor: Actor,
    now: datetime,
    meeting: Meeting,
    *,
    person_id: int,
    seat_id: int | None,
    as_role: str = "principal",
    at: datetime | None = None,
    remote: bool = False,
) -> Presence:
    """Somebody comes in, or comes back. The same click twice finds the first one.

    Raises :class:`NotPermitted`, :class:`StepRefused` after the meeting, :class:`NotVisible` for people and seats of
    other bodies, and :class:`InputRefused` for a time that cannot be.
    """
    _require_grid(actor, meeting)
    person = _person(session, meeting, person_id)
    if seat_id is not None and (seat := session.get(Seat, seat_id)) is not None and seat.body_id != meeting.body_id:
        raise NotVisible()
    at = _time(meeting, at or now, now)
    rows = _of_person(session, meeting, person_id, seat_id)
    there = next((one for one in rows if one.left_at is None or one.left_at > at), None)
    if there is not None:
        if there.arrived_at <= at and there.left_at is None:
            return there
        raise InputRefused({"at": f"{person.name} ist zu dieser Zeit schon als anwesend eingetragen."})
    made = Presence(
        meeting_id=meeting.record_id,
        person=person,
        seat_id=seat_id,
        as_role=as_role if seat_id is not None else "guest",
        arrived_at=at,
        remote=remote,
    )
    session.add(made)
    _tell(session, actor, now, meeting, "arrived", person, at=at)
    return made


def leave(
    session: Session, actor: Actor, now: datetime, meeting: Meeting, presence_id: int, at: datetime | None = None
) -> None:
    """Somebody goes. Who has gone already stays gone at that time."""
    _require_grid(actor, meeting)
    presence = _presence(session, meeting, presence_id)
    if presence.left_at is not None:
        return
    at = _time(meeting, at or now, now)
    if at < presence.arrived_at:
        raise InputRefused({"at": "Niemand geht, bevor er oder sie gekommen ist."})
    presence.left_at = at
    _tell(session, actor, now, meeting, "left", presence.person, at=at)


def correct(
    session: Session,
    actor: Actor,
    now: datetime,
    meeting: Meeting,
    presence_id: int,
    *,
    arrived_at: datetime,
    left_at: datetime | None,
    remote: bool,
) -> None:
    """Sets the times of a presence by hand; the history keeps the earlier ones."""
    _require_grid(actor, meeting)
    presence = _presence(session, meeting, presence_id)
    arrived_at = _time(meeting, arrived_at, now)
    left_at = _time(meeting, left_at, now, "left_at") if left_at is not None else None
    if left_at is not None and left_at < arrived_at:
        raise InputRefused({"left_at": "Das Ende liegt vor dem Beginn."})
    others = [one for one in _of_person(session, meeting, presence.person_id, presence.seat_id) if one is not presence]
    for one in others:
        if (left_at is None or one.arrived_at < left_at) and (one.left_at is None or arrived_at < one.left_at):
            raise InputRefused({"at": f"{presence.person.name} ist zu dieser Zeit schon als anwesend eingetragen."})
    if (arrived_at, left_at, remote) == (presence.arrived_at, presence.left_at, presence.remote):
        return
    old = _span(presence.arrived_at, presence.left_at)
    presence.arrived_at, presence.left_at, presence.remote = arrived_at, left_at, remote
    _tell(session, actor, now, meeting, "corrected", presence.person, at=arrived_at, until=left_at, old=old)


def remove(session: Session, actor: Actor, now: datetime, meeting: Meeting, presence_id: int) -> None:
    """Takes back a presence that was entered by mistake; the history keeps it."""
    _require_grid(actor, meeting)
    presence = _presence(session, meeting, presence_id)
    old = _span(presence.arrived_at, presence.left_at)
    _tell(session, actor, now, meeting, "removed", presence.person, old=old)
    session.delete(presence)


def add_guest(
    session: Session,
    actor: Actor,
    now: datetime,
    meeting: Meeting,
    *,
    name: str,
    function: str = "",
    at: datetime | None = None,
) -> Presence:
    """Somebody without a seat who is in the room; a person of that name and function is not made twice."""
    _require_grid(actor, meeting)
    first, _, last = " ".join(name.split()).rpartition(" ")
    function = function.strip()
    if not last:
        raise InputRefused({"name": "Geben Sie den Namen des Gastes ein."})
    if max(len(first), len(last)) > LONGEST_NAME or len(function) > 200 or "\x00" in name + function:
        raise InputRefused({"name": f"Vor- und Nachname haben je höchstens {LONGEST_NAME} Zeichen."})
    same = (
        Person.controller_id == meeting.body.controller_id,
        Person.first_name == first,
        Person.last_name == last,
        Person.function == function,
        Person.active,
    )
    person = session.scalars(select(Person).where(*same).order_by(Person.id)).first()
    if person is None:
        person = Person(
            controller_id=meeting.body.controller_id, first_name=first, last_name=last, function=function,
            created_at=now, changed_at=now,
        )  # fmt: skip
        session.add(person)
        session.flush()  # the presence names the person's id
    return arrive(session, actor, now, meeting, person_id=person.id, seat_id=None, as_role="guest", at=at)


def excuse(
    session: Session,
    actor: Actor,
    now: datetime,
    meeting: Meeting,
    *,
    person_id: int,
    seat_id: int,
    excused: bool = True,
) -> None:
    """Notes an apology, or takes it back. It is the answer to the invitation, whoever passed it on."""
    _require_grid(actor, meeting)
    person = _person(session, meeting, person_id)
    seat = session.get(Seat, seat_id)
    if seat is None or seat.body_id != meeting.body_id:
        raise NotVisible()
    mine = (Invitee.meeting_id == meeting.record_id, Invitee.person_id == person_id, Invitee.seat_id == seat_id)
    invitee = session.scalars(select(Invitee).where(*mine).order_by(Invitee.id)).first()
    if invitee is None:
        invitee = Invitee(
            meeting_id=meeting.record_id, person_id=person_id, seat_id=seat_id, right=seat.right,
            channel="mail" if person.email else "post",
        )  # fmt: skip
        session.add(invitee)
    wanted = "declined" if excused else "none"
    if invitee.answer == wanted:
        return
    invitee.answer, invitee.answered_at, invitee.answered_via = wanted, now, "office"
    _tell(session, actor, now, meeting, "excused" if excused else "not_excused", person)


def exclude(
    session: Session, actor: Actor, now: datetime, item: AgendaItem, *, person_id: int, reason: str = ""
) -> None:
    """Somebody takes no part in an item because of a conflict of interest (Befangenheit)."""
    meeting = item.meeting
    _require_grid(actor, meeting)
    person = _person(session, meeting, person_id)
    if len(reason) > LONGEST_REASON or "\x00" in reason:
        raise InputRefused({"reason": f"Der Grund hat höchstens {LONGEST_REASON} Zeichen."})
    known = select(Exclusion.id).where(Exclusion.item_id == item.id, Exclusion.person_id == person_id)
    if session.scalar(known) is not None:
        return
    session.add(Exclusion(item_id=item.id, person_id=person_id, reason=reason.strip(), noted_at=now))
    _tell(session, actor, now, meeting, "excluded", person, old=item.title)


def include(session: Session, actor: Actor, now: datetime, item: AgendaItem, exclusion_id: int) -> None:
    """Takes back that somebody was excluded from an item."""
    _require_grid(actor, item.meeting)
    exclusion = session.get(Exclusion, exclusion_id)
    if exclusion is None or exclusion.item_id != item.id:
        raise NotVisible()
    _tell(session, actor, now, item.meeting, "included", exclusion.person, old=item.title)
    session.delete(exclusion)


def moment_of(meeting: Meeting, clock: str, now: datetime) -> datetime:
    """``14:05`` as a moment: on the day on which the meeting was opened, before that today (Europe/Berlin).

    Raises :class:`InputRefused` under ``at`` for what is no time of day.
    """
    day = (meeting.opened_at or now).astimezone(BERLIN).date()
    try:
        typed = time.fromisoformat(clock.strip().replace(".", ":").rjust(5, "0"))
    except ValueError:
        raise InputRefused({"at": "Geben Sie die Uhrzeit im Format SS:MM ein, zum Beispiel 14:05."}) from None
    return datetime.combine(day, typed.replace(second=0, microsecond=0, tzinfo=None), BERLIN).astimezone(now.tzinfo)


def _require_grid(actor: Actor, meeting: Meeting) -> None:
    require_work(actor, meeting.body)
    if meeting.record.state not in OPEN_GRID:
        raise StepRefused(["Die Sitzung ist geschlossen. Eröffnen Sie sie wieder, um die Anwesenheit zu ändern."])


def _time(meeting: Meeting, at: datetime, now: datetime, field: str = "at") -> datetime:
    if at > now + timedelta(minutes=1):
        raise InputRefused({field: "Die Uhrzeit liegt in der Zukunft."})
    if at < min(meeting.starts_at, meeting.opened_at or now) - EARLIEST:
        raise InputRefused({field: "Die Uhrzeit liegt lange vor der Sitzung."})
    return at


def _person(session: Session, meeting: Meeting, person_id: int) -> Person:
    person = session.get(Person, person_id)
    if person is None or person.controller_id != meeting.body.controller_id:
        raise NotVisible()
    return person


def _presence(session: Session, meeting: Meeting, presence_id: int) -> Presence:
    presence = session.get(Presence, presence_id)
    if presence is None or presence.meeting_id != meeting.record_id:
        raise NotVisible()
    return presence


def _of_person(session: Session, meeting: Meeting, person_id: int, seat_id: int | None) -> list[Presence]:
    """The presences of a person on a seat; without one, as a guest."""
    mine = (Presence.meeting_id == meeting.record_id, Presence.person_id == person_id)
    return [one for one in session.scalars(select(Presence).where(*mine)) if one.seat_id == seat_id]


def _span(arrived_at: datetime, left_at: datetime | None) -> str:
    """`14:00–15:10`, `seit 14:00`: as it stood before."""
    began = f"{arrived_at.astimezone(BERLIN):%H:%M}"
    return f"{began}–{left_at.astimezone(BERLIN):%H:%M}" if left_at is not None else f"seit {began}"


def _tell(
    session: Session,
    actor: Actor,
    now: datetime,
    meeting: Meeting,
    what: str,
    person: Person,
    *,
    at: datetime | None = None,
    until: datetime | None = None,
    old: str = "",
) -> None:
    audit.record(
        session,
        actor,
        now,
        audit.Tag.MEETING_ATTENDANCE,
        about=meeting.record,
        what=what,
        person=person.id,
        name=audit.Erasable(person.name),
        at=at.isoformat() if at else None,
        until=until.isoformat() if until else None,
        old=audit.Erasable(old),
    )
