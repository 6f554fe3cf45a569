"""Beginning a record out of another one: what is known is taken over, so that nobody types it twice.

The effect ``link`` with ``create`` calls it. What a person submits goes through ``submission``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ...engine.catalogue import Catalogues
from ...engine.cleaning import clean_answers, fields_of
from ...engine.definition import ProcessDefinition
from ...engine.text import pick
from ...models import ProcessVersion, Record
from ...permissions import Actor
from ..numbering import next_reference
from ..processes import definition_of
from ..projection import project
from ..refusals import InputRefused
from .facts import local_day
from .submission import announce


def begin_record(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    version: ProcessVersion,
    answers: Mapping[str, Any],
    catalogues: Catalogues,
    reference: str | None = None,
) -> Record:
    """A new record of the process whose answers begin with ``answers``, as they are stored, by field id.

    A draft keeps what fits and leaves out the rest. A process that does not begin as a draft needs complete answers:
    :class:`InputRefused` names what is missing. Fields that the process does not have are left out. ``reference`` is
    given where something else than the process counts.
    """
    definition = definition_of(version)
    initial = definition.workflow.initial
    kept = fitting(definition, answers, catalogues, now, partial=definition.is_draft(initial))
    reference = reference or next_reference(session, definition.numbering, local_day(now))
    if definition.numbering.field is not None:
        kept[definition.numbering.field] = reference
    record = Record(
        reference=reference,
        process_id=version.process_id,
        version=version,
        controller_id=version.process.controller_id,
        state=initial,
        open=definition.workflow.states[initial].kind != "done",
        title="",
        answers=kept,
        creator_id=actor.user_id,
        last_actor_id=actor.user_id,
        created_at=now,
        state_since=now,
        changed_at=now,
    )
    project(record, definition, catalogues, local_day(now))
    session.add(record)
    session.flush()  # history and mails name the record's id
    announce(session, actor, now, record, definition, kept, {})
    return record


def fitting(
    definition: ProcessDefinition, answers: Mapping[str, Any], catalogues: Catalogues, now: datetime, *, partial: bool
) -> dict[str, Any]:
    """``answers`` as the form would store them; what does not fit a draft stays out, otherwise it is refused."""
    fields = [each for step in definition.form.steps for each in fields_of(step)]
    ready = {each.id: answers[each.id] for each in fields if each.read_only and answers.get(each.id) is not None}
    raw = {
        each.id: each.to_raw(answers[each.id])
        for each in fields
        if each.holds_answer and each.id not in ready and answers.get(each.id) is not None
    }
    if partial:
        raw = {name: _cut(value, definition.fields().get(name)) for name, value in raw.items()}
    cleaned = clean_answers(definition, raw, catalogues=catalogues, today=local_day(now), partial=partial, stored=ready)
    if cleaned.errors and not partial:
        names = {each.id: pick(each.label) for each in fields}
        told = {path: f"{names.get(path.partition('.')[0], path)}: {text}" for path, text in cleaned.errors.items()}
        raise InputRefused(told)
    return {**ready, **cleaned.answers}


def _cut(value: Any, field: Any) -> Any:
    """A text that is too long for where it is taken over to, as far as it fits."""
    most = getattr(field, "max_length", None)
    return f"{value[: most - 1]}…" if isinstance(value, str) and most and len(value) > most else value
