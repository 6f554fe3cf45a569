"""Who may do what with a body and its meetings: the one place that all rooms ask.

People with the role ``office`` or ``coordinator`` come by their role, members by the seat or function that they hold.
"""

from __future__ import annotations

from datetime import date
from enum import IntEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, joinedload

from ...models import Body, Invitee, Meeting, Officer, Person, Record, Seat, SeatHolder
from ...permissions import Actor, may
from ..refusals import NotPermitted, NotVisible

BERLIN = ZoneInfo("Europe/Berlin")
STEERING = "steering"
OPEN_TO_MEMBERS = ("eingeladen", "laeuft", "niederschrift", "abgeschlossen", "abgesagt")
"""States of a meeting that its members see: from dispatch on. A meeting called off before that was never theirs."""


class Standing(IntEnum):
    """How somebody stands to a body: no part in it, guest (nothing confidential), member, or working for it."""

    NONE = 0
    GUEST = 1
    MEMBER = 2
    WORK = 3


def may_work(actor: Actor, body: Body) -> bool:
    """Whether the actor plans and runs meetings of this body: the office all, coordinators all but steering bodies."""
    if not may(actor, "meeting:work", body.controller_id):
        return False
    return body.formality != STEERING or "office" in actor.roles(body.controller_id)


def may_read_all(actor: Actor, body: Body) -> bool:
    """Whether the actor reads everything of a body by the role."""
    return not actor.roles(body.controller_id).isdisjoint({"office", "coordinator"})


def standing(session: Session, actor: Actor, body: Body, day: date) -> Standing:
    """How the actor stands to the body on that day; one query for those who come by a seat or a function."""
    if may_read_all(actor, body):
        return Standing.WORK
    if actor.user_id is None or "member" not in actor.roles(body.controller_id):
        return Standing.NONE
    rights = set(session.scalars(_rights(actor.user_id, body.id, day)))
    if rights - {"guest"}:
        return Standing.MEMBER
    holds = select(Officer.id).join(Person).where(Person.user_id == actor.user_id, Officer.body_id == body.id)
    if session.scalar(holds.where(on_day(Officer.valid_from, Officer.valid_until, day)).limit(1)) is not None:
        return Standing.MEMBER
    return Standing.GUEST if rights else Standing.NONE


def visible_meeting(session: Session, actor: Actor, reference: str) -> tuple[Meeting, Standing]:
    """The meeting with this reference and how the actor stands to it on its day.

    Members see it from dispatch on; somebody invited to this one meeting only is a guest. Raises :class:`NotVisible`,
    the same for a meeting that does not exist.
    """
    meeting = session.scalars(
        select(Meeting)
        .join(Meeting.record)
        .where(Record.reference == reference)
        .options(joinedload(Meeting.record), joinedload(Meeting.body), joinedload(Meeting.room))
    ).one_or_none()
    if meeting is None:
        raise NotVisible()
    found = standing(session, actor, meeting.body, day_of(meeting))
    if found is Standing.WORK:
        return meeting, found
    if not shown_to_members(meeting):
        raise NotVisible()
    if found is Standing.NONE and _invited(session, actor, meeting):
        found = Standing.GUEST
    if found is Standing.NONE:
        raise NotVisible()
    return meeting, found


def shown_to_members(meeting: Meeting) -> bool:
    """Whether members see the meeting: something about it was sent to them, or it was held."""
    return meeting.record.state in OPEN_TO_MEMBERS and (
        meeting.dispatched_at is not None or meeting.opened_at is not None
    )


def meeting_to_work_on(session: Session, actor: Actor, reference: str) -> Meeting:
    """The meeting, for those who plan and run it. Raises :class:`NotVisible`, or :class:`NotPermitted` for readers."""
    meeting, _found = visible_meeting(session, actor, reference)
    require_work(actor, meeting.body)
    return meeting


def require_work(actor: Actor, body: Body) -> None:
    """Raises :class:`NotPermitted` for whoever does not work for this body."""
    if not may_work(actor, body):
        raise NotPermitted()


def body_of(session: Session, slug: str) -> Body:
    """The body with this slug. Raises :class:`NotVisible`."""
    body = session.scalars(select(Body).where(Body.slug == slug).options(joinedload(Body.controller))).one_or_none()
    if body is None:
        raise NotVisible()
    return body


def own_bodies(session: Session, actor: Actor, day: date) -> list[Body]:
    """The bodies in which the actor holds a seat or a function on that day, by name; two queries."""
    if actor.user_id is None:
        return []
    seats = (
        select(Seat.body_id)
        .join(SeatHolder, SeatHolder.seat_id == Seat.id)
        .join(Person, Person.id == SeatHolder.person_id)
        .where(Person.user_id == actor.user_id, on_day(SeatHolder.valid_from, SeatHolder.valid_until, day))
        .where(_seat_on(day))
    )
    functions = (
        select(Officer.body_id)
        .join(Person)
        .where(Person.user_id == actor.user_id, on_day(Officer.valid_from, Officer.valid_until, day))
    )
    wanted = select(Body).where(Body.active, or_(Body.id.in_(seats), Body.id.in_(functions))).order_by(Body.name)
    return list(session.scalars(wanted))


def persons_of(session: Session, actor: Actor) -> list[int]:
    """Ids of the persons that stand for this account."""
    if actor.user_id is None:
        return []
    return list(session.scalars(select(Person.id).where(Person.user_id == actor.user_id)))


def day_of(meeting: Meeting) -> date:
    """The day of a meeting in Germany."""
    return meeting.starts_at.astimezone(BERLIN).date()


def on_day(valid_from: Any, valid_until: Any, day: date) -> ColumnElement[bool]:
    """The SQL condition that a row with these two columns counts on that day; null is open on its side."""
    counts: ColumnElement[bool] = (valid_from.is_(None) | (valid_from <= day)) & (
        valid_until.is_(None) | (valid_until >= day)
    )
    return counts


def _seat_on(day: date) -> ColumnElement[bool]:
    return on_day(Seat.valid_from, Seat.valid_until, day)


def _rights(user_id: int, body_id: int, day: date) -> Select[tuple[str]]:
    return (
        select(Seat.right)
        .join(SeatHolder, SeatHolder.seat_id == Seat.id)
        .join(Person, Person.id == SeatHolder.person_id)
        .where(Person.user_id == user_id, Seat.body_id == body_id)
        .where(on_day(SeatHolder.valid_from, SeatHolder.valid_until, day), _seat_on(day))
    )


def _invited(session: Session, actor: Actor, meeting: Meeting) -> bool:
    wanted = (
        select(Invitee.id)
        .join(Person, Person.id == Invitee.person_id)
        .where(Invitee.meeting_id == meeting.record_id, Person.user_id == actor.user_id, Invitee.uninvited_at.is_(None))
    )
    return actor.user_id is not None and session.scalar(wanted.limit(1)) is not None
