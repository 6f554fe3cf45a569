"""Letters of the naturalisation campaign: versions of their text, runs without any address, and long work in the background."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..extensions import db
from .catalogue import Controller
from .columns import Document, Key, Moment, UtcDateTime


class LetterTemplate(db.Model):
    """One version of a letter's text: ``blocks`` maps the ids of the profile's blocks to text; an approved one never changes.

    ``brochure`` is the enclosure: its SHA-256 in the file store and its name.
    """

    id: Mapped[Key]
    controller_id: Mapped[int] = mapped_column(ForeignKey("controller.id"))
    letter: Mapped[str] = mapped_column(String(80))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default="draft")
    blocks: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    law_status: Mapped[date] = mapped_column(Date)
    brochure_sha256: Mapped[str | None] = mapped_column(ForeignKey("blob.sha256"))
    brochure_name: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[Moment]
    changed_at: Mapped[Moment]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    row_version: Mapped[int] = mapped_column(default=1)
    controller: Mapped[Controller] = relationship()

    __mapper_args__ = {"version_id_col": row_version}
    __table_args__ = (
        UniqueConstraint("controller_id", "letter", "number"),
        CheckConstraint("state IN ('draft', 'approved', 'retired')", name="state"),
    )


class LongTask(db.Model):
    """Work that a worker does in the background while a page shows how far it is.

    ``state``: ``waiting``, ``working``, ``done``, ``failed``, ``cancelled``. Whoever works on it moves ``beat_at``; one
    that has been silent for long is taken over. ``subject_id`` is what it works on, as its kind says; ``params`` and
    ``result`` hold no personal data.
    """

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(40))
    controller_id: Mapped[int] = mapped_column(ForeignKey("controller.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    subject_id: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    text: Mapped[str] = mapped_column(String(300), default="")
    error: Mapped[str] = mapped_column(String(500), default="")
    params: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    result: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    attempts: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[Moment]
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    beat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancel_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'working', 'done', 'failed', 'cancelled')", name="state"),
        Index(None, "state", "id"),
        Index(None, "kind", "subject_id"),
    )


class CampaignRun(db.Model):
    """One wave of letters. Addresses never stand here: they lie encrypted in the run's folder, under a key made of ``nonce``.

    ``state``: ``uploaded``, ``mapped``, ``checked``, ``working``, ``ready``, ``stopped``, ``deleted``. ``bad_rows`` are
    ``{"row", "reason"}`` without any content. Deleting removes the folder and the nonce and keeps ``counts`` and
    ``proof``.
    """

    id: Mapped[Key]
    controller_id: Mapped[int] = mapped_column(ForeignKey("controller.id"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    criteria: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(String(300), default="")
    state: Mapped[str] = mapped_column(String(10), default="uploaded")
    template_id: Mapped[int | None] = mapped_column(ForeignKey("letter_template.id"))
    law_status: Mapped[date | None] = mapped_column(Date)
    reading: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    columns: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    counts: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    bad_rows: Mapped[list[Any]] = mapped_column(Document, default=list)
    nonce: Mapped[str | None] = mapped_column(String(64))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("long_task.id"))
    created_at: Mapped[Moment]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    downloaded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    delete_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    proof: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    row_version: Mapped[int] = mapped_column(default=1)
    controller: Mapped[Controller] = relationship()
    template: Mapped[LetterTemplate | None] = relationship()
    task: Mapped[LongTask | None] = relationship()

    __mapper_args__ = {"version_id_col": row_version}
    __table_args__ = (
        UniqueConstraint("controller_id", "number"),
        CheckConstraint(
            "state IN ('uploaded', 'mapped', 'checked', 'working', 'ready', 'stopped', 'deleted')", name="state"
        ),
    )
