"""What the page of a body's rules of procedure shows: the rules in force, the versions, the deadlines of a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ...models import Body, CatalogueEntry, Meeting, Record
from ...models import Rulebook as RulebookVersion
from ...permissions import Actor
from ...rules.late_items import motion_deadline
from ...rules.minutes_rules import dispatch_deadline
from ...rules.notice import last_dispatch
from ...rules.rulebook import PARAMETERS, Rulebook
from ...rules.rulebook_words import Difference, differences, sentence_of
from ...rules.verdict import Verdict
from ..bodies.access import BERLIN, Standing, body_of, day_of, standing
from ..bodies.rulebooks import CALLED_OFF, GROUP, RULE, as_rules
from ..refusals import NotVisible


@dataclass(frozen=True)
class Parameter:
    """A parameter as the profile words it; texts are by language. ``options``: value and text."""

    id: str
    label: Any
    kind: str
    unit: Any
    help: Any
    options: tuple[tuple[str, Any], ...]
    source: str


@dataclass(frozen=True)
class Group:
    """Parameters that stand together."""

    title: Any
    parameters: tuple[Parameter, ...]


@dataclass(frozen=True)
class Version:
    """A version with what it changed; ``state``: ``current``, ``coming``, ``past``."""

    version: RulebookVersion
    state: str
    changes: tuple[Difference, ...]


@dataclass(frozen=True)
class RulebookPage:
    """All of the page. ``sentences`` by parameter id."""

    body: Body
    rules: Rulebook
    groups: tuple[Group, ...]
    sentences: dict[str, str]
    versions: tuple[Version, ...]
    current: RulebookVersion | None


@dataclass(frozen=True)
class Deadline:
    """A last day with its explanation. ``what`` is a key for words: email, post, motions, short_email, minutes."""

    what: str
    day: date
    working_day: date
    verdict: Verdict


@dataclass(frozen=True)
class Consequence:
    """What new rules mean for a planned meeting. ``kept``: its invitation went out, so its rules stay as they are."""

    meeting: Meeting
    day: date
    kept: bool
    before: tuple[Deadline, ...]
    after: tuple[Deadline, ...]

    @property
    def moved(self) -> list[tuple[str, date, date]]:
        """Each deadline that is another day, with both days."""
        was = {one.what: one.day for one in self.before}
        return [(one.what, was[one.what], one.day) for one in self.after if was.get(one.what, one.day) != one.day]


def readable_body(session: Session, actor: Actor, slug: str, day: date) -> Body:
    """The body, for its members and those who work with it. Raises :class:`NotVisible` for everybody else."""
    body = body_of(session, slug)
    if standing(session, actor, body, day) < Standing.MEMBER:
        raise NotVisible()
    return body


def rulebook_page(session: Session, body: Body, day: date) -> RulebookPage:
    """The rules in force on that day and all versions, newest first."""
    found = versions(session, body)
    begun = [one for one in found if one.valid_from <= day]
    current = begun[-1] if begun else None
    rules = as_rules(session, current)
    told: list[Version] = []
    before = as_rules(session, None)
    for one in found:
        after = as_rules(session, one)
        state = "current" if one is current else "coming" if one.valid_from > day else "past"
        told.append(Version(one, state, differences(before, after)))
        before = after
    sentences = {key: sentence_of(rules, key) for key in PARAMETERS}
    return RulebookPage(body, rules, groups(session), sentences, tuple(reversed(told)), current)


def versions(session: Session, body: Body) -> list[RulebookVersion]:
    """All versions of a body, the oldest first."""
    wanted = select(RulebookVersion).where(RulebookVersion.body_id == body.id).order_by(RulebookVersion.valid_from)
    return list(session.scalars(wanted.options(joinedload(RulebookVersion.adopted_by))))


def groups(session: Session) -> tuple[Group, ...]:
    """The parameters in the groups and words of the profile. One query."""
    rows = session.scalars(
        select(CatalogueEntry)
        .where(CatalogueEntry.kind.in_((RULE, GROUP)), CatalogueEntry.active)
        .order_by(CatalogueEntry.position)
    ).all()
    return tuple(
        Group(one.data.get("title", one.title), tuple(_parameter(row) for row in rows if row.parent == one.slug))
        for one in rows
        if one.kind == GROUP
    )


def _parameter(row: CatalogueEntry) -> Parameter:
    data = row.data
    options = tuple((one["value"], one["label"]) for one in data.get("options", ()))
    return Parameter(
        row.slug, data["label"], data["type"], data.get("unit"), data.get("help"), options, data.get("source", "")
    )


def deadlines(rules: Rulebook, day: date) -> tuple[Deadline, ...]:
    """The deadlines of a meeting on that day."""
    motions, minutes = motion_deadline(rules, day), dispatch_deadline(rules, day)
    found = [Deadline("motions", motions.day, motions.working_day, motions.verdict)]
    for what, channel in (("email", "email"), ("post", "post")):
        last = last_dispatch(rules, day, channel)  # type: ignore[arg-type]
        found.append(Deadline(what, last.day, last.working_day, last.verdict))
    if rules.shortened_notice_allowed:
        last = last_dispatch(rules, day, "email", shortened=True)
        found.append(Deadline("short_email", last.day, last.working_day, last.verdict))
    return (*found, Deadline("minutes", minutes.day, minutes.day, minutes.verdict))


def consequences(session: Session, body: Body, new: Rulebook, valid_from: date, today: date) -> list[Consequence]:
    """What the new rules change for the meetings that are still to be held from ``valid_from`` on."""
    begin = datetime.combine(max(valid_from, today), time(), tzinfo=BERLIN)
    meetings: Sequence[Meeting] = session.scalars(
        select(Meeting)
        .join(Record, Record.id == Meeting.record_id)
        .where(Meeting.body_id == body.id, Meeting.starts_at >= begin, Meeting.opened_at.is_(None))
        .where(Record.state != CALLED_OFF)
        .order_by(Meeting.starts_at)
        .options(joinedload(Meeting.record), joinedload(Meeting.rulebook))
    ).all()
    known = versions(session, body)
    found = []
    for meeting in meetings:
        day = day_of(meeting)
        of_the_day = [one for one in known if one.valid_from <= day]
        old = as_rules(session, meeting.rulebook if meeting.pinned else of_the_day[-1] if of_the_day else None)
        after = old if meeting.pinned else new
        found.append(Consequence(meeting, day, meeting.pinned, deadlines(old, day), deadlines(after, day)))
    return found
