"""Looking a report up by reference and code, and what its reporter may read."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.forms.report import new_key
from kimforms.models import Record, RecordContact
from kimforms.permissions import ANYONE
from kimforms.services import receipts, reporting
from kimforms.services.catalogues import catalogues
from kimforms.services.queries import reporting as queries
from kimforms.services.records.transitions import perform_transition
from kimforms.services.refusals import NotVisible, StepRefused, TooMany
from kimforms.services.unit_of_work import unit_of_work

from ..support.reports import CONTACT, whole

VISITOR = reporting.Visitor("192.0.2.7", "test-secret")


@pytest.fixture
def sent(app: Flask, now: datetime) -> tuple[int, str, str]:
    """Id, reference and code of a report."""
    with unit_of_work() as session:
        done = reporting.submit_report(
            session, ANYONE, now, version_id=queries.offered(session).id, raw=whole(**CONTACT), key=new_key(),
            visitor=VISITOR, catalogues=catalogues(session),
        )  # fmt: skip
        return done.record.id, done.record.reference, done.code or ""


def look_up(now: datetime, reference: str, code: str) -> int | None:
    with unit_of_work() as session:
        found = reporting.look_up(session, now, reference=reference, code=code, visitor=VISITOR)
        return found.id if found else None


def test_only_both_together_open_a_report(sent: tuple[int, str, str], now: datetime) -> None:
    record_id, reference, code = sent
    assert look_up(now, f" {reference.lower()} ", code.replace("-", "").upper()) == record_id
    for wrong in ((reference, ""), (reference, code[:-1]), ("IH-2026-9999", code), ("", ""), ("\0", "ü" * 99)):
        assert look_up(now, *wrong) is None


def test_a_report_with_account_has_no_code_that_opens_it(sent: tuple[int, str, str], now: datetime) -> None:
    with unit_of_work() as session:
        session.get_one(Record, sent[0]).retrieval_hash = None
    for code in ("", "0", sent[2]):
        assert look_up(now, sent[1], code) is None


def test_tries_are_counted_by_network_and_hour(sent: tuple[int, str, str], now: datetime) -> None:
    for _ in range(reporting.LOOK_UPS_AN_HOUR):
        look_up(now, sent[1], "falsch")
    with pytest.raises(TooMany):
        look_up(now, sent[1], sent[2])
    assert look_up(now + timedelta(hours=1), sent[1], sent[2]) == sent[0]


def test_the_reporter_takes_own_steps_only_and_of_this_record_only(sent: tuple[int, str, str], now: datetime) -> None:
    with unit_of_work() as session:
        record = session.get_one(Record, sent[0])
        actor = reporting.as_reporter(record)
        with pytest.raises(StepRefused):
            perform_transition(session, actor, now, record=record, transition_id="erfassen", data={}, row_version=None,
                               catalogues=catalogues(session))  # fmt: skip
        with pytest.raises(NotVisible):
            perform_transition(session, ANYONE, now, record=record, transition_id="zurueckziehen", data={},
                               row_version=None, catalogues=catalogues(session))  # fmt: skip
        perform_transition(session, actor, now, record=record, transition_id="zurueckziehen", data={}, row_version=None,
                           catalogues=catalogues(session))  # fmt: skip
        assert record.state == "zurueckgezogen" and not record.open


def test_progress_shows_stations_and_never_the_contact(sent: tuple[int, str, str], now: datetime) -> None:
    record = db.session.get_one(Record, sent[0])
    shown = queries.progress(db.session(), reporting.as_reporter(record), now, record)
    assert [stop.state for stop in shown.way.furthest.stops] == ["current", *["open"] * 7]
    assert {one.transition.id for one in shown.steps} == {"zurueckziehen"}
    text = repr(shown)
    assert CONTACT["melder_name"] not in text and CONTACT["melder_email"] not in text


def test_what_ended_early_promises_no_further_station(sent: tuple[int, str, str], now: datetime) -> None:
    with unit_of_work() as session:
        record = session.get_one(Record, sent[0])
        perform_transition(session, reporting.as_reporter(record), now, record=record, transition_id="zurueckziehen",
                           data={}, row_version=None, catalogues=catalogues(session))  # fmt: skip
    record = db.session.get_one(Record, sent[0])
    shown = queries.progress(db.session(), reporting.as_reporter(record), now, record)
    assert not [stop for stop in shown.way.furthest.stops if stop.state != "done"]


def test_the_receipt_holds_the_code_and_no_contact(sent: tuple[int, str, str]) -> None:
    record = db.session.get_one(Record, sent[0])
    html = receipts.receipt_page(db.session(), record, sent[2])
    assert sent[1] in html and sent[2] in html and "/report/status" in html
    plain = receipts.receipt_page(db.session(), record, None)
    assert "Abrufcode" not in plain and "Lange Wartezeit" in plain
    assert db.session.scalars(select(RecordContact)).one().email == CONTACT["melder_email"]
    for page in (html, plain):
        assert CONTACT["melder_name"] not in page and CONTACT["melder_email"] not in page
    assert receipts.receipt_pdf(db.session(), record, sent[2], language="en").startswith(b"%PDF")
