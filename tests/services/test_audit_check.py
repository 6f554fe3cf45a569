"""Whatever is changed in the history shows, with the number of the first event that does not hold."""

import json

import pytest
from sqlalchemy import delete, null, select, text, update

from kimforms.extensions import db
from kimforms.models import ChainHead, Event, EventValue
from kimforms.permissions import SYSTEM
from kimforms.services import audit, audit_check
from kimforms.services.unit_of_work import ANCHOR, read_anchor, unit_of_work, write_anchor


@pytest.fixture
def last(app, now):
    """The number of the last of ten events that were written after the set-up; each has one value beside the chain."""
    for number in range(10):
        with unit_of_work() as session:
            audit.record(
                session, SYSTEM, now, audit.Tag.ACCOUNT_CREATE, controller_id=1, user=number,
                email=audit.Erasable(f"{number}@x.example", personal=True), name=audit.Erasable("Müller"),
            )  # fmt: skip
    return db.session.scalar(select(ChainHead.count))


def check(data_dir):
    db.session.rollback()
    report = audit_check.verify(db.session(), data_dir)
    db.session.rollback()
    return report


def tamper(*statements):
    """Changes rows as somebody with access to the database would, past the services."""
    db.session.rollback()
    with db.engine.begin() as connection:
        for statement in statements:
            connection.execute(statement)


def sentences(report):
    return " ".join(one.sentence for one in report.problems)


def test_an_untouched_chain_holds(last, data_dir):
    report = check(data_dir)
    assert report.ok, report.problems
    assert report.events == last
    assert report.values >= 20
    assert report.first_broken is None


def test_steps_are_told_for_a_progress_bar(last, data_dir, monkeypatch):
    monkeypatch.setattr(audit_check, "BATCH", 3)
    steps = []
    db.session.rollback()
    assert audit_check.verify(db.session(), data_dir, steps.append).ok
    assert sum(steps) == last and max(steps) == 3


@pytest.mark.parametrize(
    "change",
    [
        {"payload": '{"user":99}'},
        {"actor_kind": "person"},
        {"tag": "account:invite"},
        {"at": "2020-01-01"},
        {"controller_id": 2},
        {"previous_hash": "0" * 64},
        {"hash": "f" * 64},
    ],
)
def test_a_changed_event_shows(last, data_dir, change):
    tamper(update(Event).where(Event.seq == last - 4).values(change))
    report = check(data_dir)
    assert not report.ok
    assert report.first_broken == last - 4


def test_a_changed_event_with_a_new_hash_shows_at_the_next(last, data_dir):
    event = db.session.get(Event, last - 4)
    event.tag = "account:invite"
    tamper(update(Event).where(Event.seq == last - 4).values(tag="account:invite", hash=audit.digest_of(event)))
    assert check(data_dir).first_broken == last - 3


def test_a_removed_event_in_the_middle_shows(last, data_dir):
    tamper(delete(EventValue).where(EventValue.event_seq == last - 4), delete(Event).where(Event.seq == last - 4))
    report = check(data_dir)
    assert report.first_broken == last - 4
    assert "fehlt" in sentences(report)


def test_removed_last_events_show_by_the_head(last, data_dir):
    tamper(delete(EventValue).where(EventValue.event_seq == last), delete(Event).where(Event.seq == last))
    assert check(data_dir).first_broken == last


def test_removed_last_events_show_by_the_anchor_when_the_head_was_changed_too(last, data_dir):
    before = db.session.get(Event, last - 1).hash
    tamper(
        delete(EventValue).where(EventValue.event_seq == last),
        delete(Event).where(Event.seq == last),
        update(ChainHead).values(count=last - 1, hash=before),
    )
    report = check(data_dir)
    assert report.first_broken == last
    assert "Anker" in sentences(report)


def test_a_rewritten_end_shows_by_the_anchor(last, data_dir):
    event = db.session.get(Event, last)
    event.tag = "account:invite"
    digest = audit.digest_of(event)
    tamper(
        update(Event).where(Event.seq == last).values(tag="account:invite", hash=digest),
        update(ChainHead).values(hash=digest),
    )
    report = check(data_dir)
    assert report.first_broken == last
    assert "Anker" in sentences(report)


def test_a_changed_value_shows(last, data_dir):
    tamper(update(EventValue).where(EventValue.event_seq == last, EventValue.key == "name").values(value="Meier"))
    report = check(data_dir)
    assert report.first_broken == last
    assert "Der Wert name" in sentences(report)


def test_a_removed_value_shows(last, data_dir):
    tamper(delete(EventValue).where(EventValue.event_seq == last, EventValue.key == "name"))
    assert check(data_dir).first_broken == last


def test_an_added_value_shows(last, data_dir):
    tamper(text("INSERT INTO event_value (event_seq, key, salt, personal) VALUES (1, 'extra', 'x', false)"))
    assert check(data_dir).first_broken == 1


def test_an_erased_value_holds_and_one_put_back_shows(last, data_dir, now):
    rows = EventValue.event_seq == last, EventValue.key == "email"
    tamper(update(EventValue).where(*rows).values(value=null(), erased_at=now))
    report = check(data_dir)
    assert (report.ok, report.erased) == (True, 1)
    tamper(update(EventValue).where(*rows).values(value="anders@x.example"))
    assert check(data_dir).first_broken == last


def test_a_database_ahead_of_its_anchor_holds(last, data_dir):
    """A process was killed between the commit and the anchor."""
    (data_dir / ANCHOR).write_text(f"{last - 3} {db.session.get(Event, last - 3).hash}\n")
    assert check(data_dir).ok


def test_a_missing_anchor_shows(last, data_dir):
    (data_dir / ANCHOR).unlink()
    assert "Anker" in sentences(check(data_dir))


def test_a_missing_head_shows(last, data_dir):
    tamper(delete(ChainHead))
    assert not check(data_dir).ok


def test_events_behind_the_head_show(last, data_dir):
    tamper(update(ChainHead).values(count=last - 1, hash=db.session.get(Event, last - 1).hash))
    report = check(data_dir)
    assert report.first_broken == last


def test_an_older_anchor_never_replaces_a_newer_one(last, data_dir):
    known = read_anchor(data_dir)
    write_anchor(data_dir, 1, "0" * 64)
    assert read_anchor(data_dir) == known == (last, db.session.get(Event, last).hash)


def test_payloads_are_kept_as_they_were_hashed(last):
    payload = db.session.get(Event, last).payload
    assert audit.canonical(json.loads(payload)) == payload
