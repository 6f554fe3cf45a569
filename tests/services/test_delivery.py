"""Sending for real: each recipient once, temporary and permanent refusals, broken connections, killed workers."""

import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import Delivery, Event, OneTimeToken, OutboxMessage, User
from kimforms.permissions import Actor, Grant
from kimforms.services import delivery, outbox, tokens
from kimforms.services.refusals import NotVisible, StepRefused
from kimforms.services.unit_of_work import unit_of_work

from ..support.mail import mail_server

OFFICE = Actor("person", 1, "Leitung", grants=(Grant("office", 1),))


@pytest.fixture
def mailbox():
    with mail_server() as box:
        yield box


def queue(now, *addresses, text="Guten Tag", **more):
    with unit_of_work() as session:
        to = [one if isinstance(one, tuple) else (one, None) for one in addresses]
        outbox.queue(session, now, controller_id=1, kind="test", to=to, subject="Betreff", text=text, **more)


def send(box, now, worker="w1", url=None, unit=unit_of_work):
    sender = delivery.Sender(box.url if url is None else url, "kim@rsk.example", "secret")
    return delivery.deliver_batch(unit, sender, lambda: now, worker)


def deliveries():
    db.session.rollback()
    return db.session.scalars(select(Delivery).order_by(Delivery.id)).all()


def statuses():
    return [one.status for one in deliveries()]


def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"smtp://127.0.0.1:{probe.getsockname()[1]}"


def test_each_recipient_gets_one_mail_over_one_connection(app, now, mailbox):
    queue(now, "a@b.example", "c@d.example")
    batch = send(mailbox, now)
    assert batch.counts == {"sent": 2}
    assert mailbox.addresses == ["a@b.example", "c@d.example"]
    assert len(mailbox.sessions) == 1
    assert [(one.status, one.sent_at, one.attempts, one.error) for one in deliveries()] == [("sent", now, 1, None)] * 2
    message = db.session.scalars(select(OutboxMessage)).one()
    mail = mailbox.taken[0][1]
    assert mail["Message-ID"] == message.message_id
    assert mail["To"] == "a@b.example"
    assert mail["From"].addresses[0].addr_spec == "kim@rsk.example"
    assert "Guten Tag" in mail.get_body(("plain",)).get_content()


def test_a_second_round_sends_nothing_again(app, now, mailbox):
    queue(now, "a@b.example")
    send(mailbox, now)
    assert send(mailbox, now + timedelta(days=1)).counts == {}
    assert len(mailbox.taken) == 1


def test_without_a_mail_server_everything_stays_queued(app, now, mailbox):
    queue(now, "a@b.example")
    assert send(mailbox, now, url="").counts == {}
    assert [(one.status, one.attempts) for one in deliveries()] == [("queued", 0)]


def test_one_refused_of_five_does_not_stop_the_others(app, now, mailbox):
    mailbox.refuse["c@x.example"] = "550 5.1.1 Kein solches Postfach"
    queue(now, *[f"{name}@x.example" for name in "abcde"])
    assert send(mailbox, now).counts == {"sent": 4, "dead": 1}
    assert [address[0] for address in mailbox.addresses] == ["a", "b", "d", "e"]
    refused = deliveries()[2]
    assert (refused.status, refused.error) == ("dead", "550 5.1.1 Kein solches Postfach")
    assert len(mailbox.sessions) == 1


def test_a_temporary_refusal_waits_longer_each_time_and_ends_dead(app, now, mailbox):
    mailbox.refuse["a@x.example"] = "450 4.2.1 Später bitte"
    queue(now, "a@x.example")
    moment = now
    for minutes in (1, 5, 15, 60, 240):
        assert send(mailbox, moment).counts == {"queued": 1}
        row = deliveries()[0]
        assert row.next_at == moment + timedelta(minutes=minutes)
        assert send(mailbox, row.next_at - timedelta(seconds=1)).counts == {}
        moment = row.next_at
    assert send(mailbox, moment).counts == {"dead": 1}
    row = deliveries()[0]
    assert (row.status, row.attempts, row.error) == ("dead", 6, "450 4.2.1 Später bitte")


def test_a_temporary_refusal_of_the_content_is_tried_again(app, now, mailbox):
    mailbox.data_reply = "451 4.3.0 Platte voll"
    queue(now, "a@x.example")
    assert send(mailbox, now).counts == {"queued": 1}
    mailbox.data_reply = "250 OK"
    assert send(mailbox, now + timedelta(minutes=1)).counts == {"sent": 1}
    assert mailbox.addresses == ["a@x.example"]


def test_a_server_that_is_down_costs_one_try_of_one_mail_and_ends_the_round(app, now, mailbox):
    queue(now, "a@x.example", "b@x.example")
    batch = send(mailbox, now, url=closed_port())
    assert batch.counts == {"queued": 1}
    assert "nicht erreichbar" in batch.unreachable
    assert [(one.attempts, one.next_at) for one in deliveries()] == [(1, now + timedelta(minutes=1)), (0, now)]


