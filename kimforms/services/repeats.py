"""A form that arrives twice: a double click without scripts, or "reload" after a lost answer. Called by comments and tasks."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..models import Record, User

WITHIN = timedelta(minutes=1)
"""The same words by the same person on the same record so soon after each other were meant once."""


def queue_up(session: Session, record: Record | None, user_id: int) -> None:
    """Repeats at the same time wait here for the first one and then find what it made; SQLite has one writer anyway."""
    lock = (
        select(Record.id).where(Record.id == record.id)
        if record is not None
        else select(User.id).where(User.id == user_id)
    )
    session.execute(lock.with_for_update())
