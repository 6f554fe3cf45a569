"""The frame of all pages of one meeting: head with time, place and state, and the sections as tabs."""

from __future__ import annotations

from typing import Any

from flask import request

from ..models import Meeting
from ..services.bodies.access import Standing, may_work
from ..services.processes import definition_of
from . import access
from .rendering import language, t

HELD = ("niederschrift", "abgeschlossen")


def frame(meeting: Meeting, standing: Standing, here: str) -> dict[str, Any]:
    """What ``meetings/_frame.html`` reads; ``here`` is the last part of the address of this page, empty for the overview."""
    state = definition_of(meeting.record.version).workflow.states[meeting.record.state]
    place = f"{request.script_root}/meetings/{meeting.record.reference}"
    tabs = [(label, f"{place}/{part}" if part else place, part == here) for label, part in _sections(meeting, standing)]
    return {
        "meeting": meeting,
        "record": meeting.record,
        "body": meeting.body,
        "standing": standing,
        "works": may_work(access.current_actor(), meeting.body),
        "meeting_state": state,
        "meeting_tabs": tabs,
        "meeting_place": place,
        "when": when(meeting),
    }


def when(meeting: Meeting) -> str:
    """``Dienstag, 12.01.2027, 14:00 bis 16:00 Uhr``."""
    begin, end = meeting.starts_at.astimezone(access.BERLIN), meeting.ends_at.astimezone(access.BERLIN)
    days = WEEKDAYS[language()]
    until = f"{end:%H:%M}" if end.date() == begin.date() else f"{end:%d.%m.%Y, %H:%M}"
    return f"{days[begin.weekday()]}, {begin:%d.%m.%Y, %H:%M} {t('bis', 'to')} {until}{t(' Uhr', '')}"


WEEKDAYS = {
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}


def _sections(meeting: Meeting, standing: Standing) -> list[tuple[str, str]]:
    overview, agenda = (t("Überblick", "Overview"), ""), (t("Tagesordnung", "Agenda"), "agenda")
    minutes = (t("Niederschrift", "Minutes"), "minutes")
    if standing is Standing.WORK:
        session = (t("Sitzung", "Session"), "session")
        return [overview, agenda, (t("Einladung", "Invitation"), "invitation"), session, minutes]
    live = [(t("Verlauf", "In session"), "live")] if meeting.record.state == "laeuft" else []
    return [overview, agenda, *live, *([minutes] if meeting.record.state in HELD else [])]
