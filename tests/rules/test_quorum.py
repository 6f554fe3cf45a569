"""Quorum: how many are needed, per item, and when it was lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kimforms.rules.entitlement import Exclusion
from kimforms.rules.quorum import (
    ItemStart,
    Reinvitation,
    needed,
    quorum,
    quorum_at,
    quorum_changes,
    quorum_timeline,
    reinvitation_notice,
)
from kimforms.rules.rulebook import Rulebook

from .days import at, deputy, guest, member, seats

BOOK = Rulebook()
SEVENTEEN = seats(17)


@pytest.mark.parametrize(
    ("share", "minimum", "members", "number"),
    [
        ("more_than_half", 3, 17, 9),
        ("more_than_half", 3, 16, 9),
        ("more_than_half", 3, 15, 8),
        ("more_than_half", 3, 4, 3),
        ("more_than_half", 3, 3, 3),
        ("more_than_half", 1, 3, 2),
        ("more_than_half", 1, 2, 2),
        ("more_than_half", 1, 1, 1),
        ("more_than_half", 3, 2, 3),  # can never be reached
        ("more_than_half", 1, 0, 1),
        ("more_than_half", 12, 17, 12),
        ("half", 3, 17, 9),
        ("half", 3, 16, 8),
        ("half", 3, 6, 3),
        ("half", 1, 2, 1),
        ("half", 1, 0, 1),
        ("two_thirds", 3, 17, 12),
        ("two_thirds", 3, 18, 12),
        ("two_thirds", 3, 16, 11),
        ("two_thirds", 3, 15, 10),
        ("two_thirds", 1, 3, 2),
        ("two_thirds", 1, 1, 1),
    ],
)
def test_how_many_are_needed(share, minimum, members, number):
    assert needed(Rulebook(quorum_share=share, quorum_minimum=minimum), members).number == number


@pytest.mark.parametrize(
    ("mode", "announced", "number"),
    [
        ("any_number_if_announced", True, 1),
        ("any_number_if_announced", False, 9),
        ("minimum_only", True, 3),
        ("minimum_only", False, 9),
        ("same", True, 9),
        ("same", False, 9),
    ],
)
def test_a_second_invitation_needs_fewer_when_it_said_so(mode, announced, number):
    assert needed(Rulebook(quorum_on_reinvitation=mode), 17, Reinvitation(announced)).number == number


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("any_number_if_announced", "ohne Rücksicht auf die Zahl"),
        ("minimum_only", "mit mindestens 3 anwesenden"),
        ("same", None),
    ],
)
def test_what_the_second_invitation_has_to_say(mode, words):
    said = reinvitation_notice(Rulebook(quorum_on_reinvitation=mode))
    assert said is None if words is None else words in said


@pytest.mark.parametrize(
    ("members", "present", "ok"),
    [(17, 9, True), (17, 8, False), (17, 17, True), (17, 0, False), (3, 3, True), (3, 2, False), (0, 0, False)],
)
def test_quorum(members, present, ok):
    found = quorum(BOOK, members, present)
    assert found.ok is ok
    assert found.verdict.sentence.startswith(
        "Das Gremium ist beschlussfähig" if ok else "Das Gremium ist nicht beschlussfähig"
    )
    assert [one.id for one in found.verdict.rules] == ["quorum_share", "quorum_minimum"]


def test_the_explanation_says_when_the_number_can_never_be_reached():
    assert quorum(BOOK, 2, 2).verdict.facts[-1] == "Nötig sind 3, das Gremium hat nur 2 Stimmberechtigte."
    assert quorum(BOOK, 17, 9).verdict.sentence == (
        "Das Gremium ist beschlussfähig: 9 von 17 Stimmberechtigten anwesend, nötig 9."
    )


NINE = tuple(member(n) for n in range(1, 10))
EIGHT = NINE[:8]


@pytest.mark.parametrize(
    ("presences", "moment", "present"),
    [
        (NINE, "14:30", 9),
        (EIGHT, "14:30", 8),
        ((*EIGHT, deputy(9)), "14:30", 9),
        ((*NINE, deputy(9)), "14:30", 9),  # deputy beside the member counts once
        ((*EIGHT, guest(500), guest(501)), "14:30", 8),
        ((*EIGHT, member(9, "14:40")), "14:30", 8),
        ((*EIGHT, member(9, "14:40")), "14:40", 9),
        ((*EIGHT, member(9, left="14:40")), "14:39", 9),
        ((*EIGHT, member(9, left="14:40")), "14:40", 8),
        ((*EIGHT, member(9, left="14:40"), deputy(9, "14:45")), "14:42", 8),
        ((*EIGHT, member(9, left="14:40"), deputy(9, "14:45")), "14:45", 9),
    ],
)
def test_quorum_at_a_moment(presences, moment, present):
    found = quorum_at(BOOK, SEVENTEEN, presences, at(moment), opened_at=at("14:00"))
    assert (found.present, found.members, found.needed, found.ok) == (present, 17, 9, present >= 9)


@pytest.mark.parametrize(
    ("checked", "item", "ok"),
    [("each_item", 7, False), ("each_item", 8, True), ("each_item", None, True), ("opening", 7, True)],
)
def test_whoever_is_excluded_does_not_count_for_that_item(checked, item, ok):
    found = quorum_at(
        Rulebook(quorum_checked=checked), SEVENTEEN, NINE, at("14:30"),
        opened_at=at("14:00"), item=item, exclusions=[Exclusion(101, 7, "Träger")],
    )  # fmt: skip
    assert found.ok is ok
    if not ok:
        assert "Mitglied 1: ist wegen Befangenheit ausgeschlossen (Träger)." in found.verdict.facts


@pytest.mark.parametrize(
    ("at_opening", "later", "ok"), [(9, 8, True), (8, 9, False), (9, 1, True), (9, 9, True), (0, 17, False)]
)
def test_where_only_the_opening_counts_it_decides(at_opening, later, ok):
    both = min(at_opening, later)
    presences = [member(n) for n in range(1, both + 1)]
    presences += [member(n, left="14:10") for n in range(both + 1, at_opening + 1)]
    presences += [member(n, "14:10") for n in range(both + 1, later + 1)]
    found = quorum_at(Rulebook(quorum_checked="opening"), SEVENTEEN, presences, at("14:30"), opened_at=at("14:00"))
    assert found.ok is ok
    assert found.verdict.rule == "quorum_checked"


@pytest.mark.parametrize(
    ("presences", "told"),
    [
        (NINE, ["14:00 Uhr: beschlussfähig, 9 von 17 Stimmberechtigten, nötig 9"]),
        (EIGHT, ["14:00 Uhr: nicht beschlussfähig, 8 von 17 Stimmberechtigten, nötig 9"]),
        (
            (*EIGHT, member(9, left="14:35")),
            [
                "14:00 Uhr: beschlussfähig, 9 von 17 Stimmberechtigten, nötig 9",
                "14:35 Uhr: Beschlussfähigkeit verloren, 8 von 17 Stimmberechtigten, nötig 9",
            ],
        ),
        (
            (*EIGHT, member(9, left="14:35"), deputy(10, "15:00")),
            [
                "14:00 Uhr: beschlussfähig, 9 von 17 Stimmberechtigten, nötig 9",
                "14:35 Uhr: Beschlussfähigkeit verloren, 8 von 17 Stimmberechtigten, nötig 9",
                "15:00 Uhr: Beschlussfähigkeit wieder erreicht, 9 von 17 Stimmberechtigten, nötig 9",
            ],
        ),
        (
            (*EIGHT, member(9, left="14:35"), deputy(9, "14:35")),  # the deputy steps in at once
            ["14:00 Uhr: beschlussfähig, 9 von 17 Stimmberechtigten, nötig 9"],
        ),
        (
            (*EIGHT, member(9, "14:05")),
            [
                "14:00 Uhr: nicht beschlussfähig, 8 von 17 Stimmberechtigten, nötig 9",
                "14:05 Uhr: Beschlussfähigkeit erreicht, 9 von 17 Stimmberechtigten, nötig 9",
            ],
        ),
        ((*NINE, member(10, left="14:30")), ["14:00 Uhr: beschlussfähig, 10 von 17 Stimmberechtigten, nötig 9"]),
        ((*EIGHT, member(9, left="17:00")), ["14:00 Uhr: beschlussfähig, 9 von 17 Stimmberechtigten, nötig 9"]),
    ],
)
def test_changes_of_the_quorum(presences, told):
    found = quorum_changes(BOOK, SEVENTEEN, presences, opened_at=at("14:00"), closed_at=at("16:00"))
    assert [one.sentence for one in found] == told


def test_the_timeline_tells_every_change_of_the_number():
    presences = (*NINE, member(10, "14:10", "14:50"), member(11, "14:10"))
    found = quorum_timeline(BOOK, SEVENTEEN, presences, opened_at=at("14:00"))
    assert [(one.quorum.present, one.at) for one in found] == [(9, at("14:00")), (11, at("14:10")), (10, at("14:50"))]


def test_an_item_with_somebody_excluded_loses_the_quorum_for_its_time():
    items = (ItemStart(at("14:00"), 1), ItemStart(at("14:30"), 7), ItemStart(at("15:00"), 8))
    found = quorum_changes(BOOK, SEVENTEEN, NINE, opened_at=at("14:00"), items=items, exclusions=[Exclusion(101, 7)])
    assert [(one.at, one.item, one.quorum.ok) for one in found] == [
        (at("14:00"), 1, True),
        (at("14:30"), 7, False),
        (at("15:00"), 8, True),
    ]


def test_an_item_of_a_second_invitation_needs_fewer():
    items = (ItemStart(at("14:30"), 7), ItemStart(at("15:00"), 8))
    found = quorum_changes(
        BOOK, SEVENTEEN, NINE[:2], opened_at=at("14:00"), items=items,
        reinvited=lambda item: Reinvitation(True) if item == 7 else None,
    )  # fmt: skip
    assert [one.quorum.ok for one in found] == [False, True, False]


books = st.builds(
    Rulebook,
    quorum_share=st.sampled_from(["more_than_half", "half", "two_thirds"]),
    quorum_minimum=st.integers(1, 20),
    quorum_checked=st.sampled_from(["opening", "each_item"]),
    quorum_on_reinvitation=st.sampled_from(["any_number_if_announced", "minimum_only", "same"]),
)
again = st.one_of(st.none(), st.builds(Reinvitation, st.booleans()))


@given(books, st.integers(0, 60), st.data(), again)
def test_more_people_never_lose_the_quorum(book, members, data, reinvitation):
    present = data.draw(st.integers(0, max(members - 1, 0)))
    if quorum(book, members, present, reinvitation).ok:
        assert quorum(book, members, present + 1, reinvitation).ok


@given(books, st.integers(1, 60))
def test_all_present_are_enough_unless_the_minimum_is_higher_than_the_body(book, members):
    assert quorum(book, members, members).ok is (members >= book.quorum_minimum)
    assert needed(book, members, Reinvitation(True)).number <= needed(book, members).number


@given(books, st.lists(st.tuples(st.integers(1, 17), st.integers(0, 50), st.integers(1, 60)), max_size=20))
def test_the_changes_say_what_the_moments_say(book, stretches):
    presences = [
        member(seat, f"14:{start:02}", f"15:{min(start + length, 119) % 60:02}") for seat, start, length in stretches
    ]
    points = quorum_timeline(book, SEVENTEEN, presences, opened_at=at("14:00"), closed_at=at("16:00"))
    assert points[0].at == at("14:00")
    for before, after in zip(points, points[1:], strict=False):
        assert before.at < after.at
        assert (before.quorum.ok, before.quorum.present) != (after.quorum.ok, after.quorum.present)
    for point in points:
        found = quorum_at(book, SEVENTEEN, presences, point.at, opened_at=at("14:00"))
        assert (found.ok, found.present) == (point.quorum.ok, point.quorum.present)
