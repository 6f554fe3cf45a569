"""Calendar replies as Outlook, Google and others send them, and reports of mail servers, for the tests of what comes in."""

from __future__ import annotations

from datetime import datetime

from .databases import NOW


def reply(
    uid: str,
    address: str,
    partstat: str = "ACCEPTED",
    *,
    sequence: int | None = 0,
    sender: str | None = None,
    organizer: bool = True,
    method: str = "REPLY",
    stamp: datetime = NOW,
    more: str = "",
    params: str = "",
    tag: str = "1",
) -> bytes:
    """A mail with a calendar reply; ``params`` are further parameters of the attendee, ``more`` further lines."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Test//DE",
        f"METHOD:{method}",
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}",
        *(["ORGANIZER:mailto:kimforms@localhost"] if organizer else []),
        *([f"SEQUENCE:{sequence}"] if sequence is not None else []),
        f"ATTENDEE;PARTSTAT={partstat}{params}:MAILTO:{address}",
        *([more] if more else []),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    calendar = "\r\n".join(lines) + "\r\n"
    return (
        f"From: Kim Beispiel <{sender or address}>\r\nTo: kimforms@localhost\r\nSubject: Zugesagt: Sitzung\r\n"
        f"Message-ID: <reply-{tag}@member.example>\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: text/calendar; method={method}; charset="utf-8"\r\n\r\n{calendar}'
    ).encode()


def bounce(
    message_id: str, recipient: str, action: str = "failed", reason: str = "550 5.1.1 Kein solches Postfach"
) -> bytes:
    """A report of a mail server (RFC 3464) on one of our mails."""
    return (
        "From: MAILER-DAEMON@mx.example\r\nTo: kimforms@localhost\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        "Auto-Submitted: auto-replied\r\nMessage-ID: <bounce@mx.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nLeider nicht zustellbar.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; {reason}\r\n"
        f"\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {message_id}\r\nSubject: Einladung\r\n\r\n--b--\r\n"
    ).encode()


def words(subject: str = "Re: Einladung", text: str = "Ich komme gern.", more: str = "", reply_to: str = "") -> bytes:
    """A mail that somebody wrote by hand."""
    answering = f"In-Reply-To: {reply_to}\r\n" if reply_to else ""
    return (
        f"From: kim@member.example\r\nTo: kimforms@localhost\r\nSubject: {subject}\r\n{more}{answering}"
        f"Message-ID: <w{abs(hash((subject, text, more)))}@member.example>\r\n\r\n{text}\r\n"
    ).encode()
