"""The same submission, posted many times at once, becomes one record with one code, one event and one mail each."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from ..support.mail import Mailbox
from ..support.reports import CONTACT
from ..support.server import Answer, Visitor, wait_until
from .conftest import MakeServer

TIMES = 20


def test_twenty_posts_at_once_become_one_report(make_server: MakeServer, mailbox: Mailbox) -> None:
    server = make_server(smtp_url=mailbox.url)
    server.start()
    first = Visitor(server.port)
    form = first.report(**CONTACT)
    visitors = [_twin(first) for _ in range(TIMES)]
    together = Barrier(TIMES)

    def send(visitor: Visitor) -> Answer:
        together.wait()
        return visitor.send(form)

    with ThreadPoolExecutor(TIMES) as pool:
        answers = list(pool.map(send, visitors))
    assert {(answer.status, answer.location) for answer in answers} == {(303, "/report/done")}
    confirmations = {visitor.confirmation() for visitor in visitors}
    assert len(confirmations) == 1
    ((reference, _code),) = confirmations
    assert [row[0] for row in server.rows("SELECT reference FROM record")] == [reference]
    assert server.rows("SELECT count(*) FROM event WHERE tag = 'record:submit'") == [(1,)]
    assert server.rows("SELECT count(*) FROM number_sequence WHERE last > 1") == [(0,)]
    wait_until(lambda: CONTACT["melder_email"] in mailbox.addresses, "the receipt arrives")
    wait_until(
        lambda: server.rows("SELECT count(*) FROM delivery WHERE status <> 'sent'") == [(0,)], "all mails are sent"
    )
    assert len(mailbox.addresses) == len(set(mailbox.addresses))
    assert server.command("audit", "verify").returncode == 0


def _twin(visitor: Visitor) -> Visitor:
    """Another tab of the same browser."""
    other = Visitor(visitor.port, visitor.network)
    other.cookies = dict(visitor.cookies)
    return other
