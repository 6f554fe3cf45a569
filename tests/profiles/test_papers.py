"""The shipped papers of the chain: case reconstruction (4 steps, 26 fields) and decision paper (5 steps, 34 fields)
whole, as the concept's sheets have them; working group and publication. All texts in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from kimforms.engine.catalogue import StaticCatalogues
from kimforms.engine.check import check, texts_in
from kimforms.engine.cleaning import clean_answers
from kimforms.engine.definition import ProcessDefinition
from kimforms.engine.plain import plain
from kimforms.engine.profile import profile_folder
from kimforms.engine.yaml_io import dump_process, load_process

FOLDER = profile_folder("rhein_sieg") / "processes"
FIELDS: dict[str, dict[str, str]] = {
    "case_reconstruction": {
        "a": "nummer cluster meldungen summe_faelle ausnahme_grund datum teilnehmende methode",
        "b": "ausgangslage stationen schluesselsituation ressourcen",
        "c": "gemeinsam unterschiede problemart ursache reichweite bezug",
        "d": "kurzfristig_loesbar direkt_massnahme grund_lg thema_vorschlag akteure_vorschlag kein_grund "
        "anonymitaet_geprueft freigabe",
    },
    "decision_paper": {
        "a": "vorlagen_nr sitzung top art betreff einreicher vertraulich",
        "b": "beschlussvorschlag kenntnisnahme",
        "c": "ausgangslage fallbasis bezug generatives_thema pag_auftrag pag_akteure pag_frist loesung varianten "
        "umsetzung indikator",
        "d": "finanzen finanzen_text personal kommunen recht_datenschutz beteiligung barrierefrei anlagen",
        "e": "stimmen ergebnis beschluss_wortlaut status_folge bekanntgabe ueberpruefung",
    },
}
TOTALS = {"case_reconstruction": (4, 26), "decision_paper": (5, 34)}
INSIDE = {
    "stationen": "nr stelle rechtskreis schritt dauer_tage uebergabe bruch",
    "umsetzung": "schritt stelle bis",
    "stimmen": "ja nein enthaltung",
}
OWN = {"decision_paper": {"theme"}}
"""Questions besides those of the concept's sheet: what the software fills to hold the chain together."""
OPTIONS = {
    "methode": 6, "problemart": 5, "reichweite": 6, "kurzfristig_loesbar": 3, "grund_lg": 2, "bruch": 9, "stelle": 19,
    "uebergabe": 19, "rechtskreis": 11, "art": 5, "einreicher": 3, "finanzen": 3, "ergebnis": 5,
}  # fmt: skip
REQUIRED = {
    "case_reconstruction": "nummer cluster meldungen ausnahme_grund datum teilnehmende methode ausgangslage stationen "
    "schluesselsituation gemeinsam problemart ursache reichweite bezug kurzfristig_loesbar direkt_massnahme grund_lg "
    "thema_vorschlag akteure_vorschlag kein_grund anonymitaet_geprueft freigabe",
    "decision_paper": "vorlagen_nr art betreff einreicher beschlussvorschlag kenntnisnahme ausgangslage fallbasis bezug "
    "generatives_thema pag_auftrag pag_akteure loesung umsetzung finanzen finanzen_text kommunen ergebnis "
    "beschluss_wortlaut",
}
READ_ONLY = {
    "case_reconstruction": "nummer cluster meldungen summe_faelle",
    "decision_paper": "vorlagen_nr theme fallbasis anlagen stimmen ergebnis beschluss_wortlaut bekanntgabe ueberpruefung",
    "working_group": "theme decision",
    "publication": "theme documents",
}


def process(key: str) -> ProcessDefinition:
    return load_process((FOLDER / f"{key}.yaml").read_bytes(), key)


@pytest.mark.parametrize("key", TOTALS)
def test_every_field_of_the_sheet_stands_in_its_step(key: str) -> None:
    definition, own = process(key), OWN.get(key, set())
    steps = {
        step.id: " ".join(field.id for field in step.fields if field.id not in own) for step in definition.form.steps
    }
    assert steps == FIELDS[key]
    assert (len(steps), sum(len(names.split()) for names in steps.values())) == TOTALS[key]


@pytest.mark.parametrize("key", TOTALS)
def test_the_columns_options_and_required_questions(key: str) -> None:
    definition = process(key)
    fields = definition.fields()
    for name, columns in INSIDE.items():
        if name in fields:
            assert " ".join(one.id for one in fields[name].fields) == columns  # type: ignore[union-attr]
    for name, number in OPTIONS.items():
        if getattr(fields.get(name), "options", ()):
            assert len(fields[name].options) == number  # type: ignore[union-attr]
    asked = [field.id for step in definition.form.steps for field in step.fields if field.required]
    assert " ".join(asked) == REQUIRED[key]


