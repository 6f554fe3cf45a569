"""The PDF files of minutes: to send (PDF/UA-1), for the archive (PDF/A-2a), and for guests without what is confidential.

Collecting reads the database; setting PDFs takes a while and happens outside the transaction, which then checks that
nothing has changed meanwhile.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...documents.minutes import MinutesData, minutes_html
from ...documents.pdf import Variant, render_pdf
from ...models import Blob, Minutes, MinutesAddendum, MinutesVersion
from ..bodies.access import BERLIN, Standing
from ..file_store import FileStore
from ..receipts import FONTS, TEMPLATES, letterhead_of
from ..refusals import NotVisible
from . import people, signing
from .paper import minutes_data

PDF = "application/pdf"
MOST_PDF = 50_000_000
KINDS: dict[str, Variant] = {"send": "pdf/ua-1", "archive": "pdf/a-2a", "guests": "pdf/ua-1"}
NAMES = {"send": "Niederschrift", "archive": "Niederschrift Archiv", "guests": "Niederschrift Gäste"}


@dataclass(frozen=True)
class Correction:
    """An addendum that is about to be made: which block it corrects, what is to be read, and why."""

    text: str
    block: str = ""
    reason: str = ""
    confidential: bool = False


@dataclass(frozen=True)
class Collected:
    """What is to be set: the whole minutes and the version for guests."""

    members: MinutesData
    guests: MinutesData

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(repr((self.members, self.guests)).encode()).hexdigest()


@dataclass(frozen=True)
class Prepared:
    """The files in the store, by kind: SHA-256 and size in bytes. ``fingerprint`` says of what they were made."""

    fingerprint: str
    files: tuple[tuple[str, str, int], ...]


def collect(session: Session, now: datetime, minutes: Minutes, correction: Correction | None = None) -> Collected:
    """The minutes as they would go out now; with ``correction`` as one more addendum."""
    signed = signing.signing_of(session, minutes)
    addenda = addenda_of(session, minutes)
    if correction is not None:
        addenda = [*addenda, new_addendum(minutes, correction, now, addenda)]
    meeting = minutes.meeting
    made = minutes_data(
        minutes.content,
        meeting=meeting,
        letterhead=letterhead_of(meeting.body.controller, "de"),
        status=status_line(minutes, signed),
        draft=False,
        signers={name: person.name if person else "" for name, person in signed.people.items()},
        signatures=signed.signatures,
        addenda=addenda,
        recipients=[one.person.name for one in people.recipients(session, meeting)],
    )
    guests = minutes_data(
        minutes.content,
        meeting=meeting,
        letterhead=made.letterhead,
        status=made.status,
        draft=False,
        signers={name: person.name if person else "" for name, person in signed.people.items()},
        signatures=signed.signatures,
        addenda=addenda,
        redacted=True,
    )
    return Collected(made, guests)


def prepare(collected: Collected, store: FileStore) -> Prepared:
    """Sets the three PDFs and lays them into the store. Touches no database. Raises OSError when the disk is full."""
    files = []
    for kind, variant in KINDS.items():
        data = collected.guests if kind == "guests" else collected.members
        stored = store.put(io.BytesIO(as_pdf(data, variant)), MOST_PDF)
        files.append((kind, stored.sha256, stored.size))
    return Prepared(collected.fingerprint, tuple(files))


def as_pdf(data: MinutesData, variant: Variant = "pdf/ua-1") -> bytes:
    """One PDF, with the body and day in its title."""
    title = f"{data.title}, {data.held_on:%d.%m.%Y}"
    return render_pdf(minutes_html(data, TEMPLATES), title=title, fonts=FONTS, variant=variant)


def keep(session: Session, now: datetime, version: MinutesVersion, prepared: Prepared) -> None:
    """Writes down which files belong to a version; the store's list of contents learns of them."""
    for _kind, sha256, size in prepared.files:
        if session.get(Blob, sha256) is None:
            session.add(Blob(sha256=sha256, size=size, media_type=PDF, stored_at=now))
    version.files = {kind: sha256 for kind, sha256, _size in prepared.files}
    session.flush()  # mails name the contents


