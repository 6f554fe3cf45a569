"""What the page of responsibilities sends: for each municipality who is wanted, and who was shown; refusals in English."""

from __future__ import annotations

from collections.abc import Callable, Mapping

Say = Callable[[str, str], str]
WANTED, SHOWN = "who-", "was-"
NOBODY_KNOWN = -1
"""Stands for what names no person at all; no account has that number."""
ENGLISH = {
    "Diese Kommune gibt es nicht. Wählen Sie eine aus der Liste.": (
        "This municipality does not exist. Choose one of the list."
    ),
    "Diese Person koordiniert hier nicht oder hat kein aktives Konto. "
    "Wählen Sie jemanden aus der Liste oder „niemand“.": (
        "This person does not coordinate here or has no active account. Choose somebody of the list or “nobody”."
    ),
    "Inzwischen hat jemand anderes die Zuständigkeit geändert. Prüfen Sie die Auswahl und speichern Sie noch einmal.": (
        "Somebody else has changed this meanwhile. Check the choice and save again."
    ),
}


def sent_wishes(values: Mapping[str, str]) -> dict[str, tuple[int | None, int | None]]:
    """(who was shown, who is wanted) by municipality, of everything that was sent; the service judges it."""
    return {
        name.removeprefix(WANTED): (_person(values.get(SHOWN + name.removeprefix(WANTED), "")), _person(wanted))
        for name, wanted in values.items()
        if name.startswith(WANTED)
    }


def in_words(say: Say, errors: Mapping[str, str]) -> dict[str, str]:
    """The sentences of a refusal in the reader's language."""
    return {municipality: say(sentence, ENGLISH.get(sentence, sentence)) for municipality, sentence in errors.items()}


def _person(text: str) -> int | None:
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else NOBODY_KNOWN
