"""The index: what is put is found, what is removed is gone, in whatever order; verdicts win; reasons are true."""

from __future__ import annotations

import threading
import tracemalloc

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kimforms.similarity import Analyser, Index, Judgements, Neighbour

from .support import Letters, analyser, analyses, analysis, index_of, labelled, report, synonyms

TEXTS = [
    "Keine Termine bei der Ausländerbehörde, seit Monaten ausgebucht",
    "ABH: Terminvergabe bricht ab, Vorsprache erst im Herbst",
    "Kitaplatz fehlt, Warteliste der Kita ist voll",
    "Schimmel im Bad der Unterkunft, Heizung defekt",
    "Jobcenter zahlt die Miete nicht",
    "Fiktionsbescheinigung abgelaufen, Arbeitgeber kündigt",
    "Der Bus fährt abends nicht mehr",
    "",
]
PIECES = [
    "Termin",
    "Kita",
    "abh",
    "Schimmel",
    "Bus",
    "fährt",
    "Miete",
    "Unterkunft",
    "§ 12a",
    "مرحبا",
    "Дом",
    "9",
    "Wohngeld",
]
texts = st.lists(st.sampled_from(PIECES), max_size=6).map(" ".join)


def ranked(found: list[Neighbour]) -> list[tuple[object, float]]:
    return [(one.id, round(one.score, 4)) for one in found]


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("Termin beim Ausländeramt nicht zu bekommen", {0, 1}),
        ("Terminbuchung ABH", {0, 1}),
        ("Anmeldung für die Kita", {2}),
        ("Kita-Anmeldeverfahren", {2}),
        ("Fiktonsbescheinigung", {5}),  # a typing error
        ("Feuchtigkeit im Übergangswohnheim", {3}),
        ("KdU werden nicht übernommen", {3, 4}),
    ],
)
def test_the_nearest_tells_of_the_same(asked: str, first: set[int]) -> None:
    assert index_of(TEXTS).neighbours(analysis(asked), 1)[0].id in first


def test_scores_fall_and_lie_between_0_and_1() -> None:
    found = index_of(TEXTS).neighbours(analysis(TEXTS[0]), 20)
    scores = [one.score for one in found]
    assert len(found) == len(TEXTS)
    assert scores == sorted(scores, reverse=True)
    assert found[0].id == 0
    assert all(0 <= score <= 1 for score in scores)


def test_the_report_that_asks_and_those_left_out_are_not_among_the_answers() -> None:
    found = index_of(TEXTS).neighbours(analysis(TEXTS[0]), 20, of=0, exclude=[1, 99])
    assert {one.id for one in found} == {2, 3, 4, 5, 6, 7}


def test_what_scores_too_little_is_dropped() -> None:
    index = index_of(TEXTS)
    everything = index.neighbours(analysis(TEXTS[0]), 20)
    least = everything[1].score
    assert ranked(index.neighbours(analysis(TEXTS[0]), 20, at_least=least)) == [
        one for one in ranked(everything) if one[1] >= round(least, 4)
    ]


def test_an_empty_index_and_a_wish_for_nothing() -> None:
    assert Index().neighbours(analysis("Termin")) == []
    assert Index().groups() == []
    assert index_of(TEXTS).neighbours(analysis("Termin"), 0) == []


@settings(max_examples=40, deadline=None)
@given(st.lists(texts, min_size=1, max_size=12), texts, st.randoms(use_true_random=False))
def test_the_order_of_arrival_makes_no_difference(given_texts: list[str], asked: str, chance: object) -> None:
    places = list(range(len(given_texts)))
    chance.shuffle(places)  # type: ignore[attr-defined]
    again = index_of({place: given_texts[place] for place in places})
    assert ranked(index_of(given_texts).neighbours(analysis(asked), 20)) == ranked(
        again.neighbours(analysis(asked), 20)
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(texts, min_size=1, max_size=10), st.lists(texts, max_size=10), texts)
def test_what_is_removed_was_never_there(kept: list[str], gone: list[str], asked: str) -> None:
    index = index_of({**dict(enumerate(kept)), **{100 + at: text for at, text in enumerate(gone)}})
    for at in range(len(gone)):
        index.remove(100 + at)
    index.remove("unknown")
    assert len(index) == len(kept)
    assert 100 not in index
    assert index.neighbours(analysis(asked), 20) == index_of(kept).neighbours(analysis(asked), 20)
    assert index.groups() == index_of(kept).groups()


@settings(max_examples=40, deadline=None)
@given(st.lists(texts, min_size=1, max_size=10), texts)
def test_put_twice_is_put_once(given_texts: list[str], asked: str) -> None:
    index = index_of(given_texts)
    for at, text in enumerate(given_texts):
        index.put(at, analysis("Etwas ganz anderes"))
        index.put(at, analysis(text))
    assert index.neighbours(analysis(asked), 20) == index_of(given_texts).neighbours(analysis(asked), 20)


