"""Flat names of an HTML form become nested data, and back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kimforms.engine.cleaning import flatten, nest_form_data

NESTED: list[tuple[list[tuple[str, Any]], dict[str, Any]]] = [
    ([("a", "1")], {"a": "1"}),
    ([("a", "1"), ("a", "2"), ("a", "3")], {"a": ["1", "2", "3"]}),
    (
        [("rows-0-name", "A"), ("rows-0-tage", "1"), ("rows-1-name", "B")],
        {"rows": [{"name": "A", "tage": "1"}, {"name": "B"}]},
    ),
    ([("rows-10-n", "c"), ("rows-2-n", "b"), ("rows-0-n", "a")], {"rows": [{"n": "a"}, {"n": "b"}, {"n": "c"}]}),
    ([("rows-0-art", "x"), ("rows-0-art", "y")], {"rows": [{"art": ["x", "y"]}]}),
    ([("g-a", "1"), ("g-b", "2")], {"g": {"a": "1", "b": "2"}}),
    ([("org", "other"), ("org-other", "Neu")], {"org": {"value": "other", "other": "Neu"}}),
    ([("org-other", "Neu"), ("org", "a"), ("org", "b")], {"org": {"value": ["a", "b"], "other": "Neu"}}),
    ([("fall-0-st-1-x", "1"), ("fall-0-st-0-x", "0")], {"fall": [{"st": [{"x": "0"}, {"x": "1"}]}]}),
    ([("-a", "1"), ("a--b", "1"), ("", "1"), ("a-", "1")], {}),
    ([("a-b-c-d-e-f-g", "zu tief")], {}),
    ([], {}),
]


@pytest.mark.parametrize(("items", "nested"), NESTED)
def test_flat_names_become_nested(items: list[tuple[str, Any]], nested: dict[str, Any]) -> None:
    assert nest_form_data(items) == nested
    assert nest_form_data(flatten(nested)) == nested


NAMES = st.text(alphabet="ab01-", max_size=8)


@given(st.lists(st.tuples(NAMES, st.text(max_size=3)), max_size=12))
def test_no_names_whatever_raise(items: list[tuple[str, str]]) -> None:
    nested = nest_form_data(items)
    assert nest_form_data(list(flatten(nested))) == nest_form_data(list(flatten(nest_form_data(list(flatten(nested))))))
