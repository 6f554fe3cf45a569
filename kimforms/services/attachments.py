"""Files of a record, where its process allows them: checked by content, kept once, taken away with a trace."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from ..engine.definition import Attachments
from ..engine.fields.files import KINDS, readable_size
from ..models import Attachment, Blob, Meeting, Record
from ..permissions import Actor, Sight, may
from . import audit, file_kinds
from .bodies.access import may_work
from .file_store import FileStore, Stored, TooLarge
from .processes import definition_of
from .records.facts import awaits_second_person
from .refusals import InputRefused, NotPermitted, NotVisible

LONGEST_NAME = 150
FIELD = "file"
MEETING = "meeting"
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]+')


def store_upload(actor: Actor, *, record: Record, stream: BinaryIO, name: str, store: FileStore) -> tuple[Stored, str]:
    """Takes the bytes before the transaction that records them; returns where they lie and what kind they are.

    Raises :class:`NotPermitted`, and :class:`InputRefused` with a sentence: files not allowed, nothing chosen, empty,
    too large, of a kind that is not allowed, or the disk is full.
    """
    rules = _rules(actor, record)
    if not name:
        raise InputRefused({FIELD: "Wählen Sie eine Datei."})
    try:
        stored = store.put(stream, rules.max_bytes)
    except TooLarge:
        raise InputRefused({FIELD: f"Die Datei ist größer als {readable_size(rules.max_bytes)}."}) from None
    except OSError:
        raise InputRefused(
            {FIELD: "Die Datei ließ sich nicht speichern. Bitte versuchen Sie es später noch einmal."}
        ) from None
    if stored.size == 0:
        raise InputRefused({FIELD: "Die Datei ist leer."})
    kind = file_kinds.kind_of(stored.path)
    if kind is None or not file_kinds.fits(kind, rules.kinds):
        raise InputRefused(
            {FIELD: f"Diese Art von Datei geht hier nicht. Erlaubt sind: {kinds_in_words(rules.kinds)}."}
        )
    return stored, kind


def add_attachment(
    session: Session, actor: Actor, now: datetime, *, record: Record, stored: Stored, kind: str, name: str
) -> Attachment:
    """Puts stored content under a name to the record; the history tells of it. The same file again is the same.

    Raises :class:`NotPermitted`.
    """
    _rules(actor, record)
    shown = safe_name(name, kind)
    again = select(Attachment).where(
        Attachment.record_id == record.id,
        Attachment.sha256 == stored.sha256,
        Attachment.name == shown,
        Attachment.removed_at.is_(None),
    )
    if (known := session.scalars(again.limit(1)).first()) is not None:
        return known
    if session.get(Blob, stored.sha256) is None:
        blob = Blob(sha256=stored.sha256, size=stored.size, media_type=file_kinds.media_type(kind), stored_at=now)
        session.add(blob)
        session.flush()  # the attachment points at it
    attachment = Attachment(
        record_id=record.id,
        sha256=stored.sha256,
        name=shown,
        uploaded_by_id=actor.user_id,
        uploaded_at=now,
    )
    session.add(attachment)
    _touch(record, now)
    session.flush()  # the event names its id
    audit.record(
        session,
        actor,
        now,
        audit.Tag.ATTACHMENT_ADD,
        about=record,
        attachment=attachment.id,
        name=audit.Erasable(attachment.name),
        sha256=stored.sha256,
        size=stored.size,
    )
    return attachment


def remove_attachment(session: Session, actor: Actor, now: datetime, *, record: Record, attachment_id: int) -> bool:
    """Takes a file off the record; it stays in the history. A second click gives False. Raises :class:`NotPermitted`."""
    if not may(actor, "record:work", record.controller_id):
        raise NotPermitted()
    attachment = session.get(Attachment, attachment_id)
    if attachment is None or attachment.record_id != record.id or attachment.removed_at is not None:
        return False
    attachment.removed_at = now
    _touch(record, now)
    audit.record(session, actor, now, audit.Tag.ATTACHMENT_REMOVE, about=record, attachment=attachment_id)
    return True


def open_attachment(
    session: Session, sight: Sight, *, record: Record, attachment_id: int, store: FileStore
) -> tuple[Attachment, Path]:
    """A file to be sent, for those who see the record in full or were given it to read. Raises :class:`NotVisible`."""
    attachment = session.get(Attachment, attachment_id)
    if sight < Sight.SHARED or attachment is None or attachment.record_id != record.id or attachment.removed_at:
        raise NotVisible()
    path = store.path_of(attachment.sha256)
    if not path.is_file():
        raise NotVisible()
    return attachment, path


def kinds_in_words(kinds: tuple[str, ...]) -> str:
    """``PDF, PNG, Word (.docx)``."""
    return ", ".join(KINDS[name].label if (name := file_kinds.ALIASES.get(one, one)) in KINDS else one for one in kinds)


def accepted(kinds: tuple[str, ...]) -> str:
    """The value of a file input's ``accept``."""
    names = [file_kinds.ALIASES.get(one, one) for one in kinds]
    return ",".join(ending for name in names if name in KINDS for ending in KINDS[name].endings)


def safe_name(name: str, kind: str) -> str:
    """The name without folders, control characters and marks that turn text around, with an ending that fits the content."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    clean = " ".join(_UNSAFE.sub(" ", last).split()).strip(". ")
    stem, dot, ending = clean.rpartition(".")
    endings = (*KINDS[kind].endings, *((".csv",) if kind == "txt" else ()))
    if not dot or f".{ending.lower()}" not in endings:
        stem, ending = clean, endings[0].removeprefix(".")
    return f"{(stem or 'Datei')[:LONGEST_NAME]}.{ending.lower()}"


def _touch(record: Record, now: datetime) -> None:
    """Whoever approves has seen the files as well: one that came or went since makes the page stale."""
    if awaits_second_person(record):
        record.changed_at = now


def _rules(actor: Actor, record: Record) -> Attachments:
    if not _may_bring(actor, record):
        raise NotPermitted()
    rules = definition_of(record.version).access.attachments
    if not rules.allowed:
        raise InputRefused(
            {FIELD: "Zu diesen Vorgängen gibt es keine Dateien: Schreiben enthalten oft persönliche Daten."}
        )
    return rules


def _may_bring(actor: Actor, record: Record) -> bool:
    """Whoever works on the record; on a meeting, whoever works for its body (steering bodies: the office)."""
    if record.process.key != MEETING:
        return may(actor, "record:work", record.controller_id)
    meeting = object_session(record).get(Meeting, record.id)
    return meeting is not None and may_work(actor, meeting.body)
