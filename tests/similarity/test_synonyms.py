"""The list of abbreviations and near-synonyms, and what an analysis makes of it."""

from __future__ import annotations

import pytest

from kimforms.similarity import Synonyms

from .support import analysis, synonyms

LIST = {
    "abbreviations": {"abh": "Ausländerbehörde", "an": "Arbeitnehmer", "kdu": "Kosten der Unterkunft"},
    "groups": [
        {"id": "termin", "terms": ["termin", "*vorsprache*", "slot"]},
        {"id": "arzt", "terms": ["arzt", "praxis*"]},
        {"id": "hinher", "terms": ["hin und her", "zustaendigkeit"]},
    ],
}


@pytest.mark.parametrize(
    ("word", "groups"),
    [
        ("Termine", ("termin",)),
        ("Terminvergabe", ()),
        ("Erstvorsprachen", ("termin",)),
        ("Praxisgebühr", ("arzt",)),
        ("Gemeinschaftspraxis", ()),
        ("Zuständigkeiten", ("hinher",)),
        ("hin", ()),
    ],
)
def test_a_word_touches_groups_as_the_list_says(word: str, groups: tuple[str, ...]) -> None:
    assert Synonyms.of(LIST).groups_of(word) == groups


def test_terms_of_several_words_are_found_in_a_row() -> None:
    assert "zustaendigkeit" in {one.key for one in analysis("Hin und Her zwischen den Ämtern").concepts}
    assert "zustaendigkeit" not in {one.key for one in analysis("Her damit, und hin zu Ämtern").concepts}


def test_the_same_list_has_the_same_fingerprint_and_another_one_has_another() -> None:
    again = {**LIST, "groups": list(reversed(LIST["groups"]))}
    assert Synonyms.of(LIST).fingerprint == Synonyms.of(again).fingerprint
    assert Synonyms.of({**LIST, "groups": []}).fingerprint != Synonyms.of(LIST).fingerprint


@pytest.mark.parametrize("wrong", [{"groups": [{"id": "x"}]}, {"groups": [1]}, {"abbreviations": ["abh"]}])
def test_a_broken_list_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="abbreviations und groups"):
        Synonyms.of(wrong)


def test_an_empty_list_is_one() -> None:
    assert Synonyms.of({}).groups_of("Termin") == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Termin bei der ABH", True),
        ("termin bei der abh", True),
        ("TERMIN BEI DER ABH", True),
        ("Die Ausländerbehörde antwortet nicht", True),
        ("Das Amt antwortet nicht", False),
    ],
)
def test_abbreviations_are_spelt_out(text: str, found: bool) -> None:
    assert ("auslanderbehord" in {one.key for one in analysis(text).terms}) is found


@pytest.mark.parametrize("text", ["Er kommt an der Schule an.", "das liegt an dem amt", "ICH KOMME NICHT AN SIE RAN"])
def test_common_words_are_no_abbreviations(text: str) -> None:
    assert synonyms().abbreviations["an"] == "Arbeitnehmer"
    assert "arbeitnehm" not in {one.key for one in analysis(text).terms}


def test_no_group_of_the_profile_takes_in_what_merely_begins_alike() -> None:
    for word, group in [
        ("Bußgeld", "mobilitaet"),
        ("Vereinbarung", "verein"),
        ("Personalausweis", "personalmangel"),
        ("Förderschule", "foerdermittel"),
        ("Geschichte", "schichtarbeit"),
        ("lohnt", "ausbeutung"),
        ("Jobcenter", "jobangebot"),
    ]:
        assert group not in synonyms().groups_of(word), word
