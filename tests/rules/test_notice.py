"""Notice: receipt, last lawful day, invited in time, shortened, waived. Days of 2026 to 2028 with the holidays of NRW."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kimforms.rules.calendar_days import is_working_day, no_delivery
from kimforms.rules.notice import (
    Recipient,
    Sending,
    dispatch_on,
    invited_in_time,
    last_dispatch,
    receipt,
    shortening,
    waiver,
)
from kimforms.rules.rulebook import Rulebook

from .days import day

BOOK = Rulebook()
days = st.dates(date(2024, 1, 1), date(2040, 12, 31))
books = st.builds(
    Rulebook,
    notice_period_days=st.integers(0, 60),
    shortened_notice_days=st.integers(0, 30),
    deemed_receipt_email_days=st.integers(0, 5),
    deemed_receipt_post_days=st.integers(0, 10),
)
channels = st.sampled_from(["email", "post"])


@pytest.mark.parametrize(
    ("channel", "sent", "received"),
    [
        ("email", "10.03.2027", "11.03.2027"),
        ("email", "12.03.2027", "13.03.2027"),  # Friday: Saturday counts for mail
        ("email", "13.03.2027", "14.03.2027"),  # Saturday: Sunday
        ("email", "14.03.2027", "15.03.2027"),
        ("email", "25.03.2027", "26.03.2027"),  # Karfreitag
        ("email", "24.12.2026", "25.12.2026"),
        ("email", "31.12.2026", "01.01.2027"),
        ("email", "28.02.2028", "29.02.2028"),  # leap year
        ("post", "01.03.2027", "05.03.2027"),  # Monday to Friday
        ("post", "02.03.2027", "08.03.2027"),  # the fourth day is a Saturday
        ("post", "03.03.2027", "08.03.2027"),  # a Sunday
        ("post", "04.03.2027", "08.03.2027"),
        ("post", "05.03.2027", "09.03.2027"),
        ("post", "06.03.2027", "10.03.2027"),  # posted on a Saturday
        ("post", "07.03.2027", "12.03.2027"),  # on a Sunday: taken on Monday
        ("post", "22.03.2027", "30.03.2027"),  # fourth day Karfreitag, then weekend and Easter Monday
        ("post", "23.03.2027", "30.03.2027"),
        ("post", "25.03.2027", "30.03.2027"),  # fourth day Easter Monday
        ("post", "26.03.2027", "31.03.2027"),  # posted on Karfreitag, taken on Saturday
        ("post", "28.03.2027", "05.04.2027"),  # Easter Sunday: taken on Tuesday 30th, fourth day Saturday
        ("post", "21.12.2026", "28.12.2026"),  # fourth day 25 December, 26th too, then Sunday
        ("post", "25.12.2026", "04.01.2027"),  # taken on Monday 28th, fourth day New Year (Friday)
        ("post", "28.04.2027", "03.05.2027"),  # fourth day Sunday
        ("post", "27.04.2027", "03.05.2027"),  # 1 May is a Saturday
        ("post", "29.10.2026", "02.11.2026"),
        ("post", "28.10.2026", "02.11.2026"),  # 1 November, a Sunday
    ],
)
def test_receipt(channel, sent, received):
    assert receipt(BOOK, channel, day(sent)).day == day(received)


@pytest.mark.parametrize(
    ("channel", "days_", "sent", "received"),
    [
        ("email", 0, "10.03.2027", "10.03.2027"),
        ("email", 3, "10.03.2027", "13.03.2027"),
        ("post", 0, "10.03.2027", "10.03.2027"),
        ("post", 0, "13.03.2027", "15.03.2027"),
        ("post", 1, "10.03.2027", "11.03.2027"),
        ("post", 3, "09.03.2027", "12.03.2027"),
        ("post", 3, "10.03.2027", "15.03.2027"),
    ],
)
def test_receipt_as_the_rulebook_sets_it(channel, days_, sent, received):
    book = Rulebook.from_values({f"deemed_receipt_{channel}_days": days_})
    found = receipt(book, channel, day(sent))
    assert found.day == day(received)
    assert found.rules[0].settled


@pytest.mark.parametrize(
    ("meeting", "period", "email", "post"),
    [
        ("12.03.2027", 14, "24.02.2027", "20.02.2027"),  # latest receipt Thursday 25.02.; posted on Saturday
        ("11.03.2027", 14, "23.02.2027", "20.02.2027"),  # Wednesday 24.02.; posted on Saturday
        ("10.03.2027", 14, "22.02.2027", "19.02.2027"),  # Tuesday 23.02.
        ("09.03.2027", 14, "21.02.2027", "18.02.2027"),  # Monday 22.02.; mail on a Sunday
        ("08.03.2027", 14, "20.02.2027", "15.02.2027"),  # Sunday 21.02.: by post received on Friday at the latest
        ("13.03.2027", 14, "25.02.2027", "22.02.2027"),
        ("15.04.2027", 14, "30.03.2027", "27.03.2027"),  # Wednesday 31.03. after Easter; posted on Holy Saturday
        (
            "14.04.2027",
            14,
            "29.03.2027",
            "25.03.2027",
        ),  # 30.03.; posted on 25.03. arrives there, 26.03. would be 31.03.
        (
            "13.04.2027",
            14,
            "28.03.2027",
            "20.03.2027",
        ),  # Easter Monday: by post it has to arrive before Easter
        ("12.01.2027", 14, "27.12.2026", "24.12.2026"),  # Monday 28.12.; posted on Christmas Eve
        ("19.01.2027", 14, "03.01.2027", "31.12.2026"),
        ("12.03.2027", 3, "07.03.2027", "04.03.2027"),
        ("12.03.2027", 0, "10.03.2027", "06.03.2027"),
        ("12.03.2027", 7, "03.03.2027", "27.02.2027"),
        ("12.03.2027", 21, "17.02.2027", "13.02.2027"),
        ("12.03.2027", 28, "10.02.2027", "06.02.2027"),
        ("15.03.2028", 14, "28.02.2028", "25.02.2028"),  # leap year: latest receipt Tuesday 29.02.
    ],
)
def test_last_day_of_dispatch(meeting, period, email, post):
    book = Rulebook(notice_period_days=period)
    assert last_dispatch(book, day(meeting), "email").day == day(email)
    assert last_dispatch(book, day(meeting), "post").day == day(post)


@pytest.mark.parametrize(
    ("meeting", "channel", "working_day", "words"),
    [
        ("12.03.2027", "email", "24.02.2027", None),
        ("09.03.2027", "email", "19.02.2027", "Der 21.02.2027 ist ein Sonntag; letzter Arbeitstag davor: Freitag, 19.02.2027."),
        ("08.03.2027", "email", "19.02.2027", "Der 20.02.2027 ist ein Samstag; letzter Arbeitstag davor: Freitag, 19.02.2027."),
        ("14.04.2027", "email", "25.03.2027", "Der 29.03.2027 ist Ostermontag; letzter Arbeitstag davor: Donnerstag, 25.03.2027."),
        ("19.01.2027", "email", "31.12.2026", "Der 03.01.2027 ist ein Sonntag; letzter Arbeitstag davor: Donnerstag, 31.12.2026."),
        ("11.03.2027", "post", "19.02.2027", "Der 20.02.2027 ist ein Samstag; letzter Arbeitstag davor: Freitag, 19.02.2027."),
    ],
)  # fmt: skip
def test_last_day_on_which_somebody_works(meeting, channel, working_day, words):
    found = last_dispatch(BOOK, day(meeting), channel)
    assert found.working_day == day(working_day)
    assert words is None or words in found.verdict.facts


def test_the_explanation_names_days_rules_and_whether_they_are_defaults():
    found = last_dispatch(BOOK, day("12.03.2027"), "email").verdict
    assert found.sentence == "Letzter Tag für den Versand per E-Mail ist Mittwoch, 24.02.2027."
    assert found.facts[:2] == (
        "Sitzungstag Freitag, 12.03.2027; 14 Kalendertage dazwischen, Zugang und Sitzungstag nicht mitgezählt.",
        "Spätester Zugang: Donnerstag, 25.02.2027.",
    )
    assert found.rule == "notice_period_days"
    assert not found.settled
    assert found.origin.startswith("nach Ladungsfrist: 14 Kalendertage (Vorgabe, vom Gremium noch festzulegen)")
    own = Rulebook.from_values({"notice_period_days": 14, "deemed_receipt_email_days": 1})
    told = last_dispatch(own, day("12.03.2027"), "email").verdict
    assert told.settled
    assert told.origin == "nach Ladungsfrist: 14 Kalendertage; Zugang bei E-Mail: 1 Tag nach dem Absenden"


@pytest.mark.parametrize(
    ("today", "channel", "ok", "words"),
    [
        ("10.02.2027", "email", True, "noch 14 Tage"),
        ("23.02.2027", "email", True, "noch 1 Tag"),
        ("24.02.2027", "email", True, "letzter Tag"),
        ("25.02.2027", "email", False, "verkürzter Ladungsfrist mit Begründung geht es bis Sonntag, 07.03.2027"),
        ("07.03.2027", "email", False, "geht es bis Sonntag, 07.03.2027"),
        ("08.03.2027", "email", False, "zu spät: letzter Tag war Mittwoch, 24.02.2027."),
        ("20.02.2027", "post", True, "letzter Tag"),
        ("21.02.2027", "post", False, "bis Donnerstag, 04.03.2027"),
    ],
)
def test_dispatch_on_a_day(today, channel, ok, words):
    found = dispatch_on(BOOK, day("12.03.2027"), day(today), channel)
    assert found.ok is ok
    assert words in found.sentence


def test_after_the_last_day_nothing_is_offered_where_notice_may_not_be_shortened():
    found = dispatch_on(Rulebook(shortened_notice_allowed=False), day("12.03.2027"), day("25.02.2027"), "email")
    assert "verkürzt" not in found.sentence


@pytest.mark.parametrize(
    ("allowed", "needs", "reason", "ok"),
    [
        (True, True, "Eilentscheidung über Mittel bis 31.03.", True),
        (True, True, "", False),
        (True, True, "   ", False),
        (True, False, "", True),
        (True, False, "Eile", True),
        (False, True, "Eile", False),
        (False, False, "", False),
    ],
)
def test_shortened_notice(allowed, needs, reason, ok):
    book = Rulebook(shortened_notice_allowed=allowed, shortened_notice_needs_reason=needs)
    assert shortening(book, reason).ok is ok


def mail(sent: str, bounced: bool = False) -> Sending:
    return Sending("email", day(sent), bounced)


def letter(sent: str, bounced: bool = False) -> Sending:
    return Sending("post", day(sent), bounced)


@pytest.mark.parametrize(
    ("sendings", "ok", "words"),
    [
        ((mail("24.02.2027"),), True, "fristgerecht geladen, Zugang am 25.02.2027"),
        ((mail("25.02.2027"),), False, "1 Tag zu spät geladen, Zugang am 26.02.2027, spätestens nötig am 25.02.2027"),
        ((mail("01.03.2027"),), False, "5 Tage zu spät"),
        ((letter("19.02.2027"),), True, "Zugang am 23.02.2027"),
        ((letter("20.02.2027"),), True, "Zugang am 24.02.2027"),
        ((letter("22.02.2027"),), False, "1 Tag zu spät geladen, Zugang am 26.02.2027"),
        ((mail("01.02.2027", bounced=True),), False, "nicht angekommen"),
        ((mail("01.02.2027", bounced=True), mail("24.02.2027")), True, "Zugang am 25.02.2027"),
        ((mail("01.02.2027", bounced=True), letter("19.02.2027")), True, "Zugang am 23.02.2027"),
        ((mail("01.02.2027", bounced=True), letter("01.03.2027")), False, "Tage zu spät"),
        ((mail("01.02.2027"), letter("01.03.2027")), True, "Zugang am 02.02.2027"),
        ((letter("01.03.2027"), mail("10.02.2027")), True, "Zugang am 11.02.2027"),
        ((letter("01.02.2027", bounced=True), mail("01.02.2027", bounced=True)), False, "nicht angekommen"),
        ((), False, "nicht eingeladen"),
    ],
)
def test_one_recipient(sendings, ok, words):
    found = invited_in_time(BOOK, day("12.03.2027"), [Recipient("Ulrike Hansen", sendings)])
    assert found.verdict.ok is ok
    assert words in found.each[0].verdict.sentence
    assert found.each[0].verdict.sentence.startswith("Ulrike Hansen: ")


def test_the_whole_body_was_invited_in_time_when_each_was():
    in_time, late, nobody = (
        Recipient("A", (mail("24.02.2027"),)), Recipient("B", (mail("25.02.2027"),)), Recipient("C"),
    )  # fmt: skip
    assert invited_in_time(BOOK, day("12.03.2027"), [in_time, in_time]).verdict.sentence == (
        "Alle 2 Eingeladenen sind fristgerecht geladen."
    )
    found = invited_in_time(BOOK, day("12.03.2027"), [in_time, late, nobody])
    assert not found.verdict.ok
    assert found.verdict.sentence == "2 Personen sind von 3 nicht fristgerecht geladen."
    assert [one.name for one in found.late] == ["B", "C"]
    assert "C: nicht eingeladen." in found.verdict.facts
    assert not invited_in_time(BOOK, day("12.03.2027"), []).verdict.ok


@pytest.mark.parametrize(
    ("sent", "reason", "ok", "shortened"),
    [
        ("24.02.2027", None, True, False),
        ("24.02.2027", "Eile", True, False),  # early enough anyway
        ("25.02.2027", "Eile", True, True),
        ("07.03.2027", "Eile", True, True),
        ("08.03.2027", "Eile", False, False),
        ("25.02.2027", "", False, False),  # no reason, so the regular notice counts
        ("25.02.2027", None, False, False),
    ],
)
def test_shortened_notice_counts_with_its_reason(sent, reason, ok, shortened):
    recipients = [Recipient("A", (mail("01.02.2027"),)), Recipient("B", (mail(sent),))]
    found = invited_in_time(BOOK, day("12.03.2027"), recipients, shortened_reason=reason)
    assert (found.verdict.ok, found.shortened) == (ok, shortened)


@pytest.mark.parametrize(
    ("mode", "members", "present", "objections", "in_favour", "ok"),
    [
        ("none", 17, 17, (), 17, False),
        ("all_voting_present_no_objection", 17, 17, (), 0, True),
        ("all_voting_present_no_objection", 17, 16, (), 16, False),
        ("all_voting_present_no_objection", 17, 17, ("Hansen",), 16, False),
        ("all_voting_present_no_objection", 1, 1, (), 0, True),
        ("all_voting_present_no_objection", 0, 0, (), 0, False),
        ("majority_present", 17, 10, (), 6, True),
        ("majority_present", 17, 10, (), 5, False),
        ("majority_present", 17, 11, ("Hansen",), 6, True),
        ("majority_present", 17, 0, (), 0, False),
        ("majority_present", 17, 1, (), 1, True),
    ],
)
def test_waiver(mode, members, present, objections, in_favour, ok):
    found = waiver(
        Rulebook(notice_waiver=mode),
        voting_members=members, voting_present=present, objections=objections, in_favour=in_favour,
    )  # fmt: skip
    assert found.ok is ok
    assert found.rule == "notice_waiver"


@given(books, days, channels)
def test_the_last_day_is_in_time_and_the_next_one_is_not(book, meeting, channel):
    last = last_dispatch(book, meeting, channel).day
    for sent, ok in ((last, True), (last + timedelta(days=1), False), (last - timedelta(days=1), True)):
        recipient = Recipient("A", (Sending(channel, sent),))
        assert invited_in_time(book, meeting, [recipient]).verdict.ok is ok
        assert dispatch_on(book, meeting, sent, channel).ok is ok


@given(books, days, channels)
def test_receipt_never_runs_backwards(book, sent, channel):
    first, second = receipt(book, channel, sent).day, receipt(book, channel, sent + timedelta(days=1)).day
    assert sent <= first <= second


@given(books, days)
def test_no_letter_counts_as_received_on_a_day_without_post(book, sent):
    found = receipt(book, "post", sent).day
    assert is_working_day(found)
    assert no_delivery(found) is None


@given(books, days, channels)
def test_a_longer_notice_is_never_later(book, meeting, channel):
    longer = replace(book, notice_period_days=book.notice_period_days + 1)
    assert last_dispatch(longer, meeting, channel).day <= last_dispatch(book, meeting, channel).day
