"""What the pages of reporters read: the form on offer, drafts, own reports, and how far a report has come."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from ...engine.definition import ProcessDefinition
from ...engine.effects import kind_of
from ...engine.fields import CleanContext, Field
from ...engine.fields import Record as RecordField
from ...engine.fields.groups import row_mark
from ...engine.text import pick
from ...engine.workflow import Allowed
from ...models import Draft, Event, EventValue, Process, ProcessVersion, Question, Record
from ...permissions import Actor
from .. import audit, catalogues
from ..processes import definition_of
from ..records.facts import local_day
from ..records.transitions import possible_transitions
from ..refusals import NotVisible
from .stations import Progressed, progress_of

A_PAGE = 25


@dataclass(frozen=True)
class Offer:
    """A published version as pages need it: no document is read as long as this process has parsed it before."""

    session: Session
    id: int
    process_id: int
    controller_id: int
    content_hash: str

    @property
    def document(self) -> Any:
        """The document, asked for by ``definition_of`` once in the life of the process."""
        return self.session.scalar(select(ProcessVersion.document).where(ProcessVersion.id == self.id))

    @property
    def definition(self) -> ProcessDefinition:
        """What the version says."""
        return definition_of(self)  # type: ignore[arg-type]


_OFFERS = select(ProcessVersion.id, ProcessVersion.process_id, Process.controller_id, ProcessVersion.content_hash).join(
    Process, Process.id == ProcessVersion.process_id
)
_FIRST = select(Process.id).where(Process.current_version_id.is_not(None)).order_by(Process.id).limit(1)
_BY_ID = _OFFERS.where(ProcessVersion.id == bindparam("version_id"))
_NEWEST = _OFFERS.where(Process.current_version_id == ProcessVersion.id).order_by(Process.id).limit(1)
_EARLIER = _BY_ID.where(Process.id == _FIRST.scalar_subquery())


def offered(session: Session, version_id: int | None = None) -> Offer:
    """The version that new reports begin with: the current one of the profile's first process.

    ``version_id`` asks for an earlier version of that process, for pages that were opened before a new one came.
    One query; raises :class:`NotVisible`.
    """
    return _offer(session, _NEWEST) if version_id is None else _offer(session, _EARLIER, version_id)


def offer_of(session: Session, version_id: int) -> Offer:
    """Any version by its id; one query."""
    return _offer(session, _BY_ID, version_id)


def _offer(session: Session, wanted: Any, version_id: int | None = None) -> Offer:
    row = session.execute(wanted, {} if version_id is None else {"version_id": version_id}).first()
    if row is None:
        raise NotVisible()
    return Offer(session, *row)


def drafts_of(session: Session, actor: Actor) -> Sequence[Draft]:
    """The person's drafts, the one changed last first; what was never filled in does not count."""
    rows = session.scalars(
        select(Draft)
        .where(Draft.user_id == actor.user_id)
        .options(joinedload(Draft.process), joinedload(Draft.version).defer(ProcessVersion.document))
        .order_by(Draft.changed_at.desc(), Draft.id.desc())
    ).all()
    return [row for row in rows if row.raw]


def record_by_reference(session: Session, reference: str) -> Record | None:
    """The record with a reference, with version (without document) and controller; the caller knows who asks."""
    return session.scalars(_records().where(Record.reference == reference)).first()


def record_by_id(session: Session, record_id: int) -> Record | None:
    """The same by id."""
    return session.scalars(_records().where(Record.id == record_id)).first()


def _records() -> Any:
    return select(Record).options(
        joinedload(Record.version).defer(ProcessVersion.document),
        joinedload(Record.process),
        joinedload(Record.controller),
        joinedload(Record.contact),
    )


@dataclass(frozen=True)
class OwnReport:
    """One line of "my reports"."""

    reference: str
    title: str
    process: str
    state: str
    tone: str
    created_at: datetime
    question: bool
    way: Progressed


def own_reports(
    session: Session, actor: Actor, *, before: int | None = None, language: str = "de"
) -> tuple[list[OwnReport], int | None]:
    """The person's own records, the newest first, and where the next page begins; a fixed number of queries."""
    wanted = (
        select(Record)
        .where(Record.creator_id == actor.user_id)
        .options(joinedload(Record.version).defer(ProcessVersion.document))
        .order_by(Record.id.desc())
        .limit(A_PAGE + 1)
    )
    rows = session.scalars(wanted.where(Record.id < before) if before is not None else wanted).all()
    shown = rows[:A_PAGE]
    asked = set(
        session.scalars(
            select(Question.record_id).where(
                Question.record_id.in_([row.id for row in shown]), Question.answer.is_(None)
            )
        )
    )
    ways = progress_of(session, shown, language)
    lines = []
    for row in shown:
        definition = definition_of(row.version)
        state = definition.workflow.states[row.state]
        lines.append(
            OwnReport(
                row.reference,
                row.title,
                pick(definition.title, language),
                pick(state.label, language),
                state.tone,
                row.created_at,
                row.id in asked and row.open,
                ways[row.id],
            )  # fmt: skip
        )
    return lines, shown[-1].id if len(rows) > A_PAGE else None


