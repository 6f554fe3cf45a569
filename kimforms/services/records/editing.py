"""Correcting the answers of a record, and telling two people apart who do so at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, selectinload

from ...engine.catalogue import Catalogues
from ...engine.cleaning import clean_answers, fields_of
from ...engine.condition_models import fields_in
from ...engine.definition import ProcessDefinition, Step
from ...engine.fields import CleanContext, Computed
from ...engine.text import pick
from ...engine.workflow import may_edit
from ...models import Event, Record, Share, TransitionApproval
from ...permissions import Actor, Sight, sight
from .. import audit, similar_reports
from ..processes import definition_of
from ..projection import project
from ..refusals import InputRefused, NotPermitted, NotVisible, StaleVersion
from ..themes import counting
from .facts import facts_of, local_day, person_for


@dataclass(frozen=True)
class Changed:
    """What came of a correction: ids of the changed questions, and labels of those that are hidden now and lost theirs."""

    fields: tuple[str, ...]
    dropped: tuple[str, ...]


def change_answers(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    record: Record,
    raw: Mapping[str, Any],
    row_version: int | None,
    catalogues: Catalogues,
    language: str = "de",
    steps: Collection[str] | None = None,
) -> Changed:
    """Replaces the answers by ``raw``, the input for all questions that :func:`kept_out` does not keep.

    ``steps``: the input is for these steps only. A draft need not be complete, but what is there has to fit. The
    history holds old and new value of each changed answer. Raises :class:`NotVisible`, :class:`NotPermitted` where the
    state does not entitle the actor, :class:`StaleVersion` when somebody changed the record since ``row_version``,
    :class:`InputRefused` with a sentence for each question.
    """
    require_editor(session, actor, now, record)
    if row_version is not None and row_version != record.row_version:
        raise StaleVersion(current=record)
    definition = definition_of(record.version)
    answers, dropped = _judged(definition, record, raw, catalogues, local_day(now), language, steps)
    old = record.answers
    asked = [each.id for step in definition.form.steps for each in fields_of(step)]  # PostgreSQL keeps no order of keys
    changed = [name for name in dict.fromkeys([*asked, *old]) if old.get(name) != answers.get(name)]
    if not changed:
        return Changed((), ())
    record.answers = answers
    record.changed_at = now
    changes = {
        name: {"old": audit.Erasable(old.get(name)), "new": audit.Erasable(answers.get(name))} for name in changed
    }
    audit.record(session, actor, now, audit.Tag.RECORD_CHANGE, about=record, changes=changes)
    project(record, definition, catalogues, local_day(now))
    session.execute(delete(TransitionApproval).where(TransitionApproval.record_id == record.id))  # given to other words
    similar_reports.analyse_record(session, record, definition)
    if definition.projection.case_count in changed:
        counting.report_corrected(session, actor, now, record)
    return Changed(tuple(changed), dropped)


def require_editor(session: Session, actor: Actor, now: datetime, record: Record) -> None:
    """Raises :class:`NotVisible` or :class:`NotPermitted` unless the record's state lets the actor change the answers."""
    shares = session.scalars(select(Share).where(Share.record_id == record.id)).all()
    if sight(actor, record, shares, local_day(now)) is Sight.NONE:
        raise NotVisible()
    definition = definition_of(record.version)
    if not may_edit(definition, facts_of(session, record), person_for(actor, record)):
        state = pick(definition.workflow.states[record.state].label)
        raise NotPermitted(f"Im Stand „{state}“ können Sie die Angaben nicht ändern.")


def kept_out(definition: ProcessDefinition, steps: Collection[str] | None = None) -> frozenset[str]:
    """Ids of the questions that keep their answers: those outside ``steps``, and those that nobody changes for a reporter
    (contact, wishes about being asked and told, and confirmations that can only be given).
    """
    reporter = definition.reporter
    wishes = {*fields_in(reporter.may_ask), reporter.feedback or ""} if reporter is not None else set()
    contact = set(reporter.contact_fields) if reporter is not None else set()
    return frozenset(
        each.id
        for step in definition.form.steps
        for each in fields_of(step)
        if (steps is not None and step.id not in steps)
        or each.personal_data
        or each.id in contact | wishes
        or (reporter is not None and getattr(each, "must_be_true", False))
    )


def editable_steps(definition: ProcessDefinition, wanted: Collection[str] | None = None) -> list[Step]:
    """The steps (or those ``wanted``) with the questions that may be changed, and what services fill; others are left out."""
    apart = kept_out(definition, wanted)
    steps = [
        step if step.repeat is not None else step.model_copy(update={"fields": _open(step, apart)})
        for step in definition.form.steps
    ]
    return [
        step
        for step in steps
        if (wanted is None or step.id in wanted) and any(each.holds_answer for each in fields_of(step))
    ]


