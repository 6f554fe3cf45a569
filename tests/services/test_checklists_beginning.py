"""Beginning a checklist: which office, which record, under which pseudonym."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import Event
from kimforms.services.checklists.pseudonyms import hints_about

from ..support.naturalisation import CARITAS, SIEGBURG, TROISDORF, begun, checklist


@pytest.mark.parametrize(
    ("municipality", "controller", "process"),
    [(TROISDORF, "troisdorf", "checklist_troisdorf"), (SIEGBURG, "rsk", "checklist")],
)
def test_the_municipality_decides_the_office(app: Flask, municipality: str, controller: str, process: str) -> None:
    made = checklist(begun(CARITAS, municipality))
    assert (made.record.controller.key, made.record.process.key, made.edition.controller.key) == (
        controller,
        process,
        controller,
    )
    assert made.record.reference.startswith("EB-2026-")


def test_the_record_names_neither_client_nor_adviser(app: Flask) -> None:
    made = checklist(begun(CARITAS, pseudonym="Ahorn 77"))
    record = made.record
    assert (record.title, record.creator_id, record.assignee_id, record.organisation) == (
        "Checkliste",
        None,
        None,
        None,
    )
    assert made.adviser is not None
    assert made.adviser.email == CARITAS
    payloads = db.session.scalars(select(Event.payload).where(Event.record_id == record.id)).all()
    assert payloads
    assert not any("Ahorn" in each for each in payloads)


@pytest.mark.parametrize("harmless", ["Eisvogel 3", "Ahorn 12", "Rotkehlchen", "Leuchtturm 7", "ABC 4"])
def test_neutral_words_are_not_taken_for_names(harmless: str) -> None:
    assert hints_about(harmless) == []


@pytest.mark.parametrize(
    ("telling", "said"),
    [
        ("Fatma Kaya", "Name"), ("Wolf", "Name"), ("Aster", "Name"), ("F. K.", "Initialen"), ("Eisvogel 1987", "Geburtsjahr"),
        ("02241 123456", "Telefonnummer"), ("kaya@post.example", "E-Mail"),
    ],
)  # fmt: skip
def test_what_could_name_somebody_is_said(telling: str, said: str) -> None:
    assert any(said in sentence for sentence in hints_about(telling)), hints_about(telling)
