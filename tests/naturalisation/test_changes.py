"""Differences between editions in plain German, and what lifting does to a checklist."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kimforms.naturalisation.changes import announcement, differences, lift
from kimforms.naturalisation.document import ChecklistDocument, as_json, from_json

from ..support.situations import shipped
from .editions import changed, changed_item, with_item, without_item

NEW_ITEM: dict[str, Any] = {
    "id": "B9", "title": "Neuer Nachweis", "kind": "nachweis", "legal_basis": "§ 99 StAG", "verified": "offen",
}  # fmt: skip
MARCH = date(2027, 3, 1)


def evidence(item_id: str, *lines: str) -> ChecklistDocument:
    return changed_item(shipped(), item_id, evidence=list(lines))


@pytest.mark.parametrize(
    ("new", "item_id", "kind", "sentence"),
    [
        (
            evidence("A6", "Passfoto", "Fingerabdruck"),
            "A6", "changed", "Punkt A6: Der Nachweis „Fingerabdruck“ kam hinzu.",
        ),
        (evidence("A6"), "A6", "changed", "Punkt A6: Der Nachweis „Passfoto“ entfiel."),
        (
            changed_item(shipped(), "A6", title="Foto"), "A6", "changed",
            "Punkt A6: Der Text lautet jetzt „Foto“ (bisher „Lichtbild“).",
        ),
        (
            changed_item(shipped(), "A6", kind="hinweis"), "A6", "changed",
            "Punkt A6: Der Punkt ist jetzt „Hinweis“ (bisher „Nachweis“).",
        ),
        (
            changed_item(shipped(), "G1", legal_basis="§ 10 StAG"), "G1", "changed",
            "Punkt G1: Die Rechtsgrundlage ist jetzt „§ 10 StAG“ (bisher „§ 10 Abs. 1 Satz 1 Nr. 7, Abs. 5 StAG; "
            "§ 1 EinbTestV“).",
        ),
        (changed_item(shipped(), "A6", note=None), "A6", "changed", "Punkt A6: Die Anmerkung entfiel."),
        (
            changed_item(shipped(), "B4", note="neu"), "B4", "changed", "Punkt B4: Die Anmerkung kam hinzu: „neu“.",
        ),
        (
            changed_item(shipped(), "B7", applies_when=None), "B7", "changed",
            "Punkt B7: Für wen der Punkt gilt, ist neu bestimmt: Gilt immer. Bisher: Gilt, wenn „adoptiert“ „ja“ ist.",
        ),
        (
            changed_item(shipped(), "B7", sensitive=True, never_store="Art. 9 DSGVO"), "B7", "changed",
            "Punkt B7: Dazu wird nichts mehr gespeichert, der Punkt wird nur noch persönlich besprochen.",
        ),
        (
            changed_item(shipped(), "E8", replaces=None), "E8", "changed",
            "Punkt E8: Er tritt nicht mehr an die Stelle anderer Punkte.",
        ),
        (
            changed_item(shipped(), "F4", replaces=["F1", "F2"]), "F4", "changed",
            "Punkt F4: Wo er gilt, tritt er an die Stelle von F1 und F2.",
        ),
        (
            changed_item(shipped(), "F2", alternative_to=None), "F2", "changed",
            "Punkt F2: Er genügt nicht mehr statt F1.",
        ),
        (
            changed_item(shipped(), "H4", after_decision=False), "H4", "changed",
            "Punkt H4: Er wird jetzt schon vor der Entscheidung verlangt.",
        ),
        (
            changed_item(shipped(), "D2", excluded_titles_aufenthg=["§ 24"]), "D2", "changed",
            "Punkt D2: Der ausgeschlossene Titel „§ 16a“ entfiel.",
        ),
        (
            changed_item(shipped(), "A7", verified="belegt"), "A7", "checked",
            "Punkt A7: Der Stand der Prüfung ist jetzt „geprüft“ (bisher „nicht geprüft“).",
        ),
        (
            changed_item(shipped(), "A7", verified_by="Frau Muster", verified_on="2026-11-23"), "A7", "checked",
            "Punkt A7: Geprüft von Frau Muster am 23.11.2026.",
        ),
        (
            with_item(shipped(), "B", **NEW_ITEM), "B9", "new", "Punkt B9 ist neu: „Neuer Nachweis“ (§ 99 StAG).",
        ),
        (without_item(shipped(), "A6"), "A6", "gone", "Punkt A6 „Lichtbild“ entfällt."),
        (
            changed(shipped(), law_status="2027-03-01"), None, "general",
            "Der Rechtsstand ist jetzt der 01.03.2027 (bisher 19.08.2026).",
        ),
        (
            changed(shipped(), fees={"adult": "300", "child": "51", "legal_basis": "§ 38 Abs. 2 StAG"}), None, "general",
            "Die Gebühr beträgt jetzt 300 Euro (bisher 255 Euro).",
        ),
        (
            changed(shipped(), terms=[{"id": "sgb2_leistung", "names": [{"name": "Geld"}]}]), None, "general",
            "Ein Begriff heißt jetzt: „Geld“ (bisher: „Bürgergeld“, „Grundsicherungsgeld“ ab 01.07.2026).",
        ),
        (changed(shipped(), open_points=[]), None, "general", "Die offenen Fragen für Mitarbeitende wurden geändert."),
        (
            changed(shipped(), conditions=[*as_json(shipped())["conditions"], {"id": "neu", "label": "neu hier"}]),
            None, "general", "Zur Situation wird neu gefragt: „neu hier“.",
        ),
    ],
)  # fmt: skip
def test_a_difference_in_plain_german(new: ChecklistDocument, item_id: str | None, kind: str, sentence: str) -> None:
    found = [(one.item_id, one.kind, one.sentence) for one in differences(shipped(), new)]
    assert (item_id, kind, sentence) in found
    assert differences(new, shipped()), "and back"


def test_equal_editions_have_no_difference() -> None:
    assert differences(shipped(), from_json(as_json(shipped()))) == []


TOP = st.sampled_from(
    [name for name in as_json(shipped()) if name not in ("sections", "law_status", "fees", "conditions")]
)


@given(TOP)
def test_nothing_of_an_edition_changes_in_silence(name: str) -> None:
    other = from_json({key: part for key, part in as_json(shipped()).items() if key != name})
    assert differences(shipped(), other)


@given(st.sampled_from(list(shipped().items)), st.data())
def test_no_part_of_a_point_changes_in_silence(item_id: str, data: st.DataObject) -> None:
    have = [one for one in as_json(shipped().items[item_id]) if one not in ("id", "title", "kind", "legal_basis")]  # type: ignore[arg-type]
    name = data.draw(st.sampled_from(have))
    new = changed_item(shipped(), item_id, **{name: None})
    assert [one.item_id for one in differences(shipped(), new)].count(item_id) >= 1


@pytest.mark.parametrize(
    ("new", "says"),
    [
        (evidence("B4", "Geburtsurkunde"), "Punkt B4 hat sich zum 1.3.2027 geändert."),
        (
            changed_item(evidence("B4", "Geburtsurkunde"), "C1", title="Sechs Jahre"),
            "Die Punkte B4 und C1 haben sich zum 1.3.2027 geändert.",
        ),
        (
            without_item(changed_item(evidence("B4", "x"), "C1", title="Sechs Jahre"), "A6"),
            "Die Punkte B4, C1 und A6 haben sich zum 1.3.2027 geändert.",
        ),
        (changed(shipped(), law_status="2027-03-01"), "Die Checkliste hat sich zum 1.3.2027 geändert."),
        (changed_item(shipped(), "A7", verified="belegt"), ""),
        (shipped(), ""),
    ],
)
def test_what_services_are_told(new: ChecklistDocument, says: str) -> None:
    assert announcement(differences(shipped(), new), MARCH) == says


def test_long_texts_are_cut_in_sentences() -> None:
    found = differences(shipped(), changed_item(shipped(), "A6", title="x" * 300))
    assert "…“" in found[0].sentence
    assert len(found[0].sentence) < 300


def test_lifting_tells_new_changed_gone_and_kept() -> None:
    new = with_item(without_item(evidence("B4", "Geburtsurkunde"), "A6"), "B", **NEW_ITEM)
    states = {"A6": "met", "B4": "present", "C1": "met"}
    found = lift(shipped(), new, {"beschaeftigt": True}, states)
    assert found.new_items == ("B9",)
    assert found.changed_items == ("B4",)
    assert found.gone_items == ("A6",)
    assert found.kept == ("B4", "C1")
    assert (found.questions_gone, found.questions_new, found.empty) == ((), (), False)


def test_lifting_to_an_equal_edition_changes_nothing() -> None:
    found = lift(shipped(), from_json(as_json(shipped())), {"beschaeftigt": True}, {"E2": "met"})
    assert found.empty
    assert found.kept == ("E2",)


def test_a_point_only_checked_again_is_not_changed() -> None:
    new = changed_item(shipped(), "B4", verified="belegt", verified_by="Amt", verified_on="2026-11-23")
    assert lift(shipped(), new, {}, {"B4": "met"}).empty


def test_a_point_that_becomes_protected_goes_with_what_was_noted() -> None:
    new = changed_item(shipped(), "B7", sensitive=True, never_store="Art. 9 DSGVO")
    found = lift(shipped(), new, {"adoptiert": True}, {"B7": "present"})
    assert found.gone_items == ("B7",)
    assert found.questions_gone == ("adoptiert",)


def test_a_question_that_becomes_protected_is_no_longer_asked_and_its_points_go() -> None:
    questions = [
        one | ({"sensitive": True, "never_store": "Art. 9 DSGVO"} if one["id"] == "adoptiert" else {})
        for one in as_json(shipped())["conditions"]
    ]
    found = lift(shipped(), changed(shipped(), conditions=questions), {"adoptiert": True}, {"B7": "met"})
    assert (found.questions_gone, found.gone_items) == (("adoptiert",), ("B7",))


def test_the_terms_of_a_text_are_no_change_of_the_point() -> None:
    new = changed(shipped(), terms=[{"id": "sgb2_leistung", "names": [{"name": "Neues Geld"}]}])
    assert lift(shipped(), new, {}, {"E1": "met"}).changed_items == ()
