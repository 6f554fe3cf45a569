"""A mail that came in, as bytes, to plain data: calendar replies, reports of mail servers, what a person wrote.

`services/meetings/inbound.py` decides what follows. Anybody can send such bytes, so nothing here trusts them: depth,
number of parts, lengths and decoded sizes are limited, and only :class:`UnreadableMail` is ever raised.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses
from html.parser import HTMLParser
from typing import Literal, cast

from kimforms.documents.calendar_replies import Reply, UnreadableCalendar, parse_reply
from kimforms.documents.mail import comparable_address

MAX_MAIL = 5_000_000
"""Bytes of a mail that are read; a larger one is refused."""
MAX_TEXT = 20_000
MAX_PARTS = 100
MAX_DEPTH = 12
MAX_RECIPIENTS = 200
MAX_HEADER = 1000

Action = Literal["failed", "delayed", "delivered", "relayed", "expanded"]
_ACTIONS: tuple[Action, ...] = ("failed", "delayed", "delivered", "relayed", "expanded")

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_MESSAGE_ID = re.compile(r"<[^<>\s]{3,250}>")
_ADDRESS = re.compile(r"[^\s@<>\"(),;:]{1,64}@[^\s@<>\"(),;:]{1,189}")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_BOUNDARIES = re.compile(rb"boundary\s*=", re.IGNORECASE)


class UnreadableMail(ValueError):
    """Bytes that are no mail, or too many of them; the text is a German sentence."""


@dataclass(frozen=True)
class Bounce:
    """One recipient of a delivery report (RFC 3464). `status` is such as `5.1.1`; `message_id` names the mail that failed."""

    recipient: str
    action: Action
    status: str
    reason: str = ""
    message_id: str = ""

    @property
    def is_final(self) -> bool:
        """Whether the mail did not arrive and will not."""
        return self.action == "failed"


@dataclass(frozen=True)
class Inbound:
    """What a mail says. Addresses are comparable (`mail.comparable_address`), `text` is plain and not too long.

    `in_reply_to` are Message-IDs of the mails that it answers, the nearest first. `problems` are German sentences on
    parts that could not be read, such as a broken calendar reply.
    """

    message_id: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    calendar_replies: tuple[Reply, ...] = ()
    text: str = ""
    bounces: tuple[Bounce, ...] = ()
    auto_submitted: bool = False
    in_reply_to: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def is_bounce(self) -> bool:
        """Whether a mail server reports that a mail did not arrive, or late."""
        return any(bounce.action in ("failed", "delayed") for bounce in self.bounces)


def read_mail(content: bytes) -> Inbound:
    """The mail in `content` (RFC 5322). Raises :class:`UnreadableMail` when it is empty, too large or no mail at all."""
    if len(content) > MAX_MAIL:
        raise UnreadableMail("Die Nachricht ist größer als 5 Megabyte.")
    if len(_BOUNDARIES.findall(content)) > MAX_PARTS:
        raise UnreadableMail("Die Nachricht ist zu tief verschachtelt.")
    try:
        message = message_from_bytes(content, policy=policy.compat32)
    except (ValueError, LookupError, RecursionError) as error:
        raise UnreadableMail("Die Nachricht lässt sich nicht lesen.") from error
    if not message.keys() or not any(message.get(name) for name in ("From", "Message-ID", "Date", "Subject")):
        raise UnreadableMail("Das ist keine E-Mail: Es fehlen die Kopfzeilen.")
    parts = list(_leaves(message))
    replies, problems = _replies(parts)
    return Inbound(
        message_id=next(iter(_message_ids(message, "Message-ID")), ""),
        sender=next(iter(_addresses(message, "From")), "") or next(iter(_addresses(message, "Sender")), ""),
        recipients=tuple(_addresses(message, "To", "Cc", "Delivered-To", "X-Original-To"))[:MAX_RECIPIENTS],
        subject=_header(message, "Subject"),
        calendar_replies=replies,
        text=_own_text(parts),
        bounces=tuple(_bounces(parts)),
        auto_submitted=_is_automatic(message),
        in_reply_to=(*_message_ids(message, "In-Reply-To"), *reversed(_message_ids(message, "References")))[:20],
        problems=problems,
    )


def _leaves(message: Message) -> Iterator[Message]:
    """Parts without parts, in reading order, and the reports of mail servers as a whole; a forwarded mail is not entered."""
    yield from _walk(message, 0, [MAX_PARTS])


def _walk(part: Message, depth: int, budget: list[int]) -> Iterator[Message]:
    if budget[0] <= 0 or depth > MAX_DEPTH:
        return
    budget[0] -= 1
    if part.get_content_maintype() == "multipart" and part.is_multipart():
        for child in _children(part):
            yield from _walk(child, depth + 1, budget)
    else:
        yield part


def _children(part: Message) -> list[Message]:
    """The parts within; asked of a part without any, `get_payload` would decode its text and may fail."""
    return cast(list[Message], part.get_payload()) if part.is_multipart() else []


def _replies(parts: list[Message]) -> tuple[tuple[Reply, ...], tuple[str, ...]]:
    """What the calendar parts answer; the same reply as alternative and as attachment counts once."""
    found: list[Reply] = []
    problems: list[str] = []
    for part in parts:
        kind = part.get_content_type()
        if kind not in ("text/calendar", "application/ics") and not _file_name(part).endswith(".ics"):
            continue
        try:
            method = part.get_param("method", "")
            read = parse_reply(_payload(part), method=method if isinstance(method, str) else "")
        except UnreadableCalendar as error:
            problems.append(str(error))
            continue
        found.extend(reply for reply in read if reply not in found)
    return tuple(found), tuple(dict.fromkeys(problems)) if not found else ()


def _bounces(parts: list[Message]) -> Iterator[Bounce]:
    """What a `message/delivery-status` says for each recipient (RFC 3464, 2.3), with the mail that it speaks of."""
    original = ""
    for part in parts:
        if part.get_content_type() in ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers"):
            original = original or next(iter(_original_ids(part)), "")
    for part in parts:
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in _children(part)[:MAX_RECIPIENTS]:
            if (bounce := _bounce(block, original)) is not None:
                yield bounce


def _bounce(block: Message, original: str) -> Bounce | None:
    recipient = _typed(block, "Original-Recipient") or _typed(block, "Final-Recipient")
    action = next((known for known in _ACTIONS if known == _header(block, "Action").strip().lower()), None)
    if not _ADDRESS.fullmatch(recipient) or action is None:
        return None
    status = _STATUS.search(_header(block, "Status"))
    reason = _header(block, "Diagnostic-Code").partition(";")[2].strip() or _header(block, "Diagnostic-Code")
    return Bounce(comparable_address(recipient), action, status[0] if status else "", reason[:500], original)


def _typed(block: Message, name: str) -> str:
    """The value behind the type in `rfc822; somebody@example.org`."""
    return _header(block, name).partition(";")[2].strip().strip("<>")


def _original_ids(part: Message) -> list[str]:
    if part.is_multipart():
        return [found for child in _children(part)[:1] for found in _message_ids(child, "Message-ID")]
    headers = re.search(rb"(?im)^message-id:\s*(<[^<>\s]{3,250}>)", _payload(part)[:100_000])
    return [headers[1].decode("ascii", "replace")] if headers else []


def _own_text(parts: list[Message]) -> str:
    """The first text that is no attachment: plain before HTML."""
    for wanted in ("text/plain", "text/html"):
        for part in parts:
            if part.get_content_type() != wanted or part.get_content_disposition() == "attachment":
                continue
            text = _decoded(part)[: MAX_TEXT * 4]
            plain = _without_markup(text) if wanted == "text/html" else text
            plain = re.sub(r"[^\S\n]+\n", "\n", plain.replace("\r\n", "\n").replace("\r", "\n"))
            plain = re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", re.sub(r"\n{3,}", "\n\n", plain)).strip()
            if plain:
                return plain[:MAX_TEXT]
    return ""


def _payload(part: Message) -> bytes:
    try:
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        return b""
    return content if isinstance(content, bytes) else b""


ESCAPES = frozenset({"unicode_escape", "raw_unicode_escape", "unicodeescape", "rawunicodeescape"})
"""Codecs of Python's own spelling of texts: no mail is written in them (RFC 2045, 2.2 wants registered names)."""


