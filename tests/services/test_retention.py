"""Erasure on schedule: what goes, what stays, and a chain that stays whole."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import (
    Controller,
    Delivery,
    Draft,
    Event,
    EventValue,
    HeldInput,
    InboundMail,
    Person,
    Question,
    RateWindow,
    Record,
    RecordContact,
    ReplyLink,
    User,
)
from kimforms.permissions import SYSTEM
from kimforms.services import audit, audit_check, outbox, retention
from kimforms.services.unit_of_work import unit_of_work

from ..engine.definitions import small
from ..support.mail import make_record

CLOSED = datetime(2026, 5, 31, 12, 0, tzinfo=UTC)
RULES = [{"what": "contact", "after": 6, "unit": "months", "from": "closed"}]


def closed_record(now, **columns):
    """A closed record with contact, history, question and two mails to the reporter, one of them still waiting."""
    values = {"state": "done", "open": False, "closed_at": CLOSED, "created_at": CLOSED, "changed_at": CLOSED}
    with unit_of_work() as session:
        record = make_record(session, now, small(retention=RULES), email="melderin@x.example", **(values | columns))
        user = session.scalars(select(User).limit(1)).one()
        session.add(Question(record_id=record.id, asked_by_id=user.id, asked_at=CLOSED, text="Wann?", answer="Gestern"))
        audit.record(
            session, SYSTEM, CLOSED, audit.Tag.RECORD_SUBMIT, about=record, reference=record.reference,
            process="request", version=1, state="new", answers={"subject": audit.Erasable("Ein Antrag")},
            contact={"email": audit.Erasable("melderin@x.example", personal=True)},
        )  # fmt: skip
        mail = {"controller_id": 1, "kind": "request.receipt", "subject": "Danke", "text": "Danke", "record": record}
        sent = outbox.queue(session, CLOSED, to=[("melderin@x.example", None), (user.email, user.id)], **mail)
        for one in sent.deliveries:
            one.status, one.error = "sent", None
        outbox.queue(session, CLOSED, to=[("melderin@x.example", None)], **mail)
    return record.id


def verified(app):
    db.session.rollback()
    report = audit_check.verify(db.session(), app.config["SETTINGS"].data_dir)
    db.session.rollback()
    return report


@pytest.mark.parametrize(
    ("day", "gone"), [(datetime(2026, 11, 30, 22, 59, tzinfo=UTC), 0), (datetime(2026, 11, 30, 23, 0, tzinfo=UTC), 1)]
)
def test_the_period_ends_with_its_last_day_in_germany(app, now, day, gone):
    closed_record(now)
    assert retention.run(unit_of_work, day).contacts == gone


def test_a_contact_goes_everywhere_and_the_chain_stays_whole(app, now):
    number = closed_record(now)
    later = CLOSED + timedelta(days=300)
    erased = retention.run(unit_of_work, later)
    assert (erased.contacts, erased.addresses, erased.failed) == (1, 2, [])
    assert db.session.get(RecordContact, number) is None
    record = db.session.get(Record, number)
    assert (record.contact_erased_at, record.row_version) == (later, 1)
    values = {
        one.key: (one.value, one.erased_at)
        for one in db.session.scalars(
            select(EventValue).join(Event, Event.seq == EventValue.event_seq).where(Event.record_id == number)
        )
    }
    assert values == {"contact\x1femail": (None, later), "answers\x1fsubject": ("Ein Antrag", None)}
    addresses = [(one.address, one.status) for one in db.session.scalars(select(Delivery).order_by(Delivery.id))]
    user = db.session.scalars(select(User).limit(1)).one()
    assert addresses == [
        ("reporter-1@erased.invalid", "sent"), (user.email, "sent"), ("reporter-3@erased.invalid", "dead"),
    ]  # fmt: skip
    assert db.session.scalars(select(Question.answer)).one() == "Gestern"
    event = db.session.scalars(select(Event).where(Event.tag == "contact:erase")).one()
    assert (event.record_id, event.payload) == (number, '{"rule":"6 months closed","values":1}')
    report = verified(app)
    assert (report.ok, report.erased) == (True, 1)


def test_nothing_of_the_address_is_left_in_the_database(app, now):
    closed_record(now)
    retention.run(unit_of_work, CLOSED + timedelta(days=300))
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(table.select()):
            assert "melderin" not in repr(tuple(row)), table.name


def test_a_second_run_changes_nothing(app, now):
    closed_record(now)
    later = CLOSED + timedelta(days=300)
    retention.run(unit_of_work, later)
    events = len(db.session.scalars(select(Event.seq)).all())
    again = retention.run(unit_of_work, later)
    assert (again.contacts, again.addresses, again.drafts) == (0, 0, 0)
    assert len(db.session.scalars(select(Event.seq)).all()) == events


@pytest.mark.parametrize(
    "columns", [{"open": True, "closed_at": None}, {"closed_at": datetime(2027, 1, 1, tzinfo=UTC)}]
)
def test_open_and_recently_closed_records_keep_the_contact(app, now, columns):
    number = closed_record(now, **columns)
    assert retention.run(unit_of_work, CLOSED + timedelta(days=300)).contacts == 0
    assert db.session.get(RecordContact, number).email == "melderin@x.example"


def test_a_failure_erases_nothing_of_that_record(app, now, monkeypatch):
    number = closed_record(now)
    contact = EventValue.personal, EventValue.key.like("contact%")
    monkeypatch.setattr(retention.audit, "record", lambda *_, **__: 1 / 0)
    erased = retention.run(unit_of_work, CLOSED + timedelta(days=300))
    assert erased.contacts == 0 and len(erased.failed) == 1
    assert db.session.get(RecordContact, number).email == "melderin@x.example"
    assert db.session.scalars(select(EventValue.erased_at).where(*contact)).all() == [None]


def test_mails_that_came_in_and_links_that_are_long_over_go(app, now):
    with unit_of_work() as session:
        controller = session.scalars(select(Controller.id)).first()
        person = Person(last_name="Antwort", controller_id=controller, created_at=now, changed_at=now)
        session.add(person)
        session.flush()
        for name, days in (("old", 181), ("young", 179)):
            past = now - timedelta(days=days)
            session.add(InboundMail(digest=name, received_at=past, sender="a@b.example", outcome="answered"))
            session.add(link(person, name, expires_at=past, created_at=past))
            session.add(link(person, f"{name} revoked", revoked_at=past, created_at=past))
        session.add(link(person, "endless", created_at=now - timedelta(days=900)))
    erased = retention.run(unit_of_work, now)
    assert (erased.mails, erased.links) == (1, 2)
    assert list(db.session.scalars(select(InboundMail.digest))) == ["young"]
    left = set(db.session.scalars(select(ReplyLink.nonce)))
    assert left == {"young", "young revoked", "endless"}
    assert retention.run(unit_of_work, now).links == 0


def link(person, name, **values):
    return ReplyLink(purpose="invitation", person_id=person.id, target_id=1, nonce=name, **values)


def test_expired_drafts_held_input_and_counters_go_and_the_rest_stays(app, now):
    with unit_of_work() as session:
        version = make_record(session, now).version
        for key, moment in (("old", now), ("new", now + timedelta(seconds=1)), ("forever", None)):
            session.add(
                Draft(
                    process_id=version.process_id,
                    version=version,
                    submission_key=key,
                    created_at=now,
                    changed_at=now,
                    expires_at=moment,
                )
            )
        user = session.scalars(select(User).limit(1)).one()
        for key, moment in (("a", now), ("b", now + timedelta(seconds=1))):
            session.add(
                HeldInput(token_hash=key, user_id=user.id, path="/", payload=[], created_at=now, expires_at=moment)
            )
        session.add(RateWindow(key="old", window_start=now - timedelta(days=3), count=1))
        session.add(RateWindow(key="new", window_start=now, count=1))
    erased = retention.run(unit_of_work, now)
    assert (erased.drafts, erased.held, erased.windows) == (1, 1, 1)
    assert sorted(db.session.scalars(select(Draft.submission_key))) == ["forever", "new"]
    assert db.session.scalars(select(HeldInput.token_hash)).all() == ["b"]
    assert db.session.scalars(select(RateWindow.key)).all() == ["new"]
    event = db.session.scalars(select(Event).where(Event.tag == "draft:purge")).one()
    assert (event.controller_id, event.payload) == (1, '{"count":1}')
