"""Moving a record through its workflow. The engine decides; this is the only place that writes ``Record.state``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from ...engine import workflow
from ...engine.catalogue import Catalogues
from ...engine.definition import ProcessDefinition, Transition
from ...engine.text import pick
from ...models import Record, RecordFacet, Share, TransitionApproval
from ...permissions import Actor, Sight, sight
from .. import audit, publishing, similar_reports
from ..catalogues import catalogues as lists_of
from ..processes import definition_of
from ..refusals import InputRefused, NotVisible, StaleVersion, StepRefused
from ..themes import counting
from . import completing, deadlines_running, effects
from .facts import facts_of, labels_of, local_day, person_for
from .tasking import finish_with_state


def possible_transitions(
    session: Session, actor: Actor, now: datetime, record: Record
) -> list[workflow.Allowed | workflow.Refused]:
    """What the actor may do now, and for what is not possible why; the same judgement as :func:`perform_transition`."""
    definition = definition_of(record.version)
    facts, person = facts_of(session, record), person_for(actor, record)
    found = workflow.allowed(definition, facts, person, local_day(now), labels=labels_of(definition))
    return completing.refuse_unfinished(found, record, definition, now, lambda: lists_of(session))


def perform_transition(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    record: Record,
    transition_id: str,
    data: Mapping[str, Any],
    row_version: int | None,
    catalogues: Catalogues,
) -> workflow.Decision:
    """Takes one step: state, deadlines, effects, history and mails together.

    Raises :class:`NotVisible`, :class:`StaleVersion` when the record was changed since ``row_version``,
    :class:`StepRefused` with reasons (:class:`Unfinished` for a draft that is not complete), :class:`InputRefused` for
    the transition's form.
    """
    from . import automatic  # noqa: PLC0415 - what follows by itself takes steps in turn

    if sight(actor, record, _shares(session, record), local_day(now)) is Sight.NONE and actor.kind != "system":
        raise NotVisible()
    if row_version is not None and row_version != record.row_version:
        raise StaleVersion(current=record)
    definition = definition_of(record.version)
    try:
        decision = workflow.decide(
            definition,
            facts_of(session, record),
            person_for(actor, record),
            transition_id,
            data,
            today=local_day(now),
            catalogues=catalogues,
            labels=labels_of(definition),
        )
    except workflow.TransitionRefused as refused:
        raise StepRefused(refused.reasons) from refused
    except workflow.FormInvalid as invalid:
        raise InputRefused(invalid.errors) from invalid
    completing.require_complete(session, actor, now, record, definition, decision.transition, catalogues)
    _carry_out(session, actor, now, record, definition, decision)
    if decision.complete:
        automatic.run(session, now, record, catalogues)
    return decision


def _carry_out(
    session: Session,
    actor: Actor,
    now: datetime,
    record: Record,
    definition: ProcessDefinition,
    decision: workflow.Decision,
) -> None:
    old = record.state
    audit.record(
        session,
        actor,
        now,
        audit.Tag.RECORD_TRANSITION,
        about=record,
        transition=decision.transition.id,
        old=old,
        new=decision.new_state,
        form={key: audit.Erasable(value) for key, value in decision.form_answers.items()},
        complete=decision.complete,
    )
    record.changed_at = now
    if not decision.complete:
        assert actor.user_id is not None
        session.add(
            TransitionApproval(
                record_id=record.id, transition=decision.transition.id, user_id=actor.user_id, approved_at=now
            )
        )
        return
    _move(session, actor, now, record, definition, decision)
    effects.execute(
        session,
        actor,
        now,
        record,
        decision.effects,
        effects.Occasion(definition, decision.form_answers, _quotable(decision.transition, decision.form_answers)),
    )


def _move(
    session: Session,
    actor: Actor,
    now: datetime,
    record: Record,
    definition: ProcessDefinition,
    decision: workflow.Decision,
) -> None:
    session.execute(delete(TransitionApproval).where(TransitionApproval.record_id == record.id))
    record.last_actor_id = actor.user_id
    if decision.new_state == record.state:
        return
    before, record.state = record.state, decision.new_state
    record.state_since = now
    was_open, record.open = record.open, definition.workflow.states[record.state].kind != "done"
    record.closed_at = None if record.open else now
    if record.open != was_open:
        session.execute(update(RecordFacet).where(RecordFacet.record_id == record.id).values(open=record.open))
    similar_reports.follow_state(session, record, definition, before)
    counting.report_moved(session, actor, now, record, before)
    if definition.publishes:
        publishing.refresh_station(session, record)
    if definition.leaves_tasks:
        finish_with_state(session, actor, now, record, before)
    deadlines_running.enter_state(session, actor, now, record, definition)


def _quotable(transition: Transition, form: Mapping[str, Any]) -> dict[str, str]:
    """What mails may quote of the transition's form: texts by their field id, where a placeholder bears the same name."""
    values = {key: value for key, value in form.items() if isinstance(value, str)}
    return values | {"transition": pick(transition.label)}


def _shares(session: Session, record: Record) -> list[Share]:
    return session.query(Share).filter(Share.record_id == record.id).all()
