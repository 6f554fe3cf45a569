"""The papers of an invitation: letter and agenda as PDF, the papers of the items, letters to print. Dispatch and preview call this.

Collecting reads the database; setting PDFs takes a while and happens outside the transaction.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from ...documents import invitation
from ...documents.letter import LetterData
from ...documents.paper import Entry, paragraphs
from ...documents.pdf import render_pdf
from ...models import AgendaPaper, Blob, Invitee, Meeting, Person
from ...permissions import Actor
from ..bodies.access import BERLIN, Standing, day_of
from ..bodies.people import officer
from ..file_store import FileStore
from ..mail_parts import NewPart
from ..queries.agenda import Line, lines_of, open_to
from ..receipts import FONTS, TEMPLATES, letterhead_of
from ..records.facts import local_day
from ..records.printing import record_paper
from .changes import place_in_words, when_in_words
from .invitees import sees_confidential
from .letter_words import announcements, salutation, sender
from .mail_words import SUBJECTS, Content, beginning

ITEM_KINDS = {
    "formalities": "Regularien",
    "report": "Bericht",
    "decision": "Beschluss",
    "discussion": "Beratung",
    "information": "Information",
    "miscellaneous": "Verschiedenes",
}
PDF = "application/pdf"
MOST_PDF = 50_000_000
MOST_ATTACHED = 15_000_000
"""Bytes of papers that a mail carries; beyond that it carries letter and agenda, and the link leads to the papers."""


@dataclass(frozen=True)
class Sheet:
    """A paper still to be set as PDF."""

    name: str
    title: str
    html: str


@dataclass(frozen=True)
class StoredFile:
    """A file that mails carry, by where it lies in the store."""

    name: str
    media_type: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Collected:
    """What an invitation consists of before PDFs are set; ``confidential`` are papers that guests do not get."""

    fingerprint: str
    members: Sheet
    guests: Sheet
    files: tuple[StoredFile, ...] = ()
    confidential: tuple[StoredFile, ...] = ()
    prints: tuple[tuple[Sheet, bool], ...] = ()


@dataclass(frozen=True)
class Prepared:
    """Everything that mails of one dispatch carry. ``fingerprint`` tells whether the agenda is still the same."""

    fingerprint: str
    members: tuple[StoredFile, ...] = ()
    guests: tuple[StoredFile, ...] = ()
    left_out: bool = field(default=False)
    """The papers are too large for mails; they are behind the link."""

    def parts(self, session: Session, now: datetime, *, member: bool) -> list[NewPart]:
        """The files as parts of a mail; the store's list of contents learns of new ones."""
        files = self.members if member else self.guests
        for one in files:
            if session.get(Blob, one.sha256) is None:
                session.add(Blob(sha256=one.sha256, size=one.size, media_type=one.media_type, stored_at=now))
        return [NewPart("file", one.name, one.media_type, sha256=one.sha256) for one in files]


def collect(session: Session, actor: Actor, now: datetime, meeting: Meeting) -> Collected:
    """Letter, agenda and papers of the meeting as they are now; the history of printed records tells of it."""
    lines, _budget = lines_of(session, meeting)
    hidden = hidden_items(lines)
    files: dict[bool, list[StoredFile]] = {False: [], True: []}
    prints: list[tuple[Sheet, bool]] = []
    for line in lines:
        secret = line.item.id in hidden
        for paper in line.papers:
            if paper.attachment is not None:
                blob = session.get_one(Blob, paper.attachment.sha256)
                files[secret].append(
                    StoredFile(f"TOP {line.label} {paper.attachment.name}", blob.media_type, blob.sha256, blob.size)
                )
            elif paper.record is not None:
                made = record_paper(session, actor, now, record=paper.record)
                prints.append((Sheet(f"TOP {line.label} {paper.record.reference}.pdf", made.title, made.html), secret))
    return Collected(
        fingerprint_of(session, meeting),
        common_sheet(session, now, meeting, member=True),
        common_sheet(session, now, meeting, member=False),
        tuple(files[False]),
        tuple(files[True]),
        tuple(prints),
    )


