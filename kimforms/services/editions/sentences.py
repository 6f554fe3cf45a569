"""What does not fit in a part of an edition, as a German sentence for each field."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError


def sentences_of(error: ValidationError) -> dict[str, str]:
    """A sentence for each field that was refused; the field is the last name on the way to it."""
    found: dict[str, str] = {}
    for one in error.errors():
        names = [part for part in one["loc"] if isinstance(part, str) and part.islower()]
        found.setdefault(names[-1] if names else "", _sentence(one))
    return found


def _sentence(error: Any) -> str:
    kind, limits = error["type"], error.get("ctx", {})
    if kind in ("missing", "string_too_short", "too_short"):
        return "Füllen Sie dieses Feld aus."
    if kind == "string_too_long":
        return f"Bitte höchstens {limits['max_length']} Zeichen."
    if kind.startswith("date"):
        return "Geben Sie das Datum im Format TT.MM.JJJJ ein."
    if kind.startswith(("decimal", "greater_than")):
        return "Geben Sie einen Betrag in Euro ein, zum Beispiel 255 oder 25,50."
    if kind == "literal_error":
        return "Wählen Sie eine der Möglichkeiten aus."
    if kind == "string_pattern_mismatch":
        return "Hier passen nur Kennungen wie B4."
    if kind == "condition":
        return "Diese Bedingung ist nicht verständlich. Wählen Sie mindestens eine Frage aus."
    return "Dieser Wert passt hier nicht."
