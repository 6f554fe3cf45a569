"""What the board and the list of themes read: cards with their next step, who holds them, and whether they stand still.

The number of statements is fixed, however many themes there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, select, union_all
from sqlalchemy.orm import Session

from ...engine import workflow
from ...engine.deadlines import age_in_words, overdue_in_words
from ...engine.definition import ProcessDefinition, State
from ...engine.text import pick
from ...forms.themes import Filters
from ...models import Controller, Process, Record, RecordLink, TransitionApproval, User
from ...permissions import Actor
from ..catalogues import DatabaseCatalogues, catalogues
from ..records.facts import labels_of, local_day
from ..themes.reports import KIND, PROCESS
from .inbox_sources import Sources, read_sources
from .theme_statements import COLUMNS, conditions, on_the_board, stalled_before

STATIONS = ("theme", "steering_group", "working_group", "decision", "implemented", "published")
STALLED_AFTER = 30
"""Days without anything happening after which a theme stands out, where the profile names no other number."""
MOST_CARDS = 600
PAGE = 25
SOON = 3
WORKING_GROUP = "working_group"


@dataclass(frozen=True)
class Card:
    """One theme on the board or in the list, ready to be shown.

    ``step`` is the transition that the reader may take next; ``piece`` the reference of a record (a reconstruction, a
    paper) that has to be finished first.
    """

    id: int
    reference: str
    title: str
    state: str
    tone: str
    station: str
    open: bool
    cases: int
    reports: int
    age: str
    begun_on: date
    step: str | None
    piece: str | None
    next: str
    holder: str
    due: str
    due_on: date | None
    due_tone: str
    still_for: int | None


@dataclass(frozen=True)
class Column:
    """The themes at one station."""

    station: str
    label: str
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Themes:
    """What the reader may see of themes, before anything was filtered."""

    actor: Actor
    now: datetime
    sources: Sources
    lists: DatabaseCatalogues
    language: str
    stalled_after: int
    choices: Mapping[str, Sequence[tuple[str, str]]]

    @property
    def processes(self) -> list[int]:
        return [one.id for one in self.sources.processes if one.key == PROCESS]

    @property
    def today(self) -> date:
        return local_day(self.now)


@dataclass(frozen=True)
class ThemePage:
    """One page of the list, and the keys of its neighbours."""

    cards: tuple[Card, ...]
    next_key: int | None
    previous_key: int | None


def open_themes(session: Session, actor: Actor, now: datetime, language: str) -> Themes:
    """The processes of themes that the reader reads, and by what they can be filtered; two statements."""
    lists = catalogues(session)
    sources = read_sources(session, actor, "theme:read", lists, local_day(now), language)
    controllers = {one.controller_id for one in sources.processes if one.key == PROCESS}
    data = session.scalars(select(Controller.data).where(Controller.id.in_(controllers or {0})).order_by(Controller.id))
    days = next((found for one in data if (found := stalled_after(one))), STALLED_AFTER)
    choices = {
        "mine": [("yes", "")],
        "stalled": [("yes", "")],
        "status": [("all", "")],
        "field": [(one.value, one.label) for one in lists.options("fields_of_action")],
        "municipality": [(one.value, one.label) for one in lists.options("municipalities")],
    }
    return Themes(actor, now, sources, lists, language, days, choices)


def stalled_after(data: Mapping[str, Any] | None) -> int | None:
    """The number of days that a controller's profile names (``themes: {stalled_after_days}``)."""
    days = ((data or {}).get("themes") or {}).get("stalled_after_days")
    return int(days) if days else None


def board(session: Session, themes: Themes, filters: Filters) -> tuple[list[Column], bool]:
    """The columns of the board: open themes, and what was made known lately. True: there are more than it shows."""
    wanted = (
        select(*COLUMNS)
        .where(*_readable(themes), on_the_board(themes.now), *conditions(themes, filters))
        .order_by(Record.id.desc())
        .limit(MOST_CARDS + 1)
    )
    rows = session.execute(wanted).all()
    cards = _cards(session, themes, rows[:MOST_CARDS])
    labels = station_labels(themes)
    columns = [Column(one, labels[one], tuple(card for card in cards if card.station == one)) for one in STATIONS]
    return columns, len(rows) > MOST_CARDS


