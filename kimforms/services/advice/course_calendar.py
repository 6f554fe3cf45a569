"""The calendar of courses and tests to subscribe to (RFC 5545): what was published, with what was called off since."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from ...documents.calendar import CalendarEvent, feed
from ...models import CourseDate
from .. import outbox
from ..meetings.organizer import organizer_of
from .course_dates import PUBLISHED, for_calendar

PAST = timedelta(days=30)
"""So long a date stays in subscribed calendars."""
NAME = "Kurse und Prüfungen zur Einbürgerung"
BEFORE_ANYTHING = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class CourseCalendar:
    """The calendar as it is sent: content, its tag, and when the newest date in it last changed."""

    content: bytes
    etag: str
    changed_at: datetime


def calendar_of(session: Session, now: datetime) -> CourseCalendar:
    """All published dates from 30 days ago on; one that was withdrawn since is in it as cancelled."""
    rows = for_calendar(session, now, PAST)
    content = feed(NAME, [_event(one) for one in rows])
    changed = max((one.record.changed_at for one in rows), default=BEFORE_ANYTHING)
    return CourseCalendar(content, hashlib.sha256(content).hexdigest()[:32], changed)


def _event(row: CourseDate) -> CalendarEvent:
    name, address = organizer_of(row.record.controller)
    lines = [
        str(row.data.get("anbieter", "")),
        f"Kurs bis {_day(row.data['kurs_bis'])}" if row.data.get("kurs_bis") else "",
        str(row.data.get("kurszeiten", "")),
        f"Anmeldeschluss: {row.register_until:%d.%m.%Y}" if row.register_until else "",
        f"Anmeldung: {row.data['anmeldung']}" if row.data.get("anmeldung") else "",
    ]
    return CalendarEvent(
        uid=row.uid,
        sequence=row.sequence,
        stamp=row.record.changed_at,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        summary=row.record.title,
        organizer_name=name,
        organizer_address=address,
        location=str(row.data.get("ort", "")),
        url=outbox.absolute("/naturalisation/dates"),
        description="\n".join(filter(None, lines)),
        status="CONFIRMED" if row.record.state == PUBLISHED else "CANCELLED",
    )


def _day(iso: str) -> str:
    year, month, day = iso.split("-")
    return f"{day}.{month}.{year}"
