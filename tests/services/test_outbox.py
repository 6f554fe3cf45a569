"""Queueing mails: one message, one delivery a recipient, nothing without the transaction."""

import pytest
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import Controller, Delivery, DigestItem, OutboxMessage, User
from kimforms.services import outbox
from kimforms.services.unit_of_work import unit_of_work

from ..support.mail import make_record


def queue(session, now, **changes):
    values = {
        "controller_id": 1, "kind": "test", "to": [("a@b.example", None)], "subject": "Betreff", "text": "Text.",
    }  # fmt: skip
    return outbox.queue(session, now, **(values | changes))


def user(session, email, **changes):
    found = session.scalar(select(User).where(User.email == email))
    for name, value in changes.items():
        setattr(found, name, value)
    return found


def test_a_message_and_one_delivery_for_each_address(app, now):
    with unit_of_work() as session:
        queue(
            session,
            now,
            to=[("a@b.example", None), ("c@d.example", 1), ("A@B.example", 1)],
            record=make_record(session, now),
        )
    message = db.session.scalars(select(OutboxMessage)).one()
    assert message.record.reference == "AN-2026-0001"
    assert message.created_at == now
    assert message.message_id.startswith("<") and message.message_id.endswith("@localhost>")
    assert [(one.address, one.user_id, one.status, one.attempts) for one in message.deliveries] == [
        ("a@b.example", None, "queued", 0),
        ("c@d.example", 1, "queued", 0),
    ]


def test_nothing_is_queued_when_the_change_is_rolled_back(app, now):
    with pytest.raises(RuntimeError, match="stop"), unit_of_work() as session:
        queue(session, now)
        session.flush()
        raise RuntimeError("stop")
    assert db.session.scalar(select(OutboxMessage.id)) is None
    assert db.session.scalar(select(Delivery.id)) is None


def test_text_and_html_say_the_same_and_html_is_escaped(app, now):
    with unit_of_work() as session:
        message = queue(
            session,
            now,
            text="<b>Hallo</b> & Co.\nzweite Zeile\n\nNeuer Absatz",
            link="/records/AN-1",
            link_label="Öffnen",
        )
        text, html = message.text, message.html
    assert text.startswith(
        "<b>Hallo</b> & Co.\nzweite Zeile\n\nNeuer Absatz\n\nÖffnen:\nhttp://localhost/records/AN-1\n\n"
    )
    assert "&lt;b&gt;Hallo&lt;/b&gt; &amp; Co.<br>\nzweite Zeile</p>\n<p>Neuer Absatz</p>" in html
    assert '<a href="http://localhost/records/AN-1">Öffnen</a>' in html
    assert "<b>" not in html
    assert "Rhein-Sieg-Kreis" in text and "Rhein-Sieg-Kreis" in html


def test_line_breaks_in_a_subject_become_spaces(app, now):
    with unit_of_work() as session:
        assert queue(session, now, subject="Hallo\r\nBcc: x@y.example\x00 ").subject == "Hallo Bcc: x@y.example"


@pytest.mark.parametrize(
    "address", ["a@b.example\nBcc: c@d.example", "a b@c.example", "a", "", "a@b, c@d", "x" * 250 + "@b.example"]
)
def test_an_address_that_is_none_is_refused(app, now, address):
    with pytest.raises(outbox.AddressRefused), unit_of_work() as session:
        queue(session, now, to=[(address, None)])


def test_people_are_told_once_and_in_their_way(app, now):
    with unit_of_work() as session:
        record = make_record(session, now)
        plain = user(session, "koordination@rsk.example")
        daily = user(session, "koordination2@rsk.example", digest=True)
        gone = user(session, "leitung@rsk.example", active=False)
        message = outbox.notify(
            session, now, users=[plain, daily, gone, plain], controller_id=1, kind="record.new", subject="Neu",
            text="Text", record=record,
        )  # fmt: skip
        assert message is not None
        assert [one.address for one in message.deliveries] == ["koordination@rsk.example"]
    item = db.session.scalars(select(DigestItem)).one()
    assert (item.user_id, item.subject, item.record_id) == (daily.id, "Neu", record.id)
    assert item.sent_in_id is None


def test_nobody_to_tell_makes_no_message(app, now):
    with unit_of_work() as session:
        gone = user(session, "leitung@rsk.example", active=False)
        assert outbox.notify(session, now, users=[gone], controller_id=1, kind="x", subject="Neu", text="Text") is None
    assert db.session.scalar(select(OutboxMessage.id)) is None


@pytest.mark.parametrize(
    ("data", "reply_to"),
    [
        ({"email": "kim@kreis.example"}, "kim@kreis.example"),
        ({"email": "kim@kreis.example", "reply_to": "antwort@kreis.example"}, "antwort@kreis.example"),
        ({"email": "kein Briefkasten"}, None),
        ({}, None),
    ],
)
def test_answers_go_to_the_address_that_the_controller_shows(app, now, data, reply_to):
    with unit_of_work() as session:
        controller = session.get_one(Controller, 1)
        kept = {key: value for key, value in controller.data.items() if key not in ("email", "reply_to")}
        controller.data = {**kept, **data}
        queue(session, now)
    assert db.session.scalars(select(OutboxMessage)).one().reply_to == reply_to
