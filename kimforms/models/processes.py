"""Processes and their immutable published versions, and the numbering of records."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..extensions import db
from .catalogue import Controller
from .columns import Document, Key, UtcDateTime


class Process(db.Model):
    """A form with its workflow, as one controller runs it; ``current_version_id`` is what new records begin with.

    ``title`` and ``read_roles`` repeat the current version's, so that a list needs no document to know who may read.
    """

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(String(80))
    controller_id: Mapped[int] = mapped_column(ForeignKey("controller.id"))
    current_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("process_version.id", use_alter=True, name="fk_process_current_version_id")
    )
    title: Mapped[str] = mapped_column(String(200), default="")
    read_roles: Mapped[list[str]] = mapped_column(Document, default=list)
    controller: Mapped[Controller] = relationship()
    current_version: Mapped[ProcessVersion | None] = relationship(foreign_keys=[current_version_id], post_update=True)

    __table_args__ = (UniqueConstraint("controller_id", "key"),)


class ProcessVersion(db.Model):
    """One published document, addressed by its hash; never changed afterwards. Records pin the version they began with."""

    id: Mapped[Key]
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"))
    number: Mapped[int]
    document: Mapped[dict[str, Any]] = mapped_column(Document, deferred=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    process: Mapped[Process] = relationship(foreign_keys=[process_id])

    __table_args__ = (UniqueConstraint("process_id", "number"), UniqueConstraint("process_id", "content_hash"))


class NumberSequence(db.Model):
    """The last number given out for a prefix and year, for references such as ``IH-2026-0042``."""

    prefix: Mapped[str] = mapped_column(String(20), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(default=0)
