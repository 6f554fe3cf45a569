"""What is to be known about a day on which a meeting is planned: holidays, school holidays, other meetings, deadlines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ...models import Body, CatalogueEntry, Meeting, Record
from ...rules.calendar_days import SchoolHolidays, holiday_name, is_weekend, school_holiday_name
from ...rules.late_items import MotionDeadline, motion_deadline
from ...rules.notice import DispatchDay, dispatch_on, last_dispatch
from ...rules.verdict import Verdict
from ..bodies.access import BERLIN
from ..bodies.rulebooks import rulebook_of

KIND = "school_holiday"
STEERING = "steering"


@dataclass(frozen=True)
class DayNotes:
    """A day and what falls on it; ``others`` are meetings of this controller on the same day."""

    day: date
    holiday: str | None
    weekend: bool
    school_holidays: str | None
    others: Sequence[Meeting] = ()

    @property
    def free(self) -> bool:
        """Whether hardly anybody works on that day."""
        return self.holiday is not None or self.weekend


@dataclass(frozen=True)
class Deadlines:
    """What has to be done until when for a meeting on a day, by the rules of its body."""

    dispatch: DispatchDay
    motions: MotionDeadline
    today: Verdict
    """Whether an invitation sent today would be in time."""


def school_holidays(session: Session) -> tuple[SchoolHolidays, ...]:
    """The school holidays of the profile; one query for a session, none where the profile has no list."""
    found: tuple[SchoolHolidays, ...] | None = session.info.get(KIND)
    if found is None:
        rows = session.execute(
            select(CatalogueEntry.title, CatalogueEntry.data)
            .where(CatalogueEntry.kind == KIND, CatalogueEntry.active)
            .order_by(CatalogueEntry.position)
        )
        found = tuple(
            SchoolHolidays(title, date.fromisoformat(data["first"]), date.fromisoformat(data["last"]))
            for title, data in rows
        )
        session.info[KIND] = found
    return found


def notes_on(session: Session, controller_id: int, day: date, but: int | None = None) -> DayNotes:
    """What falls on a day; ``but``: the meeting that is planned itself. At most two queries."""
    begin = datetime.combine(day, time.min, BERLIN)
    wanted = (
        select(Meeting)
        .join(Body, Body.id == Meeting.body_id)
        .join(Record, Record.id == Meeting.record_id)
        .where(
            Body.controller_id == controller_id,
            Meeting.starts_at >= begin,
            Meeting.starts_at < begin + timedelta(days=1),
            Record.state != "abgesagt",
        )
        .options(joinedload(Meeting.body), joinedload(Meeting.record), joinedload(Meeting.room))
        .order_by(Meeting.starts_at)
    )
    if but is not None:
        wanted = wanted.where(Meeting.record_id != but)
    return DayNotes(
        day,
        holiday_name(day),
        is_weekend(day),
        school_holiday_name(day, school_holidays(session)),
        session.scalars(wanted).all(),
    )


def deadlines_of(session: Session, body: Body, day: date, today: date) -> Deadlines:
    """Last day of dispatch by mail and of motions for a meeting of the body on that day."""
    rules = rulebook_of(session, body, day)
    return Deadlines(
        last_dispatch(rules, day, "email"), motion_deadline(rules, day), dispatch_on(rules, day, today, "email")
    )
