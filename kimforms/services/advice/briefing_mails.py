"""Mails around briefings. Whoever has a place gets the calendar entry: one UID, a higher sequence with each move (RFC 5546).

An invitation is no entry yet, since the place has to be taken first; those mails follow the wish for one mail a day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from ...documents.calendar import Attendee, CalendarEvent, cancel, request
from ...models import Briefing, BriefingPlace, User
from ...rules.calendar_days import clock, in_words
from .. import mail_parts, outbox
from ..meetings.organizer import organizer_of
from ..records.facts import local_day

Method = Literal["REQUEST", "CANCEL"]


def invited(session: Session, now: datetime, briefing: Briefing, people: Sequence[User], *, again: bool) -> None:
    """Tells advisers of a briefing for which they may register."""
    start = "Erinnerung: " if again else ""
    outbox.notify(
        session,
        now,
        users=people,
        controller_id=briefing.controller_id,
        kind="briefing.invitation",
        subject=f"{start}Schulung „{briefing.title}“ am {when(briefing)}",
        text="\n\n".join(
            part
            for part in (
                f"{briefing.controller.name} lädt Sie zu einer Schulung ein: {briefing.title}.",
                facts(briefing),
                briefing.text,
                "Bitte melden Sie sich auf der Seite der Schulung an. Mit der Anmeldung kommt der Kalendereintrag.",
            )
            if part
        ),
        link=address(briefing),
        link_label="Ansehen und anmelden",
    )


def entered(session: Session, now: datetime, briefing: Briefing, place: BriefingPlace, *, waiting: int) -> None:
    """Confirms a place with the calendar entry, or says which number on the waiting list it is."""
    if waiting:
        text = (
            f"Alle Plätze der Schulung „{briefing.title}“ sind vergeben. Sie stehen auf der Warteliste an Stelle {waiting}. "
            "Wird ein Platz frei, bekommen Sie eine E-Mail mit dem Kalendereintrag."
        )
        _post(session, now, briefing, place, "waiting", f"Warteliste: Schulung am {when(briefing)}", text, None)
        return
    text = f"Sie sind zur Schulung „{briefing.title}“ angemeldet. Der Kalendereintrag liegt bei."
    _post(session, now, briefing, place, "registered", f"Angemeldet: Schulung am {when(briefing)}", text, "REQUEST")


def moved_up(session: Session, now: datetime, briefing: Briefing, place: BriefingPlace) -> None:
    """Tells somebody on the waiting list that a place became free."""
    text = (
        f"Ein Platz ist frei geworden: Sie sind jetzt zur Schulung „{briefing.title}“ angemeldet. Der Kalendereintrag liegt "
        "bei. Können Sie nicht mehr, melden Sie sich bitte ab, damit jemand anderes nachrückt."
    )
    _post(session, now, briefing, place, "moved-up", f"Nachgerückt: Schulung am {when(briefing)}", text, "REQUEST")


def changed(
    session: Session, now: datetime, briefing: Briefing, places: Iterable[BriefingPlace], *, moved: bool
) -> None:
    """Sends the changed calendar entry to everybody with a place."""
    what = "ist verlegt" if moved else "hat sich geändert"
    for place in places:
        text = f"Die Schulung „{briefing.title}“ {what}. Der Kalendereintrag liegt in der neuen Fassung bei."
        _post(session, now, briefing, place, "changed", f"Geändert: Schulung am {when(briefing)}", text, "REQUEST")


def cancelled(
    session: Session, now: datetime, briefing: Briefing, places: Iterable[BriefingPlace], reason: str
) -> None:
    """Takes the entry out of the calendars of everybody who registered."""
    for place in places:
        text = f"Die Schulung „{briefing.title}“ am {when(briefing)} entfällt.\n\nGrund: {reason}"
        _post(session, now, briefing, place, "cancelled", f"Abgesagt: Schulung am {when(briefing)}", text, "CANCEL")


def left(
    session: Session, now: datetime, briefing: Briefing, place: BriefingPlace, *, had_one: bool, own: bool
) -> None:
    """Confirms that a registration ended; whoever had a place loses the calendar entry."""
    who = "Sie haben sich" if own else "Die Einbürgerungsbehörde hat Sie"
    text = f"{who} von der Schulung „{briefing.title}“ am {when(briefing)} abgemeldet."
    subject = f"Abgemeldet: Schulung am {when(briefing)}"
    _post(session, now, briefing, place, "left", subject, text, "CANCEL" if had_one else None, whole=False)


def certified(session: Session, now: datetime, briefing: Briefing, place: BriefingPlace) -> None:
    """Says that a certificate is there to be downloaded, which needs an account."""
    if place.user_id is None:
        return
    outbox.notify(
        session,
        now,
        users=[place.user] if place.user is not None else [],
        controller_id=briefing.controller_id,
        kind="briefing.certificate",
        subject=f"Teilnahmebescheinigung: Schulung am {when(briefing)}",
        text=f"Ihre Teilnahme an der Schulung „{briefing.title}“ ist eingetragen. Die Bescheinigung können Sie herunterladen.",
        link=address(briefing),
        link_label="Bescheinigung herunterladen",
    )


def when(briefing: Briefing) -> str:
    """``Montag, 07.12.2026, 10:00 Uhr``."""
    return f"{in_words(local_day(briefing.starts_at))}, {clock(briefing.starts_at)}"


def facts(briefing: Briefing) -> str:
    """Time, place and material, line by line."""
    edition = briefing.edition
    return "\n".join(
        line
        for line in (
            f"Zeit: {when(briefing)} bis {clock(briefing.ends_at)}",
            f"Ort: {briefing.place}" if briefing.place else "",
            f"Video: {briefing.video_url}" if briefing.video_url else "",
            f"Unterlage: Checkliste, Fassung {edition.number}, Rechtsstand {edition.law_status:%d.%m.%Y}",
        )
        if line
    )


def address(briefing: Briefing) -> str:
    """Where a briefing is shown."""
    return f"/briefings/{briefing.id}"


def _post(
    session: Session, now: datetime, briefing: Briefing, place: BriefingPlace, kind: str, subject: str, text: str,
    method: Method | None, *, whole: bool = True,
) -> None:  # fmt: skip
    """One mail to one person; people without address hear from staff, deactivated accounts get nothing."""
    if not place.email or (place.user is not None and not place.user.active):
        return
    to = place.user.email if place.user is not None else place.email
    parts = []
    if method is not None:
        event = _event(briefing, now, place, to, leaving=method == "CANCEL")
        content = request(event) if method == "REQUEST" else cancel(event, whole=whole)
        parts.append(mail_parts.calendar(method, content))
    known = place.user_id is not None
    outbox.queue(
        session,
        now,
        controller_id=briefing.controller_id,
        kind=f"briefing.{kind}",
        to=[(to, place.user_id)],
        subject=subject,
        text=f"{text}\n\n{facts(briefing)}" if kind not in ("cancelled", "left") else text,
        link=address(briefing) if known else None,
        link_label="Schulung ansehen" if known else None,
        parts=parts,
    )


def _event(briefing: Briefing, now: datetime, place: BriefingPlace, to: str, *, leaving: bool) -> CalendarEvent:
    name, organizer = organizer_of(briefing.controller)
    return CalendarEvent(
        uid=briefing.uid,
        sequence=briefing.sequence,
        stamp=now,
        starts_at=briefing.starts_at,
        ends_at=briefing.ends_at,
        summary=briefing.title,
        organizer_name=name,
        organizer_address=organizer,
        location=briefing.place or briefing.video_url,
        url=outbox.absolute(address(briefing)) if place.user_id is not None else "",
        description="\n\n".join(part for part in (facts(briefing), briefing.text) if part),
        attendee=Attendee(place.name, to, partstat="DECLINED" if leaving else "ACCEPTED", rsvp=False),
    )
