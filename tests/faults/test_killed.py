"""Processes killed with -9 at any moment: nothing confirmed is lost, nothing doubled, no mail sent twice, the chain holds."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPException
from threading import Event

import psutil

from ..support.mail import Mailbox
from ..support.reports import CONTACT
from ..support.server import FilledIn, Server, Visitor, wait_until
from .conftest import MakeServer

SECONDS = 12
REPORTERS = 3
REPORTS = 25  # of each reporter, so that the killing goes on while the mails are sent
TRIES = 4
SEED = 20261123


@dataclass
class Sent:
    """What reporters know: the references they were shown, by the address they gave, and the forms without an answer."""

    confirmed: dict[str, str] = field(default_factory=dict)
    unanswered: set[str] = field(default_factory=set)


def test_workers_killed_under_load_lose_and_double_nothing(make_server: MakeServer, mailbox: Mailbox) -> None:
    server = make_server(smtp_url=mailbox.url)
    server.start()
    over = Event()
    with ThreadPoolExecutor(REPORTERS + 1) as pool:
        killed = pool.submit(_kill_at_random, server, over)
        reporting = [pool.submit(_report, server, number, over) for number in range(REPORTERS)]
        known = [one.result() for one in reporting]
        kills = killed.result()
    assert kills >= 5, "too few kills to mean anything"
    confirmed = {address: reference for sent in known for address, reference in sent.confirmed.items()}
    unanswered = set().union(*(sent.unanswered for sent in known))
    assert len(confirmed) >= 5, "too few reports to mean anything"
    _drain(server)
    _every_report_once(server, confirmed, unanswered)
    _every_mail_once(server, mailbox, set(confirmed))
    verified = server.command("audit", "verify")
    assert verified.returncode == 0, verified.stderr


def _kill_at_random(server: Server, over: Event) -> int:
    """Kills one child after another, web workers and the worker for jobs alike; returns how many."""
    chance, kills, limit = random.Random(SEED), 0, time.monotonic() + SECONDS
    while not over.wait(chance.uniform(0.1, 0.9)) and time.monotonic() < limit:
        children = server.children()
        if children:
            try:
                chance.choice(children).send_signal(signal.SIGKILL)
                kills += 1
            except psutil.NoSuchProcess:
                continue
    over.set()
    return kills


def _report(server: Server, number: int, over: Event) -> Sent:
    """Sends report after report; a form without an answer is sent again, as a person would."""
    sent = Sent()
    for count in range(REPORTS):
        if over.is_set():
            break
        address = f"r{number}-{count}@beratung.example"
        visitor = Visitor(server.port, f"198.51.{number}.{count}")
        _send_one(visitor, address, sent)
    return sent


def _send_one(visitor: Visitor, address: str, sent: Sent) -> None:
    form: FilledIn | None = None
    for _ in range(TRIES):
        try:
            form = form or visitor.report(**CONTACT | {"melder_email": address, "titel": f"Meldung von {address}"})
            sent.unanswered.add(address)
            answer = visitor.send(form)
            if answer.status == 303:
                sent.confirmed[address] = visitor.confirmation()[0]
                sent.unanswered.discard(address)
                return
            assert answer.status in (500, 503), answer.text[:2000]
        except (OSError, HTTPException):
            continue


def _drain(server: Server) -> None:
    """Whoever is down comes back by itself; a restart lets the worker look after what a dead one has begun."""
    wait_until(server.healthy, "the killed workers are replaced")
    assert server.stop() == 0, server.log()
    server.start()
    waiting = "SELECT count(*) FROM delivery WHERE status IN ('queued', 'sending')"
    wait_until(lambda: server.rows(waiting) == [(0,)], "every mail is sent or shown as uncertain")


def _every_report_once(server: Server, confirmed: dict[str, str], unanswered: set[str]) -> None:
    stored = server.rows(
        "SELECT record.reference, record_contact.email, record.id FROM record JOIN record_contact ON record_id = record.id"
    )
    by_address = Counter(email for _, email, _ in stored)
    assert max(by_address.values()) == 1
    assert {email: reference for reference, email, _ in stored if email in confirmed} == confirmed
    assert by_address.keys() <= confirmed.keys() | unanswered
    events = server.rows("SELECT record_id FROM event WHERE tag = 'record:submit'")
    assert sorted(row[0] for row in events) == sorted(number for _, _, number in stored)
    numbers = sorted(int(reference.rpartition("-")[2]) for reference, _, _ in stored)
    assert numbers == list(range(1, len(stored) + 1)), "references have no gaps and no doubles"


def _every_mail_once(server: Server, mailbox: Mailbox, confirmed: set[str]) -> None:
    deliveries = server.rows(
        "SELECT message_id_header, address, status FROM ("
        "SELECT outbox_message.message_id AS message_id_header, address, status "
        "FROM delivery JOIN outbox_message ON outbox_message.id = delivery.message_id)"
    )
    arrived = Counter((str(message["Message-ID"]), address) for address, message in mailbox.taken)
    assert [one for one, times in arrived.items() if times > 1] == []
    statuses = Counter(status for _, _, status in deliveries)
    assert statuses.keys() <= {"sent", "uncertain"}, statuses
    sent = {(message, address) for message, address, status in deliveries if status == "sent"}
    uncertain = {(message, address) for message, address, status in deliveries if status == "uncertain"}
    assert sent <= arrived.keys() <= sent | uncertain
    assert confirmed <= {address for _, address, _ in deliveries}, "every reporter was written to"


def test_a_killed_parent_takes_its_children_along_and_a_new_start_works(make_server: MakeServer) -> None:
    server = make_server()
    server.start()
    visitor = Visitor(server.port)
    assert visitor.send(visitor.report()).status == 303
    reference = visitor.confirmation()[0]
    left = server.kill()
    assert len(left) == 3  # two for the web, one for jobs
    wait_until(lambda: not any(_runs(one) for one in left), "the children end by themselves")
    server.start()
    assert server.rows("SELECT reference FROM record") == [(reference,)]
    again = Visitor(server.port)
    assert again.send(again.report()).status == 303


def _runs(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
