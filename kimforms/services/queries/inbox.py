"""What the inbox page reads: a page of rows as people read them, how many there are, and what can be filtered by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from ...engine.deadlines import age_in_words, overdue_in_words
from ...engine.definition import ProcessDefinition
from ...engine.text import pick
from ...forms.inbox import AGES, DUES, INITIAL, ORDERS, STATUSES, Filters
from ...models import Record, RecordFacet, User
from ...permissions import Actor
from ..catalogues import DatabaseCatalogues, catalogues
from ..records.facts import local_day
from .inbox_sources import Sources, projected_choices, read_sources, states_of
from .inbox_statements import Key, Order, View, count_statements, merged, page_statements

PAGE = 25
SOON = 3  # days before a due date from which it stands out
LARGEST_ID = 2**63 - 1
Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class InboxRow:
    """One line of the list, ready to be shown."""

    id: int
    reference: str
    row_version: int
    title: str
    state: str
    tone: str
    age: str
    created_on: date
    municipality: str
    assignee: str
    due: str
    due_on: date | None
    due_tone: str
    urgent: bool


@dataclass(frozen=True)
class InboxPage:
    """One page of the list. ``count`` is exact unless ``more`` says that there are more."""

    rows: tuple[InboxRow, ...]
    count: int
    more: bool
    next_key: str | None
    previous_key: str | None


@dataclass(frozen=True)
class Inbox:
    """The person's inbox before anything was filtered: sources, catalogues and the choices of each filter."""

    sources: Sources
    lists: DatabaseCatalogues
    language: str
    choices: Mapping[str, Choices] = field(default_factory=dict)

    def view(self, actor: Actor, filters: Filters, now: datetime) -> View:
        return View(self.sources.processes, filters, actor.user_id, local_day(now), now)


def open_inbox(session: Session, actor: Actor, now: datetime, language: str, permission: str = "inbox:read") -> Inbox:
    """What the person may see in the list, and by what it can be filtered."""
    lists = catalogues(session)
    sources = read_sources(session, actor, permission, lists, local_day(now), language)
    states = states_of(sources, language)

    def projected(column: str, source: str | None) -> Choices:
        return projected_choices(sources, column, source, lists, language)

    choices: dict[str, Choices] = {
        "status": _same(STATUSES),
        "order": _same(ORDERS),
        "due": _same(DUES),
        "age": _same(AGES),
        "process": [(one.key, one.title) for one in sources.processes],
        "state": [(INITIAL, ""), *states],
        "field": projected("field_of_action", "fields_of_action"),
        "municipality": projected("municipalities", "municipalities"),
        "area": projected("legal_areas", None),
        "organisation": projected("organisation", "organisations"),
        "assignee": [("me", ""), ("nobody", ""), *sources.people],
    }
    return Inbox(sources, lists, language, choices)


def read_page(
    session: Session, inbox: Inbox, view: View, *, after: str | None = None, before: str | None = None
) -> InboxPage:
    """The page behind or before a key of an earlier page; a key that nobody gave out leads to the first page."""
    order = view.order
    backwards = after is None and before is not None
    key = read_key(order, before if backwards else after)
    rows = _rows(session, view, order.turned() if backwards and key else order, key)
    if backwards and key and len(rows) <= PAGE:
        # the beginning of the list is near: show the whole first page instead of a short one
        backwards, key = False, None
        rows = _rows(session, view, order, None)
    full = len(rows) > PAGE
    rows = rows[:PAGE]
    if backwards and key:
        rows.reverse()
    count = sum(session.scalar(part) or 0 for part in count_statements(session, view))
    further = full if not (backwards and key) else True
    earlier = key is not None if not (backwards and key) else full
    return InboxPage(
        rows=tuple(_shown(session, inbox, view, rows)),
        count=min(count, view.most_counted),
        more=count > view.most_counted,
        next_key=write_key(order, rows[-1]) if rows and further else None,
        previous_key=write_key(order, rows[0]) if rows and earlier else None,
    )


def find_reference(session: Session, inbox: Inbox, words: str) -> str | None:
    """The reference of the record that the search text names, when the person reads it; any spelling of capitals."""
    processes = [one.id for one in inbox.sources.processes]
    wanted = select(Record.reference).where(Record.reference == words.strip().upper(), Record.process_id.in_(processes))
    return session.scalar(wanted)


