"""Days are counted as the law and the calendar of North Rhine-Westphalia say."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kimforms.engine.deadlines import (
    add_days,
    add_period,
    age_in_words,
    due_date,
    holidays_of,
    is_working_day,
    next_working_day,
    overdue_in_words,
    schedule,
)
from kimforms.engine.definition import DeadlineRule

days = st.dates(date(2000, 1, 1), date(2060, 12, 31))
numbers = st.integers(0, 120)


def rule(after, unit="working_days", **settings):
    return DeadlineRule.model_validate({"id": "x", "label": "Frist", "after": after, "unit": unit, **settings})


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-01-01", False),  # Neujahr
        ("2026-01-06", True),  # Heilige Drei Könige: no holiday in NRW
        ("2026-04-03", False),  # Karfreitag, Easter on 5 April
        ("2026-04-06", False),  # Ostermontag
        ("2025-04-18", False),  # Karfreitag, Easter on 20 April
        ("2025-04-21", False),
        ("2027-03-26", False),  # Karfreitag, Easter on 28 March
        ("2027-03-29", False),
        ("2026-05-01", False),
        ("2026-05-14", False),  # Christi Himmelfahrt
        ("2026-05-25", False),  # Pfingstmontag
        ("2026-06-04", False),  # Fronleichnam
        ("2025-06-19", False),
        ("2027-05-27", False),
        ("2026-06-05", True),  # the Friday after it
        ("2025-10-03", False),
        ("2027-11-01", False),  # Allerheiligen, a Monday
        ("2017-10-31", False),  # Reformationstag, once
        ("2025-10-31", True),
        ("2025-12-24", True),
        ("2026-12-24", True),
        ("2026-12-25", False),
        ("2026-12-31", True),
        ("2026-11-21", False),  # Saturday
        ("2026-11-22", False),  # Sunday
        ("2026-11-23", True),
        ("2026-11-18", True),  # Buß- und Bettag: Saxony only
    ],
)
def test_working_days_of_north_rhine_westphalia(day, works):
    assert is_working_day(date.fromisoformat(day)) is works


def test_holidays_carry_their_german_names_and_depend_on_the_region():
    assert holidays_of(2026)[date(2026, 6, 4)] == "Fronleichnam"
    assert len(holidays_of(2026)) == 11
    assert is_working_day(date(2026, 11, 18), "SN") is False
    assert holidays_of(2026) is holidays_of(2026)
    with pytest.raises(NotImplementedError):
        holidays_of(2026, "XX")


@pytest.mark.parametrize(
    ("start", "n", "unit", "end"),
    [
        ("2026-11-23", 0, "working_days", "2026-11-23"),
        ("2026-11-22", 0, "working_days", "2026-11-22"),
        ("2026-11-20", 1, "working_days", "2026-11-23"),
        ("2026-11-21", 1, "working_days", "2026-11-23"),
        ("2026-11-23", 5, "working_days", "2026-11-30"),
        ("2026-04-01", 2, "working_days", "2026-04-07"),  # across Easter
        ("2026-12-23", 2, "working_days", "2026-12-28"),  # 24 counts, 25 and 26 do not
        ("2026-12-30", 2, "working_days", "2027-01-04"),  # 31 counts, 1 does not
        ("2026-06-03", 1, "working_days", "2026-06-05"),
        ("2026-11-23", -1, "working_days", "2026-11-20"),
        ("2026-04-07", -1, "working_days", "2026-04-02"),
        ("2026-11-23", 14, "calendar_days", "2026-12-07"),
        ("2026-11-23", -30, "calendar_days", "2026-10-24"),
        ("2028-02-28", 1, "calendar_days", "2028-02-29"),
    ],
)
def test_days_are_counted_from_the_day_after(start, n, unit, end):
    assert add_days(date.fromisoformat(start), n, unit) == date.fromisoformat(end)


@given(days, numbers)
def test_between_start_and_end_lie_exactly_n_working_days(start, n):
    end = add_days(start, n, "working_days")
    passed = [start + timedelta(days=i) for i in range(1, (end - start).days + 1)]
    assert sum(is_working_day(day) for day in passed) == n
    assert n == 0 or is_working_day(end)


@given(days, numbers, numbers, st.sampled_from(["working_days", "calendar_days"]))
def test_counting_is_monotone_and_adds_up(start, n, more, unit):
    assert add_days(start, n, unit) <= add_days(start, n + more, unit)
    assert add_days(start, n, unit) <= add_days(start + timedelta(days=more), n, unit)
    assert add_days(add_days(start, n, unit), more, unit) == add_days(start, n + more, unit)


@given(days.filter(is_working_day), numbers)
def test_from_a_working_day_back_and_forth_is_the_same_day(day, n):
    assert add_days(add_days(day, n, "working_days"), -n, "working_days") == day


@given(days)
def test_the_next_working_day_is_the_first_one(day):
    found = next_working_day(day)
    assert is_working_day(found)
    assert not any(is_working_day(day + timedelta(days=i)) for i in range((found - day).days))


@pytest.mark.parametrize(
    ("since", "after", "moves", "due"),
    [
        ("2026-11-07", 14, False, "2026-11-21"),  # ends on a Saturday
        ("2026-11-07", 14, True, "2026-11-23"),  # § 193 BGB
        ("2026-03-20", 14, False, "2026-04-03"),  # ends on Good Friday
        ("2026-03-20", 14, True, "2026-04-07"),
        ("2026-05-21", 14, True, "2026-06-05"),  # ends on Corpus Christi
        ("2026-12-11", 14, True, "2026-12-28"),  # ends on Christmas Day
        ("2026-11-09", 14, True, "2026-11-23"),  # ends on a Monday: stays
    ],
)
def test_an_end_on_a_free_day_moves_only_where_the_rule_says(since, after, moves, due):
    found = due_date(rule(after, "calendar_days", next_working_day=moves), date.fromisoformat(since))
    assert found == date.fromisoformat(due)


@pytest.mark.parametrize(
    ("start", "n", "unit", "end"),
    [
        ("2026-01-31", 1, "months", "2026-02-28"),  # § 188 (3) BGB
        ("2028-01-31", 1, "months", "2028-02-29"),
        ("2026-08-31", 6, "months", "2027-02-28"),
        ("2026-11-22", 6, "months", "2027-05-22"),
        ("2026-12-15", 1, "months", "2027-01-15"),
        ("2028-02-29", 1, "years", "2029-02-28"),
        ("2026-11-22", 10, "years", "2036-11-22"),
        ("2026-11-22", 0, "months", "2026-11-22"),
        ("2026-11-22", 14, "days", "2026-12-06"),
    ],
)
def test_periods_of_months_and_years_end_on_the_same_day_or_the_last(start, n, unit, end):
    assert add_period(date.fromisoformat(start), n, unit) == date.fromisoformat(end)


def test_a_schedule_has_reminders_before_and_an_escalation_after_the_due_date():
    found = schedule(
        rule(5, remind_before=[1, 3, 3], notify=["assignee"], escalate={"after": 2, "notify": [{"role": "office"}]}),
        date(2026, 11, 23),
    )
    assert found.due == date(2026, 11, 30)
    assert found.reminders == (date(2026, 11, 25), date(2026, 11, 27))
    assert found.escalate_on == date(2026, 12, 2)


def test_reminders_that_would_come_at_the_start_or_before_are_left_out():
    found = schedule(rule(3, remind_before=[0, 2, 3, 9], notify=["assignee"]), date(2026, 11, 23))
    assert found.reminders == (date(2026, 11, 24), date(2026, 11, 26))
    assert found.escalate_on is None


@pytest.mark.parametrize(
    ("offset", "german", "english"),
    [
        (-400, "seit 400 Tagen überfällig", "400 days overdue"),
        (-2, "seit 2 Tagen überfällig", "2 days overdue"),
        (-1, "seit 1 Tag überfällig", "1 day overdue"),
        (0, "heute fällig", "due today"),
        (1, "in 1 Tag", "in 1 day"),
        (3, "in 3 Tagen", "in 3 days"),
    ],
)
def test_what_is_due_is_said_in_words(offset, german, english):
    today = date(2026, 11, 22)
    due = today + timedelta(days=offset)
    assert overdue_in_words(due, today) == german
    assert overdue_in_words(due, today, "en") == english


@pytest.mark.parametrize(
    ("since", "german", "english"),
    [
        ("2026-11-23", "heute", "today"),
        ("2026-11-22", "heute", "today"),
        ("2026-11-21", "1 Tag", "1 day"),
        ("2026-11-09", "13 Tage", "13 days"),
        ("2026-11-08", "2 Wochen", "2 weeks"),
        ("2026-09-23", "8 Wochen", "8 weeks"),
        ("2026-09-22", "2 Monate", "2 months"),
        ("2025-11-23", "11 Monate", "11 months"),
        ("2025-11-22", "1 Jahr", "1 year"),
        ("2020-01-01", "6 Jahre", "6 years"),
    ],
)
def test_age_is_said_in_words(since, german, english):
    today = date(2026, 11, 22)
    assert age_in_words(date.fromisoformat(since), today) == german
    assert age_in_words(date.fromisoformat(since), today, "en") == english
