"""Drafts: what their answers still lack, and the check before one becomes a record that others rely on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from ...engine import workflow
from ...engine.catalogue import Catalogues
from ...engine.completeness import Completeness, completeness, leaves_draft
from ...engine.definition import ProcessDefinition, Transition
from ...models import Record
from ...permissions import Actor
from .. import audit
from ..projection import project
from ..refusals import Unfinished
from .facts import local_day


def lacking(
    record: Record, definition: ProcessDefinition, now: datetime, catalogues: Catalogues, language: str = "de"
) -> Completeness:
    """What the answers of a record lack, whatever its state."""
    return completeness(definition, record.answers, catalogues=catalogues, today=local_day(now), language=language)


def refuse_unfinished(
    found: Sequence[workflow.Allowed | workflow.Refused],
    record: Record,
    definition: ProcessDefinition,
    now: datetime,
    catalogues: Callable[[], Catalogues],
) -> list[workflow.Allowed | workflow.Refused]:
    """The verdicts on transitions, those refused for which the draft is not complete; judged once, and only if asked for."""
    if not any(
        isinstance(one, workflow.Allowed) and leaves_draft(definition, record.state, one.transition) for one in found
    ):
        return list(found)
    missing = lacking(record, definition, now, catalogues())
    if not missing.open:
        return list(found)
    reasons = Unfinished(missing).reasons
    return [
        workflow.Refused(one.transition, reasons)
        if isinstance(one, workflow.Allowed) and leaves_draft(definition, record.state, one.transition)
        else one
        for one in found
    ]


def require_complete(
    session: Session,
    actor: Actor,
    now: datetime,
    record: Record,
    definition: ProcessDefinition,
    transition: Transition,
    catalogues: Catalogues,
) -> None:
    """Before a step out of a draft: raises :class:`Unfinished` with what is missing.

    Answers that are hidden now are dropped, as when a form is submitted; the history holds them.
    """
    if not leaves_draft(definition, record.state, transition):
        return
    found = lacking(record, definition, now, catalogues)
    if found.open:
        raise Unfinished(found)
    answers, old = found.cleaned.answers, record.answers
    changed = [name for name in dict.fromkeys([*answers, *old]) if old.get(name) != answers.get(name)]
    if not changed:
        return
    record.answers = answers
    changes = {
        name: {"old": audit.Erasable(old.get(name)), "new": audit.Erasable(answers.get(name))} for name in changed
    }
    audit.record(session, actor, now, audit.Tag.RECORD_CHANGE, about=record, changes=changes)
    project(record, definition, catalogues, local_day(now))
