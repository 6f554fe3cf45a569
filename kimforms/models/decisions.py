"""Decisions of bodies, and themes that were merged into others."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..extensions import db
from .catalogue import Controller
from .columns import BigId, Document, Key, Moment, UtcDateTime
from .records import Record


class Decision(db.Model):
    """What a body decided on a paper (glossary: Beschluss). Rows are added, never changed; a later one amends or revokes.

    ``subject`` is the kind of the paper (``einrichtung_pag`` asks for decision 1, ``loesung_pag`` for decision 2).
    ``origin`` is ``entered``, or names the agenda item (``item:7``) or the vote by circulation (``circular:3``) it came from.
    ``measure`` is the measure of the concept it belongs to; ``confidential`` decisions stay out of what guests see.
    """

    id: Mapped[Key]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    controller_id: Mapped[int] = mapped_column(ForeignKey("controller.id"))
    body: Mapped[str] = mapped_column(String(80))
    decided_on: Mapped[date] = mapped_column(Date)
    subject: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(400))
    result: Mapped[str] = mapped_column(String(20))
    wording: Mapped[str] = mapped_column(Text, default="")
    conditions: Mapped[str] = mapped_column(Text, default="")
    votes_yes: Mapped[int | None]
    votes_no: Mapped[int | None]
    votes_abstained: Mapped[int | None]
    review_on: Mapped[date | None] = mapped_column(Date)
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("record.id"), index=True)
    paper_id: Mapped[int | None] = mapped_column(ForeignKey("record.id"), index=True)
    amends_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"), index=True)
    amends_how: Mapped[str | None] = mapped_column(String(20))
    origin: Mapped[str] = mapped_column(String(80), default="entered")
    item_id: Mapped[int | None] = mapped_column(BigId, index=True)
    measure: Mapped[str | None] = mapped_column(String(80))
    confidential: Mapped[bool] = mapped_column(default=False)
    vote_sentence: Mapped[str] = mapped_column(Text, default="")
    taken_at: Mapped[Moment]
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    controller: Mapped[Controller] = relationship()
    theme: Mapped[Record | None] = relationship(foreign_keys=[theme_id])
    paper: Mapped[Record | None] = relationship(foreign_keys=[paper_id])
    amends: Mapped[Decision | None] = relationship(remote_side="Decision.id")

    __table_args__ = (
        CheckConstraint("result IN ('accepted', 'amended', 'rejected', 'postponed', 'noted')", name="result"),
        CheckConstraint("amends_how IS NULL OR amends_how IN ('amended', 'revoked')", name="amends_how"),
        Index(None, "controller_id", "decided_on", "id"),
    )


class DecisionProgress(db.Model):
    """How far a decision was carried out (Beschlusskontrolle); rows are added, the last one counts."""

    id: Mapped[Key]
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), index=True)
    state: Mapped[str] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(Text, default="")
    due_on: Mapped[date | None] = mapped_column(Date)
    noted_at: Mapped[Moment]
    noted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    __table_args__ = (CheckConstraint("state IN ('open', 'running', 'done', 'overtaken', 'stopped')", name="state"),)


class ThemeMerge(db.Model):
    """One theme went into another. ``moved`` lists the links that went along, so that it can be undone.

    Each entry: ``report`` (record id), ``cases``, ``stated``, ``note``, and ``new``: whether the target had no such link.
    """

    id: Mapped[Key]
    source_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    target_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    state_before: Mapped[str] = mapped_column(String(60))
    moved: Mapped[list[dict[str, Any]]] = mapped_column(Document, default=list)
    merged_at: Mapped[Moment]
    merged_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    source: Mapped[Record] = relationship(foreign_keys=[source_id])
    target: Mapped[Record] = relationship(foreign_keys=[target_id])
