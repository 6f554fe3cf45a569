"""Reminds by the clock those who owe an answer, once, shortly before answers are due. ``jobs`` calls this."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...models import Meeting, Record
from ...permissions import SYSTEM
from ..bodies.access import BERLIN, day_of
from .dispatch import post_of, unanswered
from .invitees import active, by_person, everybody
from .mailing import deliver

DAYS_BEFORE = 3
"""So many days before the day until which answers are wanted."""
WITHOUT_DAY = timedelta(days=7)
"""Where no such day was set, answers are wanted a week before the meeting."""


def run(unit: Callable[[], AbstractContextManager[Session]], now: datetime) -> int:
    """Reminds for every meeting whose time has come; returns how many people. May run twice."""
    with unit() as session:
        wanted = select(Meeting.record_id).join(Record).where(Record.state == "eingeladen", Meeting.starts_at > now)
        ids = list(session.scalars(wanted.order_by(Meeting.starts_at)))
    told = 0
    for meeting_id in ids:
        with unit() as session:
            told += _remind(session, now, session.get_one(Meeting, meeting_id))
    return told


def reminding_day(meeting: Meeting) -> date:
    """From this day on people are reminded by the clock."""
    until = meeting.reply_until or day_of(meeting) - WITHOUT_DAY
    return until - timedelta(days=DAYS_BEFORE)


def _remind(session: Session, now: datetime, meeting: Meeting) -> int:
    today = now.astimezone(BERLIN).date()
    if meeting.record.state != "eingeladen" or today < reminding_day(meeting):
        return 0
    invited = [one for one in active(everybody(session, meeting)) if one.invited_at is not None]
    rows = [
        one
        for one in unanswered(session, now, meeting, invited)
        if one.reminded_at is None and one.invited_at is not None and one.invited_at.astimezone(BERLIN).date() < today
    ]
    if not rows:
        return 0
    groups = by_person(rows)
    deliver(session, SYSTEM, now, post_of(session, now, meeting, "reminder", None, None), groups)
    for one in rows:
        one.reminded_at = now
    return len(groups)
