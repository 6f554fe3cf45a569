"""The English of what the rulebook's service and rules refuse; they speak German, which stays when nothing fits here."""

from __future__ import annotations

import re
from functools import cache

SENTENCES = {
    "{}: Geben Sie eine ganze Zahl von {} bis {} an.": "Enter a whole number from {1} to {2}.",
    "{}: Antworten Sie mit Ja oder Nein.": "Answer yes or no.",
    "{}: „{}“ steht nicht zur Wahl.": "“{1}” is none of the options.",
    "{}: Erwartet wird eine Liste von Angaben.": "A list is expected.",
    "„{}“ ist keine Stellgröße der Geschäftsordnung.": "“{0}” is no parameter of the rules of procedure.",
    "Geben Sie an, wie diese Fassung heißt.": "Enter the name of this version.",
    "Bitte höchstens {} Zeichen.": "Please at most {0} characters.",
    "Die Angaben sind dieselben wie in Fassung {}.": "The values are the same as in version {0}.",
    "Fassung {} gilt ab {}; eine neue Fassung gilt frühestens am Tag danach.": (
        "Version {0} is in force from {1}; a new version can begin on the day after at the earliest."
    ),
    "Am {} hat das Gremium schon getagt, nach den bisherigen Regeln; wählen Sie einen Tag danach.": (
        "The body already met on {0}, by the rules so far; choose a later day."
    ),
    "Geben Sie den Tag an, ab dem sie gilt.": "Enter the day from which it is in force.",
    "Geben Sie eine ganze Zahl ein, oder lassen Sie das Feld für die Vorgabe leer.": (
        "Enter a whole number, or leave the field empty for the default."
    ),
    "Wählen Sie entweder die Vorgabe oder eigene Angaben.": "Choose either the default or values of your own.",
}


def in_english(sentence: str) -> str:
    """The sentence in English; as it is when nobody translated it."""
    for pattern, english in _patterns():
        if found := pattern.fullmatch(sentence):
            return english.format(*found.groups())
    return sentence


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile(re.escape(german).replace(r"\{\}", "(.+?)")), english) for german, english in SENTENCES.items()
    )
