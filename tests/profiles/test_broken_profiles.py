"""A profile with a mistake is refused as a whole, with the file, the line and a sentence that says what to mend."""

import shutil
from pathlib import Path

import pytest

from kimforms.engine.profile import ProfileError, profile_folder, read_profile

THEMES = "demo/themes.yaml"
PROCESS = "processes/hurdle_report.yaml"
RULES = "rulebook_defaults.yaml"
PLACES, FIELDS, MAPPING = "municipalities.yaml", "fields_of_action.yaml", "demo/mapping.yaml"

# file, text that stands there once (or first), what it becomes, what the refusal says
CASES = [
    ("profile.yaml", "format: 1\n", "format: 2\n", "erlaubt ist nur 1"),
    ("profile.yaml", "name: Rhein-Sieg-Kreis\nversion", "nam: Rhein-Sieg-Kreis\nversion", "unbekannt"),
    ("profile.yaml", "organisation: stadt-troisdorf", "organisation: stadt-xyz", "„stadt-xyz“ gibt es nicht"),
    ("profile.yaml", "    - id: hurdle_report\n", "    - id: hurdle_reprot\n", "Prozess „hurdle_reprot“ gibt es nicht"),
    ("profile.yaml", "role: case_manager,", "role: case_manger,", "Rolle „case_manger“ gibt es nicht"),
    ("profile.yaml", "role: admin, controller: rsk", "role: admin, controller: xyz", "„xyz“ gibt es nicht"),
    ("profile.yaml", "email: admin@rsk.example", "email: admin@rsk.de", "enden auf .example"),
    ("profile.yaml", "email: admin@rsk.example", "email: LEITUNG@rsk.example", "doppelt"),
    ("profile.yaml", "body: geschaeftsstelle-lg", "body: geschaeftsstelle", "Gremium „geschaeftsstelle“ gibt es nicht"),
    ("profile.yaml", "[eitorf, hennef,", "[alfter, hennef,", "für „alfter“ ist schon koordination@rsk"),
    ("profile.yaml", "  - processes/hurdle_report.yaml", "  - processes/missing.yaml", "die Datei fehlt"),
    ("profile.yaml", "seat: Siegburg\n", "seat: Siegburg\n    email: kim\n", "controllers[0].email: das Muster"),
    ("profile.yaml", "seat: Siegburg\n", "seat: Siegburg\n    postcode: '537'\n", "controllers[0].postcode: das Muster"),
    ("profile.yaml", "seat: Siegburg\n", "seat: Siegburg\n    phone: anrufen\n", "controllers[0].phone: das Muster"),
    (PLACES, "  - id: bad-honnef\n    name", "  - id: alfter\n    name", "„alfter“ kommt doppelt vor"),
    (PLACES, "immigration_office: rsk-abh", "immigration_office: rsk-xyz", "„rsk-xyz“ gibt es nicht"),
    (PLACES, "ags: '05382008'", "ags: '05382004'", "doppelt"),
    (PLACES, "ags: '05382008'", "ags: '05315008'", "beginnt nicht mit 05382"),
    (PLACES, "  municipalities: 19", "  municipalities: 20", "angegeben sind 20, gezählt sind 19"),
    (PLACES, "  posts: 20\n", "", "„posts“ fehlt; gezählt sind 20"),
    (PLACES, "fte: '0.69'", "fte: '0.70'", "angegeben sind 17.00, gezählt sind 17.01"),
    (PLACES, "fte: '0.69'", "fte: viel", "Zahl"),
    (PLACES, "valid_from: '2026-01-01'", "valid_from: bald", "erwartet wird ein Datum"),
    (PLACES, "case_management: true", "case_management: vielleicht", "true oder false"),
    ("organisations.yaml", "part_of: mkjfgfi", "part_of: mkjfgfx", "Organisation „mkjfgfx“ gibt es nicht"),
    ("organisations.yaml", "  - id: mkjfgfi-625\n", "  - id: mkjfgfi\n", "„mkjfgfi“ kommt doppelt vor"),
    ("organisations.yaml", "cluster: sprache_bildung", "cluster: sprache", "Gruppe „sprache“ gibt es nicht"),
    ("organisations.yaml", "  organisations: 92", "  organisations: 91", "gezählt sind 92"),
    ("organisations.yaml", "part_of: troisdorf-dez4", "part_of: troisdorf-50-3", "ein Teil von sich selbst"),
    ("bodies.yaml", "organisation: jobcenter\n", "organisation: jobcentre\n", "Organisation „jobcentre“ gibt es nicht"),
    ("bodies.yaml", "controller: troisdorf", "controller: bonn", "„bonn“ gibt es nicht"),
    ("bodies.yaml", "municipality: windeck", "municipality: windek", "Kommune „windek“ gibt es nicht"),
    ("bodies.yaml", "set_up_by: lenkungsgruppe-kim", "set_up_by: lenkungsgruppe", "„lenkungsgruppe“ gibt es nicht"),
    ("bodies.yaml", "field_of_action: wohnen", "field_of_action: wohnung", "Handlungsfeld „wohnung“ gibt es nicht"),
    ("bodies.yaml", "    voting_members: 17\n    tasks", "    voting_members: 18\n    tasks", "gezählt sind 17"),
    ("bodies.yaml", "      min_per_year: 2\n", "      min_per_year: zwei\n", "erwartet wird eine ganze Zahl"),
    (FIELDS, "concept_group: kag-2", "concept_group: kag-9", "Gremium „kag-9“ gibt es nicht"),
    (FIELDS, "id: 4.1-T2", "id: 4.1-T1", "„4.1-T1“ kommt doppelt vor"),
    (FIELDS, "working_group: pag-delfin4", "working_group: pag-delphin", "„pag-delphin“ gibt es nicht"),
    (FIELDS, "  measures: 66", "  measures: 65", "gezählt sind 66"),
    ("synonyms.yaml", "  - id: sozialamt\n", "  - id: jobcenter\n", "„jobcenter“ kommt doppelt vor"),
    ("synonyms.yaml", "version: 1", "version: eins", "erlaubt ist nur 1"),
    (RULES, "parameters: 34", "parameters: 33", "angegeben sind 33, gezählt sind 34"),
    (RULES, "groups: 7", "groups: 8", "gezählt sind 7"),
    (RULES, "body: lenkungsgruppe-kim", "body: lenkungsgruppe", "Gremium „lenkungsgruppe“ gibt es nicht"),
    (RULES, "  - id: shortened_notice_days", "  - id: notice_period_days", "„notice_period_days“ kommt doppelt vor"),
    (RULES, "- id: einladung\n", "- id: sitzungen\n", "„sitzungen“ kommt doppelt vor"),
    (RULES, "    default: votes_cast", "    default: most", "die Vorgabe passt nicht zu „one_of“"),
    (RULES, "    default: 14\n", "    default: -14\n", "die Vorgabe passt nicht zu „number“"),
    (RULES, "    type: yes_no\n    default: false", "    type: yes_no\n    default: 3", "die Vorgabe passt nicht zu „yes_no“"),
    (RULES, "    - chair\n", "    - chairman\n", "die Vorgabe passt nicht zu „several_of“"),
    (RULES, "    - value: secret\n", "    - value: open\n", "eine Antwort steht zweimal zur Wahl"),
    (MAPPING, "    arbeit: arbeitsmarktintegration", "    arbeit: arbeitsmarkt", "„arbeitsmarkt“ gibt es nicht"),
    (MAPPING, "    Hennef: hennef\n", "", "\"Hennef\" ist keinem Wert zugeordnet"),
    (MAPPING, "  title: titel", "  title: ueberschrift", "Frage „ueberschrift“ gibt es nicht"),
    (MAPPING, "  reports: 227", "  reports: 228", "gezählt sind 227"),
    (MAPPING, "when_empty:\n  legal_areas: unklar\n", "", "für eine leere Liste steht nichts"),
    (MAPPING, "  municipality: kommunen\n", "", "„municipality“ ist keiner Frage zugeordnet"),
    (MAPPING, "  title: titel", "  topic: thema\n  title: titel", "Meldung 1: „topic“ fehlt"),
    (MAPPING, "  dringlichkeit: [mittel, niedrig, mittel]", "  dringlichkeit: []", "mindestens 1"),
    (THEMES, "coordination: koordination@rsk.example", "coordination: k@rsk.example", "Demo-Konto „k@rsk.example“"),
    (THEMES, "body: lenkungsgruppe-kim", "body: lenkungsgruppe", "Gremium „lenkungsgruppe“ gibt es nicht"),
    (THEMES, "reports: [H0069, ", "reports: [H9999, ", "Meldung „H9999“ gibt es nicht"),
    (THEMES, "add: [H0322, ", "add: [H0069, ", "„H0069“ gehört schon zu einem Thema"),
    (THEMES, "{days_ago: 676, take: rekonstruieren}", "{days_ago: 676, take: weiter}", "Schritt „weiter“ gibt es nicht"),
    (THEMES, "{days_ago: 676, take: rekonstruieren}", "{take: rekonstruieren}", "entweder „days_ago“ oder „meeting“"),
    (THEMES, "{days_ago: 676, take: rekonstruieren}", "{days_ago: 600, take: rekonstruieren}", "steht nach einem vor 600"),
    (THEMES, "  - {reports: [H0069, H0202]", "  - {reports: [H0069, H9999]", "die Meldung oder die Person"),
    (THEMES, "merge_into: randzeiten", "merge_into: randzeit", "Thema „randzeit“ gibt es nicht"),
    (THEMES, "meeting: 2, by: office", "meeting: 9, by: office", "9. Sitzung gibt es nicht"),
    (THEMES, "          gemeinsam: |-", "          gemeinsames: |-", "Frage „gemeinsames“ gibt es nicht"),
    ("demo/reports.jsonl", '{"id": "H0005"', '{"id" "H0005"', "diese Zeile ist kein JSON"),
    (PROCESS, "initial: gemeldet", "initial: gemeldt", "gemeldt"),
    (PROCESS, "      to: erfasst\n", "      to: erfast\n", "erfast"),
    (PROCESS, "field: rueckfragen, is: ja}", "field: rueckfrage, is: ja}", "rueckfrage"),
    (PROCESS, "type: long_text", "type: langer_text", "langer_text"),
    (PROCESS, "controller: rsk", "controller: xyz", "„xyz“ gibt es nicht"),
    (PROCESS, "contact: [coordinator]", "contact: [koordination]", "koordination"),
    (PROCESS, "key: hurdle_report", "key: Hurdle Report", "kleine Buchstaben"),
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(profile_folder("rhein_sieg"), tmp_path / "county"))


