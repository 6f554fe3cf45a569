"""What goes with a vote by circulation: the printed decision paper and its files; and the letters for those without mail."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...documents.letter import LetterData, letters_html
from ...documents.paper import Entry, paragraphs
from ...models import Attachment, Blob, CircularBallot, CircularVote, Minutes, Person
from ...rules.calendar_days import in_words
from .. import mail_parts
from ..bodies.people import officer
from ..file_store import FileStore, Stored
from ..meetings.letter_words import salutation, sender
from ..minutes.files import file_name
from ..receipts import TEMPLATES, letterhead_of
from ..records.facts import local_day
from ..refusals import NotVisible
from . import telling

MOST = 20_000_000
"""Bytes of a printed paper that a mail may carry."""
PDF = "application/pdf"
CHOICES = ("Ja", "Nein", "Enthaltung", "Widerspruch gegen das Umlaufverfahren (die Sache kommt dann in eine Sitzung)")


def parts(session: Session, now: datetime, vote: CircularVote, printed: Stored | None) -> list[mail_parts.NewPart]:
    """The files of the mails: the paper as ``printed`` into the file store and the files laid to it, or the minutes."""
    found = []
    if vote.record is not None and printed is not None:
        blob = session.get(Blob, printed.sha256)
        if blob is None:
            blob = Blob(sha256=printed.sha256, size=printed.size, media_type=PDF, stored_at=now)
            session.add(blob)
            session.flush()  # the mails point at it
        found.append(mail_parts.stored_file(blob, f"{vote.record.reference}.pdf"))
    if vote.minutes_of_id is not None and (minutes := session.get(Minutes, vote.minutes_of_id)) is not None:
        sent = next((one.files["send"] for one in reversed(minutes.versions) if one.files.get("send")), None)
        if sent is not None:
            found.append(mail_parts.stored_file(session.get_one(Blob, sent), file_name(minutes, "send")))
    return [*found, *(mail_parts.stored_file(one.blob, one.name) for one in attachments(session, vote))]


def attachments(session: Session, vote: CircularVote) -> list[Attachment]:
    """The files laid to the paper of a vote, oldest first; one query, none without a paper."""
    if vote.record_id is None:
        return []
    wanted = select(Attachment).where(Attachment.record_id == vote.record_id, Attachment.removed_at.is_(None))
    return list(session.scalars(wanted.order_by(Attachment.id)))


def open_file(session: Session, vote: CircularVote, attachment_id: int, store: FileStore) -> tuple[Attachment, Path]:
    """A file of the vote's paper, for whoever may vote. Raises :class:`NotVisible`."""
    found = next((one for one in attachments(session, vote) if one.id == attachment_id), None)
    if found is None or not (path := store.path_of(found.sha256)).is_file():
        raise NotVisible()
    return found, path


def by_post(vote: CircularVote) -> list[tuple[Person, list[CircularBallot]]]:
    """Who is asked by letter, with the ballots."""
    return [(person, mine) for person, mine in telling.by_person(vote.ballots) if not person.email]


def letters(session: Session, now: datetime, vote: CircularVote) -> str:
    """The letters with ballots to be ticked and sent back, as HTML. Raises :class:`NotVisible` when there are none."""
    asked = by_post(vote)
    if not asked or vote.reply_until is None:
        raise NotVisible()
    day, body = local_day(now), vote.body
    signs = sender(officer(session, body, "chair", day), officer(session, body, "managing_director", day))
    rules = telling.rules_of(session, vote)
    seat = str((body.controller.data or {}).get("seat") or "")
    made = [
        LetterData(
            letterhead=letterhead_of(body.controller, "de"),
            return_line=" · ".join(part for part in (body.controller.name, seat) if part),
            recipient=_address(person),
            subject=f"Abstimmung im Umlaufverfahren: {vote.title}",
            salutation=salutation(person),
            paragraphs=(
                f"{body.name} stimmt im Umlaufverfahren ab, also ohne Sitzung. Ihre Antwort muss bis "
                f"{in_words(vote.reply_until)} bei uns sein.",
                telling.silence_words(rules),
                *paragraphs(vote.reasons),
            ),
            information=(Entry("Unser Zeichen", vote.reference), Entry("Datum", f"{day:%d.%m.%Y}")),
            facts=(
                Entry("Beschlussvorschlag", vote.wording),
                *(Entry(f"Sitz {one.seat.label}", tuple(f"☐ {choice}" for choice in CHOICES)) for one in mine),
                Entry("Datum, Unterschrift", "_" * 36),
            ),
            after=("Bitte kreuzen Sie an, unterschreiben Sie und senden Sie dieses Blatt zurück.",),
            signature=signs or (body.controller.name,),
            reference=vote.reference,
        )
        for person, mine in asked
    ]
    return letters_html(made, TEMPLATES, title=f"Abstimmungen zum Ausdrucken {vote.reference}")


def _address(person: Person) -> tuple[str, ...]:
    lines = [line.strip() for line in person.postal_address.splitlines() if line.strip()]
    return (person.name, *lines)[:6]
