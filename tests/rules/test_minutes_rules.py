"""Minutes: deadlines, contents, signatures, objections, settling."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kimforms.rules.minutes_rules import (
    contents,
    dispatch_deadline,
    objection_deadline,
    objection_in_time,
    objection_period,
    sent_in_time,
    settled,
    signatures,
)
from kimforms.rules.notice import Recipient, Sending
from kimforms.rules.rulebook import Rulebook

from .days import day

BOOK = Rulebook()
ALL = BOOK.minutes_contents


@pytest.mark.parametrize(
    ("meeting", "days", "last"),
    [
        ("12.03.2027", 28, "09.04.2027"),
        ("26.02.2027", 28, "30.03.2027"),  # Karfreitag
        ("01.03.2027", 28, "30.03.2027"),  # Easter Monday
        ("13.03.2027", 28, "12.04.2027"),  # Saturday
        ("27.11.2026", 28, "28.12.2026"),  # first day of Christmas
        ("12.03.2027", 14, "30.03.2027"),
        ("12.03.2027", 0, "12.03.2027"),
        ("12.03.2027", 7, "19.03.2027"),
    ],
)
def test_last_day_for_sending(meeting, days, last):
    assert dispatch_deadline(Rulebook(minutes_deadline_days=days), day(meeting)).day == day(last)


@pytest.mark.parametrize(
    ("sent", "ok", "words"),
    [
        ("13.03.2027", True, "rechtzeitig"),
        ("09.04.2027", True, "rechtzeitig"),
        ("10.04.2027", False, "1 Tag zu spät"),
        ("19.04.2027", False, "10 Tage zu spät"),
    ],
)
def test_sent_in_time(sent, ok, words):
    found = sent_in_time(BOOK, day("12.03.2027"), day(sent))
    assert found.ok is ok
    assert words in found.sentence


@pytest.mark.parametrize(
    ("needed", "signed", "ok", "words"),
    [
        (("chair", "minute_taker"), {"chair", "minute_taker"}, True, "alle nötigen"),
        (("chair", "minute_taker"), {"chair"}, False, "Protokollführung"),
        (("chair", "minute_taker"), {"minute_taker"}, False, "Sitzungsleitung"),
        (("chair", "minute_taker"), set(), False, "Sitzungsleitung und Protokollführung"),
        (("chair", "minute_taker"), {"office"}, False, "Sitzungsleitung und Protokollführung"),
        (("chair",), {"chair"}, True, "alle nötigen"),
        (("minute_taker",), {"chair"}, False, "Protokollführung"),
        ((), set(), True, "nicht vorgeschrieben"),
    ],
)
def test_signatures(needed, signed, ok, words):
    found = signatures(Rulebook(minutes_signed_by=needed), signed)
    assert found.ok is ok
    assert words.lower() in found.sentence.lower()


@pytest.mark.parametrize(
    ("left_out", "words"),
    [
        ("place_time", "Ort, Tag, Beginn, Ende"),
        ("chair_and_minute_taker", "Sitzungsleitung und Protokollführung"),
        ("attendance", "Anwesende"),
        ("invitation_proper", "ordnungsgemäße Ladung"),
        ("quorum", "Beschlussfähigkeit"),
        ("agenda", "Tagesordnung"),
        ("motions", "Anträge"),
        ("decisions", "Beschlüsse im Wortlaut"),
        ("votes", "Abstimmungsergebnisse"),
        ("conflicts_of_interest", "Befangenheit"),
        ("annexes", "Anlagen"),
    ],
)
def test_each_missing_content_is_named(left_out, words):
    found = contents(BOOK, set(ALL) - {left_out})
    assert found.missing == (left_out,)
    assert words in found.verdict.sentence
    shorter = Rulebook(minutes_contents=tuple(one for one in ALL if one != left_out))
    assert contents(shorter, set(ALL) - {left_out}).verdict.ok


def test_complete_and_empty_minutes():
    assert contents(BOOK, ALL).verdict.ok
    assert contents(BOOK, ()).missing == ALL
    assert contents(Rulebook(minutes_contents=()), ()).verdict.ok


@pytest.mark.parametrize(
    ("received", "days", "last"),
    [
        ("15.03.2027", 14, "30.03.2027"),  # Easter Monday
        ("16.03.2027", 14, "30.03.2027"),
        ("01.04.2027", 14, "15.04.2027"),
        ("03.04.2027", 14, "19.04.2027"),  # a Saturday
        ("01.04.2027", 0, "01.04.2027"),
        ("18.12.2026", 14, "04.01.2027"),
    ],
)
def test_last_day_for_objections(received, days, last):
    assert objection_deadline(Rulebook(objection_period_days=days), day(received)).day == day(last)


@pytest.mark.parametrize(("raised", "ok"), [("01.04.2027", True), ("15.04.2027", True), ("16.04.2027", False)])
def test_objection_in_time(raised, ok):
    assert objection_in_time(BOOK, day("01.04.2027"), day(raised)).ok is ok


@pytest.mark.parametrize(
    ("sendings", "each", "last", "ok"),
    [
        ({"A": ["email 31.03.2027"]}, {"A": "15.04.2027"}, "15.04.2027", True),
        ({"A": ["email 31.03.2027"], "B": ["post 31.03.2027"]},
         {"A": "15.04.2027", "B": "19.04.2027"}, "19.04.2027", True),
        ({"A": ["email 31.03.2027"], "B": []}, {"A": "15.04.2027", "B": None}, "15.04.2027", False),
        ({"A": ["email 31.03.2027 bounced"], "B": ["email 31.03.2027"]},
         {"A": None, "B": "15.04.2027"}, "15.04.2027", False),
        ({"A": ["email 31.03.2027 bounced", "post 06.04.2027"]}, {"A": "26.04.2027"}, "26.04.2027", True),
        ({"A": []}, {"A": None}, None, False),
        ({}, {}, None, False),
    ],
)  # fmt: skip
def test_the_period_runs_from_the_receipt_of_each(sendings, each, last, ok):
    recipients = [Recipient(name, tuple(sending(one) for one in texts)) for name, texts in sendings.items()]
    found = objection_period(BOOK, recipients)
    assert found.each == {name: until and day(until) for name, until in each.items()}
    assert found.day == (last and day(last))
    assert found.verdict.ok is ok


def sending(text: str) -> Sending:
    channel, sent, *bounced = text.split()
    return Sending(channel, day(sent), bool(bounced))


@pytest.mark.parametrize(
    ("mode", "until", "objections", "approved", "today", "ok"),
    [
        ("silent_after_objection_period", "15.04.2027", 0, False, "15.04.2027", False),
        ("silent_after_objection_period", "15.04.2027", 0, False, "16.04.2027", True),
        ("silent_after_objection_period", "15.04.2027", 1, False, "16.04.2027", False),
        ("silent_after_objection_period", None, 0, False, "16.04.2027", False),
        ("next_meeting", "15.04.2027", 0, False, "16.04.2027", False),
        ("next_meeting", "15.04.2027", 0, True, "10.04.2027", True),
        ("next_meeting", "15.04.2027", 2, True, "16.04.2027", False),
        ("circular", "15.04.2027", 0, False, "16.04.2027", False),
        ("circular", "15.04.2027", 0, True, "16.04.2027", True),
        ("circular", None, 1, True, "16.04.2027", False),
    ],
)
def test_when_minutes_are_settled(mode, until, objections, approved, today, ok):
    found = settled(
        Rulebook(approval_mode=mode),
        objections_until=until and day(until), open_objections=objections, today=day(today), approved=approved,
    )  # fmt: skip
    assert found.ok is ok
    assert found.rule == "approval_mode"


@given(st.dates(date(2024, 1, 1), date(2040, 1, 1)), st.integers(0, 90))
def test_the_last_day_is_in_time_and_the_next_one_is_not(start, days):
    book = Rulebook(minutes_deadline_days=days, objection_period_days=days)
    one = timedelta(days=1)
    last = dispatch_deadline(book, start).day
    assert sent_in_time(book, start, last).ok
    assert not sent_in_time(book, start, last + one).ok
    end = objection_deadline(book, start).day
    assert objection_in_time(book, start, end).ok
    assert not objection_in_time(book, start, end + one).ok


@given(st.sets(st.sampled_from(ALL)), st.sets(st.sampled_from(ALL)))
def test_nothing_is_missing_that_is_there_or_not_asked_for(needed, present):
    book = Rulebook(minutes_contents=tuple(one for one in ALL if one in needed))
    assert set(contents(book, present).missing) == needed - present
