"""The words of the history for invitations: who was put on the list, what went out, who answered. Called by ``history``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..audit import Tag

if TYPE_CHECKING:
    from .history_words import Reading, Teller, Told

KINDS = {
    "invitation": ("Einladung versandt", "Invitation sent"),
    "update": ("Änderung mitgeteilt", "Change told"),
    "cancellation": ("Absage versandt", "Cancellation sent"),
    "uninvitation": ("Einladung zurückgenommen", "Invitation taken back"),
    "reminder": ("An die Antwort erinnert", "Reminded of the answer"),
}
ANSWERS = {
    "accepted": ("zugesagt", "accepted"),
    "declined": ("abgesagt", "declined"),
    "tentative": ("unter Vorbehalt", "tentative"),
    "deputy": ("Vertretung kommt", "a deputy comes"),
    "counter": ("andere Zeit vorgeschlagen", "another time proposed"),
}
WAYS = {
    "link": ("per Link", "by link"),
    "calendar": ("per Kalenderantwort", "by calendar reply"),
    "account": ("im Konto", "in the account"),
    "office": ("eingetragen von der Geschäftsstelle", "entered by the office"),
}


def _plain(german: str, english: str) -> Callable[..., Told]:
    def tell(reading: Reading, _payload: Mapping[str, Any], _erased: frozenset[str]) -> Told:
        return reading.say(german, english), "neutral", (), ""

    return tell


def _sent(reading: Reading, payload: Mapping[str, Any], _erased: frozenset[str]) -> Told:
    what = reading.say(*KINDS.get(str(payload["kind"]), ("Versandt", "Sent")))
    mails, letters = payload["mails"], payload["letters"]
    said = reading.say(f"{mails} per E-Mail, {letters} per Post", f"{mails} by e-mail, {letters} by post")
    return what, "info", (), said


def _answered(reading: Reading, payload: Mapping[str, Any], _erased: frozenset[str]) -> Told:
    answer = reading.say(*ANSWERS.get(str(payload["answer"]), ("", "")))
    way = reading.say(*WAYS.get(str(payload["via"]), ("", "")))
    return reading.say("Antwort auf die Einladung", "Answer to the invitation"), "info", (), f"{answer}, {way}"


def _removed(reading: Reading, payload: Mapping[str, Any], _erased: frozenset[str]) -> Told:
    words = ("Person ausgeladen", "Person no longer invited") if payload["told"] else (
        "Person von der Liste genommen", "Person taken off the list")  # fmt: skip
    return reading.say(*words), "neutral", (), ""


def _shortened(reading: Reading, payload: Mapping[str, Any], _erased: frozenset[str]) -> Told:
    return reading.say("Ladungsfrist verkürzt", "Notice shortened"), "warning", (), str(payload["reason"])


def _posted(reading: Reading, payload: Mapping[str, Any], _erased: frozenset[str]) -> Told:
    said = reading.say(
        f"{payload['letters']} Briefe am {payload['day']}", f"{payload['letters']} letters on {payload['day']}"
    )
    return reading.say("Briefe als versandt vermerkt", "Letters noted as posted"), "neutral", (), said


INVITATION_TELLERS: dict[str, Teller] = {
    Tag.INVITEE_ADD.text: _plain(
        "Person auf die Liste der Eingeladenen gesetzt", "Person put on the list of invited people"
    ),
    Tag.INVITEE_REMOVE.text: _removed,
    Tag.INVITEE_CHANNEL.text: _plain("Weg der Einladung geändert", "Way of the invitation changed"),
    Tag.INVITATION_ANSWER.text: _answered,
    Tag.INVITATION_POST.text: _posted,
    Tag.MEETING_DISPATCH.text: _sent,
    Tag.MEETING_SHORTEN.text: _shortened,
}
