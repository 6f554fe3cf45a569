"""Drafts: saved as far as they are, complete before others rely on them; nothing that services fill can be forged."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from kimforms.engine.completeness import question_name
from kimforms.extensions import db
from kimforms.models import Event
from kimforms.services.catalogues import catalogues
from kimforms.services.processes import definition_of
from kimforms.services.queries.comparison import comparison
from kimforms.services.records import completing, editing, printing
from kimforms.services.refusals import InputRefused, NotPermitted, StaleVersion, Unfinished

from ..support.databases import NOW
from ..support.drafts import CASE, FRAME, PAPER, PATTERN, begun, reconstruction, whole_reconstruction
from ..support.records import COORDINATOR, OFFICE, last_payload, stored, tags, take, theme, work

STEP = "vorlegen"


def save(reference: str, raw: dict[str, Any], *, by: str = COORDINATOR, **options: Any) -> editing.Changed:
    with work(by, reference) as (session, person, record):
        return editing.change_answers(
            session,
            person,
            NOW,
            record=record,
            raw=raw,
            row_version=options.pop("row_version", None),
            catalogues=catalogues(session),
            **options,
        )


def missing(reference: str) -> list[str]:
    record = stored(reference)
    found = completing.lacking(record, definition_of(record.version), NOW, catalogues(db.session()))
    return [one.path for one in found.open]


def test_a_draft_begins_with_what_is_known_and_nothing_else(app):
    reference = reconstruction()
    record = stored(reference)
    assert record.answers["nummer"] == reference
    assert (record.answers["summe_faelle"], record.case_count) == (4, 4)
    assert record.title == "Wartezeiten"
    assert missing(reference) == [
        "datum", "teilnehmende", "methode", "b", "gemeinsam", "problemart", "ursache", "reichweite", "bezug",
        "kurzfristig_loesbar", "anonymitaet_geprueft", "freigabe",
    ]  # fmt: skip


def test_part_of_a_draft_is_kept_with_old_and_new_values(app):
    reference = reconstruction()
    assert save(reference, {"datum": "12.11.2026"}).fields == ("datum",)
    assert stored(reference).answers["datum"] == "2026-11-12"
    assert last_payload(reference, "record:change")["changes"] == {"datum": {"old": None, "new": "2026-11-12"}}
    assert "datum" not in missing(reference)


def test_one_step_is_saved_and_the_others_stay(app):
    reference = reconstruction()
    save(reference, FRAME, steps=("a",))
    save(reference, {"b": [CASE, {"ausgangslage": "Erst angefangen"}]}, steps=("b",))
    answers = stored(reference).answers
    assert (answers["teilnehmende"], len(answers["b"])) == ("KIM-Koordination", 2)
    assert [path for path in missing(reference) if path.partition(".")[0] == "b"] == [
        "b.1.stationen",
        "b.1.schluesselsituation",
        "b",
    ]


def test_what_does_not_fit_is_refused_in_a_draft_too_and_nothing_is_stored(app):
    reference = reconstruction()
    before = tags(reference)
    with pytest.raises(InputRefused) as refused:
        save(reference, {"datum": "gestern", "b": [{**CASE, "ausgangslage": "x" * 2001}], "methode": ["raten"]})
    assert set(refused.value.errors) == {"datum", "b.0.ausgangslage", "methode"}
    assert tags(reference) == before


@pytest.mark.parametrize(
    "forged",
    [{"nummer": "FR-2020-0001"}, {"summe_faelle": "99"}, {"cluster": "TH-1"}, {"meldungen": ["IH-2026-0009"]}, {"meldungen": ""}],
)  # fmt: skip
def test_forged_values_of_what_services_fill_are_ignored(app, forged):
    reference = reconstruction()
    before = stored(reference).answers
    assert save(reference, forged).fields == ()
    assert save(reference, forged, steps=("a",)).fields == ()
    assert stored(reference).answers == before


def test_the_decision_cannot_be_typed_into_a_paper(app):
    reference = begun("decision_paper", **PAPER)
    forged = {"stimmen": {"ja": "9", "nein": "0", "enthaltung": "0"}, "ergebnis": "zugestimmt", "status_folge": "x"}
    save(reference, forged, steps=("e",))
    assert not {"stimmen", "ergebnis", "status_folge"} & stored(reference).answers.keys()


def test_an_incomplete_draft_stays_one_and_the_refusal_names_each_question(app):
    reference = reconstruction()
    save(reference, whole_reconstruction(b=[CASE, CASE], kurzfristig_loesbar=""))
    before = tags(reference)
    with pytest.raises(Unfinished) as refused:
        take(COORDINATOR, reference, STEP)
    assert refused.value.reasons == ("Der Entwurf ist noch nicht vollständig: 2 Angaben fehlen.",)
    assert [(one.step, one.anchor, one.name) for one in refused.value.missing.open] == [
        ("b", "b", "Die Fälle"),
        ("d", "kurzfristig_loesbar", "Kurzfristig lösbar?"),
    ]
    assert (stored(reference).state, tags(reference)) == ("entwurf", before)


def test_a_complete_draft_moves_on_and_hidden_answers_are_dropped_in_sight(app):
    reference = reconstruction()
    save(reference, whole_reconstruction(kein_grund="War früher anders gedacht"))
    assert stored(reference).answers["kein_grund"] == "War früher anders gedacht"
    take(COORDINATOR, reference, STEP)
    record = stored(reference)
    assert record.state != "entwurf"
    assert "kein_grund" not in record.answers
    assert last_payload(reference, "record:change")["changes"] == {
        "kein_grund": {"old": "War früher anders gedacht", "new": None}
    }


@pytest.mark.parametrize(("cases", "open_"), [(4, ["b"]), (2, ["ausnahme_grund"])])
def test_one_case_is_enough_only_by_exception(app, cases, open_):
    reference = reconstruction(cases)
    save(reference, whole_reconstruction(b=[CASE]))
    assert missing(reference) == open_


def test_a_double_click_saves_once(app):
    reference = reconstruction()
    assert save(reference, FRAME, steps=("a",)).fields != ()
    before = tags(reference)
    assert save(reference, FRAME, steps=("a",)) == editing.Changed((), ())
    assert tags(reference) == before


def test_the_second_of_two_is_told_and_both_steps_can_be_joined(app):
    reference = reconstruction()
    record = stored(reference)
    seen_version, seen = record.row_version, db.session.scalar(select(Event.seq).order_by(Event.seq.desc()).limit(1))
    save(reference, FRAME, steps=("a",), row_version=seen_version)
    with pytest.raises(StaleVersion):
        save(reference, PATTERN, steps=("c",), row_version=seen_version)
    record = stored(reference)
    both = editing.versions(
        db.session(), record, PATTERN, seen, catalogues=catalogues(db.session()), today=NOW.date(), steps=("c",)
    )
    assert {one.label for one in both.rows if one.both} == set()
    assert both.joined["gemeinsam"] == PATTERN["gemeinsam"]
    assert both.joined["teilnehmende"] == FRAME["teilnehmende"]


def test_the_office_reads_but_does_not_write_a_reconstruction(app):
    reference = reconstruction()
    with pytest.raises(NotPermitted):
        save(reference, FRAME, by=OFFICE)


def test_questions_in_rounds_and_rows_have_names(app):
    definition = definition_of(stored(reconstruction()).version)
    assert question_name(definition, "b.0.stationen.2.schritt") == "Fall A, Station 3, Was geschah?"
    assert question_name(definition, "b.2.schluesselsituation", "en") == "Case C, Decisive break"
    assert question_name(definition, "gemeinsam") == "Gemeinsame Problemfelder"


def test_the_cases_stand_side_by_side(app):
    reference = reconstruction()
    save(
        reference,
        whole_reconstruction(b=[CASE, {**CASE, "stationen": [{"schritt": "Nur ein Schritt", "bruch": "nein"}]}]),
    )
    record = stored(reference)
    shown = comparison(
        definition_of(record.version), record.answers, catalogues=catalogues(db.session()), today=NOW.date()
    )
    assert shown.cases == ["Fall A", "Fall B"]
    lines = {line.label: line.cells for line in shown.lines}
    assert lines["Stationen im Ablauf"] == [
        ["Ausländerbehörde: Antrag gestellt; 40 Tage", "Jobcenter: Leistung eingestellt"],
        ["Nur ein Schritt"],
    ]
    assert lines["Brüche"] == [["Wartezeit (Ausländerbehörde)"], []]
    assert lines["Was hat funktioniert?"] == [[], []]
    assert dict(shown.found)["Vermutete Ursache"] == "Keine Absprache."


def printed(reference: str) -> str:
    with work(COORDINATOR, reference) as (session, person, record):
        return printing.record_paper(session, person, NOW, record=record).html


def test_the_paper_tells_the_number_of_cases_and_names_no_reconstruction(app):
    first, second = reconstruction(4), reconstruction(3)
    reference = begun("decision_paper", theme=theme(), fallbasis=[first, second], **{**PAPER, "bezug": ["wohnen"]})
    save(reference, PAPER)
    html = printed(reference)
    assert "7 Fälle" in html
    assert first not in html
    assert '<div class="quoted">' in html
    assert "Postfach einrichten" in html.split('<table class="grid"')[1]


def test_the_paper_of_a_reconstruction_names_cases_by_letters(app):
    reference = reconstruction()
    save(reference, whole_reconstruction())
    html = printed(reference)
    assert [f"<h2>Fall {letter}</h2>" in html for letter in "ABCD"] == [True, True, True, False]
    assert "Wartezeiten" in html
