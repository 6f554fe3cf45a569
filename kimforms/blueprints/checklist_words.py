"""What refusals about checklists say in English, and how they stand beside the fields of a form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..forms.record_words import in_english as known_elsewhere
from .rendering import t

# ruff: noqa: E501 - sentences and their translation stay on one line
SENTENCES = {
    "Wählen Sie einen Stand.": "Choose a state.",
    "Begründen Sie, warum der Punkt nicht erforderlich ist.": "Give the reason why the item is not required.",
    "Der Tag, an dem Sie einen Nachweis gesehen haben, liegt nicht in der Zukunft.": "The day on which you saw evidence is not in the future.",
    "Die Wiedervorlage liegt heute oder später, höchstens in drei Jahren.": "The follow-up is today or later, within three years.",
    "Wählen Sie jemanden aus Ihrer Beratungsstelle.": "Choose somebody of your service.",
    "Wählen Sie einen der Wege.": "Choose one of the ways.",
    "Das Gespräch hat schon stattgefunden: Geben Sie einen Tag bis heute an.": "The talk has taken place already: give a day up to today.",
    "Das Pseudonym braucht 2 bis 60 Zeichen.": "The pseudonym needs 2 to 60 characters.",
    "Das ist ein Geburtsdatum. Es wird nicht gespeichert; wählen Sie ein Pseudonym ohne Datum.": "This is a date of birth. It is not stored; choose a pseudonym without a date.",
    "Für diese Kommune ist keine Einbürgerungsbehörde eingetragen.": "No naturalisation office is entered for this municipality.",
    "Wählen Sie, worum es geht.": "Choose what it is about.",
    "Schreiben Sie Ihre Frage.": "Write your question.",
    "Schreiben Sie Ihre Antwort.": "Write your answer.",
    "Begründen Sie, warum Sie jetzt schon verweisen.": "Give the reason why you hand over already.",
    "Die Fassung dieser Checkliste wurde zurückgezogen. Heben Sie die Checkliste auf die geltende Fassung, oder begründen Sie, warum Sie nach der alten verweisen.": "The edition of this checklist was withdrawn. Lift the checklist to the edition in effect, or give the reason why you hand over by the old one.",
    "Dieser Punkt wird nur im Gespräch behandelt. Dazu wird nichts geschrieben, auch keine Frage.": "This item is only talked about in person. Nothing is written about it, not even a question.",
    "Wählen Sie, was Sie melden.": "Choose what you report.",
    "Der Tag liegt zwischen dem Verweis und heute.": "The day lies between the hand-over and today.",
    "Wählen Sie, warum Sie zurückgeben.": "Choose why you return it.",
    "Schreiben Sie, warum Sie zurückgeben.": "Write why you return it.",
    "Nennen Sie mindestens einen Punkt und was dort fehlt.": "Name at least one item and what is missing there.",
}  # fmt: skip
PATTERNS = (
    (re.compile(r"„(.+)“ gibt es bei Ihnen schon\. .*"), r"“\1” is in use at your service already. Choose another pseudonym."),
    (re.compile(r"Den Nachweis „(.+)“ kennt diese Fassung nicht\."), r"This edition does not know the evidence “\1”."),
    (re.compile(r"Kürzen Sie den Text auf (\d+) Zeichen\."), r"Shorten the text to \1 characters."),
    (re.compile(r"„(.+)“ gehört zu dem, was .*"), r"“\1” belongs to what you only talk about in person. Nothing about it is stored, not even a note. Take it out of the text."),
)  # fmt: skip


def in_english(sentence: str) -> str:
    """The English sentence for a German one of a service; one that nobody translated stays German."""
    if sentence in SENTENCES:
        return SENTENCES[sentence]
    for pattern, english in PATTERNS:
        if pattern.fullmatch(sentence):
            return pattern.sub(english, sentence)
    return known_elsewhere(sentence)


def put_errors(form: Any, errors: Mapping[str, str]) -> None:
    """Shows what was refused beside the field it names, at the first field where there is none of that name."""
    first = next(field for field in form if field.type not in ("CSRFTokenField", "HiddenField"))
    for name, sentence in errors.items():
        wanted = "seen" if name == "evidence" else name
        field = form[wanted] if wanted in form else first  # noqa: SIM401 - a form has no get
        field.errors = [*field.errors, t(sentence, in_english(sentence))]