@dataclass(frozen=True)
class Progress:
    """How far a report has come, as its reporter reads it. ``told`` are question and answer of the last decision."""

    state: str
    tone: str
    open: bool
    way: Progressed
    questions: Sequence[Question]
    told: Sequence[tuple[str, str]]
    steps: Sequence[Allowed]
    answers: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    process: str = ""
    hint: str = ""
    """What the present state means, of a process whose states are no stations of a hurdle; otherwise empty."""

    @property
    def unanswered(self) -> Question | None:
        """The question that waits for an answer."""
        return next((one for one in self.questions if one.answer is None), None)


def progress(session: Session, actor: Actor, now: datetime, record: Record, *, language: str = "de") -> Progress:
    """The reporter's view of a record: stations, dialogue, result and what the reporter may do; no contact."""
    definition = definition_of(record.version)
    state = definition.workflow.states[record.state]
    questions = session.scalars(select(Question).where(Question.record_id == record.id).order_by(Question.id)).all()
    allowed = [one for one in possible_transitions(session, actor, now, record) if isinstance(one, Allowed)]
    return Progress(
        state=pick(state.label, language),
        tone=state.tone,
        open=record.open,
        way=progress_of(session, [record], language)[record.id],
        questions=questions,
        told=_told(session, record, definition, language),
        steps=allowed,
        answers=answers_of(session, record, definition, language),
        process=pick(definition.title, language),
        hint="" if any(one.station for one in definition.workflow.states.values()) else pick(state.hint, language),
    )


def _told(session: Session, record: Record, definition: ProcessDefinition, language: str) -> list[tuple[str, str]]:
    """What the form of the last decision says to the reporter: of steps that end the work and tell the reporter so."""
    if record.open:
        return []
    event = session.scalars(
        select(Event)
        .where(Event.record_id == record.id, Event.tag == audit.Tag.RECORD_TRANSITION.text)
        .order_by(Event.seq.desc())
        .limit(1)
    ).first()
    taken = definition.workflow.transition_by_id.get(json.loads(event.payload)["transition"]) if event else None
    if event is None or taken is None or not any(_tells_reporter(effect) for effect in taken.effects):
        return []
    values = session.execute(select(EventValue.key, EventValue.value).where(EventValue.event_seq == event.seq))
    given = {row.key.partition("\x1f")[2]: row.value for row in values if row.key.startswith("form\x1f")}
    context = CleanContext(catalogues.catalogues(session), local_day(record.changed_at), language)
    return [
        (pick(each.label, language), each.display(given[each.id], context))
        for each in taken.form
        if given.get(each.id) is not None
    ]


def _tells_reporter(effect: Any) -> bool:
    return kind_of(effect) == "notify" and "reporter" in effect.notify.to


Answer = str | Sequence[tuple[str, str]]
"""An answer in words; for records that it names, their references with their titles (empty if not to be seen)."""


def answers_of(
    session: Session,
    record: Record,
    definition: ProcessDefinition,
    language: str,
    named: Mapping[str, str] | None = None,
) -> list[tuple[str, list[tuple[str, Answer]]]]:
    """The answers by step in words, as they stand in the record: the reporter's contact is not among them.

    With ``named`` (titles of the records that the reader may see) answers that name records are lists of references.
    """
    context = CleanContext(catalogues.catalogues(session), local_day(record.created_at), language, record.answers)
    found = []
    for step in definition.form.steps:
        rows: list[tuple[str, Answer]]
        if step.repeat is not None:
            rounds = enumerate(record.answers.get(step.id) or [], start=1)
            item = pick(step.repeat.item, language)
            rows = [
                (f"{item} {row_mark(number, step.repeat.naming)}".strip(), _one_round(step.fields, row, context))
                for number, row in rounds
            ]
        else:
            rows = [(pick(each.label, language), _answer(each, record.answers[each.id], context, named))
                    for each in step.fields if each.id in record.answers]  # fmt: skip
        if rows:
            found.append((pick(step.title, language), rows))
    return found


def _answer(each: Field, value: Any, context: CleanContext, named: Mapping[str, str] | None) -> Answer:
    if named is not None and isinstance(each, RecordField) and each.process is not None:
        return [(str(one), named.get(str(one), "")) for one in (value if isinstance(value, list) else [value])]
    return each.display(value, context)


def _one_round(fields: Sequence[Field], row: Mapping[str, Any], context: CleanContext) -> str:
    shown = ((pick(each.label, context.language), each.display(row.get(each.id), context)) for each in fields)
    return "\n".join(f"{label}: {text}" for label, text in shown if text)
