"""How often a body has to meet."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kimforms.rules.rhythm import Rhythm, rhythm_check
from kimforms.rules.rulebook import Rulebook

from .days import day


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"text": "mindestens zweimal im Jahr", "min_per_year": 2}, Rhythm("min_per_year", 2)),
        ({"text": "vierteljährlich", "per_year": 4}, Rhythm("per_year", 4)),
        ({"text": "zweimal im Monat", "per_month": 2}, Rhythm("per_month", 2)),
        ({"text": "wöchentlich", "per_week": 1}, Rhythm("per_week", 1)),
        ({"text": "jährlich, seit 2025", "per_year": 1, "since": 2025}, Rhythm("per_year", 1, 2025)),
        ({"text": "regelmäßig, ohne Zahl"}, None),
        ({"text": "x", "per_year": 0}, None),
        ({"text": "x", "per_year": True}, None),
        ({"text": "x", "per_year": "4"}, None),
        ({}, None),
        (None, None),
    ],
)
def test_only_a_rhythm_with_a_number_is_one(values, found):
    assert Rhythm.of(values) == found


@pytest.mark.parametrize(
    ("kind", "number", "days", "today", "missing", "sentence"),
    [
        ("min_per_year", 2, [], "01.02.2027", 2,
         "Das Konzept verlangt mindestens zwei Sitzungen im Jahr: keine ist geplant."),
        ("min_per_year", 2, ["12.03.2027"], "01.02.2027", 1,
         "Das Konzept verlangt mindestens zwei Sitzungen im Jahr: eine ist geplant."),
        ("min_per_year", 2, ["12.03.2027", "10.09.2027"], "01.02.2027", 0,
         "Das Konzept verlangt mindestens zwei Sitzungen im Jahr: zwei sind geplant."),
        ("min_per_year", 2, ["12.03.2027", "10.09.2027", "01.12.2027"], "01.02.2027", 0,
         "Das Konzept verlangt mindestens zwei Sitzungen im Jahr: drei sind geplant."),
        ("min_per_year", 2, ["12.03.2027"], "01.05.2027", 1,
         "Das Konzept verlangt mindestens zwei Sitzungen im Jahr: eine ist geplant, davon eine schon gehalten."),
        ("min_per_year", 2, ["12.03.2026", "10.09.2028"], "01.05.2027", 2,
         "Das Konzept verlangt mindestens zwei Sitzungen im Jahr: keine ist geplant."),
        ("min_per_year", 1, [], "01.05.2027", 1,
         "Das Konzept verlangt mindestens eine Sitzung im Jahr: keine ist geplant."),
        ("per_year", 4, ["12.03.2027"], "01.02.2027", 3,
         "Das Konzept verlangt vier Sitzungen im Jahr: eine ist geplant."),
        ("per_year", 1, ["12.03.2027"], "01.02.2027", 0,
         "Das Konzept verlangt eine Sitzung im Jahr: eine ist geplant."),
        ("per_month", 2, [], "05.12.2027", 2,
         "Das Konzept verlangt zwei Sitzungen im Monat: in diesem Monat fehlen zwei."),
        ("per_month", 2, ["01.12.2027"], "05.12.2027", 1,
         "Das Konzept verlangt zwei Sitzungen im Monat: in diesem Monat fehlt eine."),
        ("per_month", 2, ["01.12.2027", "15.12.2027"], "05.12.2027", 0,
         "Das Konzept verlangt zwei Sitzungen im Monat: bis zum Jahresende ist alles geplant."),
        ("per_month", 1, ["10.10.2027"], "05.10.2027", 2,
         "Das Konzept verlangt eine Sitzung im Monat: in 2 von 3 verbleibenden Monaten fehlen zwei."),
        ("per_month", 1, ["10.10.2027", "11.10.2027", "12.10.2027"], "05.10.2027", 2,
         "Das Konzept verlangt eine Sitzung im Monat: in 2 von 3 verbleibenden Monaten fehlen zwei."),
        ("per_week", 1, [], "28.12.2027", 1,
         "Das Konzept verlangt eine Sitzung in der Woche: in dieser Woche fehlt eine."),
        ("per_week", 1, ["20.12.2027", "31.12.2027"], "22.12.2027", 0,
         "Das Konzept verlangt eine Sitzung in der Woche: bis zum Jahresende ist alles geplant."),
        ("per_week", 1, ["20.12.2027"], "22.12.2027", 1,
         "Das Konzept verlangt eine Sitzung in der Woche: in 1 von 2 verbleibenden Wochen fehlt eine."),
    ],
)  # fmt: skip
def test_whether_a_year_has_enough_meetings(kind, number, days, today, missing, sentence):
    found = rhythm_check(Rhythm(kind, number), [day(one) for one in days], day(today))
    assert found.missing == missing
    assert found.verdict.ok is (missing == 0)
    assert found.verdict.sentence == sentence
    assert found.verdict.rule == "rhythm"


@pytest.mark.parametrize(("today", "missing"), [("01.02.2024", 0), ("01.02.2025", 1), ("01.02.2026", 1)])
def test_a_rhythm_counts_from_its_first_year(today, missing):
    assert rhythm_check(Rhythm("per_year", 1, 2025), [], day(today)).missing == missing


@pytest.mark.parametrize(
    ("values", "kind", "required", "words"),
    [
        ({}, "min_per_year", 2, "Das Konzept"),
        ({"min_meetings_per_year": 4}, "min_per_year", 4, "Die Geschäftsordnung verlangt mindestens vier"),
        ({"min_meetings_per_year": 1}, "min_per_year", 1, "Die Geschäftsordnung"),
        ({"min_meetings_per_year": 4}, "per_year", 2, "Das Konzept"),
    ],
)
def test_the_number_that_the_body_has_set_takes_the_place_of_the_floor(values, kind, required, words):
    found = rhythm_check(Rhythm(kind, 2), [], day("01.02.2027"), Rulebook.from_values(values))
    assert found.required == required
    assert found.verdict.sentence.startswith(words)


dates_of_a_year = st.lists(st.dates(date(2027, 1, 1), date(2027, 12, 31)), max_size=60)
rhythms = st.builds(Rhythm, st.sampled_from(["min_per_year", "per_year", "per_month", "per_week"]), st.integers(1, 4))


@given(rhythms, dates_of_a_year, st.dates(date(2027, 1, 1), date(2027, 12, 31)), st.data())
def test_one_more_meeting_never_makes_more_missing(rhythm, days, today, data):
    more = data.draw(st.dates(date(2027, 1, 1), date(2027, 12, 31)))
    before, after = rhythm_check(rhythm, days, today), rhythm_check(rhythm, [*days, more], today)
    assert before.missing - 1 <= after.missing <= before.missing
    assert before.verdict.ok is (before.missing == 0)
