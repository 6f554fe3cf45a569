"""What of a meeting was sent, and what has changed since: times, place, agenda. Dispatch keeps snapshots, pages tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...models import AgendaItem, Dispatch, Meeting
from ..bodies.access import BERLIN, Standing
from ..queries.agenda import agenda_of, open_to

WEEKDAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
ANNOUNCING = ("invitation", "update")
"""Kinds of dispatch that tell people when and where: what they hold is what the last of these said."""
KIND_WORDS = {"room": "in Präsenz", "hybrid": "in Präsenz und per Video", "video": "als Videokonferenz"}


@dataclass(frozen=True)
class Change:
    """What differs from what was sent. ``asks_again``: day or time moved, so answers given before do not count.

    ``lines`` are sentences for members; ``lines_for_guests`` say nothing of confidential items.
    """

    lines: tuple[str, ...]
    lines_for_guests: tuple[str, ...]
    asks_again: bool


def when_in_words(starts_at: datetime, ends_at: datetime) -> str:
    """``Dienstag, 19.01.2027, 14:00 bis 16:00 Uhr`` in German time."""
    begin, end = starts_at.astimezone(BERLIN), ends_at.astimezone(BERLIN)
    until = f"{end:%H:%M}" if end.date() == begin.date() else f"{end:%d.%m.%Y, %H:%M}"
    return f"{WEEKDAYS[begin.weekday()]}, {begin:%d.%m.%Y, %H:%M} bis {until} Uhr"


def place_in_words(meeting: Meeting) -> str:
    """Room with its address, or the place that was typed; for meetings by video only, that."""
    room = meeting.room
    if room is not None:
        return ", ".join(part for part in (room.name, room.address) if part)
    if meeting.place:
        return meeting.place
    return "Videokonferenz" if meeting.kind == "video" else ""


def snapshot(meeting: Meeting, items: Sequence[tuple[str, AgendaItem]]) -> dict[str, Any]:
    """What goes out now, as the evidence keeps it; ``items`` is the whole numbered agenda."""
    shown = {item.id for _label, item in open_to(items, Standing.GUEST)}
    return {
        "starts_at": meeting.starts_at.isoformat(),
        "ends_at": meeting.ends_at.isoformat(),
        "place": place_in_words(meeting),
        "video_url": meeting.video_url,
        "kind": meeting.kind,
        "agenda": [[label, item.title, item.id not in shown] for label, item in items if item.state != "dropped"],
    }


def announcements(session: Session, meeting: Meeting) -> list[Dispatch]:
    """The dispatches that announced time and place, oldest first; one query.

    An invitation sent later to one person more tells what all others know already.
    """
    return list(
        session.scalars(
            select(Dispatch)
            .where(Dispatch.meeting_id == meeting.record_id, Dispatch.kind.in_(ANNOUNCING))
            .order_by(Dispatch.id)
        )
    )


def asked_sequence(sent: Sequence[Dispatch]) -> int:
    """The sequence from which answers count: that of the last dispatch which moved the meeting, 0 if it never moved."""
    return max((one.sequence for one in sent if one.snapshot.get("asks_again")), default=0)


def pending_change(session: Session, meeting: Meeting) -> Change | None:
    """What invited people have not been told yet; None where they know all, or nothing was sent."""
    sent = announcements(session, meeting)
    if not sent:
        return None
    return difference(sent[-1].snapshot, snapshot(meeting, agenda_of(session, meeting)))


def difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> Change | None:
    """The difference of two snapshots in words; None when they say the same."""
    lines: list[str] = []
    moved = _times(old) != _times(new)
    if moved:
        before, now = _times(old), _times(new)
        lines.append(f"Neuer Termin: {when_in_words(*now)} (bisher: {when_in_words(*before)}).")
    if old["place"] != new["place"]:
        lines.append(f"Neuer Ort: {new['place'] or 'noch offen'} (bisher: {old['place'] or 'noch offen'}).")
    if old["kind"] != new["kind"]:
        lines.append(f"Die Sitzung findet {KIND_WORDS[new['kind']]} statt (bisher: {KIND_WORDS[old['kind']]}).")
    if old["video_url"] != new["video_url"]:
        lines.append(f"Neuer Video-Zugang: {new['video_url']}" if new["video_url"] else "Der Video-Zugang entfällt.")
    agenda, agenda_for_guests = _agenda(old["agenda"], new["agenda"]), _agenda(_open(old), _open(new))
    if not lines and not agenda:
        return None
    if agenda and not agenda_for_guests:
        agenda_for_guests = ["Die Tagesordnung hat sich geändert."]
    return Change((*lines, *agenda), (*lines, *agenda_for_guests), moved)


def _times(seen: Mapping[str, Any]) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(seen["starts_at"]), datetime.fromisoformat(seen["ends_at"])


def _open(seen: Mapping[str, Any]) -> list[list[Any]]:
    return [entry for entry in seen["agenda"] if not entry[2]]


def _agenda(old: Sequence[Sequence[Any]], new: Sequence[Sequence[Any]]) -> list[str]:
    before, now = [entry[1] for entry in old], [entry[1] for entry in new]
    lines = [f"Neu auf der Tagesordnung: {label}. {title}." for label, title, _ in new if title not in before]
    lines += [f"Nicht mehr auf der Tagesordnung: {title}." for title in before if title not in now]
    if not lines and before != now:
        lines.append("Die Reihenfolge der Tagesordnung hat sich geändert.")
    return lines
