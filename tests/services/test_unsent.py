"""Mails that shall not be sent any more: discarded one by one or by day, and those whose link became worthless."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.forms.outbox import NOTES
from kimforms.models import Delivery, Event, User
from kimforms.permissions import SYSTEM, Actor, Grant
from kimforms.services import accounts, delivery, outbox, unsent
from kimforms.services.refusals import StepRefused
from kimforms.services.unit_of_work import unit_of_work

from ..support.mail import mail_server

OFFICE = Actor("person", 1, "Leitung", grants=(Grant("office", 1),))
LINKS = {"secret_key": "test-secret", "base_url": "http://localhost"}
NEW = {"email": "neu@awo.example", "name": "Nele Neu", "grants": [Grant("coordinator", 1)], **LINKS}


def queue(at, controller=1, kind="test", address="a@b.example"):
    with unit_of_work() as session:
        outbox.queue(
            session, at, controller_id=controller, kind=kind, to=[(address, None)], subject="Betreff", text="Text."
        )


def statuses():
    db.session.rollback()
    return list(db.session.scalars(select(Delivery.status).order_by(Delivery.id)))


def given_up():
    return len(db.session.scalars(select(Event).where(Event.tag == "mail:give-up")).all())


def person(session, email="neu@awo.example"):
    return session.scalars(select(User).where(User.email == email)).one()


def invited(now):
    with unit_of_work() as session:
        accounts.invite_user(session, SYSTEM, now, **NEW)


def test_a_waiting_delivery_is_discarded_once(app, now):
    queue(now)
    for _ in range(2):
        with unit_of_work() as session:
            row = session.scalars(select(Delivery)).one()
            if row.status == "queued":
                delivery.discard(session, OFFICE, now, row)
            else:
                with pytest.raises(StepRefused):
                    delivery.discard(session, OFFICE, now, row)
    row = db.session.scalars(select(Delivery)).one()
    assert (row.status, row.next_at, row.error) == ("settled", None, unsent.DISCARDED)
    assert given_up() == 1


def test_the_day_begins_at_midnight_in_germany(app, now):
    for at in (datetime(2026, 11, 20, 22, 59, tzinfo=UTC), datetime(2026, 11, 20, 23, 0, tzinfo=UTC)):
        queue(at)
    queue(datetime(2026, 1, 1, tzinfo=UTC), controller=2)
    assert unsent.count_before(db.session(), OFFICE, date(2026, 11, 21)) == 1
    with unit_of_work() as session:
        assert unsent.discard_before(session, OFFICE, now, date(2026, 11, 21)) == 1
    assert (statuses(), given_up()) == (["settled", "queued", "queued"], 1)
    with unit_of_work() as session:
        assert unsent.discard_before(session, SYSTEM, now, date(2027, 1, 1)) == 2
    assert statuses() == ["settled"] * 3


def test_only_what_waits_is_discarded(app, now):
    for status in ("sending", "sent", "uncertain", "dead", "settled"):
        queue(now, address=f"{status}@x.example")
    with unit_of_work() as session:
        for row in session.scalars(select(Delivery)):
            row.status = row.address.partition("@")[0]
        assert unsent.discard_before(session, SYSTEM, now, date(2030, 1, 1)) == 0
    assert statuses() == ["sending", "sent", "uncertain", "dead", "settled"]
    assert given_up() == 0


def test_whoever_may_not_decide_discards_nothing(app, now):
    queue(now)
    coordinator = Actor("person", 1, grants=(Grant("coordinator", 1),))
    assert not unsent.waits(db.session(), coordinator)
    with unit_of_work() as session:
        assert unsent.discard_before(session, coordinator, now, date(2030, 1, 1)) == 0
    assert statuses() == ["queued"]


def test_a_discarded_mail_is_not_sent_when_a_server_comes(app, now):
    queue(now - timedelta(days=30))
    queue(now)
    with unit_of_work() as session:
        unsent.discard_before(session, SYSTEM, now, now.date())
    with mail_server() as box:
        sender = delivery.Sender(box.url, "kim@rsk.example", "test-secret")
        assert delivery.deliver_batch(unit_of_work, sender, lambda: now, "w1").counts == {"sent": 1}


def test_an_invitation_is_not_sent_once_a_link_was_printed(app, now):
    invited(now)
    queue(now)
    with unit_of_work() as session:
        accounts.make_reset_link(session, SYSTEM, now, person(session), **LINKS)
    assert (statuses(), given_up()) == (["settled", "queued"], 1)
    assert db.session.scalars(select(Delivery.error).where(Delivery.status == "settled")).one() == unsent.WORTHLESS
    with mail_server() as box:
        sender = delivery.Sender(box.url, "kim@rsk.example", "test-secret")
        delivery.deliver_batch(unit_of_work, sender, lambda: now, "w1")
        assert box.addresses == ["a@b.example"]


def test_of_two_invitations_only_the_newer_one_goes_out(app, now):
    invited(now)
    with unit_of_work() as session:
        accounts.resend_invitation(session, SYSTEM, now, person(session), **LINKS)
    assert statuses() == ["settled", "queued"]


def test_a_closed_account_gets_no_invitation_but_others_do(app, now):
    invited(now)
    with unit_of_work() as session:
        accounts.invite_user(session, SYSTEM, now, **(NEW | {"email": "zwei@awo.example"}))
        accounts.deactivate_user(session, SYSTEM, now, person(session))
    assert statuses() == ["settled", "queued"]


def test_a_reset_leaves_other_mails_of_the_person_alone(app, now):
    email = "koordination@rsk.example"
    for _ in range(2):
        with unit_of_work() as session:
            accounts.ask_reset(session, now, email=email, address="127.0.0.1", **LINKS)
    with unit_of_work() as session:
        outbox.queue(
            session,
            now,
            controller_id=1,
            kind="record.x",
            to=[(email, person(session, email).id)],
            subject="x",
            text="y",
        )
        accounts.put_password(session, SYSTEM, now, person(session, email), password="kupfer laterne gurke")
    assert statuses() == ["settled", "settled", "queued"]


def test_what_a_worker_has_claimed_is_left_to_it(app, now):
    invited(now)
    with unit_of_work() as session:
        session.scalars(select(Delivery)).one().status = "sending"
        accounts.make_reset_link(session, SYSTEM, now, person(session), **LINKS)
    assert (statuses(), given_up()) == (["sending"], 0)


def test_every_note_has_its_english():
    assert NOTES.keys() == {unsent.DISCARDED, unsent.WORTHLESS, delivery.INTERRUPTED}
