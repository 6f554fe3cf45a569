"""Days of the demonstration: working days counted from today, at which its people do something."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ..rules.calendar_days import SchoolHolidays, is_working_day, school_holiday_name

BERLIN = ZoneInfo("Europe/Berlin")


def working_day(now: datetime, days_ago: int) -> datetime:
    """That many days ago in the morning, or the last working day before a weekend or a holiday."""
    moment = (now - timedelta(days=days_ago)).replace(hour=8, minute=15, second=0, microsecond=0)
    while not is_working_day(moment.date()):
        moment -= timedelta(days=1)
    return moment


def next_working_day(moment: datetime) -> datetime:
    """The first working day after that day, at the same time."""
    moment += timedelta(days=1)
    while not is_working_day(moment.date()):
        moment += timedelta(days=1)
    return moment


def first_school_day(day: date, school_holidays: Iterable[SchoolHolidays], weekday: int | None = None) -> date:
    """That day, or the next working day outside of school holidays (and on that ``weekday``, 0 is Monday)."""
    known = tuple(school_holidays)
    while (
        not is_working_day(day) or school_holiday_name(day, known) or (weekday is not None and day.weekday() != weekday)
    ):
        day += timedelta(days=1)
    return day


def at_clock(day: date, clock: str) -> datetime:
    """``14:00`` on that day in Germany."""
    return datetime.combine(day, time.fromisoformat(clock), BERLIN)