def _decoded(part: Message) -> str:
    content = _payload(part)
    charset = part.get_param("charset", "utf-8")
    for name in (charset if isinstance(charset, str) else "utf-8", "utf-8"):
        if name.lower().replace("-", "_") in ESCAPES:
            continue
        try:
            return content.decode(name)
        except (ValueError, LookupError):  # UnicodeDecodeError is a ValueError
            continue
    return content.decode("cp1252", errors="replace")


def _header(message: Message, name: str) -> str:
    """One header as text on one line, encoded words read, what cannot be decoded replaced."""
    raw = str(message.get(name, ""))[: MAX_HEADER * 4]
    try:
        words = decode_header(raw)
    except (HeaderParseError, ValueError):
        words = [(raw, None)]
    text = ""
    for word, charset in words:
        if isinstance(word, str):
            text += word
            continue
        try:
            text += word.decode(charset or "utf-8", errors="replace")
        except LookupError:
            text += word.decode("utf-8", errors="replace")
    return " ".join(_CONTROL.sub(" ", text).encode("utf-8", "replace").decode("utf-8").split())[:MAX_HEADER]


def _addresses(message: Message, *names: str) -> list[str]:
    values = [str(value)[:20_000] for name in names for value in message.get_all(name, [])[:20]]
    try:
        pairs = getaddresses(values)
    except (ValueError, IndexError, RecursionError):
        return []
    return list(dict.fromkeys(comparable_address(spec) for _, spec in pairs if _ADDRESS.fullmatch(spec)))


def _message_ids(message: Message, name: str) -> list[str]:
    return _MESSAGE_ID.findall(str(message.get(name, ""))[:20_000])


def _file_name(part: Message) -> str:
    try:
        return str(part.get_filename("")).lower()
    except (ValueError, LookupError):
        return ""


def _is_automatic(message: Message) -> bool:
    """Whether a program wrote the mail: absence notes, lists, reports (RFC 3834, 5)."""
    said = _header(message, "Auto-Submitted").lower().partition(";")[0].strip()
    if said not in ("", "no"):
        return True
    if _header(message, "Precedence").lower() in ("auto_reply", "bulk", "junk"):
        return True
    return bool(message.get("X-Autoreply") or message.get("X-Autorespond")) or _header(message, "Return-Path") == "<>"


class _Words(HTMLParser):
    """The text of an HTML mail, block by block, without scripts and styles."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  called so
        if tag in ("script", "style", "head", "title"):
            self.hidden += 1
        elif tag in ("br", "p", "div", "tr", "li", "blockquote"):
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "head", "title"):
            self.hidden = max(0, self.hidden - 1)

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.words.append(re.sub(r"\s+", " ", data))


def _without_markup(html: str) -> str:
    reader = _Words()
    try:
        reader.feed(html)
        reader.close()
    except (ValueError, AssertionError):  # the parser of the standard library gives up on some declarations
        return re.sub(r"<[^>]*>", " ", html)
    return "".join(reader.words)