def draft_pdf(session: Session, minutes: Minutes) -> bytes:
    """The minutes as they stand, marked as a draft on every page."""
    signed = signing.signing_of(session, minutes)
    meeting = minutes.meeting
    made = minutes_data(
        minutes.content,
        meeting=meeting,
        letterhead=letterhead_of(meeting.body.controller, "de"),
        status=status_line(minutes, signed),
        draft=True,
        signers={name: person.name if person else "" for name, person in signed.people.items()},
        signatures=signed.signatures,
    )
    return as_pdf(replace(made, recipients=()))


def open_file(
    minutes: Minutes, standing: Standing, kind: str, store: FileStore, number: int | None = None
) -> tuple[str, Path]:
    """Name and place of a file of the last version with files (or of ``number``), as the reader may have it.

    Guests get theirs whatever they ask for; the archive's copy and older versions are for those who work on it. Raises
    :class:`NotVisible`.
    """
    if standing is Standing.NONE or kind not in KINDS:
        raise NotVisible()
    if standing is Standing.GUEST:
        kind = "guests"
    if standing is not Standing.WORK and (minutes.sent_at is None or kind == "archive" or number is not None):
        raise NotVisible()
    version = next(
        (one for one in reversed(minutes.versions) if one.files and (number is None or one.number == number)), None
    )
    sha256 = version.files.get(kind) if version is not None else None
    path = store.path_of(sha256) if sha256 else None
    if path is None or not path.is_file():
        raise NotVisible()
    return file_name(minutes, kind), path


def file_name(minutes: Minutes, kind: str) -> str:
    """``Niederschrift LG-2027-01.pdf``; guests need not read that there is another version."""
    name = NAMES["send"] if kind == "guests" else NAMES[kind]
    return f"{name} {minutes.meeting.record.reference}.pdf"


def addenda_of(session: Session, minutes: Minutes) -> list[MinutesAddendum]:
    """The addenda in their order."""
    wanted = select(MinutesAddendum).where(MinutesAddendum.meeting_id == minutes.meeting_id)
    return list(session.scalars(wanted.order_by(MinutesAddendum.number)))


def new_addendum(
    minutes: Minutes, correction: Correction, now: datetime, known: Sequence[MinutesAddendum]
) -> MinutesAddendum:
    """The next addendum, not yet in the database."""
    return MinutesAddendum(
        meeting_id=minutes.meeting_id,
        number=max((one.number for one in known), default=0) + 1,
        block=correction.block,
        text=correction.text,
        reason=correction.reason,
        confidential=correction.confidential,
        created_at=now,
    )


def status_line(minutes: Minutes, signed: signing.Signing) -> str:
    """What these minutes are, in one line."""
    if signed.people and signed.verdict.ok and signed.signatures:
        last = max(one.signed_at for one in signed.signatures)
        return f"Unterzeichnet am {last.astimezone(BERLIN):%d.%m.%Y}."
    if minutes.state in ("sent", "settled") or not signed.people:
        return ""
    return "Entwurf, noch nicht unterzeichnet."


def needs_files(session: Session, minutes: Minutes) -> bool:
    """Whether the last version is signed and has no files yet."""
    version = session.scalar(
        select(func.max(MinutesVersion.number)).where(MinutesVersion.meeting_id == minutes.meeting_id)
    )
    found = next((one for one in minutes.versions if one.number == version), None)
    return minutes.state == "signed" and (found is None or not found.files)


def keep_signed(session: Session, now: datetime, minutes: Minutes, prepared: Prepared) -> bool:
    """Puts the files to the signed version; False when it changed meanwhile or has them already."""
    if minutes.state != "signed" or not minutes.versions or minutes.versions[-1].files:
        return False
    if collect(session, now, minutes).fingerprint != prepared.fingerprint:
        return False
    keep(session, now, minutes.versions[-1], prepared)
    return True
