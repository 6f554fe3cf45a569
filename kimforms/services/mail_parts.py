"""What mails carry beside their text: calendar objects and files. ``outbox.queue`` keeps them, ``delivery`` sends them.

A file that many mails carry lies once in the file store; a calendar object is made for one recipient and stands in the
row. ``{{reply:ID}}`` in a calendar object is filled at sending time, as in the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..documents.calendar import filled
from ..documents.mail import CalendarPart, File
from ..models import Blob, MessagePart, OutboxMessage
from ..permissions import Actor, may
from .file_store import FileStore
from .refusals import NotVisible

CALENDAR_NAME = "invite.ics"
LONGEST_NAME = 150


class MissingFile(ValueError):
    """A file that a mail carries is not in the store; the text is a German sentence."""


@dataclass(frozen=True)
class NewPart:
    """A part of a mail that is being queued: made by :func:`calendar`, :func:`stored_file` or :func:`own_file`."""

    kind: Literal["calendar", "file"]
    name: str
    media_type: str
    method: Literal["REQUEST", "CANCEL"] | None = None
    content: bytes | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class PartLine:
    """A part as the outbox page lists it; ``size`` in bytes, None when the file is no longer known."""

    id: int
    kind: str
    method: str | None
    name: str
    media_type: str
    size: int | None


def calendar(method: Literal["REQUEST", "CANCEL"], content: bytes) -> NewPart:
    """A calendar object of ``documents.calendar``; a mail carries one at most, and goes to one recipient then."""
    return NewPart("calendar", CALENDAR_NAME, "text/calendar", method=method, content=content)


def stored_file(blob: Blob, name: str) -> NewPart:
    """A file of the store, under this name."""
    return NewPart("file", name, blob.media_type, sha256=blob.sha256)


def own_file(name: str, media_type: str, content: bytes) -> NewPart:
    """A file made for this one mail, such as a personal letter."""
    return NewPart("file", name, media_type, content=content)


def attach(message: OutboxMessage, parts: Iterable[NewPart]) -> None:
    """Adds the parts to a mail that is being queued. Raises ValueError for a second calendar object or recipient."""
    for part in parts:
        if part.kind == "calendar" and (len(message.deliveries) != 1 or _calendar_of(message) is not None):
            raise ValueError("a calendar object belongs to one mail with one recipient")
        row = MessagePart(
            kind=part.kind,
            method=part.method,
            name=" ".join(part.name.split())[:LONGEST_NAME] or "Anlage",
            media_type=part.media_type[:100],
            content=part.content,
            sha256=part.sha256,
        )
        message.parts.append(row)


def places(message: OutboxMessage) -> str:
    """The text of the calendar object, in which placeholders may stand; empty without one."""
    found = _calendar_of(message)
    texts: list[str] = []
    if found is not None and found.content is not None:
        filled(found.content, lambda text: texts.append(text) or text)
    return "".join(texts)


def of_letter(
    message: OutboxMessage, fill: Callable[[str], str], store: FileStore | None
) -> tuple[CalendarPart | None, tuple[File, ...]]:
    """The parts ready to be sent, placeholders filled by ``fill``. Raises :class:`MissingFile`."""
    found = _calendar_of(message)
    calendar_part = None
    if found is not None and found.content is not None:
        calendar_part = CalendarPart("CANCEL" if found.method == "CANCEL" else "REQUEST", filled(found.content, fill))
    files = (part for part in message.parts if part.kind == "file")
    return calendar_part, tuple(File(part.name, part.media_type, _content(part, store)) for part in files)


def lines(session: Session, message_id: int) -> tuple[PartLine, ...]:
    """The parts of a mail without their content."""
    rows = session.execute(
        select(
            MessagePart.id,
            MessagePart.kind,
            MessagePart.method,
            MessagePart.name,
            MessagePart.media_type,
            func.coalesce(func.length(MessagePart.content), Blob.size),
        )
        .outerjoin(Blob, Blob.sha256 == MessagePart.sha256)
        .where(MessagePart.message_id == message_id)
        .order_by(MessagePart.id)
    )
    return tuple(PartLine(*row) for row in rows)


def open_part(
    session: Session, actor: Actor, *, message_id: int, part_id: int, store: FileStore, mask: Callable[[str], str]
) -> tuple[PartLine, bytes | Path]:
    """A part to be saved by whoever may read contents, secret links masked. Raises :class:`NotVisible`."""
    part = session.get(MessagePart, part_id)
    message = session.get(OutboxMessage, message_id)
    if part is None or message is None or part.message_id != message_id:
        raise NotVisible()
    if not may(actor, "outbox:content", message.controller_id):
        raise NotVisible()
    line = next(one for one in lines(session, message_id) if one.id == part_id)
    if part.content is not None:
        return line, filled(part.content, mask) if part.kind == "calendar" else part.content
    path = store.path_of(part.sha256 or "")
    if not path.is_file():
        raise NotVisible()
    return line, path


def _calendar_of(message: OutboxMessage) -> MessagePart | None:
    return next((part for part in message.parts if part.kind == "calendar"), None)


def _content(part: MessagePart, store: FileStore | None) -> bytes:
    if part.content is not None:
        return part.content
    try:
        if store is None or part.sha256 is None:
            raise FileNotFoundError
        return store.path_of(part.sha256).read_bytes()
    except (OSError, ValueError):
        raise MissingFile(
            f"Die Anlage „{part.name}“ fehlt im Dateispeicher. Die Nachricht ging nicht hinaus."
        ) from None
