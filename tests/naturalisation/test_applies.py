"""Who meets which points: the cases that people come with, one by one."""

from __future__ import annotations

import pytest

from kimforms.naturalisation.applies import applicable, applies, contradictions, replacements, suspended, why

from ..support.situations import shipped

ALWAYS = "A1 A2 A3 A6 B1 B4 B8 C3 D1 D2 E1 I6 K1 K2 K3 K5"
ADULT = f"{ALWAYS} A5 F1 F2 G1 G2 H4 K4"

CASES = [
    ("nobody asked anything", "", f"{ADULT} C1"),
    ("child", "kind_unter_16", f"{ALWAYS} A4 C1 F3 G3"),
    ("employed", "beschaeftigt", f"{ADULT} C1 E2 E13"),
    ("self-employed", "selbststaendig", f"{ADULT} C1 E3 E13"),
    ("spouse of a German", "ehe_mit_deutschem verheiratet", f"{ADULT} B5 C2 E7"),
    ("widow of a German, § 9 (2)", "ehe_mit_deutschem verwitwet", f"{ADULT} B5 B6 C2"),
    ("refugee without passport", "fluechtling_oder_asylberechtigt kein_pass", f"{ADULT} B2 B3 C1 C4"),
    ("stateless", "staatenlos", f"{ADULT} B3 C1"),
    ("benefits and nothing else", "bezug_sgb2_oder_sgb12", f"{ADULT} C1 E11"),
    (
        "benefits beside full-time work",
        "bezug_sgb2_oder_sgb12 vollzeit_20_von_24 beschaeftigt",
        f"{ADULT} C1 E2 E8 E13",
    ),
    (
        "family of somebody in full-time work",
        "bezug_sgb2_oder_sgb12 verheiratet partner_vollzeit_20_von_24 minderjaehriges_kind_im_haushalt",
        f"{ADULT} B5 C1 E7 E9",
    ),
    ("guest worker with benefits", "gastarbeitergeneration bezug_sgb2_oder_sgb12", f"{ADULT} C1 E10 F4 G3"),
    ("hardship", "haertefall_sprache", f"{ADULT} C1 F5 G3"),
    ("discretion", "ermessenseinbuergerung", f"{ADULT} C1 E13 E14"),
]


