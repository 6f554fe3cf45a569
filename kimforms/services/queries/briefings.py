"""What the pages of briefings show: lists, who has a place, who lacks a briefing on an edition, what an adviser lacks.

A fixed number of queries each. Staff read those of their office; advisers all, but of the participants only themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from ...models import Briefing, BriefingPlace, ChecklistEdition, ClientChecklist, Controller, Record
from ...permissions import Actor, may
from ..advice.briefings import WORK, advises, registered, seated
from ..advice.concerned import advisers_concerned, names_of
from ..checklists.access import services_of
from ..editions.reading import current
from ..naturalisation_office import offices
from ..records.facts import local_day
from ..refusals import NotPermitted, NotVisible

SHOWN_PAST = 30
"""Briefings that are over, on the list."""


@dataclass(frozen=True)
class Line:
    """A briefing in a list. ``taken`` counts places that are not cancelled; ``own`` is the reader's place.

    ``waits``: the own place is one on the waiting list.
    """

    briefing: Briefing
    taken: int
    own: BriefingPlace | None
    waits: bool = False

    @property
    def free(self) -> int | None:
        """Places left; None when there is no limit."""
        return None if self.briefing.capacity is None else max(0, self.briefing.capacity - self.taken)


@dataclass(frozen=True)
class Shown:
    """One briefing as the reader sees it; ``places`` and ``waiting`` are empty for advisers."""

    line: Line
    works: bool
    places: Sequence[BriefingPlace]
    waiting: Sequence[BriefingPlace]
    cancelled: int
    names: Mapping[str, str]


@dataclass(frozen=True)
class Briefed:
    """An adviser and the day of the last briefing on the edition; None: none."""

    name: str
    email: str
    briefed_on: date | None
    registered: bool


@dataclass(frozen=True)
class ServiceLine:
    """A service concerned and its advisers; without any nobody there has an account."""

    slug: str
    name: str
    people: Sequence[Briefed]

    @property
    def missing(self) -> int:
        return sum(one.briefed_on is None for one in self.people)


@dataclass(frozen=True)
class Coverage:
    """Who was briefed on an edition. ``edition`` None: the office published none."""

    office: Controller
    edition: ChecklistEdition | None
    editions: Sequence[ChecklistEdition]
    services: Sequence[ServiceLine]

    @property
    def people(self) -> int:
        return len({one.email for line in self.services for one in line.people})

    @property
    def missing(self) -> int:
        return len({one.email for line in self.services for one in line.people if one.briefed_on is None})


@dataclass(frozen=True)
class Standing:
    """Where an adviser stands with an office's edition in effect: briefed on a day or not, and the next session on it."""

    office: Controller
    edition: ChecklistEdition
    briefed_on: date | None
    next: Briefing | None
    registered: bool


def coming(session: Session, actor: Actor, now: datetime) -> list[Line]:
    """What is planned and not over, the next one first."""
    wanted = _readable(actor).where(Briefing.state == "planned", Briefing.ends_at >= now)
    return _lines(session, actor, wanted.order_by(Briefing.starts_at, Briefing.id))


def past(session: Session, actor: Actor, now: datetime) -> list[Line]:
    """What was held, called off, or is over, the latest first; advisers see of these only where they had a place."""
    over = or_(Briefing.state != "planned", Briefing.ends_at < now)
    wanted = _readable(actor).where(over)
    if not actor.controllers(WORK):
        mine = select(BriefingPlace.briefing_id).where(
            BriefingPlace.user_id == actor.user_id, BriefingPlace.cancelled_at.is_(None)
        )
        wanted = wanted.where(Briefing.id.in_(mine))
    return _lines(session, actor, wanted.order_by(Briefing.starts_at.desc(), Briefing.id.desc()).limit(SHOWN_PAST))


def page_of(session: Session, actor: Actor, briefing: Briefing) -> Shown:
    """Everything about a briefing that the reader may see; other people's names only for staff."""
    works = may(actor, WORK, briefing.controller_id)
    there = registered(briefing)
    own = next((one for one in there if one.user_id is not None and one.user_id == actor.user_id), None)
    have = seated(briefing)
    names = names_of(session, {one.organisation for one in there if one.organisation}) if works else {}
    return Shown(
        Line(briefing, len(there), own, own is not None and own not in have),
        works,
        have if works else (),
        there[len(have) :] if works else (),
        len(briefing.places) - len(there) if works else 0,
        names,
    )


def coverage(
    session: Session, actor: Actor, now: datetime, *, controller_id: int, edition_id: int | None = None
) -> Coverage:
    """Who was briefed on the edition in effect, or on another published one of the office, by service and person.

    Raises :class:`NotPermitted` for another office, :class:`NotVisible` for an edition that is none of its own.
    """
    if not may(actor, WORK, controller_id):
        raise NotPermitted()
    day = local_day(now)
    editions = published_of(session, controller_id)
    if edition_id is None:
        edition = current(session, controller_id, day)
    else:
        edition = next((one for one in editions if one.id == edition_id), None)
        if edition is None:
            raise NotVisible()
    found = advisers_concerned(session, controller_id, day)
    days, waiting = _attended(session, edition, found.users), _signed_up(session, edition, found.users, now)
    by_service: dict[str, list[Briefed]] = {slug: [] for slug in found.names}
    for user in found.users.values():
        for slug in found.services_of[user.id]:
            by_service[slug].append(Briefed(user.name, user.email, days.get(user.id), user.id in waiting))
    lines = [ServiceLine(slug, found.names[slug], people) for slug, people in by_service.items()]
    return Coverage(
        session.get_one(Controller, controller_id), edition, editions,
        sorted(lines, key=lambda line: (line.missing == 0, line.name.casefold())),
    )  # fmt: skip


