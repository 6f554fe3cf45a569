"""A mailbox on a real IMAP server: read once, marked for people where they have to look, nothing lost on the way."""

from __future__ import annotations

import imaplib
import socket
import time
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from sqlalchemy import func, select

from kimforms.extensions import db
from kimforms.models import InboundMail
from kimforms.services.meetings import mailbox
from kimforms.services.meetings.mailbox import MailboxRefused
from kimforms.services.unit_of_work import unit_of_work

from ..support.calendar_replies import reply, words
from ..support.databases import NOW
from ..support.imap import NAME, PASSWORD, imap_server, open_mailbox
from ..support.invitations import invited, rows
from ..support.meetings import found

pytestmark = pytest.mark.usefixtures("app")
SOCIAL = "sozialamt.pruefgremium@member.example"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with imap_server() as number:
        yield number


@pytest.fixture
def program(port: int) -> Iterator[imaplib.IMAP4]:
    """The mail program of a person, with an empty INBOX."""
    opened = open_mailbox(port)
    if having(opened, "ALL"):
        opened.store("1:*", "+FLAGS", r"(\Deleted)")
        opened.expunge()
    yield opened
    opened.logout()


def poll(port: int, folder: str = "INBOX", password: str = PASSWORD) -> mailbox.Round:
    return mailbox.poll(
        unit_of_work, lambda: NOW, f"imap://{NAME}:{quote(password, safe='')}@127.0.0.1:{port}/{folder}"
    )


def put(program: imaplib.IMAP4, content: bytes) -> None:
    assert program.append("INBOX", "", imaplib.Time2Internaldate(time.time()), content)[0] == "OK"


def having(program: imaplib.IMAP4, *flags: str) -> int:
    """How many mails have these flags."""
    program.noop()
    return len(program.search(None, *flags)[1][0].split())


def test_replies_are_read_and_words_are_left_for_people(port: int, program: imaplib.IMAP4) -> None:
    reference = invited()
    put(program, reply(found(reference).uid, SOCIAL))
    put(program, words("Frage zur Sitzung"))
    put(program, b"From: a@b.example\r\n\r\n" + b"x" * 5_100_000)
    done = poll(port)
    assert [one.outcome for one in done.outcomes] == ["answer", "unread", "unreadable"]
    assert done.left == 2
    assert rows(reference)["Sozialamt"].answer == "accepted"
    assert (having(program, "ALL"), having(program, "SEEN"), having(program, "FLAGGED", "UNSEEN")) == (3, 1, 2)
    assert poll(port).outcomes == []
    assert db.session.scalar(select(func.count()).select_from(InboundMail)) == 3


def test_a_mail_that_was_stored_before_the_mark_counts_once(port: int, program: imaplib.IMAP4) -> None:
    reference = invited()
    put(program, reply(found(reference).uid, SOCIAL))
    poll(port)
    program.store("1", "-FLAGS", r"(\Seen)")  # as if the connection had broken before the mark
    [again] = poll(port).outcomes
    assert again.repeated
    assert db.session.scalar(select(func.count()).select_from(InboundMail)) == 1
    assert having(program, "SEEN") == 1


def test_what_keeps_a_mailbox_closed_is_said_without_the_password(port: int) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nobody = probe.getsockname()[1]
    for refused in (
        lambda: poll(port, password="falsch"),
        lambda: poll(port, folder="Gibtsnicht"),
        lambda: poll(nobody),
    ):
        with pytest.raises(MailboxRefused) as error:
            refused()
        assert PASSWORD not in str(error.value)
        assert "falsch" not in str(error.value)
