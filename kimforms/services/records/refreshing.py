"""Keeps drafts that began out of a record in step with it: what they took over and nobody types follows the original."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from ...engine.definition import ProcessDefinition
from ...engine.effects import Link, LinkEffect
from ...models import Record
from ...permissions import Actor
from .. import audit
from ..catalogues import catalogues
from ..processes import definition_of
from ..projection import project
from . import chain
from .facts import local_day


def refresh_drafts(session: Session, actor: Actor, now: datetime, record: Record) -> None:
    """Takes over anew into linked drafts what their ``read_only`` fields copied from ``record``; others stay as they are.

    A theme that gets further reports hands them on to its case reconstruction as long as that is a draft.
    """
    for settings in _begun_by(definition_of(record.version)):
        assert settings.create is not None
        for draft in chain.linked(session, record, settings.kind, settings.create):
            target = definition_of(draft.version)
            if not target.is_draft(draft.state):
                continue
            fields = target.fields()
            fresh = {
                name: value
                for name, value in chain.taken_over(session, record, target, settings, {}).items()
                if fields[name].read_only and draft.answers.get(name) != value
            }
            if fresh:
                _write(session, actor, now, draft, target, fresh)


def _begun_by(definition: ProcessDefinition) -> Iterator[Link]:
    """How a process begins records beside itself; of several ways to one process the first counts."""
    known: set[str] = set()
    for transition in definition.workflow.transitions:
        for effect in transition.effects:
            if isinstance(effect, LinkEffect) and effect.link.create and effect.link.create not in known:
                known.add(effect.link.create)
                yield effect.link


def _write(
    session: Session, actor: Actor, now: datetime, draft: Record, target: ProcessDefinition, fresh: dict[str, object]
) -> None:
    old = draft.answers
    draft.answers = {**old, **fresh}
    draft.changed_at = now
    changes = {
        name: {"old": audit.Erasable(old.get(name)), "new": audit.Erasable(value)} for name, value in fresh.items()
    }
    audit.record(session, actor, now, audit.Tag.RECORD_CHANGE, about=draft, changes=changes)
    project(draft, target, catalogues(session), local_day(now))