def test_a_connection_lost_after_data_is_uncertain_and_never_repeated(app, now, mailbox):
    mailbox.drop_after_data = True
    queue(now, "a@x.example", "b@x.example")
    assert send(mailbox, now).counts == {"uncertain": 1}
    row = deliveries()[0]
    assert row.status == "uncertain"
    assert "während der Übergabe" in row.error
    mailbox.drop_after_data = False
    for _ in range(3):
        send(mailbox, now + timedelta(days=1))
    assert mailbox.addresses == ["a@x.example", "b@x.example"]
    assert statuses() == ["uncertain", "sent"]


def test_an_address_no_server_takes_is_given_up_with_a_sentence(app, now, mailbox):
    queue(now, "bärbel@x.example")
    assert send(mailbox, now).counts == {"dead": 1}
    assert "vor dem @" in deliveries()[0].error


def test_a_line_with_a_dot_arrives_as_it_was(app, now, mailbox):
    queue(now, "a@x.example", text="eins\n.\n..zwei")
    send(mailbox, now)
    assert "eins\n.\n..zwei" in mailbox.taken[0][1].get_body(("plain",)).get_content().replace("\r\n", "\n")


def test_a_secret_link_reaches_only_its_owner(app, now, mailbox):
    with unit_of_work() as session:
        person, other = session.scalars(select(User).order_by(User.id).limit(2)).all()
        token = tokens.make_token(session, person, tokens.RESET, now, secret_key="secret")
        secret = tokens.token_text("secret", token)
        mark = tokens.placeholder(token)
        ids = [(person.email, person.id), (other.email, other.id), ("x@y.example", None)]
    queue(now, *ids, text="Hallo", link=f"/login/reset/{mark}")
    assert send(mailbox, now).counts == {"sent": 3}
    bodies = [mail.get_body((kind,)).get_content() for _, mail in mailbox.taken for kind in ("plain", "html")]
    assert [secret in body for body in bodies] == [True, True, False, False, False, False]
    assert not any("{{" in body for body in bodies)
    assert secret not in db.session.scalars(select(OutboxMessage.text)).one()


@pytest.mark.parametrize("change", [{"used_at": timedelta()}, {"expires_at": -timedelta(seconds=1)}])
def test_a_token_that_is_dead_is_not_sent(app, now, mailbox, change):
    with unit_of_work() as session:
        person = session.scalars(select(User).order_by(User.id).limit(1)).one()
        token = tokens.make_token(session, person, tokens.RESET, now, secret_key="secret")
        for name, delta in change.items():
            setattr(session.get(OneTimeToken, token.id), name, now + delta)
        secret, mark, to = tokens.token_text("secret", token), tokens.placeholder(token), (person.email, person.id)
    queue(now, to, link=f"/login/reset/{mark}")
    send(mailbox, now)
    body = mailbox.taken[0][1].get_body(("plain",)).get_content()
    assert secret not in body
    assert "nicht mehr gültig" in body


def test_two_workers_at_once_send_each_mail_once(app, now, mailbox):
    queue(now, *[f"{number}@x.example" for number in range(20)])
    counts = []

    def work(name):
        with app.app_context():
            counts.append(send(mailbox, now, worker=name).counts)

    threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert sorted(mailbox.addresses) == sorted(f"{number}@x.example" for number in range(20))
    assert statuses() == ["sent"] * 20
    assert sum(one.get("sent", 0) for one in counts) == 20


def test_when_the_result_cannot_be_written_down_the_mail_is_not_sent_twice(app, now, mailbox):
    queue(now, "a@x.example")
    calls = []

    @contextmanager
    def breaking():
        calls.append(1)
        if len(calls) == 2:
            raise OSError("disk full")
        with unit_of_work() as session:
            yield session

    with pytest.raises(OSError, match="disk full"):
        send(mailbox, now, unit=breaking)
    assert statuses() == ["sending"]
    assert send(mailbox, now + timedelta(hours=1), worker="w2").counts == {}
    with unit_of_work() as session:
        assert delivery.mark_abandoned(session, now + delivery.LEASE) == 0
        assert delivery.mark_abandoned(session, now + delivery.LEASE + timedelta(seconds=1)) == 1
    assert statuses() == ["uncertain"]
    assert len(mailbox.taken) == 1


KILLED = """
import sys
from datetime import datetime, UTC
from kimforms import create_app
from kimforms.jobs import sender_of
from kimforms.services import delivery
from kimforms.services.unit_of_work import unit_of_work
app = create_app()
with app.app_context():
    clock = lambda: datetime.fromisoformat(sys.argv[1])
    delivery.deliver_batch(unit_of_work, sender_of(app), clock, delivery.worker_name())
"""


