"""Meetings with their agenda, recurring ones, who was there, and votes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..extensions import db
from .bodies import Person, Room, Rulebook, Seat
from .catalogue import Body
from .columns import BigId, Document, Key, Moment, UtcDateTime
from .records import Record
from .work import Attachment


class MeetingSeries(db.Model):
    """Recurring meetings: an RRULE (RFC 5545, 3.3.10) over local times in Europe/Berlin.

    ``on_holiday`` says what happens to an occurrence on a day on which nobody works: ``skip``, ``move``, ``keep``.
    """

    id: Mapped[Key]
    body_id: Mapped[int] = mapped_column(ForeignKey("body.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    rule: Mapped[str] = mapped_column(String(300))
    first_on: Mapped[date] = mapped_column(Date)
    starts: Mapped[str] = mapped_column(String(5))
    minutes: Mapped[int]
    place: Mapped[str] = mapped_column(String(300), default="")
    room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id"))
    video_url: Mapped[str] = mapped_column(String(500), default="")
    on_holiday: Mapped[str] = mapped_column(String(10), default="move")
    created_at: Mapped[Moment]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    body: Mapped[Body] = relationship()

    __table_args__ = (CheckConstraint("on_holiday IN ('skip', 'move', 'keep')", name="on_holiday"),)


class Meeting(db.Model):
    """A meeting of a body: the part of its :class:`Record` (process ``meeting``) that a form could not hold.

    ``uid`` and ``sequence`` identify it in calendars (RFC 5545, 3.8.4.7 and 3.8.7.4): the uid never changes, the sequence
    rises with every change that goes out. ``sent_sequence`` is the last one that was sent; null: nothing went out yet.
    ``rulebook_id`` is the version of its day, pinned at dispatch (null: defaults). ``opened_at`` and ``closed_at`` are
    when it really began and ended; ``breaks`` lists interruptions as pairs of ISO times.
    """

    record_id: Mapped[int] = mapped_column(BigId, ForeignKey("record.id"), primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("body.id"))
    series_id: Mapped[int | None] = mapped_column(ForeignKey("meeting_series.id"), index=True)
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]
    kind: Mapped[str] = mapped_column(String(10), default="room")
    place: Mapped[str] = mapped_column(String(300), default="")
    room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id"))
    video_url: Mapped[str] = mapped_column(String(500), default="")
    uid: Mapped[str] = mapped_column(String(120), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    sent_sequence: Mapped[int | None]
    rulebook_id: Mapped[int | None] = mapped_column(ForeignKey("rulebook.id"))
    pinned: Mapped[bool] = mapped_column(default=False)
    """Whether ``rulebook_id`` (also when null) is fixed for this meeting."""
    introduction: Mapped[str] = mapped_column(Text, default="")
    reply_until: Mapped[date | None] = mapped_column(Date)
    motions_until: Mapped[date | None] = mapped_column(Date)
    agenda_approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    agenda_approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    dispatched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    shortened_reason: Mapped[str] = mapped_column(Text, default="")
    waiver: Mapped[dict[str, Any] | None] = mapped_column(Document)
    """How the meeting waived form and notice: ``{"by": …, "yes": n, "no": n, "note": …}``; null: it did not."""
    reinvitation_of_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.record_id"))
    continues_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.record_id"))
    chair_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    minute_taker_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    breaks: Mapped[list[Any]] = mapped_column(Document, default=list)
    current_item_id: Mapped[int | None] = mapped_column(BigId)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancel_reason: Mapped[str] = mapped_column(Text, default="")
    record: Mapped[Record] = relationship()
    body: Mapped[Body] = relationship()
    room: Mapped[Room | None] = relationship()
    series: Mapped[MeetingSeries | None] = relationship()
    rulebook: Mapped[Rulebook | None] = relationship()
    chair: Mapped[Person | None] = relationship(foreign_keys=[chair_id])
    minute_taker: Mapped[Person | None] = relationship(foreign_keys=[minute_taker_id])

    __table_args__ = (
        CheckConstraint("kind IN ('room', 'hybrid', 'video')", name="kind"),
        CheckConstraint("ends_at >= starts_at", name="times"),
        Index(None, "body_id", "starts_at"),
        Index(None, "starts_at"),
    )


class AgendaItem(db.Model):
    """A point of the agenda (TOP), possibly below another one; ``position`` counts within its parent.

    ``source`` says where it came from: ``template``, ``carried``, ``proposal``, ``offered``, ``entered``. ``state`` is ``open``,
    ``done``, ``postponed``, ``dropped``. ``late``: put in after dispatch; ``admitted`` how the meeting let it in, or null.
    ``notes_version`` guards the notes against two people writing at once.
    """

    id: Mapped[Key]
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.record_id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id"), index=True)
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20), default="discussion")
    title: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text, default="")
    motion: Mapped[str] = mapped_column(Text, default="")
    """The decision that is proposed, in words."""
    minutes: Mapped[int | None]
    presenter: Mapped[str] = mapped_column(String(200), default="")
    confidential: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(String(12), default="entered")
    carried_from_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id"))
    record_id: Mapped[int | None] = mapped_column(ForeignKey("record.id"), index=True)
    """The decision paper, theme or other record that it is about."""
    about_minutes_id: Mapped[int | None] = mapped_column(BigId)
    """The meeting whose minutes are to be noted or approved here."""
    late: Mapped[bool] = mapped_column(default=False)
    admitted: Mapped[dict[str, Any] | None] = mapped_column(Document)
    state: Mapped[str] = mapped_column(String(12), default="open")
    state_note: Mapped[str] = mapped_column(String(300), default="")
    notes: Mapped[str] = mapped_column(Text, default="")
    notes_version: Mapped[int] = mapped_column(default=0)
    result: Mapped[str] = mapped_column(Text, default="")
    began_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    meeting: Mapped[Meeting] = relationship()
    record: Mapped[Record | None] = relationship()

    __table_args__ = (
        CheckConstraint(
            "kind IN ('formalities', 'report', 'decision', 'discussion', 'information', 'miscellaneous')", name="kind"
        ),
        CheckConstraint("state IN ('open', 'done', 'postponed', 'dropped')", name="state"),
        Index(None, "meeting_id", "parent_id", "position"),
    )


class AgendaPaper(db.Model):
    """A paper of an agenda item: a file of the meeting, or the printed form of a record."""

    id: Mapped[Key]
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"), index=True)
    title: Mapped[str] = mapped_column(String(300))
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"))
    record_id: Mapped[int | None] = mapped_column(ForeignKey("record.id"))
    position: Mapped[int] = mapped_column(default=0)
    item: Mapped[AgendaItem] = relationship()
    attachment: Mapped[Attachment | None] = relationship()
    record: Mapped[Record | None] = relationship()


class AgendaProposal(db.Model):
    """A motion of a member for the agenda of the next meeting (or of ``meeting_id``)."""

    id: Mapped[Key]
    body_id: Mapped[int] = mapped_column(ForeignKey("body.id"), index=True)
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.record_id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    title: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text, default="")
    received_at: Mapped[Moment]
    state: Mapped[str] = mapped_column(String(10), default="open")
    answer: Mapped[str] = mapped_column(Text, default="")
    item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    body: Mapped[Body] = relationship()
    person: Mapped[Person | None] = relationship()

    __table_args__ = (CheckConstraint("state IN ('open', 'taken', 'refused', 'withdrawn')", name="state"),)


class Presence(db.Model):
    """Somebody was there from one moment to another (null: still is). Corrections replace rows; the history tells."""

    id: Mapped[Key]
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.record_id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    seat_id: Mapped[int | None] = mapped_column(ForeignKey("seat.id"))
    as_role: Mapped[str] = mapped_column(String(10), default="principal")
    arrived_at: Mapped[Moment]
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    remote: Mapped[bool] = mapped_column(default=False)
    person: Mapped[Person] = relationship()
    seat: Mapped[Seat | None] = relationship()

    __table_args__ = (
        CheckConstraint("as_role IN ('principal', 'deputy', 'guest')", name="as_role"),
        CheckConstraint("left_at IS NULL OR left_at >= arrived_at", name="times"),
    )


class Exclusion(db.Model):
    """A person takes no part in one item because of a conflict of interest (Befangenheit)."""

    id: Mapped[Key]
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(String(300), default="")
    noted_at: Mapped[Moment]
    person: Mapped[Person] = relationship()

    __table_args__ = (UniqueConstraint("item_id", "person_id"),)


class Vote(db.Model):
    """One vote on an item. Rows are not changed once proclaimed; a correction is a new row that ``replaces_id`` another.

    ``purpose``: ``motion``, or about procedure: ``agenda`` (order or late items), ``waiver``, ``minutes`` (approval).
    ``names`` maps the id of a seat (as text) to ``yes``, ``no``, ``abstained``; null unless the vote was by name.
    ``explanation`` keeps the verdicts as they were: who could vote, quorum, majority, each with its rule.
    """

    id: Mapped[Key]
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.record_id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(10), default="motion")
    wording: Mapped[str] = mapped_column(Text, default="")
    form: Mapped[str] = mapped_column(String(8), default="open")
    majority: Mapped[str] = mapped_column(String(20), default="")
    yes: Mapped[int]
    no: Mapped[int]
    abstained: Mapped[int]
    invalid: Mapped[int] = mapped_column(default=0)
    entitled: Mapped[int]
    names: Mapped[dict[str, str] | None] = mapped_column(Document)
    casting_vote: Mapped[str] = mapped_column(String(3), default="")
    result: Mapped[str] = mapped_column(String(12))
    sentence: Mapped[str] = mapped_column(Text)
    explanation: Mapped[list[Any]] = mapped_column(Document, default=list)
    taken_at: Mapped[Moment]
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("vote.id"))
    replace_reason: Mapped[str] = mapped_column(String(300), default="")
    replaced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    proclaimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"), index=True)
    item: Mapped[AgendaItem] = relationship()

    __table_args__ = (
        CheckConstraint("purpose IN ('motion', 'agenda', 'waiver', 'minutes')", name="purpose"),
        CheckConstraint("form IN ('open', 'names', 'secret')", name="form"),
        CheckConstraint("result IN ('accepted', 'rejected', 'postponed')", name="result"),
        CheckConstraint("yes >= 0 AND no >= 0 AND abstained >= 0 AND invalid >= 0", name="counts"),
    )
