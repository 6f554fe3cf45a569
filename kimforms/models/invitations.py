"""Who is asked and what they answered: polls for a date, invitations, evidence of dispatch, links in mails, mails that came in."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..extensions import db
from .bodies import Person, Seat
from .catalogue import Body
from .columns import BigId, Document, Key, Moment, UtcDateTime
from .meetings import Meeting
from .outbox import OutboxMessage


class DatePoll(db.Model):
    """A poll for a date among the members of a body; ``meeting_id`` is what came of it."""

    id: Mapped[Key]
    body_id: Mapped[int] = mapped_column(ForeignKey("body.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text, default="")
    place: Mapped[str] = mapped_column(String(300), default="")
    closes_on: Mapped[date] = mapped_column(Date)
    created_at: Mapped[Moment]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.record_id"))
    body: Mapped[Body] = relationship()
    options: Mapped[list[DatePollOption]] = relationship(
        order_by="DatePollOption.starts_at", cascade="all, delete-orphan"
    )
    participants: Mapped[list[DatePollParticipant]] = relationship(
        order_by="DatePollParticipant.id", cascade="all, delete-orphan"
    )


class DatePollOption(db.Model):
    """One date of a poll."""

    id: Mapped[Key]
    poll_id: Mapped[int] = mapped_column(ForeignKey("date_poll.id"), index=True)
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]


class DatePollParticipant(db.Model):
    """Who was asked; ``answers`` maps the id of an option (as text) to ``yes``, ``if_need_be``, ``no``."""

    id: Mapped[Key]
    poll_id: Mapped[int] = mapped_column(ForeignKey("date_poll.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    answers: Mapped[dict[str, str]] = mapped_column(Document, default=dict)
    comment: Mapped[str] = mapped_column(String(300), default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    person: Mapped[Person] = relationship()

    __table_args__ = (UniqueConstraint("poll_id", "person_id"),)


class Invitee(db.Model):
    """Somebody who is or was invited to a meeting, and the answer.

    ``seat_id`` is null for guests of one meeting. ``as_role``: ``principal``, ``deputy`` (came in for ``deputy_for_id``),
    ``guest``. ``right`` repeats the seat's at the time of the invitation. ``answer`` counts the last one given;
    ``answered_sequence`` is the state of the meeting it was given to: an answer to an older one asks for a new one.
    """

    id: Mapped[Key]
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.record_id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    seat_id: Mapped[int | None] = mapped_column(ForeignKey("seat.id"))
    as_role: Mapped[str] = mapped_column(String(10), default="principal")
    right: Mapped[str] = mapped_column("voting_right", String(10), default="voting")
    deputy_for_id: Mapped[int | None] = mapped_column(ForeignKey("invitee.id"))
    channel: Mapped[str] = mapped_column(String(6), default="mail")
    answer: Mapped[str] = mapped_column(String(12), default="none")
    answer_comment: Mapped[str] = mapped_column(String(500), default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_via: Mapped[str] = mapped_column(String(10), default="")
    answered_sequence: Mapped[int | None]
    invited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    uninvited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    meeting: Mapped[Meeting] = relationship()
    person: Mapped[Person] = relationship()
    seat: Mapped[Seat | None] = relationship()
    deputy_for: Mapped[Invitee | None] = relationship(remote_side="Invitee.id")

    __table_args__ = (
        CheckConstraint("as_role IN ('principal', 'deputy', 'guest')", name="as_role"),
        CheckConstraint("channel IN ('mail', 'post')", name="channel"),
        CheckConstraint("answer IN ('none', 'accepted', 'declined', 'tentative', 'deputy')", name="answer"),
        Index(None, "meeting_id", "person_id"),
    )


class Dispatch(db.Model):
    """One sending to many.

    ``kind``: ``invitation``, ``update``, ``cancellation``, ``uninvitation``, ``reminder``, ``minutes``, ``poll``, ``circular``.

    ``snapshot`` keeps what was sent (time, place, agenda as labels) so that the evidence stays true.
    """

    id: Mapped[Key]
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.record_id"), index=True)
    circular_id: Mapped[int | None] = mapped_column(ForeignKey("circular_vote.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    sequence: Mapped[int] = mapped_column(default=0)
    subject: Mapped[str] = mapped_column(String(300))
    snapshot: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    sent_at: Mapped[Moment]
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    recipients: Mapped[list[DispatchRecipient]] = relationship(
        back_populates="dispatch", order_by="DispatchRecipient.id", cascade="all, delete-orphan"
    )


class DispatchRecipient(db.Model):
    """Evidence for one recipient: the mail with its delivery, or when the letter was printed and handed over."""

    id: Mapped[Key]
    dispatch_id: Mapped[int] = mapped_column(ForeignKey("dispatch.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    invitee_id: Mapped[int | None] = mapped_column(ForeignKey("invitee.id"), index=True)
    channel: Mapped[str] = mapped_column(String(6))
    address: Mapped[str] = mapped_column(String(500))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("outbox_message.id"), index=True)
    posted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    bounced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    bounce_reason: Mapped[str] = mapped_column(String(300), default="")
    dispatch: Mapped[Dispatch] = relationship(back_populates="recipients")
    person: Mapped[Person] = relationship()
    message: Mapped[OutboxMessage | None] = relationship()


class InboundMail(db.Model):
    """What came in by mail and what became of it; the content itself is not kept. ``digest`` tells repeats."""

    id: Mapped[Key]
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    received_at: Mapped[Moment]
    sender: Mapped[str] = mapped_column(String(254), default="")
    subject: Mapped[str] = mapped_column(String(300), default="")
    outcome: Mapped[str] = mapped_column(String(20))
    detail: Mapped[str] = mapped_column(String(500), default="")
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.record_id"), index=True)
    invitee_id: Mapped[int | None] = mapped_column(ForeignKey("invitee.id"))


class ReplyLink(db.Model):
    """A signed link for somebody without account. The token is derived from ``id``, ``nonce`` and the secret key.

    ``purpose``: ``invitation`` (``target_id``: invitee), ``poll`` (participant), ``circular`` (ballot), ``minutes``
    (dispatch recipient), ``feed`` (null: the person's meetings; else the body), ``service`` (entry of the directory). It belongs
    to a person, or to an ``address`` behind which nobody in particular is known.
    """

    id: Mapped[Key]
    purpose: Mapped[str] = mapped_column(String(12))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    address: Mapped[str | None] = mapped_column(String(254))
    target_id: Mapped[int | None] = mapped_column(BigId)
    nonce: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[Moment]
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    person: Mapped[Person | None] = relationship()

    __table_args__ = (
        CheckConstraint("purpose IN ('invitation', 'poll', 'circular', 'minutes', 'feed', 'service')", name="purpose"),
        CheckConstraint("person_id IS NOT NULL OR address IS NOT NULL", name="somebody"),
        Index(None, "purpose", "target_id"),
    )
