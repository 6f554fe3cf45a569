"""What the check of an edition finds, and that the document loses nothing on its ways."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from kimforms.engine.yaml_io import dump_yaml
from kimforms.engine.yaml_lines import load_yaml_with_lines
from kimforms.naturalisation.check import check
from kimforms.naturalisation.document import ChecklistDocument, as_json, from_json

from ..support.situations import shipped
from .editions import changed, changed_item, with_item

ITEM: dict[str, Any] = {"id": "B9", "title": "Neu", "kind": "nachweis", "legal_basis": "§ 1", "verified": "offen"}
YES = {"field": "adoptiert", "is": True}


def conditions(**change: Any) -> ChecklistDocument:
    rows = as_json(shipped())["conditions"]
    return changed(shipped(), conditions=[one | change if one["id"] == "adoptiert" else one for one in rows])


def test_the_shipped_edition_has_no_error_and_one_point_to_verify() -> None:
    assert [(one.where, one.severity) for one in check(shipped())] == [("sections[0].items[6].verified", "hint")]


@pytest.mark.parametrize(
    ("document", "severity", "says"),
    [
        (changed_item(shipped(), "B7", applies_when={"field": "adoptirt", "is": True}), "error",
         "Punkt B7 nennt die Frage „adoptirt“, die es nicht gibt."),
        (changed_item(shipped(), "B7", applies_when={"field": "adoptiert", "is": "ja"}), "error", "mit ja oder nein"),
        (changed_item(shipped(), "B7", applies_when={"field": "adoptiert", "empty": False}), "error", "mit ja oder nein"),
        (changed_item(shipped(), "B7", applies_when={"all": [YES, {"not": YES}]}), "error", "B7 kann nie gelten"),
        (changed_item(shipped(), "B7", applies_when={"any": [YES, {"not": YES}]}), "warning", "B7 gilt immer"),
        (changed_item(shipped(), "B7", applies_when={"all": [{"field": "geduldet", "is": True},
                                                             {"field": "gestattet", "is": True}]}),
         "error", "B7 gilt nur bei Antworten, die einander ausschließen"),
        (changed_item(shipped(), "B7", applies_when={"all": [{"field": one.id, "is": True}
                                                             for one in shipped().conditions[:13]]}),
         "error", "höchstens 12 Fragen"),
        (changed_item(shipped(), "B7", applies_when=None), "warning", "Von der Frage „adoptiert“ hängt kein Punkt ab."),
        (with_item(shipped(), "B", **(ITEM | {"id": "B8"})), "error", "Der Punkt „B8“ kommt doppelt vor."),
        (with_item(shipped(), "B", **(ITEM | {"id": "C9"})), "error", "Der Punkt C9 steht in Abschnitt B"),
        (changed(shipped(), conditions=[*as_json(shipped())["conditions"], {"id": "studium", "label": "x"}]), "error",
         "Die Frage „studium“ kommt doppelt vor."),
        (changed(shipped(), sections=[*as_json(shipped())["sections"], {"id": "A", "title": "x"}]), "error",
         "Der Abschnitt „A“ kommt doppelt vor."),
        (changed(shipped(), sections=[*as_json(shipped())["sections"], {"id": "L", "title": "x"}]), "warning",
         "Abschnitt L hat keinen Punkt."),
        (changed_item(shipped(), "H1", never_store=None), "error", "never_store muss den Artikel"),
        (changed_item(shipped(), "H1", sensitive=False), "error", "ist aber nicht als sensitive gekennzeichnet"),
        (conditions(sensitive=True), "error", "Die Frage „adoptiert“ ist als sensitive gekennzeichnet"),
        (changed_item(shipped(), "E8", replaces=["E99"]), "error", "ersetzt den Punkt E99, den es nicht gibt"),
        (changed_item(shipped(), "E8", replaces=["E8"]), "error", "ersetzt sich über andere Punkte selbst"),
        (changed_item(shipped(), "E1", replaces=["E8"]), "error", "Punkt E8 ersetzt sich über andere Punkte selbst"),
        (changed_item(shipped(), "E1", replaces=["E2"]), "error", "Punkt E1 gilt immer; was er ersetzt"),
        (changed_item(shipped(), "E8", replaces=["E11"]), "warning", "ersetzt den Hinweis E11"),
        (changed_item(shipped(), "E12", replaces=["E1"]), "error", "E12 ist ein Hinweis und kann nichts ersetzen"),
        (changed_item(shipped(), "F2", alternative_to="F99"), "error", "genügt statt F99, den es nicht gibt"),
        (changed_item(shipped(), "G2", alternative_to="F2"), "error", "F2 genügt selbst nur statt eines anderen"),
        (changed_item(shipped(), "G2", alternative_to="K1"), "error", "K1 verlangt keinen Nachweis"),
        (changed(shipped(), exclusive=[{"conditions": ["studium", "reise"], "reason": "x"}]), "error", "„reise“ gibt es nicht"),
        (changed(shipped(), exclusive=[{"conditions": ["studium", "studium"], "reason": "x"}]), "error", "sich selbst"),
        (changed(shipped(), implies=[{"condition": "reise", "any_of": ["studium"], "reason": "x"}]), "error", "reise"),
        (changed(shipped(), implies=[{"condition": "studium", "any_of": ["studium"], "reason": "x"}]), "error", "selbst"),
        (changed(shipped(), implies=[{"condition": "geduldet", "any_of": ["gestattet"], "reason": "x"}]), "error",
         "setzt etwas voraus, das es zugleich ausschließt"),
        (changed_item(shipped(), "B4", note="siehe {wohngeld}"), "error", "Den Begriff {wohngeld} gibt es nicht."),
        (changed_item(shipped(), "B4", evidence=["{x}"]), "error", "Den Begriff {x} gibt es nicht."),
        (conditions(label="{x}"), "error", "Den Begriff {x} gibt es nicht."),
        (changed(shipped(), terms=[{"id": "sgb2_leistung", "names": [{"name": "a", "since": "2026-01-01"}]}]), "error",
         "gilt der erste Name ohne Tag"),
        (changed(shipped(), terms=[{"id": "sgb2_leistung", "names": [
            {"name": "a"}, {"name": "b", "since": "2026-07-01"}, {"name": "c", "since": "2026-01-01"}]}]), "error",
         "ab einem späteren Tag"),
        (changed_item(shipped(), "B4", verified_by=None), "warning", "Punkt B4: Wer hat ihn wann geprüft?"),
        (changed(shipped(), fees={"adult": "300", "child": "51", "legal_basis": "§ 38 Abs. 2 StAG"}), "warning",
         "Punkt K1 nennt eine andere Gebühr als die Fassung (300 Euro)."),
        (changed(shipped(), fees={"adult": "10", "child": "51", "legal_basis": "§ 38"}), "warning", "höher als die für"),
    ],
)  # fmt: skip
def test_what_is_found(document: ChecklistDocument, severity: str, says: str) -> None:
    found = check(document)
    assert any(one.severity == severity and says in one.text for one in found), [one.text for one in found]
    order = [("error", "warning", "hint").index(one.severity) for one in found]
    assert order == sorted(order)


@pytest.mark.parametrize("gone", ["legal_basis", "title", "kind"])
def test_a_point_without_paragraph_is_no_point(gone: str) -> None:
    with pytest.raises(ValidationError):
        changed_item(shipped(), "B4", **{gone: None})
    with pytest.raises(ValidationError):
        changed_item(shipped(), "B4", **{gone: "  "})


def test_nothing_is_lost_between_yaml_document_and_json() -> None:
    data = as_json(shipped())
    again = load_yaml_with_lines(dump_yaml(data), "edition.yaml").data
    assert again == data
    assert from_json(again) == shipped()
    assert from_json(again).content_hash == shipped().content_hash


def test_the_hash_follows_the_content() -> None:
    assert changed_item(shipped(), "A6", title="Foto").content_hash != shipped().content_hash