def published_of(session: Session, controller_id: int) -> list[ChecklistEdition]:
    """The published editions of an office, the newest first; content is not read."""
    return list(
        session.scalars(
            select(ChecklistEdition)
            .where(ChecklistEdition.controller_id == controller_id, ChecklistEdition.state == "published")
            .order_by(ChecklistEdition.valid_from.desc())
        )
    )


def standing(session: Session, actor: Actor, now: datetime) -> list[Standing]:
    """An adviser's standing with each office for which the own service keeps checklists, or with all where it keeps none.

    Empty for others.
    """
    if not advises(actor) or actor.user_id is None:
        return []
    services = services_of(actor)
    kept = set(
        session.scalars(
            select(Record.controller_id)
            .join(ClientChecklist, ClientChecklist.record_id == Record.id)
            .where(ClientChecklist.organisation.in_(sorted(services)), ClientChecklist.erased_at.is_(None))
            .distinct()
        )
    )
    found = []
    for office in offices(session):
        edition = current(session, office.id, local_day(now)) if not kept or office.id in kept else None
        if edition is None:
            continue
        days = _attended(session, edition, [actor.user_id])
        following = next_on(session, edition, now)
        signed_up = actor.user_id in _signed_up(session, edition, [actor.user_id], now)
        found.append(Standing(office, edition, days.get(actor.user_id), following, signed_up))
    return found


def next_on(session: Session, edition: ChecklistEdition, now: datetime) -> Briefing | None:
    """The next briefing on an edition that has not begun."""
    return session.scalars(
        select(Briefing)
        .where(Briefing.edition_id == edition.id, Briefing.state == "planned", Briefing.starts_at > now)
        .order_by(Briefing.starts_at, Briefing.id)
        .limit(1)
    ).first()


def _readable(actor: Actor) -> Any:
    wanted = select(Briefing).options(joinedload(Briefing.edition), joinedload(Briefing.controller))
    if advises(actor):
        return wanted
    return wanted.where(Briefing.controller_id.in_(sorted(actor.controllers(WORK))))


def _lines(session: Session, actor: Actor, wanted: Any) -> list[Line]:
    briefings = list(session.scalars(wanted))
    ids = [one.id for one in briefings]
    there = BriefingPlace.briefing_id.in_(ids), BriefingPlace.cancelled_at.is_(None)
    taken: dict[int, int] = {
        row[0]: row[1]
        for row in session.execute(
            select(BriefingPlace.briefing_id, func.count()).where(*there).group_by(BriefingPlace.briefing_id)
        )
    }
    own = {
        one.briefing_id: one
        for one in session.scalars(select(BriefingPlace).where(*there, BriefingPlace.user_id == actor.user_id))
    }
    before = _before(session, list(own.values()))
    return [
        Line(
            one,
            taken.get(one.id, 0),
            own.get(one.id),
            one.capacity is not None and before.get(one.id, 0) >= one.capacity,
        )
        for one in briefings
    ]


def _before(session: Session, own: Sequence[BriefingPlace]) -> dict[int, int]:
    """How many registered before the reader, by briefing."""
    mine, other = aliased(BriefingPlace), aliased(BriefingPlace)
    earlier = (other.registered_at < mine.registered_at) | (
        (other.registered_at == mine.registered_at) & (other.id < mine.id)
    )
    rows = session.execute(
        select(mine.briefing_id, func.count())
        .join(other, (other.briefing_id == mine.briefing_id) & other.cancelled_at.is_(None) & earlier)
        .where(mine.id.in_([one.id for one in own]))
        .group_by(mine.briefing_id)
    )
    return {row[0]: row[1] for row in rows}


def _attended(session: Session, edition: ChecklistEdition | None, users: Iterable[int]) -> dict[int, date]:
    """The day of the last briefing on an edition by user; only those who were there."""
    if edition is None:
        return {}
    rows = session.execute(
        select(BriefingPlace.user_id, func.max(Briefing.starts_at))
        .join(Briefing, Briefing.id == BriefingPlace.briefing_id)
        .where(
            Briefing.edition_id == edition.id, Briefing.state == "held", BriefingPlace.attended.is_(True),
            BriefingPlace.cancelled_at.is_(None), BriefingPlace.user_id.in_(list(users)),
        )
        .group_by(BriefingPlace.user_id)
    )  # fmt: skip
    return {row[0]: local_day(row[1]) for row in rows}


def _signed_up(session: Session, edition: ChecklistEdition | None, users: Iterable[int], now: datetime) -> set[int]:
    if edition is None:
        return set()
    return {
        found
        for found in session.scalars(
            select(BriefingPlace.user_id)
            .join(Briefing, Briefing.id == BriefingPlace.briefing_id)
            .where(
                Briefing.edition_id == edition.id, Briefing.state == "planned",
                Briefing.ends_at >= now - timedelta(days=7),
                BriefingPlace.cancelled_at.is_(None), BriefingPlace.user_id.in_(list(users)),
            )
        )
        if found is not None
    }  # fmt: skip
