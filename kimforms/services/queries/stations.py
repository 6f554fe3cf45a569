"""How far reports have come, for those who sent them: stations with dates, of the report and of the themes it went into.

Nothing here tells what a theme is called inside or what others reported; titles are those that are public.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ...engine.stations import STATIONS, station_of
from ...engine.text import pick
from ...models import Event, ProcessVersion, Record, RecordLink
from .. import audit
from ..processes import definition_of
from ..records.facts import local_day
from . import solutions

THEME = "theme"
ORDER = tuple(one.id for one in STATIONS)
LABELS = {one.id: one.label for one in STATIONS}
NOT_NEEDED = {"de": "nicht nötig", "en": "not needed"}
SENTENCES = {one.id: one.sentence for one in STATIONS}


@dataclass(frozen=True)
class Stop:
    """One station: ``state`` is done, current or open; ``on`` is the day on which it was reached, ``note`` says it."""

    label: str
    state: str
    on: date | None = None
    note: str = ""


@dataclass(frozen=True)
class Way:
    """The way of a report along one of its themes, or by itself. ``title`` and ``slug`` are what is public of the theme.

    ``sentence`` says what the present station means, ``next`` what happens now; ``over``: nothing further will come.
    """

    stops: tuple[Stop, ...]
    sentence: str
    next: str
    since: date | None
    over: bool
    title: str = ""
    slug: str = ""

    @property
    def current(self) -> Stop:
        """Where it stands."""
        return next((one for one in self.stops if one.state == "current"), self.stops[-1])


@dataclass(frozen=True)
class Progressed:
    """All ways of one report (at least one), and what is public of its themes as (title, slug, kind)."""

    ways: tuple[Way, ...]
    published: tuple[tuple[str, str, str], ...]

    @property
    def furthest(self) -> Way:
        """The way that has come furthest; of equals the first."""
        return max(self.ways, key=lambda way: sum(one.state != "open" for one in way.stops))


def progress_of(session: Session, reports: Sequence[Record], language: str = "de") -> dict[int, Progressed]:
    """For each report its ways; four queries, whatever their number. Versions of the reports are to be loaded."""
    links = _themes(session, [one.id for one in reports])
    themes = {link.to_record.id: link.to_record for link in links}
    reached = _reached(session, [*reports, *themes.values()])
    public = solutions.for_records(session, [one.id for one in reports])
    titles = solutions.titles_of_themes(session, list(themes))
    found = {}
    for report in reports:
        mine = [link for link in links if link.from_id == report.id]
        ways = [_along(report, link, reached, titles.get(link.to_id), language) for link in mine if report.open]
        ways = ways or [_alone(report, reached, language, mine)]
        found[report.id] = Progressed(tuple(ways), tuple(public.get(report.id, ())))
    return found


def _themes(session: Session, ids: Sequence[int]) -> list[RecordLink]:
    theme = joinedload(RecordLink.to_record)
    return list(
        session.scalars(
            select(RecordLink)
            .where(RecordLink.from_id.in_(ids), RecordLink.kind == THEME)
            .options(theme.joinedload(Record.version).defer(ProcessVersion.document), theme.joinedload(Record.process))
            .order_by(RecordLink.id)
        )
    )


def _reached(session: Session, records: Sequence[Record]) -> dict[int, dict[str, datetime]]:
    """For each record when it came to each station; where it came back to one, the last time counts."""
    definitions = {one.id: definition_of(one.version) for one in records}
    tags = (audit.Tag.RECORD_SUBMIT.text, audit.Tag.RECORD_TRANSITION.text)
    rows = session.execute(
        select(Event.record_id, Event.at, Event.payload)
        .where(Event.record_id.in_(definitions), Event.tag.in_(tags))
        .order_by(Event.seq)
    )
    found: dict[int, dict[str, datetime]] = {}
    last: dict[int, str] = {}
    for record_id, at, payload in rows:
        told = json.loads(payload)
        state = told.get("new", told.get("state"))
        station = station_of(definitions[record_id], state) if state else None
        if station is None or told.get("old") == state:
            continue
        if last.get(record_id) != station.id:
            found.setdefault(record_id, {})[station.id] = datetime.fromisoformat(at)
        last[record_id] = station.id
    return found


def _alone(
    report: Record, reached: Mapping[int, Mapping[str, datetime]], language: str, links: Sequence[RecordLink]
) -> Way:
    """The way of a report without a theme, or one that has ended (with a theme: along that theme's dates)."""
    definition = definition_of(report.version)
    station = station_of(definition, report.state)
    days = dict(reached.get(report.id, {}))
    for link in links:
        for name, moment in reached.get(link.to_id, {}).items():
            days.setdefault(name, max(moment, link.created_at))
    at = ORDER.index(station.id) if station else 0
    state = definition.workflow.states[report.state]
    return _way(days, at, station.id if station else "", pick(state.hint, language), not report.open, language)


def _along(
    report: Record,
    link: RecordLink,
    reached: Mapping[int, Mapping[str, datetime]],
    title: tuple[str, str] | None,
    language: str,
) -> Way:
    theme = link.to_record
    definition = definition_of(theme.version)
    station = station_of(definition, theme.state)
    own = station_of(definition_of(report.version), report.state)
    days = dict(reached.get(report.id, {}))
    for name, moment in reached.get(theme.id, {}).items():
        days.setdefault(name, max(moment, link.created_at))
    station_id = station.id if station else (own.id if own else ORDER[0])
    at = ORDER.index(station_id)
    if theme.open and own is not None:  # a theme at work never sets its reports back
        at = max(at, ORDER.index(own.id))
    state = definition.workflow.states[theme.state]
    way = _way(days, at, ORDER[at], pick(state.hint, language), not theme.open, language)
    return replace(way, title=title[0], slug=title[1]) if title is not None else way


def _way(days: Mapping[str, datetime], at: int, station: str, hint: str, over: bool, language: str) -> Way:
    stops = []
    for number, name in enumerate(ORDER):
        day = local_day(days[name]) if name in days and number <= at else None
        state = "open" if number > at else "current" if number == at and not over else "done"
        if over and number > at:
            break  # it ended here: what lies ahead will not come
        note = _note(state, day, number < at, language)
        stops.append(Stop(pick(LABELS[name], language), state, day, note))
    sentence = pick(SENTENCES[station], language) if station in SENTENCES else ""
    return Way(tuple(stops), sentence, hint, stops[min(at, len(stops) - 1)].on, over)


def _note(state: str, day: date | None, passed: bool, language: str) -> str:
    """What stands below a station: its day, that it was not needed, or nothing where it lies ahead."""
    if day is None:
        return pick(NOT_NEEDED, language) if passed else ""
    if state != "current":
        return f"{day:%d.%m.%Y}"
    return f"now, since {day:%d.%m.%Y}" if language == "en" else f"jetzt, seit {day:%d.%m.%Y}"
