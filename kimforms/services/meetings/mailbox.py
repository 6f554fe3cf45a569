"""Reads a mailbox by IMAP (RFC 3501) for ``inbound``: what is done is marked as read, what a person has to read is flagged.

Nothing is deleted. A mail is marked only after what it said is stored, so a broken connection loses nothing.
"""

from __future__ import annotations

import imaplib
import socket
import ssl
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import unquote, urlsplit

from sqlalchemy.orm import Session

from ...documents.inbound_mail import MAX_MAIL
from .inbound import Outcome, take_in

SECONDS = 30
MOST = 200
"""So many mails are read in one round."""
PORTS = {"imap": 143, "imap+starttls": 143, "imaps": 993}
Unit = Callable[[], AbstractContextManager[Session]]


class MailboxRefused(RuntimeError):
    """The mailbox cannot be read; the text is a German sentence without the password."""


@dataclass
class Round:
    """What one look at the mailbox gave."""

    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def left(self) -> int:
        """How many mails wait in the mailbox for a person."""
        return sum(not one.is_done for one in self.outcomes)


def poll(unit: Unit, clock: Callable[[], datetime], url: str) -> Round:
    """Takes in what is neither read nor flagged, oldest first. Raises :class:`MailboxRefused`."""
    done = Round()
    try:
        server = _connect(url)
    except (OSError, imaplib.IMAP4.error, ssl.SSLError) as error:
        raise MailboxRefused(f"Das Postfach lässt sich nicht öffnen: {_said(error)}") from None
    try:
        for number in _numbers(_expect(server.uid("SEARCH", "UNSEEN", "UNFLAGGED"), "suchen"))[:MOST]:
            content = _content(server, number)
            if content is None:  # somebody took it away meanwhile
                continue
            with unit() as session:
                outcome = take_in(session, clock(), content)
            flag = r"(\Seen)" if outcome.is_done else r"(\Flagged)"
            _expect(server.uid("STORE", number, "+FLAGS.SILENT", flag), "markieren")
            done.outcomes.append(outcome)
    except (OSError, imaplib.IMAP4.error) as error:
        raise MailboxRefused(f"Die Verbindung zum Postfach brach ab: {_said(error)}") from None
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            server.logout()
    return done


def _connect(url: str) -> imaplib.IMAP4:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    context = ssl.create_default_context()
    server: imaplib.IMAP4
    if parts.scheme == "imaps":
        server = imaplib.IMAP4_SSL(host, port, ssl_context=context, timeout=SECONDS)
    else:
        server = imaplib.IMAP4(host, port, timeout=SECONDS)
    try:
        if parts.scheme == "imap+starttls":
            server.starttls(context)
        server.login(unquote(parts.username or ""), unquote(parts.password or ""))
        folder = unquote(parts.path.lstrip("/")) or "INBOX"
        named = folder.replace("\\", "\\\\").replace('"', '\\"')
        _expect(server.select(f'"{named}"'), f"Ordner {folder} öffnen")
    except BaseException:
        with suppress(OSError, imaplib.IMAP4.error):
            server.shutdown()
        raise
    return server


def _numbers(data: object) -> list[str]:
    first = data[0] if isinstance(data, list) and data else b""
    return first.decode("ascii").split() if isinstance(first, bytes) else []


def _content(server: imaplib.IMAP4, number: str) -> bytes | None:
    """The mail without marking it as read; one byte more than is read, so that a larger one is refused as such."""
    _status, answer = server.uid("FETCH", number, f"(BODY.PEEK[]<0.{MAX_MAIL + 1}>)")
    for part in answer or []:
        if isinstance(part, tuple):
            return bytes(part[1])
    return None


def _expect(answer: tuple[str, object], what: str) -> object:
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error(f"{what}: {data!r}"[:200])
    return data


def _said(error: BaseException) -> str:
    if isinstance(error, socket.gaierror):
        return "Den Server gibt es nicht."
    return " ".join(str(error).split())[:200] or type(error).__name__
