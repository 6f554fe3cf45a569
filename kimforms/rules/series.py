"""Recurring meetings: RRULE (RFC 5545, 3.3.10) over local times in Europe/Berlin, through python-dateutil.

Local times are expanded, then placed in the zone: 14:00 stays 14:00 when the clocks change. A local time that the
change skips moves on by the hour that is missing. Each occurrence says on which public holiday, school holidays or
weekend it falls; a policy skips, moves or keeps those on which nobody works. School holidays are only shown.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Literal

from dateutil import tz
from dateutil.rrule import rrulestr

from kimforms.rules.calendar_days import (
    BERLIN,
    SchoolHolidays,
    holiday_name,
    in_words,
    is_weekend,
    is_working_day,
    next_working_day,
    school_holiday_name,
    short,
)
from kimforms.rules.series_words import check_parts, parts_of, rule_in_words

Frequency = Literal["weekly", "twice_monthly", "monthly", "quarterly", "half_yearly", "yearly"]
Policy = Literal["skip", "move", "keep"]
DAY_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
INTERVALS = {"monthly": 1, "quarterly": 3, "half_yearly": 6}
FREQUENCIES: dict[Frequency, str] = {
    "weekly": "wöchentlich",
    "twice_monthly": "zweimal im Monat",
    "monthly": "monatlich",
    "quarterly": "vierteljährlich",
    "half_yearly": "halbjährlich",
    "yearly": "jährlich",
}
MOST = 400  # more occurrences than a weekly round has in seven years are a slip


class SeriesRefused(ValueError):
    """A rule that cannot be a series of meetings; the text is a German sentence."""


@dataclass(frozen=True)
class Occurrence:
    """One meeting of a series.

    starts_at -- aware, in Europe/Berlin
    planned_on -- the day that the rule gives; differs from the day of `starts_at` when it was moved
    holiday, school_holidays -- names of what the planned day falls on; weekend -- Saturday or Sunday
    skipped -- the policy leaves it out; note -- one German sentence about what is special, or empty
    """

    starts_at: datetime
    planned_on: date
    holiday: str | None
    school_holidays: str | None
    weekend: bool
    skipped: bool
    note: str

    @property
    def moved(self) -> bool:
        return self.starts_at.date() != self.planned_on


def build_rule(
    frequency: Frequency, first: date, *, by: Literal["weekday", "day"] = "weekday", count: int | None = None
) -> str:
    """The RRULE of the usual rhythms, with weekday and place in the month (or the day of the month) taken from `first`.

    `twice_monthly` by weekday: that week's place and two weeks later (1st and 3rd Tuesday); by day: that day and the
    15th day after it, both in the first 28 so that no month lacks one. The 29th to 31st become the last day.
    """
    code = DAY_CODES[first.weekday()]
    nth = (first.day - 1) // 7 + 1
    if frequency == "weekly":
        parts = ["FREQ=WEEKLY", f"BYDAY={code}"]
    elif frequency == "twice_monthly":
        parts = ["FREQ=MONTHLY", _twice(first, by, code, nth)]
    else:
        day = first.day if first.day <= 28 else -1
        where = f"BYDAY={nth if nth < 5 else -1}{code}" if by == "weekday" else f"BYMONTHDAY={day}"
        if frequency == "yearly":
            parts = ["FREQ=YEARLY", f"BYMONTH={first.month}", where]
        else:
            interval = INTERVALS[frequency]
            parts = ["FREQ=MONTHLY", *([f"INTERVAL={interval}"] if interval > 1 else []), where]
    if count is not None:
        parts.append(f"COUNT={count}")
    return ";".join(parts)


def _twice(first: date, by: str, code: str, nth: int) -> str:
    if by == "weekday":
        one = nth if nth <= 2 else nth - 2
        return f"BYDAY={one}{code},{one + 2}{code}" if one <= 2 else f"BYDAY=1{code},3{code}"
    day = min(first.day, 28)
    low = day if day <= 13 else max(day - 15, 1)
    return f"BYMONTHDAY={low},{low + 15}"


def check_rule(rule: str) -> None:
    """Refuses what is no series of meetings. Raises `SeriesRefused` with a German sentence."""
    try:
        check_parts(parts_of(rule))
    except ValueError as wrong:
        raise SeriesRefused(str(wrong)) from wrong


def occurrences(
    rule: str,
    first_on: date,
    starts: time,
    until: date,
    *,
    policy: Policy = "move",
    school_holidays: Iterable[SchoolHolidays] = (),
) -> tuple[Occurrence, ...]:
    """The occurrences from `first_on` to `until` (both included, by their planned day), at most 400.

    Skipped ones are listed too, so that a page can show them. An occurrence that would move onto the day of another one
    is skipped. Raises `SeriesRefused`.
    """
    check_rule(rule)
    free = tuple(school_holidays)
    start = datetime.combine(first_on, starts)
    days = _days(rule, start, until)
    regular = {day for day in days if is_working_day(day)}
    found: list[Occurrence] = []
    taken: set[date] = set(regular)
    for planned in days:
        one = _occurrence(planned, starts, policy, free, taken)
        if not one.skipped:
            taken.add(one.starts_at.date())
        found.append(one)
    return tuple(found)


def _days(rule: str, start: datetime, until: date) -> list[date]:
    """The days that dateutil finds over naive local times, never past `until`: some rules never yield a day.

    An UNTIL of the rule is read as the end of its local day; COUNT is counted here, for the library takes only one.
    """
    parts = parts_of(rule)
    last = min(f"{until:%Y%m%d}", parts.get("UNTIL", "99991231")[:8])
    most = min(int(parts.pop("COUNT", str(MOST))), MOST)
    parts["UNTIL"] = f"{last}T235959"
    found = rrulestr(";".join(f"{key}={value}" for key, value in parts.items()), dtstart=start)
    return [moment.date() for moment in islice(found, most)]


def _occurrence(
    planned: date, starts: time, policy: Policy, school: tuple[SchoolHolidays, ...], taken: set[date]
) -> Occurrence:
    holiday = holiday_name(planned)
    weekend = is_weekend(planned)
    pupils = school_holiday_name(planned, school)
    day, skipped, note = planned, False, ""
    if holiday or weekend:
        why = holiday or in_words(planned).split(",", maxsplit=1)[0]
        if policy == "skip":
            skipped, note = True, f"{short(planned)} entfällt: {why}."
        elif policy == "move":
            day = next_working_day(planned)
            if day in taken:
                skipped, note = True, f"{short(planned)} entfällt: {why}; am {short(day)} ist schon ein Termin."
                day = planned
            else:
                note = f"Verlegt vom {short(planned)} ({why}) auf {in_words(day)}."
        else:
            note = f"Fällt auf: {why}."
    if pupils:
        note = f"{note} Schulferien: {pupils}.".strip()
    return Occurrence(local(day, starts), planned, holiday, pupils, weekend, skipped, note)


def local(day: date, at: time) -> datetime:
    """A wall-clock time of Europe/Berlin as a moment; one that the change to summer time skips moves on by an hour."""
    moment = datetime.combine(day, at, tzinfo=BERLIN)
    real: datetime = tz.resolve_imaginary(moment)
    return real


def ends_at(starts_at: datetime, minutes: int) -> datetime:
    """The end after so many minutes that really pass, also across a change of the clocks."""
    zone = starts_at.tzinfo
    return (starts_at.astimezone(tz.UTC) + timedelta(minutes=minutes)).astimezone(zone)


def in_german(rule: str, first_on: date, starts: time) -> str:
    """`jeden 2. Dienstag im Monat, 14:00 Uhr`. Raises `SeriesRefused`."""
    check_rule(rule)
    return f"{rule_in_words(rule, first_on)}, {starts:%H:%M} Uhr"