def _open(step: Step, apart: frozenset[str]) -> tuple[Any, ...]:
    return tuple(each for each in step.fields if each.id not in apart and each.holds_answer)


def raw_of(definition: ProcessDefinition, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Stored answers as a form would send them."""
    return {
        each.id: each.to_raw(answers[each.id])
        for step in definition.form.steps
        for each in fields_of(step)
        if answers.get(each.id) is not None
    }


def whole_input(
    definition: ProcessDefinition, record: Record, raw: Mapping[str, Any], steps: Collection[str] | None = None
) -> dict[str, Any]:
    """What was entered together with what the form does not ask for: the whole input, for conditions across steps."""
    apart = kept_out(definition, steps)
    stored = {**record.answers, **(record.contact.answers if record.contact is not None else {})}
    kept = {name: value for name, value in raw_of(definition, stored).items() if name in apart}
    return {name: value for name, value in raw.items() if name not in apart} | kept


def _judged(
    definition: ProcessDefinition,
    record: Record,
    raw: Mapping[str, Any],
    catalogues: Catalogues,
    today: date,
    language: str,
    steps: Collection[str] | None,
) -> tuple[dict[str, Any], tuple[str, ...]]:
    apart = kept_out(definition, steps)
    whole = whole_input(definition, record, raw, steps)
    cleaned = clean_answers(
        definition,
        whole,
        catalogues=catalogues,
        today=today,
        language=language,
        partial=definition.is_draft(record.state),
        stored=record.answers,
    )
    errors = {path: text for path, text in cleaned.errors.items() if path.partition(".")[0] not in apart}
    if errors:
        raise InputRefused(errors)
    answers: dict[str, Any] = {}
    for step in definition.form.steps:
        for each in fields_of(step):
            kept = each.id in apart and not isinstance(each, Computed)
            source = record.answers if kept else cleaned.answers
            if source.get(each.id) is not None:
                answers[each.id] = source[each.id]
    fields = definition.fields()
    dropped = tuple(
        pick(fields[name].label, language)
        for name in cleaned.dropped
        if name in fields and name not in apart and record.answers.get(name) is not None
    )
    return answers, dropped


@dataclass(frozen=True)
class Row:
    """One question on which the versions differ: before both, now in the record, and what this person entered."""

    label: str
    before: str
    theirs: str
    mine: str
    both: bool


@dataclass(frozen=True)
class Versions:
    """Both versions of a record, question by question, and the input that joins them: mine where I changed something."""

    rows: Sequence[Row]
    joined: Mapping[str, Any]


def versions(
    session: Session,
    record: Record,
    raw: Mapping[str, Any],
    seen: int,
    *,
    catalogues: Catalogues,
    today: date,
    language: str = "de",
    steps: Collection[str] | None = None,
) -> Versions:
    """What somebody entered on a page that showed the record as of event ``seen``, beside what it holds now."""
    definition = definition_of(record.version)
    before = answers_at(session, record, seen)
    whole = whole_input(definition, record, raw, steps)
    entered = clean_answers(
        definition, whole, catalogues=catalogues, today=today, partial=True, language=language, stored=record.answers
    )
    wrong = {path.partition(".")[0] for path in entered.errors}
    now_raw = raw_of(definition, record.answers)
    context = CleanContext(catalogues, today, language)
    apart = kept_out(definition, steps)
    rows, joined = [], dict(now_raw)
    for each in (one for step in definition.form.steps for one in fields_of(step)):
        if each.id in apart or not each.holds_answer or each.read_only or isinstance(each, Computed):
            continue
        old, theirs, mine = before.get(each.id), record.answers.get(each.id), entered.answers.get(each.id)
        i_changed, they_changed = mine != old or each.id in wrong, theirs != old
        if i_changed:
            joined[each.id] = raw.get(each.id)
        if i_changed or they_changed:
            shown = [each.display(one, context) if one is not None else "" for one in (old, theirs, mine)]
            both = i_changed and they_changed and mine != theirs
            rows.append(Row(pick(each.label, language), *shown, both=both))
    return Versions(rows, joined)


def answers_at(session: Session, record: Record, seen: int) -> dict[str, Any]:
    """The answers as they stood after event ``seen``: what was changed since is taken back."""
    events = session.scalars(
        select(Event)
        .where(Event.record_id == record.id, Event.seq > seen, Event.tag == audit.Tag.RECORD_CHANGE.text)
        .options(selectinload(Event.values))
        .order_by(Event.seq.desc())
    )
    answers = dict(record.answers)
    for event in events:
        for name, values in audit.payload_of(event)["changes"].items():
            answers[name] = values.get("old")
    return answers
