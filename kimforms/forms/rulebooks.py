"""The form of a new version of a rulebook: each parameter is left to the default or set by the body."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Form, SelectChoice, SelectField, StringField, TextAreaField

from ..rules.rulebook import in_words
from .records import GermanDateField, Ticks, number_in

Say = Callable[[str, str], str]
DEFAULT = "-"
"""The choice that leaves a parameter to the default; no option has this value."""


def rulebook_form(say: Say, pick: Callable[[Any], str], groups: Iterable[Any], defaults: Mapping[str, Any]) -> Any:
    """Day, title, note, and one field for each parameter. ``defaults`` holds the default of each.

    ``show`` of the form fills it with the values of a version; ``read`` gives back what the body sets.
    """
    fields: dict[str, Any] = {
        "valid_from": GermanDateField(say("Gilt ab", "In force from")),
        "title": StringField(
            say("Name dieser Fassung", "Name of this version"),
            description=say("Zum Beispiel: Geschäftsordnung vom 22.02.2024", "For example: rules of 22.02.2024"),
        ),
        "note": TextAreaField(
            say("Anmerkung", "Note"),
            description=say("Wer sie wann beschlossen hat", "Who adopted them, and when"),
        ),
    }
    parameters = [one for group in groups for one in group.parameters]
    for one in parameters:
        fields[one.id] = _field(say, pick, one, defaults[one.id])
    form = type("ThisRulebookForm", (RulebookForm,), fields)(prefix="rulebook-")
    form.parameters = {one.id: one.kind for one in parameters}
    form.valid_from.kimforms = {"type": "date", "optional": False}
    form.valid_from.language = say("de", "en")
    form.title.kimforms = {"optional": False, "maxlength": 200}
    form.note.kimforms = {"type": "long_text", "optional": True, "maxlength": 4000, "rows": 3}
    kinds = {"number": "number", "several_of": "checks"}
    for one in parameters:
        form[one.id].kimforms = {"type": kinds.get(one.kind, "select"), "optional": one.kind == "number", "width": 4}
    return form


class RulebookForm(FlaskForm):
    """The parts are set by ``rulebook_form``."""

    parameters: dict[str, str]

    def show(self, values: Mapping[str, Any]) -> None:
        """Fills the fields with what a version has set; everything else stands on the default."""
        for key, kind in self.parameters.items():
            value = values.get(key)
            if kind == "number":
                self[key].data = "" if value is None else str(value)
            elif kind == "several_of":
                self[key].data = [DEFAULT] if value is None else list(value)
            else:
                self[key].data = DEFAULT if value is None else _as_choice(value)

    def read(self) -> tuple[dict[str, Any], dict[str, str]]:
        """What the body sets, by parameter id, and German sentences for what cannot be read."""
        values: dict[str, Any] = {}
        problems: dict[str, str] = {}
        for key, kind in self.parameters.items():
            data = self[key].data
            if kind == "number":
                typed = (data or "").strip()
                number = number_in(typed)
                if typed and number is None:
                    problems[key] = "Geben Sie eine ganze Zahl ein, oder lassen Sie das Feld für die Vorgabe leer."
                elif number is not None:
                    values[key] = number
            elif kind == "several_of":
                chosen = list(data or ())
                if DEFAULT in chosen and len(chosen) > 1:
                    problems[key] = "Wählen Sie entweder die Vorgabe oder eigene Angaben."
                elif DEFAULT not in chosen:
                    values[key] = chosen
            elif data and data != DEFAULT:
                values[key] = {"yes": True, "no": False}.get(data, data) if kind == "yes_no" else data
        return values, problems


def deadline_form(say: Say, values: Mapping[str, Any]) -> Any:
    """The day of a meeting, to count its deadlines."""

    class DeadlineForm(Form):
        day = GermanDateField(say("Tag der Sitzung", "Day of the meeting"))

    form = DeadlineForm(values)
    form.day.language = say("de", "en")
    form.day.kimforms = {"type": "date", "optional": False}
    return form


def _as_choice(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _default_words(say: Say, pick: Callable[[Any], str], one: Any, value: Any) -> str:
    """The default in the reader's language: ``14 Kalendertage``, ``nein``, ``Sitzungsleitung; Protokollführung``."""
    if one.kind == "number":
        return say(in_words(one.id, value), f"{value} {pick(one.unit)}")
    if one.kind == "yes_no":
        return say("ja", "yes") if value else say("nein", "no")
    texts = {option: pick(text) for option, text in one.options}
    return "; ".join(texts[part] for part in value) if one.kind == "several_of" else texts[value]


def _field(say: Say, pick: Callable[[Any], str], one: Any, value: Any) -> Any:
    label, default = pick(one.label), _default_words(say, pick, one, value)
    left = say(f"Vorgabe: {default}", f"Default: {default}")
    hint = pick(one.help) if one.help else ""
    hint = hint[:1].upper() + hint[1:]
    if one.kind == "number":
        empty = say(f"Leer gilt die Vorgabe: {default}", f"Leave it empty for the default: {default}")
        return StringField(label, description=f"{hint}. {empty}" if hint else empty)
    if one.kind == "yes_no":
        options = [("yes", say("Ja", "Yes")), ("no", say("Nein", "No"))]
    else:
        options = [(option, pick(text)) for option, text in one.options]
    choices = [SelectChoice(DEFAULT, left), *(SelectChoice(option, text) for option, text in options)]
    if one.kind == "several_of":
        return Ticks(label, choices=choices, description=hint, validate_choice=False, default=[DEFAULT])
    return SelectField(label, choices=choices, description=hint, validate_choice=False, default=DEFAULT)
