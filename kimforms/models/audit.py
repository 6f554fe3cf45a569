"""The history that can be trusted: append-only, hash-chained events; erasable values stand apart from the chain."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..extensions import db
from .columns import BigId, Document, Moment, UtcDateTime


class Event(db.Model):
    """One thing that happened. ``hash`` covers all columns and the hash before; ``seq`` has no gaps.

    ``payload`` is canonical JSON as text: what was hashed is what is stored.
    """

    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(String(32))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    actor_kind: Mapped[str] = mapped_column(String(20))
    controller_id: Mapped[int | None] = mapped_column(ForeignKey("controller.id"))
    record_id: Mapped[int | None] = mapped_column(ForeignKey("record.id"))
    tag: Mapped[str] = mapped_column(String(60))
    payload: Mapped[str] = mapped_column(Text)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    values: Mapped[list[EventValue]] = relationship(order_by="EventValue.key")

    __table_args__ = (Index(None, "record_id", "seq"), Index(None, "tag", "seq"))


class EventValue(db.Model):
    """A personal or free-text value of an event. The chain holds its salted digest, so it can be erased on schedule."""

    event_seq: Mapped[int] = mapped_column(BigId, ForeignKey("event.seq"), primary_key=True)
    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    salt: Mapped[str] = mapped_column(String(64))
    value: Mapped[Any | None] = mapped_column(Document)
    personal: Mapped[bool] = mapped_column(default=False)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ChainHead(db.Model):
    """The end of the chain, locked by whoever appends."""

    id: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(BigId, default=0)
    hash: Mapped[str] = mapped_column(String(64))
    changed_at: Mapped[Moment]
