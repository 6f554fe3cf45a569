"""Answers of the office that nobody of the service has opened yet."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.orm import Session

from ...models import ChecklistMessage, ClientChecklist

_NEW = (ChecklistMessage.side == "office", ChecklistMessage.read_at.is_(None))


def has_unread() -> ColumnElement[bool]:
    """The SQL filter over ``ClientChecklist``: those with an answer that the service has not opened."""
    return exists().where(ChecklistMessage.checklist_id == ClientChecklist.record_id, *_NEW)


def unread(session: Session, checklist: ClientChecklist) -> bool:
    """Whether there is one; so that reading a page writes nothing otherwise."""
    wanted = select(ChecklistMessage.id).where(ChecklistMessage.checklist_id == checklist.record_id, *_NEW)
    return session.scalars(wanted.limit(1)).first() is not None


def mark_read(session: Session, now: datetime, checklist_id: int) -> None:
    """Notes that somebody of the service has opened the page with the answers."""
    session.execute(
        update(ChecklistMessage).where(ChecklistMessage.checklist_id == checklist_id, *_NEW).values(read_at=now)
    )
