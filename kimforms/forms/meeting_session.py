"""What the page of a running meeting sends, read into plain values. Names are unique on the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ..engine.fields import CleanContext
from ..engine.fields.base import FieldError
from ..engine.fields.days import Date

Values = Mapping[str, str]
CHOICES = ("yes", "no", "abstained")
SILENT = "silent"
NO_NUMBER = "Geben Sie alle Stimmen als ganze Zahlen ein, auch eine 0."
_DAY = Date(id="day", label="Tag")
NO_DAY = "Geben Sie das Datum im Format TT.MM.JJJJ ein."


@dataclass(frozen=True)
class Typed:
    """A ballot as it was typed; ``errors`` maps a field to a sentence."""

    form: str
    numbers: Mapping[str, int]
    names: Mapping[int, str]
    errors: Mapping[str, str]


def ballot(values: Values, *, prefix: str = "ballot") -> Typed:
    """The counts of a vote; in a vote by name what each seat said, and how many said nothing."""
    form = values.get(f"{prefix}-form", "")
    if form == "names":
        said = {
            int(key.rpartition("-")[2]): value
            for key, value in values.items()
            if key.startswith(f"{prefix}-seat-") and key.rpartition("-")[2].isdigit() and len(key) < 40 and value
        }
        names = {seat: value for seat, value in said.items() if value in CHOICES}
        return Typed(form, {"not_taking_part": sum(value == SILENT for value in said.values())}, names, {})
    numbers, wrong = {}, False
    for key in (*CHOICES, "not_taking_part", *(("invalid",) if form == "secret" else ())):
        typed = values.get(f"{prefix}-{key}", "").strip()
        good = not typed or (typed.isascii() and typed.isdigit() and len(typed) < 5)
        wrong = wrong or not good
        numbers[key] = int(typed) if typed and good else 0
    empty = not any(values.get(f"{prefix}-{key}", "").strip() for key in CHOICES)
    return Typed(form, numbers, {}, {"votes": NO_NUMBER} if wrong or empty else {})


def counts(values: Values, prefix: str) -> tuple[int, int, int] | None:
    """Yes, no and abstained of a small vote on procedure; empty is 0. None for what is no number."""
    found = []
    for key in CHOICES:
        typed = values.get(f"{prefix}-{key}", "").strip() or "0"
        if not (typed.isascii() and typed.isdigit() and len(typed) < 5):
            return None
        found.append(int(typed))
    return found[0], found[1], found[2]


def number(text: str | None) -> int | None:
    """The key of a row as a form sends it; None for anything else."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def day(text: str | None) -> date | None | str:
    """A day typed as TT.MM.JJJJ; None when empty, a German sentence for what is no day."""
    if not (text or "").strip():
        return None
    try:
        iso = _DAY.clean(text, CleanContext(language="de"))
    except FieldError:
        return NO_DAY
    return date.fromisoformat(iso) if iso else None
