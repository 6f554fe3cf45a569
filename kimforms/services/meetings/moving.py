"""Steps of a meeting through its states. Services of all rooms call this; nobody presses such a button on a record page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from ...models import Meeting
from ...permissions import Actor
from ..catalogues import catalogues
from ..records.chain import on_behalf
from ..records.transitions import perform_transition


def take_step(
    session: Session,
    actor: Actor,
    now: datetime,
    meeting: Meeting,
    step: str,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Takes a transition of the process ``meeting`` on behalf of the person. Raises :class:`StepRefused` in another state."""
    perform_transition(
        session,
        on_behalf(actor),
        now,
        record=meeting.record,
        transition_id=step,
        data=data or {},
        row_version=None,
        catalogues=catalogues(session),
    )


def touch(meeting: Meeting, now: datetime) -> None:
    """Makes pages that show the meeting stale: its row version rises, also for a change in its own tables."""
    meeting.record.changed_at = now
    flag_modified(meeting.record, "changed_at")
