"""Who advises and teaches: the directory of advisory services, briefings of their staff, dates of courses and tests."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..extensions import db
from .accounts import User
from .catalogue import Controller
from .checklists import ChecklistEdition
from .columns import BigId, Document, Key, Moment, UtcDateTime
from .records import Record


class AdvisoryService(db.Model):
    """An entry of the directory (Beratungsdienst) that public page, letters, checklist and handout use.

    ``organisation`` is the slug of an organisation of the profile whose advisers look after the entry. ``languages``
    are ISO 639 codes, ``fields`` what it advises on (``naturalisation``, ``migration``, ``youth``, …),
    ``municipalities`` slugs that it serves (empty: all). ``confirmed_on`` is when the service itself last said that
    everything is right; ``asked_at`` when it was last asked by mail. ``merged_into_id``: the service went up in another
    one.
    """

    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    controller_id: Mapped[int] = mapped_column(ForeignKey("controller.id"))
    organisation: Mapped[str | None] = mapped_column(String(80), index=True)
    name: Mapped[str] = mapped_column(String(200))
    carrier: Mapped[str] = mapped_column(String(200), default="")
    target_group: Mapped[str] = mapped_column(String(300), default="")
    street: Mapped[str] = mapped_column(String(200), default="")
    postcode: Mapped[str] = mapped_column(String(5), default="")
    town: Mapped[str] = mapped_column(String(120), default="")
    municipality: Mapped[str | None] = mapped_column(String(80))
    municipalities: Mapped[list[str]] = mapped_column(Document, default=list)
    phone: Mapped[str] = mapped_column(String(60), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    website: Mapped[str] = mapped_column(String(300), default="")
    hours: Mapped[str] = mapped_column(Text, default="")
    appointment_needed: Mapped[bool | None]
    languages: Mapped[list[str]] = mapped_column(Document, default=list)
    accessible: Mapped[bool | None]
    town_hall_hours: Mapped[str] = mapped_column(String(300), default="")
    fields: Mapped[list[str]] = mapped_column(Document, default=list)
    in_letters: Mapped[bool] = mapped_column(default=False)
    valid_until: Mapped[date | None] = mapped_column(Date)
    confirmed_on: Mapped[date | None] = mapped_column(Date)
    confirmed_by: Mapped[str] = mapped_column(String(200), default="")
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    active: Mapped[bool] = mapped_column(default=True)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("advisory_service.id"))
    created_at: Mapped[Moment]
    changed_at: Mapped[Moment]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    row_version: Mapped[int] = mapped_column(default=1)
    controller: Mapped[Controller] = relationship()

    __mapper_args__ = {"version_id_col": row_version}
    __table_args__ = (Index(None, "active", "name"),)


class Briefing(db.Model):
    """A session in which an office briefs the advisory services; its material is an edition of the checklist.

    ``state``: ``planned``, ``held``, ``cancelled``. With a ``capacity``, whoever registered later waits; the order is that of
    ``BriefingPlace.registered_at``. ``invited_at``: when the advisers of the services were last invited.
    """

    id: Mapped[Key]
    controller_id: Mapped[int] = mapped_column(ForeignKey("controller.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text, default="")
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]
    place: Mapped[str] = mapped_column(String(300), default="")
    video_url: Mapped[str] = mapped_column(String(300), default="")
    edition_id: Mapped[int] = mapped_column(ForeignKey("checklist_edition.id"), index=True)
    state: Mapped[str] = mapped_column(String(10), default="planned")
    capacity: Mapped[int | None]
    uid: Mapped[str] = mapped_column(String(200), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    invited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[Moment]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    row_version: Mapped[int] = mapped_column(default=1)
    controller: Mapped[Controller] = relationship()
    edition: Mapped[ChecklistEdition] = relationship()
    places: Mapped[list[BriefingPlace]] = relationship(order_by="BriefingPlace.id", cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": row_version}
    __table_args__ = (CheckConstraint("state IN ('planned', 'held', 'cancelled')", name="state"),)


class BriefingPlace(db.Model):
    """Somebody who takes part in a briefing: an adviser with account, or a name that the office entered."""

    id: Mapped[Key]
    briefing_id: Mapped[int] = mapped_column(ForeignKey("briefing.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    organisation: Mapped[str | None] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254), default="")
    registered_at: Mapped[Moment]
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attended: Mapped[bool | None]
    certificate: Mapped[str | None] = mapped_column(String(40), unique=True)
    user: Mapped[User | None] = relationship()

    __table_args__ = (UniqueConstraint("briefing_id", "user_id"),)


class CourseDate(db.Model):
    """A date of a language course or a test ("Leben in Deutschland"), entered by its provider: a record of process
    ``course_date``.

    The record's state says whether it is published; these columns repeat the answers that lists and feeds need.
    """

    record_id: Mapped[int] = mapped_column(BigId, ForeignKey("record.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]
    register_until: Mapped[date | None] = mapped_column(Date)
    municipality: Mapped[str | None] = mapped_column(String(80))
    uid: Mapped[str] = mapped_column(String(200), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    data: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    record: Mapped[Record] = relationship()

    __table_args__ = (Index(None, "starts_at"),)
