"""Submitting a report: once, complete, and with the contact where it belongs."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from kimforms.extensions import db
from kimforms.forms.report import new_key
from kimforms.models import Delivery, Draft, Event, EventValue, OutboxMessage, Record, RecordSearch, User
from kimforms.permissions import ANYONE, Actor, Grant
from kimforms.services import drafts, reporting
from kimforms.services.audit_check import verify
from kimforms.services.catalogues import catalogues
from kimforms.services.queries.reporting import offered
from kimforms.services.records.submission import Submission
from kimforms.services.refusals import InputRefused, NotPermitted, TooMany
from kimforms.services.unit_of_work import unit_of_work

from ..support.reports import CONTACT, whole

VISITOR = reporting.Visitor("192.0.2.7", "test-secret")


def submit(now: datetime, raw: dict[str, Any], key: str | None = None, actor: Actor = ANYONE) -> Submission:
    with unit_of_work() as session:
        return reporting.submit_report(
            session, actor, now, version_id=offered(session).id, raw=raw, key=key or new_key(), visitor=VISITOR,
            catalogues=catalogues(session),
        )  # fmt: skip


def adviser() -> Actor:
    user = db.session.scalars(select(User).where(User.email == "beratung@caritas.example")).one()
    grants = tuple(Grant(one.role, one.controller_id, one.organisation) for one in user.grants)
    return Actor("person", user.id, user.name, user.email, grants)


def test_record_history_and_mails_come_together(app: Flask, now: datetime) -> None:
    sent = submit(now, whole(**CONTACT))
    record = db.session.get_one(Record, sent.record.id)
    assert (record.state, record.open, record.title) == ("gemeldet", True, "Lange Wartezeit auf Termine")
    assert record.case_count == 3 and record.municipality == "siegburg"
    assert record.assignee is not None and record.assignee.email == "koordination2@rsk.example"
    assert [event.tag for event in db.session.scalars(select(Event).where(Event.record_id == record.id))][:1] == [
        "record:submit"
    ]
    kinds = {message.kind for message in db.session.scalars(select(OutboxMessage))}
    assert any("receipt" in kind for kind in kinds) and any("new_report" in kind for kind in kinds)


def test_the_contact_stands_nowhere_but_in_its_own_place(app: Flask, now: datetime) -> None:
    sent = submit(now, whole(**CONTACT))
    record = db.session.get_one(Record, sent.record.id)
    assert record.contact is not None and record.contact.email == CONTACT["melder_email"] and record.contact.may_ask
    elsewhere = [
        json.dumps(record.answers),
        record.title,
        *db.session.scalars(select(RecordSearch.stems)),
        *db.session.scalars(select(Event.payload)),
        *(f"{message.subject} {message.text} {message.html}" for message in db.session.scalars(select(OutboxMessage))),
        *(json.dumps(value) for value in db.session.scalars(select(EventValue.value).where(~EventValue.personal))),
    ]
    for secret in (CONTACT["melder_name"], CONTACT["melder_email"], CONTACT["melder_telefon"], sent.code or "?"):
        assert not [text for text in elsewhere if secret.casefold() in text.casefold()]
    assert CONTACT["melder_email"] in db.session.scalars(select(Delivery.address)).all()


def test_mail_to_the_reporter_holds_the_reference_only(app: Flask, now: datetime) -> None:
    sent = submit(now, whole(**CONTACT))
    mail = db.session.scalars(
        select(OutboxMessage).join(Delivery).where(Delivery.address == CONTACT["melder_email"])
    ).one()
    assert sent.record.reference in mail.text
    assert "Wartezeit" not in mail.subject + mail.text and "siegburg" not in mail.text.lower()


def test_who_leaves_no_address_gets_no_mail_and_is_not_asked(app: Flask, now: datetime) -> None:
    record = db.session.get_one(Record, submit(now, whole()).record.id)
    assert record.contact is not None and record.contact.email is None and not record.contact.may_ask
    assert not db.session.scalars(select(Delivery).where(Delivery.user_id.is_(None))).all()


def test_hidden_answers_are_dropped_and_unknown_ones_ignored(app: Flask, now: datetime) -> None:
    sent = submit(now, whole(melder_name="Hidden", state="abgeschlossen", zzz="1"))
    assert sent.dropped == ("melder_name",)
    record = db.session.get_one(Record, sent.record.id)
    assert record.answers.keys().isdisjoint({"melder_name", "state", "zzz"}) and record.state == "gemeldet"


def test_what_is_missing_is_refused_and_nothing_is_left(app: Flask, now: datetime) -> None:
    with pytest.raises(InputRefused) as refused:
        submit(now, whole(titel=None, fallzahl="viele"))
    assert refused.value.errors.keys() == {"titel", "fallzahl"}
    for table in (Record, OutboxMessage):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0
    assert submit(now, whole()).record.reference == "IH-2026-0001"


def test_the_same_form_twenty_times_at_once_is_one_report(app: Flask, now: datetime) -> None:
    key = new_key()
    first = offered(db.session())
    with unit_of_work() as session:
        drafts.keep_for_link(
            session, now, version=first, key=key, token="", raw=whole(), step="f", visited=[], title=""
        )
    db.session.remove()

    def once(_number: int) -> tuple[str, str | None, bool]:
        with app.app_context():
            try:
                sent = submit(now, whole(**CONTACT), key)
                return db.session.get_one(Record, sent.record.id).reference, sent.code, sent.fresh
            finally:
                db.session.remove()

    with ThreadPoolExecutor(10) as pool:
        results = list(pool.map(once, range(20)))
    assert len({(reference, code) for reference, code, _ in results}) == 1
    assert sum(fresh for *_, fresh in results) == 1
    assert db.session.scalar(select(func.count()).select_from(Record)) == 1
    assert db.session.scalar(select(func.count()).select_from(Draft)) == 0


def test_different_reports_at_once_get_numbers_without_gaps_and_a_whole_history(
    app: Flask, now: datetime, data_dir: Path
) -> None:
    def once(number: int) -> str:
        with app.app_context():
            try:
                return db.session.get_one(Record, submit(now, whole(titel=f"Hürde {number}")).record.id).reference
            finally:
                db.session.remove()

    with ThreadPoolExecutor(8) as pool:
        references = sorted(pool.map(once, range(16)))
    assert references == [f"IH-2026-{number:04}" for number in range(1, 17)]
    assert verify(db.session(), data_dir).ok


def test_people_with_account_get_no_code_and_are_not_counted(app: Flask, now: datetime) -> None:
    actor = adviser()
    for _ in range(reporting.REPORTS_AN_HOUR + 2):
        sent = submit(now, whole(), actor=actor)
    assert sent.code is None
    record = db.session.get_one(Record, sent.record.id)
    assert record.creator_id == actor.user_id and record.retrieval_hash is None


def test_too_many_from_one_network_wait_and_repeats_do_not_count(app: Flask, now: datetime) -> None:
    key = new_key()
    for _ in range(reporting.REPORTS_AN_HOUR + 5):
        submit(now, whole(), key)
    for _ in range(reporting.REPORTS_AN_HOUR - 1):
        submit(now, whole())
    with pytest.raises(TooMany):
        submit(now, whole())
    assert submit(now, whole(), key).fresh is False


def test_a_report_needs_a_role_or_a_public_process(app: Flask) -> None:
    version = offered(db.session())
    controller = version.controller_id
    definition = version.definition
    create = definition.access.create.model_copy(update={"public": False})
    closed = definition.model_copy(update={"access": definition.access.model_copy(update={"create": create})})
    assert reporting.reporter_of(adviser(), closed, controller).user_id is not None
    assert reporting.reporter_of(ANYONE, definition, controller) is ANYONE
    with pytest.raises(NotPermitted):
        reporting.reporter_of(ANYONE, closed, controller)
