"""Lists as CSV or XLSX: every record that a view of the inbox shows, one column for each question by its stable id.

Versions of a process are merged column by column; a renamed question keeps its column and shows its newest label. The
reporter's contact is stored elsewhere and never met here; questions that ask for personal data get no column either.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any, Literal

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from ..documents.tables import Cell, csv_chunks, write_xlsx
from ..engine.definition import ProcessDefinition, Step, nested_fields
from ..engine.fields import CleanContext, Date, Field, LongText, ShortText
from ..engine.text import pick
from ..models import ReadLog, Record, User
from ..permissions import Actor
from . import audit
from .queries.inbox import Inbox
from .queries.inbox_statements import View, id_statements
from .records.facts import local_day

Format = Literal["csv", "xlsx"]
FORMATS: tuple[Format, ...] = ("csv", "xlsx")
BATCH = 500
Render = Callable[[Any], Cell]
Plan = Sequence[tuple[int, str, Render]]


@dataclass(frozen=True)
class Export:
    """A finished file (open, at its beginning) and the number of records in it."""

    file: IO[bytes]
    count: int


def export_view(session: Session, inbox: Inbox, view: View, form: Format) -> Export:
    """Writes every record of ``view`` into a temporary file, newest first; memory does not grow with their number."""
    ids = sorted({one for part in id_statements(session, view) for one in session.scalars(part)}, reverse=True)
    table = _Table(session, inbox, view)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller sends and closes it
    if form == "csv":
        file.writelines(csv_chunks(table.header, table.rows(session, ids)))
    else:
        write_xlsx(file, table.header, table.rows(session, ids), sheet_name=table.say("Vorgänge", "Records"))
    file.seek(0)
    return Export(file, len(ids))


def record_export(session: Session, actor: Actor, now: datetime, *, form: Format, count: int, filters: str) -> None:
    """Notes who took which list with them: once in the history, and once a day in the log of reads."""
    assert actor.user_id is not None
    controllers = sorted(actor.controllers("inbox:export"))
    audit.record(
        session,
        actor,
        now,
        audit.Tag.RECORD_EXPORT,
        controller_id=controllers[0] if controllers else None,
        format=form,
        count=count,
        filters=audit.Erasable(filters),
    )
    entry = {"user_id": actor.user_id, "record_id": None, "what": f"export:{form}", "on": local_day(now)}
    if session.scalar(select(ReadLog.id).filter_by(**entry)) is None:
        session.add(ReadLog(**entry))


COLUMNS = (
    Record.id,
    Record.reference,
    Record.process_id,
    Record.version_id,
    Record.state,
    Record.assignee_id,
    Record.due_on,
    Record.created_at,
    Record.state_since,
    Record.closed_at,
    Record.answers,
)


class _Table:
    """Header and rows; each version has its own plan of which answer goes into which column."""

    def __init__(self, session: Session, inbox: Inbox, view: View) -> None:
        self.language = inbox.language
        self.context = CleanContext(catalogues=inbox.lists, today=view.today, language=inbox.language)
        self.people = {row.id: row.name for row in session.execute(select(User.id, User.name))}
        self.definitions = inbox.sources.definitions
        self.header = [
            self.say("Vorgangsnummer", "Reference"),
            self.say("Art", "Kind"),
            self.say("Stand", "State"),
            self.say("Eingegangen am", "Received on"),
            self.say("Stand seit", "State since"),
            self.say("Abgeschlossen am", "Closed on"),
            self.say("Fällig am", "Due on"),
            self.say("Zuständig", "Assignee"),
        ]
        self.fixed = len(self.header)
        self.places: dict[tuple[str, str], int] = {}
        for process in inbox.sources.processes:
            if view.filters.process in ("", process.key):
                for definition in process.definitions:
                    self._add_columns(process.key, definition)
        self.plans: dict[int, Plan] = {}
        self.titles = {process.id: process.title for process in inbox.sources.processes}

    def say(self, german: str, english: str) -> str:
        return english if self.language == "en" else german

    def rows(self, session: Session, ids: Sequence[int]) -> Iterator[list[Cell]]:
        for start in range(0, len(ids), BATCH):
            wanted = select(*COLUMNS).where(Record.id.in_(ids[start : start + BATCH])).order_by(Record.id.desc())
            for row in session.execute(wanted):
                yield self._row(row)

    def _row(self, row: Row[Any]) -> list[Cell]:
        definition = self.definitions[row.version_id]
        state = definition.workflow.states.get(row.state)
        received = local_day(row.created_at)
        cells: list[Cell] = [
            row.reference,
            self.titles[row.process_id],
            pick(state.label, self.language) if state else row.state,
            received,
            received if row.state_since == row.created_at else local_day(row.state_since),
            local_day(row.closed_at) if row.closed_at else None,
            row.due_on,
            self.people.get(row.assignee_id),
        ]
        cells += [None] * (len(self.header) - self.fixed)
        answers = row.answers
        for place, key, render in self._plan(row.version_id, definition):
            value = answers.get(key)
            if value is not None:
                cells[place] = render(value)
        return cells

    def _add_columns(self, process: str, definition: ProcessDefinition) -> None:
        """The current version comes first, so its labels and its order count; older questions follow."""
        for key, label, _render in _columns(definition, self.context):
            if (process, key) not in self.places:
                self.places[process, key] = len(self.header)
                self.header.append(f"{label} [{key}]")

    def _plan(self, version_id: int, definition: ProcessDefinition) -> Plan:
        known = self.plans.get(version_id)
        if known is None:
            found = _columns(definition, self.context)
            known = self.plans[version_id] = [
                (self.places[definition.key, key], key, render) for key, _label, render in found
            ]
        return known


def _columns(definition: ProcessDefinition, context: CleanContext) -> Iterator[tuple[str, str, Render]]:
    contact = set(definition.reporter.contact_fields) if definition.reporter else set()
    for step in definition.form.steps:
        if step.repeat is not None:
            if not any(_personal(field, contact) for field in step.fields):
                yield step.id, pick(step.title, context.language), _repeated(step, context)
            continue
        for field in step.fields:
            if field.holds_answer and not _personal(field, contact):
                yield field.id, pick(field.label, context.language), _renderer(field, context)


def _personal(field: Field, contact: set[str]) -> bool:
    return any(one.personal_data or one.id in contact for one in nested_fields([field]))  # type: ignore[list-item]


def _renderer(field: Field, context: CleanContext) -> Render:
    if isinstance(field, LongText | ShortText):
        return _as_text
    if isinstance(field, Date):
        return _as_day
    shown: dict[Any, Cell] = {}

    def render(value: Any) -> Cell:
        if isinstance(value, str):
            key: Any = value
        elif isinstance(value, list) and all(isinstance(one, str) for one in value):
            key = tuple(value)
        else:
            return value if isinstance(value, bool | int | float) else field.display(value, context)
        found = shown.get(key)
        if found is None:
            found = shown[key] = field.display(value, context)
        return found

    return render


def _repeated(step: Step, context: CleanContext) -> Render:
    renderers = [(field.id, pick(field.label, context.language), field) for field in step.fields if field.holds_answer]

    def line(row: Mapping[str, Any]) -> str:
        parts = [(label, field.display(row.get(key), context)) for key, label, field in renderers]
        return "; ".join(f"{label}: {text}" for label, text in parts if text)

    return lambda rows: "\n".join(line(row) for row in rows if isinstance(row, Mapping))


def _as_text(value: Any) -> Cell:
    return value if isinstance(value, str) else str(value)


def _as_day(value: Any) -> Cell:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return str(value)


def file_name(now: datetime, form: Format) -> str:
    """The name under which the list is saved, with its day."""
    return f"vorgaenge-{local_day(now).isoformat()}.{form}"


def media_type(form: Format) -> str:
    """The media type of a format."""
    if form == "csv":
        return "text/csv; charset=utf-8"
    return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
