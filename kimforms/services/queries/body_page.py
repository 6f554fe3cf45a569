"""What the page of one body reads, as much of it as the reader may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from ...models import Body, Decision, Meeting, Officer, Person, Record, Seat, SeatHolder, Task
from ...permissions import Actor, may
from ...rules.rhythm import RhythmCheck
from ..bodies.access import Standing, body_of, may_read_all, may_work, persons_of, shown_to_members, standing
from ..bodies.people import DEPUTY, FUNCTIONS, PRINCIPAL, Place, counts_on, officers_on, people_on
from ..refusals import NotVisible
from .bodies import READ, check_of

A_FEW = 10
CALLED_OFF = "abgesagt"


@dataclass(frozen=True)
class Before:
    """Somebody who was or will be on a seat or in a function: what, who, from when to when."""

    what: str
    role: str
    person: Person
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True)
class BodyPage:
    """``standing`` says how much is filled in: people and meetings from GUEST on, tasks for members, contacts for WORK."""

    body: Body
    standing: Standing
    works: bool
    set_up_by: Body | None = None
    record: Record | None = None
    places: Sequence[Place] = ()
    officers: Sequence[Officer] = ()
    before: Sequence[Before] = ()
    coming: Sequence[Meeting] = ()
    past: Sequence[Meeting] = ()
    tasks: Sequence[Task] = ()
    decisions: int = 0
    check: RhythmCheck | None = None
    twice: Sequence[Person] = field(default=())
    own: frozenset[int] = frozenset()


def page_of(session: Session, actor: Actor, slug: str, now: datetime, today: date) -> BodyPage:
    """The page of a body. Raises :class:`NotVisible` for one of a controller with which the actor has nothing to do."""
    body = body_of(session, slug)
    how = standing(session, actor, body, today)
    if how is Standing.NONE and not may(actor, READ, body.controller_id):
        raise NotVisible()
    maker = session.get(Body, body.set_up_by_id) if body.set_up_by_id is not None else None
    if how is Standing.NONE:
        return BodyPage(body, how, False, maker)
    places = people_on(session, body, today)
    meetings = _meetings(session, body, how)
    coming = [one for one in meetings if one.ends_at >= now]
    work, held = may_read_all(actor, body), _held(session, body)
    return BodyPage(
        body=body,
        standing=how,
        works=may_work(actor, body),
        set_up_by=maker,
        record=session.get(Record, body.record_id) if body.record_id is not None else None,
        places=places,
        officers=officers_on(session, body, today),
        before=_before(session, body, held, today),
        coming=sorted(coming, key=lambda one: one.starts_at),
        past=[one for one in meetings if one.ends_at < now][:A_FEW],
        tasks=_tasks(session, body) if how >= Standing.MEMBER else (),
        decisions=_decisions(session, body, how),
        check=check_of(session, body, today) if work else None,
        twice=_twice(places) if work else (),
        own=frozenset(persons_of(session, actor)),
    )


def holder_of(session: Session, body: Body, holder_id: int) -> SeatHolder:
    """Somebody on a seat of this body. Raises :class:`NotVisible`."""
    wanted = select(SeatHolder).join(SeatHolder.seat).where(SeatHolder.id == holder_id, Seat.body_id == body.id)
    found = session.scalars(wanted.options(contains_eager(SeatHolder.seat), joinedload(SeatHolder.person))).first()
    if found is None:
        raise NotVisible()
    return found


def seat_of(session: Session, body: Body, seat_id: int) -> Seat:
    """A seat of this body. Raises :class:`NotVisible`."""
    found = session.scalars(select(Seat).where(Seat.id == seat_id, Seat.body_id == body.id)).first()
    if found is None:
        raise NotVisible()
    return found


def holders_of(session: Session, seat: Seat) -> list[SeatHolder]:
    """Everybody on a seat at any time: the holders, newest first, then the deputies in the order of their rank."""
    rows = session.scalars(
        select(SeatHolder).where(SeatHolder.seat_id == seat.id).options(joinedload(SeatHolder.person))
    ).all()
    principals = sorted((one for one in rows if one.role == PRINCIPAL), key=lambda one: one.valid_from, reverse=True)
    return [*principals, *sorted((one for one in rows if one.role == DEPUTY), key=lambda one: (one.rank, one.id))]


def officer_of(session: Session, body: Body, officer_id: int) -> Officer:
    """A function of this body. Raises :class:`NotVisible`."""
    found = session.scalars(select(Officer).where(Officer.id == officer_id, Officer.body_id == body.id)).first()
    if found is None:
        raise NotVisible()
    return found


def body_of_record(session: Session, record: Record) -> Body | None:
    """The body that a working group's record has become."""
    return session.scalars(select(Body).where(Body.record_id == record.id)).first()


