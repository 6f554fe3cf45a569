"""Appending to the history: declared keys, values apart, one chain for many writers, nothing after a rollback."""

import threading

import pytest
from sqlalchemy import func, select

from kimforms.extensions import db
from kimforms.models import ChainHead, Event, EventValue
from kimforms.permissions import SYSTEM, Actor
from kimforms.services import audit, audit_check
from kimforms.services.unit_of_work import read_anchor, unit_of_work


def append(session, now, **changes):
    values = {"user": 1, "email": audit.Erasable("a@b.example", personal=True), "name": audit.Erasable("Ä")}
    return audit.record(session, SYSTEM, now, audit.Tag.ACCOUNT_CREATE, controller_id=1, **(values | changes))


def count():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Event))


@pytest.mark.parametrize("payload", [{}, {"user": 1, "other": 2}])
def test_a_payload_has_exactly_the_declared_keys(app, now, payload):
    with pytest.raises(ValueError, match="account:invite wants"), unit_of_work() as session:
        audit.record(session, SYSTEM, now, audit.Tag.ACCOUNT_INVITE, **payload)


def test_an_event_says_who_when_and_what_and_values_stand_apart(app, now):
    before = count()
    with unit_of_work() as session:
        seq = audit.record(
            session, Actor("person", 1), now, audit.Tag.ACCOUNT_CHANGE, controller_id=1, user=1,
            changes={"name": {"old": audit.Erasable("Alt"), "new": audit.Erasable("Neu")}},
        ).seq  # fmt: skip
    event = db.session.get(Event, seq)
    assert seq == before + 1
    assert (event.actor_id, event.actor_kind, event.controller_id, event.tag) == (1, "person", 1, "account:change")
    assert event.at == now.isoformat(timespec="microseconds")
    assert "Alt" not in event.payload and "Neu" not in event.payload
    assert audit.payload_of(event) == {"user": 1, "changes": {"name": {"old": "Alt", "new": "Neu"}}}


def test_a_rollback_leaves_no_event_no_head_and_no_anchor(app, now, data_dir):
    before, anchor = count(), read_anchor(data_dir)
    with pytest.raises(RuntimeError, match="stop"), unit_of_work() as session:
        append(session, now)
        session.flush()
        raise RuntimeError("stop")
    assert count() == before
    assert db.session.scalar(select(ChainHead.count)) == before
    assert read_anchor(data_dir) == anchor


def test_the_anchor_follows_the_commit(app, now, data_dir):
    with unit_of_work() as session:
        append(session, now)
        event = append(session, now)
    assert read_anchor(data_dir) == (event.seq, event.hash)


def test_equal_values_have_different_digests(app, now):
    with unit_of_work() as session:
        first, second = append(session, now), append(session, now)
    assert first.payload != second.payload


def test_many_writers_make_one_chain(app, now, data_dir):
    before = count()
    failed = []

    def write():
        try:
            with app.app_context():
                for _ in range(5):
                    with unit_of_work() as session:
                        append(session, now)
        except Exception as error:  # shown below, a thread cannot fail a test
            failed.append(error)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert failed == []
    assert count() == before + 20
    assert audit_check.verify(db.session(), data_dir).ok
    assert db.session.scalar(select(func.count()).select_from(EventValue).where(EventValue.event_seq > before)) == 40