def prepare(collected: Collected, store: FileStore) -> Prepared:
    """Sets the PDFs and lays them into the store. Touches no database. Raises OSError when the disk is full."""
    papers = {False: list(collected.files), True: list(collected.confidential)}
    for sheet, secret in collected.prints:
        papers[secret].append(_set(sheet, store))
    too_large = sum(one.size for every in papers.values() for one in every) > MOST_ATTACHED
    if too_large:
        papers = {False: [], True: []}
    return Prepared(
        collected.fingerprint,
        (_set(collected.members, store), *papers[False], *papers[True]),
        (_set(collected.guests, store), *papers[False]),
        too_large,
    )


def fingerprint_of(session: Session, meeting: Meeting) -> str:
    """Changes with everything that stands in the papers."""
    lines, _budget = lines_of(session, meeting)
    said = [
        [line.label, line.item.title, line.item.text, line.item.motion, line.item.kind, line.item.minutes,
         line.item.presenter, line.item.confidential, line.item.state, [_key(paper) for paper in line.papers]]
        for line in lines
    ]  # fmt: skip
    when = [meeting.starts_at.isoformat(), meeting.ends_at.isoformat(), place_in_words(meeting), meeting.video_url]
    return hashlib.sha256(json.dumps([when, meeting.introduction, said]).encode()).hexdigest()


def hidden_items(lines: Sequence[Line]) -> set[int]:
    """Items that guests do not read: confidential ones and what stands below them."""
    pairs = [(line.label, line.item) for line in lines]
    return {item.id for _label, item in pairs} - {item.id for _label, item in open_to(pairs, Standing.GUEST)}


def agenda_data(session: Session, now: datetime, meeting: Meeting, *, member: bool) -> invitation.AgendaData:
    """The agenda as its reader may see it; guests read no more than the number of a confidential item."""
    lines, _budget = lines_of(session, meeting)
    hidden = hidden_items(lines)
    facts = [Entry("Termin", when_in_words(meeting.starts_at, meeting.ends_at)), Entry("Ort", place_in_words(meeting))]
    if meeting.video_url:
        facts.append(Entry("Video", meeting.video_url))
    made = invitation.AgendaData(
        letterhead=letterhead_of(meeting.body.controller, "de"),
        title=f"Tagesordnung: {meeting.record.title}",
        body=meeting.body.name,
        reference=meeting.record.reference,
        facts=tuple(one for one in facts if one.lines),
        items=tuple(_item(line, line.item.id in hidden) for line in lines if line.item.state != "dropped"),
        printed_on=local_day(now),
        draft=meeting.record.state == "geplant",
    )
    return made if member else invitation.without_confidential(made)


def letter_data(
    session: Session,
    now: datetime,
    meeting: Meeting,
    person: Person | None,
    *,
    member: bool,
    content: Content | None = None,
) -> LetterData:
    """The letter to one person, or without one to all members at once; ``content`` is what is told, an invitation else."""
    content = content or Content("invitation", meeting)
    invites = content.kind in ("invitation", "update")
    controller, day = meeting.body.controller, day_of(meeting)
    enclosures = ["Tagesordnung"] if invites else []
    lines, _budget = lines_of(session, meeting) if invites else ([], None)
    hidden = set() if member else hidden_items(lines)
    enclosures += [
        f"TOP {line.label}: {paper.title}" for line in lines if line.item.id not in hidden for paper in line.papers
    ]
    signs = sender(
        officer(session, meeting.body, "chair", day), officer(session, meeting.body, "managing_director", day)
    )
    place = str((controller.data or {}).get("seat") or "")
    facts = [Entry("Termin", when_in_words(meeting.starts_at, meeting.ends_at)), Entry("Ort", place_in_words(meeting))]
    if meeting.video_url:
        facts.append(Entry("Video", meeting.video_url))
    return LetterData(
        letterhead=letterhead_of(controller, "de"),
        return_line=" · ".join(part for part in (controller.name, place) if part),
        recipient=_recipient(meeting, person, member),
        subject=f"{SUBJECTS[content.kind]}: {meeting.record.title}",
        salutation=salutation(person),
        paragraphs=tuple(part for part in beginning(content, member) if part),
        information=(
            Entry("Unser Zeichen", meeting.record.reference),
            Entry("Datum", f"{now.astimezone(BERLIN):%d.%m.%Y}"),
        ),
        facts=tuple(one for one in facts if one.lines),
        after=(*paragraphs(meeting.introduction), *announcements(session, meeting)) if invites else (),
        signature=signs or (controller.name,),
        enclosures=tuple(enclosures),
        reference=meeting.record.reference,
    )


