"""What the pages of bodies read: the list by formality, one's own bodies, warnings about the rhythm, choices of forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from ...models import Body, Controller, Invitee, Meeting, Municipality, Organisation, Person, Record, Task
from ...permissions import Actor, may
from ...rules.rhythm import Rhythm, RhythmCheck, rhythm_check
from ..bodies.access import OPEN_TO_MEMBERS, STEERING, day_of, may_read_all, own_bodies, persons_of
from ..bodies.recording import ended
from ..bodies.rulebooks import rulebook_of

READ, WORK = "body:read", "body:work"
FORMALITIES = ("steering", "working", "exchange")
CALLED_OFF = "abgesagt"
TO_COME = ("geplant", "freigegeben", "eingeladen", "laeuft")


@dataclass(frozen=True)
class Filters:
    """What the list shows; empty means everything but bodies that have ended. ``only`` is ``overdue`` or ``ended``."""

    text: str = ""
    formality: str = ""
    only: str = ""

    @property
    def active(self) -> bool:
        """Whether anything is left out or added."""
        return bool(self.text or self.formality or self.only)


@dataclass(frozen=True)
class Line:
    """One body of the list; ``coming`` and ``check`` only for those who may know."""

    body: Body
    rhythm: str
    coming: Meeting | None
    check: RhythmCheck | None
    over: bool


@dataclass(frozen=True)
class OwnMeeting:
    """A meeting that is still to come for somebody, and what they answered."""

    meeting: Meeting
    answer: str


@dataclass(frozen=True)
class Own:
    """A body in which the reader sits, with the next meetings and how many tasks of theirs are open there."""

    body: Body
    meetings: Sequence[OwnMeeting]
    tasks: int


@dataclass(frozen=True)
class RhythmWarning:
    """A body that meets less often than the concept asks for; ``check.verdict.sentence`` says it."""

    body: Body
    check: RhythmCheck


def lines(session: Session, actor: Actor, now: datetime, today: date, filters: Filters) -> list[Line]:
    """The bodies that the actor may know of, by formality and name. The same number of queries whatever there is."""
    found = [one for one in _bodies(session, actor) if _wanted(one, filters, today)]
    readable = [one for one in found if may_read_all(actor, one)]
    checks = {one.body.id: one.check for one in _checks(session, readable, today)}
    coming = next_meetings(session, readable, now)
    made = [Line(one, rhythm_words(one), coming.get(one.id), checks.get(one.id), is_over(one, today)) for one in found]
    if filters.only == "overdue":
        made = [one for one in made if one.check is not None and not one.check.verdict.ok]
    return sorted(made, key=lambda one: (FORMALITIES.index(one.body.formality), one.body.name))


def own(session: Session, actor: Actor, now: datetime, today: date) -> list[Own]:
    """The bodies in which the reader sits or has a function, each with what is coming; five queries at most."""
    bodies = own_bodies(session, actor, today)
    if not bodies:
        return []
    people = persons_of(session, actor)
    answers = _answers(session, people, now)
    open_tasks = _own_tasks(session, actor, people)
    meetings = _upcoming(session, actor, bodies, now)
    return [
        Own(
            body,
            [OwnMeeting(one, answers.get(one.record_id, "")) for one in meetings if one.body_id == body.id],
            open_tasks.get(body.id, 0),
        )
        for body in bodies
    ]


def rhythm_warnings(session: Session, actor: Actor, today: date) -> list[RhythmWarning]:
    """Bodies for which the actor plans meetings and that meet too seldom this year; the dashboard and year plan show them."""
    bodies = [one for one in _bodies(session, actor) if may(actor, WORK, one.controller_id) and not is_over(one, today)]
    return [one for one in _checks(session, bodies, today) if not one.check.verdict.ok]


def check_of(session: Session, body: Body, today: date) -> RhythmCheck | None:
    """Whether one body meets often enough this year; None for a rhythm without a number."""
    return next((one.check for one in _checks(session, [body], today)), None)


def next_meetings(session: Session, bodies: Sequence[Body], now: datetime) -> dict[int, Meeting]:
    """The next meeting of each body that was not called off; one query."""
    found: dict[int, Meeting] = {}
    if bodies:
        rows = session.scalars(
            select(Meeting)
            .join(Meeting.record)
            .where(Meeting.body_id.in_([one.id for one in bodies]), Meeting.ends_at >= now, Record.state.in_(TO_COME))
            .options(contains_eager(Meeting.record))
            .order_by(Meeting.starts_at)
        )
        for one in rows:
            found.setdefault(one.body_id, one)
    return found


def rhythm_words(body: Body) -> str:
    """How often the body meets, in the words of the profile or of whoever entered it."""
    return str(((body.data or {}).get("rhythm") or {}).get("text") or "")


def no_meetings(body: Body) -> str:
    """Why the body's meetings are not held in this program; empty when they are."""
    return str((body.data or {}).get("no_meetings") or "")


def is_over(body: Body, today: date) -> bool:
    """Whether the body has ended, by date or by what the profile says."""
    return ended(body, today) or (body.data or {}).get("status") == "abgeschlossen"


def plannable(session: Session, actor: Actor, today: date) -> list[Body]:
    """Bodies for which the actor may plan meetings and that hold them here, by name."""
    found = (one for one in _bodies(session, actor) if not no_meetings(one) and not is_over(one, today))
    offices = {one for one in actor.controllers("meeting:work") if "office" in actor.roles(one)}
    workable = actor.controllers("meeting:work")
    return [
        one
        for one in found
        if one.controller_id in workable and (one.formality != STEERING or one.controller_id in offices)
    ]


