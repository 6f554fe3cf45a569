"""Recurring meetings."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kimforms.rules.calendar_days import (
    SchoolHolidays,
    clock,
    holiday_name,
    in_words,
    is_working_day,
    previous_working_day,
    rest_day,
    school_holiday_name,
)
from kimforms.rules.series import (
    FREQUENCIES,
    SeriesRefused,
    build_rule,
    check_rule,
    ends_at,
    in_german,
    local,
    occurrences,
)

from .days import at, day

TWO = time(14, 0)
EASTER = SchoolHolidays("Osterferien", date(2027, 3, 22), date(2027, 4, 3))


@pytest.mark.parametrize(
    ("frequency", "by", "first", "rule", "words"),
    [
        ("weekly", "weekday", "12.01.2027", "FREQ=WEEKLY;BYDAY=TU", "jeden Dienstag"),
        ("twice_monthly", "weekday", "05.01.2027", "FREQ=MONTHLY;BYDAY=1TU,3TU", "jeden 1. und 3. Dienstag im Monat"),
        ("twice_monthly", "weekday", "12.01.2027", "FREQ=MONTHLY;BYDAY=2TU,4TU", "jeden 2. und 4. Dienstag im Monat"),
        ("twice_monthly", "weekday", "19.01.2027", "FREQ=MONTHLY;BYDAY=1TU,3TU", "jeden 1. und 3. Dienstag im Monat"),
        ("twice_monthly", "weekday", "26.01.2027", "FREQ=MONTHLY;BYDAY=2TU,4TU", "jeden 2. und 4. Dienstag im Monat"),
        ("twice_monthly", "weekday", "29.01.2027", "FREQ=MONTHLY;BYDAY=1FR,3FR", "jeden 1. und 3. Freitag im Monat"),
        ("twice_monthly", "day", "01.01.2027", "FREQ=MONTHLY;BYMONTHDAY=1,16", "monatlich am 1. und 16."),
        ("twice_monthly", "day", "20.01.2027", "FREQ=MONTHLY;BYMONTHDAY=5,20", "monatlich am 5. und 20."),
        ("monthly", "weekday", "12.01.2027", "FREQ=MONTHLY;BYDAY=2TU", "jeden 2. Dienstag im Monat"),
        ("monthly", "weekday", "29.01.2027", "FREQ=MONTHLY;BYDAY=-1FR", "jeden letzten Freitag im Monat"),
        ("monthly", "day", "12.01.2027", "FREQ=MONTHLY;BYMONTHDAY=12", "monatlich am 12."),
        ("monthly", "day", "31.01.2027", "FREQ=MONTHLY;BYMONTHDAY=-1", "monatlich am letzten Tag"),
        ("quarterly", "weekday", "12.01.2027", "FREQ=MONTHLY;INTERVAL=3;BYDAY=2TU",
         "vierteljährlich am 2. Dienstag im Monat"),
        ("quarterly", "day", "12.01.2027", "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=12", "vierteljährlich am 12."),
        ("half_yearly", "weekday", "04.03.2027", "FREQ=MONTHLY;INTERVAL=6;BYDAY=1TH",
         "halbjährlich am 1. Donnerstag im Monat"),
        ("yearly", "weekday", "11.05.2027", "FREQ=YEARLY;BYMONTH=5;BYDAY=2TU", "jährlich am 2. Dienstag im Mai"),
        ("yearly", "day", "11.05.2027", "FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=11", "jährlich am 11. Mai"),
    ],
)  # fmt: skip
def test_the_usual_rhythms(frequency, by, first, rule, words):
    assert build_rule(frequency, day(first), by=by) == rule
    assert in_german(rule, day(first), TWO) == f"{words}, 14:00 Uhr"


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("RRULE:FREQ=WEEKLY;BYDAY=MO", "jeden Montag"),
        ("freq=weekly;byday=mo", "jeden Montag"),
        ("FREQ=WEEKLY", "jeden Freitag"),
        ("FREQ=WEEKLY;INTERVAL=2", "alle 2 Wochen am Freitag"),
        ("FREQ=WEEKLY;BYDAY=MO,WE", "jeden Montag und Mittwoch"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "montags bis freitags"),
        ("FREQ=DAILY", "täglich"),
        ("FREQ=DAILY;INTERVAL=3", "alle 3 Tage"),
        ("FREQ=MONTHLY", "monatlich am 1."),
        ("FREQ=MONTHLY;BYMONTHDAY=-2", "monatlich am 2. Tag vom Monatsende"),
        ("FREQ=MONTHLY;INTERVAL=2;BYDAY=1MO", "alle 2 Monate am 1. Montag im Monat"),
        ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2", "jeden 2. Dienstag im Monat"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "jeden letzten Wochentag (Montag bis Freitag) im Monat"),
        ("FREQ=MONTHLY;BYDAY=1MO,3FR", "jeden 1. Montag und 3. Freitag im Monat"),
        ("FREQ=YEARLY", "jährlich am 1. Januar"),
        ("FREQ=YEARLY;INTERVAL=2", "alle 2 Jahre am 1. Januar"),
        ("FREQ=YEARLY;BYMONTH=3,9;BYDAY=2TU", "jährlich am 2. Dienstag im März und September"),
        ("FREQ=WEEKLY;COUNT=3", "jeden Freitag, 3-mal"),
        ("FREQ=WEEKLY;UNTIL=20270301", "jeden Freitag, bis 01.03.2027"),
        ("FREQ=WEEKLY;UNTIL=20270301T120000Z;WKST=MO", "jeden Freitag, bis 01.03.2027"),
    ],
)
def test_a_rule_in_german(rule, words):
    assert in_german(rule, date(2027, 1, 1), TWO) == f"{words}, 14:00 Uhr"


@pytest.mark.parametrize(
    "rule",
    [
        "", "FREQ", "FREQ=", "heute", "FREQ=SECONDLY", "FREQ=HOURLY", "FREQ=MONTHLY;FREQ=WEEKLY", "BYDAY=MO",
        "FREQ=MONTHLY;BYDAY=XX", "FREQ=MONTHLY;BYDAY=6MO", "FREQ=MONTHLY;BYDAY=0MO", "FREQ=WEEKLY;BYDAY=2TU",
        "FREQ=MONTHLY;BYHOUR=2", "FREQ=MONTHLY;X-NAME=2", "FREQ=MONTHLY;COUNT=2;UNTIL=20270101", "FREQ=MONTHLY;COUNT=x",
        "FREQ=MONTHLY;COUNT=0", "FREQ=MONTHLY;COUNT=100000", "FREQ=WEEKLY;INTERVAL=0", "FREQ=WEEKLY;INTERVAL=-1",
        "FREQ=MONTHLY;BYMONTHDAY=0", "FREQ=MONTHLY;BYMONTHDAY=32", "FREQ=MONTHLY;BYMONTHDAY=1;BYDAY=MO",
        "FREQ=WEEKLY;BYMONTHDAY=1", "FREQ=WEEKLY;UNTIL=morgen", "FREQ=WEEKLY;UNTIL=20271341", "FREQ=YEARLY;BYMONTH=13",
        "FREQ=DAILY;BYMONTH=2", "FREQ=YEARLY;BYDAY=MO", "FREQ=YEARLY;BYDAY=20MO", "FREQ=MONTHLY;BYSETPOS=1",
        "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1", "FREQ=WEEKLY;WKST=XX", "FREQ=WEEKLY;;", "FREQ=WEEKLY\nCOUNT=3",
        "FREQ=MONTHLY;INTERVAL=١",
    ],
)  # fmt: skip
def test_what_is_no_series_is_refused_in_german(rule):
    with pytest.raises(SeriesRefused) as refused:
        check_rule(rule)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    ("policy", "days", "skipped", "moved"),
    [
        ("move", ["01.03.2027", "30.03.2027", "05.04.2027", "03.05.2027", "07.06.2027"], 0, 1),
        ("skip", ["01.03.2027", "05.04.2027", "03.05.2027", "07.06.2027"], 1, 0),
        ("keep", ["01.03.2027", "29.03.2027", "05.04.2027", "03.05.2027", "07.06.2027"], 0, 0),
    ],
)
def test_what_happens_to_easter_monday(policy, days, skipped, moved):
    planned = [day(one) for one in ("01.03.2027", "29.03.2027", "05.04.2027", "03.05.2027", "07.06.2027")]
    found = [occurrences("FREQ=DAILY;COUNT=1", one, TWO, one, policy=policy)[0] for one in planned]
    assert [one.starts_at.date() for one in found if not one.skipped] == [day(one) for one in days]
    assert sum(one.skipped for one in found) == skipped
    assert sum(one.moved for one in found) == moved
    assert [one.holiday for one in found if one.holiday] == ["Ostermontag"]


@pytest.mark.parametrize(
    ("planned", "policy", "note"),
    [
        ("12.03.2027", "move", ""),
        (
            "26.03.2027",
            "move",
            "Verlegt vom 26.03.2027 (Karfreitag) auf Dienstag, 30.03.2027. Schulferien: Osterferien.",
        ),
        ("26.03.2027", "skip", "26.03.2027 entfällt: Karfreitag. Schulferien: Osterferien."),
        ("26.03.2027", "keep", "Fällt auf: Karfreitag. Schulferien: Osterferien."),
        ("13.03.2027", "move", "Verlegt vom 13.03.2027 (Samstag) auf Montag, 15.03.2027."),
        ("13.03.2027", "keep", "Fällt auf: Samstag."),
        ("24.03.2027", "move", "Schulferien: Osterferien."),
        ("24.03.2027", "skip", "Schulferien: Osterferien."),  # school holidays are shown, nobody is off
        ("04.04.2027", "skip", "04.04.2027 entfällt: Sonntag."),
        ("01.01.2027", "move", "Verlegt vom 01.01.2027 (Neujahr) auf Montag, 04.01.2027."),
        ("06.01.2027", "move", ""),  # no holiday in NRW
        ("01.11.2027", "skip", "01.11.2027 entfällt: Allerheiligen."),
    ],
)
def test_what_is_said_of_an_occurrence(planned, policy, note):
    found = occurrences("FREQ=DAILY;COUNT=1", day(planned), TWO, day(planned), policy=policy, school_holidays=[EASTER])
    assert [one.note for one in found] == [note]


def test_an_occurrence_does_not_move_onto_the_next_one():
    found = occurrences("FREQ=DAILY", day("26.03.2027"), TWO, day("31.03.2027"))
    kept = [one.starts_at.date() for one in found if not one.skipped]
    assert kept == [day("30.03.2027"), day("31.03.2027")]
    assert "ist schon ein Termin" in found[0].note


@pytest.mark.parametrize(
    ("rule", "first", "until", "days"),
    [
        ("FREQ=MONTHLY;BYDAY=2TU", "12.01.2027", "30.06.2027",
         "12.01.2027 09.02.2027 09.03.2027 13.04.2027 11.05.2027 08.06.2027"),
        ("FREQ=MONTHLY;BYDAY=2TU", "13.01.2027", "09.03.2027", "09.02.2027 09.03.2027"),
        ("FREQ=MONTHLY;BYDAY=2TU;COUNT=2", "12.01.2027", "31.12.2027", "12.01.2027 09.02.2027"),
        ("FREQ=MONTHLY;BYDAY=2TU;UNTIL=20270209", "12.01.2027", "31.12.2027", "12.01.2027 09.02.2027"),
        ("FREQ=MONTHLY;BYDAY=2TU;UNTIL=20270209T000000Z", "12.01.2027", "31.12.2027", "12.01.2027 09.02.2027"),
        ("FREQ=MONTHLY;BYMONTHDAY=31", "31.01.2027", "30.06.2027", "31.01.2027 31.03.2027 31.05.2027"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "31.01.2027", "31.03.2027", "31.01.2027 28.02.2027 31.03.2027"),
        ("FREQ=MONTHLY;INTERVAL=3;BYDAY=-1TH", "28.01.2027", "31.12.2027",
         "28.01.2027 29.04.2027 29.07.2027 28.10.2027"),
        ("FREQ=MONTHLY;INTERVAL=6;BYDAY=1TH", "04.03.2027", "31.12.2027", "04.03.2027 02.09.2027"),
        ("FREQ=YEARLY;BYMONTH=5;BYDAY=2TU", "11.05.2027", "31.12.2029", "11.05.2027 09.05.2028 08.05.2029"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "29.02.2028", "31.12.2032", "29.02.2028 29.02.2032"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "01.01.2027", "31.12.2090", ""),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", "06.01.2027", "15.02.2027", "06.01.2027 20.01.2027 03.02.2027"),
        ("FREQ=WEEKLY;BYDAY=WE", "06.01.2027", "05.01.2027", ""),
    ],
)  # fmt: skip
def test_the_days_of_a_rule(rule, first, until, days):
    found = occurrences(rule, day(first), TWO, day(until), policy="keep")
    assert [one.planned_on for one in found] == [day(one) for one in days.split()]


def test_a_series_stays_at_its_hour_when_the_clocks_change():
    found = occurrences("FREQ=WEEKLY;BYDAY=WE", day("24.03.2027"), TWO, day("31.03.2027"))
    assert [(one.starts_at.hour, one.starts_at.utcoffset()) for one in found] == [
        (14, timedelta(hours=1)),
        (14, timedelta(hours=2)),
    ]
    autumn = occurrences("FREQ=WEEKLY;BYDAY=WE", day("27.10.2027"), TWO, day("03.11.2027"))
    assert [one.starts_at.utcoffset() for one in autumn] == [timedelta(hours=2), timedelta(hours=1)]


@pytest.mark.parametrize(
    ("on", "hour", "shown"),
    [
        ("28.03.2027", time(2, 30), "03:30 +02:00"),  # does not exist that night
        ("28.03.2027", time(1, 59), "01:59 +01:00"),
        ("28.03.2027", time(3, 0), "03:00 +02:00"),
        ("31.10.2027", time(2, 30), "02:30 +02:00"),  # exists twice: the first one
        ("12.03.2027", TWO, "14:00 +01:00"),
    ],
)
def test_hours_of_the_nights_in_which_the_clocks_change(on, hour, shown):
    assert f"{local(day(on), hour):%H:%M}" == shown[:5]
    assert local(day(on), hour).utcoffset() == timedelta(hours=int(shown[7:9]))


def test_an_hour_lasts_an_hour_in_every_night():
    begins = local(day("28.03.2027"), time(1, 30))
    assert f"{ends_at(begins, 60):%H:%M}" == "03:30"
    assert f"{ends_at(local(day('12.03.2027'), TWO), 90):%H:%M}" == "15:30"


@pytest.mark.parametrize(
    ("on", "name"),
    [
        ("01.01.2027", "Neujahr"), ("26.03.2027", "Karfreitag"), ("29.03.2027", "Ostermontag"),
        ("01.05.2027", "Erster Mai"), ("06.05.2027", "Christi Himmelfahrt"), ("17.05.2027", "Pfingstmontag"),
        ("27.05.2027", "Fronleichnam"), ("03.10.2027", "Tag der Deutschen Einheit"), ("01.11.2027", "Allerheiligen"),
        ("25.12.2027", "Erster Weihnachtstag"), ("26.12.2027", "Zweiter Weihnachtstag"), ("06.01.2027", None),
        ("31.10.2027", None), ("15.08.2027", None), ("24.12.2027", None), ("31.12.2027", None),
    ],
)  # fmt: skip
def test_the_holidays_of_nrw(on, name):
    assert holiday_name(day(on)) == name


@pytest.mark.parametrize(
    ("on", "name"),
    [("21.03.2027", None), ("22.03.2027", "Osterferien"), ("03.04.2027", "Osterferien"), ("04.04.2027", None)],
)
def test_school_holidays_are_data(on, name):
    assert school_holiday_name(day(on), [EASTER]) == name


def test_words_for_days_and_hours():
    assert in_words(day("12.03.2027")) == "Freitag, 12.03.2027"
    assert clock(at("14:35")) == "14:35 Uhr"
    assert rest_day(day("13.03.2027")) == "ein Samstag"
    assert rest_day(day("14.03.2027")) == "ein Sonntag"
    assert rest_day(day("01.05.2027")) == "Erster Mai"
    assert rest_day(day("12.03.2027")) is None
    assert previous_working_day(day("29.03.2027")) == day("25.03.2027")


@given(
    st.sampled_from(list(FREQUENCIES)),
    st.sampled_from(["weekday", "day"]),
    st.dates(date(2025, 1, 1), date(2035, 12, 31)),
    st.sampled_from(["move", "skip", "keep"]),
)
def test_every_built_rule_can_be_said_and_expanded(frequency, by, first, policy):
    rule = build_rule(frequency, first, by=by)
    assert in_german(rule, first, TWO).endswith(", 14:00 Uhr")
    found = occurrences(rule, first, TWO, first + timedelta(days=750), policy=policy)
    assert len(found) >= 2
    kept = [one.starts_at for one in found if not one.skipped]
    assert len(set(kept)) == len(kept)
    assert all((one.hour, one.minute) == (14, 0) for one in kept)
    assert all(first <= one.planned_on for one in found)
    if policy != "keep":
        assert all(is_working_day(one.date()) for one in kept)