@settings(max_examples=60, deadline=None)
@given(texts, texts, st.lists(texts, max_size=5))
@example("Termin Termin Kita", "Termin Kita Kita", ["", "", ""])
def test_being_alike_goes_both_ways(one: str, other: str, rest: list[str]) -> None:
    index = index_of({"one": one, "other": other, **dict(enumerate(rest))})
    there = {found.id: found for found in index.neighbours(analysis(one), 20, of="one")}["other"]
    back = {found.id: found for found in index.neighbours(analysis(other), 20, of="other")}["one"]
    assert there.score == pytest.approx(back.score, abs=1e-4)
    assert there.reasons.terms == back.reasons.terms


def test_changes_without_end_do_not_make_it_grow() -> None:
    index = index_of(TEXTS)
    size = index.memory_bytes()
    for _ in range(60):
        for at, text in enumerate(TEXTS):
            index.put(at, analysis(text))
    assert len(index) == len(TEXTS)
    assert index.memory_bytes() < 20 * size


def test_ids_of_both_kinds_live_together() -> None:
    index = Index()
    for id in (1, "1", 2, "b"):
        index.put(id, analysis("Termin"))
    assert [one.id for one in index.neighbours(analysis("Termin"), 9)] == [1, 2, "1", "b"]


def test_verdicts_win() -> None:
    index, asked = index_of(TEXTS), analysis(TEXTS[0])
    found = index.neighbours(
        asked, 3, of="new", judgements=Judgements(similar=[("new", 6), (3, "new")], different=[(0, "new")])
    )
    assert [one.id for one in found] == [3, 6, 1]
    assert [one.score for one in found[:2]] == [1.0, 1.0]
    assert [one.reasons.judged for one in found] == [True, True, False]


def test_a_pair_judged_both_ways_counts_as_different() -> None:
    both = Judgements(similar=[(1, "new")], different=[("new", 1)])
    assert 1 not in [one.id for one in index_of(TEXTS).neighbours(analysis(TEXTS[1]), 9, of="new", judgements=both)]


def test_a_verdict_on_a_report_that_is_gone_or_left_out_is_no_answer() -> None:
    said = Judgements(similar=[("new", 77), ("new", 2)])
    found = index_of(TEXTS).neighbours(analysis("Termin"), 9, of="new", judgements=said, exclude=[2])
    assert {77, 2}.isdisjoint(one.id for one in found)


def test_without_a_name_no_verdict_is_looked_up() -> None:
    said = Judgements(different=[(0, 1)])
    assert index_of(TEXTS).neighbours(analysis(TEXTS[0]), 1, judgements=said)[0].id == 0


def test_field_and_legal_areas_lift_and_the_rare_area_lifts_more() -> None:
    index = Index()
    for number in range(30):
        index.put(number, analysis(f"Meldung {number}", "", "wohnen", ["AufenthG"]))
    index.put("rare", analysis("Anders", "", "arbeit", ["WoGG", "AufenthG"]))
    found = index.neighbours(analysis("Neu", "", "arbeit", ["WoGG", "AufenthG"]), 2)
    assert found[0].id == "rare"
    assert found[0].reasons.same_field
    assert set(found[0].reasons.legal_areas) == {"AufenthG", "WoGG"}
    assert found[0].score > found[1].score


def test_with_an_encoder_near_meanings_are_found_and_reports_without_a_vector_stay() -> None:
    by_letters = Analyser(synonyms(), Letters())
    index = Index()
    index.put("near", by_letters.analyse(report(1, "Xylophonspielerei")))
    index.put("far", by_letters.analyse(report(2, "Bqqwz kkrrt")))
    index.put("plain", analyser().analyse(report(3, "Termin")))
    found = index.neighbours(by_letters.analyse(report(4, "Xylophonspielwiese")), 3)
    assert found[0].id == "near"
    assert {one.id for one in found} == {"near", "far", "plain"}
    assert index.neighbours(analysis("Termin"), 1)[0].id == "plain"
    index.remove("near")
    assert len(index.groups(at_least_size=2)) == 0


def test_readers_beside_a_writer() -> None:
    """Threads read while one writes: each answer is one that the index could give at some moment."""
    index, failures = index_of(TEXTS), []

    def read() -> None:
        try:
            for _ in range(40):
                for one in index.neighbours(analysis(TEXTS[0]), 5):
                    assert 0 <= one.score <= 1
        except Exception as wrong:
            failures.append(wrong)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(150):
        index.put(1000 + number % 20, analysis(TEXTS[number % len(TEXTS)]))
        index.remove(1000 + (number * 7) % 20)
    for thread in threads:
        thread.join()
    assert not failures


def test_the_memory_it_tells_is_about_what_it_takes() -> None:
    reports = [
        (f"{one.id}-{copy}", read) for copy in range(4) for (one, _), read in zip(labelled(), analyses(), strict=True)
    ]
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    index = Index()
    for id, read in reports:
        index.put(id, read)
    taken = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert 0.5 < index.memory_bytes() / taken < 2
