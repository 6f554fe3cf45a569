"""What the pages of meetings read: the next ones and the past ones, a year, and what is to be done next for each.

People who work for bodies see all meetings of their controllers; members those of their own bodies, from dispatch on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session, defer, joinedload

from ...models import (
    AgendaItem,
    Body,
    Invitee,
    Meeting,
    Minutes,
    Officer,
    Person,
    ProcessVersion,
    Record,
    Seat,
    SeatHolder,
)
from ...models import Rulebook as RulebookVersion
from ...permissions import Actor
from ...rules.minutes_rules import dispatch_deadline
from ...rules.notice import last_dispatch
from ...rules.rulebook import Rulebook
from ...rules.verdict import Verdict
from ..bodies.access import BERLIN, OPEN_TO_MEMBERS, STEERING, day_of
from ..bodies.rulebooks import as_rules
from .bodies import plannable

A_PAGE = 25
READERS = ("office", "coordinator")


@dataclass(frozen=True)
class Next:
    """What is to be done next: ``deed`` names it, ``due`` is the last day for it in the office, ``verdict`` says why.

    ``deed``: ``approve``, ``invite``, ``update``, ``open``, ``close``, ``minutes``,
    ``objections``, ``cancel_mail``; empty when nothing is.
    """

    deed: str = ""
    due: date | None = None
    verdict: Verdict | None = None
    overdue: bool = False


@dataclass(frozen=True)
class Entry:
    """A meeting in a list, with what is to be done next."""

    meeting: Meeting
    next: Next


def coming(session: Session, actor: Actor, now: datetime) -> list[Entry]:
    """The meetings that are still to be held, the next one first; members see only their own."""
    return _entries(session, actor, now, Meeting.ends_at >= now - timedelta(hours=12), Meeting.starts_at.asc(), 100)


def past(
    session: Session, actor: Actor, now: datetime, before: datetime | None = None
) -> tuple[list[Entry], str | None]:
    """The meetings that are over, the last one first, and the key of the next page (None: no more)."""
    end = min(before, now - timedelta(hours=12)) if before else now - timedelta(hours=12)
    found = _entries(session, actor, now, Meeting.ends_at < end, Meeting.ends_at.desc(), A_PAGE + 1)
    more, found = len(found) > A_PAGE, found[:A_PAGE]
    return found, found[-1].meeting.ends_at.isoformat() if more else None


def of_year(session: Session, actor: Actor, year: int) -> list[Meeting]:
    """All meetings of a year that the actor may see, by day; cancelled ones too."""
    begin, end = datetime(year, 1, 1, tzinfo=BERLIN), datetime(year + 1, 1, 1, tzinfo=BERLIN)
    wanted = _wanted().where(Meeting.starts_at >= begin, Meeting.starts_at < end)
    rows = _own(session, actor, wanted.order_by(Meeting.starts_at))
    return list(rows)


def next_deed(meeting: Meeting, rules: Rulebook, today: date, minutes: Minutes | None = None) -> Next:
    """What is to be done next for a meeting; the same for lists and the meeting's own page.

    Only bodies with rules of procedure are held to the days of their rulebook. ``minutes`` are those of the meeting.
    """
    state, day = meeting.record.state, day_of(meeting)
    bound = meeting.body.formality == STEERING
    if state in ("geplant", "freigegeben"):
        deed = "approve" if state == "geplant" and bound else "invite"
        dispatch = last_dispatch(rules, day, "email")
        return Next(deed, dispatch.working_day, dispatch.verdict, dispatch.day < today) if bound else Next(deed)
    if state in ("eingeladen", "abgesagt") and _unsent(meeting):
        return Next("update" if state == "eingeladen" else "cancel_mail", today, None, False)
    if state == "eingeladen":
        return Next("open", day, None, day < today)
    if state == "laeuft":
        return Next("close", day, None, day < today)
    if state == "niederschrift" and minutes is not None and minutes.state == "sent":
        return Next("objections", minutes.objections_until)
    if state == "niederschrift":
        last = dispatch_deadline(rules, day)
        return Next("minutes", last.day, last.verdict, last.day < today) if bound else Next("minutes")
    return Next()


def rulebooks_for(session: Session, meetings: Sequence[Meeting]) -> dict[int, Rulebook]:
    """The rules of many meetings, by record; two queries whatever their number."""
    versions = _versions(session, sorted({one.body_id for one in meetings}))
    return {one.record_id: as_rules(session, _version(one, versions.get(one.body_id, ()))) for one in meetings}


def answers_of(session: Session, meeting: Meeting) -> dict[str, int]:
    """How many of those invited gave which answer; one query."""
    rows = session.execute(
        select(Invitee.answer, func.count())
        .where(Invitee.meeting_id == meeting.record_id, Invitee.uninvited_at.is_(None), Invitee.invited_at.is_not(None))
        .group_by(Invitee.answer)
    )
    return {row.answer: row[1] for row in rows}


def linked_meetings(session: Session, meeting: Meeting) -> list[tuple[str, Meeting]]:
    """Meetings that this one continues or repeats, and those that continue or repeat it, each with how; one query."""
    others = [one for one in (meeting.continues_id, meeting.reinvitation_of_id) if one is not None]
    rows = session.scalars(
        select(Meeting)
        .where(
            or_(
                Meeting.record_id.in_(others),
                Meeting.continues_id == meeting.record_id,
                Meeting.reinvitation_of_id == meeting.record_id,
            )
        )
        .options(joinedload(Meeting.record))
        .order_by(Meeting.starts_at)
    )
    return [(_relation(meeting, one), one) for one in rows]


def item_count(session: Session, meeting: Meeting) -> int:
    """How many points stand on the agenda."""
    wanted = select(func.count()).select_from(AgendaItem)
    return session.scalar(wanted.where(AgendaItem.meeting_id == meeting.record_id, AgendaItem.state != "dropped")) or 0


def _relation(meeting: Meeting, other: Meeting) -> str:
    if meeting.continues_id == other.record_id:
        return "continues"
    if meeting.reinvitation_of_id == other.record_id:
        return "repeats"
    return "continued_by" if other.continues_id == meeting.record_id else "repeated_by"


def _entries(
    session: Session, actor: Actor, now: datetime, when: ColumnElement[bool], order: Any, most: int
) -> list[Entry]:
    today = now.astimezone(BERLIN).date()
    found = _own(session, actor, _wanted().where(when).order_by(order), most)
    rules = rulebooks_for(session, found)
    written = {
        one.meeting_id: one
        for one in session.scalars(
            select(Minutes)
            .where(Minutes.meeting_id.in_([one.record_id for one in found]))
            .options(defer(Minutes.content))
        )
    }
    return [Entry(one, next_deed(one, rules[one.record_id], today, written.get(one.record_id))) for one in found]


def _wanted() -> Select[tuple[Meeting]]:
    version = joinedload(Meeting.record).joinedload(Record.version).defer(ProcessVersion.document)
    return select(Meeting).options(
        version, joinedload(Meeting.body), joinedload(Meeting.room), joinedload(Meeting.series)
    )


def _own(session: Session, actor: Actor, wanted: Select[tuple[Meeting]], most: int | None = None) -> list[Meeting]:
    """Of the meetings asked for those that the actor sees, as ``services.bodies.access.visible_meeting`` says."""
    wanted = wanted.join(Body, Body.id == Meeting.body_id).join(Record, Record.id == Meeting.record_id)
    controllers = {one.controller_id for one in actor.grants if one.role in READERS}
    places = _places(session, actor)
    invited = _invited(session, actor)
    mine: list[ColumnElement[bool]] = []
    if controllers:
        mine.append(Body.controller_id.in_(sorted(controllers)))
    if places or invited:
        open_now = and_(
            Record.state.in_(OPEN_TO_MEMBERS), or_(Meeting.dispatched_at.is_not(None), Meeting.opened_at.is_not(None))
        )
        mine.append(and_(open_now, or_(Meeting.body_id.in_(sorted(places)), Meeting.record_id.in_(sorted(invited)))))
    found = session.scalars(wanted.where(or_(*mine) if mine else false())).unique()
    seen: list[Meeting] = []
    for one in found:
        if one.body.controller_id in controllers or one.record_id in invited or _sits(places.get(one.body_id, ()), one):
            seen.append(one)
        if most is not None and len(seen) >= most:
            break
    return seen


def _places(session: Session, actor: Actor) -> dict[int, list[tuple[date | None, date | None]]]:
    """The bodies in which a member holds seats or functions, with from and until when; two queries."""
    if actor.user_id is None or "member" not in actor.roles():
        return {}
    seats = (
        select(Seat.body_id, SeatHolder.valid_from, SeatHolder.valid_until)
        .join(Seat, Seat.id == SeatHolder.seat_id)
        .join(Person, Person.id == SeatHolder.person_id)
        .where(Person.user_id == actor.user_id)
    )
    functions = (
        select(Officer.body_id, Officer.valid_from, Officer.valid_until)
        .join(Person, Person.id == Officer.person_id)
        .where(Person.user_id == actor.user_id)
    )
    found: dict[int, list[tuple[date | None, date | None]]] = {}
    for wanted in (seats, functions):
        for body_id, begin, end in session.execute(wanted):
            found.setdefault(body_id, []).append((begin, end))
    return found


def _invited(session: Session, actor: Actor) -> set[int]:
    if actor.user_id is None or "member" not in actor.roles():
        return set()
    return set(
        session.scalars(
            select(Invitee.meeting_id)
            .join(Person, Person.id == Invitee.person_id)
            .where(Person.user_id == actor.user_id, Invitee.uninvited_at.is_(None))
        )
    )


def _sits(places: Iterable[tuple[date | None, date | None]], meeting: Meeting) -> bool:
    day = day_of(meeting)
    return any((begin is None or begin <= day) and (end is None or end >= day) for begin, end in places)


def _unsent(meeting: Meeting) -> bool:
    return meeting.sent_sequence is not None and meeting.sequence > meeting.sent_sequence


def _versions(session: Session, bodies: Sequence[int]) -> dict[int, list[RulebookVersion]]:
    """All versions of the rules of these bodies, in order."""
    found: dict[int, list[RulebookVersion]] = {}
    rows = session.scalars(select(RulebookVersion).where(RulebookVersion.body_id.in_(bodies))) if bodies else ()
    for version in sorted(rows, key=lambda one: (one.valid_from, one.number)):
        found.setdefault(version.body_id, []).append(version)
    return found


def _version(meeting: Meeting, versions: Iterable[RulebookVersion]) -> RulebookVersion | None:
    known = list(versions)
    if meeting.pinned:
        return next((one for one in known if one.id == meeting.rulebook_id), None)
    day = day_of(meeting)
    return next((one for one in reversed(known) if one.valid_from <= day), None)


def bodies_to_plan(session: Session, actor: Actor, today: date) -> list[Body]:
    """The bodies for which the actor plans meetings and that hold them here, steering ones first, then by name."""
    return sorted(plannable(session, actor, today), key=lambda one: (one.formality != STEERING, one.name))


def reference_of(session: Session, meeting_id: int | None) -> str | None:
    """The reference of a meeting by its record's id."""
    return session.scalar(select(Record.reference).where(Record.id == meeting_id)) if meeting_id is not None else None
