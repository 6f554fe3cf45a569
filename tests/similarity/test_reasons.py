"""Reasons are true of both reports and read like a person's words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kimforms.similarity import Index, Names, Reasons, in_words
from kimforms.similarity.words import clean, fold

from .support import analyses, analysis, labelled, synonyms


def reasons(one: str, other: str) -> Reasons:
    index = Index()
    index.put("other", analysis(other))
    for number in range(20):
        index.put(number, analysis(f"Etwas anderes Nummer {'abcdefghijklmnopqrst'[number] * 5}"))
    return {found.id: found for found in index.neighbours(analysis(one), 21)}["other"].reasons


@pytest.mark.parametrize(
    ("one", "other", "terms"),
    [
        ("keine fiktionsbescheinigung", "Die Fiktionsbescheinigungen fehlen", ("Fiktionsbescheinigung",)),
        ("Kita-Anmeldeverfahren", "Anmeldung für die Kita", ("Kita",)),
        ("TERMINE SIND WEG", "termin beim amt", ("Termin",)),
        ("Termin bei der ABH", "Die Ausländerbehörde hat keine Zeit", ("Ausländerbehörde",)),
        ("Termin bei der ABH", "abh antwortet nicht", ("ABH",)),
        ("Terminvergabe stockt", "Terminbuchung klappt nicht", ("Termin",)),
        ("nach § 12a", "wegen §12a AufenthG", ("§ 12a",)),
        ("Auflage nach § 24", "Auflage nach § 25", ("Auflage",)),
        ("Häuser voller Schimmel", "Schimmel im Haus", ("Schimmel", "Haus")),
        ("Die Wohnung wurde geräumt", "Es gibt keine Räume", ()),
        ("Nicht erreichbar", "Es ist zu und aus", ()),
    ],
)
def test_common_terms_in_readers_words(one: str, other: str, terms: tuple[str, ...]) -> None:
    assert set(terms) <= set(reasons(one, other).terms)
    if not terms:
        assert not reasons(one, other).terms


def test_a_piece_is_not_named_beside_the_word_it_is_part_of() -> None:
    assert reasons("Familienkasse zahlt nicht", "Die Familienkasse schweigt").terms == ("Familienkasse",)


def test_different_words_for_the_same_are_named_as_a_pair() -> None:
    assert reasons("Nur die Hotline", "Warteschleife ohne Ende").concepts == ("Hotline – Warteschleife",)


def spelt(text: str) -> str:
    """Letters alone, umlauts and their other spelling as plain vowels, what abbreviations stand for written behind."""
    folded = fold(clean(text))
    long = [synonyms().abbreviations.get(word, "") for word in re.findall(r"\w+", folded)]
    plain = re.sub(r"[^\w§]", "", folded + fold(" ".join(long)))
    return plain.replace("ae", "a").replace("oe", "o").replace("ue", "u")


def test_what_is_named_as_common_occurs_in_both_demonstration_reports() -> None:
    """Four letters in a row of each term stand in both texts, or in what an abbreviation there stands for."""
    index, named = Index(), 0
    texts = {one.id: spelt(f"{one.title} {one.text}") for one, _ in labelled()}
    for (one, _), read in zip(labelled(), analyses(), strict=True):
        for found in index.neighbours(read, 5):
            for term in found.reasons.terms:
                named += 1
                letters = spelt(term)
                cut = [letters[at : at + 4] for at in range(max(len(letters) - 3, 1))]
                assert any(four in texts[one.id] and four in texts[found.id] for four in cut), (term, one.id, found.id)
            assert len(found.reasons.terms) <= 5
            assert len(found.reasons.concepts) <= 5
        index.put(one.id, read)
    assert named > 500


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120), st.text(max_size=120))
def test_any_two_texts_have_reasons_that_can_be_said(one: str, other: str) -> None:
    found = reasons(one, other)
    assert in_words(found, Names())
    assert all(term.strip() for term in (*found.terms, *found.concepts))


@pytest.mark.parametrize(
    ("found", "language", "words"),
    [
        (
            Reasons(terms=("Fiktionsbescheinigung", "Verlängerung"), offices=("abh",), same_field=True),
            "de",
            "gemeinsame Begriffe: Fiktionsbescheinigung, Verlängerung; dieselbe Stelle: Ausländerbehörde; dasselbe Handlungsfeld",
        ),
        (
            Reasons(judged=True, legal_areas=("sgb2", "x")),
            "de",
            "als ähnlich bestätigt; dieselben Rechtskreise: SGB II, x",
        ),
        (Reasons(meaning=True), "de", "ähnliche Bedeutung"),
        (Reasons(), "de", "geringe Übereinstimmung"),
        (
            Reasons(concepts=("Hotline – Rückruf",), offices=("abh", "jc")),
            "en",
            "related terms: Hotline – Rückruf; same offices: ",
        ),
        (Reasons(same_field=True), "fr", "dasselbe Handlungsfeld"),
    ],
)
def test_reasons_in_words(found: Reasons, language: str, words: str) -> None:
    names = Names(legal_areas={"sgb2": "SGB II"}, offices={"abh": "Ausländerbehörde", "jc": "Jobcenter"})
    said = in_words(found, names, language)
    assert said.startswith(words)
    assert language == "en" or said == words
