"""Translations: what a file must hold, what is refused with file and line, and what falls back to German when it changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kimforms.engine.profile import ProfileError, profile_folder
from kimforms.naturalisation.document import ChecklistDocument
from kimforms.naturalisation.profile_checklist import read_checklist
from kimforms.naturalisation.translation_files import FOLDER, SOURCES, read_sources, read_translations
from kimforms.naturalisation.translations import coverage, for_condition, for_item, say

LANGUAGES = ["de", "ar", "en", "es", "fr", "kmr", "ru", "tr", "uk"]


@pytest.fixture(scope="module")
def document() -> ChecklistDocument:
    found = read_checklist(profile_folder("rhein_sieg"))
    assert found is not None
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the profile's naturalisation files that a test may damage."""
    source = profile_folder("rhein_sieg") / "naturalisation"
    shutil.copytree(source, tmp_path / "naturalisation")
    return tmp_path


def test_the_profile_brings_nine_languages_plain_german_first_and_every_point(document: ChecklistDocument) -> None:
    found = read_translations(profile_folder("rhein_sieg"), document)
    assert list(found) == LANGUAGES
    assert {one: coverage(each, document).german for one, each in found.items()} == dict.fromkeys(LANGUAGES, ())
    assert {one.state for one in found.values()} == {"draft"}, "nobody has checked them yet, and they say so"
    assert found["ar"].direction == "rtl" and found["uk"].direction == "ltr"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("{reviewer}", "somebody", "der Platzhalter {reviewer} fehlt"),
        ("{fee} euros", "{fee} {euro} euros", "den Platzhalter {euro} gibt es hier nicht"),
        ("  heading:", "  headline:", "der Satz „heading“ fehlt"),
        ("  A6:\n", "  A66:\n", "„A66“ gibt es in der Checkliste nicht"),
        (
            "      - Passport photo\n",
            "      - Passport photo\n      - Another\n",
            "im Deutschen sind es 1 Einträge, hier 2",
        ),
        ("  kein_pass:", "  kein_paß:", "conditions"),
        ("state: draft", "state: reviewed", "gehören reviewer und reviewed_on"),
        ("language: en", "language: fr", "die Datei heißt „en.yaml“"),
        ("{sgb2_leistung} (§", "Bürgergeld (§", "Platzhalter wie im Deutschen: {sgb2_leistung}"),
        ("state: draft", "state: perfect", "state"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_its_line(
    folder: Path, document: ChecklistDocument, old: str, new: str, reason: str
) -> None:
    path = folder / FOLDER / "en.yaml"
    source = path.read_text(encoding="utf-8")
    assert old in source
    path.write_text(source.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ProfileError) as refused:
        read_translations(folder, document)
    assert refused.value.file == f"{FOLDER}/en.yaml"
    assert refused.value.line > 0
    assert reason in str(refused.value)


def test_a_changed_german_text_falls_back_and_only_that_one(document: ChecklistDocument) -> None:
    english = read_translations(profile_folder("rhein_sieg"), document)["en"]
    changed = document.items["B4"].model_copy(update={"evidence": ("Geburtsurkunde, neu",)})
    assert for_item(document.items["B4"], english) is not None
    assert for_item(changed, english) is None
    noted = document.items["B1"].model_copy(update={"note": "Anders"})
    kept = for_item(noted, english)
    assert kept is not None and kept.title and kept.note is None, "the note is German's own matter"
    question = document.conditions[0]
    assert for_condition(question, english) == "child under 16"
    assert for_condition(question.model_copy(update={"label": "Kind unter 14"}), english) is None


def test_values_are_never_read_as_placeholders(document: ChecklistDocument) -> None:
    english = read_translations(profile_folder("rhein_sieg"), document)["en"]
    assert "{date}" in say(english, "made_by", service="{date}", date="1.1.2027")


def test_where_papers_are_to_be_had(folder: Path, document: ChecklistDocument) -> None:
    found = read_sources(folder, document)
    assert found["E4"]["en"] == "Deutsche Rentenversicherung or pension fund"
    path = folder / SOURCES
    path.write_text("sources:\n  A1:\n    de: Bürgeramt\n  Z9:\n    de: x\n    en: x\n", encoding="utf-8")
    with pytest.raises(ProfileError, match="Zeile 2: sources.A1: der Text „en“ fehlt"):
        read_sources(folder, document)
    path.unlink()
    assert read_sources(folder, document) == {}
