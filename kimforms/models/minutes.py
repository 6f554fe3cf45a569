"""Minutes (Niederschrift) with versions, signatures, objections and addenda."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..extensions import db
from .accounts import User
from .bodies import Person
from .columns import BigId, Document, Key, Moment, UtcDateTime
from .meetings import Meeting


class Minutes(db.Model):
    """The minutes of a meeting. ``state``: ``draft``, ``check`` (with the chair), ``signed``, ``sent``, ``settled``.

    ``content`` is the working copy; :class:`MinutesVersion` holds each state that somebody was shown, never changed.
    ``objections_until`` is the last day for objections after sending.
    """

    meeting_id: Mapped[int] = mapped_column(BigId, ForeignKey("meeting.record_id"), primary_key=True)
    state: Mapped[str] = mapped_column(String(10), default="draft")
    content: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    row_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment]
    changed_at: Mapped[Moment]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    objections_until: Mapped[date | None] = mapped_column(Date)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_how: Mapped[str] = mapped_column(String(300), default="")
    meeting: Mapped[Meeting] = relationship()
    changed_by: Mapped[User | None] = relationship()
    versions: Mapped[list[MinutesVersion]] = relationship(order_by="MinutesVersion.number")

    __mapper_args__ = {"version_id_col": row_version}
    __table_args__ = (CheckConstraint("state IN ('draft', 'check', 'signed', 'sent', 'settled')", name="state"),)


class MinutesVersion(db.Model):
    """A version of minutes as it was; the PDF files of a signed one are kept by their hash in the file store.

    ``files`` maps ``send`` (PDF/UA-1), ``archive`` (PDF/A-2a), ``guests`` (without confidential items) to SHA-256.
    """

    id: Mapped[Key]
    meeting_id: Mapped[int] = mapped_column(ForeignKey("minutes.meeting_id"))
    number: Mapped[int]
    reason: Mapped[str] = mapped_column(String(300), default="")
    content: Mapped[dict[str, Any]] = mapped_column(Document)
    files: Mapped[dict[str, str]] = mapped_column(Document, default=dict)
    created_at: Mapped[Moment]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_by: Mapped[User | None] = relationship()

    __table_args__ = (UniqueConstraint("meeting_id", "number"),)


class MinutesSignature(db.Model):
    """Somebody signed a version off in a function (``chair``, ``minute_taker``); taken back when the version falls."""

    id: Mapped[Key]
    version_id: Mapped[int] = mapped_column(ForeignKey("minutes_version.id"), index=True)
    function: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    signed_at: Mapped[Moment]
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    """The account that entered it; another one than the person's own when the signature stands on paper."""
    on_paper: Mapped[bool] = mapped_column(default=False)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    person: Mapped[Person] = relationship()
    version: Mapped[MinutesVersion] = relationship()


class MinutesObjection(db.Model):
    """An objection (Einwendung) against minutes, and what became of it; an accepted one names its addendum."""

    id: Mapped[Key]
    meeting_id: Mapped[int] = mapped_column(ForeignKey("minutes.meeting_id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    block: Mapped[str] = mapped_column(String(60), default="")
    text: Mapped[str] = mapped_column(Text)
    received_at: Mapped[Moment]
    via: Mapped[str] = mapped_column(String(10), default="link")
    in_time: Mapped[bool]
    state: Mapped[str] = mapped_column(String(10), default="open")
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    addendum_id: Mapped[int | None] = mapped_column(ForeignKey("minutes_addendum.id"))
    person: Mapped[Person] = relationship()

    __table_args__ = (CheckConstraint("state IN ('open', 'accepted', 'refused', 'withdrawn')", name="state"),)


class MinutesAddendum(db.Model):
    """A correction of signed minutes: stands beside them and never overwrites them."""

    id: Mapped[Key]
    meeting_id: Mapped[int] = mapped_column(ForeignKey("minutes.meeting_id"))
    number: Mapped[int]
    block: Mapped[str] = mapped_column(String(60), default="")
    text: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(String(300), default="")
    confidential: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Moment]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    __table_args__ = (UniqueConstraint("meeting_id", "number"),)
