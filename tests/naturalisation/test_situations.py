"""No answers leave a contradiction or a point without paragraph: all answers of each group, then any answers at all.

`python -m benchmarks.naturalisation_rules` counts the same, with the readiness of every list of points.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kimforms.naturalisation.applies import applicable, completed, contradictions, kept, questions
from kimforms.naturalisation.truth import answers_over, can_hold

from ..support.situations import Sweep, all_answers, groups, shipped, sweep
from .editions import changed_item

NAMES = [one.id for one in shipped().conditions]
SITUATIONS = st.dictionaries(st.sampled_from(NAMES), st.booleans())


def test_all_answers_of_every_group_hang_together() -> None:
    found = Sweep()
    sweep(shipped(), all_answers(shipped()), found, ready=False)
    assert found.faults == []
    assert found.tried == sum(2 ** len(one) for one in groups(shipped())) == 131_142
    assert 0 < found.refused < found.tried


def test_the_groups_hold_every_question_once() -> None:
    assert sorted(name for group in groups(shipped()) for name in group) == sorted(NAMES)


@settings(max_examples=150)
@given(st.sets(st.sampled_from(NAMES), max_size=12))
def test_any_answers_hang_together_and_readiness_is_reached_step_by_step(yes: set[str]) -> None:
    found = Sweep()
    sweep(shipped(), [frozenset(yes)], found)
    assert found.faults == []


@given(SITUATIONS)
def test_what_is_kept_names_nothing_sensitive_and_changes_nothing(situation: dict[str, bool]) -> None:
    document = shipped()
    stored = kept(document, situation)
    assert not stored.keys() & {one.id for one in document.conditions if one.sensitive}
    assert applicable(document, stored) == applicable(document, situation)


@given(SITUATIONS)
def test_completing_twice_adds_nothing(situation: dict[str, bool]) -> None:
    document = shipped()
    once = completed(document, situation, stored=False)
    assert completed(document, once, stored=False) == once
    assert all(once[name] is answer for name, answer in situation.items())


@given(st.dictionaries(st.text(max_size=20) | st.sampled_from(NAMES), st.none() | st.booleans() | st.text(max_size=5)))
def test_odd_answers_count_as_no(situation: dict[str, Any]) -> None:
    document = shipped()
    clean = {name: True for name, answer in situation.items() if answer is True and name in NAMES}
    noes = {name: answer is True for name, answer in situation.items() if name in NAMES}
    assert applicable(document, situation) == applicable(document, clean | noes)
    contradictions(document, situation)


@pytest.mark.parametrize("item_id", shipped().items)
def test_never_stored_is_what_only_something_sensitive_can_bring(item_id: str) -> None:
    """By brute force over all answers that the point's condition asks for, apart from the code that decides it."""
    document = shipped()
    item = document.items[item_id]
    sensitive = {one.id for one in document.conditions if one.sensitive}
    named = [one for one in NAMES if f"'{one}'" in str(item.applies_when and item.applies_when.model_dump())]
    through_others = any(
        item in applicable(document, {name: name in yes for name in named}, stored=False)
        for yes in answers_over([one for one in named if one not in sensitive])
    )
    through_anything = any(
        item in applicable(document, {name: name in yes for name in named}, stored=False) for yes in answers_over(named)
    )
    assert through_anything, "kann nie gelten"
    assert (item_id in document.never_stored_items) is (item.sensitive or not through_others)


def test_which_points_are_never_stored() -> None:
    assert shipped().never_stored_items == {"F6", "H1", "H2", "H3", "H5", "I1", "I2", "I3", "I4", "I5"}
    asked = {one.id for one in questions(shipped())}
    assert len(asked) == 39
    assert {"krankengeld", "krankheit_behinderung_alter", "verurteilung"}.isdisjoint(asked)


def test_a_point_without_flag_is_never_stored_if_only_illness_brings_it() -> None:
    document = changed_item(shipped(), "F6", sensitive=False, never_store=None)
    assert "F6" in document.never_stored_items
    both = {"any": [{"field": "krankengeld", "is": True}, {"field": "verurteilung", "is": True}]}
    document = changed_item(shipped(), "E6", applies_when=both)
    assert "E6" in document.never_stored_items
    also = {"all": [{"field": "beschaeftigt", "is": True}, {"field": "krankengeld", "is": True}]}
    assert "E6" in changed_item(shipped(), "E6", applies_when=also).never_stored_items
    without = {"all": [{"field": "beschaeftigt", "is": True}, {"not": {"field": "krankengeld", "is": True}}]}
    assert "E6" not in changed_item(shipped(), "E6", applies_when=without).never_stored_items


def test_a_storable_point_comes_only_through_what_is_not_sensitive() -> None:
    illness, elders = {"krankheit_behinderung_alter": True}, {"gastarbeitergeneration": True}
    assert "G3" not in [one.id for one in applicable(shipped(), illness)]
    assert "G3" in [one.id for one in applicable(shipped(), illness, stored=False)]
    assert "G3" in [one.id for one in applicable(shipped(), elders)]


def test_a_question_that_only_never_stored_points_need_is_not_asked() -> None:
    document = changed_item(shipped(), "H5", applies_when={"field": "adoptiert", "is": True})
    document = changed_item(document, "B7", applies_when=None)
    assert "adoptiert" not in [one.id for one in questions(document)]
    assert "adoptiert" in [one.id for one in questions(document, stored=False)]


@pytest.mark.parametrize(
    ("item_id", "change", "says"),
    [
        ("E9", {"replaces": []}, "Lebensunterhalt"),
        ("F4", {"replaces": ["F1"]}, "B1 oder Test"),
        ("F1", {"applies_when": None}, "unter 16 Jahren verlangt: ['F1']"),
        ("C1", {"applies_when": None}, "Aufenthaltsdauer"),
        ("B2", {"replaces": []}, "Pass"),
        ("H1", {"sensitive": False, "never_store": None, "applies_when": None}, "unter 16"),
        ("E11", {"applies_when": {"field": "bezug_sgb2_oder_sgb12", "is": True}}, "Ermessen"),
    ],
)
def test_the_search_for_contradictions_finds_them(item_id: str, change: dict[str, Any], says: str) -> None:
    document, found = changed_item(shipped(), item_id, **change), Sweep()
    fewest = [yes for yes in all_answers(shipped()) if len(yes) <= 3]
    more = frozenset(
        {"bezug_sgb2_oder_sgb12", "partner_vollzeit_20_von_24", "minderjaehriges_kind_im_haushalt", "verheiratet"}
    )
    sweep(document, [*fewest, more], found, ready=False)
    assert any(says in one for one in found.faults)


def test_what_cannot_hold() -> None:
    document = changed_item(
        shipped(), "B7", applies_when={"all": [{"field": "adoptiert", "is": True}, {"field": "adoptiert", "is": False}]}
    )
    assert not can_hold(document.items["B7"].applies_when, NAMES)
