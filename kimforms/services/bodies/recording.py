"""What every change to a body shares: who may make it, and how it is told to the history."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from ...models import Body, Record
from ...permissions import Actor
from .. import audit
from ..refusals import StepRefused
from .access import require_work


def check_work(actor: Actor, body: Body) -> None:
    """Raises :class:`NotPermitted` for whoever does not work for the body; the software itself always may."""
    if actor.kind != "system":
        require_work(actor, body)


def check_lasting(body: Body, day: date) -> None:
    """Raises :class:`StepRefused` when the body has ended before that day."""
    if ended(body, day):
        raise StepRefused([f"{body.name} hat am {body.ends_on:%d.%m.%Y} geendet."])


def ended(body: Body, day: date) -> bool:
    """Whether the body exists no more on that day."""
    return body.ends_on is not None and body.ends_on < day


def note(session: Session, actor: Actor, now: datetime, tag: audit.Tag, body: Body, **payload: Any) -> None:
    """Records the change; for a working group that a decision set up also in the history of its record."""
    about = session.get(Record, body.record_id) if body.record_id is not None else None
    audit.record(session, actor, now, tag, about=about, controller_id=body.controller_id, body=body.slug, **payload)


def iso(day: date | None) -> str | None:
    """The day as the history keeps it."""
    return day.isoformat() if day is not None else None
