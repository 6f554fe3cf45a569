"""Work on a record: questions to the reporter, internal comments with mentions, tasks, followers, attachments, log of reads."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..extensions import db
from .accounts import User
from .bodies import Person
from .catalogue import Body
from .columns import BigId, Key, Moment, UtcDateTime
from .records import Record


class Question(db.Model):
    """A question to the reporter and the answer; ``answered_by_id`` is null when it came by retrieval code."""

    id: Mapped[Key]
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    asked_at: Mapped[Moment]
    text: Mapped[str] = mapped_column(Text)
    answer: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    record: Mapped[Record] = relationship()
    asked_by: Mapped[User] = relationship(foreign_keys=[asked_by_id])


class Comment(db.Model):
    """An internal comment; never shown to reporters."""

    id: Mapped[Key]
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[Moment]
    text: Mapped[str] = mapped_column(Text)
    record: Mapped[Record] = relationship()
    author: Mapped[User] = relationship()
    mentions: Mapped[list[Mention]] = relationship(cascade="all, delete-orphan")


class Mention(db.Model):
    """A colleague named in a comment with @."""

    comment_id: Mapped[int] = mapped_column(BigId, ForeignKey("comment.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("user_account.id"), primary_key=True)
    user: Mapped[User] = relationship()


class Task(db.Model):
    """A task or a follow-up (Wiedervorlage) on a record, or a person's own without one.

    ``while_state``: it is done by itself when the record leaves this state. A task of a meeting names its agenda item and
    may belong to a person without account (``owner_id``); one that follows from a decision names it. ``progress`` is in percent.
    """

    id: Mapped[Key]
    record_id: Mapped[int | None] = mapped_column(ForeignKey("record.id"), index=True)
    controller_id: Mapped[int] = mapped_column(ForeignKey("controller.id"))
    kind: Mapped[str] = mapped_column(String(20), default="task")
    title: Mapped[str] = mapped_column(String(300))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[Moment]
    due_on: Mapped[date | None] = mapped_column(Date)
    reminded_on: Mapped[date | None] = mapped_column(Date)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    while_state: Mapped[str | None] = mapped_column(String(60))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    body_id: Mapped[int | None] = mapped_column(ForeignKey("body.id"), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id"), index=True)
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"), index=True)
    progress: Mapped[int] = mapped_column(default=0)
    progress_note: Mapped[str] = mapped_column(String(500), default="")
    record: Mapped[Record | None] = relationship()
    assignee: Mapped[User | None] = relationship(foreign_keys=[assignee_id])
    owner: Mapped[Person | None] = relationship()
    body: Mapped[Body | None] = relationship()

    __table_args__ = (Index(None, "assignee_id", "done_at", "due_on"), Index(None, "done_at", "due_on"))


class Follow(db.Model):
    """Who wants to be told what happens to a record."""

    record_id: Mapped[int] = mapped_column(BigId, ForeignKey("record.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("user_account.id"), primary_key=True, index=True)
    since: Mapped[Moment]
    user: Mapped[User] = relationship()


class Blob(db.Model):
    """Content stored once under its SHA-256 in the file store; this row says how large it is and what it really is."""

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(100))
    stored_at: Mapped[Moment]


class Attachment(db.Model):
    """A file of a record under the name that people gave it."""

    id: Mapped[Key]
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("blob.sha256"))
    name: Mapped[str] = mapped_column(String(200))
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    uploaded_at: Mapped[Moment]
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    blob: Mapped[Blob] = relationship()
    record: Mapped[Record] = relationship()


class ReadLog(db.Model):
    """Who looked at a reporter's contact or downloaded a list, and on which day: one row a person, thing and day."""

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    record_id: Mapped[int | None] = mapped_column(ForeignKey("record.id"), index=True)
    what: Mapped[str] = mapped_column(String(40))
    on: Mapped[date] = mapped_column("read_on", Date)

    __table_args__ = (UniqueConstraint("user_id", "record_id", "what", "read_on"),)
