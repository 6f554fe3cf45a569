"""Effects that reach beyond the record: joining it with another, beginning one out of it, moving linked ones on, publishing.

``effects`` calls them. What follows from a step elsewhere is done on behalf of the person who took it, by the software.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from ...engine import workflow
from ...engine.conditions import Condition, holds
from ...engine.definition import ProcessDefinition
from ...engine.effects import Link, Publish, Step
from ...engine.text import pick
from ...models import Process, Record, RecordLink
from ...permissions import Actor
from .. import audit, publishing
from ..catalogues import catalogues
from ..processes import current_version, definition_of
from ..refusals import InputRefused, StepRefused
from .facts import facts_of, local_day, person_for


def on_behalf(actor: Actor) -> Actor:
    """The software acting because ``actor`` did something: may take steps of the system; the history names the person."""
    return replace(actor, kind="system")


def link(
    session: Session, actor: Actor, now: datetime, record: Record, settings: Link, form: Mapping[str, Any]
) -> None:
    """Carries out ``link``: with the record that the form names, or with a new one."""
    from .creating import begin_record  # noqa: PLC0415 - a new record has effects, and an effect begins records

    if not _applies(session, actor, now, record, settings.when):
        return
    if settings.field is not None:
        reference = form.get(settings.field)
        for each in reference if isinstance(reference, list) else [reference]:
            other = session.scalar(select(Record).where(Record.reference == str(each or "")))
            if other is None or other.controller_id != record.controller_id:
                raise InputRefused({settings.field: f"Den Vorgang {each} gibt es nicht."})
            join(session, actor, now, record, other, settings.kind)
        return
    assert settings.create is not None
    version = current_version(session, settings.create, record.controller_id)
    target = definition_of(version)
    answers = taken_over(session, record, target, settings, form)
    fresh = begin_record(session, actor, now, version=version, answers=answers, catalogues=catalogues(session))
    fresh.assignee_id, fresh.assignee = record.assignee_id, record.assignee
    if settings.beside:
        for other in linked(session, record, settings.kind):
            if other.id != fresh.id and other.process.key == settings.kind:
                join(session, actor, now, fresh, other, settings.kind)
    else:
        join(session, actor, now, fresh, record, settings.kind)


def join(session: Session, actor: Actor, now: datetime, record: Record, other: Record, kind: str) -> None:
    """Joins two records that belong together by a step; both histories tell of it. No cases are counted."""
    known = session.scalar(
        select(RecordLink).where(RecordLink.kind == kind, RecordLink.from_id == record.id, RecordLink.to_id == other.id)
    )
    if known is not None:
        return
    session.add(RecordLink(from_record=record, to_record=other, kind=kind, created_at=now, created_by_id=actor.user_id))
    audit.record(session, actor, now, audit.Tag.RECORD_LINK, about=record, other=other.reference, kind=kind)
    audit.record(session, actor, now, audit.Tag.RECORD_LINK, about=other, other=record.reference, kind=kind)


def step(
    session: Session, actor: Actor, now: datetime, record: Record, settings: Step, form: Mapping[str, Any]
) -> None:
    """Carries out ``step``: linked records of the process that stand where the transition starts take it.

    Raises :class:`StepRefused` when it is required and none of them can: what follows here would come to nothing there.
    """
    if not _applies(session, actor, now, record, settings.when):
        return
    known = {**record.answers, **form}
    data = {name: known[source] for name, source in settings.with_.items() if known.get(source) is not None}
    session.flush()  # links made by an effect before this one count
    meant = _meant(session, record, settings)
    taken = [other for other in meant if take(session, actor, now, other, settings.transition, data)]
    if settings.required and not taken:
        raise StepRefused([_why_none(session, record, settings, meant)])


def _why_none(session: Session, record: Record, settings: Step, meant: list[Record]) -> str:
    """Why a required step elsewhere is not possible, as a sentence."""
    if not meant:
        known = session.scalars(select(Process.title).where(Process.key == settings.process).limit(1)).first()
        return f"Zu {record.reference} gehört noch kein Vorgang der Art „{known or settings.process}“."
    other = meant[-1]
    definition = definition_of(other.version)
    step = definition.workflow.transition_by_id.get(settings.transition)
    state = pick(definition.workflow.states[other.state].label)
    name = pick(step.label) if step is not None else settings.transition
    return f"{other.reference} ist im Stand „{state}“. Dort geht „{name}“ nicht."


def _meant(session: Session, record: Record, settings: Step) -> list[Record]:
    if not settings.beside:
        return linked(session, record, settings.links, settings.process)
    found: dict[int, Record] = {}
    for middle in linked(session, record, settings.links):
        found |= {one.id: one for one in linked(session, middle, settings.links, settings.process)}
    return [one for one in found.values() if one.id != record.id]


def take(
    session: Session, actor: Actor, now: datetime, record: Record, transition_id: str, data: Mapping[str, Any]
) -> bool:
    """Takes a step of the software on behalf of ``actor``; False, and nothing done, where it is not possible."""
    from .transitions import perform_transition  # noqa: PLC0415 - a step has effects, and an effect takes steps

    if not _may(session, on_behalf(actor), now, record, transition_id):
        return False
    perform_transition(
        session,
        on_behalf(actor),
        now,
        record=record,
        transition_id=transition_id,
        data=data,
        row_version=None,
        catalogues=catalogues(session),
    )
    return True


def _may(session: Session, actor: Actor, now: datetime, record: Record, transition_id: str) -> bool:
    """Whether the record stands where the transition starts and its condition holds; others are left alone."""
    definition = definition_of(record.version)
    transition = definition.workflow.transition_by_id.get(transition_id)
    if transition is None or record.state not in transition.from_:
        return False
    facts, person = facts_of(session, record), person_for(actor, record)
    verdicts = workflow.allowed(definition, facts, person, local_day(now))
    return any(isinstance(one, workflow.Allowed) and one.transition.id == transition_id for one in verdicts)


def publish(
    session: Session, actor: Actor, now: datetime, record: Record, settings: Publish, form: Mapping[str, Any]
) -> None:
    """Carries out ``publish``: a copy of the named answers becomes public, or what is public is taken back."""
    known = {**record.answers, **form}
    note = str(known.get(settings.note or "") or "")
    if settings.withdraw:
        publishing.withdraw(session, actor, now, record, reason=note)
    else:
        publishing.publish(session, actor, now, record, settings.fields, note=note, catalogues=catalogues(session))


def linked(session: Session, record: Record, kind: str, process: str | None = None) -> list[Record]:
    """The records with which this one is joined by links of the kind, oldest link first; of one process if named."""
    return list(session.scalars(_linked(record, kind, process)))


def _linked(record: Record, kind: str, process: str | None) -> Select[tuple[Record]]:
    other = or_(
        (RecordLink.from_id == record.id) & (Record.id == RecordLink.to_id),
        (RecordLink.to_id == record.id) & (Record.id == RecordLink.from_id),
    )
    wanted = select(Record).join(RecordLink, other).where(RecordLink.kind == kind).order_by(RecordLink.id)
    if process is not None:
        wanted = wanted.join(Process, Process.id == Record.process_id).where(Process.key == process)
    return wanted


def _applies(session: Session, actor: Actor, now: datetime, record: Record, when: Condition | None) -> bool:
    if when is None:
        return True
    session.flush()  # conditions may count links that an effect before this one made
    facts, person = facts_of(session, record), person_for(actor, record)
    return holds(when, workflow.condition_facts(facts, person, local_day(now)))


def taken_over(
    session: Session,
    record: Record,
    target: ProcessDefinition,
    settings: Link,
    form: Mapping[str, Any],
) -> dict[str, Any]:
    """What a record that begins out of this one takes over, as stored, by its field ids."""
    known = {**record.answers, **form}
    answers: dict[str, Any] = dict(_same_fields(known, target)) if settings.copy_all else {}
    answers |= settings.fill
    for field_id, source in settings.copy_.items():
        value = _value(session, record, source, known)
        if value is None:
            continue
        field = target.fields().get(field_id)
        many = bool(getattr(field, "takes_many", False))
        if field is not None and isinstance(value, list) != many and field.type in ("record", "one_of", "several_of"):
            value = [value] if many else value[0] if value else None
        answers[field_id] = value
    return answers


def _same_fields(known: Mapping[str, Any], target: ProcessDefinition) -> Iterable[tuple[str, Any]]:
    names = {*target.fields(), *(one.id for one in target.form.steps)}
    return ((name, value) for name, value in known.items() if name in names)


def _value(session: Session, record: Record, source: str, known: Mapping[str, Any]) -> Any:
    if source == ":reference":
        return record.reference
    if source == ":title":
        return record.title
    if source.startswith(":links."):
        _, kind, process = source.split(".")
        return list(session.scalars(_linked(record, kind, process).with_only_columns(Record.reference)))
    return known.get(source)
