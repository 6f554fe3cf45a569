"""One mail a day for people who prefer that."""

from datetime import timedelta

from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import DigestItem, OutboxMessage, User
from kimforms.services import digest, outbox
from kimforms.services.unit_of_work import unit_of_work

from ..support.mail import make_record


def tell(session, now, subject, record=None):
    person = session.scalar(select(User).where(User.email == "koordination@rsk.example"))
    person.digest = True
    outbox.notify(
        session, now, users=[person], controller_id=1, kind="x", subject=subject, text="Näheres\nhier", record=record
    )


def test_waiting_items_go_out_in_one_mail_grouped_by_record(app, now):
    early = now - timedelta(hours=8)
    with unit_of_work() as session:
        record = make_record(session, now)
        tell(session, early, "Erste", record)
        tell(session, early, "Ohne Vorgang")
        tell(session, early, "Zweite", record)
    assert digest.run(unit_of_work, now) == 1
    message = db.session.scalars(select(OutboxMessage)).one()
    assert message.subject == "Ihre Übersicht vom 23.11.2026: 3 Nachrichten"
    assert [one.address for one in message.deliveries] == ["koordination@rsk.example"]
    order = [
        message.text.index(part)
        for part in ("AN-2026-0001\nhttp://localhost/records/AN-2026-0001", "Erste", "Zweite", "Ohne Vorgang")
    ]
    assert order == sorted(order)
    assert '<a href="http://localhost/records/AN-2026-0001">' in message.html
    assert set(db.session.scalars(select(DigestItem.sent_in_id))) == {message.id}


def test_a_second_run_on_the_same_day_sends_nothing(app, now):
    with unit_of_work() as session:
        tell(session, now - timedelta(hours=8), "Erste")
    assert digest.run(unit_of_work, now) == 1
    with unit_of_work() as session:
        tell(session, now, "Später")
    assert digest.run(unit_of_work, now + timedelta(hours=2)) == 0
    assert digest.run(unit_of_work, now + timedelta(days=1)) == 1
    assert len(db.session.scalars(select(OutboxMessage)).all()) == 2


def test_before_seven_nothing_goes_out(app, now):
    with unit_of_work() as session:
        tell(session, now - timedelta(days=1), "Erste")
    assert digest.run(unit_of_work, now.replace(hour=5, minute=59)) == 0  # 6:59 in Germany in November
    assert digest.run(unit_of_work, now.replace(hour=6, minute=0)) == 1


def test_what_came_after_seven_waits_for_tomorrow(app, now):
    with unit_of_work() as session:
        tell(session, now, "Nach sieben")
    assert digest.run(unit_of_work, now) == 0
    assert digest.run(unit_of_work, now + timedelta(days=1)) == 1


def test_deactivated_people_get_none(app, now):
    with unit_of_work() as session:
        tell(session, now - timedelta(hours=8), "Erste")
        session.scalar(select(User).where(User.email == "koordination@rsk.example")).active = False
    assert digest.run(unit_of_work, now) == 0
    assert db.session.scalar(select(OutboxMessage.id)) is None
