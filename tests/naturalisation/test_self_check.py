"""The self-check's rules: every point that applies is told once, nothing sensitive is asked, nobody reads that it is impossible."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given as each
from hypothesis import settings
from hypothesis import strategies as st

from kimforms.engine.profile import profile_folder
from kimforms.naturalisation.applies import applicable, questions
from kimforms.naturalisation.profile_checklist import read_checklist
from kimforms.naturalisation.self_check import ANSWERS, Given, clashes, given, grouped, result, talked_through

DOCUMENT = read_checklist(profile_folder("rhein_sieg"))
assert DOCUMENT is not None
DAY = date(2026, 11, 23)
ASKED = [one.id for one in questions(DOCUMENT)]
situations = st.dictionaries(st.sampled_from(ASKED), st.booleans())
answers = st.dictionaries(st.sampled_from(sorted(DOCUMENT.items)), st.sampled_from(sorted(ANSWERS)))


@settings(max_examples=150, deadline=None)
@each(situations, answers)
def test_every_point_that_applies_stands_in_exactly_one_list(situation: dict[str, bool], said: dict[str, str]) -> None:
    posted = {f"s-{name}": "1" for name, yes in situation.items() if yes} | {f"p-{k}": v for k, v in said.items()}
    read = given(DOCUMENT, posted)
    found = result(DOCUMENT, read, DAY)
    lists = [getattr(found, name) for name in ("met", "missing", "advice", "open", "settled", "hints")]
    told = sorted(line.item.id for lines in lists for line in lines)
    assert told == sorted(one.id for one in applicable(DOCUMENT, read.situation))
    assert not set(told) & DOCUMENT.never_stored_items
    assert all(line.item.kind != "ausschluss" for line in found.missing)
    assert given(DOCUMENT, dict(read.fields())) == read, "the next step reads the same"


def test_each_question_is_asked_once_and_none_is_sensitive() -> None:
    asked = [one.id for _, group in grouped(DOCUMENT) for one in group]
    assert sorted(asked) == sorted(ASKED)
    assert not [one.id for one in DOCUMENT.conditions if one.sensitive and one.id in asked]


def test_what_is_talked_through_is_the_same_for_everybody() -> None:
    assert {one.id for one in talked_through(DOCUMENT)} == DOCUMENT.never_stored_items


@pytest.mark.parametrize(("yes", "expected"), [(["verheiratet", "verwitwet"], 1), (["verheiratet"], 0)])
def test_contradictions_as_data(yes: list[str], expected: int) -> None:
    assert len(list(clashes(DOCUMENT, dict.fromkeys(yes, True)))) == expected


def test_benefits_without_exception_lead_to_advice() -> None:
    read = Given({"bezug_sgb2_oder_sgb12": True}, {"E1": "no", "D2": "no"})
    found = result(DOCUMENT, read, DAY)
    assert "E11" in [line.item.id for line in found.hints]
    assert "D2" in [line.item.id for line in found.advice]


def test_an_exception_takes_the_place_of_what_it_replaces() -> None:
    situation = {"bezug_sgb2_oder_sgb12": True, "vollzeit_20_von_24": True}
    found = result(DOCUMENT, Given(situation, {"E1": "no", "E8": "yes"}), DAY)
    assert "E1" in [line.item.id for line in found.settled]
    assert "E8" in [line.item.id for line in found.met]
