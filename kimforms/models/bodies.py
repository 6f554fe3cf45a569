"""People, seats and functions of bodies with their dates, and the rules of procedure; nothing of it is overwritten."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..extensions import db
from .accounts import User
from .catalogue import Body, Controller
from .columns import Document, Key, Moment


class Person(db.Model):
    """Somebody who sits in bodies, with or without an account. ``postal_address`` holds the lines below the name."""

    id: Mapped[Key]
    controller_id: Mapped[int] = mapped_column(ForeignKey("controller.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    salutation: Mapped[str] = mapped_column(String(20), default="neutral")
    title: Mapped[str] = mapped_column(String(60), default="")
    first_name: Mapped[str] = mapped_column(String(80), default="")
    last_name: Mapped[str] = mapped_column(String(80))
    function: Mapped[str] = mapped_column(String(200), default="")
    organisation: Mapped[str | None] = mapped_column(String(80))
    email: Mapped[str | None] = mapped_column(String(254), index=True)
    phone: Mapped[str] = mapped_column(String(60), default="")
    postal_address: Mapped[str] = mapped_column(Text, default="")
    active: Mapped[bool] = mapped_column(default=True)
    row_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment]
    changed_at: Mapped[Moment]
    user: Mapped[User | None] = relationship()
    controller: Mapped[Controller] = relationship()

    __mapper_args__ = {"version_id_col": row_version}
    __table_args__ = (CheckConstraint("salutation IN ('frau', 'herr', 'neutral')", name="salutation"),)

    @property
    def name(self) -> str:
        """As it stands in lists and minutes: ``Dr. Ulrike Hansen``."""
        return " ".join(part for part in (self.title, self.first_name, self.last_name) if part)


class Seat(db.Model):
    """A seat of a body, held by an organisation, a municipality, or a group that has only a name.

    ``right`` is ``voting``, ``advisory`` or ``guest``. ``origin`` is ``profile`` for seats that the profile brought.
    """

    id: Mapped[Key]
    body_id: Mapped[int] = mapped_column(ForeignKey("body.id"), index=True)
    label: Mapped[str] = mapped_column(String(200))
    organisation: Mapped[str | None] = mapped_column(String(80))
    municipality: Mapped[str | None] = mapped_column(String(80))
    represents: Mapped[str | None] = mapped_column(String(200))
    attends: Mapped[str | None] = mapped_column(String(200))
    right: Mapped[str] = mapped_column("voting_right", String(10), default="voting")
    position: Mapped[int] = mapped_column(default=0)
    origin: Mapped[str] = mapped_column(String(20), default="entered")
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    body: Mapped[Body] = relationship()
    holders: Mapped[list[SeatHolder]] = relationship(back_populates="seat", order_by="SeatHolder.id")

    __table_args__ = (CheckConstraint("voting_right IN ('voting', 'advisory', 'guest')", name="voting_right"),)


class SeatHolder(db.Model):
    """A person on a seat from one day to another (both included; null: open). ``rank`` orders the deputies."""

    id: Mapped[Key]
    seat_id: Mapped[int] = mapped_column(ForeignKey("seat.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(String(10), default="principal")
    rank: Mapped[int] = mapped_column(default=1)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    seat: Mapped[Seat] = relationship(back_populates="holders")
    person: Mapped[Person] = relationship()

    __table_args__ = (
        CheckConstraint("role IN ('principal', 'deputy')", name="role"),
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="days"),
    )


class Officer(db.Model):
    """A function in a body with its dates: ``chair``, ``vice_chair``, ``minute_taker``, ``managing_director``, ``office``."""

    id: Mapped[Key]
    body_id: Mapped[int] = mapped_column(ForeignKey("body.id"), index=True)
    function: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    body: Mapped[Body] = relationship()
    person: Mapped[Person] = relationship()

    __table_args__ = (
        CheckConstraint(
            "function IN ('chair', 'vice_chair', 'minute_taker', 'managing_director', 'office')", name="function"
        ),
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="days"),
    )


class Rulebook(db.Model):
    """One version of a body's rules of procedure (Geschäftsordnung); never changed, a later one takes its place.

    ``values`` holds only what the body has set, by parameter id; everything else is the profile's default.
    """

    id: Mapped[Key]
    body_id: Mapped[int] = mapped_column(ForeignKey("body.id"))
    number: Mapped[int]
    valid_from: Mapped[date] = mapped_column(Date)
    title: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text, default="")
    values: Mapped[dict[str, Any]] = mapped_column("settings", Document, default=dict)
    adopted_at: Mapped[Moment]
    adopted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    body: Mapped[Body] = relationship()
    adopted_by: Mapped[User | None] = relationship()

    __table_args__ = (UniqueConstraint("body_id", "number"), Index(None, "body_id", "valid_from"))


class Room(db.Model):
    """A room for meetings; ``access`` says in words how to get in and what is barrier-free."""

    id: Mapped[Key]
    controller_id: Mapped[int] = mapped_column(ForeignKey("controller.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(300), default="")
    places: Mapped[int | None]
    access: Mapped[str] = mapped_column(String(300), default="")
    active: Mapped[bool] = mapped_column(default=True)


class TextModule(db.Model):
    """A text that the office uses again and again in notes, decisions and minutes; for all bodies when ``body_id`` is null."""

    id: Mapped[Key]
    controller_id: Mapped[int] = mapped_column(ForeignKey("controller.id"), index=True)
    body_id: Mapped[int | None] = mapped_column(ForeignKey("body.id"))
    title: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
