"""Votes by circulation."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kimforms.rules.calendar_days import is_working_day
from kimforms.rules.circular import Reply, circular_result, may_start, reply_deadline
from kimforms.rules.rulebook import Rulebook

from .days import day

BOOK = Rulebook()
YES_BY_SILENCE = Rulebook(circular_vote_silence="yes_vote")
OBJECTION_BY_SILENCE = Rulebook(circular_vote_silence="objection")
AGREES = Rulebook(circular_vote_condition="majority_agrees")
UNTIL = day("15.03.2027")
WORDS = {"y": "yes", "n": "no", "a": "abstained", "o": "objection", ".": "", "x": ""}


def replies(text: str, on: str = "10.03.2027") -> list[Reply]:
    """`yyn.`: yes, yes, no, silent; `o` objects, `a` abstains, `x` was not reached."""
    return [
        Reply(n, f"Mitglied {n}", WORDS[one], 100 + n, day(on) if one not in ".x" else None, one != "x")
        for n, one in enumerate(text, start=1)
    ]


@pytest.mark.parametrize(
    ("book", "text", "today", "state", "outcome"),
    [
        (BOOK, "yyyyy", "10.03.2027", "decided", "accepted"),  # everybody answered: no need to wait
        (BOOK, "yyyy.", "10.03.2027", "open", None),
        (BOOK, "yyyy.", "15.03.2027", "open", None),  # the last day still counts
        (BOOK, "yyyy.", "16.03.2027", "decided", "accepted"),
        (BOOK, ".....", "15.03.2027", "open", None),
        (BOOK, ".....", "16.03.2027", "decided", "rejected"),
        (BOOK, "y....", "16.03.2027", "decided", "accepted"),
        (BOOK, "ynnaa", "10.03.2027", "decided", "rejected"),
        (BOOK, "yynnn", "10.03.2027", "decided", "rejected"),
        (BOOK, "yyaaa", "10.03.2027", "decided", "accepted"),
        (BOOK, "yynn.", "16.03.2027", "decided", "rejected"),  # a tie
        (BOOK, "yyyo.", "10.03.2027", "stopped", None),  # one objection is enough, at once
        (BOOK, "o....", "10.03.2027", "stopped", None),
        (BOOK, "yyyox", "16.03.2027", "stopped", None),
        (BOOK, "yyyyx", "16.03.2027", "stopped", None),  # who was not reached could not object
        (BOOK, "yyyyx", "15.03.2027", "open", None),
        (YES_BY_SILENCE, "y....", "16.03.2027", "decided", "accepted"),
        (YES_BY_SILENCE, "ynn..", "16.03.2027", "decided", "accepted"),
        (YES_BY_SILENCE, "nnn..", "16.03.2027", "decided", "rejected"),
        (YES_BY_SILENCE, "nn...", "15.03.2027", "open", None),
        (YES_BY_SILENCE, "yyyo.", "10.03.2027", "stopped", None),
        (OBJECTION_BY_SILENCE, "yyyy.", "16.03.2027", "stopped", None),
        (OBJECTION_BY_SILENCE, "yyyyy", "16.03.2027", "decided", "accepted"),
        (AGREES, "yyyoo", "10.03.2027", "decided", "accepted"),  # three of five take part
        (AGREES, "yyooo", "10.03.2027", "stopped", None),
        (AGREES, "yyoo.", "16.03.2027", "stopped", None),
        (AGREES, "yyn..", "16.03.2027", "decided", "accepted"),
        (AGREES, "ynn..", "16.03.2027", "decided", "rejected"),
        (AGREES, "yy...", "16.03.2027", "stopped", None),
        (AGREES, "yyyxx", "16.03.2027", "decided", "accepted"),
        (AGREES, "yy..", "16.03.2027", "stopped", None),  # half is no majority
        (AGREES, "yyyo.", "10.03.2027", "open", None),
    ],
)
def test_where_a_circular_vote_stands(book, text, today, state, outcome):
    found = circular_result(book, replies(text), reply_until=UNTIL, today=day(today))
    assert found.state == state
    assert (found.result.outcome if found.result else None) == outcome
    assert found.sentence.endswith(".")


@pytest.mark.parametrize(
    ("asked", "casting", "text", "state", "outcome"),
    [
        ("two_thirds", "", "yyynn", "decided", "rejected"),
        ("two_thirds", "", "yyyyn", "decided", "accepted"),
        ("members", "", "yyaaa", "decided", "rejected"),
        ("members", "", "yyyaa", "decided", "accepted"),
        ("present", "", "yyaaa", "decided", "rejected"),
        ("unanimous", "", "yyyyn", "decided", "rejected"),
        (None, "yes", "yynna", "decided", "accepted"),
        (None, "no", "yynna", "decided", "rejected"),
        (None, "", "yynna", "open", "casting_vote_missing"),
    ],
)
def test_majorities_are_those_of_a_meeting(asked, casting, text, state, outcome):
    found = circular_result(
        Rulebook(tie_means="chair_decides"), replies(text),
        reply_until=UNTIL, today=day("16.03.2027"), majority=asked, casting_vote=casting,
    )  # fmt: skip
    assert (found.state, found.result.outcome) == (state, outcome)


@pytest.mark.parametrize(
    ("on", "outcome", "told"),
    [("15.03.2027", "accepted", False), ("16.03.2027", "rejected", True), ("20.03.2027", "rejected", True)],
)
def test_an_answer_after_the_last_day_counts_as_silence(on, outcome, told):
    both = [*replies("y", on), *replies("..")]
    found = circular_result(BOOK, both, reply_until=UNTIL, today=day("21.03.2027"))
    assert found.result.outcome == outcome
    assert any("zählt nicht" in one for one in found.verdict.facts) is told


def test_a_late_objection_stops_nothing():
    found = circular_result(
        BOOK, [*replies("o", "16.03.2027"), *replies("yy")], reply_until=UNTIL, today=day("17.03.2027")
    )
    assert found.result.outcome == "accepted"


def test_one_person_with_two_seats_votes_once():
    twice = [Reply(1, "Dezernat", "yes", 7, UNTIL), Reply(2, "Stadt", "yes", 7, UNTIL), Reply(3, "X", "no", 8, UNTIL)]
    found = circular_result(BOOK, twice, reply_until=UNTIL, today=UNTIL)
    assert (found.result.ballot.yes, found.result.ballot.no, found.result.ballot.abstained) == (1, 1, 1)
    assert any("zweite Stimme derselben Person" in one for one in found.verdict.facts)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("yyyyy", "Im Umlaufverfahren einstimmig beschlossen."),
        ("yyyna", "Im Umlaufverfahren mit 3 Ja-Stimmen gegen 1 Nein-Stimme bei 1 Enthaltung beschlossen."),
        ("yyyo.", "Kein Beschluss im Umlaufverfahren: Widerspruch gegen das Verfahren: Mitglied 4. "
                  "Die Sache gehört in eine Sitzung."),
    ],
)  # fmt: skip
def test_the_sentence(text, sentence):
    assert circular_result(BOOK, replies(text), reply_until=UNTIL, today=UNTIL).sentence == sentence


def test_not_allowed_or_nobody_to_ask():
    assert not may_start(Rulebook(circular_vote_allowed=False)).ok
    assert may_start(BOOK).ok
    forbidden = Rulebook(circular_vote_allowed=False)
    assert circular_result(forbidden, replies("yyy"), reply_until=UNTIL, today=UNTIL).state == "stopped"
    assert circular_result(BOOK, [], reply_until=UNTIL, today=UNTIL).state == "stopped"


@pytest.mark.parametrize(
    ("sent", "days", "until"),
    [
        ("01.03.2027", 14, "15.03.2027"),
        ("12.03.2027", 14, "30.03.2027"),  # Karfreitag and Easter
        ("06.03.2027", 14, "22.03.2027"),  # a Saturday
        ("07.03.2027", 14, "22.03.2027"),
        ("01.03.2027", 1, "02.03.2027"),
        ("17.12.2026", 14, "31.12.2026"),
        ("18.12.2026", 14, "04.01.2027"),
    ],
)
def test_last_day_for_answers(sent, days, until):
    assert reply_deadline(Rulebook(circular_vote_reply_days=days), day(sent)).day == day(until)


@given(st.dates(date(2024, 1, 1), date(2040, 1, 1)), st.integers(1, 60))
def test_the_last_day_is_a_working_day_and_never_too_early(sent, days):
    end = reply_deadline(Rulebook(circular_vote_reply_days=days), sent).day
    assert is_working_day(end)
    assert end >= sent + timedelta(days=days)


texts = st.text("ynao.x", min_size=1, max_size=20)
books = st.builds(
    Rulebook,
    circular_vote_condition=st.sampled_from(["nobody_objects", "majority_agrees"]),
    circular_vote_silence=st.sampled_from(["abstention", "yes_vote", "objection"]),
    majority=st.sampled_from(["votes_cast", "present", "members"]),
)


@given(books, texts)
def test_after_the_last_day_it_never_stays_open_and_every_seat_is_counted_once(book, text):
    found = circular_result(book, replies(text), reply_until=UNTIL, today=day("16.03.2027"))
    assert found.state in ("stopped", "decided")
    if found.result:
        assert found.result.ballot.total == len(text)


@given(texts)
def test_an_objection_always_stops_where_nobody_may_object(text):
    found = circular_result(BOOK, replies(text + "o"), reply_until=UNTIL, today=day("10.03.2027"))
    assert found.state == "stopped"
