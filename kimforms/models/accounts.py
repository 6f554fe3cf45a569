"""Accounts: people, what they may do and where, one-time links, slow-down counters, and input held over a sign-in."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..extensions import db
from .catalogue import Controller
from .columns import Document, Key, Moment, UtcDateTime


class User(db.Model):
    """A person with an account. ``password_hash`` is argon2id, or null until the invitation was accepted.

    ``session_epoch`` is part of every session; raising it signs the person out everywhere.
    """

    __tablename__ = "user_account"

    id: Mapped[Key]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str] = mapped_column(String(2), default="de")
    digest: Mapped[bool] = mapped_column(default=False)
    session_epoch: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment]
    last_sign_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deactivated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    grants: Mapped[list[RoleGrant]] = relationship(
        back_populates="user", order_by="RoleGrant.id", cascade="all, delete-orphan", foreign_keys="RoleGrant.user_id"
    )

    @property
    def is_authenticated(self) -> bool:
        return True

    @property
    def is_active(self) -> bool:
        return self.active

    @property
    def is_anonymous(self) -> bool:
        return False

    def get_id(self) -> str:
        """What the session carries: the id and the epoch, so that a raised epoch ends the session."""
        return f"{self.id}.{self.session_epoch}"


class RoleGrant(db.Model):
    """A role with its scope. Every role is held with one controller; organisation, municipality and body narrow it."""

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    role: Mapped[str] = mapped_column(String(40))
    controller_id: Mapped[int] = mapped_column(ForeignKey("controller.id"))
    organisation: Mapped[str | None] = mapped_column(String(80))
    municipality: Mapped[str | None] = mapped_column(String(80))
    body: Mapped[str | None] = mapped_column(String(80))
    valid_until: Mapped[date | None] = mapped_column(Date)
    granted_at: Mapped[Moment]
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    user: Mapped[User] = relationship(back_populates="grants", foreign_keys=[user_id])
    controller: Mapped[Controller] = relationship()

    __table_args__ = (
        UniqueConstraint("user_id", "role", "controller_id", "organisation", "municipality", "body"),
        Index(None, "role", "controller_id"),
    )


class Responsibility(db.Model):
    """Which coordinator is assigned to new reports of a municipality; it sets who works, it is no fence."""

    id: Mapped[Key]
    controller_id: Mapped[int] = mapped_column(ForeignKey("controller.id"))
    municipality: Mapped[str] = mapped_column(String(80))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    user: Mapped[User] = relationship()

    __table_args__ = (UniqueConstraint("controller_id", "municipality"),)


class OneTimeToken(db.Model):
    """An invitation or reset link. The token itself is derived from ``nonce`` and the secret key and is never stored."""

    id: Mapped[Key]
    purpose: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    nonce: Mapped[str] = mapped_column(String(64))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    user: Mapped[User] = relationship()

    __table_args__ = (CheckConstraint("purpose IN ('invite', 'reset')", name="purpose"),)


class RateWindow(db.Model):
    """Counts events of one key in one window of time; in the database, since memory would count per process."""

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    window_start: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    count: Mapped[int] = mapped_column(default=0)


class HeldInput(db.Model):
    """What somebody had typed when the session ended; given back once to the same person after signing in."""

    id: Mapped[Key]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    path: Mapped[str] = mapped_column(Text)
    payload: Mapped[list[Any]] = mapped_column(Document)
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment] = mapped_column(index=True)
