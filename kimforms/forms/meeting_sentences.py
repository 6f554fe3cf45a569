"""The English of what services refuse when meetings are planned; services speak German, which stays when nothing fits here."""

from __future__ import annotations

import re
from functools import cache

SENTENCES = {
    "Bitte höchstens {} Zeichen.": "At most {} characters, please.",
    "Bitte ohne Steuerzeichen.": "No control characters, please.",
    "Geben Sie an, warum die Sitzung ausfällt. Die Eingeladenen lesen das.": (
        "Say why the meeting is called off. Those invited read this."
    ),
    "Wählen Sie den ersten Punkt des zweiten Tages; am ersten Tag bleibt mindestens einer.": (
        "Choose the first point of the second day; at least one stays on the first day."
    ),
    "Wählen Sie den ersten Punkt des zweiten Tages.": "Choose the first point of the second day.",
    "Der zweite Tag beginnt nach dem Ende des ersten.": "The second day begins after the end of the first.",
    "Erneut geladen wird erst, wenn die erste Sitzung geschlossen ist.": (
        "People are invited again only once the first meeting is closed."
    ),
    "In dieser Sitzung ist kein Punkt offen geblieben; es gibt nichts, wozu erneut zu laden wäre.": (
        "No point of this meeting stayed open; there is nothing to invite again for."
    ),
    "Inzwischen hat jemand anderes diese Sitzung geändert.": "Somebody else has changed this meeting meanwhile.",
    "Wählen Sie, wie die Sitzung stattfindet.": "Choose how the meeting is held.",
    "Das Ende liegt nach dem Beginn.": "The end comes after the beginning.",
    "Eine Sitzung dauert höchstens einen Tag. Teilen Sie längere in zwei.": (
        "A meeting lasts a day at most. Split longer ones in two."
    ),
    "{}, {} ist schon vorbei.": "{}, {} has already passed.",
    "So weit voraus wird nicht geplant. Prüfen Sie das Jahr.": "This is too far ahead. Check the year.",
    "Geben Sie die ganze Adresse ein; sie beginnt mit https://.": "Enter the whole address; it begins with https://.",
    "{} besteht an diesem Tag nicht mehr (bis {}).": "{} does not exist any more on that day (until {}).",
    "{} tagt zu dieser Zeit schon: {} am {}, {} bis {} Uhr.": "{} meets at this time already: {} on {}, {} to {}.",
    "Geben Sie den Tag der Sitzung ein.": "Enter the day of the meeting.",
    "Geben Sie an, wann die Sitzung beginnt.": "Say when the meeting begins.",
    "Geben Sie an, wann sie endet.": "Say when it ends.",
    "Wählen Sie das Gremium.": "Choose the body.",
    "Wählen Sie einen Raum der Liste.": "Choose a room of the list.",
    "Diese Angabe fehlt.": "This is missing.",
    "Unterpunkte stehen nur unter einem Hauptpunkt dieser Sitzung.": "Sub-points stand below a main point of this meeting only.",
    "Eine Tagesordnung hat höchstens {} Punkte.": "An agenda has at most {} points.",
    "Wählen Sie eine Richtung.": "Choose a direction.",
    "Geben Sie an, worum es geht.": "Say what it is about.",
    "Wählen Sie die Art des Punktes.": "Choose the kind of point.",
    "Geben Sie die Dauer in Minuten an, von 1 bis {}, oder nichts.": "Enter the duration in minutes, from 1 to {}, or nothing.",
    "Die Sitzung läuft; über die Reihenfolge entscheidet jetzt das Gremium.": (
        "The meeting is in session; the body now decides on the order."
    ),
    "Die Tagesordnung dieser Sitzung lässt sich nicht mehr ändern.": "The agenda of this meeting can no longer be changed.",
    "{} ist nicht (mehr) für die Tagesordnung vorgeschlagen.": "{} is not proposed for the agenda (any more).",
    "{} steht schon auf der Tagesordnung einer Sitzung.": "{} stands on the agenda of a meeting already.",
    "Schreiben Sie, was zu ändern ist.": "Write what is to be changed.",
    "Für dieses Gremium ist keine Geschäftsführung mit E-Mail-Adresse eingetragen.": (
        "No managing director with a mail address is entered for this body."
    ),
    "Die Einladung ist schon versandt; die Tagesordnung lässt sich nicht mehr zurückgeben.": (
        "The invitation is sent already; the agenda can no longer be given back."
    ),
    "Nur Gremien mit Geschäftsordnung geben ihre Tagesordnung frei.": "Only bodies with rules of procedure approve their agendas.",
    "Auf der Tagesordnung steht noch nichts.": "There is nothing on the agenda yet.",
    "Für diese Sitzung lassen sich keine Punkte mehr vorschlagen.": "No points can be proposed for this meeting any more.",
    "Von Ihnen warten schon {} Vorschläge auf eine Antwort.": "{} proposals of yours are waiting for an answer already.",
    "Über diesen Vorschlag ist schon entschieden.": "This proposal has been decided on already.",
    "Schreiben Sie, warum der Punkt nicht auf die Tagesordnung kommt.": "Write why the point is not put on the agenda.",
    "Geben Sie an, wie der Raum heißt.": "Say what the room is called.",
    "Geben Sie die Zahl der Plätze als ganze Zahl an, oder nichts.": "Enter the number of seats as a whole number, or nothing.",
    "Einen Raum mit diesem Namen gibt es schon.": "There is a room of this name already.",
    "Wählen Sie, wie oft die Sitzung stattfindet.": "Choose how often the meeting is held.",
    "Wählen Sie, was an freien Tagen geschieht.": "Choose what happens on free days.",
    "Geben Sie der Reihe einen Namen mit höchstens 200 Zeichen.": "Give the series a name of at most 200 characters.",
    "Das Ende der Reihe liegt nach dem ersten Tag.": "The end of the series comes after its first day.",
    "Eine Reihe wird für höchstens drei Jahre geplant.": "A series is planned for three years at most.",
    "In dieser Zeit liegt kein Termin, der noch kommt.": "There is no date in this time that is still to come.",
    "Das sind mehr als {} Termine. Wählen Sie ein früheres Ende.": "These are more than {} dates. Choose an earlier end.",
    "Wählen Sie mindestens einen Termin.": "Choose at least one date.",
    "Diese Reihe ist schon beendet.": "This series has ended already.",
    "Geben Sie an, warum die Reihe endet.": "Say why the series ends.",
    "Auf den Sitzen dieses Gremiums ist niemand eingetragen, den man fragen könnte.": (
        "Nobody who could be asked is entered on the seats of this body."
    ),
    "Wählen Sie eine Antwort.": "Choose an answer.",
    "Aus dieser Terminabstimmung ist schon etwas geworden.": "Something has come of this poll already.",
    "Diese Terminabstimmung ist beendet. Vielen Dank!": "This poll has ended. Thank you!",
    "Geben Sie an, wofür Sie einen Termin suchen.": "Say what you need a date for.",
    "Schlagen Sie mindestens zwei verschiedene Termine vor.": "Propose at least two different dates.",
    "Schlagen Sie höchstens {} Termine vor.": "Propose at most {} dates.",
    "Ein vorgeschlagener Termin ist schon vorbei.": "One of the dates has already passed.",
    "Bei einem Termin liegt das Ende nicht nach dem Beginn.": "One of the dates does not end after it begins.",
    "Dieser Tag liegt in der Vergangenheit.": "This day has passed.",
    "Die Abstimmung endet vor dem ersten vorgeschlagenen Termin.": "The poll ends before the first of the dates.",
    "Termin {}: Geben Sie Tag, Beginn und Ende an.": "Date {}: enter day, begin and end.",
    "Geben Sie an, bis wann geantwortet werden soll.": "Say by when people are to answer.",
}
"""German with braces for what differs, and the English with the same braces."""


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