def read_key(order: Order, text: str | None) -> Key | None:
    """A key from the address, None when it is none of this order."""
    value, _, number = (text or "").rpartition("_")
    if not number.isascii() or not number.isdigit() or len(number) > 19 or int(number) > LARGEST_ID:
        return None
    if order.column == "id":
        return None if value else Key(None, int(number))
    if order.column == "due_on" and value == "-":
        return Key(None, int(number))
    try:
        if order.column == "due_on":
            return Key(date.fromisoformat(value), int(number))
        return Key(datetime.fromisoformat(value).replace(tzinfo=UTC), int(number))
    except ValueError:
        return None


def write_key(order: Order, row: Row[Any]) -> str:
    """The key of a row, for the address of the page behind or before it."""
    if order.column == "id":
        return str(row.sort_id)
    if order.column == "due_on":
        return f"{row.sort_value.isoformat() if row.sort_value else '-'}_{row.sort_id}"
    return f"{row.sort_value.astimezone(UTC).replace(tzinfo=None).isoformat()}_{row.sort_id}"


COLUMNS = (
    Record.reference,
    Record.version_id,
    Record.state,
    Record.open,
    Record.title,
    Record.municipality,
    Record.urgency,
    Record.assignee_id,
    Record.due_on,
    Record.created_at,
    Record.row_version,
)


def _rows(session: Session, view: View, order: Order, key: Key | None) -> list[Row[Any]]:
    parts = page_statements(session, view, COLUMNS, order, after=key, limit=PAGE + 1)
    return merged([row for part in parts for row in session.execute(part)], order, PAGE + 1)


def _shown(session: Session, inbox: Inbox, view: View, rows: Sequence[Row[Any]]) -> list[InboxRow]:
    ids = [row.sort_id for row in rows]
    places = _municipalities(session, inbox, ids)
    people = _names(session, inbox, {row.assignee_id for row in rows if row.assignee_id is not None})
    states: dict[tuple[int, str], tuple[str, str]] = {}
    shown = []
    for row in rows:
        key = (row.version_id, row.state)
        if key not in states:
            states[key] = _state(inbox.sources.definitions[row.version_id], row.state, inbox.language)
        created_on = local_day(row.created_at)
        label, tone = states[key]
        due, due_tone = _due(row.due_on, view.today, inbox.language) if row.open else ("", "neutral")
        shown.append(
            InboxRow(
                id=row.sort_id,
                reference=row.reference,
                row_version=row.row_version,
                title=row.title,
                state=label,
                tone=tone,
                age=age_in_words(created_on, view.today, inbox.language),
                created_on=created_on,
                municipality=places.get(row.sort_id, ""),
                assignee=people.get(row.assignee_id, ""),
                due=due,
                due_on=row.due_on,
                due_tone=due_tone,
                urgent=row.urgency is not None and row.urgency == _highest(inbox.sources.definitions[row.version_id]),
            )
        )
    return shown


def _state(definition: ProcessDefinition, state: str, language: str) -> tuple[str, str]:
    found = definition.workflow.states.get(state)
    return (pick(found.label, language), found.tone) if found else (state, "neutral")


def _highest(definition: ProcessDefinition) -> str | None:
    """The last answer of the urgency question: definitions list them from low to high."""
    options = getattr(definition.fields().get(definition.projection.urgency or ""), "options", ())
    return str(options[-1].value) if options else None


def _due(due_on: date | None, today: date, language: str) -> tuple[str, str]:
    if due_on is None:
        return "", "neutral"
    days = (due_on - today).days
    tone = "danger" if days < 0 else "warning" if days <= SOON else "neutral"
    return overdue_in_words(due_on, today, language), tone


def _municipalities(session: Session, inbox: Inbox, ids: Sequence[int]) -> dict[int, str]:
    """Two names at most, then how many more."""
    labels = dict(inbox.choices["municipality"])
    found: dict[int, list[str]] = {}
    wanted = select(RecordFacet.record_id, RecordFacet.value).where(
        RecordFacet.record_id.in_(ids), RecordFacet.name == "municipality"
    )
    for row in session.execute(wanted.order_by(RecordFacet.record_id, RecordFacet.value)):
        found.setdefault(row.record_id, []).append(labels.get(row.value, row.value))
    return {
        key: ", ".join(names[:2]) + (f" +{len(names) - 2}" if len(names) > 2 else "") for key, names in found.items()
    }


def _names(session: Session, inbox: Inbox, ids: set[int]) -> dict[int, str]:
    """The colleagues' names are known; others are asked for, such as those of people who have left."""
    known = {int(value): name for value, name in inbox.sources.people}
    if missing := sorted(ids - known.keys()):
        known.update(
            (row.id, row.name) for row in session.execute(select(User.id, User.name).where(User.id.in_(missing)))
        )
    return known


def _same(values: Any) -> Choices:
    return [(value, "") for value in values]
