"""What people enter on the pages of minutes: the texts of a block, remarks, objections, addenda."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectChoice, SelectField, StringField, TextAreaField

from .records import GermanDateField

Say = Callable[[str, str], str]

ENGLISH: Mapping[str, str] = {
    "Anmerkung zu Ort und Zeit": "Remark on place and time",
    "Anmerkung zur Anwesenheit": "Remark on attendance",
    "Zur Ladung": "On the invitation",
    "Zur Beschlussfähigkeit": "On the quorum",
    "Zur Tagesordnung": "On the agenda",
    "Zur vorigen Niederschrift": "On the earlier minutes",
    "Verlauf": "Course",
    "Ergebnis": "Result",
    "Zur Befangenheit": "On conflicts of interest",
    "Anmerkung zu den Umlaufbeschlüssen": "Remark on votes by circulation",
    "Weitere Anlagen, eine je Zeile": "Further annexes, one a line",
}


def block_form(say: Say, labels: Mapping[str, str], texts: Mapping[str, str]) -> Any:
    """The texts of one block; their labels come from the block's kind."""
    fields = {name: TextAreaField(say(label, ENGLISH.get(label, label))) for name, label in labels.items()}
    form = type("BlockForm", (FlaskForm,), fields)(prefix="text-", data=dict(texts))
    for field in form:
        if field.short_name in labels:
            rows = 10 if field.short_name == "course" else 4
            field.kimforms = {"type": "long_text", "maxlength": 20_000, "rows": rows, "optional": True}
    return form


def return_form(say: Say) -> Any:
    """What is to be changed before the chair signs."""

    class ReturnForm(FlaskForm):
        comment = TextAreaField(say("Was soll geändert werden?", "What is to be changed?"))

    form = ReturnForm(prefix="return-")
    form.comment.kimforms = {"type": "long_text", "maxlength": 4000, "rows": 4, "optional": False}
    return form


def objection_form(say: Say, parts: Sequence[tuple[str, str]]) -> Any:
    """An objection: against which part, and what is wrong."""

    class ObjectionForm(FlaskForm):
        block = SelectField(
            say("Worum geht es?", "What is it about?"),
            choices=[SelectChoice("", say("die ganze Niederschrift", "the whole minutes")),
                     *(SelectChoice(*one) for one in parts)],
            validate_choice=False,
        )  # fmt: skip
        text = TextAreaField(
            say("Was stimmt nicht, und wie heißt es richtig?", "What is wrong, and how should it read?")
        )

    form = ObjectionForm(prefix="objection-")
    form.block.kimforms = {"type": "select", "optional": False}
    form.text.kimforms = {"type": "long_text", "maxlength": 5000, "rows": 5, "optional": False}
    return form


def behalf_form(say: Say, people: Sequence[tuple[str, str]], parts: Sequence[tuple[str, str]], today: date) -> Any:
    """An objection that came by letter or telephone: whose it is and when it came in."""

    class BehalfForm(FlaskForm):
        person = SelectField(
            say("Wer erhebt die Einwendung?", "Who objects?"),
            choices=[SelectChoice("", say("Bitte wählen", "Please choose")), *(SelectChoice(*one) for one in people)],
            validate_choice=False,
        )
        on = GermanDateField(
            say("Eingegangen am", "Received on"),
            description=say("Der Tag, an dem der Brief oder Anruf kam; er zählt für die Frist.",
                            "The day of the letter or call; it counts for the period."),
        )  # fmt: skip
        block = SelectField(
            say("Worum geht es?", "What is it about?"),
            choices=[SelectChoice("", say("die ganze Niederschrift", "the whole minutes")),
                     *(SelectChoice(*one) for one in parts)],
            validate_choice=False,
        )  # fmt: skip
        text = TextAreaField(
            say("Was stimmt nicht, und wie heißt es richtig?", "What is wrong, and how should it read?"),
            description=say("Mit den Worten des Mitglieds", "In the member's own words"),
        )

    form = BehalfForm(prefix="behalf-", data={"on": today})
    form.person.kimforms = {"type": "select", "optional": False}
    form.on.kimforms = {"type": "date", "optional": False}
    form.on.language = say("de", "en")
    form.block.kimforms = {"type": "select", "optional": False}
    form.text.kimforms = {"type": "long_text", "maxlength": 5000, "rows": 5, "optional": False}
    return form


def settle_form(say: Say) -> Any:
    """Why minutes are settled by hand."""

    class SettleForm(FlaskForm):
        reason = StringField(
            say("Warum wird die Niederschrift festgestellt?", "Why are the minutes settled?"),
            description=say("Steht auf dieser Seite und in der nächsten Niederschrift.",
                            "Stands on this page and in the next minutes."),
        )  # fmt: skip

    form = SettleForm(prefix="settle-")
    form.reason.kimforms = {"type": "short_text", "maxlength": 250, "optional": False}
    return form


def refusal_form(say: Say) -> Any:
    """Why an objection is not followed."""

    class RefusalForm(FlaskForm):
        reason = TextAreaField(
            say("Begründung", "Reasons"),
            description=say("Steht in der nächsten Niederschrift.", "Stands in the next minutes."),
        )

    form = RefusalForm(prefix="refusal-")
    form.reason.kimforms = {"type": "long_text", "maxlength": 5000, "rows": 4, "optional": False}
    return form


def addendum_form(say: Say, parts: Sequence[tuple[str, str]] | None, text: str = "") -> Any:
    """A correction of minutes that were sent; without ``parts`` it is clear what it is about."""
    fields: dict[str, Any] = {}
    if parts is not None:
        fields["block"] = SelectField(
            say("Zu welchem Abschnitt?", "To which part?"),
            choices=[SelectChoice("", say("zur ganzen Niederschrift", "the whole minutes")),
                     *(SelectChoice(*one) for one in parts)],
            validate_choice=False,
        )  # fmt: skip
    fields["text"] = TextAreaField(
        say("Wortlaut des Nachtrags", "Wording of the addendum"),
        description=say(
            "Schreiben Sie, wie es richtig heißt. Der Nachtrag geht an alle, die die Niederschrift bekommen haben.",
            "Write how it should read. The addendum goes to everybody who got the minutes.",
        ),
    )
    if parts is not None:
        fields["reason"] = StringField(say("Anlass", "Occasion"))
    fields["confidential"] = BooleanField(say("Vertraulich: Gäste bekommen ihn nicht", "Confidential: not for guests"))
    form = type("AddendumForm", (FlaskForm,), fields)(prefix="addendum-", data={"text": text})
    form.text.kimforms = {"type": "long_text", "maxlength": 10_000, "rows": 5, "optional": False}
    if parts is not None:
        form.block.kimforms = {"type": "select", "optional": False}
        form.reason.kimforms = {"type": "short_text", "maxlength": 300, "optional": True}
    return form
