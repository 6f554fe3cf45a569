"""The words of the public pages, papers and feeds of solutions, once for all of them: German and English side by side."""

from __future__ import annotations

from ..engine.stations import STATIONS
from ..engine.text import pick

SOLVED, DECIDED, IN_WORK, ENDED = "solved", "decided", "in-work", "ended"
HEADINGS: dict[str, tuple[str, str]] = {
    "title": ("Überschrift", "Title"),
    "hurdle": ("Die Hürde", "The hurdle"),
    "decided": ("Was beschlossen wurde", "What was decided"),
    "changed": ("Was sich geändert hat", "What has changed"),
    "since": ("Seit wann", "Since when"),
    "for_whom": ("Für wen", "For whom"),
    "contact": ("Wen fragen?", "Whom to ask?"),
    "links": ("Weitere Informationen im Internet", "More on the web"),
    "documents": ("Dokumente", "Documents"),
    "station": ("Wo das Thema steht", "Where the theme stands"),
}
BADGES: dict[str, tuple[str, str, str]] = {
    SOLVED: ("gelöst", "solved", "success"),
    DECIDED: ("beschlossen", "decided", "info"),
    IN_WORK: ("in Arbeit", "in work", "warning"),
    ENDED: ("beendet", "ended", "neutral"),
}
BADGE_OF: dict[str, str] = {"loesung": SOLVED, "beschluss": DECIDED, "zwischenstand": IN_WORK}
"""Which badge an entry wears by its answer ``art``; anything else counts as solved."""
FILTERS: dict[str, tuple[str, str]] = {
    "q": ("Suche", "Search"),
    "field": ("Handlungsfeld", "Field of action"),
    "municipality": ("Kommune", "Municipality"),
    "area": ("Rechtskreis", "Legal area"),
    "kind": ("Stand", "State"),
    "year": ("Veröffentlicht im Jahr", "Published in"),
}
_SENTENCES = {station.id: station.sentence for station in STATIONS}


def say(words: tuple[str, ...], language: str) -> str:
    """One of a pair in the reader's language."""
    return words[1] if language == "en" else words[0]


def heading(name: str, language: str) -> str:
    """The heading of a part of an entry."""
    return say(HEADINGS[name], language)


def station_sentence(station: str | None, language: str) -> str:
    """One plain sentence about where a published theme stands."""
    found = _SENTENCES.get(station or "")  # type: ignore[call-overload]
    if found is not None:
        return pick(found, language)
    return say(("Die Arbeit an diesem Thema ist beendet.", "The work on this theme has ended."), language)
