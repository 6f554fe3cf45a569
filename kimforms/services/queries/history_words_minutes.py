"""The words of the history for minutes: drawing up, changing, signing, sending, objections. Called by ``history``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..audit import Tag

if TYPE_CHECKING:
    from .history_words import Change, Reading, Told


FUNCTIONS = {"chair": ("Sitzungsleitung", "chair"), "minute_taker": ("Protokollführung", "minute-taker")}
ANSWERS = {
    "accepted": ("Einwendung gefolgt", "Objection followed"),
    "refused": ("Einwendung nicht gefolgt", "Objection refused"),
    "withdrawn": ("Einwendung zurückgenommen", "Objection withdrawn"),
}


def _plain(german: str, english: str, tone: str = "neutral") -> Callable[..., Told]:
    def tell(reading: Reading, _payload: Mapping[str, Any], _erased: frozenset[str]) -> Told:
        return reading.say(german, english), tone, (), ""

    return tell


def _with_text(german: str, english: str, key: str, tone: str = "neutral") -> Callable[..., Told]:
    def tell(reading: Reading, payload: Mapping[str, Any], erased: frozenset[str]) -> Told:
        return reading.say(german, english), tone, (), _text(reading, payload.get(key), key in erased)

    return tell


def _changed(reading: Reading, payload: Mapping[str, Any], erased: frozenset[str]) -> Told:
    from .history_words import Change  # noqa: PLC0415 - the two rooms name each other

    changes: list[Change] = [
        Change(
            _label(name),
            _text(reading, values.get("new"), f"texts\x1f{name}\x1fnew" in erased),
            _text(reading, values.get("old"), f"texts\x1f{name}\x1fold" in erased),
        )
        for name, values in payload["texts"].items()
    ]
    return reading.say("Niederschrift geändert", "Minutes changed"), "neutral", tuple(changes), ""


def _label(name: str) -> str:
    from ..minutes.content import LABELS  # noqa: PLC0415 - queries are read without the services of other rooms

    return next((labels[name] for labels in LABELS.values() if name in labels), name)


def _signed(reading: Reading, payload: Mapping[str, Any], _erased: frozenset[str]) -> Told:
    function = reading.say(*FUNCTIONS.get(str(payload["function"]), ("", "")))
    paper = reading.say(", auf Papier", ", on paper") if payload["on_paper"] else ""
    title = reading.say(
        f"Niederschrift, Stand {payload['version']}, unterzeichnet ({function}{paper})",
        f"Minutes, version {payload['version']}, signed ({function}{paper})",
    )
    return title, "success", (), ""


def _sent(reading: Reading, payload: Mapping[str, Any], _erased: frozenset[str]) -> Told:
    number = payload["recipients"]
    title = reading.say(f"Niederschrift an {number} Personen versandt", f"Minutes sent to {number} people")
    return title, "success", (), ""


def _objected(reading: Reading, payload: Mapping[str, Any], erased: frozenset[str]) -> Told:
    late = "" if payload["in_time"] else reading.say(", zu spät", ", late")
    title = reading.say(f"Einwendung gegen die Niederschrift{late}", f"Objection to the minutes{late}")
    return title, "warning", (), _text(reading, payload.get("text"), "text" in erased)


def _answered(reading: Reading, payload: Mapping[str, Any], erased: frozenset[str]) -> Told:
    return reading.say(*ANSWERS[payload["how"]]), "info", (), _text(reading, payload.get("answer"), "answer" in erased)


def _added(reading: Reading, payload: Mapping[str, Any], erased: frozenset[str]) -> Told:
    title = reading.say(
        f"Nachtrag {payload['number']} zur Niederschrift versandt", f"Addendum {payload['number']} to the minutes sent"
    )
    return title, "info", (), _text(reading, payload.get("text"), "text" in erased)


def _text(reading: Reading, value: Any, erased: bool) -> str:
    return reading.say("[gelöscht nach Frist]", "[erased on schedule]") if erased else str(value or "")


MINUTES_TELLERS: dict[str, Callable[..., Told]] = {
    Tag.MINUTES_DRAFT.text: _plain("Niederschrift begonnen", "Minutes begun"),
    Tag.MINUTES_CHANGE.text: _changed,
    Tag.MINUTES_REFRESH.text: _plain(
        "Niederschrift aus der Sitzung neu übernommen", "Minutes taken anew from the session"
    ),
    Tag.MINUTES_HAND.text: _plain("Niederschrift zur Prüfung gegeben", "Minutes given to be checked", "info"),
    Tag.MINUTES_RETURN.text: _with_text("Niederschrift zurückgegeben", "Minutes given back", "comment", "warning"),
    Tag.MINUTES_SIGN.text: _signed,
    Tag.MINUTES_UNSIGN.text: _plain(
        "Unterschriften hinfällig: die Niederschrift wurde geändert",
        "Signatures void: the minutes were changed",
        "warning",
    ),
    Tag.MINUTES_SEND.text: _sent,
    Tag.MINUTES_POST.text: _plain("Briefe mit der Niederschrift aufgegeben", "Letters with the minutes posted"),
    Tag.MINUTES_RESEND.text: _plain("Niederschrift noch einmal gesendet", "Minutes sent again"),
    Tag.MINUTES_OBJECT.text: _objected,
    Tag.MINUTES_ANSWER.text: _answered,
    Tag.MINUTES_ADDENDUM.text: _added,
    Tag.MINUTES_SETTLE.text: _with_text("Niederschrift festgestellt", "Minutes settled", "how", "success"),
}
