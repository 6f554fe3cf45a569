"""The English of what services refuse around themes; services speak German, which stays when nothing fits here."""

from __future__ import annotations

import re
from functools import cache

from . import record_words

SENTENCES = {
    "{} gibt es nicht, oder Sie sehen es nicht.": "{} does not exist, or you do not see it.",
    "{}: In ein Thema gehören nur Meldungen.": "{}: only reports belong into a theme.",
    "{}: Zurückgezogene Meldungen lassen sich nicht aufnehmen.": "{}: withdrawn reports cannot be taken in.",
    "{} ist im Stand „{}“ und nimmt keine Meldungen mehr auf.": "{} stands as “{}” and takes no more reports.",
    "Geben Sie eine ganze Zahl von 0 bis 10.000 ein.": "Enter a whole number from 0 to 10,000.",
    "Schreiben Sie dazu, welche Meldung denselben Fall erzählt.": "Write which report tells the same case.",
    "Die Notiz hat höchstens {} Zeichen.": "The note has at most {} characters.",
    "{} gehört schon zu {}.": "{} belongs to {} already.",
    "{} gehört nicht zu {}.": "{} does not belong to {}.",
    "Wählen Sie mindestens eine Meldung für das neue Thema.": "Choose at least one report for the new theme.",
    "Lassen Sie mindestens eine Meldung im bisherigen Thema.": "Leave at least one report in the present theme.",
    "Ein Thema kann nicht in sich selbst aufgehen. Wählen Sie ein anderes.": (
        "A theme cannot be merged into itself. Choose another one."
    ),
    "{} gehört einer anderen Stelle.": "{} belongs to another office.",
    "{} ist schon zu Ende und kann nicht mehr aufgehen.": "{} has ended and can no longer be merged.",
    "Geben Sie das Aktenzeichen des Themas ein.": "Enter the reference of the theme.",
    "Ein Thema {} gibt es nicht, oder Sie sehen es nicht.": "There is no theme {}, or you do not see it.",
}


def in_english(sentence: str) -> str:
    """The sentence in English; as it is when nobody translated it."""
    for pattern, english in _patterns():
        if found := pattern.fullmatch(sentence):
            return english.format(*found.groups())
    return record_words.in_english(sentence)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    ordered = sorted(SENTENCES.items(), key=lambda pair: pair[0].startswith("{}"))  # what begins with a name comes last
    return tuple((re.compile(re.escape(german).replace(r"\{\}", "(.+?)")), english) for german, english in ordered)
