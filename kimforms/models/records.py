"""Records (Vorgänge) and what belongs to them from the start: contact, facets, search text, deadlines, links, shares, drafts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..extensions import db
from .accounts import User
from .catalogue import Controller
from .columns import BigId, Document, Key, Moment, UtcDateTime
from .processes import Process, ProcessVersion


class Record(db.Model):
    """Anything that goes through a workflow. What lists filter by is a column here or a row of :class:`RecordFacet`.

    ``answers`` holds cleaned answers by stable field id, without the reporter's contact (:class:`RecordContact`).
    ``row_version`` guards against two people changing the same record at once.
    """

    id: Mapped[Key]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("process_version.id"))
    controller_id: Mapped[int] = mapped_column(ForeignKey("controller.id"))
    state: Mapped[str] = mapped_column(String(60))
    open: Mapped[bool] = mapped_column(default=True)
    title: Mapped[str] = mapped_column(String(400))
    answers: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    municipality: Mapped[str | None] = mapped_column(String(80))
    organisation: Mapped[str | None] = mapped_column(String(200))
    field_of_action: Mapped[str | None] = mapped_column(String(80))
    urgency: Mapped[str | None] = mapped_column(String(20))
    case_count: Mapped[int | None]
    creator_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    last_actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    due_on: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[Moment]
    state_since: Mapped[Moment]
    changed_at: Mapped[Moment]
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    contact_erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    row_version: Mapped[int] = mapped_column(default=1)
    submission_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    retrieval_hash: Mapped[str | None] = mapped_column(String(64))
    process: Mapped[Process] = relationship()
    version: Mapped[ProcessVersion] = relationship()
    controller: Mapped[Controller] = relationship()
    creator: Mapped[User | None] = relationship(foreign_keys=[creator_id])
    assignee: Mapped[User | None] = relationship(foreign_keys=[assignee_id])
    contact: Mapped[RecordContact | None] = relationship(back_populates="record", cascade="all, delete-orphan")
    facets: Mapped[list[RecordFacet]] = relationship(cascade="all, delete-orphan")
    search: Mapped[RecordSearch | None] = relationship(cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": row_version}
    __table_args__ = (
        Index(None, "process_id", "id"),
        Index(None, "process_id", "open", "id"),
        Index(None, "process_id", "state", "id"),
        Index(None, "process_id", "open", "field_of_action", "id"),
        Index(None, "process_id", "open", "assignee_id", "id"),
        Index(None, "process_id", "open", "due_on", "id"),
        Index(None, "process_id", "open", "created_at", "id"),
        Index(None, "assignee_id", "open", "id"),
        Index(None, "creator_id", "id"),
        Index(None, "controller_id", "id"),
    )


class RecordContact(db.Model):
    """The reporter's contact, apart from the record, so that no export, paper or statistic meets it; erased on schedule."""

    record_id: Mapped[int] = mapped_column(BigId, ForeignKey("record.id"), primary_key=True)
    answers: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    email: Mapped[str | None] = mapped_column(String(254))
    may_ask: Mapped[bool] = mapped_column(default=False)
    feedback: Mapped[str | None] = mapped_column(String(20))
    record: Mapped[Record] = relationship(back_populates="contact")


class RecordFacet(db.Model):
    """A value that lists filter by and of which a record may have several: ``municipality``, ``legal_area``, ``organisation``.

    ``process_id`` and ``open`` repeat the record's, so that one index finds the newest open records of a value.
    """

    record_id: Mapped[int] = mapped_column(BigId, ForeignKey("record.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(30), primary_key=True)
    value: Mapped[str] = mapped_column(String(200), primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"))
    open: Mapped[bool]

    __table_args__ = (Index(None, "name", "value", "process_id", "open", "record_id"),)


class RecordSearch(db.Model):
    """The stems of a record's searchable text (title and answers, no contact); the full-text index is built over it."""

    record_id: Mapped[int] = mapped_column(BigId, ForeignKey("record.id"), primary_key=True)
    stems: Mapped[str] = mapped_column(Text)


class RecordDeadline(db.Model):
    """A running deadline. ``next_check_on`` is the day on which the worker has to look at it again; null when done."""

    id: Mapped[Key]
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"))
    rule: Mapped[str] = mapped_column(String(80))
    label: Mapped[str] = mapped_column(String(200))
    due_on: Mapped[date] = mapped_column(Date)
    next_check_on: Mapped[date | None] = mapped_column(Date, index=True)
    reminded_on: Mapped[date | None] = mapped_column(Date)
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    record: Mapped[Record] = relationship()

    __table_args__ = (Index(None, "record_id", "done_at"),)


class RecordLink(db.Model):
    """Joins two records, for example a report with its theme (``kind`` = ``theme``).

    Of a report in a theme, ``cases`` is how many cases it stands for there (0: one that another report tells as well);
    ``stated`` when the coordination said so, otherwise it is the form's answer. ``note`` says why.
    """

    id: Mapped[Key]
    from_id: Mapped[int] = mapped_column(ForeignKey("record.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[Moment]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    cases: Mapped[int | None]
    stated: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str | None] = mapped_column(String(300))
    from_record: Mapped[Record] = relationship(foreign_keys=[from_id])
    to_record: Mapped[Record] = relationship(foreign_keys=[to_id])

    __table_args__ = (
        UniqueConstraint("from_id", "to_id", "kind"),
        CheckConstraint("from_id <> to_id", name="not_itself"),
    )


class Share(db.Model):
    """Access of one person, organisation or body to one record, across controllers."""

    id: Mapped[Key]
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    organisation: Mapped[str | None] = mapped_column(String(80))
    body: Mapped[str | None] = mapped_column(String(80))
    until: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[Moment]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    __table_args__ = (Index(None, "user_id", "record_id"),)


class TransitionApproval(db.Model):
    """One of the n approvals that a transition needs; cleared when the record changes its state."""

    record_id: Mapped[int] = mapped_column(BigId, ForeignKey("record.id"), primary_key=True)
    transition: Mapped[str] = mapped_column(String(80), primary_key=True)
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("user_account.id"), primary_key=True)
    approved_at: Mapped[Moment]


class Draft(db.Model):
    """An unfinished form. ``user_id`` or ``link_hash`` (secret link of a person without account); raw input is kept as typed."""

    id: Mapped[Key]
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("process_version.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    link_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    submission_key: Mapped[str] = mapped_column(String(64), unique=True)
    raw: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    title: Mapped[str] = mapped_column(String(200), default="")
    step: Mapped[str] = mapped_column(String(80), default="")
    done_steps: Mapped[list[str]] = mapped_column(Document, default=list)
    row_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment]
    changed_at: Mapped[Moment]
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    process: Mapped[Process] = relationship()
    version: Mapped[ProcessVersion] = relationship()

    __mapper_args__ = {"version_id_col": row_version}
