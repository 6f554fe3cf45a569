"""What everybody may read. Public pages read these tables and no record, so that nothing else can show."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..extensions import db
from .catalogue import Controller
from .columns import BigId, Document, Key, Moment, UtcDateTime
from .work import Blob


class Publication(db.Model):
    """One published entry: a solution or decision (``kind`` = ``solution``), or a theme with title and state (``theme``).

    ``content`` holds the published answers by field id; ``stems`` the searchable text. Withdrawn entries keep their address
    and say only that they were withdrawn. ``news_pending`` until the worker told everybody: ``news_number`` is the last issue
    whose news are out, ``news_phase`` (``reports``, then ``people``) and ``news_after_id`` say how far the next ones are.
    """

    id: Mapped[Key]
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), unique=True)
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("record.id"), index=True)
    controller_id: Mapped[int] = mapped_column(ForeignKey("controller.id"))
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    sort: Mapped[str] = mapped_column(String(40), default="")
    title: Mapped[str] = mapped_column(String(400))
    station: Mapped[str | None] = mapped_column(String(40))
    content: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    stems: Mapped[str] = mapped_column(Text, default="")
    since: Mapped[date | None] = mapped_column(Date)
    number: Mapped[int] = mapped_column(default=1)
    first_published_at: Mapped[Moment]
    published_at: Mapped[Moment]
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_reason: Mapped[str] = mapped_column(Text, default="")
    news_pending: Mapped[bool] = mapped_column(default=False, index=True)
    news_number: Mapped[int] = mapped_column(default=0)
    news_phase: Mapped[str] = mapped_column(String(10), default="reports")
    news_after_id: Mapped[int] = mapped_column(BigId, default=0)
    controller: Mapped[Controller] = relationship()
    tags: Mapped[list[PublicationTag]] = relationship(cascade="all, delete-orphan")
    issues: Mapped[list[PublicationIssue]] = relationship(
        cascade="all, delete-orphan", order_by="PublicationIssue.number"
    )
    files: Mapped[list[PublicationFile]] = relationship(cascade="all, delete-orphan", order_by="PublicationFile.id")

    __table_args__ = (
        CheckConstraint("kind IN ('solution', 'theme')", name="kind"),
        Index(None, "withdrawn_at", "first_published_at", "id"),
        Index(None, "withdrawn_at", "published_at", "id"),
    )


class PublicationTag(db.Model):
    """What a publication is filtered by: ``municipality``, ``field_of_action``, ``legal_area``, with its name at that time."""

    publication_id: Mapped[int] = mapped_column(BigId, ForeignKey("publication.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(30), primary_key=True)
    value: Mapped[str] = mapped_column(String(80), primary_key=True)
    label: Mapped[str] = mapped_column(String(200))

    __table_args__ = (Index(None, "name", "value", "publication_id"),)


class PublicationIssue(db.Model):
    """One state of a publication as it was public: the first, and one for each correction, with what was changed and why."""

    id: Mapped[Key]
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(400))
    content: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    note: Mapped[str] = mapped_column(Text, default="")
    published_at: Mapped[Moment]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    __table_args__ = (UniqueConstraint("publication_id", "number"),)


class PublicationFile(db.Model):
    """A document of a publication, by the content that the file store keeps."""

    id: Mapped[Key]
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"), index=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("blob.sha256"))
    name: Mapped[str] = mapped_column(String(200))
    blob: Mapped[Blob] = relationship()


class FieldFollow(db.Model):
    """Somebody wants to hear of what is published in a field of action; ``*`` means all. ``mode`` is ``mail`` or ``digest``.

    ``corrections``: of corrections too. ``for_organisation``: followed on behalf of the organisation, whose other accounts
    see it in their settings.
    """

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    field_of_action: Mapped[str] = mapped_column(String(80))
    mode: Mapped[str] = mapped_column(String(10), default="digest")
    corrections: Mapped[bool] = mapped_column(default=False)
    for_organisation: Mapped[str | None] = mapped_column(String(80))
    since: Mapped[Moment]

    __table_args__ = (UniqueConstraint("user_id", "field_of_action"), Index(None, "field_of_action", "user_id"))


class NewsSent(db.Model):
    """Who was told of which issue while its news are on their way, so that nobody is told twice; ``who`` is a keyed digest
    of the address. Deleted as soon as everybody was told.
    """

    publication_id: Mapped[int] = mapped_column(BigId, ForeignKey("publication.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    who: Mapped[str] = mapped_column(String(64), primary_key=True)
