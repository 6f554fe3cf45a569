"""German full-text search: the same words find the same records on SQLite (FTS5) and on PostgreSQL."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import Record
from kimforms.services.queries.inbox import find_reference
from kimforms.services.search import is_reference, matches, stems_of

from ..support.inbox import ELSEWHERE, inbox_of, page_of, references, report


def found(words: str) -> list[str]:
    condition = matches(db.session(), words)
    return [] if condition is None else list(db.session.scalars(select(Record.reference).where(condition)))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Es gibt zu wenig Kitaplätze.", "Kitaplatz"),
        ("Kein Kitaplatz im Ort", "kitaplätze"),
        ("Die Straße ist gesperrt", "STRASSE"),
        ("Ein B2-Kurs fehlt", "B2 Kurs"),
        ("Ein B2-Kurs fehlt", "b2kurs"),
        ("Aufenthaltserlaubnisse laufen ab", "Aufenthaltserl"),
        ("Wartezeiten bei der Anerkennung", "anerkennung wartezeit"),
    ],
)
def test_words_are_found_by_their_stem(app: Flask, text: str, words: str) -> None:
    reference = report(titel="Ohne Bezug", situation=text)
    report(titel="Etwas anderes", situation="Fahrkarten sind teuer.")
    assert found(words) == [reference]
    assert references(page_of(q=words)) == [reference]


def test_all_words_have_to_occur(app: Flask) -> None:
    report(situation="Der Bus fährt selten.")
    assert found("Bus selten") and not found("Bus täglich")


@pytest.mark.parametrize(
    "words", ["", "   ", "!!!", "'", '"', "*", "a'b", 'x" OR "y', "NEAR(a b)", "-", "𞤀b", "(", ":*", "\\"]
)
def test_odd_input_finds_nothing_and_breaks_nothing(app: Flask, words: str) -> None:
    report()
    assert found(words) == []
    assert page_of(q=words or "!").rows == ()


def test_the_contact_is_not_searchable(app: Flask) -> None:
    report(rueckfragen="ja", melder_name="Miriam Musterfrau", melder_email="m.musterfrau@beratung.example")
    assert found("Musterfrau") == []


def test_a_changed_record_is_found_by_its_new_words_only(app: Flask) -> None:
    from kimforms.models import RecordSearch  # noqa: PLC0415
    from kimforms.services.unit_of_work import unit_of_work  # noqa: PLC0415

    report(situation="Fahrkarten sind teuer.")
    with unit_of_work() as session:
        session.scalars(select(RecordSearch)).one().stems = stems_of("Wohnungen fehlen")
    assert found("Wohnung") and not found("Fahrkarte")


def test_a_reference_leads_to_its_record_for_those_who_read_it(app: Flask) -> None:
    reference = report()
    assert is_reference(reference) and not is_reference("Kitaplatz")
    assert find_reference(db.session(), inbox_of()[1], f" {reference.lower()} ") == reference
    assert find_reference(db.session(), inbox_of(ELSEWHERE)[1], reference) is None
    assert found(reference.lower()) == [reference]
