"""The German text of every mail around an invitation. ``mailing`` queues it, the preview shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from ...models import Meeting, Person
from ..bodies.access import day_of
from ..queries.agenda import Line
from .changes import place_in_words, when_in_words
from .letter_words import opening, salutation

SUBJECTS = {
    "invitation": "Einladung",
    "update": "Änderung",
    "cancellation": "Absage",
    "uninvitation": "Einladung zurückgenommen",
    "reminder": "Bitte antworten",
}
ANSWERS = (
    ("accepted", "Zusagen"),
    ("declined", "Absagen"),
    ("tentative", "Unter Vorbehalt zusagen"),
    ("deputy", "Vertretung schicken"),
)


@dataclass(frozen=True)
class Content:
    """What the mails of one dispatch say beside the person's own parts. ``hidden``: items that guests do not read."""

    kind: str
    meeting: Meeting
    lines: Sequence[Line] = ()
    hidden: set[int] = field(default_factory=set)
    notices: Sequence[str] = ()
    changes: Sequence[str] = ()
    changes_for_guests: Sequence[str] = ()
    asks_again: bool = False
    reason: str = ""
    papers_left_out: bool = False
    deputy_seats: frozenset[int] = frozenset()
    """Ids of the seats whose holder may send somebody."""


def subject(content: Content) -> str:
    """``Einladung: Lenkungsgruppe am 19.01.2027 (LG-2027-01)``."""
    meeting = content.meeting
    return (
        f"{SUBJECTS[content.kind]}: {meeting.record.title} am {day_of(meeting):%d.%m.%Y} ({meeting.record.reference})"
    )


def text(
    content: Content,
    person: Person,
    *,
    member: bool,
    address: str = "",
    seats: Sequence[str] = (),
    deputy_for: str = "",
    may_send_deputy: bool = False,
) -> str:
    """The mail to one person. ``address`` is the link to answer by, empty where nothing is to be answered."""
    parts = [salutation(person), *beginning(content, member)]
    if deputy_for:
        parts.append(f"Sie kommen als Vertretung für {deputy_for}.")
    if len(seats) > 1:
        parts.append(f"Diese Einladung gilt für Ihre Sitze {' und '.join(seats)}.")
    if content.kind != "uninvitation":
        parts.append(_facts(content.meeting))
    if content.kind in ("invitation", "update"):
        parts += [agenda_text(content, member=member), content.meeting.introduction.strip(), *content.notices]
    if content.papers_left_out:
        parts.append(
            "Die Unterlagen sind für eine E-Mail zu groß. Sie finden sie auf der Seite, auf der Sie antworten."
        )
    if address:
        parts += _asking(content, address, deputy=may_send_deputy)
    return "\n\n".join(part for part in parts if part)


def agenda_text(content: Content, *, member: bool) -> str:
    """The agenda line by line; of confidential items guests read the number only."""
    shown = []
    for line in content.lines:
        if line.item.state == "dropped":
            continue
        secret = line.item.id in content.hidden
        if secret and not member:
            shown.append(f"{line.label} vertraulicher Punkt")
        else:
            shown.append(f"{line.label} {line.item.title}{' (vertraulich)' if secret else ''}")
    return "\n".join(("Tagesordnung:", *shown)) if shown else ""


def beginning(content: Content, member: bool) -> list[str]:
    """The first paragraphs, which say what it is about; letters begin with them as well."""
    meeting = content.meeting
    if content.kind == "invitation":
        return [opening(meeting)]
    if content.kind == "update":
        changed = content.changes if member else content.changes_for_guests
        said = [f"zur Sitzung „{meeting.record.title}“ hat sich etwas geändert:", "\n".join(changed)]
        if content.asks_again:
            said.append("Wegen des neuen Termins bitten wir Sie, noch einmal zu antworten.")
        return said
    if content.kind == "cancellation":
        because = f"Grund: {content.reason}" if content.reason else ""
        return [f"die Sitzung „{meeting.record.title}“ ist abgesagt.", because]
    if content.kind == "uninvitation":
        day = f"{day_of(meeting):%d.%m.%Y}"
        return [f"Ihre Einladung zur Sitzung „{meeting.record.title}“ am {day} gilt nicht mehr.", content.reason]
    return [f"zur Sitzung „{meeting.record.title}“ haben Sie noch nicht geantwortet."]


def _facts(meeting: Meeting) -> str:
    lines = [f"Termin: {when_in_words(meeting.starts_at, meeting.ends_at)}"]
    if place := place_in_words(meeting):
        lines.append(f"Ort: {place}")
    if meeting.video_url:
        lines.append(f"Video: {meeting.video_url}")
    return "\n".join(lines)


def _asking(content: Content, address: str, *, deputy: bool) -> list[str]:
    until = content.meeting.reply_until
    asked = [f"Bitte antworten Sie{_until(until)}. Wählen Sie einen Link und bestätigen Sie auf der Seite:"]
    for answer, label in ANSWERS:
        if answer == "deputy" and not deputy:
            continue
        asked.append(f"{label}:\n{address}?answer={answer}")
    asked.append(
        "Sie brauchen kein Konto. Der Link gilt für Sie persönlich; bis zum Beginn der Sitzung können Sie Ihre Antwort "
        "ändern. Ebenso zählt eine Antwort über Ihren Kalender."
    )
    return asked


def _until(day: date | None) -> str:
    return f" bis zum {day:%d.%m.%Y}" if day is not None else ""
