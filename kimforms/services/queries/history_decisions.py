"""The words of a paper's history for votes by circulation and the follow-up of its decision. Called by ``history``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..audit import Tag
from .history_words import Reading, Teller, Told

STATES = {
    "open": ("offen", "open"),
    "running": ("in Umsetzung", "under way"),
    "done": ("umgesetzt", "carried out"),
    "overtaken": ("überholt", "overtaken"),
    "stopped": ("eingestellt", "stopped"),
}
ENDS = {
    "decided": ("Umlaufverfahren {} entschieden", "Vote by circulation {} decided"),
    "stopped": ("Umlaufverfahren {} ohne Beschluss beendet", "Vote by circulation {} ended without a decision"),
    "cancelled": ("Umlaufverfahren {} abgebrochen", "Vote by circulation {} called off"),
}


def _progress(reading: Reading, payload: Mapping[str, Any], erased: frozenset[str]) -> Told:
    state = reading.say(*STATES[payload["state"]])
    title = reading.say("Umsetzung von {}: {}", "Implementation of {}: {}").format(payload["reference"], state)
    return title, "neutral", (), _text(payload, "note", erased)


def _measure(reading: Reading, payload: Mapping[str, Any], _erased: frozenset[str]) -> Told:
    said = reading.say("{} einer Maßnahme zugeordnet", "{} put to a measure")
    if payload["new"] is None:
        said = reading.say("Zuordnung von {} zu einer Maßnahme entfernt", "{} taken from its measure")
    return said.format(payload["reference"]), "neutral", (), ""


def _closed(reading: Reading, payload: Mapping[str, Any], erased: frozenset[str]) -> Told:
    title = reading.say(*ENDS[payload["state"]]).format(payload["circular"])
    return title, "success" if payload["state"] == "decided" else "warning", (), _text(payload, "sentence", erased)


def _about(german: str, english: str) -> Teller:
    def tell(reading: Reading, payload: Mapping[str, Any], _erased: frozenset[str]) -> Told:
        return reading.say(german, english).format(**payload), "neutral", (), ""

    return tell


def _text(payload: Mapping[str, Any], key: str, erased: frozenset[str]) -> str:
    return "" if key in erased else str(payload.get(key) or "")


DECISION_TELLERS: dict[str, Teller] = {
    Tag.DECISION_PROGRESS.text: _progress,
    Tag.DECISION_MEASURE.text: _measure,
    Tag.CIRCULAR_DRAFT.text: _about(
        "Umlaufverfahren {circular} vorbereitet", "Vote by circulation {circular} prepared"
    ),
    Tag.CIRCULAR_START.text: _about(
        "Umlaufverfahren {circular} an {ballots} Sitze verschickt",
        "Vote by circulation {circular} sent to {ballots} seats",
    ),
    Tag.CIRCULAR_ANSWER.text: _about(
        "Antwort im Umlaufverfahren {circular}", "Answer to vote by circulation {circular}"
    ),
    Tag.CIRCULAR_DEPUTY.text: _about("Vertretung im Umlaufverfahren {circular}", "Deputy asked in vote {circular}"),
    Tag.CIRCULAR_POST.text: _about(
        "Brief zum Umlaufverfahren {circular} verschickt", "Letter on vote {circular} posted"
    ),
    Tag.CIRCULAR_CLOSE.text: _closed,
    Tag.CIRCULAR_OFFER.text: _about(
        "{circular} auf die Tagesordnung von {meeting} gesetzt", "{circular} put on the agenda of {meeting}"
    ),
}
