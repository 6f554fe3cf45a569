"""What is to be done for a meeting, in the words of lists and of its overview."""

from __future__ import annotations

from dataclasses import dataclass

from .rendering import t


@dataclass(frozen=True)
class Deed:
    """A deed in words and the part of the meeting's pages where it is done."""

    label: str
    part: str
    until: str = ""
    """What stands before the last day, where it is not just "by"."""


def deed_words() -> dict[str, Deed]:
    """By ``queries.meetings.Next.deed``."""
    return {
        "approve": Deed(
            t("Freigabe der Tagesordnung fehlt", "The agenda is not approved yet"),
            "agenda",
            t("Einladung absenden spätestens am", "send the invitation by"),
        ),
        "invite": Deed(t("Einladung absenden", "Send the invitation"), "invitation"),
        "update": Deed(t("Änderung an die Eingeladenen senden", "Send the change to those invited"), "invitation"),
        "cancel_mail": Deed(
            t("Absage an die Eingeladenen senden", "Send the cancellation to those invited"), "invitation"
        ),
        "open": Deed(t("Sitzung eröffnen", "Open the meeting"), "session"),
        "close": Deed(t("Sitzung schließen", "Close the meeting"), "session"),
        "minutes": Deed(t("Niederschrift versenden", "Send the minutes"), "minutes"),
        "objections": Deed(t("Einwendungen sind möglich", "Objections are possible"), "minutes", t("bis", "until")),
    }


def kind_tones() -> dict[str, str]:
    """The tone of the badge of each kind of agenda item."""
    return {"decision": "warning", "formalities": "neutral"}


def source_words() -> dict[str, str]:
    """Where a point of the agenda came from."""
    return {
        "carried": t("aus der letzten Sitzung", "from the last meeting"),
        "proposal": t("vorgeschlagen", "proposed"),
        "offered": t("Vorlage", "paper"),
    }


def relation_words() -> dict[str, str]:
    """How another meeting belongs to this one."""
    return {
        "continues": t("setzt fort", "continues"),
        "repeats": t("erneute Ladung nach", "second invitation after"),
        "continued_by": t("wird fortgesetzt durch", "is continued by"),
        "repeated_by": t("erneut geladen zu", "invited again to"),
    }
