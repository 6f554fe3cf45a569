"""Mails as bytes for the mail server, out of plain data. ``services/delivery.py`` calls :func:`mail_bytes`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, quote
from typing import Literal

_BREAKS = re.compile(r"[\x00-\x1f\x7f]")


class UnsendableAddress(ValueError):
    """An address that mail servers without SMTPUTF8 (RFC 6531) cannot take; the text is a German sentence."""


@dataclass(frozen=True)
class CalendarPart:
    """A calendar object of `documents.calendar` and its method."""

    method: Literal["REQUEST", "CANCEL"]
    content: bytes


@dataclass(frozen=True)
class File:
    """An attachment."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """One mail to one recipient. ``message_id`` comes with its angle brackets; ``sent_at`` is aware."""

    message_id: str
    subject: str
    text: str
    html: str
    language: str
    sender_name: str
    sender_address: str
    recipient: str
    sent_at: datetime
    reply_to: str | None = None
    calendar: CalendarPart | None = None
    files: tuple[File, ...] = ()


def mail_bytes(letter: Letter) -> bytes:
    """The mail with CRLF line ends, ready for DATA: text and HTML as alternatives (RFC 2046, 5.1.4).

    It says that a program wrote it (RFC 3834, 5), so that absence notes do not answer. Raises ValueError when a header
    holds a line break and :class:`UnsendableAddress` when the address does not fit.
    """
    headers = [
        ("Message-ID", _single(letter.message_id)),
        ("Date", format_datetime(letter.sent_at)),
        ("From", _mailbox(letter.sender_address, letter.sender_name)),
        ("To", _mailbox(letter.recipient)),
        ("Subject", _encoded(letter.subject, "Subject")),
        ("Content-Language", _single(letter.language)),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
    ]
    if letter.reply_to:
        headers.append(("Reply-To", _mailbox(letter.reply_to)))
    body = EmailMessage(policy=SMTP)
    body.set_content(letter.text, cte="quoted-printable")
    body.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    return "".join(f"{name}: {value}\r\n" for name, value in headers).encode("ascii") + body.as_bytes()


def envelope_address(address: str) -> str:
    """``address`` as MAIL FROM and RCPT TO take it: the domain in its ASCII form (RFC 5891).

    Raises :class:`UnsendableAddress` when the part before the @ is not ASCII or the domain is none.
    """
    local, at, domain = _single(address).rpartition("@")
    if not at or not local or not local.isascii():
        raise UnsendableAddress("Die Adresse enthält vor dem @ Zeichen, die Mailserver nicht annehmen.")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError as error:
        raise UnsendableAddress("Der Teil der Adresse hinter dem @ ist kein Name eines Rechners.") from error


def _mailbox(address: str, name: str = "") -> str:
    plain = envelope_address(address)
    try:
        spec = Address(addr_spec=plain).addr_spec
    except Exception as error:  # the parser of the standard library raises HeaderParseError, IndexError and others
        raise UnsendableAddress("Die Adresse hat nicht die Form einer E-Mail-Adresse.") from error
    if not name:
        return spec
    shown = f'"{quote(_single(name))}"' if name.isascii() else _encoded(name, "From")
    return f"{shown}\r\n <{spec}>"


def _encoded(value: str, header: str) -> str:
    """The value folded and, unless it is ASCII, as encoded words (RFC 2047).

    The older class of the standard library is used on purpose: the folding of ``EmailMessage`` loses blanks between
    encoded words (Python 3.11).
    """
    text = _single(value)
    return Header(text, "us-ascii" if text.isascii() else "utf-8", 76, header).encode(linesep="\r\n")


def _single(value: str) -> str:
    if _BREAKS.search(value):
        raise ValueError("a header cannot hold a line break or control character")
    return value
