"""What is missing, and why: states, exceptions, other proofs, the talk, points to look at again."""

from __future__ import annotations

from datetime import date

import pytest

from kimforms.naturalisation.applies import applicable
from kimforms.naturalisation.readiness import ENTRY_STATES, LEFT_OUT, Line, Readiness, readiness

from ..support.situations import DAY, shipped

TALK = date(2026, 11, 20)


def judge(yes: str = "", talked: date | None = TALK, review: str = "", **states: str) -> Readiness:
    situation = dict.fromkeys(yes.split(), True)
    return readiness(shipped(), situation, states, talked, DAY, review=frozenset(review.split()))


def line(found: Readiness, item_id: str) -> Line:
    return next(one for one in found.lines if one.item.id == item_id)


def all_met(yes: str = "", *without: str) -> dict[str, str]:
    here = applicable(shipped(), dict.fromkeys(yes.split(), True))
    return {one.id: "met" for one in here if one.id not in without}


def test_at_the_beginning_everything_that_asks_for_something_is_missing() -> None:
    found = judge()
    assert not found.ready
    assert found.missing == (
        "A3", "A5", "A6", "B1", "B4", "C1", "D1", "D2", "E1", "F1", "F2", "G1", "G2", "I6",
    )  # fmt: skip
    assert found.sentence.startswith("Es fehlen noch 14 Punkte: A3, A5,")


@pytest.mark.parametrize(
    ("state", "ok", "sentence"),
    [
        ("open", False, "Dieser Nachweis fehlt noch."),
        ("working", False, "In Arbeit, aber noch nicht erfüllt."),
        ("present", True, "Der Nachweis liegt vor."),
        ("met", True, "Erfüllt."),
        ("not_needed", True, "Nicht erforderlich, mit Begründung."),
        ("clarify", False, "Hier ist noch etwas zu klären."),
        ("nonsense", False, "Dieser Nachweis fehlt noch."),
    ],
)
def test_each_state_is_explained(state: str, ok: bool, sentence: str) -> None:
    found = line(judge(B4=state), "B4")
    assert (found.ok, found.sentence) == (ok, sentence)


def test_all_states_have_a_word() -> None:
    assert list(ENTRY_STATES.values()) == [
        "offen", "in Arbeit", "liegt vor", "erfüllt", "nicht erforderlich", "Klärung nötig",
    ]  # fmt: skip


def test_hints_and_what_comes_after_the_decision_never_block() -> None:
    found = judge(**all_met("", "A1", "A2", "H4", "K1"))
    assert found.ready
    assert line(found, "H4").sentence == "Wird erst nach der Entscheidung verlangt."
    assert line(found, "K1").sentence.startswith("Hinweis;")


def test_without_the_talk_nothing_is_ready_and_no_point_is_named() -> None:
    found = judge(talked=None, **all_met())
    assert (found.ready, found.missing) == (False, ())
    assert found.sentence.startswith("Alle gespeicherten Punkte sind erfüllt.")
    assert "Das Gespräch darüber steht noch aus." in found.sentence


def test_what_is_never_stored_is_said_to_be_left_out_and_is_the_same_for_everybody() -> None:
    ready, started = judge(**all_met()), judge()
    for found in (ready, started):
        assert LEFT_OUT in found.sentence
        assert "Das Gespräch darüber war am 20.11.2026." in found.sentence
        assert not {one.item.id for one in found.lines} & shipped().never_stored_items
    assert ready.sentence.startswith("Alle Voraussetzungen sind erfüllt.")
    assert ready.sentence.endswith("Das ist eine Empfehlung; ein Antrag ist jederzeit möglich.")


def test_states_of_points_that_do_not_apply_or_are_never_stored_do_not_count() -> None:
    assert judge(E3="clarify", H1="clarify", I1="open", Z9="open").missing == judge().missing


@pytest.mark.parametrize(("condition", "proof"), [("F1", "F2"), ("G1", "G2")])
def test_one_of_two_proofs_is_enough(condition: str, proof: str) -> None:
    for given, other in ((condition, proof), (proof, condition)):
        found = judge(**{given: "present"})
        assert not {condition, proof} & set(found.missing)
        assert line(found, other).sentence == f"Nicht nötig: {given} genügt als Nachweis."


def test_a_proof_that_is_not_needed_does_not_settle_the_condition() -> None:
    assert "F1" in judge(F2="not_needed").missing
    assert "F2" not in judge(F2="not_needed").missing


def test_an_exception_that_is_met_removes_several_conditions() -> None:
    found = judge("haertefall_sprache", F5="met")
    assert not {"F1", "F2", "G1", "G2", "G3"} & set(found.missing)
    assert line(found, "F1").sentence == "Entfällt, weil die Ausnahme F5 erfüllt ist."
    assert line(found, "G3").sentence == "Wird nicht gebraucht: Was dieser Punkt ersetzt, ist anders erfüllt."


def test_an_exception_not_yet_proved_is_missing_instead_of_what_it_replaces() -> None:
    found = judge("bezug_sgb2_oder_sgb12 vollzeit_20_von_24 beschaeftigt")
    assert "E8" in found.missing
    assert "E1" not in found.missing
    assert line(found, "E1").sentence == "Tritt zurück: Stattdessen ist E8 zu belegen."


def test_an_exception_ruled_out_brings_the_condition_back() -> None:
    found = judge("bezug_sgb2_oder_sgb12 vollzeit_20_von_24 beschaeftigt", E8="not_needed")
    assert "E1" in found.missing
    assert "E8" not in found.missing


def test_a_condition_that_is_met_needs_no_exception() -> None:
    found = judge("haertefall_sprache", F1="met", G1="met")
    assert not {"F5", "G3", "F1", "G1"} & set(found.missing)
    assert "F5" in judge("haertefall_sprache", F1="met").missing


def test_two_exceptions_for_one_condition_one_is_enough() -> None:
    found = judge("gastarbeitergeneration haertefall_sprache", F4="met")
    assert not {"F1", "F2", "F4", "F5", "G1", "G2", "G3"} & set(found.missing)
    assert line(found, "F1").sentence == "Entfällt, weil die Ausnahme F4 erfüllt ist."
    other = judge("gastarbeitergeneration haertefall_sprache", F4="not_needed", F5="met")
    assert line(other, "G1").sentence == "Entfällt, weil die Ausnahme F5 erfüllt ist."


def test_a_point_that_changed_has_to_be_looked_at_again() -> None:
    found = judge(review="B4", **all_met())
    assert (found.ready, found.missing) == (False, ("B4",))
    assert line(found, "B4").sentence.startswith("Bitte neu ansehen")
    assert found.sentence.startswith("Es fehlt noch ein Punkt: B4.")


def test_an_exception_to_look_at_again_removes_nothing_for_good() -> None:
    found = judge("haertefall_sprache", review="F5", F5="met")
    assert "F5" in found.missing
    assert line(found, "F1").sentence == "Tritt zurück: Stattdessen ist F5 zu belegen."


def test_a_child() -> None:
    found = judge("kind_unter_16", **all_met("kind_unter_16"))
    assert found.ready
    assert not {"F1", "G1", "A5"} & {one.item.id for one in found.lines}


def test_where_nothing_is_kept_all_points_count_and_no_talk_is_asked_for() -> None:
    here = applicable(shipped(), {}, stored=False)
    found = readiness(shipped(), {}, {one.id: "met" for one in here}, None, DAY, stored=False)
    assert found.ready
    assert LEFT_OUT not in found.sentence
    assert {"H1", "I1"} <= {one.item.id for one in found.lines}
