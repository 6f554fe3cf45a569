"""Votes by circulation (Umlaufverfahren): a paper, a ballot for each seat, a result."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..extensions import db
from .bodies import Person, Rulebook, Seat
from .catalogue import Body
from .columns import Document, Key, Moment, UtcDateTime
from .meetings import Meeting
from .records import Record


class CircularVote(db.Model):
    """A vote by circulation. ``state``: ``draft``, ``open``, ``stopped`` (somebody objected), ``decided``, ``cancelled``.

    ``reported_in_id`` is the meeting whose minutes tell of it. ``minutes_of_id``: what is voted on are the minutes of that
    meeting. ``confidential``: so is what comes of it.
    """

    id: Mapped[Key]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("body.id"), index=True)
    record_id: Mapped[int | None] = mapped_column(ForeignKey("record.id"), index=True)
    title: Mapped[str] = mapped_column(String(300))
    wording: Mapped[str] = mapped_column(Text)
    reasons: Mapped[str] = mapped_column(Text, default="")
    rulebook_id: Mapped[int | None] = mapped_column(ForeignKey("rulebook.id"))
    state: Mapped[str] = mapped_column(String(10), default="draft")
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reply_until: Mapped[date | None] = mapped_column(Date)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    result: Mapped[str] = mapped_column(String(12), default="")
    sentence: Mapped[str] = mapped_column(Text, default="")
    explanation: Mapped[list[Any]] = mapped_column(Document, default=list)
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"))
    reported_in_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.record_id"))
    minutes_of_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.record_id"))
    confidential: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Moment]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    row_version: Mapped[int] = mapped_column(default=1)
    body: Mapped[Body] = relationship()
    record: Mapped[Record | None] = relationship()
    rulebook: Mapped[Rulebook | None] = relationship()
    minutes_of: Mapped[Meeting | None] = relationship(foreign_keys=[minutes_of_id])
    ballots: Mapped[list[CircularBallot]] = relationship(order_by="CircularBallot.id")

    __mapper_args__ = {"version_id_col": row_version}
    __table_args__ = (CheckConstraint("state IN ('draft', 'open', 'stopped', 'decided', 'cancelled')", name="state"),)


class CircularBallot(db.Model):
    """The ballot of one seat; ``person_id`` is who was asked, ``cast_by_id`` who answered (the deputy, perhaps).

    ``choice``: empty, ``yes``, ``no``, ``abstained``, or ``objection`` (against voting by circulation).
    """

    id: Mapped[Key]
    circular_id: Mapped[int] = mapped_column(ForeignKey("circular_vote.id"), index=True)
    seat_id: Mapped[int] = mapped_column(ForeignKey("seat.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    cast_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    choice: Mapped[str] = mapped_column(String(10), default="")
    comment: Mapped[str] = mapped_column(String(1000), default="")
    cast_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    via: Mapped[str] = mapped_column(String(10), default="")
    seat: Mapped[Seat] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    cast_by: Mapped[Person | None] = relationship(foreign_keys=[cast_by_id])

    __table_args__ = (
        UniqueConstraint("circular_id", "seat_id"),
        CheckConstraint("choice IN ('', 'yes', 'no', 'abstained', 'objection')", name="choice"),
    )