def controllers(session: Session, actor: Actor) -> list[Controller]:
    """The controllers for which the actor may set up bodies and enter people."""
    wanted = select(Controller).where(Controller.id.in_(actor.controllers(WORK)), Controller.active)
    return list(session.scalars(wanted.order_by(Controller.id)))


def organisations(session: Session) -> list[tuple[str, str]]:
    """Every organisation as (slug, name)."""
    rows = session.execute(
        select(Organisation.slug, Organisation.name).where(Organisation.active).order_by(Organisation.name)
    )
    return [(slug, name) for slug, name in rows]


def municipalities(session: Session) -> list[tuple[str, str]]:
    """Every municipality as (slug, name)."""
    rows = session.execute(
        select(Municipality.slug, Municipality.name).where(Municipality.active).order_by(Municipality.name)
    )
    return [(slug, name) for slug, name in rows]


def names_of(session: Session, slugs: Sequence[str]) -> Mapping[str, str]:
    """The names of organisations, municipalities and bodies by slug; three small queries."""
    wanted = [one for one in slugs if one]
    found: dict[str, str] = {}
    for table in (Body, Municipality, Organisation):
        found |= dict(session.execute(select(table.slug, table.name).where(table.slug.in_(wanted))).all())
    return found


def _bodies(session: Session, actor: Actor) -> list[Body]:
    wanted = select(Body).where(Body.active, Body.controller_id.in_(actor.controllers(READ)))
    return list(session.scalars(wanted.order_by(Body.name)))


def _wanted(body: Body, filters: Filters, today: date) -> bool:
    if filters.formality and body.formality != filters.formality:
        return False
    if is_over(body, today) != (filters.only == "ended"):
        return False
    said = f"{body.name} {body.kind or ''} {body.mandate}".casefold()
    return all(word in said for word in filters.text.casefold().split())


def _checks(session: Session, bodies: Sequence[Body], today: date) -> list[RhythmWarning]:
    """The check of every body with a number in its rhythm. One query, and two for each steering body among them."""
    rhythms = {one.id: rhythm for one in bodies if (rhythm := Rhythm.of((one.data or {}).get("rhythm")))}
    if not rhythms:
        return []
    days: dict[int, list[date]] = {}
    year = func.extract("year", Meeting.starts_at)
    rows = session.scalars(
        select(Meeting)
        .join(Record, Record.id == Meeting.record_id)
        .where(Meeting.body_id.in_(rhythms), year.in_((today.year - 1, today.year)), Record.state != CALLED_OFF)
    )
    for one in rows:
        days.setdefault(one.body_id, []).append(day_of(one))
    return [
        RhythmWarning(
            one,
            rhythm_check(
                rhythms[one.id],
                days.get(one.id, ()),
                today,
                rulebook_of(session, one, today) if one.formality == STEERING else None,
            ),
        )
        for one in bodies
        if one.id in rhythms
    ]


def _answers(session: Session, people: Sequence[int], now: datetime) -> dict[int, str]:
    """What somebody answered to the meetings that are still to come; one query."""
    if not people:
        return {}
    rows = session.execute(
        select(Invitee.meeting_id, Invitee.answer)
        .join(Meeting, Meeting.record_id == Invitee.meeting_id)
        .where(Invitee.person_id.in_(people), Invitee.uninvited_at.is_(None), Meeting.ends_at >= now)
    )
    return dict(rows.all())


def _upcoming(session: Session, actor: Actor, bodies: Sequence[Body], now: datetime) -> list[Meeting]:
    """Meetings of these bodies that the reader sees: members from dispatch on."""
    working = [one.id for one in bodies if may_read_all(actor, one)]
    rows = session.scalars(
        select(Meeting)
        .join(Meeting.record)
        .where(Meeting.body_id.in_([one.id for one in bodies]), Meeting.ends_at >= now)
        .where(Record.state != CALLED_OFF, or_(Meeting.body_id.in_(working), _sent()))
        .options(contains_eager(Meeting.record))
        .order_by(Meeting.starts_at)
    )
    return list(rows)


def _sent() -> ColumnElement[bool]:
    """As ``access.shown_to_members`` has it."""
    return Record.state.in_(OPEN_TO_MEMBERS) & or_(Meeting.dispatched_at.is_not(None), Meeting.opened_at.is_not(None))


def _own_tasks(session: Session, actor: Actor, people: Sequence[int]) -> dict[int, int]:
    mine = or_(Task.assignee_id == actor.user_id, Task.owner_id.in_(people) if people else false())
    rows = session.execute(
        select(Task.body_id, func.count())
        .where(mine, Task.done_at.is_(None), Task.body_id.is_not(None))
        .group_by(Task.body_id)
    )
    return {body: count for body, count in rows if body is not None}


def people(session: Session, actor: Actor, text: str = "", *, resting: bool = False) -> list[Person]:
    """People of the actor's controllers by name, at most five hundred; one query."""
    wanted = select(Person).where(Person.controller_id.in_(actor.controllers(WORK)), Person.active.is_(not resting))
    for word in text.replace("\x00", " ").split()[:5]:
        wanted = wanted.where(
            or_(
                *(
                    column.icontains(word, autoescape=True)
                    for column in (Person.first_name, Person.last_name, Person.email, Person.function)
                )
            )
        )
    return list(session.scalars(wanted.order_by(Person.last_name, Person.first_name, Person.id).limit(500)))
