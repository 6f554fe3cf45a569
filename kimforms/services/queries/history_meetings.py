"""The words of a meeting's history: planning, agenda, approval, motions. Called by ``history``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..audit import Tag
from .history_words import Change, Reading, Teller, Told

LABELS = {
    "starts_at": ("Beginn", "Begin"),
    "ends_at": ("Ende", "End"),
    "place": ("Ort", "Place"),
    "video_url": ("Videokonferenz", "Video conference"),
    "kind": ("Art", "Kind"),
    "title": ("Titel", "Title"),
    "text": ("Erläuterung", "Explanation"),
    "motion": ("Beschlussvorschlag", "Proposed decision"),
    "minutes": ("Minuten", "Minutes"),
    "presenter": ("Vortrag", "Presented by"),
    "confidential": ("Vertraulich", "Confidential"),
    "paper": ("Unterlage", "Paper"),
    "way": ("Richtung", "Direction"),
}
ITEM = {
    "add": ("Punkt aufgenommen: {}", "Point added: {}"),
    "late": ("Punkt nachträglich aufgenommen: {}", "Point added late: {}"),
    "change": ("Punkt geändert: {}", "Point changed: {}"),
    "move": ("Punkt verschoben: {}", "Point moved: {}"),
    "remove": ("Punkt entfernt: {}", "Point removed: {}"),
    "paper": ("Unterlagen geändert: {}", "Papers changed: {}"),
    "minutes": ("Bezug auf die letzte Sitzung gesetzt: {}", "Points at the last meeting: {}"),
}
APPROVAL = {
    "asked": ("Um Freigabe der Tagesordnung gebeten", "Asked for approval of the agenda"),
    "returned": ("Tagesordnung mit Bemerkung zurückgegeben", "Agenda given back with a comment"),
}
PROPOSAL = {
    "made": ("Vorschlag für die Tagesordnung", "Proposal for the agenda"),
    "taken": ("Vorschlag aufgenommen", "Proposal taken"),
    "refused": ("Vorschlag abgelehnt", "Proposal refused"),
    "withdrawn": ("Vorschlag zurückgezogen", "Proposal withdrawn"),
}


def _planned(reading: Reading, payload: Mapping[str, Any], _erased: frozenset[str]) -> Told:
    said = _moment(payload["starts_at"])
    return reading.say(f"Sitzung geplant für {said}", f"Meeting planned for {said}"), "info", (), ""


def _changed(reading: Reading, payload: Mapping[str, Any], _erased: frozenset[str]) -> Told:
    return reading.say("Zeit oder Ort geändert", "Time or place changed"), "warning", _changes(reading, payload), ""


def _agenda(reading: Reading, payload: Mapping[str, Any], erased: frozenset[str]) -> Told:
    title = reading.say("[gelöscht]", "[erased]") if "title" in erased else str(payload["title"] or "")
    shown = () if payload["what"] == "move" else _changes(reading, payload)
    return reading.say(*ITEM[payload["what"]]).format(title), "neutral", shown, ""


def _approval(reading: Reading, payload: Mapping[str, Any], _erased: frozenset[str]) -> Told:
    tone = "warning" if payload["what"] == "returned" else "info"
    return reading.say(*APPROVAL[payload["what"]]), tone, (), str(payload["comment"] or "")


def _proposal(reading: Reading, payload: Mapping[str, Any], _erased: frozenset[str]) -> Told:
    return reading.say(*PROPOSAL[payload["what"]]), "neutral", (), str(payload["text"] or "")


def _changes(reading: Reading, payload: Mapping[str, Any]) -> tuple[Change, ...]:
    return tuple(
        Change(reading.say(*LABELS.get(key, (key, key))), _shown(key, pair.get("new")), _shown(key, pair.get("old")))
        for key, pair in payload["changes"].items()
    )


def _shown(key: str, value: Any) -> str:
    if value is None or value == "":
        return "–"
    return _moment(value) if key in ("starts_at", "ends_at") else str(value)


def _moment(iso: Any) -> str:
    try:
        return f"{datetime.fromisoformat(str(iso)):%d.%m.%Y, %H:%M}"
    except ValueError:
        return str(iso)


MEETING_TELLERS: dict[str, Teller] = {
    Tag.MEETING_PLAN.text: _planned,
    Tag.MEETING_CHANGE.text: _changed,
    Tag.AGENDA_CHANGE.text: _agenda,
    Tag.AGENDA_APPROVAL.text: _approval,
    Tag.PROPOSAL_CHANGE.text: _proposal,
}
