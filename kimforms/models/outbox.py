"""Mails, written in the transaction of the change that causes them and sent later by the worker, one delivery a recipient."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..extensions import db
from .columns import Key, Moment, UtcDateTime
from .records import Record


class OutboxMessage(db.Model):
    """One mail. ``text`` and ``html`` may hold ``{{token:ID}}``, replaced at sending time, so that no secret is stored."""

    id: Mapped[Key]
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(60))
    controller_id: Mapped[int] = mapped_column(ForeignKey("controller.id"))
    record_id: Mapped[int | None] = mapped_column(ForeignKey("record.id"), index=True)
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(2), default="de")
    reply_to: Mapped[str | None] = mapped_column(String(254))
    created_at: Mapped[Moment]
    record: Mapped[Record | None] = relationship()
    deliveries: Mapped[list[Delivery]] = relationship(back_populates="message", cascade="all, delete-orphan")

    parts: Mapped[list[MessagePart]] = relationship(order_by="MessagePart.id", cascade="all, delete-orphan")

    __table_args__ = (Index(None, "controller_id", "id"),)


class MessagePart(db.Model):
    """What a mail carries beside its text: a calendar object (``method`` is its iTIP method) or a file.

    ``content`` stands here when it is made for this one mail; a file that many mails carry is named by ``sha256``.
    """

    id: Mapped[Key]
    message_id: Mapped[int] = mapped_column(ForeignKey("outbox_message.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    method: Mapped[str | None] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    sha256: Mapped[str | None] = mapped_column(String(64))

    __table_args__ = (
        CheckConstraint("kind IN ('calendar', 'file')", name="kind"),
        CheckConstraint("content IS NOT NULL OR sha256 IS NOT NULL", name="content"),
    )


class Delivery(db.Model):
    """One recipient of one mail.

    ``queued`` waits (until ``next_at``); ``sending`` was claimed by a worker; ``sent``; ``uncertain`` means the worker
    died after it had begun to talk to the mail server: it is shown to people and never repeated by itself; ``dead`` was
    given up; ``settled`` was closed by a person, or by the program when its link became worthless.
    """

    id: Mapped[Key]
    message_id: Mapped[int] = mapped_column(ForeignKey("outbox_message.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    address: Mapped[str] = mapped_column(String(254))
    status: Mapped[str] = mapped_column(String(12), default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    claimed_by: Mapped[str | None] = mapped_column(String(80))
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(String(500))
    message: Mapped[OutboxMessage] = relationship(back_populates="deliveries")

    __table_args__ = (
        CheckConstraint("status IN ('queued', 'sending', 'sent', 'uncertain', 'dead', 'settled')", name="status"),
        Index(None, "status", "next_at"),
    )


class DigestItem(db.Model):
    """A notice for somebody who prefers one mail a day; ``sent_in_id`` is the mail that carried it."""

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    controller_id: Mapped[int] = mapped_column(ForeignKey("controller.id"))
    record_id: Mapped[int | None] = mapped_column(ForeignKey("record.id"))
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[Moment]
    sent_in_id: Mapped[int | None] = mapped_column(ForeignKey("outbox_message.id"), index=True)
