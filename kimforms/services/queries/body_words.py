"""Words for what happens to a body, as the history of a working group's record tells it. ``history_words`` takes them in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from ...forms.body_words import FUNCTIONS
from ..audit import Tag


class Reading(Protocol):
    """What is known of the reader: the language."""

    def say(self, german: str, english: str) -> str: ...


Told = tuple[str, str, Sequence[Any], str]
Teller = Callable[[Any, Mapping[str, Any], frozenset[str]], Told]


def _created(reading: Reading, payload: Mapping[str, Any], _erased: frozenset[str]) -> Told:
    title = reading.say("Gremium eingerichtet: {}", "Body set up: {}").format(payload["name"])
    return title, "success", (), ""


def _plain(german: str, english: str) -> Teller:
    def tell(reading: Reading, _payload: Mapping[str, Any], _erased: frozenset[str]) -> Told:
        return reading.say(german, english), "neutral", (), ""

    return tell


def _ended(reading: Reading, payload: Mapping[str, Any], _erased: frozenset[str]) -> Told:
    title = reading.say("Gremium beendet zum {}", "Body ended on {}").format(_day(payload["ends_on"]))
    return title, "warning", (), str(payload.get("reason") or "")


def _seat(german: str, english: str) -> Teller:
    def tell(reading: Reading, payload: Mapping[str, Any], _erased: frozenset[str]) -> Told:
        day = payload.get("valid_from") or payload.get("valid_until")
        text = f"{payload['label']}" + (f" ({_day(day)})" if day else "")
        return reading.say(german, english), "neutral", (), text

    return tell


def _function(german: str, english: str) -> Teller:
    def tell(reading: Reading, payload: Mapping[str, Any], _erased: frozenset[str]) -> Told:
        day = payload.get("valid_until") or payload.get("valid_from")
        name = reading.say(*FUNCTIONS.get(payload["function"], (payload["function"],) * 2))
        return reading.say(german, english), "neutral", (), f"{name} ({_day(day)})"

    return tell


def _day(iso: object) -> str:
    return f"{date.fromisoformat(str(iso)):%d.%m.%Y}" if iso else ""


BODY_TELLERS: dict[str, Teller] = {
    Tag.BODY_CREATE.text: _created,
    Tag.BODY_CHANGE.text: _plain("Angaben zum Gremium geändert", "Details of the body changed"),
    Tag.BODY_END.text: _ended,
    Tag.SEAT_ADD.text: _seat("Neuer Sitz", "New seat"),
    Tag.SEAT_CHANGE.text: _seat("Sitz geändert", "Seat changed"),
    Tag.SEAT_END.text: _seat("Sitz endet", "Seat ends"),
    Tag.SEAT_PLACE.text: _seat("Sitz besetzt", "Seat taken"),
    Tag.SEAT_LEAVE.text: _seat("Sitz wird frei", "Seat is left"),
    Tag.OFFICER_APPOINT.text: _function("Funktion vergeben", "Function given"),
    Tag.OFFICER_END.text: _function("Funktion endet", "Function ends"),
}
