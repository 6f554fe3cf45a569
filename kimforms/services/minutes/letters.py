"""Cover letters after DIN 5008 to those who get the minutes by post."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from ...documents.letter import ADDRESS_LINES, LetterData, letters_html
from ...documents.paper import Entry
from ...documents.pdf import render_pdf
from ...models import DispatchRecipient, Minutes
from ..bodies.access import BERLIN, day_of
from ..meetings.letter_words import salutation
from ..receipts import FONTS, TEMPLATES, letterhead_of
from ..refusals import NotVisible
from . import sending


def letters_pdf(session: Session, minutes: Minutes) -> bytes:
    """One letter a recipient without mail, in one PDF. Raises :class:`NotVisible` where nobody gets one."""
    wanted = [
        one
        for one in sending.recipients_of(session, minutes)
        if one.channel == "post" and one.dispatch.snapshot.get("what") != "check"
    ]
    if not wanted:
        raise NotVisible()
    title = f"Niederschrift {minutes.meeting.record.reference}: Briefe"
    html = letters_html(letters_of(minutes, wanted), TEMPLATES, title=title)
    return render_pdf(html, title=title, fonts=FONTS)


def letters_of(minutes: Minutes, recipients: Sequence[DispatchRecipient]) -> list[LetterData]:
    """The letters as data; what the mail says stands in the letter."""
    meeting = minutes.meeting
    letterhead = letterhead_of(meeting.body.controller, "de")
    made = []
    for one in recipients:
        what = str(one.dispatch.snapshot.get("what"))
        guest = one.person_id in one.dispatch.snapshot.get("guests", ())
        address = [line.strip() for line in one.address.splitlines() if line.strip()]
        text = sending.mail_text(minutes, what, guest).replace(BY_PAGE, BY_LETTER)
        made.append(
            LetterData(
                letterhead=letterhead,
                return_line=" · ".join(part for part in (letterhead.name, letterhead.place) if part),
                recipient=(one.person.name, *address)[:ADDRESS_LINES],
                subject=one.dispatch.subject.partition(": ")[2] + f" der Sitzung vom {day_of(meeting):%d.%m.%Y}",
                salutation=salutation(one.person),
                paragraphs=tuple(part for part in text.split("\n\n") if part),
                information=(
                    Entry("Unser Zeichen", meeting.record.reference),
                    Entry("Datum", f"{one.dispatch.sent_at.astimezone(BERLIN):%d.%m.%Y}"),
                ),
                enclosures=("Niederschrift",),
                reference=meeting.record.reference,
            )
        )
    return made


BY_PAGE = "Schreiben Sie sie auf der Seite, die sich unten öffnet; dort sehen Sie auch, was daraus wird."
BY_LETTER = "Richten Sie sie schriftlich an die Geschäftsstelle."
