"""For whom an item applies, on the page and back: what is shown says the same as what is kept, whatever the situation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as some

from kimforms.engine.profile import profile_folder
from kimforms.forms.edition_conditions import GROUPS, ROWS, read_condition, written_condition

QUESTIONS = "abcde"
PROFILE = yaml.safe_load((profile_folder("rhein_sieg") / "naturalisation" / "checklist.yaml").read_text("utf-8"))
SHIPPED = {
    item["id"]: item["applies_when"]
    for section in PROFILE["sections"]
    for item in section["items"]
    if item.get("applies_when")
}
leaf = some.builds(lambda name, yes: {"field": name, "is": yes}, some.sampled_from(QUESTIONS), some.booleans())
conditions = some.recursive(
    leaf,
    lambda inner: some.one_of(
        inner.map(lambda one: {"not": one}),
        some.builds(
            lambda join, parts: {join: parts},
            some.sampled_from(["any", "all"]),
            some.lists(inner, min_size=2, max_size=3),
        ),
    ),
    max_leaves=6,
)


class Form:
    """What the page would send back: the shown values, defaults elsewhere."""

    def __init__(self, shown: Mapping[str, Any]) -> None:
        empty = {f"question_{number}": "" for number in range(1, ROWS + 1)}
        empty |= {f"answer_{number}": "yes" for number in range(1, ROWS + 1)}
        empty |= {f"group_{number}": GROUPS[number - 1] for number in range(1, ROWS + 1)}
        self.fields = {name: SimpleNamespace(data=value) for name, value in (empty | dict(shown)).items()}

    def __getitem__(self, name: str) -> SimpleNamespace:
        return self.fields[name]


def holds(condition: Mapping[str, Any], answers: Mapping[str, bool]) -> bool:
    if "not" in condition:
        return not holds(condition["not"], answers)
    if "any" in condition:
        return any(holds(one, answers) for one in condition["any"])
    if "all" in condition:
        return all(holds(one, answers) for one in condition["all"])
    return answers[condition["field"]] is condition["is"]


def fields(condition: Any) -> set[str]:
    if isinstance(condition, list):
        return set().union(*map(fields, condition))
    return {condition["field"]} if "field" in condition else set().union(*(fields(one) for one in condition.values()))


def situations(condition: Mapping[str, Any]) -> Iterator[dict[str, bool]]:
    names = sorted(fields(condition))
    for answers in product((True, False), repeat=len(names)):
        yield dict(zip(names, answers, strict=True))


def says_the_same(one: Mapping[str, Any], other: Mapping[str, Any] | None) -> bool:
    return other is not None and all(holds(one, each) == holds(other, each) for each in situations(one))


@pytest.mark.parametrize("item", sorted(SHIPPED))
def test_every_shipped_condition_can_be_shown_and_read_back(item: str) -> None:
    shown = written_condition(SHIPPED[item])
    assert shown is not None, "an office can change for whom each item applies"
    assert says_the_same(SHIPPED[item], read_condition(Form(shown)))
    assert read_condition(Form(shown), SHIPPED[item]) == SHIPPED[item], "saved without a change it stays word for word"


@given(conditions)
def test_what_is_shown_says_the_same(condition: dict[str, Any]) -> None:
    shown = written_condition(condition)
    if shown is not None:
        assert says_the_same(condition, read_condition(Form(shown)))


def test_groups_are_read_by_their_letters() -> None:
    form = Form(
        {
            "mode": "when", "join": "groups", "question_1": "a", "group_1": "B", "question_2": "b", "answer_2": "no",
            "group_2": "A", "question_3": "c", "group_3": "B",
        }
    )  # fmt: skip
    yes = [{"field": name, "is": True} for name in "abc"]
    assert read_condition(form) == {"any": [{"all": [yes[0], yes[2]]}, {"not": yes[1]}]}


def test_what_is_too_long_for_the_page_is_not_shown() -> None:
    pairs = [{"any": [{"field": f"{name}1", "is": True}, {"field": f"{name}2", "is": True}]} for name in "abcd"]
    other = [{"all": one["any"]} for one in pairs]
    assert written_condition({"all": [*pairs, {"any": other}]}) is None
