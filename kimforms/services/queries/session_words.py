"""The words of the history for what happens in a meeting: grid, items, notes, votes. ``history_words`` collects them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..audit import Tag
from ..bodies.access import BERLIN

if TYPE_CHECKING:
    from .history_words import Reading, Told

Pair = tuple[str, str]
SESSION: Mapping[str, Pair] = {
    "opened": ("Sitzung eröffnet um {at} Uhr", "Meeting opened at {at}"),
    "closed": ("Sitzung geschlossen um {at} Uhr", "Meeting closed at {at}"),
    "reopened": ("Sitzung wieder eröffnet", "Meeting opened again"),
    "paused": ("Pause ab {at} Uhr", "Break from {at}"),
    "resumed": ("Pause beendet um {at} Uhr", "Break ended at {at}"),
    "officers": ("Sitzungsleitung und Protokoll", "Chair and minutes"),
    "waived": ("Verzicht auf Form und Frist der Ladung", "Form and notice of the invitation waived"),
}
ATTENDANCE: Mapping[str, Pair] = {
    "arrived": ("{name} ist da seit {at} Uhr", "{name} is there since {at}"),
    "left": ("{name} ist gegangen um {at} Uhr", "{name} left at {at}"),
    "corrected": ("Zeiten von {name} berichtigt", "Times of {name} corrected"),
    "removed": ("Anwesenheit von {name} zurückgenommen", "Presence of {name} taken back"),
    "excused": ("{name} ist entschuldigt", "{name} sent an apology"),
    "not_excused": ("Entschuldigung von {name} zurückgenommen", "Apology of {name} taken back"),
    "excluded": ("{name} wirkt wegen Befangenheit nicht mit", "{name} takes no part (conflict of interest)"),
    "included": ("Befangenheit von {name} zurückgenommen", "Conflict of interest of {name} taken back"),
}
ITEMS: Mapping[str, Pair] = {
    "called": ("Aufgerufen: {title}", "Called: {title}"),
    "done": ("Behandelt: {title}", "Dealt with: {title}"),
    "open": ("Wieder offen: {title}", "Open again: {title}"),
    "postponed": ("Vertagt: {title}", "Postponed: {title}"),
    "dropped": ("Abgesetzt: {title}", "Dropped: {title}"),
    "moved": ("Reihenfolge geändert: {title}", "Order changed: {title}"),
    "admitted": ("Zugelassen: {title}", "Admitted: {title}"),
    "not_admitted": ("Nicht zugelassen: {title}", "Not admitted: {title}"),
    "result": ("Ergebnis zu: {title}", "Result of: {title}"),
}
VOTES: Mapping[str, Pair] = {
    "taken": ("Abgestimmt über: {title}", "Voted on: {title}"),
    "corrected": ("Auszählung berichtigt: {title}", "Count corrected: {title}"),
    "discarded": ("Abstimmung zurückgenommen: {title}", "Vote taken back: {title}"),
    "proclaimed": ("Ergebnis verkündet: {title}", "Result proclaimed: {title}"),
}
LONGEST = 200


def _said(reading: Reading, words: Mapping[str, Pair], payload: Mapping[str, Any]) -> str:
    pair = words.get(str(payload["what"]), ("{title}", "{title}"))
    values = {key: str(payload.get(key) or "") for key in ("name", "title")}
    return reading.say(*pair).format(at=_clock(payload.get("at")), **values)


def _clock(at: object) -> str:
    """`14:05`, from the same or from an ISO moment."""
    text = str(at or "")
    return f"{datetime.fromisoformat(text).astimezone(BERLIN):%H:%M}" if "T" in text else text


def _session(reading: Reading, payload: Mapping[str, Any], _erased: frozenset[str]) -> Told:
    tone = "warning" if payload["what"] == "reopened" else "info"
    return _said(reading, SESSION, payload), tone, (), str(payload["note"] or "")


def _attendance(reading: Reading, payload: Mapping[str, Any], _erased: frozenset[str]) -> Told:
    note = str(payload["old"] or "")
    if payload["what"] == "corrected":
        until = _clock(payload["until"])
        now = f"{_clock(payload['at'])}–{until}" if until else reading.say("seit ", "since ") + _clock(payload["at"])
        note = reading.say(f"{now} (vorher {note})", f"{now} (before {note})")
    return _said(reading, ATTENDANCE, payload), "neutral", (), note


def _item(reading: Reading, payload: Mapping[str, Any], _erased: frozenset[str]) -> Told:
    return _said(reading, ITEMS, payload), "neutral", (), str(payload["note"] or "")


def _notes(reading: Reading, payload: Mapping[str, Any], _erased: frozenset[str]) -> Told:
    if payload["what"] == "joined":
        said = reading.say("Zwei Fassungen der Notizen vereint: {}", "Two versions of the notes joined: {}")
        text = reading.say("Vorher: ", "Before: ") + str(payload["other"] or "")
    else:
        said, text = reading.say("Notizen zu: {}", "Notes on: {}"), str(payload["text"] or "")
    return said.format(payload["title"] or ""), "neutral", (), text if len(text) <= LONGEST else f"{text[:LONGEST]} …"


def _vote(reading: Reading, payload: Mapping[str, Any], _erased: frozenset[str]) -> Told:
    before, reason = str(payload["before"] or ""), str(payload["reason"] or "")
    parts = [str(payload["sentence"])]
    if payload["what"] == "corrected":
        parts.append(reading.say(f"vorher: {before}", f"before: {before}"))
    elif before:
        parts.append(before)
    if reason:
        parts.append(reading.say(f"Grund: {reason}", f"reason: {reason}"))
    tone = {"proclaimed": "success", "corrected": "warning"}.get(str(payload["what"]), "neutral")
    return _said(reading, VOTES, payload), tone, (), "; ".join(parts)


TELLERS: dict[str, Callable[[Reading, Mapping[str, Any], frozenset[str]], Told]] = {
    Tag.MEETING_SESSION.text: _session,
    Tag.MEETING_ATTENDANCE.text: _attendance,
    Tag.MEETING_ITEM.text: _item,
    Tag.MEETING_NOTES.text: _notes,
    Tag.MEETING_VOTE.text: _vote,
}
