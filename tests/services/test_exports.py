"""Exports: what the filter shows, stable columns, no contact, nothing that a spreadsheet would run, and a trace."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import Any

from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from kimforms.engine.definition import ProcessDefinition
from kimforms.engine.plain import plain
from kimforms.extensions import db
from kimforms.forms.inbox import Filters
from kimforms.models import Controller, Event, ReadLog
from kimforms.permissions import SYSTEM
from kimforms.services import exports, processes
from kimforms.services.unit_of_work import unit_of_work

from ..support.databases import NOW
from ..support.inbox import COORDINATOR, ELSEWHERE, fill, inbox_of, page_of, person, references, report
from ..support.queries import statements_of
from ..support.reports import CONTACT


def table(email: str = COORDINATOR, **filters: str) -> list[dict[str, str]]:
    actor, inbox = inbox_of(email)
    made = exports.export_view(db.session(), inbox, inbox.view(actor, Filters(**filters), NOW), "csv")
    with made.file as file:
        raw = file.read()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert len(rows) == made.count
    return rows


def test_it_holds_what_the_filter_shows_in_the_same_order(app: Flask) -> None:
    fill(300)
    for filters in ({}, {"status": "all"}, {"municipality": "siegburg"}, {"due": "overdue"}, {"q": "Kitaplatz"}):
        exported = [row["Vorgangsnummer"] for row in table(**filters)]
        shown, page = list[str](), page_of(**filters)
        shown += references(page)
        while page.next_key:
            page = page_of(after=page.next_key, **filters)
            shown += references(page)
        assert sorted(exported) == sorted(shown) and exported == sorted(exported, key=lambda one: -int(one[8:]))


def test_answers_stand_under_their_label_and_id_in_words(app: Flask) -> None:
    report(titel="Größe & Fußweg; „fünf“", kommunen=["siegburg", "troisdorf"])
    row = table()[0]
    assert row["Kurzer Titel der Hürde [titel]"] == "Größe & Fußweg; „fünf“"
    assert row["In welchen Kommunen tritt die Hürde auf? [kommunen]"] == "Siegburg, Troisdorf"
    assert row["Wie viele ähnliche Fälle kennen Sie selbst? [fallzahl]"] == "3 bis 5"
    assert (row["Stand"], row["Eingegangen am"], row["Zuständig"]) == ("gemeldet", "23.11.2026", "Jonas Brandt")


def test_the_reporters_contact_is_in_no_cell_and_no_column(app: Flask) -> None:
    report(**CONTACT)
    row = table()[0]
    text = json.dumps(row, ensure_ascii=False)
    assert "Musterfrau" not in text and "998877" not in text and "@" not in text
    assert not [label for label in row if "melder_name" in label or "melder_email" in label or "telefon" in label]


def test_formulas_are_neutralised(app: Flask) -> None:
    report(titel="=HYPERLINK(1)", situation='@SUM(1) "zwei"\nZeile;drei')
    row = table()[0]
    assert row["Kurzer Titel der Hürde [titel]"] == "'=HYPERLINK(1)"
    assert row["Was passiert? [situation]"] == '\'@SUM(1) "zwei"\nZeile;drei'


def test_xlsx_has_real_dates_and_text_that_is_never_a_formula(app: Flask) -> None:
    report(titel="=1+1")
    actor, inbox = inbox_of()
    made = exports.export_view(db.session(), inbox, inbox.view(actor, Filters(), NOW), "xlsx")
    with made.file as file:
        sheet = load_workbook(file).active
    rows: list[Any] = list(sheet.iter_rows(values_only=True))
    row = dict(zip(rows[0], rows[1], strict=True))
    assert row["Eingegangen am"].date() == date(2026, 11, 23)
    assert row["Kurzer Titel der Hürde [titel]"] == "=1+1"
    assert sheet.cell(2, rows[0].index("Kurzer Titel der Hürde [titel]") + 1).data_type == "s"


def test_versions_are_merged_column_by_column(app: Flask) -> None:
    report(titel="alte Fassung")
    with unit_of_work() as session:
        old = processes.definition_of(processes.current_version(session, "hurdle_report"))
        document = plain(old)
        fields = [field for step in document["form"]["steps"] for field in step["fields"]]
        next(field for field in fields if field["id"] == "titel")["label"] = {"de": "Überschrift", "en": "Heading"}
        for step in document["form"]["steps"]:
            step["fields"] = [field for field in step["fields"] if field["id"] != "versucht"]
        controller = session.scalars(select(Controller).where(Controller.key == old.controller)).one()
        processes.publish(session, SYSTEM, NOW, controller, ProcessDefinition.model_validate(document))
    report(titel="neue Fassung")
    rows = table()
    assert [row["Überschrift [titel]"] for row in rows] == ["neue Fassung", "alte Fassung"]
    columns = list(rows[0])
    assert not any("Kurzer Titel" in column for column in columns)
    assert sum("[versucht]" in column for column in columns) == 1


def test_other_controllers_export_nothing(app: Flask) -> None:
    report()
    assert table(ELSEWHERE) == [] and table(ELSEWHERE, status="all") == []


def test_an_export_leaves_a_trace_once_a_day_in_the_log_of_reads(app: Flask) -> None:
    actor = person(COORDINATOR)
    for _ in range(2):
        with unit_of_work() as session:
            exports.record_export(session, actor, NOW, form="csv", count=3, filters="due=overdue")
    logged = db.session.scalars(select(ReadLog)).all()
    assert [(one.user_id, one.what) for one in logged] == [(actor.user_id, "export:csv")]
    traces = db.session.scalars(select(Event).where(Event.tag == "record:export")).all()
    assert len(traces) == 2 and json.loads(traces[0].payload)["count"] == 3


def test_records_are_read_in_batches_not_one_by_one(app: Flask) -> None:
    fill(600)
    with statements_of(app) as sent:
        table(status="all")
    assert len(sent) < 45  # two for each of the six processes, and each definition once
