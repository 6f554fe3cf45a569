"""Steps of a checklist through its states. All rooms call this; nobody presses such a button on a record page."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from ...models import ClientChecklist
from ...permissions import Actor
from ..catalogues import catalogues
from ..records.chain import on_behalf
from ..records.transitions import perform_transition


def take_step(session: Session, actor: Actor, now: datetime, checklist: ClientChecklist, step: str) -> None:
    """Takes a transition of the process on behalf of the person. Raises :class:`StepRefused` in another state."""
    perform_transition(
        session,
        on_behalf(actor),
        now,
        record=checklist.record,
        transition_id=step,
        data={},
        row_version=None,
        catalogues=catalogues(session),
    )
    touch(checklist, now)


def touch(checklist: ClientChecklist, now: datetime) -> None:
    """Notes that something of the checklist changed: the period until it is erased begins anew, older pages are stale."""
    checklist.changed_at = checklist.record.changed_at = now
    checklist.end_told_on = None
    flag_modified(checklist.record, "changed_at")
