"""The words of pages around invitations in both languages: answers, ways, kinds of dispatch, what a button sends."""

from __future__ import annotations

from ..models import Dispatch
from .rendering import t

ANSWER_WORDS = {
    "": ("noch keine Antwort", "no answer yet"),
    "accepted": ("zugesagt", "accepted"),
    "declined": ("abgesagt", "declined"),
    "tentative": ("unter Vorbehalt", "tentative"),
    "deputy": ("schickt Vertretung", "sends a deputy"),
}
VIA_WORDS = {
    "": ("", ""),
    "link": ("per Link", "by link"),
    "calendar": ("per Kalenderantwort", "by calendar reply"),
    "account": ("im eigenen Konto", "in the own account"),
    "office": ("von der Geschäftsstelle eingetragen", "entered by the office"),
}
_KINDS = {
    "invitation": ("Einladung", "Invitation"),
    "update": ("Änderung", "Change"),
    "cancellation": ("Absage", "Cancellation"),
    "uninvitation": ("Ausladung", "Invitation taken back"),
    "reminder": ("Erinnerung", "Reminder"),
    "minutes": ("Niederschrift", "Minutes"),
    "poll": ("Terminumfrage", "Poll for a date"),
    "circular": ("Umlaufverfahren", "Vote by circulation"),
}
_OF_MINUTES = {
    "check": ("Niederschrift zur Prüfung", "Minutes to be checked"),
    "minutes": _KINDS["minutes"],
    "addendum": ("Nachtrag", "Addendum"),
}
_SEND = {
    "invitation": ("Einladung versenden", "Send the invitation"),
    "update": ("Änderung mitteilen", "Tell of the change"),
    "cancellation": ("Absage versenden", "Send the cancellation"),
    "reminder": ("Erinnerung versenden", "Send the reminder"),
}


def kind_words() -> dict[str, str]:
    """What each kind of dispatch is called."""
    return {key: t(*pair) for key, pair in _KINDS.items()}


def dispatch_words(made: Dispatch) -> str:
    """What one dispatch is called; what goes out around minutes says for what."""
    if made.kind == "minutes":
        return t(*_OF_MINUTES.get(str(made.snapshot.get("what")), _KINDS["minutes"]))
    return t(*_KINDS[made.kind])


def send_words(kind: str) -> str:
    """The label of the button that sends."""
    return t(*_SEND[kind])
