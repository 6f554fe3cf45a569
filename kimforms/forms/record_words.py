"""The English of what services refuse around a record; services speak German, which stays when nothing fits here."""

from __future__ import annotations

import re
from functools import cache

SENTENCES = {
    "Schreiben Sie einen Kommentar.": "Write a comment.",
    "Kürzen Sie den Kommentar auf {} Zeichen.": "Shorten the comment to {} characters.",
    "Wählen Sie nur Kolleginnen und Kollegen, die den Vorgang sehen dürfen.": (
        "Choose only colleagues who may see the record."
    ),
    "Schreiben Sie, was zu tun ist.": "Write what is to be done.",
    "Kürzen Sie die Aufgabe auf {} Zeichen.": "Shorten the task to {} characters.",
    "Wählen Sie Aufgabe oder Wiedervorlage.": "Choose task or follow-up.",
    "Geben Sie an, wann der Vorgang wieder vorgelegt werden soll.": "Say when the record is to come up again.",
    "Wählen Sie eine Person, die den Vorgang sehen darf.": "Choose a person who may see the record.",
    "Diese Aufgabe ist schon erledigt.": "This task is already done.",
    "Wählen Sie eine Person, die Vorgänge dieser Stelle bearbeitet.": (
        "Choose a person who works on records of this office."
    ),
    "Ein Vorgang lässt sich nicht mit sich selbst verknüpfen.": "A record cannot be linked with itself.",
    "Wählen Sie eine Person, eine Organisation oder ein Gremium.": "Choose a person, an organisation or a body.",
    "Wählen Sie nur eines: eine Person, eine Organisation oder ein Gremium.": (
        "Choose only one: a person, an organisation or a body."
    ),
    "Diese Person gibt es nicht, oder sie sieht den Vorgang schon.": (
        "This person does not exist or sees the record already."
    ),
    "Das steht nicht in der Liste.": "This is not in the list.",
    "Geben Sie an, bis wann die Freigabe gilt.": "Say until when the record is shared.",
    "Dieser Tag liegt in der Vergangenheit.": "This day has passed.",
    "Eine Freigabe gilt höchstens zwei Jahre; verlängern Sie sie dann.": (
        "A record is shared for two years at most; prolong it then."
    ),
    "Wählen Sie eine Datei.": "Choose a file.",
    "Die Datei ist leer.": "The file is empty.",
    "Die Datei ist größer als {}.": "The file is larger than {}.",
    "Die Datei ließ sich nicht speichern. Bitte versuchen Sie es später noch einmal.": (
        "The file could not be stored. Please try again later."
    ),
    "Diese Art von Datei geht hier nicht. Erlaubt sind: {}.": "This kind of file is not taken here. Allowed are: {}.",
    "Wählen Sie das Gremium, das entschieden hat.": "Choose the body that decided.",
    "Das Datum liegt in der Zukunft.": "The day lies in the future.",
    "Das Datum liegt vor dem Tag, an dem die Vorlage begonnen wurde.": (
        "The day lies before the day on which the paper was begun."
    ),
    "Wählen Sie das Ergebnis.": "Choose the result.",
    "Eine Mitteilung wird zur Kenntnis genommen.": "An information is noted.",
    "Zur Kenntnis genommen wird nur eine Mitteilung.": "Only an information is noted.",
    "Geben Sie an, was geändert oder zur Bedingung gemacht wurde.": "Say what was changed or made a condition.",
    "Die Überprüfung liegt nach dem Tag des Beschlusses.": "The review comes after the day of the decision.",
    "Der Text hat höchstens {} Zeichen.": "The text has {} characters at most.",
    "Geben Sie den Wortlaut des Beschlusses ein.": "Enter the wording of the decision.",
    "Stimmen sind ganze Zahlen ab 0.": "Votes are whole numbers from 0.",
    "Es sind {} Stimmen, aber {} hat {} stimmberechtigte Mitglieder.": (
        "There are {} votes, but {} has {} members with a vote."
    ),
    "Mit diesen Stimmen ist der Vorschlag nicht angenommen.": "With these votes the proposal is not accepted.",
    "Mit diesen Stimmen ist der Vorschlag nicht abgelehnt.": "With these votes the proposal is not rejected.",
    "Wählen Sie, ob der Beschluss geändert oder aufgehoben wurde.": "Choose whether the decision was amended or revoked.",
    "Der spätere Beschluss kann nicht vor dem früheren liegen.": "The later decision cannot come before the earlier one.",
    "Geben Sie den Wortlaut des neuen Beschlusses ein.": "Enter the wording of the new decision.",
    "Das ist der bisherige Wortlaut. Geben Sie den geänderten ein.": (
        "This is the wording so far. Enter the amended one."
    ),
    "Zu diesen Vorgängen gibt es keine Dateien: Schreiben enthalten oft persönliche Daten.": (
        "These records take no files: letters often hold personal data."
    ),
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
        (re.compile(re.escape(german).replace(r"\{\}", "(.+)")), english) for german, english in SENTENCES.items()
    )
