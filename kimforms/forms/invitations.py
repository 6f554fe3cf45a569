"""What people enter around invitations: an answer, one more person, why the notice is short, when letters were posted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectChoice, SelectField, StringField, TextAreaField

from .records import Choices, GermanDateField, Say


def send_form(say: Say, reason: str = "") -> Any:
    """Why the notice is shortened, and that it is known to be too late."""

    class SendForm(FlaskForm):
        reason = TextAreaField(
            say("Grund für die verkürzte Ladungsfrist", "Reason for the shortened notice"),
            description=say("Der Grund steht in der Einladung.", "The reason stands in the invitation."),
        )
        late = BooleanField(
            say(
                "Ich weiß, dass die Frist nicht mehr eingehalten wird, und versende trotzdem",
                "I know that the notice can no longer be kept, and send anyway",
            )
        )

    form = SendForm(data={"reason": reason})
    form.reason.kimforms = {"type": "long_text", "maxlength": 1000, "rows": 3, "optional": False}
    form.late.kimforms = {"optional": False}
    return form


def person_form(say: Say, people: Choices) -> Any:
    """One person more, as a guest of this meeting."""

    class PersonForm(FlaskForm):
        person = SelectField(
            say("Person", "Person"),
            choices=[SelectChoice("", say("Bitte wählen", "Please choose"))]
            + [SelectChoice(value, label) for value, label in people],
            validate_choice=False,
        )

    form = PersonForm()
    form.person.kimforms = {"type": "select", "optional": False}
    return form


def reason_form(say: Say) -> Any:
    """Why somebody is invited no more; the person reads it."""

    class ReasonForm(FlaskForm):
        reason = StringField(
            say("Grund", "Reason"),
            description=say("Die Person liest ihn in der Mail.", "The person reads it in the mail."),
        )

    form = ReasonForm()
    form.reason.kimforms = {"type": "short_text", "maxlength": 300, "optional": True}
    return form


def posted_form(say: Say) -> Any:
    """The day on which letters were posted."""

    class PostedForm(FlaskForm):
        day = GermanDateField(say("Tag der Aufgabe zur Post", "Day of posting"))

    form = PostedForm()
    form.day.kimforms = {"type": "date", "optional": False}
    form.day.language = say("de", "en")
    return form


def answer_form(
    say: Say,
    values: dict[str, Any] | None = None,
    *,
    deputies: Choices = (),
    free: bool = False,
    seats: Choices = (),
) -> Any:
    """Accept, decline, perhaps, or somebody else comes. ``free``: the deputy may be anybody; ``seats`` of one with several."""
    answers = [
        ("accepted", say("Ich nehme teil", "I take part")),
        ("declined", say("Ich nehme nicht teil", "I do not take part")),
        ("tentative", say("Ich nehme unter Vorbehalt teil", "I take part, if nothing comes between")),
    ]
    if deputies or free:
        answers.append(("deputy", say("Meine Vertretung kommt", "My deputy comes")))
    fields: dict[str, Any] = {
        "answer": RadioField(say("Ihre Antwort", "Your answer"), choices=_listed(answers), validate_choice=False)
    }
    if seats:
        every = ("", say("alle meine Sitze", "all my seats"))
        fields["seat"] = RadioField(say("Für welchen Sitz?", "For which seat?"), choices=_listed([every, *seats]),
                                    default="", validate_choice=False)  # fmt: skip
    if deputies:
        some = ("", say("Bitte wählen", "Please choose"))
        fields["deputy"] = SelectField(
            say("Wer kommt als Vertretung?", "Who comes as deputy?"), choices=_listed([some, *deputies]),
            validate_choice=False,
            description=say("Nur nötig, wenn Ihre Vertretung kommt", "Only needed if your deputy comes"),
        )  # fmt: skip
    if free:
        fields["deputy_name"] = StringField(say("Name der Vertretung", "Name of the deputy"))
        fields["deputy_email"] = StringField(say("E-Mail der Vertretung", "E-mail of the deputy"))
    fields["comment"] = TextAreaField(say("Bemerkung an die Geschäftsstelle", "Note to the office"))
    form = type("AnswerForm", (FlaskForm,), fields)(data=values)
    form.answer.kimforms = {"type": "radio", "optional": False}
    form.comment.kimforms = {"type": "long_text", "maxlength": 500, "rows": 2, "optional": True}
    for name in ("seat", "deputy", "deputy_name", "deputy_email"):
        if name in fields:
            kind = {"seat": "radio", "deputy": "select", "deputy_email": "email"}.get(name, "short_text")
            form[name].kimforms = {"type": kind, "optional": name != "seat"}
    return form


def _listed(choices: Sequence[tuple[str, str]]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in choices]
