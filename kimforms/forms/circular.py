"""Forms of votes by circulation: the motion, one ballot, why it is called off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectChoice, StringField, TextAreaField

Say = Callable[[str, str], str]


def motion_form(say: Say, values: Mapping[str, Any]) -> Any:
    """What is voted on."""

    class MotionForm(FlaskForm):
        title = StringField(say("Worüber wird abgestimmt?", "What is voted on?"))
        wording = TextAreaField(
            say("Beschlussvorschlag", "Motion"),
            description=say("Genau der Text, der beschlossen werden soll", "Exactly the text that is to be decided"),
        )
        reasons = TextAreaField(
            say("Begründung", "Reasons"),
            description=say(
                "Steht auf der Seite zum Abstimmen, nicht in der E-Mail", "Stands on the voting page, not in the mail"
            ),
        )

        confidential = BooleanField(
            say("Vertraulich: Gäste lesen den Beschluss nicht", "Confidential: guests do not read the decision")
        )

    form = MotionForm(prefix="vote-", data=values)
    form.title.kimforms = {"type": "short_text", "maxlength": 300, "optional": False}
    form.wording.kimforms = {"type": "long_text", "maxlength": 10_000, "rows": 6, "optional": False}
    form.reasons.kimforms = {"type": "long_text", "maxlength": 10_000, "rows": 6, "optional": True}
    return form


def choice_words(say: Say) -> dict[str, str]:
    """Each answer in words."""
    return {
        "yes": say("Ja", "Yes"),
        "no": say("Nein", "No"),
        "abstained": say("Enthaltung", "Abstention"),
        "objection": say("Widerspruch gegen das Umlaufverfahren", "Objection to voting by circulation"),
    }


def ballot_form(say: Say, number: int, values: Mapping[str, Any]) -> Any:
    """One ballot; ``number`` tells those of one page apart."""

    class BallotForm(FlaskForm):
        choice = RadioField(
            say("Ihre Antwort", "Your answer"),
            choices=[SelectChoice(*one) for one in choice_words(say).items()],
            validate_choice=False,
        )
        comment = TextAreaField(
            say("Anmerkung", "Remark"),
            description=say("Die Geschäftsstelle liest sie.", "The office reads it."),
        )

    form = BallotForm(prefix=f"ballot-{number}-", data=values)
    form.choice.kimforms = {"type": "radio", "optional": False}
    form.comment.kimforms = {"type": "long_text", "maxlength": 1000, "rows": 2, "optional": True}
    return form


def reason_form(say: Say) -> Any:
    """Why a vote is called off."""

    class ReasonForm(FlaskForm):
        reason = StringField(
            say("Grund", "Reason"),
            description=say("Alle, die gefragt wurden, lesen ihn.", "Everybody who was asked reads it."),
        )

    form = ReasonForm(prefix="cancel-")
    form.reason.kimforms = {"type": "short_text", "maxlength": 500, "optional": False}
    return form