def theme_list(
    session: Session, themes: Themes, filters: Filters, *, after: int | None = None, before: int | None = None
) -> ThemePage:
    """The list, newest first, a page at a time; ``after`` and ``before`` are ids that an earlier page gave out."""
    wanted = select(*COLUMNS).where(*_readable(themes), *conditions(themes, filters))
    if filters.status != "all":
        wanted = wanted.where(Record.open)
    if before is not None and after is None:
        newer = session.execute(wanted.where(Record.id > before).order_by(Record.id.asc()).limit(PAGE + 1)).all()
        rows, more_before, more_after = newer[:PAGE][::-1], len(newer) > PAGE, True
    else:
        older = wanted.where(Record.id < after) if after is not None else wanted
        found = session.execute(older.order_by(Record.id.desc()).limit(PAGE + 1)).all()
        rows, more_before, more_after = found[:PAGE], after is not None, len(found) > PAGE
    cards = _cards(session, themes, rows)
    return ThemePage(
        tuple(cards),
        cards[-1].id if cards and more_after else None,
        cards[0].id if cards and more_before else None,
    )


def stalled(session: Session, themes: Themes, most: int) -> list[tuple[str, str, int]]:
    """Reference, title and days of the open themes in which nothing has happened for longest, for the start page."""
    wanted = (
        select(*COLUMNS)
        .where(*_readable(themes), *conditions(themes, Filters(stalled="yes")))
        .order_by(Record.changed_at, Record.id)
        .limit(most)
    )
    return [(row.reference, row.title, _still(themes, row)[1]) for row in session.execute(wanted)]


def _still(themes: Themes, row: Row[Any]) -> tuple[str, int]:
    """When something happened last, as events spell it, and how many days ago that was."""
    last = max(filter(None, (row.last_own, row.last_linked)), default=row.changed_at.isoformat())
    return last, (themes.today - local_day(datetime.fromisoformat(last))).days


def station_labels(themes: Themes) -> dict[str, str]:
    """What the columns are called."""
    german = themes.language != "en"
    return {
        "theme": "Thema" if german else "Theme",
        "steering_group": "Lenkungsgruppe" if german else "Steering group",
        "working_group": "Arbeitsgruppe" if german else "Working group",
        "decision": "Beschluss" if german else "Decision",
        "implemented": "Umsetzung" if german else "Implementation",
        "published": "Bekannt gegeben" if german else "Made known",
    }


def _readable(themes: Themes) -> tuple[Any, ...]:
    return (Record.process_id.in_(themes.processes),)


@dataclass(frozen=True)
class _Beside:
    """What stands beside the rows of a page, asked for once for all of them."""

    links: Mapping[int, Mapping[str, Mapping[str, int]]]
    approvals: Mapping[int, Mapping[str, frozenset[int]]]
    pieces: Mapping[int, Sequence[_Piece]]
    people: Mapping[int, str]


def _cards(session: Session, themes: Themes, rows: Sequence[Row[Any]]) -> list[Card]:
    ids = [row.id for row in rows]
    beside = _Beside(_links(session, ids), _approvals(session, ids), _pieces(session, ids), _people(session, rows))
    return [_card(themes, row, beside) for row in rows]


def _card(themes: Themes, row: Row[Any], beside: _Beside) -> Card:
    definition = themes.sources.definitions[row.version_id]
    state = definition.workflow.states[row.state]
    following = _next(themes, definition, state, row, beside)
    due_on = min((day for day in (row.due_on, row.task_due) if day is not None), default=None) if row.open else None
    last, still = _still(themes, row)
    return Card(
        id=row.id,
        reference=row.reference,
        title=row.title,
        state=pick(state.label, themes.language),
        tone=state.tone,
        station=state.station or "",
        open=row.open,
        cases=row.case_count or 0,
        reports=row.reports or 0,
        age=age_in_words(local_day(row.created_at), themes.today, themes.language),
        begun_on=local_day(row.created_at),
        step=following.step,
        piece=following.piece,
        next=following.words,
        holder=_holder(themes, state, row, beside),
        due=overdue_in_words(due_on, themes.today, themes.language) if due_on else "",
        due_on=due_on,
        due_tone=_tone(due_on, themes.today),
        still_for=still if row.open and last < stalled_before(themes) else None,
    )


@dataclass(frozen=True)
class _Next:
    words: str = ""
    step: str | None = None
    piece: str | None = None


def _next(themes: Themes, definition: ProcessDefinition, state: State, row: Row[Any], beside: _Beside) -> _Next:
    """The first step onwards that the reader may take; else the record to be finished first; else what is waited for."""
    if not row.open:
        return _Next()
    verdicts = _verdicts(themes, definition, row, beside)
    order = list(definition.workflow.states)
    onwards, beside_it = [], []
    for one in verdicts:
        if isinstance(one, workflow.Allowed):
            to = order.index(one.transition.to) if one.transition.to in order else order.index(row.state)
            (onwards if to > order.index(row.state) else beside_it if to == order.index(row.state) else []).append(one)
    if onwards:
        return _Next(pick(onwards[0].transition.label, themes.language), step=onwards[0].transition.id)
    if pieces := [one for one in beside.pieces.get(row.id, ()) if one.open]:
        one = pieces[-1]
        return _Next(f"{one.kind} {one.reference}", piece=one.reference)
    if state.kind == "waiting" and state.hint:
        return _Next(pick(state.hint, themes.language))
    if beside_it:
        return _Next(pick(beside_it[0].transition.label, themes.language), step=beside_it[0].transition.id)
    refused = next((one for one in verdicts if isinstance(one, workflow.Refused) and not one.hidden), None)
    if refused is not None:
        return _Next(f"{pick(refused.transition.label, themes.language)}: {' '.join(refused.reasons)}")
    return _Next(pick(state.hint, themes.language))


