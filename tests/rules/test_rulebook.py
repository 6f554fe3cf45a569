"""The rulebook: 34 parameters, what a body has set, what is refused, and how it is said."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kimforms.rules.rulebook import (
    NAMES,
    OPTION_WORDS,
    PARAMETERS,
    Rulebook,
    RulebookRefused,
    checked,
    in_words,
    kind_of,
    options_of,
)
from kimforms.rules.rulebook_words import contradictions, differences, sentence_of
from kimforms.rules.verdict import RuleRef, Verdict, law


def values_of(key: str) -> st.SearchStrategy:
    if kind_of(key) == "yes_no":
        return st.booleans()
    if kind_of(key) == "number":
        return st.integers(1, 366)
    if kind_of(key) == "one_of":
        return st.sampled_from(options_of(key))
    return st.lists(st.sampled_from(options_of(key)), unique=True)


own_values = st.sets(st.sampled_from(PARAMETERS)).flatmap(
    lambda keys: st.fixed_dictionaries({key: values_of(key) for key in sorted(keys)})
)


def test_there_are_34_parameters_and_each_has_a_name_options_and_a_sentence():
    assert len(PARAMETERS) == 34
    assert NAMES.keys() == set(PARAMETERS)
    for key in PARAMETERS:
        assert sentence_of(Rulebook(), key).endswith(".")
        assert OPTION_WORDS.get(key, {}).keys() == set(options_of(key))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("notice_period_days", -1),
        ("notice_period_days", "14"),
        ("notice_period_days", 14.0),
        ("notice_period_days", True),
        ("notice_period_days", None),
        ("notice_period_days", 367),
        ("notice_period_days", 10**12),
        ("quorum_minimum", 0),
        ("circular_vote_reply_days", 0),
        ("public", 1),
        ("public", "ja"),
        ("public", None),
        ("majority", "most"),
        ("majority", None),
        ("majority", ["votes_cast"]),
        ("tie_means", ""),
        ("minutes_signed_by", "chair"),
        ("minutes_signed_by", ["chair", "mayor"]),
        ("minutes_signed_by", 3),
        ("minutes_contents", ["agenda", None]),
        ("minutes_contents", [["agenda"]]),
        ("settled", ["majority"]),
        ("unknown", 1),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_a_german_sentence(key, value):
    with pytest.raises(RulebookRefused) as refused:
        Rulebook.from_values({key: value, "public": True} if key != "public" else {key: value})
    assert list(refused.value.problems) == [key]
    assert refused.value.problems[key].endswith(".")


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("notice_period_days", 14, "14 Kalendertage"),
        ("notice_period_days", 1, "1 Kalendertag"),
        ("min_meetings_per_year", 2, "2 Sitzungen im Jahr"),
        ("min_meetings_per_year", 1, "1 Sitzung im Jahr"),
        ("deemed_receipt_email_days", 1, "1 Tag nach dem Absenden"),
        ("deemed_receipt_post_days", 4, "4 Tage nach dem Absenden"),
        ("agenda_motion_deadline_days", 21, "21 Kalendertage vor der Sitzung"),
        ("quorum_minimum", 3, "3 stimmberechtigte Personen"),
        ("public", False, "nein"),
        ("public", True, "ja"),
        ("majority", "members", "Mehrheit aller Stimmberechtigten"),
        ("ballot_form", "secret", "geheim"),
        ("minutes_signed_by", ("chair", "minute_taker"), "Sitzungsleitung; Protokollführung"),
        ("minutes_signed_by", (), "nichts"),
        ("objection_period_days", 14, "14 Kalendertage ab Zugang"),
        ("minutes_deadline_days", 28, "28 Kalendertage nach der Sitzung"),
    ],
)
def test_values_in_words(key, value, words):
    assert in_words(key, value) == words


def test_what_the_body_has_not_set_comes_from_the_defaults_of_the_profile():
    book = Rulebook.from_values({"notice_period_days": 10}, {"notice_period_days": 21, "majority": "members"})
    assert (book.notice_period_days, book.majority, book.tie_means) == (10, "members", "rejected")
    assert book.settled == {"notice_period_days"}
    first, second = book.cite("notice_period_days", "majority")
    assert first.text == "Ladungsfrist: 10 Kalendertage"
    assert second.text == (
        "Mehrheit bei Abstimmungen: Mehrheit aller Stimmberechtigten (Vorgabe, vom Gremium noch festzulegen)"
    )


def test_every_problem_is_named_at_once():
    with pytest.raises(RulebookRefused) as refused:
        Rulebook.from_values({"majority": "x", "public": 3, "notice_period_days": "y"})
    assert set(refused.value.problems) == {"majority", "public", "notice_period_days"}


def test_several_values_are_kept_in_the_order_of_the_rulebook():
    assert checked("minutes_signed_by", ["minute_taker", "chair", "chair"]) == ("chair", "minute_taker")


@given(own_values)
def test_what_was_set_comes_back_the_same(values):
    book = Rulebook.from_values(values)
    again = Rulebook.from_values(book.set_values())
    assert again == book
    assert book.settled == values.keys()
    assert Rulebook.from_values(book.values()).values() == book.values()
    assert all(sentence_of(book, key).endswith(".") for key in PARAMETERS)


@given(own_values, own_values)
def test_differences_name_what_differs_and_nothing_else(first, second):
    old, new = Rulebook.from_values(first), Rulebook.from_values(second)
    found = {one.id for one in differences(old, new)}
    for key in PARAMETERS:
        same = getattr(old, key) == getattr(new, key) and (key in first) == (key in second)
        assert (key not in found) is same
    assert not differences(old, old)


def test_a_difference_says_before_and_after():
    found = differences(Rulebook(), Rulebook.from_values({"notice_period_days": 21}))
    assert [one.sentence for one in found] == [
        "Ladungsfrist: bisher 14 Kalendertage (Vorgabe), künftig 21 Kalendertage."
    ]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"agenda_motion_deadline_days": 14}, "Frist für Anträge"),
        ({"notice_period_days": 28}, "Frist für Anträge"),
        ({"shortened_notice_days": 14}, "verkürzte Ladungsfrist"),
        ({"deputies_allowed": False, "deputy_rights": "full"}, "Vertretungen haben Rechte"),
        ({"ballot_form": "secret"}, "nie geheim"),
        ({"approval_mode": "circular", "circular_vote_allowed": False}, "im Umlauf genehmigt"),
    ],
)
def test_values_that_do_not_go_together_are_pointed_out(values, words):
    assert any(words in one for one in contradictions(Rulebook.from_values(values)))


@pytest.mark.parametrize(
    "values",
    [{}, {"notice_period_days": 20}, {"shortened_notice_allowed": False, "shortened_notice_days": 20},
     {"deputies_allowed": False}, {"approval_mode": "circular"}],
)  # fmt: skip
def test_values_that_go_together_are_left_alone(values):
    assert not contradictions(Rulebook.from_values(values))


def test_a_verdict_is_settled_only_when_all_its_rules_are():
    one, other = RuleRef("a", "A", "1", settled=True), RuleRef("b", "B")
    assert Verdict(True, "Ja.", (one,)).settled
    both = Verdict(False, "Nein.", (one, other))
    assert not both.settled
    assert not both
    assert (both.rule, both.rule_name) == ("a", "A, B")
    assert both.origin == "nach A: 1; B (Vorgabe, vom Gremium noch festzulegen)"
    assert law("§ 193 BGB").settled


def test_a_rulebook_cannot_be_changed():
    with pytest.raises(AttributeError):
        Rulebook().majority = "members"
    assert replace(Rulebook(), majority="members").majority == "members"
