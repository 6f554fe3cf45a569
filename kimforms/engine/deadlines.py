"""Counting days: due dates, reminders, escalations, and how they are said.

Called by `workflow.py` for the deadlines of a state, by services for follow-ups, by lists for the words. All days are
dates in the county's time zone and are passed in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from kimforms.engine.definition import DeadlineRule
from kimforms.engine.effects import Unit

REGION = "NW"
_DAY = timedelta(days=1)
_SATURDAY = 5


@lru_cache(maxsize=256)
def holidays_of(year: int, region: str = REGION) -> Mapping[date, str]:
    """The public holidays of a year with their German names; `region` is the short name of a German state (`NW`).

    24 and 31 December are not among them: they are working days unless the county says otherwise.
    Raises `NotImplementedError` for an unknown region.
    """
    import holidays  # noqa: PLC0415 - the package is slow to load and most processes of the CLI never count days

    found = holidays.country_holidays("DE", subdiv=region, years=year, language="de")
    return MappingProxyType(dict(found.items()))


def is_working_day(day: date, region: str = REGION) -> bool:
    """Monday to Friday and no public holiday."""
    return day.weekday() < _SATURDAY and day not in holidays_of(day.year, region)


def next_working_day(day: date, region: str = REGION) -> date:
    """The day itself if people work on it, else the first one after it (§ 193 BGB)."""
    while not is_working_day(day, region):
        day += _DAY
    return day


def add_days(start: date, n: int, unit: Unit, region: str = REGION) -> date:
    """The n-th calendar or working day after `start`; before it for a negative n; `start` itself for 0.

    The day of the event is not counted (§ 187 (1) BGB). The end stays where it falls: moving it is `next_working_day`.
    """
    if unit == "calendar_days":
        return start + timedelta(days=n)
    step = _DAY if n > 0 else -_DAY
    left = abs(n)
    day = start
    while left:
        day += step
        left -= is_working_day(day, region)
    return day


def add_period(start: date, n: int, unit: Literal["days", "months", "years"]) -> date:
    """The end of a period of n days, months or years that begins with the event of `start`, for retention.

    Where the last month lacks the day, the period ends on its last day (§ 188 (2) and (3) BGB).
    """
    if unit == "days":
        return start + timedelta(days=n)
    months = start.year * 12 + start.month - 1 + (n * 12 if unit == "years" else n)
    first = date(months // 12, months % 12 + 1, 1)
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - _DAY
    return first.replace(day=min(start.day, last.day))


def due_date(rule: DeadlineRule, since: date, region: str = REGION) -> date:
    """By when a record has to leave the state that it came into on `since`."""
    end = add_days(since, rule.after, rule.unit, region)
    return next_working_day(end, region) if rule.next_working_day else end


@dataclass(frozen=True)
class DueDeadline:
    """One deadline of one record: the rule, the last day, the days of reminders (ascending), the day of escalation."""

    rule: DeadlineRule
    due: date
    reminders: tuple[date, ...]
    escalate_on: date | None


def schedule(rule: DeadlineRule, since: date, region: str = REGION) -> DueDeadline:
    """All dates of a deadline that began on `since`. Reminders that would come on `since` or before are left out."""
    due = due_date(rule, since, region)
    reminders = {add_days(due, -before, rule.unit, region) for before in rule.remind_before}
    escalate_on = None
    if rule.escalate is not None:
        escalate_on = add_days(due, rule.escalate.after, rule.escalate.unit, region)
    return DueDeadline(rule, due, tuple(sorted(day for day in reminders if day > since)), escalate_on)


def overdue_in_words(due: date, today: date, language: str = "de") -> str:
    """`seit 3 Tagen überfällig`, `heute fällig`, `in 5 Tagen`; English for every language but `de`."""
    days = (due - today).days
    if language == "de":
        if days < 0:
            return f"seit {_counted(-days, 'Tag', 'Tagen')} überfällig"
        return f"in {_counted(days, 'Tag', 'Tagen')}" if days else "heute fällig"
    if days < 0:
        return f"{_counted(-days, 'day', 'days')} overdue"
    return f"in {_counted(days, 'day', 'days')}" if days else "due today"


def age_in_words(since: date, today: date, language: str = "de") -> str:
    """`heute`, `1 Tag`, `13 Tage`, `3 Wochen`, `2 Monate`, `1 Jahr`: whole units passed, coarser with age.

    Weeks from 14 days on, months from two full ones, years from the first full one. The future counts as today.
    """
    days = (today - since).days
    months = (today.year - since.year) * 12 + today.month - since.month - (today.day < since.day)
    german = language == "de"
    if days <= 0:
        return "heute" if german else "today"
    if days < 14:
        return _counted(days, "Tag", "Tage") if german else _counted(days, "day", "days")
    if months < 2:
        return _counted(days // 7, "Woche", "Wochen") if german else _counted(days // 7, "week", "weeks")
    if months < 12:
        return _counted(months, "Monat", "Monate") if german else _counted(months, "month", "months")
    return _counted(months // 12, "Jahr", "Jahre") if german else _counted(months // 12, "year", "years")


def _counted(n: int, one: str, many: str) -> str:
    return f"{n} {one if n == 1 else many}"