def test_the_copy_is_sound(folder: Path) -> None:
    assert read_profile(folder).folder == folder


@pytest.mark.parametrize(("file", "old", "new", "says"), CASES)
def test_a_mistake_is_named_with_file_and_line(folder: Path, file: str, old: str, new: str, says: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ProfileError) as refused:
        read_profile(folder)
    assert says in str(refused.value)
    matching = [(name, problem) for name, problem in refused.value.problems if says in f"{problem}"]
    assert matching
    if "die Datei fehlt" not in says:
        name, problem = matching[0]
        lines = text.splitlines()
        assert name == file
        assert 1 <= problem.line <= len(lines)


@pytest.mark.parametrize(
    ("file", "old", "new", "line_with"),
    [
        ("organisations.yaml", "part_of: rsk-dez2", "part_of: rsk-dez9", "part_of: rsk-dez9"),
        ("bodies.yaml", "municipality: eitorf", "municipality: eitdorf", "municipality: eitdorf"),
        (PLACES, "      - meckenheim\n", "      - mekkenheim\n", "- mekkenheim"),
        (FIELDS, "  goals: 23", "  goals: 24", "  goals: 24"),
        (PROCESS, "is: hoch\n", "is: hooch\n", "show_when:"),
    ],
)
def test_the_line_is_the_one_with_the_mistake(folder: Path, file: str, old: str, new: str, line_with: str) -> None:
    text = (folder / file).read_text(encoding="utf-8").replace(old, new, 1)
    (folder / file).write_text(text, encoding="utf-8")
    with pytest.raises(ProfileError) as refused:
        read_profile(folder)
    assert refused.value.file == file
    assert line_with in text.splitlines()[refused.value.line - 1]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"head: [1, 2\n", "geschlossen"),
        (b"a: 1\na: 2\n", "steht schon in Zeile 1"),
        (b"a: \xff\xfe\n", "UTF-8"),
        (b"", "leer"),
        (b"- 1\n- 2\n", "Schlüssel"),
        (b"!!python/object/apply:os.system ['true']\n", "Marken"),
        (b"a: null\n", "unbekannt"),
    ],
)
def test_broken_yaml_is_refused(folder: Path, content: bytes, says: str) -> None:
    (folder / "bodies.yaml").write_bytes(content)
    with pytest.raises(ProfileError) as refused:
        read_profile(folder)
    assert refused.value.file == "bodies.yaml"
    assert says in str(refused.value)


@pytest.mark.parametrize("name", ["municipalities.yaml", "synonyms.yaml", RULES, "demo/reports.jsonl", PROCESS])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ProfileError) as refused:
        read_profile(folder)
    assert f"{name}: die Datei fehlt" in str(refused.value)


def test_all_files_with_mistakes_are_told_at_once(folder: Path) -> None:
    (folder / "bodies.yaml").write_text("a: [", encoding="utf-8")
    (folder / "synonyms.yaml").write_text("b: [", encoding="utf-8")
    with pytest.raises(ProfileError) as refused:
        read_profile(folder)
    assert {name for name, _ in refused.value.problems} == {"bodies.yaml", "synonyms.yaml"}


def test_the_demonstration_is_optional(folder: Path) -> None:
    shutil.rmtree(folder / "demo")
    profile = read_profile(folder)
    assert profile.mapping is None
    assert profile.reports == ()
