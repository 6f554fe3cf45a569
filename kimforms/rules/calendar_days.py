"""Days as the rules of procedure count them: holidays of NRW, school holidays as data, receipt by e-mail and post.

Public holidays come from `engine.deadlines`; school holidays are passed in, for the ministry sets them year by year.
Words for days and times stand here too, so that every verdict writes them alike.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from kimforms.engine.deadlines import holidays_of, is_working_day, next_working_day

__all__ = ["holidays_of", "is_working_day", "next_working_day"]

Channel = Literal["email", "post"]
BERLIN = ZoneInfo("Europe/Berlin")
DAY = timedelta(days=1)
WEEKDAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
_SATURDAY, _SUNDAY = 5, 6


@dataclass(frozen=True)
class SchoolHolidays:
    """One stretch of school holidays, both days included."""

    name: str
    first: date
    last: date


def holiday_name(day: date) -> str | None:
    """The public holiday of NRW on this day, in German."""
    return holidays_of(day.year).get(day)


def school_holiday_name(day: date, school_holidays: Iterable[SchoolHolidays]) -> str | None:
    """The school holidays that this day lies in."""
    return next((one.name for one in school_holidays if one.first <= day <= one.last), None)


def is_weekend(day: date) -> bool:
    return day.weekday() >= _SATURDAY


def no_delivery(day: date) -> str | None:
    """Why the post neither takes nor brings letters on this day: `ein Sonntag`, `Karfreitag`; None when it does."""
    if day.weekday() == _SUNDAY:
        return "ein Sonntag"
    return holiday_name(day)


def rest_day(day: date) -> str | None:
    """Why § 193 BGB passes over this day: `ein Samstag`, `ein Sonntag`, `Karfreitag`; None for a working day."""
    if day.weekday() == _SATURDAY and holiday_name(day) is None:
        return "ein Samstag"
    return no_delivery(day)


def previous_working_day(day: date) -> date:
    """The day itself if people work on it, else the last one before it."""
    while not is_working_day(day):
        day -= DAY
    return day


def in_words(day: date) -> str:
    """`Freitag, 12.03.2027`."""
    return f"{WEEKDAYS[day.weekday()]}, {short(day)}"


def short(day: date) -> str:
    """`12.03.2027`."""
    return f"{day:%d.%m.%Y}"


def clock(moment: datetime) -> str:
    """`14:35 Uhr` in the county's time zone; a moment without a zone counts as local."""
    local = moment.astimezone(BERLIN) if moment.tzinfo else moment
    return f"{local:%H:%M} Uhr"