def _meetings(session: Session, body: Body, how: Standing) -> list[Meeting]:
    """The body's meetings, newest first, as far as the reader sees them."""
    rows = session.scalars(
        select(Meeting)
        .join(Meeting.record)
        .where(Meeting.body_id == body.id)
        .options(contains_eager(Meeting.record), joinedload(Meeting.room))
        .order_by(Meeting.starts_at.desc())
        .limit(60)
    )
    return [one for one in rows if how is Standing.WORK or shown_to_members(one)]


def _held(session: Session, body: Body) -> list[SeatHolder]:
    """Everybody who was, is or will be on a seat of the body; one query."""
    return list(
        session.scalars(
            select(SeatHolder)
            .join(SeatHolder.seat)
            .where(Seat.body_id == body.id)
            .options(contains_eager(SeatHolder.seat), joinedload(SeatHolder.person))
            .order_by(SeatHolder.role.desc(), SeatHolder.rank, SeatHolder.id)
        )
    )


def _before(session: Session, body: Body, held: Sequence[SeatHolder], today: date) -> list[Before]:
    """Who does not sit here today but did or will, newest first; one query."""
    officers = session.scalars(select(Officer).where(Officer.body_id == body.id).options(joinedload(Officer.person)))
    found = [
        Before(one.seat.label, one.role, one.person, one.valid_from, one.valid_until)
        for one in held
        if not counts_on(one, today)
    ]
    found += [
        Before("", one.function, one.person, one.valid_from, one.valid_until)
        for one in officers
        if not counts_on(one, today)
    ]
    return sorted(found, key=lambda one: (one.valid_from, one.what), reverse=True)


def _tasks(session: Session, body: Body) -> list[Task]:
    wanted = select(Task).where(Task.body_id == body.id, Task.done_at.is_(None)).options(joinedload(Task.assignee))
    return list(session.scalars(wanted.order_by(Task.due_on.is_(None), Task.due_on, Task.id).limit(A_FEW * 5)))


def _decisions(session: Session, body: Body, how: Standing) -> int:
    wanted = select(func.count()).select_from(Decision)
    wanted = wanted.where(Decision.body == body.slug, Decision.controller_id == body.controller_id)
    if how < Standing.MEMBER:
        wanted = wanted.where(Decision.confidential.is_(False))
    return session.scalar(wanted) or 0


def _twice(places: Sequence[Place]) -> list[Person]:
    """Whoever holds two seats at once: with one voice only, which the page warns about."""
    seen: dict[int, int] = {}
    for one in places:
        if one.person is not None:
            seen[one.person.id] = seen.get(one.person.id, 0) + 1
    people = {one.person.id: one.person for one in places if one.person is not None}
    return [people[number] for number, count in seen.items() if count > 1]


def function_words(officers: Sequence[Officer], person: Person) -> list[str]:
    """The functions of a person among these officers, in their order."""
    return [name for name in FUNCTIONS for one in officers if one.function == name and one.person_id == person.id]
