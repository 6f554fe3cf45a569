"""German words: inflections, compounds, abbreviations, gender forms, odd characters."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kimforms.similarity.compounds import Splitter
from kimforms.similarity.words import MOST_CHARACTERS, clean, fold, key_of, words_of

SAME = [
    ("Haus", "Häuser"),
    ("Platz", "Plätze"),
    ("Termin", "Terminen"),
    ("Behörde", "Behoerden"),
    ("Straße", "Strasse"),
    ("Gebühr", "GEBÜHREN"),
    ("anmelden", "angemeldet"),
    ("Anmeldung", "angemeldeten"),
    ("anmelden", "anzumelden"),
    ("ablehnen", "abgelehnt"),
    ("Ablehnung", "abgelehnt"),
    ("kündigen", "gekündigt"),
    ("Kündigung", "Kündigungen"),
    ("§ 12a", "§12a"),
]
OTHER = [("Arzt", "Art"), ("Miete", "Mitte"), ("§ 12a", "§ 12"), ("Schule", "Schuld"), ("Bahn", "Bann")]
COMPOUNDS = [
    ("Kitaplätze", ("kita", "plätze")),
    ("Kursplatzmangel", ("kurs", "platz", "mangel")),
    ("Ausländerbehörde", ("ausländer", "behörde")),
    ("Auslaenderbehoerde", ("auslaender", "behoerde")),
    ("Terminvergabe", ("termin", "vergabe")),
    ("Schichtzulage", ("schicht", "zulage")),
    ("Wohnsitzauflage", ("wohn", "sitz", "auflage")),
    ("Krankenversicherungskarte", ("kranken", "versicherung", "karte")),
    ("Nachmittagsbetreuung", ("nachmittag", "betreuung")),
    ("Trennwände", ()),
    ("Einbürgerung", ()),
    ("Jugendliche", ()),
    ("Unterlagen", ()),
    ("Haus", ()),
    ("", ()),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_inflections_meet_under_one_key(one: str, other: str) -> None:
    assert key_of(one) == key_of(other)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_different_words_do_not(one: str, other: str) -> None:
    assert key_of(one) != key_of(other)


@pytest.mark.parametrize(("word", "pieces"), COMPOUNDS)
def test_compounds_are_cut_in_the_letters_of_the_writer(word: str, pieces: tuple[str, ...]) -> None:
    assert Splitter(["kursplatz"]).pieces(word) == pieces


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Kita-Platz fehlt.", ["Kita", "Platz", "fehlt"]),
        ("nach § 12a AufenthG", ["nach", "§ 12a", "AufenthG"]),
        ("§§ 24, 25b", ["§ 24", "25b"]),
        ("2026 12,50 3", []),
        ("Dolmetscher:innen und Lehrer*innen", ["Dolmetscherinnen", "und", "Lehrerinnen"]),
        ("Ter\u200bmin Ter\u00admin", ["Termin", "Termin"]),
        ("a\rb", ["a", "b"]),
        ("Ｔｅｒｍｉｎ", ["Termin"]),
        ("x" * 200, []),
        ("العربية Русский", ["العربية", "Русский"]),
        ("", []),
    ],
)
def test_text_is_cut_into_words(text: str, words: list[str]) -> None:
    assert [word.text for word in words_of(clean(text))] == words


def test_a_capital_at_the_start_of_a_sentence_is_known_to_say_nothing() -> None:
    assert [word.opens for word in words_of("Warten auf Termine. Keine Antwort\n- Amt zu")] == [
        *(True, False, False, True, False, True, False)
    ]


@given(st.text(max_size=300))
def test_any_text_is_read_without_a_hitch_and_the_same_each_time(text: str) -> None:
    words = [word.text for word in words_of(clean(text))]
    assert words == [word.text for word in words_of(clean(text))]
    for word in words:
        assert word == word.strip()
        key_of(word)
        Splitter().pieces(word)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzäöüßABCÄÖÜ", min_size=1, max_size=30))
def test_folding_twice_is_folding_once_and_case_makes_no_difference_to_keys(word: str) -> None:
    assert fold(fold(word)) == fold(word)
    assert key_of(word.lower()) == key_of(word)


@settings(max_examples=200)
@given(st.text(alphabet="abcdeghiklmnoprstuwzäöüß", min_size=1, max_size=40))
def test_pieces_are_parts_of_the_word_in_their_order(word: str) -> None:
    at = 0
    for piece in Splitter().pieces(word):
        found = fold(word).find(fold(piece), at)
        assert found >= at
        at = found + len(fold(piece))


def test_of_a_text_without_end_only_the_beginning_is_read() -> None:
    assert len(clean("wort " * 300_000)) <= MOST_CHARACTERS


@pytest.mark.parametrize("piece", ["§", "\n", " ", ".", "- ", "a:", "Kita-"])
def test_a_sign_repeated_without_end_is_read_in_one_go(piece: str) -> None:
    """Patterns that look back and forth would take hours here."""
    assert len(list(words_of(clean(piece * 500_000 + "§")))) <= MOST_CHARACTERS
