"""Texts of a definition, and what cleaning makes of typed text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from kimforms.engine.text import BrokenText, Text, normalise, one_line, pick

PICKED = [
    (None, "de", ""),
    ("Stadt", "en", "Stadt"),
    ({"de": "Stadt", "en": "Town"}, "de", "Stadt"),
    ({"de": "Stadt", "en": "Town"}, "en", "Town"),
    ({"de": "Stadt", "en": "Town"}, "fr", "Stadt"),
    ({"de": "Stadt", "en": ""}, "en", "Stadt"),
    ({"fr": "Ville"}, "en", "Ville"),
]


@pytest.mark.parametrize(("text", "language", "expected"), PICKED)
def test_pick_falls_back_to_german_then_to_anything(
    text: str | dict[str, str] | None, language: str, expected: str
) -> None:
    assert pick(text, language) == expected


@pytest.mark.parametrize("wrong", [1, None, [], {}, {"de": 1}, True])
def test_a_text_is_a_string_or_a_table_of_languages(wrong: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Text).validate_python(wrong)


NORMALISED = [
    ("  a  ", "a"),
    ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
    ("a\x00b\x07c", "abc"),
    ("a\tb", "a\tb"),
    ("Mu\u0308ller", "Müller"),
    ("\ufeffa\u202eb\u200f", "ab"),
    ("a\x85b", "a\nb"),
    ("👩‍👧", "👩‍👧"),
    ("", ""),
]


@pytest.mark.parametrize(("raw", "expected"), NORMALISED)
def test_normalise(raw: str, expected: str) -> None:
    assert normalise(raw) == expected


def test_one_line_joins_lines() -> None:
    assert one_line(" a\r\n\n b\tc\u00a0d ") == "a b c d"


@pytest.mark.parametrize("broken", ["\ud800", "a\udcffb", "ä\udc80"])
def test_lone_surrogates_are_refused(broken: str) -> None:
    with pytest.raises(BrokenText):
        normalise(broken)


@given(st.text())
def test_normalise_is_idempotent_and_clean(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not any(unicodedata.category(each) == "Cc" and each not in "\n\t" for each in once)
    assert "\n" not in one_line(text)
    once.encode("utf-8")