@pytest.mark.parametrize("key", READ_ONLY)
def test_what_the_software_fills(key: str) -> None:
    assert " ".join(name for name, field in process(key).fields().items() if field.read_only) == READ_ONLY[key]


@pytest.mark.parametrize("key", READ_ONLY)
def test_it_is_sound_and_begins_as_a_draft(key: str) -> None:
    definition = process(key)
    assert [one for one in check(definition) if one.severity != "hint"] == []
    assert definition.is_draft(definition.workflow.initial)
    assert load_process(dump_process(definition), "again") == definition


def one_language(definition: ProcessDefinition) -> Iterator[Any]:
    for path, text in texts_in(definition, ()):
        if not isinstance(text, dict) or not all(text.get(language) for language in ("de", "en")):
            yield path


@pytest.mark.parametrize("key", READ_ONLY)
def test_every_text_is_there_in_both_languages(key: str) -> None:
    assert list(one_language(process(key))) == []


@pytest.mark.parametrize(
    ("key", "field", "condition"),
    [
        ("case_reconstruction", "ausnahme_grund", {"field": "summe_faelle", "less_than": 3}),
        ("case_reconstruction", "direkt_massnahme", {"field": "kurzfristig_loesbar", "is": "ja"}),
        ("case_reconstruction", "akteure_vorschlag", {"field": "kurzfristig_loesbar", "is": "nein"}),
        ("case_reconstruction", "kein_grund", {"field": "kurzfristig_loesbar", "is": "kein"}),
        ("decision_paper", "beschlussvorschlag", {"not": {"field": "art", "is": "mitteilung"}}),
        ("decision_paper", "kenntnisnahme", {"field": "art", "is": "mitteilung"}),
        ("decision_paper", "pag_akteure", {"field": "art", "is": "einrichtung_pag"}),
        ("decision_paper", "finanzen_text", {"field": "finanzen", "is": "zusaetzlich"}),
    ],
)
def test_conditions(key: str, field: str, condition: Any) -> None:
    assert plain(process(key).fields()[field].show_when) == condition


@pytest.mark.parametrize(
    ("art", "result", "consequence"),
    [
        ("einrichtung_pag", "zugestimmt", "Hürde wird generatives Thema, Projektarbeitsgruppe wird angelegt"),
        ("einrichtung_pag", "geaendert", "Hürde wird generatives Thema, Projektarbeitsgruppe wird angelegt"),
        ("loesung_pag", "geaendert", "Lösung geht in die Umsetzung, Bekanntgabe fällig"),
        ("einrichtung_pag", "abgelehnt", None),
        ("massnahme", "zugestimmt", None),
    ],
)
def test_the_consequence_follows_from_kind_and_result(art: str, result: str, consequence: str | None) -> None:
    cleaned = clean_answers(process("decision_paper"), {"art": art}, stored={"ergebnis": result}, partial=True)
    assert cleaned.answers.get("status_folge") == consequence


LISTS = StaticCatalogues(
    {
        "fields_of_action": {"arbeit": "Arbeit"},
        "organisations": {"jobcenter": "Jobcenter"},
        "persons:coordinator": {"1": "A"},
        "persons:office": {"2": "B"},
    }
)
CASE = {"ausgangslage": "x", "stationen": [{"schritt": "Antrag"}], "schluesselsituation": "y"}
FILLED = {
    "datum": "2.11.2026", "teilnehmende": "Koordination", "methode": ["akten"], "b": [CASE, CASE, CASE], "gemeinsam": "z",
    "problemart": ["defizit"], "ursache": "u", "reichweite": "kreis", "bezug": ["arbeit"], "kurzfristig_loesbar": "ja",
    "direkt_massnahme": "m", "anonymitaet_geprueft": "ja", "freigabe": "2",
}  # fmt: skip


@pytest.mark.parametrize(
    ("cases", "rounds", "wrong"),
    [(3, 3, set()), (5, 2, {"b"}), (2, 3, {"ausnahme_grund"}), (2, 1, {"ausnahme_grund"}), (2, 0, {"ausnahme_grund", "b"})],
)  # fmt: skip
def test_fewer_than_three_cases_need_a_reason_and_one_round(cases: int, rounds: int, wrong: set[str]) -> None:
    raw = {**FILLED, "b": [CASE] * rounds}
    cleaned = clean_answers(
        process("case_reconstruction"), raw, catalogues=LISTS, today=date(2026, 11, 22), stored={"summe_faelle": cases}
    )
    assert set(cleaned.errors) == wrong
