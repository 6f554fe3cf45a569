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
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*/[A-Za-z0-9][A-Za-z0-9.+-]*")


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

    With a calendar object or files it is multipart/mixed around them. It says that a program wrote it (RFC 3834, 5), so
    that absence notes do not answer. Raises ValueError when a header holds a line break and :class:`UnsendableAddress`
    when the address does not fit.
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
    return "".join(f"{name}: {value}\r\n" for name, value in headers).encode("ascii") + _body(letter).as_bytes()


def comparable_address(address: str) -> str:
    """`address` in the one spelling by which two are compared: small letters, the domain in its ASCII form.

    What is no address comes back in small letters, so that it equals none.
    """
    local, _, domain = _BREAKS.sub("", address).strip().lower().rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii').lower()}"
    except UnicodeError:
        return f"{local}@{domain}"


def _body(letter: Letter) -> EmailMessage:
    """Text and HTML; with a calendar object also that as the last alternative (RFC 6047, 2.4), then the attachments.

    Outlook and Google act on the alternative; the file `invite.ics` is for programs that know attachments only.
    """
    body = EmailMessage(policy=SMTP)
    body.set_content(letter.text, cte="quoted-printable")
    body.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    if letter.calendar is not None:
        body.attach(_calendar_part(letter.calendar))
    for file in letter.files:
        kind = file.media_type if _MEDIA_TYPE.fullmatch(file.media_type) else "application/octet-stream"
        main, _, sub = kind.lower().partition("/")
        if main in ("multipart", "message"):  # whose content would have to be taken apart
            main, sub = "application", "octet-stream"
        body.add_attachment(file.content, maintype=main, subtype=sub, filename=_file_name(file.name))
    if letter.calendar is not None:
        body.add_attachment(
            letter.calendar.content,
            maintype="application",
            subtype="ics",
            filename="invite.ics",
            params={"method": letter.calendar.method},
        )
    return body


def _calendar_part(calendar: CalendarPart) -> EmailMessage:
    part = EmailMessage(policy=SMTP)
    part.set_content(calendar.content.decode("utf-8"), subtype="calendar", charset="utf-8", cte="base64")
    part.set_param("method", calendar.method)
    part.set_param("component", "VEVENT")
    del part["MIME-Version"]
    return part


def _file_name(name: str) -> str:
    """A name that is no path, holds no control character and fits one line."""
    plain = _BREAKS.sub(" ", name).replace("/", "_").replace("\\", "_").strip(" .")
    return plain[:120] or "anlage"


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
