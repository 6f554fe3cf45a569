"""The English of what services of editions refuse; services speak German, which stays when nothing fits here."""

from __future__ import annotations

import re

SENTENCES = {
    "Füllen Sie dieses Feld aus.": "Fill in this field.",
    "Bitte höchstens {} Zeichen.": "At most {} characters, please.",
    "Geben Sie das Datum im Format TT.MM.JJJJ ein.": "Enter the date as DD.MM.YYYY.",
    "Geben Sie einen Betrag in Euro ein, zum Beispiel 255 oder 25,50.": "Enter an amount in euro, such as 255 or 25,50.",
    "Wählen Sie eine der Möglichkeiten aus.": "Choose one of the options.",
    "Hier passen nur Kennungen wie B4.": "Only ids such as B4 fit here.",
    "Diese Bedingung ist nicht verständlich. Wählen Sie mindestens eine Frage aus.": (
        "This condition cannot be read. Choose at least one question."
    ),
    "Dieser Wert passt hier nicht.": "This value does not fit here.",
    "Wählen Sie mindestens eine Frage, oder „gilt immer“.": "Choose at least one question, or “always applies”.",
    "Eine der Fragen gibt es in diesem Entwurf nicht (mehr).": "One of the questions is not in this draft (any more).",
    "Jeder Name braucht einen eigenen Tag, ab dem er gilt; nur einer gilt schon immer.": (
        "Each name needs a day of its own from which it holds; only one holds always."
    ),
    "Geben Sie den Tag ein, ab dem die Fassung gilt.": "Enter the day on which the edition takes effect.",
    "Die Fassung kann frühestens ab heute gelten.": "The edition can take effect today at the earliest.",
    "Der Tag liegt mehr als fünf Jahre in der Zukunft.": "The day is more than five years ahead.",
    "Ab diesem Tag gilt schon Fassung {}. Wählen Sie einen anderen Tag.": (
        "Edition {} takes effect on that day already. Choose another day."
    ),
    "Der Entwurf unterscheidet sich nicht von Fassung {}.": "The draft does not differ from edition {}.",
    "Geben Sie den Grund an. Die Beratungsdienste lesen ihn.": "Give the reason. The advisory services read it.",
    "Inzwischen hat jemand anderes diesen Teil des Entwurfs geändert.": "Somebody else changed this part of the draft meanwhile.",
    "Inzwischen hat jemand anderes den Entwurf geändert. Sehen Sie sich noch einmal an, was gilt.": (
        "Somebody else changed the draft meanwhile. Look again at what it says."
    ),
    "Inzwischen hat jemand anderes die Einstellungen geändert. Sehen Sie sich die Seite noch einmal an.": (
        "Somebody else changed the settings meanwhile. Look at the page again."
    ),
    "Geben Sie eine ganze Zahl von {} bis {} ein.": "Enter a whole number from {} to {}.",
    "Geben Sie eine Adresse an, die mit https:// beginnt.": "Enter an address that begins with https://.",
    "Geben Sie eine E-Mail-Adresse wie einbuergerung@stadt.example ein.": (
        "Enter an e-mail address such as einbuergerung@stadt.example."
    ),
    "Geben Sie an, wer im Datenschutz das Erstellen der Briefe freigegeben hat.": (
        "Say who in data protection approved the making of letters."
    ),
    "Geben Sie an, wann es freigegeben wurde.": "Say when it was approved.",
    "Die Freigabe kann nicht in der Zukunft liegen.": "The approval cannot lie in the future.",
}
_PATTERNS = [(re.compile(re.escape(german).replace(r"\{\}", "(.+)")), english) for german, english in SENTENCES.items()]


def in_english(sentence: str) -> str:
    """The sentence in English, or as it is when none is known."""
    for pattern, english in _PATTERNS:
        if found := pattern.fullmatch(sentence):
            return english.format(*found.groups())
    return sentence
