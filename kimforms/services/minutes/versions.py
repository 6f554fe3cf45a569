"""Versions of minutes: each state that somebody was shown, kept as it was, and what differs between two of them."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...documents.differences import BlockDifference, differences
from ...models import Minutes, MinutesVersion
from ...permissions import Actor
from . import content as blocks


def keep(session: Session, actor: Actor, now: datetime, minutes: Minutes, reason: str) -> MinutesVersion:
    """Keeps the content under the next number; the same content as the last version, without files, is that version."""
    before = last(session, minutes)
    if before is not None and not before.files and before.content == minutes.content:
        return before
    version = MinutesVersion(
        meeting_id=minutes.meeting_id,
        number=before.number + 1 if before is not None else 1,
        reason=reason,
        content=deepcopy(minutes.content),
        files={},
        created_at=now,
        created_by_id=actor.user_id,
    )
    session.add(version)
    session.flush()  # signatures and papers point at it
    return version


def last(session: Session, minutes: Minutes) -> MinutesVersion | None:
    """The newest version."""
    return session.scalars(
        select(MinutesVersion)
        .where(MinutesVersion.meeting_id == minutes.meeting_id)
        .order_by(MinutesVersion.number.desc())
        .limit(1)
    ).first()


def compared(older: blocks.Content, newer: blocks.Content) -> tuple[BlockDifference, ...]:
    """What came, went and changed from the older content to the newer, paragraph by paragraph."""
    return differences(blocks.lines(older), blocks.lines(newer))
