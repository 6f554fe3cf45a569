"""Excerpt of the minutes for one decision (Beschlussauszug): plain data in, accessible HTML out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from kimforms.documents.meeting_words import WORDS
from kimforms.documents.minutes import DecisionText
from kimforms.documents.paper import Entry, Letterhead, render


@dataclass(frozen=True)
class ExcerptData:
    """One decision with what is needed to use it alone.

    `item` is such as `TOP 3.1 Kurse mit Kinderbetreuung`; `facts` more rows of the table (theme, responsible, due date);
    `reasons` the reasons as paragraphs; `certified_by` signs that the excerpt agrees with the minutes. For a decision of
    a circular vote `held_on` is the day it ended, `item` is empty and `basis` is `circular`; for one that the office
    entered without either, `basis` is `register`. What is certified depends on it.
    """

    letterhead: Letterhead
    title: str
    reference: str
    body: str
    held_on: date
    decision: DecisionText
    meeting: str = ""
    item: str = ""
    facts: tuple[Entry, ...] = ()
    reasons: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    certified_by: str = ""
    certified_on: date | None = None
    provisional: bool = False
    basis: Literal["minutes", "circular", "register"] = "minutes"
    language: str = "de"


def excerpt_html(data: ExcerptData, templates: Path) -> str:
    """The excerpt as a whole HTML document; `provisional` says on it that the minutes are not signed yet."""
    return render("excerpt.html", data, templates, WORDS)