def letters(
    session: Session,
    now: datetime,
    meeting: Meeting,
    groups: Sequence[Sequence[Invitee]],
    content: Content | None = None,
) -> Sheet:
    """One document with a personal letter for each of these people, and the agenda where it belongs, to be printed."""
    content = content or Content("invitation", meeting)
    made = []
    for rows in groups:
        member = sees_confidential(rows)
        letter = letter_data(session, now, meeting, rows[0].person, member=member, content=content)
        agenda = content.kind in ("invitation", "update")
        made.append(
            invitation.InvitationData(letter, agenda_data(session, now, meeting, member=member) if agenda else None)
        )
    title = f"{SUBJECTS[content.kind]} zum Ausdrucken {meeting.record.reference}"
    return Sheet(
        f"Briefe-{meeting.record.reference}.pdf", title, invitation.invitations_html(made, TEMPLATES, title=title)
    )


def agenda_sheet(session: Session, now: datetime, meeting: Meeting, *, member: bool) -> Sheet:
    """The agenda alone."""
    data = agenda_data(session, now, meeting, member=member)
    return Sheet(f"Tagesordnung-{data.reference}.pdf", data.title, invitation.agenda_html(data, TEMPLATES))


def pdf_of(sheet: Sheet) -> bytes:
    """The sheet as PDF/UA-1."""
    return render_pdf(sheet.html, title=sheet.title, language="de", fonts=FONTS)


def paper_pdf(session: Session, actor: Actor, now: datetime, paper: AgendaPaper) -> tuple[str, str]:
    """Name and HTML of a record that is a paper, for whoever opens it behind a link."""
    assert paper.record is not None
    made = record_paper(session, actor, now, record=paper.record)
    return f"{paper.record.reference}.pdf", made.html


def common_sheet(session: Session, now: datetime, meeting: Meeting, *, member: bool) -> Sheet:
    """Letter to all members and agenda in one file: what mails carry."""
    data = invitation.InvitationData(
        letter_data(session, now, meeting, None, member=member), agenda_data(session, now, meeting, member=member)
    )
    return Sheet(
        f"Einladung-{meeting.record.reference}.pdf", data.letter.subject, invitation.invitation_html(data, TEMPLATES)
    )


def _set(sheet: Sheet, store: FileStore) -> StoredFile:
    stored = store.put(io.BytesIO(pdf_of(sheet)), MOST_PDF)
    return StoredFile(sheet.name, PDF, stored.sha256, stored.size)


def _item(line: Line, secret: bool) -> invitation.AgendaItem:
    item = line.item
    return invitation.AgendaItem(
        label=line.label,
        title=item.title,
        kind=ITEM_KINDS[item.kind],
        presenter=item.presenter,
        minutes=line.minutes,
        starts=f"{line.begins.astimezone(BERLIN):%H:%M}" if line.begins is not None else "",
        papers=tuple(paper.title for paper in line.papers),
        notes=tuple(paragraphs(item.text)),
        motion=item.motion,
        confidential=secret,
        late=item.late,
    )


def _recipient(meeting: Meeting, person: Person | None, member: bool) -> tuple[str, ...]:
    if person is None:
        return ("An die Mitglieder" if member else "An die Gäste", meeting.body.name)
    address = [one.strip() for one in person.postal_address.splitlines() if one.strip()]
    return (person.name, *address)[:6]


def _key(paper: AgendaPaper) -> list[object]:
    return [paper.title, paper.attachment_id, paper.record_id]