@pytest.mark.parametrize(("yes", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_applies(yes: str, expected: str) -> None:
    situation = dict.fromkeys(yes.split(), True)
    assert contradictions(shipped(), situation) == []
    assert {one.id for one in applicable(shipped(), situation)} == set(expected.split())


def test_points_come_in_the_order_of_the_edition() -> None:
    order = list(shipped().items)
    found = [one.id for one in applicable(shipped(), {})]
    assert found == sorted(found, key=order.index)


def test_one_point_alone() -> None:
    assert applies(shipped(), {"beschaeftigt": True}, "E2")
    assert not applies(shipped(), {}, "E2")
    assert not applies(shipped(), {}, "Z9")
    assert not applies(shipped(), {}, "H5")
    assert applies(shipped(), {}, "H5", stored=False)


@pytest.mark.parametrize(
    ("yes", "gone"),
    [
        ("", {}),
        ("kein_pass", {"B1": "B2"}),
        ("haertefall_sprache", {"F1": "F5", "F2": "F5", "G1": "F5", "G2": "F5"}),
        ("gastarbeitergeneration bezug_sgb2_oder_sgb12",
         {"E1": "E10", "F1": "F4", "F2": "F4", "G1": "F4", "G2": "F4"}),
        ("kind_unter_16", {}),
        ("kind_unter_16 haertefall_sprache", {}),
    ],
)  # fmt: skip
def test_what_steps_back_for_an_exception(yes: str, gone: dict[str, str]) -> None:
    assert suspended(shipped(), dict.fromkeys(yes.split(), True)) == gone


def test_two_exceptions_at_once_are_no_contradiction() -> None:
    both = dict.fromkeys(("gastarbeitergeneration", "haertefall_sprache"), True)
    assert contradictions(shipped(), both) == []
    assert replacements(shipped(), both) == {
        "F1": ("F4", "F5"), "F2": ("F4", "F5"), "G1": ("F4", "F5", "G3"), "G2": ("F4", "F5", "G3"),
    }  # fmt: skip


def test_illness_removes_language_and_test_only_where_nothing_is_stored() -> None:
    ill = {"krankheit_behinderung_alter": True}
    assert suspended(shipped(), ill) == {}
    assert set(suspended(shipped(), ill, stored=False)) == {"F1", "F2", "G1", "G2"}
    assert suspended(shipped(), {"verurteilung": True}, stored=False) == {"I1": "I2"}


@pytest.mark.parametrize(
    ("yes", "no", "says"),
    [
        ("verheiratet verwitwet", "", "„verheiratet oder verpartnert“ und „verwitwet“ passen nicht zusammen."),
        ("verheiratet geschieden verwitwet", "", "„verheiratet oder verpartnert“, „geschieden“ und „verwitwet“ passen"),
        ("kind_unter_16 verheiratet", "", "§ 1303 BGB"),
        ("kind_unter_16 vollzeit_20_von_24", "", "20 Monate Vollzeitarbeit"),
        ("kind_unter_16 gastarbeitergeneration", "", "Gast- oder Vertragsarbeitergeneration"),
        ("fluechtling_oder_asylberechtigt subsidiaer_schutzberechtigt", "", "subsidiär"),
        ("geduldet gestattet", "", "Aufenthaltsgestattung"),
        ("ehe_mit_deutschem miteinbuergerung_ehegatte", "", "Wer deutsch ist"),
        ("ehe_mit_deutschem", "verheiratet geschieden verwitwet",
         "gehört auch „verheiratet oder verpartnert“, „geschieden“ oder „verwitwet“."),
        ("miteinbuergerung_ehegatte", "verheiratet", "Zu „Ehe- oder Lebenspartner soll mit eingebürgert werden“ gehört"),
        ("vollzeit_20_von_24", "beschaeftigt selbststaendig", "„beschäftigt“ oder „selbstständig“"),
        ("kind_unter_16 partner_vollzeit_20_von_24", "", "§ 1303 BGB"),
    ],
)  # fmt: skip
def test_contradictory_answers_are_told_in_a_sentence(yes: str, no: str, says: str) -> None:
    situation = dict.fromkeys(yes.split(), True) | dict.fromkeys(no.split(), False)
    found = contradictions(shipped(), situation)
    assert any(says in one for one in found)
    assert all(one.endswith(".") for one in found)
    assert len(found) == len(set(found))


def test_what_was_not_asked_contradicts_nothing_and_a_single_consequence_follows() -> None:
    assert contradictions(shipped(), {"ehe_mit_deutschem": True}) == []
    assert contradictions(shipped(), {"vollzeit_20_von_24": True}) == []
    assert contradictions(shipped(), {"miteinbuergerung_ehegatte": True}) == []
    assert applies(shipped(), {"miteinbuergerung_ehegatte": True}, "B5")


def test_an_orphan_may_have_a_pension() -> None:
    situation = {"kind_unter_16": True, "rente": True}
    assert contradictions(shipped(), situation) == []
    assert applies(shipped(), situation, "E4")


@pytest.mark.parametrize(
    ("item_id", "sentence"),
    [
        ("A1", "Gilt immer."),
        ("E2", "Gilt, wenn „beschäftigt“ „ja“ ist."),
        ("A5", "Gilt, wenn „Kind unter 16 Jahren“ nicht „ja“ ist."),
        ("E8", "Gilt, wenn „Leistungen nach SGB II oder SGB XII“ „ja“ ist und „Vollzeit, mindestens 20 der letzten 24 "
               "Monate“ „ja“ ist."),
    ],
)  # fmt: skip
def test_for_whom_a_point_applies_as_a_sentence(item_id: str, sentence: str) -> None:
    assert why(shipped().items[item_id], shipped()) == sentence
