"""The checklist of the county's profile holds all that the source holds; a broken one is refused with file and line."""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from kimforms.engine.profile import ProfileError, profile_folder
from kimforms.naturalisation.document import ChecklistDocument
from kimforms.naturalisation.profile_checklist import FILE, read_checklist


@pytest.fixture(scope="module")
def checklist() -> ChecklistDocument:
    found = read_checklist(profile_folder("rhein_sieg"))
    assert found is not None
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "county" / FILE
    path.parent.mkdir(parents=True)
    shutil.copy(profile_folder("rhein_sieg") / FILE, path)
    return tmp_path / "county"


def test_the_checklist_is_complete(checklist: ChecklistDocument) -> None:
    items = checklist.items.values()
    assert [one.id for one in checklist.sections] == list("ABCDEFGHIJK")
    assert [len(one.items) for one in checklist.sections] == [7, 8, 7, 3, 15, 6, 3, 5, 6, 3, 5]
    assert len(items) == 68
    assert len(checklist.conditions) == 45
    assert Counter(one.verified for one in items) == {"belegt": 44, "teilweise": 23, "offen": 1}
    assert sum(one.sensitive for one in items) == 10
    assert [one.id for one in checklist.conditions if one.sensitive] == [
        "krankengeld", "krankheit_behinderung_alter", "verurteilung", "verurteilung_ausland", "verfahren_ausland",
        "laufendes_strafverfahren",
    ]  # fmt: skip
    assert [one.id for one in checklist.routes] == ["anspruch", "ehegatte", "mit", "ermessen"]
    assert [len(part) for part in (checklist.rules, checklist.open_points, checklist.answers)] == [4, 6, 4]
    assert checklist.law_status == date(2026, 8, 19)
    assert (checklist.fees.adult, checklist.fees.child) == (255, 51)
    assert all(one.legal_basis for one in items)
    assert sum(len(one.evidence) for one in items) == 85
    assert sum(len(one.exceptions) for one in items) == 21


def test_who_verified_a_point_stands_at_each_that_was_verified(checklist: ChecklistDocument) -> None:
    for one in checklist.items.values():
        assert (one.verified_by is None) is (one.verified == "offen")
        assert (one.verified_on is None) is (one.verified == "offen")


# text that stands there once (or first), what it becomes, what the refusal says, what the line named there holds
CASES = [
    ("  items: 68", "  items: 67", "angegeben sind 67, gezählt sind 68", "items: 67"),
    ("  unverified: 1\n", "", "„unverified“ fehlt", "totals:"),
    ("  verified: 44", "  verified: viele", "erwartet wird eine ganze Zahl", "verified: viele"),
    ("law_status: '2026-08-19'", "law_status: bald", "erwartet wird ein Datum", "law_status"),
    ("field: vertretung", "field: vertreter", "nennt die Frage „vertreter“, die es nicht gibt", "applies_when"),
    ("      - id: A2\n", "      - id: A1\n", "Der Punkt „A1“ kommt doppelt vor", "- id: A1"),
    ("      - id: A2\n", "      - id: B99\n", "steht in Abschnitt A", "- id: B99"),
    ("      - id: A2\n", "      - id: a2\n", "erlaubt sind Großbuchstaben", "- id: a2"),
    ("        legal_basis: § 34 Satz 1 StAG\n", "", "„legal_basis“ fehlt", "- id: A3"),
    ("        legal_basis: § 34 Satz 1 StAG", "        legal_basis: ''", "der Text ist leer", "legal_basis"),
    ("        kind: erklaerung", "        kind: erklärung", "erlaubt ist nur", "kind: erklärung"),
    ("        never_store: Art. 10 DSGVO (Straftaten)\n", "", "never_store muss den Artikel", "sensitive: true"),
    ("          - E1\n", "          - E99\n", "ersetzt den Punkt E99, den es nicht gibt", "- E99"),
    ("        alternative_to: F1", "        alternative_to: F9", "genügt statt F9", "alternative_to"),
    ("      - geschieden\n", "      - geshieden\n", "„geshieden“ gibt es nicht", "conditions:"),
    ("{sgb2_leistung} (§", "{sgb2leistung} (§", "Den Begriff {sgb2leistung} gibt es nicht", "sgb2leistung"),
    ("        since: '2026-07-01'\n", "", "gilt der erste Name ohne Tag", "names:"),
    ("fees:\n  adult: '255'", "fees:\n  adult: viel", "erwartet wird eine Zahl", "adult"),
    ("routes:\n", "rutes:\n", "„rutes“ ist hier unbekannt", "rutes"),
    ("kinds:\n  - voraussetzung\n", "kinds:\n", "„voraussetzung“ fehlt", "kinds:"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "says", "line_with"), CASES)
def test_a_mistake_is_named_with_file_and_line(folder: Path, old: str, new: str, says: str, line_with: str) -> None:
    text = (folder / FILE).read_text("utf-8")
    assert old in text
    broken = text.replace(old, new, 1)
    (folder / FILE).write_text(broken, "utf-8")
    with pytest.raises(ProfileError) as refused:
        read_checklist(folder)
    matching = [(name, problem) for name, problem in refused.value.problems if says in str(problem)]
    assert matching, str(refused.value)
    name, problem = matching[0]
    assert name == FILE
    assert line_with in broken.splitlines()[problem.line - 1]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "die Datei ist leer"),
        (b"- 1\n", "erwartet werden"),
        (b"law_status: [\n", "naturalisation/checklist.yaml, Zeile 2: der Aufbau"),
        ("fees: Gebühr".encode("latin-1"), "nicht in UTF-8"),
    ],
)
def test_broken_yaml_is_refused(folder: Path, content: bytes, says: str) -> None:
    (folder / FILE).write_bytes(content)
    with pytest.raises(ProfileError, match=says):
        read_checklist(folder)


def test_all_mistakes_are_told_at_once(folder: Path) -> None:
    text = (folder / FILE).read_text("utf-8")
    text = text.replace("  items: 68", "  items: 69").replace("field: vertretung", "field: vertreter")
    (folder / FILE).write_text(text, "utf-8")
    with pytest.raises(ProfileError) as refused:
        read_checklist(folder)
    assert len(refused.value.problems) == 2


def test_a_profile_without_checklist_has_none(tmp_path: Path) -> None:
    assert read_checklist(tmp_path) is None
