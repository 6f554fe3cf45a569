"""Groups: disjoint, obedient to verdicts, named in words that a coordinator would choose."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kimforms.similarity import Index, Judgements
from kimforms.similarity.analysis import PIECE, WORD, Analysis, Term
from kimforms.similarity.naming import name_of

from .support import analyses, analysis, labelled

THEMES = {
    "kita": (
        "bildung_0_6",
        ["KiBiz"],
        ["Kitaplatz fehlt, Kita voll", "Kein Kitaplatz in Sicht", "Kita ohne Plätze"],
    ),
    "schimmel": (
        "wohnen",
        ["BGB"],
        ["Schimmel in der Unterkunft", "Unterkunft: Schimmel im Bad", "Schimmel an der Wand"],
    ),
    "bus": (
        "bildung_6_18",
        ["SchfkVO"],
        ["Der Bus fährt nicht", "Busverbindung schlecht, Bus fällt aus", "Kein Bus am Abend"],
    ),
}
TOLD = {
    f"{theme}{number}": analysis(text, "", field, areas)
    for theme, (field, areas, said) in THEMES.items()
    for number, text in enumerate(said)
}


def index() -> Index:
    """The told reports among those of the demonstration, so that it shows which words are rare."""
    found = demonstration()
    for id, read in TOLD.items():
        found.put(id, read)
    return found


def demonstration() -> Index:
    found = Index()
    for (one, _), read in zip(labelled(), analyses(), strict=True):
        found.put(one.id, read)
    return found


FULL = index()


def test_reports_of_one_hurdle_come_together_under_its_name() -> None:
    found = FULL.groups(among=TOLD)
    assert {frozenset(group.reports) for group in found} == {
        frozenset(id for id in TOLD if id.startswith(theme)) for theme in THEMES
    }
    names = {group.reports[0][:3]: group.terms for group in found}
    assert "Schimmel" in names["sch"]
    assert "Bus" in names["bus"]
    assert any("Kita" in term for term in names["kit"])


def named(*members: dict[str, int]) -> tuple[str, ...]:
    """The name of reports with these words, each with where it comes from."""
    read = [
        Analysis("1", tuple(Term(word.lower(), 1.0, word, source) for word, source in terms.items()))
        for terms in members
    ]
    return name_of(read, lambda _key: 1.0)


def test_a_piece_that_is_no_word_gives_way_to_the_shortest_word_with_it() -> None:
    assert named({"Fahrkarte": WORD, "Fahr": PIECE}, {"Fahrtkosten": WORD, "Fahr": PIECE}) == ("Fahrkarte",)
    ends = ({"Ersatzbescheinigungen": WORD, "Bescheinigung": PIECE}, {"Bescheinigung": PIECE})
    assert named(*ends) == ("Bescheinigung",), "what ends a compound is a word"


def test_time_and_amount_name_a_group_only_where_nothing_else_does() -> None:
    assert named({"Monat": WORD, "Miete": WORD}, {"Monat": WORD, "Miete": WORD}) == ("Miete",)
    assert named({"Monat": WORD}, {"Monat": WORD}) == ("Monat",)


def test_each_group_is_large_enough_best_first_and_no_report_stands_in_two() -> None:
    found = demonstration().groups(limit=200)
    members = [id for group in found for id in group.reports]
    assert len(members) == len(set(members))
    assert all(len(group.reports) >= 3 for group in found)
    assert [group.score for group in found] == sorted((group.score for group in found), reverse=True)
    assert all(0 <= group.score <= 1 and len(group.terms) <= 3 for group in found)
    assert len(demonstration().groups(limit=4)) == 4
    assert all(len(group.reports) >= 5 for group in demonstration().groups(at_least_size=5))


def test_only_the_reports_asked_for() -> None:
    found = FULL.groups(among=["kita0", "kita1", "kita2", "bus0", "gone"])
    assert [set(group.reports) for group in found] == [{"kita0", "kita1", "kita2"}]


def test_what_was_judged_different_is_never_in_one_group() -> None:
    for group in FULL.groups(among=TOLD, judgements=Judgements(different=[("kita0", "kita1")]), at_least_size=2):
        assert not {"kita0", "kita1"} <= set(group.reports)


def test_what_was_judged_similar_is_in_one_group() -> None:
    found = FULL.groups(among=TOLD, judgements=Judgements(similar=[("kita0", "bus0")]), at_least_size=2)
    assert any({"kita0", "bus0"} <= set(group.reports) for group in found)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_any_verdicts_are_obeyed(data: st.DataObject) -> None:
    pair = st.tuples(st.sampled_from(sorted(TOLD)), st.sampled_from(sorted(TOLD)))
    similar, different = data.draw(st.lists(pair, max_size=6)), data.draw(st.lists(pair, max_size=6))
    groups = FULL.groups(among=TOLD, judgements=Judgements(similar, different), at_least_size=2)
    members = [id for group in groups for id in group.reports]
    assert len(members) == len(set(members))
    for one, other in different:
        assert one == other or not any({one, other} <= set(group.reports) for group in groups)
    if not different:
        for one, other in similar:
            assert one == other or any({one, other} <= set(group.reports) for group in groups)


@pytest.mark.parametrize("texts", [[], [""], ["", "", ""], ["Termin"] * 40])
def test_few_or_equal_reports(texts: list[str]) -> None:
    found = Index()
    for number, text in enumerate(texts):
        found.put(number, analysis(text))
    groups = found.groups()
    assert sum(len(group.reports) for group in groups) <= len(texts)
