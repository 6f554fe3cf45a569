"""Beginning a meeting: its record with a reference of the body, and its own row. Planning, series and polls call this."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from ...engine.definition import Numbering
from ...models import Body, Meeting
from ...permissions import Actor
from ..bodies.access import BERLIN, require_work
from ..catalogues import catalogues
from ..numbering import next_reference, prefix_of
from ..processes import current_version
from ..records.creating import begin_record

PROCESS = "meeting"


def begin_meeting(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    body: Body,
    starts_at: datetime,
    ends_at: datetime,
    title: str = "",
    **values: Any,
) -> Meeting:
    """A planned meeting with an empty agenda; ``values`` are further columns of :class:`~kimforms.models.Meeting`.

    References count by body and year of the meeting's day: ``LG-2026-02``. Raises :class:`NotPermitted` for whoever
    does not work for the body. Whether the times make sense is for the caller to check.
    """
    require_work(actor, body)
    day = starts_at.astimezone(BERLIN).date()
    record = begin_record(
        session,
        actor,
        now,
        version=current_version(session, PROCESS, body.controller_id),
        answers={"title": title or f"Sitzung {body.name}", "body": body.name, "day": day.isoformat()},
        catalogues=catalogues(session),
        reference=next_reference(session, Numbering(prefix=prefix_of(body), digits=2), day),
    )
    meeting = Meeting(
        record_id=record.id,
        record=record,
        body_id=body.id,
        body=body,
        starts_at=starts_at,
        ends_at=ends_at,
        uid=f"{uuid4()}@kimforms",
        breaks=[],
        **values,
    )
    session.add(meeting)
    session.flush()  # agenda and invitation point at it
    return meeting
