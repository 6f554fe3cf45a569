"""A vote by circulation that was stopped goes onto the agenda of the next meeting."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ...models import AgendaItem, Body, CircularVote, Meeting, Record
from ...permissions import Actor
from .. import audit
from ..bodies.access import day_of, require_work
from ..meetings.agenda import Point, add_item
from ..meetings.offers import offer
from ..refusals import NotVisible, StepRefused

OPEN = ("geplant", "freigegeben", "eingeladen")


def next_meetings(session: Session, body: Body, today: date) -> list[Meeting]:
    """The meetings of a body whose agenda is still open, the next one first; one query."""
    wanted = (
        select(Meeting)
        .join(Meeting.record)
        .where(Meeting.body_id == body.id, Record.state.in_(OPEN))
        .options(joinedload(Meeting.record), joinedload(Meeting.body))
        .order_by(Meeting.starts_at)
    )
    return [one for one in session.scalars(wanted) if day_of(one) >= today]


def offer_for_agenda(
    session: Session, actor: Actor, now: datetime, *, vote: CircularVote, meeting: Meeting
) -> AgendaItem:
    """Puts what could not be decided by circulation on an agenda, with its paper where there is one.

    Raises :class:`NotPermitted`, :class:`StepRefused` unless it was stopped, and as ``agenda.add_item``.
    """
    require_work(actor, vote.body)
    if meeting.body_id != vote.body_id:
        raise NotVisible()
    if vote.state != "stopped":
        raise StepRefused(["Nur eine beendete Abstimmung ohne Beschluss kommt auf die Tagesordnung."])
    if vote.record is not None:
        item = offer(session, actor, now, meeting=meeting, record=vote.record)
    else:
        known = select(AgendaItem.id).where(AgendaItem.meeting_id == meeting.record_id, AgendaItem.title == vote.title)
        if session.scalar(known.limit(1)) is not None:
            raise StepRefused([f"„{vote.title}“ steht schon auf dieser Tagesordnung."])
        text = f"{vote.reasons}\n\n{vote.reference}: {vote.sentence}".strip()
        point = Point(vote.title, "decision", text, vote.wording)
        item = add_item(session, actor, now, meeting=meeting, point=point, source="offered")
    audit.record(
        session, actor, now, audit.Tag.CIRCULAR_OFFER, about=vote.record, controller_id=vote.body.controller_id,
        circular=vote.reference, meeting=meeting.record.reference,
    )  # fmt: skip
    return item
