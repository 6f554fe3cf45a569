"""Who may vote at a moment, and why not."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kimforms.rules.entitlement import Exclusion, Holder, Presence, Seat, entitlement
from kimforms.rules.rulebook import Rulebook

from .days import at, deputy, guest, member, seats

BOOK = Rulebook()
THREE = seats(3)
NO_DEPUTIES = Rulebook(deputies_allowed=False)
ANYBODY = Rulebook(deputy_named_in_advance=False)
BESIDE = Rulebook(deputy_only_when_member_absent=False)
SPEAK = Rulebook(deputy_rights="speak_and_move")
LISTEN = Rulebook(deputy_rights="listen")
STRANGER = Presence(900, "Fremde Person", "deputy", 1, at("14:00"))
OLD_MEMBER = Presence(800, "Früheres Mitglied", "principal", 1, at("14:00"))
SECOND_DEPUTY = Presence(301, "Zweite Vertretung", "deputy", 1, at("14:00"))


@pytest.mark.parametrize(
    ("book", "presences", "voters", "refused"),
    [
        (BOOK, (), [], []),
        (BOOK, (member(1), member(2), member(3)), [101, 102, 103], []),
        (BOOK, (member(1), deputy(2)), [101, 202], []),
        (BOOK, (member(1), deputy(1)), [101], [(201, "deputy_only_when_member_absent")]),
        (BOOK, (deputy(1), member(1, "14:20")), [101], [(201, "deputy_only_when_member_absent")]),  # principal arrives
        (BOOK, (deputy(1), member(1, "14:45")), [201], []),  # principal is not there yet
        (BOOK, (member(1, left="14:20"), deputy(1)), [201], []),
        (BOOK, (member(1, left="14:30"), deputy(1)), [201], []),  # left at this very moment
        (BOOK, (member(1, left="14:31"), deputy(1)), [101], [(201, "deputy_only_when_member_absent")]),
        (BOOK, (member(1, "14:30"),), [101], []),  # arrives at this very moment
        (BOOK, (member(1, "14:31"),), [], []),
        (BOOK, (member(1, "14:00", "14:10"), member(1, "14:25")), [101], []),  # came back
        (BOOK, (member(1, "14:00", "14:10"), member(1, "14:40")), [], []),
        (BOOK, (member(1), member(1)), [101], []),  # written down twice
        (NO_DEPUTIES, (deputy(1), member(2)), [102], [(201, "deputies_allowed")]),
        (BOOK, (STRANGER,), [], [(900, "deputy_named_in_advance")]),
        (ANYBODY, (STRANGER,), [900], []),
        (ANYBODY, (STRANGER, member(1)), [101], [(900, "deputy_only_when_member_absent")]),
        (BESIDE, (deputy(1), member(1)), [101], [(201, "seat")]),
        (SPEAK, (deputy(1),), [], [(201, "deputy_rights")]),
        (LISTEN, (deputy(1),), [], [(201, "deputy_rights")]),
        (BOOK, (OLD_MEMBER,), [], [(800, "seat")]),  # replaced between invitation and meeting
        (BOOK, (OLD_MEMBER, member(1)), [101], [(800, "seat")]),
        (BOOK, (guest(500), member(1)), [101], [(500, "seat")]),
        (BOOK, (Presence(101, "Mitglied 1", "guest", None, at("14:00")),), [], [(101, "seat")]),
        (
            BOOK,
            (Presence(101, "Mitglied 1", "guest", None, at("14:00")), deputy(1)),
            [],
            [(201, "deputy_only_when_member_absent"), (101, "seat")],
        ),
        (ANYBODY, (SECOND_DEPUTY, deputy(1)), [201], [(301, "seat")]),  # the one who was named comes first
    ],
)
def test_who_votes_at_half_past_two(book, presences, voters, refused):
    found = entitlement(book, THREE, presences, at("14:30"))
    assert sorted(one.voter.person for one in found.voters) == voters
    assert [(one.person, one.verdict.rule) for one in found.refusals] == refused
    assert found.members == 3
    assert len(found.seats) == 3


@pytest.mark.parametrize(
    ("exclusions", "item", "voters"),
    [
        ((Exclusion(101, 7),), 7, [102, 103]),
        ((Exclusion(101, 7),), 8, [101, 102, 103]),
        ((Exclusion(101, 7),), None, [101, 102, 103]),
        ((Exclusion(101, None),), 8, [102, 103]),
        ((Exclusion(101, None),), None, [102, 103]),
        ((Exclusion(101, 7), Exclusion(102, 7), Exclusion(103, 8)), 7, [103]),
        ((Exclusion(999, 7),), 7, [101, 102, 103]),
    ],
)
def test_conflict_of_interest_shuts_out_for_its_item(exclusions, item, voters):
    found = entitlement(BOOK, THREE, [member(1), member(2), member(3)], at("14:30"), item=item, exclusions=exclusions)
    assert [one.voter.person for one in found.voters] == voters


@pytest.mark.parametrize(
    ("book", "presences", "voters"),
    [
        (BOOK, (member(1), deputy(1)), []),  # the member is in the room, so the deputy may not
        (BOOK, (member(1, left="14:20"), deputy(1)), [201]),  # left the room
        (BESIDE, (member(1), deputy(1)), [201]),
    ],
)
def test_the_deputy_of_somebody_excluded(book, presences, voters):
    found = entitlement(book, THREE, presences, at("14:30"), item=7, exclusions=[Exclusion(101, 7, "Träger")])
    assert [one.voter.person for one in found.voters] == voters


def two_seats(*presences: Presence):
    holder = Holder(1, "Ulrike Hansen")
    both = (Seat(1, "Dezernat", "voting", holder), Seat(2, "Stadt", "voting", holder, (Holder(2, "Jan Roth"),)))
    return entitlement(BOOK, both, presences, at("14:30"))


@pytest.mark.parametrize(
    ("presences", "votes"),
    [
        ([(1, "principal", 1)], {1: 1}),
        ([(1, "principal", 2)], {2: 1}),
        ([(1, "principal", 1), (1, "principal", 2)], {1: 1}),
        ([(1, "principal", 2), (1, "principal", 1)], {1: 1}),  # the order of the seats decides, not of arriving
        ([(1, "principal", 1), (2, "deputy", 2)], {1: 1}),  # the member of seat 2 is in the room
        ([(2, "deputy", 2)], {2: 2}),
    ],
)
def test_a_person_with_two_seats_has_one_vote(presences, votes):
    names = {1: "Ulrike Hansen", 2: "Jan Roth"}
    found = two_seats(*(Presence(who, names[who], role, seat, at("14:00")) for who, role, seat in presences))
    assert {one.seat.id: one.voter.person for one in found.voters} == votes
    assert found.members == 2


def test_the_second_vote_is_refused_by_name_and_shown_as_not_settled():
    found = two_seats(*(Presence(1, "Ulrike Hansen", "principal", seat, at("14:00")) for seat in (1, 2)))
    verdict = found.refusals[0].verdict
    assert verdict.sentence == "Ulrike Hansen: stimmt schon für Dezernat ab; eine zweite Stimme gibt es nicht."
    assert "eine Person, eine Stimme (Vorgabe" in verdict.origin


def test_the_own_seat_comes_before_standing_in_for_somebody():
    first = Seat(1, "Caritas", "voting", Holder(10, "A"), (Holder(20, "B"),))
    second = Seat(2, "Diakonie", "voting", Holder(20, "B"))
    here = [Presence(20, "B", "deputy", 1, at("14:00")), Presence(20, "B", "principal", 2, at("14:00"))]
    found = entitlement(BOOK, (first, second), here, at("14:30"))
    assert [one.seat.id for one in found.voters] == [2]
    assert found.refusals[0].verdict.rule == "one_person_one_vote"


@pytest.mark.parametrize(
    ("presences", "excused", "words"),
    [
        ((), (), "niemand ist da"),
        ((), (101,), "Mitglied 1 ist entschuldigt, keine Vertretung ist da"),
        ((member(1, left="14:20"),), (), "Mitglied 1 ist seit 14:20 Uhr nicht mehr da"),
        ((member(1, "14:50"),), (), "Mitglied 1 kommt erst um 14:50 Uhr"),
        ((deputy(1, left="14:20"),), (101,), "Vertretung 1 ist seit 14:20 Uhr nicht mehr da"),
        ((STRANGER,), (), "nicht vorab als Vertretung für Sitz 1 benannt"),
    ],
)
def test_why_a_seat_has_no_vote(presences, excused, words):
    found = entitlement(BOOK, seats(1), presences, at("14:30"), excused=excused)
    assert words in found.of_seat(1).verdict.sentence
    assert not found.of_seat(1).verdict.ok


def test_a_vacant_seat_is_no_member():
    vacant = Seat(9, "Kommune", "voting", None)
    only_deputy = Seat(8, "Träger", "voting", None, (Holder(208, "Vertretung 8"),))
    found = entitlement(BOOK, (*THREE, vacant, only_deputy), [deputy(8)], at("14:30"))
    assert found.members == 4
    assert found.of_seat(9).verdict.sentence == "Kommune: der Sitz ist nicht besetzt."
    assert [one.voter.person for one in found.voters] == [208]


@pytest.mark.parametrize(("right", "words"), [("advisory", "berät mit"), ("guest", "als Gast da")])
def test_advisers_and_guests_have_no_vote(right, words):
    found = entitlement(BOOK, (*THREE, *seats(1, right, first=4)), [member(4), member(1)], at("14:30"))
    assert found.entitled == 1
    assert len(found.seats) == 3
    assert words in found.refusals[0].verdict.sentence


@pytest.mark.parametrize(("person", "ok"), [(101, True), (201, False), (500, False), (102, None)])
def test_asking_for_one_person(person, ok):
    found = entitlement(BOOK, THREE, [member(1), deputy(1), guest(500)], at("14:30"))
    verdict = found.of_person(person)
    assert (None if verdict is None else verdict.ok) is ok
    assert found.of_seat(77) is None


books = st.builds(
    Rulebook,
    deputies_allowed=st.booleans(),
    deputy_named_in_advance=st.booleans(),
    deputy_only_when_member_absent=st.booleans(),
    deputy_rights=st.sampled_from(["full", "speak_and_move", "listen"]),
)
people = st.lists(
    st.builds(
        lambda seat, role, who: Presence(who, f"Person {who}", role, seat, at("14:00")),
        st.sampled_from([1, 2, 3, None]),
        st.sampled_from(["principal", "deputy", "guest"]),
        st.sampled_from([101, 102, 103, 201, 202, 203, 900]),
    ),
    max_size=12,
)


@given(books, people, st.lists(st.sampled_from([101, 102, 201]), unique=True))
def test_nobody_ever_votes_twice_and_no_seat_has_two_votes(book, presences, excluded):
    found = entitlement(book, THREE, presences, at("14:30"), exclusions=[Exclusion(one, None) for one in excluded])
    voters = [one.voter.person for one in found.voters]
    assert len(voters) == len(set(voters)) <= found.members == 3
    assert not set(voters) & set(excluded)
    for one in presences:
        assert found.of_person(one.person) is not None  # everybody in the room gets an answer


@given(books, people)
def test_whoever_is_not_allowed_as_deputy_does_not_vote(book, presences):
    found = entitlement(replace(book, deputies_allowed=False), THREE, presences, at("14:30"))
    assert {one.voter.person for one in found.voters} <= {101, 102, 103}
