"""Motions for the agenda and items that come late."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kimforms.rules.late_items import admissible, admission, motion_deadline, motion_in_time
from kimforms.rules.rulebook import Rulebook

from .days import day

BOOK = Rulebook()


@pytest.mark.parametrize(
    ("meeting", "days", "last", "working"),
    [
        ("12.03.2027", 21, "19.02.2027", "19.02.2027"),
        ("13.03.2027", 21, "20.02.2027", "19.02.2027"),  # Saturday
        ("14.03.2027", 21, "21.02.2027", "19.02.2027"),  # Sunday
        ("19.04.2027", 21, "29.03.2027", "25.03.2027"),  # Easter Monday
        ("22.01.2027", 21, "01.01.2027", "31.12.2026"),
        ("12.03.2027", 0, "12.03.2027", "12.03.2027"),
        ("12.03.2027", 1, "11.03.2027", "11.03.2027"),
        ("21.03.2028", 21, "29.02.2028", "29.02.2028"),
        ("03.06.2027", 28, "06.05.2027", "05.05.2027"),  # Christi Himmelfahrt
    ],
)
def test_last_day_for_motions(meeting, days, last, working):
    found = motion_deadline(Rulebook(agenda_motion_deadline_days=days), day(meeting))
    assert (found.day, found.working_day) == (day(last), day(working))
    assert found.verdict.rule == "agenda_motion_deadline_days"


@pytest.mark.parametrize(
    ("received", "ok", "words"),
    [
        ("01.02.2027", True, "rechtzeitig"),
        ("19.02.2027", True, "rechtzeitig"),
        ("20.02.2027", False, "1 Tag zu spät"),
        ("01.03.2027", False, "10 Tage zu spät"),
    ],
)
def test_motion_in_time(received, ok, words):
    found = motion_in_time(BOOK, day("12.03.2027"), day(received))
    assert found.ok is ok
    assert words in found.sentence


@pytest.mark.parametrize(
    ("mode", "present", "yes", "no", "abstentions", "ok"),
    [
        ("majority_of_present_voting", 10, 6, 4, 0, True),
        ("majority_of_present_voting", 10, 5, 0, 5, False),  # abstaining is not in favour
        ("majority_of_present_voting", 10, 5, 5, 0, False),
        ("majority_of_present_voting", 11, 6, 5, 0, True),
        ("majority_of_present_voting", 1, 1, 0, 0, True),
        ("majority_of_present_voting", 1, 0, 0, 1, False),
        ("majority_of_present_voting", 0, 0, 0, 0, False),
        ("two_thirds_of_present_voting", 9, 6, 3, 0, True),
        ("two_thirds_of_present_voting", 9, 5, 0, 4, False),
        ("two_thirds_of_present_voting", 10, 7, 3, 0, True),
        ("two_thirds_of_present_voting", 10, 6, 0, 4, False),
        ("two_thirds_of_present_voting", 0, 0, 0, 0, False),
        ("unanimous", 10, 10, 0, 0, True),
        ("unanimous", 10, 7, 0, 3, True),
        ("unanimous", 10, 9, 1, 0, False),
        ("unanimous", 10, 0, 0, 10, False),
        ("none", 10, 10, 0, 0, False),
        ("majority_of_present_voting", 10, 11, 0, 0, False),  # more votes than people
        ("majority_of_present_voting", 10, 6, 5, 0, False),
        ("majority_of_present_voting", 10, 6, -1, 0, False),
    ],
)
def test_admission_of_a_late_item(mode, present, yes, no, abstentions, ok):
    book = Rulebook(late_item_majority=mode)
    found = admission(book, present_voting=present, yes=yes, no=no, abstentions=abstentions)
    assert found.ok is ok
    assert found.rule == "late_item_majority"


@pytest.mark.parametrize(
    ("mode", "ok"),
    [
        ("majority_of_present_voting", True),
        ("two_thirds_of_present_voting", True),
        ("unanimous", True),
        ("none", False),
    ],
)
def test_whether_late_items_can_be_admitted_at_all(mode, ok):
    assert admissible(Rulebook(late_item_majority=mode)).ok is ok


@given(st.dates(date(2024, 1, 1), date(2040, 1, 1)), st.integers(0, 90))
def test_a_motion_on_the_last_day_is_in_time_and_one_day_later_is_not(meeting, days):
    book = Rulebook(agenda_motion_deadline_days=days)
    last = motion_deadline(book, meeting).day
    assert motion_in_time(book, meeting, last).ok
    assert not motion_in_time(book, meeting, last + timedelta(days=1)).ok


@given(
    st.sampled_from(["majority_of_present_voting", "two_thirds_of_present_voting", "unanimous"]),
    st.integers(1, 40),
    st.data(),
)
def test_one_more_yes_never_keeps_an_item_out(mode, present, data):
    yes = data.draw(st.integers(0, present - 1))
    no = data.draw(st.integers(0, present - 1 - yes))
    book = Rulebook(late_item_majority=mode)
    if admission(book, present_voting=present, yes=yes, no=no).ok:
        assert admission(book, present_voting=present, yes=yes + 1, no=no).ok
