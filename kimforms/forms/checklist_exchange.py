"""Forms of the exchange between a service and its office: question, answer, share, hand-over, milestone, return."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectChoice, SelectField, StringField, TextAreaField

from .records import GermanDateField, Say

Choices = Sequence[tuple[str, str]]
WHOLE = "whole"


def message_form(say: Say, items: Choices, *, whole: bool, office: bool, item: str | None = None) -> Any:
    """A question or an answer at one of ``items``, or about the whole (:data:`WHOLE`) where ``whole`` allows it.

    Nothing is chosen beforehand, so that nobody opens more than was meant.
    """
    about = [*items, *([(WHOLE, say("die ganze Checkliste", "the whole checklist"))] if whole else [])]

    class MessageForm(FlaskForm):
        item = SelectField(
            say("Worum geht es?", "What is it about?"),
            choices=[
                SelectChoice(value, label) for value, label in [("", say("Bitte wählen", "Please choose")), *about]
            ],
            validate_choice=False,
        )
        text = TextAreaField(
            say("Ihre Antwort", "Your answer") if office else say("Ihre Frage", "Your question"),
            description=say(
                "Nennen Sie keine Namen, Daten oder Nummern. Was Sie nur persönlich besprechen, gehört nicht hierher.",
                "Name no persons, dates or numbers. What you only talk about in person does not belong here.",
            ),
        )
        insist = _insist(say)

    form = MessageForm(prefix="message-", data={"item": item or ""})
    form.item.kimforms = {"type": "select", "optional": False}
    form.text.kimforms = {"type": "long_text", "maxlength": 2000, "rows": 4, "optional": False}
    return form


def hand_over_form(say: Say, *, wanted: bool) -> Any:
    """The reason, where one is needed."""

    class HandOverForm(FlaskForm):
        reason = TextAreaField(
            say("Warum verweisen Sie jetzt schon?", "Why do you hand over already?"),
            description=say(
                "Die Einbürgerungsbehörde liest die Begründung, und sie steht auf dem Deckblatt.",
                "The naturalisation office reads the reason, and the cover sheet shows it.",
            ),
        )
        insist = _insist(say)

    form = HandOverForm(prefix="hand-over-")
    form.reason.kimforms = {"type": "long_text", "maxlength": 1000, "rows": 4, "optional": not wanted}
    return form


def milestone_form(say: Say, kinds: Choices) -> Any:
    """What the office reports, since when, and a word about it."""

    class MilestoneForm(FlaskForm):
        kind = RadioField(
            say("Was melden Sie?", "What do you report?"),
            choices=[SelectChoice(value, label) for value, label in kinds],
            validate_choice=False,
        )
        on = GermanDateField(say("Seit wann?", "Since when?"), description=say("Ohne Angabe: heute.", "Empty: today."))
        note = TextAreaField(
            say("Bemerkung", "Remark"),
            description=say(
                "Ohne Ausgang und ohne Angaben zur Person.", "Without the outcome and nothing about the person."
            ),
        )
        insist = _insist(say)

    form = MilestoneForm(prefix="milestone-")
    form.kind.kimforms = {"type": "radio", "optional": False}
    form.on.kimforms = {"type": "date", "optional": True}
    form.on.language = say("de", "en")
    form.note.kimforms = {"type": "long_text", "maxlength": 500, "rows": 2, "optional": True}
    return form


def return_form(say: Say, reasons: Choices, items: Choices) -> Any:
    """Why the office returns, what is missing at which item (``gap-B4``), and a word about the whole."""
    fields: dict[str, Any] = {
        "reason": RadioField(
            say("Warum geben Sie zurück?", "Why do you return it?"),
            choices=[SelectChoice(value, label) for value, label in reasons],
            validate_choice=False,
        )
    }
    for item_id, label in items:
        fields[f"gap_{item_id}"] = StringField(label)
    fields["note"] = TextAreaField(say("Zum Ganzen", "About the whole"))
    fields["insist"] = _insist(say)
    form = type("ReturnForm", (FlaskForm,), fields)(prefix="return-")
    form.reason.kimforms = {"type": "radio", "optional": False}
    form.note.kimforms = {"type": "long_text", "maxlength": 1000, "rows": 3, "optional": True}
    for item_id, _ in items:
        form[f"gap_{item_id}"].kimforms = {"type": "short_text", "maxlength": 400, "optional": True}
    return form


def gaps_in(form: Any) -> list[tuple[str, str]]:
    """What was entered at the items, as the service takes it."""
    return [
        (field.short_name.partition("gap_")[2], field.data)
        for field in form
        if "gap_" in field.short_name and (field.data or "").strip()
    ]


def _insist(say: Say) -> Any:
    return BooleanField(
        say("Das nennt niemanden; so stehen lassen.", "This names nobody; leave it as it is."),
    )
