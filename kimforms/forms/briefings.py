"""Forms of briefings: the session itself, somebody without account, why it is called off; and the English of refusals."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from flask_wtf import FlaskForm
from wtforms import SelectChoice, SelectField, StringField, TextAreaField

from .meetings import ClockField
from .records import GermanDateField

Say = Callable[[str, str], str]
Choices = Sequence[tuple[str, str]]
SENTENCES = {
    "Geben Sie den Tag der Schulung ein.": "Enter the day of the briefing.",
    "Geben Sie an, wann die Schulung beginnt.": "Say when the briefing begins.",
    "Geben Sie an, wann sie endet.": "Say when it ends.",
    "Der Termin liegt in der Vergangenheit. Wählen Sie einen späteren Tag.": "The date has passed. Choose a later day.",
    "Inzwischen hat jemand anderes diesen Termin geändert. Sehen Sie ihn sich noch einmal an.": (
        "Somebody else has changed this briefing meanwhile. Look at it again."
    ),
    "{} Plätze sind schon vergeben. Weniger geht nicht.": "{} places are taken already. Fewer are not possible.",
    "Der Termin hat schon begonnen.": "The briefing has begun already.",
    "Der Termin hat schon stattgefunden.": "The briefing has been held already.",
    "Der Termin ist abgesagt.": "The briefing is cancelled.",
    "Es ist niemand einzuladen: Alle Beraterinnen und Berater sind angemeldet, oder es gibt keine.": (
        "There is nobody to invite: all advisers are registered, or there are none."
    ),
    "Geben Sie an, warum der Termin entfällt.": "Say why the briefing is called off.",
    "Geben Sie an, wie die Schulung heißt.": "Say what the briefing is called.",
    "Geben Sie eine Adresse ein, die mit https:// beginnt.": "Enter an address that begins with https://.",
    "Geben Sie einen Ort oder die Adresse der Videokonferenz an.": "Enter a place or the address of the video conference.",
    "Das Ende liegt vor dem Beginn.": "The end comes before the begin.",
    "Geben Sie eine Zahl von 1 bis {} ein oder lassen Sie das Feld leer.": "Enter a number from 1 to {} or leave it empty.",
    "Wählen Sie eine veröffentlichte Fassung Ihrer Checkliste.": "Choose a published edition of your checklist.",
    "Der Text enthält Zeichen, die sich nicht speichern lassen.": "The text holds characters that cannot be stored.",
    "Kürzen Sie den Text auf {} Zeichen.": "Shorten the text to {} characters.",
    "Anmelden können sich Beraterinnen und Berater. Andere trägt die Einbürgerungsbehörde ein.": (
        "Advisers can register. Others are entered by the naturalisation office."
    ),
    "Wählen Sie eine Stelle, für die Sie beraten.": "Choose a service for which you advise.",
    "Geben Sie den Namen ein.": "Enter the name.",
    "Geben Sie eine E-Mail-Adresse wie name@beispiel.de ein.": "Enter an e-mail address like name@example.org.",
    "Mit dieser Adresse ist schon jemand angemeldet.": "Somebody is registered with this address already.",
    "Die Teilnahme tragen Sie ein, sobald die Schulung begonnen hat.": "Attendance is noted once the briefing has begun.",
    "Inzwischen hat jemand anderes die Teilnahme eingetragen. Sehen Sie sich die Liste an.": (
        "Somebody else has noted attendance meanwhile. Look at the list."
    ),
    "Unbekannte Einträge: {}. Laden Sie die Seite neu.": "Unknown entries: {}. Reload the page.",
}  # fmt: skip
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
        (re.compile(re.escape(german).replace(r"\{\}", "(.+?)")), english) for german, english in SENTENCES.items()
    )


def briefing_form(say: Say, editions: Choices, values: Mapping[str, Any] | None = None) -> Any:
    """A briefing: what, when, where, on which edition, for how many."""

    class BriefingForm(FlaskForm):
        title = StringField(say("Titel", "Title"))
        day = GermanDateField(say("Tag", "Day"))
        begins = ClockField(say("Beginn", "Begin"))
        ends = ClockField(say("Ende", "End"))
        place = StringField(say("Ort", "Place"))
        video_url = StringField(say("Adresse der Videokonferenz", "Address of the video conference"))
        edition = SelectField(
            say("Unterlage: Fassung der Checkliste", "Material: edition of the checklist"),
            choices=[SelectChoice(*one) for one in editions],
            validate_choice=False,
        )
        capacity = StringField(
            say("Plätze", "Places"),
            description=say(
                "Leer: ohne Grenze. Sind alle vergeben, führt die Seite eine Warteliste.",
                "Empty: no limit. When all are taken, there is a waiting list.",
            ),
        )
        text = TextAreaField(
            say("Worum es geht", "What it is about"),
            description=say(
                "Steht in der Einladung und im Kalendereintrag.", "Stands in invitation and calendar entry."
            ),
        )

    form = BriefingForm(prefix="briefing-", data=values)
    for name in ("title", "place", "video_url"):
        form[name].kimforms = {"type": "short_text", "maxlength": 300, "optional": name != "title"}
    form.day.kimforms, form.day.language = {"type": "date", "optional": False}, say("de", "en")
    for name in ("begins", "ends"):
        form[name].kimforms, form[name].say = {"type": "time", "optional": False}, say
    form.edition.kimforms = {"type": "select", "optional": False}
    form.capacity.kimforms = {"type": "number", "optional": True, "width": 4}
    form.text.kimforms = {"type": "long_text", "maxlength": 4000, "rows": 5, "optional": True}
    return form


def person_form(say: Say) -> Any:
    """Somebody without account."""

    class PersonForm(FlaskForm):
        name = StringField(say("Vor- und Nachname", "First and last name"))
        organisation = StringField(say("Beratungsstelle", "Advisory service"))
        email = StringField(
            say("E-Mail", "E-mail"),
            description=say(
                "Dorthin gehen Bestätigung und Kalendereintrag.", "Confirmation and calendar entry go there."
            ),
        )

    form = PersonForm(prefix="person-")
    form.name.kimforms = {"type": "short_text", "maxlength": 200, "optional": False}
    form.organisation.kimforms = {"type": "short_text", "maxlength": 80, "optional": True}
    form.email.kimforms = {"type": "email", "optional": True}
    return form


def reason_form(say: Say) -> Any:
    """Why a briefing is called off."""

    class ReasonForm(FlaskForm):
        reason = StringField(
            say("Grund", "Reason"),
            description=say("Alle Angemeldeten lesen ihn.", "Everybody who registered reads it."),
        )

    form = ReasonForm(prefix="cancel-")
    form.reason.kimforms = {"type": "short_text", "maxlength": 500, "optional": False}
    return form
