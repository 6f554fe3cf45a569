"""Forms about decisions: what a body decided on a paper, how a later meeting changed it, and the filters of the register."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Form, RadioField, SearchField, SelectChoice, SelectField, StringField, TextAreaField

from .records import GermanDateField

Say = Callable[[str, str], str]
Choices = Sequence[tuple[str, str]]
LONGEST = 10_000
VOTES = ("yes", "no", "abstained")


def result_words(say: Say) -> dict[str, str]:
    """Each result of a decision in words."""
    return {
        "accepted": say("zugestimmt", "accepted"),
        "amended": say("geändert oder unter Bedingungen zugestimmt", "accepted with changes or conditions"),
        "rejected": say("abgelehnt", "rejected"),
        "postponed": say("vertagt", "postponed"),
        "noted": say("zur Kenntnis genommen", "noted"),
    }


def subject_words(say: Say) -> dict[str, str]:
    """Each kind of paper in words."""
    return {
        "einrichtung_pag": say("Beschluss 1: Projektarbeitsgruppe", "Decision 1: working group"),
        "loesung_pag": say("Beschluss 2: Lösung", "Decision 2: solution"),
        "massnahme": say("Maßnahme oder Controlling", "Measure or monitoring"),
        "geschaeftsordnung": say("Geschäftsordnung oder Organisation", "Rules of procedure or organisation"),
        "mitteilung": say("Mitteilung", "Information"),
        "ohne_vorlage": say("Beschluss ohne Vorlage", "Decision without a paper"),
    }


class DecisionForm(FlaskForm):
    """The parts are set by the functions below; each call makes a class of its own."""

    def votes(self) -> tuple[int, int, int] | None | str:
        """The numbers entered; None without any, and a German sentence when they cannot be read or are incomplete."""
        typed = [(self[f"votes_{name}"].data or "").strip() for name in VOTES]
        if not any(typed):
            return None
        if not all(one.isascii() and one.isdigit() and len(one) < 5 for one in typed):
            return "Geben Sie alle drei Stimmenzahlen als ganze Zahlen ein, auch eine 0, oder keine."
        return int(typed[0]), int(typed[1]), int(typed[2])


def decision_form(say: Say, bodies: Choices, *, notice: bool, values: Mapping[str, Any]) -> Any:
    """What the body decided on a paper. ``notice``: the paper only informs, so it can only be noted or postponed."""
    words = result_words(say)
    allowed = ("noted", "postponed") if notice else ("accepted", "amended", "rejected", "postponed")
    fields = _common(say, bodies) | {
        "result": RadioField(
            say("Ergebnis", "Result"),
            choices=[SelectChoice(name, words[name]) for name in allowed],
            validate_choice=False,
        ),
        "conditions": TextAreaField(
            say("Änderungen oder Bedingungen", "Changes or conditions"),
            description=say(
                "Nur bei „geändert oder unter Bedingungen zugestimmt“",
                "Only for “accepted with changes or conditions”",
            ),
        ),
        "review_on": GermanDateField(
            say("Überprüfung am", "Review on"),
            description=say(
                "Wann die Lenkungsgruppe nachsieht, was daraus geworden ist. Bei einer Lösung sonst nach sechs Monaten.",
                "When the steering group looks at what came of it. For a solution otherwise after six months.",
            ),
        ),
    }
    order = ("decided_on", "body", "result", "wording", "conditions", *(f"votes_{one}" for one in VOTES), "review_on")
    return _made(say, {name: fields[name] for name in order}, values)


def change_form(say: Say, bodies: Choices, *, values: Mapping[str, Any]) -> Any:
    """How a later meeting changed a decision."""
    fields = {
        "how": RadioField(
            say("Was wurde beschlossen?", "What was decided?"),
            choices=[
                SelectChoice("amended", say("Der Wortlaut wird geändert", "The wording is amended")),
                SelectChoice("revoked", say("Der Beschluss wird aufgehoben", "The decision is revoked")),
            ],
            validate_choice=False,
        ),
    } | _common(say, bodies)
    return _made(say, fields, values)


def _common(say: Say, bodies: Choices) -> dict[str, Any]:
    return {
        "decided_on": GermanDateField(say("Tag der Sitzung", "Day of the meeting")),
        "body": SelectField(
            say("Gremium", "Body"), choices=[SelectChoice(*one) for one in bodies], validate_choice=False
        ),
        "wording": TextAreaField(
            say("Wortlaut des Beschlusses", "Wording of the decision"),
            description=say("Genau der Text, über den abgestimmt wurde", "Exactly the text that was voted on"),
        ),
        "votes_yes": StringField(say("Ja", "Yes")),
        "votes_no": StringField(say("Nein", "No")),
        "votes_abstained": StringField(say("Enthaltungen", "Abstentions")),
    }


def _made(say: Say, fields: Mapping[str, Any], values: Mapping[str, Any]) -> Any:
    form = type("ThisDecisionForm", (DecisionForm,), dict(fields))(prefix="decision-", data=values)
    for name in ("decided_on", "review_on"):
        if name in form:
            form[name].kimforms = {"type": "date", "optional": name == "review_on"}
            form[name].language = say("de", "en")
    for name in VOTES:
        form[f"votes_{name}"].kimforms = {"type": "number", "optional": True}
    for name in ("wording", "conditions"):
        if name in form:
            form[name].kimforms = {"type": "long_text", "maxlength": LONGEST, "rows": 6, "optional": name != "wording"}
    for name, kind in (("result", "radio"), ("how", "radio"), ("body", "select")):
        if name in form:
            form[name].kimforms = {"type": kind, "optional": False}
    return form


def state_words(say: Say) -> dict[str, str]:
    """How far a decision is carried out, in words."""
    return {
        "open": say("offen", "open"),
        "running": say("in Umsetzung", "under way"),
        "done": say("umgesetzt", "carried out"),
        "overtaken": say("überholt", "overtaken"),
        "stopped": say("eingestellt", "stopped"),
    }


def progress_form(say: Say, values: Mapping[str, Any], entered: bool = True) -> Any:
    """How far a decision is carried out."""

    class ProgressForm(FlaskForm):
        state = SelectField(
            say("Stand der Umsetzung", "State of implementation"),
            choices=[SelectChoice(*one) for one in state_words(say).items()],
            validate_choice=False,
        )
        due_on = GermanDateField(say("Umsetzen bis", "Carry out until"))
        note = TextAreaField(say("Anmerkung", "Remark"))

    form = ProgressForm(prefix="progress-", data=values, **({} if entered else {"formdata": None}))
    form.state.kimforms = {"type": "select", "optional": False}
    form.due_on.kimforms = {"type": "date", "optional": True}
    form.due_on.language = say("de", "en")
    form.note.kimforms = {"type": "long_text", "maxlength": 2000, "rows": 3, "optional": True}
    return form


def measure_form(say: Say, measures: Choices, chosen: str) -> Any:
    """To which measure of the concept a decision belongs."""

    class MeasureForm(FlaskForm):
        measure = SelectField(
            say("Maßnahme des Konzepts", "Measure of the concept"),
            choices=[SelectChoice("", say("keine", "none")), *(SelectChoice(*one) for one in measures)],
            validate_choice=False,
        )

    form = MeasureForm(prefix="measure-", data={"measure": chosen})
    form.measure.kimforms = {"type": "select", "optional": True}
    return form


def control_filters(say: Say, bodies: Choices, values: Mapping[str, Any]) -> Any:
    """Body and state of the control list."""
    unfinished = SelectChoice("", say("nicht abgeschlossen", "not finished"))
    everything = SelectChoice("all", say("alle", "all"))

    class ControlForm(Form):
        body = SelectField(
            say("Gremium", "Body"),
            choices=[SelectChoice("", say("Alle", "All")), *(SelectChoice(*one) for one in bodies)],
            validate_choice=False,
        )
        state = SelectField(
            say("Stand der Umsetzung", "State of implementation"),
            choices=[unfinished, everything, *(SelectChoice(*one) for one in state_words(say).items())],
            validate_choice=False,
        )

    return ControlForm(values)


def _without_nul(text: str | None) -> str:
    """A page cannot hold NUL, and a database not be asked for it."""
    return (text or "").replace("\x00", "")


def register_filters(
    say: Say, bodies: Choices, years: Sequence[int], measures: Choices, values: Mapping[str, Any]
) -> Any:
    """Body, year, kind, result, state, measure, theme and text of the register; unknown choices count as "all"."""
    everything = SelectChoice("", say("Alle", "All"))

    class RegisterForm(Form):
        body = SelectField(
            say("Gremium", "Body"), choices=[everything, *(SelectChoice(*one) for one in bodies)], validate_choice=False
        )
        year = SelectField(
            say("Jahr", "Year"),
            choices=[everything, *(SelectChoice(str(one), str(one)) for one in years)],
            validate_choice=False,
        )
        subject = SelectField(
            say("Gegenstand", "Subject"),
            choices=[everything, *(SelectChoice(*one) for one in subject_words(say).items())],
            validate_choice=False,
        )
        result = SelectField(
            say("Ergebnis", "Result"),
            choices=[everything, *(SelectChoice(*one) for one in result_words(say).items())],
            validate_choice=False,
        )
        state = SelectField(
            say("Stand der Umsetzung", "State of implementation"),
            choices=[everything, *(SelectChoice(*one) for one in state_words(say).items())],
            validate_choice=False,
        )
        measure = SelectField(
            say("Maßnahme", "Measure"),
            choices=[everything, *(SelectChoice(*one) for one in measures)],
            validate_choice=False,
        )
        theme = StringField(say("Thema (Nummer)", "Theme (number)"), filters=[_without_nul])
        q = SearchField(say("Betreff, Wortlaut oder Nummer", "Subject, wording or number"), filters=[_without_nul])

    return RegisterForm(values)
