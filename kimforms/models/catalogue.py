"""What the profile brings: controllers, municipalities, organisations, bodies, fields of action with topics, goals, measures."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..extensions import db
from .columns import BigId, Document, Key


class Controller(db.Model):
    """A data controller (Art. 4 No. 7 GDPR): its processes, records, staff and retention are its own."""

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    short_name: Mapped[str] = mapped_column(String(80))
    data: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    active: Mapped[bool] = mapped_column(default=True)


class Municipality(db.Model):
    """A town or municipality of the county, addressed everywhere by its stable ``slug``."""

    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    ags: Mapped[str | None] = mapped_column(String(12))
    has_case_management: Mapped[bool] = mapped_column(default=False)
    data: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    active: Mapped[bool] = mapped_column(default=True)


class Organisation(db.Model):
    """An organisation, office or programme (glossary: Träger, Beratungsdienst), with its kind and cluster."""

    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    cluster: Mapped[str | None] = mapped_column(String(80))
    kind: Mapped[str | None] = mapped_column(String(80))
    may_report: Mapped[bool] = mapped_column(default=False)
    data: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    active: Mapped[bool] = mapped_column(default=True)


class Body(db.Model):
    """A body, working group or exchange format (Gremium).

    ``formality``: ``steering`` (rulebook, votes, formal minutes), ``working`` (mandate, papers, result minutes) or ``exchange``
    (topics and tasks carried over, short minutes). ``origin`` is ``profile``, ``decision`` or ``entered``; ``record_id`` is the
    record of a working group that a decision set up. ``agenda`` is the template of its agendas: items with kind and title.
    """

    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str | None] = mapped_column(String(120))
    controller_id: Mapped[int] = mapped_column(ForeignKey("controller.id"))
    data: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    active: Mapped[bool] = mapped_column(default=True)
    formality: Mapped[str] = mapped_column(String(10), default="exchange")
    origin: Mapped[str] = mapped_column(String(10), default="profile")
    mandate: Mapped[str] = mapped_column(Text, default="")
    agenda: Mapped[list[Any]] = mapped_column(Document, default=list)
    set_up_by_id: Mapped[int | None] = mapped_column(ForeignKey("body.id"))
    record_id: Mapped[int | None] = mapped_column(BigId)
    ends_on: Mapped[date | None] = mapped_column(Date)
    controller: Mapped[Controller] = relationship()

    __table_args__ = (CheckConstraint("formality IN ('steering', 'working', 'exchange')", name="formality"),)


class CatalogueEntry(db.Model):
    """Any other list of the profile: ``field_of_action``, ``topic``, ``goal``, ``measure``; parents are slugs of the same table."""

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(40))
    slug: Mapped[str] = mapped_column(String(80))
    parent: Mapped[str | None] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(400))
    position: Mapped[int] = mapped_column(default=0)
    data: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    active: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (UniqueConstraint("kind", "slug"), Index(None, "kind", "parent", "position"))
