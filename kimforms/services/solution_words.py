"""The words of the public pages, papers and feeds of solutions, once for all of them: German and English side by side."""

from __future__ import annotations

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
STATIONS: dict[str, tuple[str, str]] = {
    "received": ("Die Koordination prüft, woran es liegt.", "The coordination is finding out what the cause is."),
    "reviewed": ("Die Koordination prüft, woran es liegt.", "The coordination is finding out what the cause is."),
    "theme": (
        "Mehrere Meldungen zu dieser Hürde werden gemeinsam untersucht.",
        "Several reports of this hurdle are being examined together.",
    ),
    "steering_group": (
        "Die Lenkungsgruppe entscheidet, ob und wie das Thema bearbeitet wird.",
        "The steering group decides whether and how the theme is worked on.",
    ),
    "working_group": ("Eine Arbeitsgruppe erarbeitet Vorschläge.", "A working group is preparing proposals."),
    "decision": (
        "Ein Vorschlag liegt der Lenkungsgruppe zum Beschluss vor.",
        "A proposal is before the steering group for decision.",
    ),
    "implemented": (
        "Eine Lösung ist beschlossen und wird umgesetzt.",
        "A solution has been decided and is being put into practice.",
    ),
    "published": ("Das Ergebnis ist veröffentlicht.", "The result has been published."),
    ENDED: ("Die Arbeit an diesem Thema ist beendet.", "The work on this theme has ended."),
}
"""Where a published theme stands, in words for people who reported nothing."""


def say(words: tuple[str, ...], language: str) -> str:
    """One of a pair in the reader's language."""
    return words[1] if language == "en" else words[0]


def heading(name: str, language: str) -> str:
    """The heading of a part of an entry."""
    return say(HEADINGS[name], language)


def station_sentence(station: str | None, language: str) -> str:
    """One plain sentence about where a published theme stands."""
    return say(STATIONS.get(station or "", STATIONS[ENDED]), language)