def test_a_worker_killed_while_sending_leaves_uncertain_and_nobody_sends_again(app, now, mailbox):
    queue(now, "a@x.example", "b@x.example")
    settings = app.config["SETTINGS"]
    mailbox.hold.clear()
    environment = {
        "PATH": os.environ["PATH"], "KIMFORMS_DATA_DIR": str(settings.data_dir), "KIMFORMS_SECRET_KEY": "test-secret",
        "KIMFORMS_DATABASE_URL": settings.database_url, "KIMFORMS_SMTP_URL": mailbox.url,
    }  # fmt: skip
    worker = subprocess.Popen([sys.executable, "-c", KILLED, now.isoformat()], env=environment)
    try:
        assert mailbox.reached.wait(30), "the worker never reached the mail server"
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait(10)
    mailbox.hold.set()
    assert statuses() == ["sending", "queued"]
    with unit_of_work() as session:
        assert delivery.mark_abandoned(session, now) == 1
    assert send(mailbox, now + timedelta(days=1), worker="w2").counts == {"sent": 1}
    assert mailbox.addresses == ["a@x.example", "b@x.example"]
    row = deliveries()[0]
    assert (row.status, row.error) == ("uncertain", delivery.INTERRUPTED)


def test_a_living_worker_keeps_its_claim(app, now, mailbox):
    queue(now, "a@x.example")
    with unit_of_work() as session:
        row = session.scalars(select(Delivery)).one()
        row.status, row.claimed_by, row.claimed_at = "sending", delivery.worker_name(), now
    with unit_of_work() as session:
        assert delivery.mark_abandoned(session, now + timedelta(minutes=5)) == 0


@pytest.mark.parametrize(
    ("worker", "dead"),
    [("elsewhere:1:2", False), ("", False), ("x", False), (f"{socket.gethostname()[:40]}:999999999:1", True),
     (f"{socket.gethostname()[:40]}:{os.getpid()}:1", True)],
    ids=["another machine", "nobody", "nonsense", "no such process", "the number was given to another process"],
)  # fmt: skip
def test_only_a_worker_of_this_machine_can_be_seen_dead(worker, dead):
    assert delivery.is_dead(worker) is dead


def stuck(now, status):
    queue(now, "a@x.example")
    with unit_of_work() as session:
        row = session.scalars(select(Delivery)).one()
        row.status, row.attempts, row.error = status, 6, "550 nein"
    return row.id


def test_a_person_sends_a_dead_delivery_again(app, now, mailbox):
    number = stuck(now, "dead")
    with unit_of_work() as session:
        delivery.retry(session, OFFICE, now, delivery.delivery_to_change(session, OFFICE, number))
    assert [(one.status, one.attempts, one.error) for one in deliveries()] == [("queued", 0, None)]
    event = db.session.scalars(select(Event).where(Event.tag == "mail:retry")).one()
    assert (event.actor_id, event.controller_id, event.payload) == (1, 1, f'{{"delivery":{number}}}')
    assert send(mailbox, now).counts == {"sent": 1}


def test_an_uncertain_one_only_when_the_person_is_sure(app, now):
    number = stuck(now, "uncertain")
    with pytest.raises(StepRefused, match="bestätigen"), unit_of_work() as session:
        delivery.retry(session, OFFICE, now, delivery.delivery_to_change(session, OFFICE, number))
    assert statuses() == ["uncertain"]
    assert db.session.scalar(select(Event).where(Event.tag == "mail:retry")) is None
    with unit_of_work() as session:
        delivery.retry(session, OFFICE, now, delivery.delivery_to_change(session, OFFICE, number), sure=True)
    assert statuses() == ["queued"]


@pytest.mark.parametrize("status", ["queued", "sending", "sent", "settled"])
def test_what_is_not_stuck_cannot_be_sent_again_or_settled(app, now, status):
    number = stuck(now, status)
    for deed in (delivery.retry, delivery.settle):
        with pytest.raises(StepRefused), unit_of_work() as session:
            deed(session, OFFICE, now, delivery.delivery_to_change(session, OFFICE, number))
    assert statuses() == [status]


def test_a_person_settles_what_needs_nothing_more(app, now, mailbox):
    number = stuck(now, "uncertain")
    with unit_of_work() as session:
        delivery.settle(session, OFFICE, now, delivery.delivery_to_change(session, OFFICE, number))
    assert statuses() == ["settled"]
    assert db.session.scalars(select(Event).where(Event.tag == "mail:give-up")).one().controller_id == 1
    assert send(mailbox, now + timedelta(days=9)).counts == {}


@pytest.mark.parametrize("grants", [(), (Grant("office", 2),), (Grant("coordinator", 1),), (Grant("adviser", 1),)])
def test_nobody_else_gets_at_a_delivery(app, now, grants):
    number = stuck(now, "dead")
    with pytest.raises(NotVisible), unit_of_work() as session:
        delivery.delivery_to_change(session, Actor("person", 2, grants=grants), number)
