"""One conversation with the mail server (RFC 5321), told apart by what may follow: sent, try again, give up, unknown.

``delivery`` uses it; nothing here knows the database.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Self
from urllib.parse import unquote, urlsplit

from ..documents.mail import UnsendableAddress, envelope_address

PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
CONNECT_SECONDS = 20
REPLY_SECONDS = 300  # RFC 5321, 4.5.3.2
FINAL_REPLY_SECONDS = 600  # RFC 5321, 4.5.3.2.6: the server may need long for the dot, and giving up makes doubles


class Outcome(Enum):
    """What is known about one recipient after one try."""

    SENT = "sent"
    TRY_AGAIN = "try again"
    GIVE_UP = "give up"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Result:
    """The outcome and, unless the mail was sent, the reason in the server's or our words."""

    outcome: Outcome
    reason: str = ""
    connection_lost: bool = False


class NoConnection(Exception):
    """The mail server could not be reached or did not let us in; nothing was handed over."""


class MailServer:
    """A connection for several mails, opened at the first one. Use as a context manager; not for several threads."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.scheme = parts.scheme
        self.host = parts.hostname or "localhost"
        self.port = parts.port or PORTS[parts.scheme]
        self.user = unquote(parts.username or "")
        self.password = unquote(parts.password or "")
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self) -> None:
        """Connects and signs in unless that is done; raises :class:`NoConnection` with a German sentence."""
        if self._smtp is not None:
            return
        try:
            self._smtp = self._connected()
        except smtplib.SMTPAuthenticationError as error:
            raise NoConnection(
                f"Der Mailserver lehnt die Anmeldung ab ({_words(error.smtp_code, error.smtp_error)})."
            ) from error
        except (smtplib.SMTPException, OSError) as error:
            raise NoConnection(f"Der Mailserver {self.host}:{self.port} ist nicht erreichbar ({error}).") from error

    def send(self, sender: str, recipient: str, content: bytes) -> Result:
        """Hands over one mail (CRLF line ends) to one recipient.

        Only the server's 250 after the final dot means sent. What breaks before the content began can be tried again;
        what breaks later is unknown, since the server may have taken the mail already (RFC 5321, 4.5.3.2.6).
        """
        smtp = self._smtp
        if smtp is None:
            raise RuntimeError("open() comes first")
        try:
            refused = self._envelope(smtp, sender, recipient)
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            return Result(Outcome.TRY_AGAIN, f"Die Verbindung brach vor der Übergabe ab ({error}).", True)
        if refused is not None:
            return refused
        try:
            if smtp.sock is not None:
                smtp.sock.settimeout(FINAL_REPLY_SECONDS)
            smtp.send(_dotted(content))
            code, reply = smtp.getreply()
            if smtp.sock is not None:
                smtp.sock.settimeout(REPLY_SECONDS)
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            return Result(Outcome.UNKNOWN, f"Die Verbindung brach während der Übergabe ab ({error}).", True)
        return Result(Outcome.SENT) if code == 250 else self._refused(code, reply)

    def close(self) -> None:
        """Says QUIT if anybody listens; errors do not matter any more."""
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        try:
            if smtp.sock is not None:
                smtp.sock.settimeout(5)
            smtp.quit()
        except (smtplib.SMTPException, OSError):
            smtp.close()

    def _connected(self) -> smtplib.SMTP:
        name = socket.gethostname() or "localhost"
        if self.scheme == "smtps":
            context = ssl.create_default_context()
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, local_hostname=name, timeout=CONNECT_SECONDS, context=context
            )
        else:
            smtp = smtplib.SMTP(self.host, self.port, local_hostname=name, timeout=CONNECT_SECONDS)
        try:
            smtp.ehlo_or_helo_if_needed()
            if self.scheme == "smtp+starttls":
                smtp.starttls(context=ssl.create_default_context())
                smtp.ehlo()
            if self.user:
                smtp.login(self.user, self.password)
            if smtp.sock is not None:
                smtp.sock.settimeout(REPLY_SECONDS)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _envelope(self, smtp: smtplib.SMTP, sender: str, recipient: str) -> Result | None:
        """MAIL, RCPT and DATA; None when the server waits for the content."""
        try:
            origin, target = envelope_address(sender), envelope_address(recipient)
        except UnsendableAddress as error:
            return Result(Outcome.GIVE_UP, str(error))
        steps: tuple[tuple[Callable[[], tuple[int, bytes]], tuple[int, ...]], ...] = (
            (lambda: smtp.mail(origin), (250,)),
            (lambda: smtp.rcpt(target), (250, 251)),
            (lambda: smtp.docmd("DATA"), (354,)),
        )
        for step, good in steps:
            code, reply = step()
            if code not in good:
                return self._refused(code, reply)
        return None

    def _refused(self, code: int, reply: bytes) -> Result:
        """4xx is for now, 5xx for good (RFC 5321, 4.2.1); the conversation is reset for the next mail."""
        lost = code == 421
        if lost:
            self.close()
        elif self._smtp is not None:
            try:
                self._smtp.rset()
            except (smtplib.SMTPException, OSError):
                self.close()
                lost = True
        outcome = Outcome.GIVE_UP if 500 <= code < 600 else Outcome.TRY_AGAIN
        return Result(outcome, _words(code, reply), lost)


def _dotted(content: bytes) -> bytes:
    """The content with doubled dots at line starts and the final dot (RFC 5321, 4.5.2)."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", content)
    lines = re.sub(rb"(?m)^\.", b"..", lines)
    if not lines.endswith(b"\r\n"):
        lines += b"\r\n"
    return lines + b".\r\n"


def _words(code: int, reply: bytes | str) -> str:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return f"{code} {' '.join(text.split())}".strip()[:500]
