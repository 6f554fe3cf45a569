"""Votes: what fits, what it comes to, and how it is said."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kimforms.rules.ballots import Ballot, BallotRefused, check_ballot, check_form, secret_demand
from kimforms.rules.entitlement import Exclusion, entitlement
from kimforms.rules.quorum import quorum
from kimforms.rules.rulebook import Rulebook
from kimforms.rules.voting import decide, result_of

from .days import at, deputy, guest, member, seats

BOOK = Rulebook()
COUNT = Rulebook(abstentions_count=True)
CHAIR = Rulebook(tie_means="chair_decides")
POSTPONE = Rulebook(tie_means="postponed")
PRESENT = Rulebook(majority="present")
MEMBERS = Rulebook(majority="members")


def room(number: int, of: int = 17):
    """An entitlement with so many of `of` members in the room."""
    return entitlement(BOOK, seats(of), [member(n) for n in range(1, number + 1)], at("14:30"))


def votes(yes: int, no: int, abstained: int = 0) -> Ballot:
    return Ballot("open", yes, no, abstained)


@pytest.mark.parametrize(
    ("book", "asked", "present", "yes", "no", "abstained", "outcome"),
    [
        # majority of the votes cast, abstentions do not count
        (BOOK, None, 13, 9, 3, 1, "accepted"),
        (BOOK, None, 13, 3, 9, 1, "rejected"),
        (BOOK, None, 13, 1, 0, 12, "accepted"),
        (BOOK, None, 13, 0, 0, 13, "rejected"),
        (BOOK, None, 13, 0, 1, 12, "rejected"),
        (BOOK, None, 13, 7, 6, 0, "accepted"),
        (BOOK, None, 12, 6, 6, 0, "rejected"),
        (BOOK, None, 13, 6, 6, 1, "rejected"),
        (BOOK, None, 13, 13, 0, 0, "accepted"),
        (BOOK, None, 1, 1, 0, 0, "accepted"),
        # abstentions count as votes cast
        (COUNT, None, 13, 6, 3, 4, "rejected"),
        (COUNT, None, 13, 7, 2, 4, "accepted"),
        (COUNT, None, 12, 6, 2, 4, "rejected"),
        (COUNT, None, 13, 1, 0, 12, "rejected"),
        # majority of those present
        (PRESENT, None, 13, 7, 0, 6, "accepted"),
        (PRESENT, None, 13, 6, 0, 7, "rejected"),
        (PRESENT, None, 12, 6, 3, 3, "rejected"),
        (PRESENT, None, 12, 7, 3, 2, "accepted"),
        # majority of all members: 9 of 17
        (MEMBERS, None, 13, 9, 4, 0, "accepted"),
        (MEMBERS, None, 13, 8, 0, 5, "rejected"),
        (MEMBERS, None, 9, 9, 0, 0, "accepted"),
        (MEMBERS, None, 17, 8, 8, 1, "rejected"),
        # an item asks for more
        (BOOK, "two_thirds", 12, 8, 4, 0, "accepted"),
        (BOOK, "two_thirds", 12, 7, 5, 0, "rejected"),
        (BOOK, "two_thirds", 13, 8, 4, 1, "accepted"),
        (COUNT, "two_thirds", 13, 8, 4, 1, "rejected"),
        (BOOK, "two_thirds", 13, 2, 1, 10, "accepted"),
        (BOOK, "two_thirds", 13, 0, 0, 13, "rejected"),
        (BOOK, "two_thirds", 13, 6, 6, 1, "rejected"),
        (CHAIR, "two_thirds", 12, 6, 6, 0, "rejected"),  # the casting vote helps no qualified majority
        (BOOK, "unanimous", 13, 13, 0, 0, "accepted"),
        (BOOK, "unanimous", 13, 1, 0, 12, "accepted"),
        (BOOK, "unanimous", 13, 12, 1, 0, "rejected"),
        (BOOK, "unanimous", 13, 0, 0, 13, "rejected"),
        (BOOK, "members", 13, 8, 5, 0, "rejected"),
        (BOOK, "present", 13, 6, 2, 5, "rejected"),
        (MEMBERS, "votes_cast", 13, 5, 4, 4, "accepted"),
        # ties
        (POSTPONE, None, 12, 6, 6, 0, "postponed"),
        (POSTPONE, None, 13, 6, 6, 1, "postponed"),
        (POSTPONE, None, 13, 0, 0, 13, "rejected"),
        (CHAIR, None, 12, 6, 6, 0, "casting_vote_missing"),
        (replace(CHAIR, abstentions_count=True), None, 13, 6, 6, 1, "casting_vote_missing"),  # 7 of 13 would do
        (replace(CHAIR, abstentions_count=True), None, 13, 4, 4, 5, "rejected"),  # 5 of 13 would not
        (replace(CHAIR, majority="present"), None, 12, 6, 6, 0, "casting_vote_missing"),
        (replace(CHAIR, majority="present"), None, 12, 4, 4, 4, "rejected"),
        (replace(CHAIR, majority="members"), None, 17, 8, 8, 1, "casting_vote_missing"),
        (replace(CHAIR, majority="members"), None, 12, 6, 6, 0, "rejected"),
        (replace(POSTPONE, majority="members"), None, 12, 6, 6, 0, "rejected"),
    ],
)
def test_what_a_vote_comes_to(book, asked, present, yes, no, abstained, outcome):
    found = decide(book, votes(yes, no, abstained), room(present), majority=asked)
    assert found.outcome == outcome
    assert found.verdict.ok is (outcome == "accepted")


@pytest.mark.parametrize(
    ("book", "casting", "outcome", "words"),
    [
        (CHAIR, "yes", "accepted", "mit der Stimme der Sitzungsleitung angenommen"),
        (CHAIR, "no", "rejected", "mit der Stimme der Sitzungsleitung abgelehnt"),
        (CHAIR, "", "casting_vote_missing", "die Stimme der Sitzungsleitung fehlt"),
        (BOOK, "yes", "rejected", "bei Stimmengleichheit"),  # the rulebook knows no casting vote
        (POSTPONE, "yes", "postponed", "vertagt"),
    ],
)
def test_the_casting_vote_of_the_chair(book, casting, outcome, words):
    found = decide(book, votes(6, 6), room(12), casting_vote=casting)
    assert found.outcome == outcome
    assert words in found.sentence
    assert found.verdict.rule == "tie_means"


def test_without_a_tie_the_casting_vote_is_not_asked():
    assert decide(CHAIR, votes(5, 7), room(12), casting_vote="yes").outcome == "rejected"


@pytest.mark.parametrize(
    ("book", "asked", "yes", "no", "abstained", "casting", "sentence", "short"),
    [
        (BOOK, None, 13, 0, 0, "", "einstimmig beschlossen", "einstimmig beschlossen"),
        (BOOK, None, 11, 0, 2, "", "einstimmig bei 2 Enthaltungen beschlossen", "einstimmig beschlossen"),
        (BOOK, None, 12, 0, 1, "", "einstimmig bei 1 Enthaltung beschlossen", "einstimmig beschlossen"),
        (BOOK, None, 9, 3, 1, "",
         "mit 9 Ja-Stimmen gegen 3 Nein-Stimmen bei 1 Enthaltung beschlossen", "mehrheitlich beschlossen"),
        (BOOK, None, 9, 1, 3, "",
         "mit 9 Ja-Stimmen gegen 1 Nein-Stimme bei 3 Enthaltungen beschlossen", "mehrheitlich beschlossen"),
        (BOOK, None, 10, 3, 0, "", "mit 10 Ja-Stimmen gegen 3 Nein-Stimmen beschlossen", "mehrheitlich beschlossen"),
        (BOOK, None, 1, 0, 12, "", "einstimmig bei 12 Enthaltungen beschlossen", "einstimmig beschlossen"),
        (BOOK, None, 3, 9, 1, "", "mit 3 Ja-Stimmen gegen 9 Nein-Stimmen bei 1 Enthaltung abgelehnt", "abgelehnt"),
        (BOOK, None, 1, 12, 0, "", "mit 1 Ja-Stimme gegen 12 Nein-Stimmen abgelehnt", "abgelehnt"),
        (BOOK, None, 0, 13, 0, "", "einstimmig abgelehnt", "einstimmig abgelehnt"),
        (BOOK, None, 0, 12, 1, "", "einstimmig bei 1 Enthaltung abgelehnt", "einstimmig abgelehnt"),
        (BOOK, None, 0, 0, 13, "", "ohne Ja-Stimme bei 13 Enthaltungen abgelehnt", "abgelehnt"),
        (BOOK, None, 6, 6, 1, "",
         "bei Stimmengleichheit (6 Ja-Stimmen gegen 6 Nein-Stimmen bei 1 Enthaltung) abgelehnt",
         "bei Stimmengleichheit abgelehnt"),
        (BOOK, None, 1, 1, 11, "",
         "bei Stimmengleichheit (1 Ja-Stimme gegen 1 Nein-Stimme bei 11 Enthaltungen) abgelehnt",
         "bei Stimmengleichheit abgelehnt"),
        (POSTPONE, None, 6, 6, 1, "",
         "bei Stimmengleichheit (6 Ja-Stimmen gegen 6 Nein-Stimmen bei 1 Enthaltung) vertagt",
         "bei Stimmengleichheit vertagt"),
        (CHAIR, None, 6, 6, 1, "yes",
         "bei Stimmengleichheit (6 Ja-Stimmen gegen 6 Nein-Stimmen bei 1 Enthaltung) "
         "mit der Stimme der Sitzungsleitung angenommen",
         "bei Stimmengleichheit mit der Stimme der Sitzungsleitung angenommen"),
        (BOOK, "two_thirds", 8, 5, 0, "",
         "mit 8 Ja-Stimmen gegen 5 Nein-Stimmen abgelehnt, nötig waren 9 Ja-Stimmen "
         "(zwei Drittel der abgegebenen Stimmen)", "abgelehnt"),
        (BOOK, "unanimous", 12, 1, 0, "",
         "mit 12 Ja-Stimmen gegen 1 Nein-Stimme abgelehnt, nötig war Einstimmigkeit", "abgelehnt"),
        (MEMBERS, None, 8, 0, 5, "",
         "mit 8 Ja-Stimmen ohne Nein-Stimme bei 5 Enthaltungen abgelehnt, nötig waren 9 Ja-Stimmen "
         "(Mehrheit aller Stimmberechtigten)", "abgelehnt"),
    ],
)  # fmt: skip
def test_the_sentence_of_the_result(book, asked, yes, no, abstained, casting, sentence, short):
    found = decide(book, votes(yes, no, abstained), room(13), majority=asked, casting_vote=casting)
    assert (found.sentence, found.short) == (sentence, short)
    assert found.verdict.sentence == sentence[0].upper() + sentence[1:] + "."


@pytest.mark.parametrize(
    ("invalid", "abstained", "sentence"),
    [
        (1, 0, "einstimmig bei 1 ungültigen Stimme beschlossen"),
        (2, 0, "einstimmig bei 2 ungültigen Stimmen beschlossen"),
        (1, 2, "einstimmig bei 2 Enthaltungen und 1 ungültigen Stimme beschlossen"),
    ],
)
def test_invalid_papers_of_a_secret_vote_are_told(invalid, abstained, sentence):
    ballot = Ballot("secret", 9, 0, abstained, invalid)
    assert decide(BOOK, ballot, room(9 + invalid + abstained)).sentence == sentence


@pytest.mark.parametrize(
    ("ballot", "present", "words"),
    [
        (votes(9, 3, 1), 12, "13 Stimmen sind gezählt, stimmberechtigt im Raum: 12 Personen."),
        (votes(9, 3, 1), 14, "1 Stimme fehlt: gezählt 13, stimmberechtigt im Raum 14."),
        (votes(5, 0, 0), 12, "7 Stimmen fehlen"),
        (votes(0, 0, 0), 12, "12 Stimmen fehlen"),
        (votes(1, 0, 0), 0, "Niemand im Raum"),
        (votes(0, 0, 0), 0, "Niemand im Raum"),
        (votes(-1, 5, 8), 12, "ganze Zahlen ab 0"),
        (votes(12, -1, 1), 12, "ganze Zahlen ab 0"),
        (votes(True, 11, 0), 12, "ganze Zahlen ab 0"),
        (votes(1.5, 10.5, 0), 12, "ganze Zahlen ab 0"),
        (votes("12", 0, 0), 12, "ganze Zahlen ab 0"),
        (Ballot("open", 11, 0, 0, invalid=1), 12, "Ungültige Stimmen gibt es nur bei geheimer Abstimmung"),
        (Ballot("secret", 11, 0, 0, names={1: "yes"}), 12, "werden keine Namen festgehalten"),
        (Ballot("open", 11, 0, 0, names={1: "yes"}), 12, "werden keine Namen festgehalten"),
        (Ballot("open", 10, 0, 0, not_taking_part=1), 12, "1 Stimme fehlt"),
        (Ballot("open", 10, 2, 0, not_taking_part=1), 12, "13 Stimmen sind gezählt"),
    ],
)
def test_counts_that_do_not_fit_are_refused(ballot, present, words):
    with pytest.raises(BallotRefused) as refused:
        decide(BOOK, ballot, room(present))
    assert words in str(refused.value)
    assert refused.value.verdict.sentence == str(refused.value)


def test_who_does_not_take_part_is_accounted_for():
    found = decide(BOOK, Ballot("open", 9, 1, 0, not_taking_part=2), room(12))
    assert found.outcome == "accepted"
    assert "2 nicht beteiligt" in found.verdict.facts[0]


@pytest.mark.parametrize(
    ("names", "silent", "words"),
    [
        ({1: "yes", 2: "yes", 3: "no"}, 0, None),
        ({1: "yes", 2: "yes"}, 1, None),
        ({1: "yes", 2: "yes"}, 0, "1 Stimme fehlt"),
        ({1: "yes", 2: "yes", 3: "no", 4: "yes"}, 0, "Sitz 4: niemand ist da"),
        ({1: "yes", 2: "yes", 5: "no"}, 0, "Vertretung 5: Mitglied 5 ist selbst da"),
        ({1: "yes", 2: "yes", 99: "no"}, 0, "zu keinem stimmberechtigten Sitz"),
        ({1: "yes", 2: "yes", 3: "maybe"}, 0, "keine Antwort in einer Abstimmung"),
    ],
)
def test_a_vote_by_name(names, silent, words):
    here = [member(1), member(2), deputy(3), guest(500), deputy(5), member(5)]
    who = entitlement(BOOK, seats(17), here, at("14:30"), item=7, exclusions=[Exclusion(105, 7)])
    ballot = Ballot.by_name(names, silent)
    if words is None:
        assert decide(BOOK, ballot, who).outcome == "accepted"
        return
    with pytest.raises(BallotRefused) as refused:
        decide(BOOK, ballot, who)
    assert words in str(refused.value)


def test_a_vote_by_name_names_who_is_missing_and_keeps_its_sums():
    with pytest.raises(BallotRefused) as refused:
        decide(BOOK, Ballot.by_name({1: "yes"}), room(3))
    assert refused.value.verdict.facts[1:] == ("Ohne Stimme: Mitglied 2.", "Ohne Stimme: Mitglied 3.")
    forged = Ballot("names", yes=3, names={1: "no", 2: "no", 3: "no"})
    with pytest.raises(BallotRefused, match="Summen"):
        decide(BOOK, forged, room(3))


@pytest.mark.parametrize(
    ("form", "rule", "on_demand", "demanded", "ok"),
    [
        ("open", "open", True, False, True),
        ("names", "open", True, False, True),
        ("secret", "open", True, False, True),
        ("open", "open", True, True, False),
        ("names", "open", True, True, False),
        ("secret", "open", True, True, True),
        ("open", "open", False, True, True),
        ("open", "secret", False, False, False),
        ("names", "secret", True, False, False),
        ("secret", "secret", True, True, True),
    ],
)
def test_the_form_of_a_vote(form, rule, on_demand, demanded, ok):
    book = Rulebook(ballot_form=rule, secret_on_demand=on_demand)
    assert check_form(book, form, secret_demanded=demanded).ok is ok
    names = dict.fromkeys(range(1, 13), "yes") if form == "names" else {}
    ballot = Ballot(form, 12, 0, 0, names=names)
    if ok:
        check_ballot(book, ballot, room(12), secret_demanded=demanded)
    else:
        with pytest.raises(BallotRefused):
            check_ballot(book, ballot, room(12), secret_demanded=demanded)


@pytest.mark.parametrize(
    ("on_demand", "person", "ok"),
    [(True, 101, True), (False, 101, False), (True, 500, False), (True, 102, False), (True, 202, False)],
)
def test_who_may_ask_for_a_secret_vote(on_demand, person, ok):
    who = entitlement(BOOK, seats(17), [member(1), member(3), deputy(3), guest(500)], at("14:30"))
    assert secret_demand(Rulebook(secret_on_demand=on_demand), who, person).ok is ok


@pytest.mark.parametrize(("present", "ok"), [(9, True), (8, False)])
def test_nothing_is_decided_without_a_quorum(present, ok):
    found = quorum(BOOK, 17, present)
    if ok:
        assert decide(BOOK, votes(present, 0), room(present), quorum=found).outcome == "accepted"
        return
    with pytest.raises(BallotRefused, match="8 von 17 Stimmberechtigten, nötig 9"):
        decide(BOOK, votes(present, 0), room(present), quorum=found)


def test_the_explanation_shows_the_computation_and_its_rules():
    found = decide(BOOK, votes(9, 3, 1), room(13)).verdict
    assert found.facts == (
        "9 Ja, 3 Nein, 1 Enthaltung.",
        "Abgegebene Stimmen: 12 (Enthaltungen nicht gezählt); mehr als die Hälfte davon: 7 Ja-Stimmen.",
    )
    assert [one.id for one in found.rules] == ["majority", "abstentions_count"]
    assert decide(BOOK, votes(9, 3, 1), room(13), majority="two_thirds").verdict.rule == "item_majority"


books = st.builds(
    Rulebook,
    majority=st.sampled_from(["votes_cast", "present", "members"]),
    abstentions_count=st.booleans(),
    tie_means=st.sampled_from(["rejected", "chair_decides", "postponed"]),
)
majorities = st.sampled_from([None, "votes_cast", "present", "members", "two_thirds", "unanimous"])
casting = st.sampled_from(["", "yes", "no"])
small = st.integers(0, 20)
RANK = {"rejected": 0, "postponed": 1, "casting_vote_missing": 1, "accepted": 2}


@given(books, majorities, casting, small, small, small, st.integers(0, 20))
def test_one_more_yes_instead_of_a_no_never_makes_it_worse(book, asked, chair, yes, no, abstained, absent):
    present = yes + no + abstained + 1
    less = result_of(book, votes(yes, no + 1, abstained), present, present + absent, majority=asked, casting_vote=chair)
    more = result_of(book, votes(yes + 1, no, abstained), present, present + absent, majority=asked, casting_vote=chair)
    assert RANK[more.outcome] >= RANK[less.outcome]


@given(majorities, small, small, small)
def test_more_yes_than_no_wins_a_majority_of_the_votes_cast(asked, yes, no, abstained):
    outcome = result_of(BOOK, votes(yes, no, abstained), yes + no + abstained, 99).outcome
    assert (outcome == "accepted") is (yes > no)


@given(books, majorities, casting, small, small, small)
def test_yes_and_no_never_both_win(book, asked, chair, yes, no, abstained):
    present = yes + no + abstained
    one = result_of(book, votes(yes, no, abstained), present, present, majority=asked)
    other = result_of(book, votes(no, yes, abstained), present, present, majority=asked)
    assert not (one.outcome == other.outcome == "accepted")


@given(books, st.integers(-3, 14), st.integers(-3, 14), st.integers(-3, 14), st.integers(0, 12))
def test_a_refused_ballot_never_yields_a_result(book, yes, no, abstained, present):
    ballot, who = votes(yes, no, abstained), room(present)
    fits = min(yes, no, abstained) >= 0 and yes + no + abstained == present > 0
    if fits:
        assert decide(book, ballot, who).ballot is ballot
    else:
        with pytest.raises(BallotRefused):
            decide(book, ballot, who)