def _verdicts(
    themes: Themes, definition: ProcessDefinition, row: Row[Any], beside: _Beside
) -> list[workflow.Allowed | workflow.Refused]:
    actor = themes.actor
    person = workflow.Person(id=actor.user_id, roles=actor.roles(row.controller_id), bodies=actor.bodies())
    facts = workflow.RecordFacts(
        state=row.state,
        answers=row.answers,
        creator_id=row.creator_id,
        assignee_id=row.assignee_id,
        created_on=local_day(row.created_at),
        submitted_on=local_day(row.created_at),
        state_since=local_day(row.state_since),
        due_on=row.due_on,
        links=beside.links.get(row.id, {}),
        approvals=beside.approvals.get(row.id, {}),
        last_actor_id=row.last_actor_id,
    )
    labels = labels_of(definition, themes.language)
    return workflow.allowed(definition, facts, person, themes.today, labels=labels)


def _holder(themes: Themes, state: State, row: Row[Any], beside: _Beside) -> str:
    """A body where it has the word, otherwise the person who is responsible; empty when nobody is."""
    groups = [one for one in beside.pieces.get(row.id, ()) if one.process == WORKING_GROUP]
    if state.station == "working_group" and groups:
        group = groups[-1].title
        return f"working group “{group}”" if themes.language == "en" else f"Arbeitsgruppe „{group}“"
    if state.kind == "waiting" and state.station in ("steering_group", "decision"):
        return station_labels(themes)["steering_group"]
    return beside.people.get(row.assignee_id, "")


def _tone(due_on: date | None, today: date) -> str:
    if due_on is None:
        return "neutral"
    days = (due_on - today).days
    return "danger" if days < 0 else "warning" if days <= SOON else "neutral"


def _links(session: Session, ids: Sequence[int]) -> dict[int, dict[str, dict[str, int]]]:
    """Links of the themes in both directions, as conditions count them: theme -> kind -> process -> number."""
    sides = ((RecordLink.to_id, RecordLink.from_id), (RecordLink.from_id, RecordLink.to_id))
    parts = [
        select(mine.label("theme"), RecordLink.kind, Process.key, func.count().label("number"))
        .join(Record, Record.id == other)
        .join(Process, Process.id == Record.process_id)
        .where(mine.in_(ids))
        .group_by(mine, RecordLink.kind, Process.key)
        for mine, other in sides
    ]
    found: dict[int, dict[str, dict[str, int]]] = {}
    for theme, kind, process, number in session.execute(union_all(*parts)):
        counted = found.setdefault(theme, {}).setdefault(kind, {})
        counted[process] = counted.get(process, 0) + number
    return found


def _approvals(session: Session, ids: Sequence[int]) -> dict[int, dict[str, frozenset[int]]]:
    found: dict[int, dict[str, frozenset[int]]] = {}
    for one in session.scalars(select(TransitionApproval).where(TransitionApproval.record_id.in_(ids))):
        known = found.setdefault(one.record_id, {})
        known[one.transition] = known.get(one.transition, frozenset()) | {one.user_id}
    return found


@dataclass(frozen=True)
class _Piece:
    """A record of the theme that is no report: a reconstruction, a paper, a working group, a publication."""

    process: str
    kind: str
    reference: str
    title: str
    open: bool


def _pieces(session: Session, ids: Sequence[int]) -> dict[int, list[_Piece]]:
    rows = session.execute(
        select(RecordLink.to_id, Process.key, Process.title, Record.reference, Record.title, Record.open)
        .join(Record, Record.id == RecordLink.from_id)
        .join(Process, Process.id == Record.process_id)
        .where(RecordLink.to_id.in_(ids), RecordLink.kind == KIND, RecordLink.cases.is_(None))
        .order_by(RecordLink.id)
    )
    found: dict[int, list[_Piece]] = {}
    for theme, *columns in rows:
        found.setdefault(theme, []).append(_Piece(*columns))
    return found


def _people(session: Session, rows: Iterable[Row[Any]]) -> dict[int, str]:
    ids = sorted({row.assignee_id for row in rows if row.assignee_id is not None})
    return {row.id: row.name for row in session.execute(select(User.id, User.name).where(User.id.in_(ids or [0])))}
