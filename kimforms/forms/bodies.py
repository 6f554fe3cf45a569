"""Forms of bodies, seats, functions and people; each call makes a class of its own. Services judge what was entered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, Form, RadioField, SearchField, SelectChoice, SelectField, StringField, TextAreaField

from .body_words import formality_hints, formality_words, function_words, right_words
from .records import GermanDateField

Say = Callable[[str, str], str]
Choices = Sequence[tuple[str, str]]


def list_filters(say: Say, values: Mapping[str, Any]) -> Any:
    """Text, formality and a choice of what else; unknown values count as none."""

    class BodyFilters(Form):
        q = SearchField(say("Name oder Auftrag", "Name or mandate"))
        formality = SelectField(
            say("Form", "Form"),
            choices=_listed([("", say("Alle", "All")), *formality_words(say).items()]),
            validate_choice=False,
        )
        only = SelectField(
            say("Auswahl", "Choice"),
            choices=_listed(
                [
                    ("", say("laufende", "current")),
                    ("overdue", say("mit Hinweis zum Rhythmus", "with a note on the rhythm")),
                    ("ended", say("beendete", "ended")),
                ]
            ),
            validate_choice=False,
        )

    return BodyFilters(values)


def people_filters(say: Say, values: Mapping[str, Any]) -> Any:
    """Text, and whether people that are out of use are shown."""

    class PeopleFilters(Form):
        q = SearchField(say("Name, Funktion oder E-Mail", "Name, function or e-mail"))
        resting = SelectField(
            say("Auswahl", "Choice"),
            choices=_listed([("", say("in Gebrauch", "in use")), ("1", say("außer Gebrauch", "out of use"))]),
            validate_choice=False,
        )

    return PeopleFilters(values)


def body_form(say: Say, values: Mapping[str, Any], *, formalities: Sequence[str] = (), profile: bool = False) -> Any:
    """A new body (with ``formalities`` to choose from) or a known one; of the profile's only the mandate changes."""
    words, hints = formality_words(say), formality_hints(say)
    fields: dict[str, Any] = {}
    if not profile:
        fields["name"] = StringField(say("Name", "Name"))
        fields["kind"] = StringField(
            say("Art", "Kind"), description=say("Zum Beispiel Arbeitskreis", "For example working circle")
        )
    if formalities:
        fields["formality"] = RadioField(
            say("Wie förmlich arbeitet es?", "How formally does it work?"),
            choices=[SelectChoice(one, f"{words[one]}: {hints[one]}") for one in formalities],
            validate_choice=False,
        )
    fields["mandate"] = TextAreaField(
        say("Auftrag oder Zweck", "Mandate or purpose"),
        description=say("Wozu trifft sich das Gremium?", "What does the body meet for?"),
    )
    if not profile:
        fields["rhythm"] = StringField(
            say("Rhythmus", "Rhythm"), description=say("Zum Beispiel vierteljährlich", "For example quarterly")
        )
        fields["prefix"] = StringField(
            say("Kürzel", "Short name"),
            description=say(
                "Damit beginnen die Nummern der Sitzungen, etwa AKI-2027-01. Leer: aus dem Namen.",
                "References of meetings begin with it, such as AKI-2027-01. Empty: from the name.",
            ),
        )
    form = _made("BodyForm", fields, values)
    _text(form, optional=("kind", "rhythm", "prefix"), long=("mandate",), most={"mandate": 6000})
    if "formality" in form:
        form.formality.kimforms = {"type": "radio", "optional": False}
    return form


def end_form(say: Say, today: date, label: tuple[str, str], *, reason: bool = False) -> Any:
    """The last day of something."""
    fields: dict[str, Any] = {"valid_until": GermanDateField(say(*label))}
    if reason:
        fields = {"ends_on": fields["valid_until"], "reason": StringField(say("Grund", "Reason"))}
    form = _made("EndForm", fields, {"valid_until": today, "ends_on": today})
    _days(form, say)
    _text(form, optional=("reason",))
    return form


def seat_form(
    say: Say, formality: str, organisations: Choices, municipalities: Choices, values: Mapping[str, Any]
) -> Any:
    """Whose seat it is, and with which right."""
    nobody = ("", say("keine", "none"))
    fields: dict[str, Any] = {
        "organisation": SelectField(
            say("Organisation", "Organisation"), choices=_listed([nobody, *organisations]), validate_choice=False
        ),
        "municipality": SelectField(
            say("oder Kommune", "or municipality"), choices=_listed([nobody, *municipalities]), validate_choice=False
        ),
        "label": StringField(
            say("Bezeichnung", "Name of the seat"),
            description=say(
                "Leer: Name der Organisation oder Kommune. Nötig bei Gruppen ohne feste Stelle.",
                "Empty: name of the organisation or municipality. Needed for groups without an office.",
            ),
        ),
        "represents": StringField(say("Vertritt", "Represents")),
        "right": RadioField(
            say("Recht", "Right"), choices=_listed(right_words(say, formality).items()), validate_choice=False
        ),
    }
    if "valid_from" in values:
        fields["valid_from"] = GermanDateField(say("Gibt es ab", "Exists from"))
    form = _made("SeatForm", fields, values)
    for name in ("organisation", "municipality"):
        form[name].kimforms = {"type": "select", "optional": True}
    form.right.kimforms = {"type": "radio", "optional": False}
    _text(form, optional=("label", "represents"))
    _days(form, say)
    return form


def place_form(say: Say, people: Choices, values: Mapping[str, Any]) -> Any:
    """Who comes onto a seat, as what, and when."""
    fields: dict[str, Any] = {
        "person": SelectField(
            say("Person", "Person"),
            choices=_listed([("", say("bitte wählen", "please choose")), *people]),
            validate_choice=False,
        ),
        "role": RadioField(
            say("Als was?", "As what?"),
            choices=_listed(
                [("principal", say("hat den Sitz", "holds the seat")), ("deputy", say("Vertretung", "deputy"))]
            ),
            validate_choice=False,
        ),
        "valid_from": GermanDateField(say("Ab", "From")),
        "valid_until": GermanDateField(say("Bis", "Until")),
        "replace": BooleanField(
            say(
                "Wer den Sitz bis dahin hat, scheidet am Tag davor aus",
                "Whoever holds the seat until then leaves the day before",
            )
        ),
    }
    form = _made("PlaceForm", fields, values)
    form.person.kimforms = {"type": "select", "optional": False}
    form.role.kimforms = {"type": "radio", "optional": False}
    _days(form, say, optional=("valid_until",))
    return form


def function_form(say: Say, people: Choices, values: Mapping[str, Any]) -> Any:
    """Who gets which function when."""
    fields: dict[str, Any] = {
        "function": SelectField(
            say("Funktion", "Function"), choices=_listed(function_words(say).items()), validate_choice=False
        ),
        "person": SelectField(
            say("Person", "Person"),
            choices=_listed([("", say("bitte wählen", "please choose")), *people]),
            validate_choice=False,
        ),
        "valid_from": GermanDateField(say("Ab", "From")),
        "valid_until": GermanDateField(say("Bis", "Until")),
        "replace": BooleanField(
            say(
                "Wer die Funktion bis dahin hat, gibt sie am Tag davor ab",
                "Whoever has the function until then gives it up the day before",
            )
        ),
    }
    form = _made("FunctionForm", fields, values)
    for name in ("function", "person"):
        form[name].kimforms = {"type": "select", "optional": False}
    _days(form, say, optional=("valid_until",))
    return form


def person_form(say: Say, organisations: Choices, values: Mapping[str, Any]) -> Any:
    """Who somebody is and how they are reached."""
    salutations = [("frau", say("Frau", "Ms")), ("herr", say("Herr", "Mr")), ("neutral", say("ohne", "none"))]
    fields: dict[str, Any] = {
        "salutation": RadioField(say("Anrede", "Form of address"), choices=_listed(salutations), validate_choice=False),
        "title": StringField(say("Titel", "Title")),
        "first_name": StringField(say("Vorname", "First name")),
        "last_name": StringField(say("Nachname", "Last name")),
        "function": StringField(
            say("Funktion", "Function"),
            description=say("Zum Beispiel Leiterin des Sozialamts", "For example head of the social office"),
        ),
        "organisation": SelectField(
            say("Organisation", "Organisation"),
            choices=_listed([("", say("keine", "none")), *organisations]),
            validate_choice=False,
        ),
        "email": StringField(
            say("E-Mail-Adresse", "E-mail address"),
            description=say("Ohne Adresse gehen Einladungen als Brief.", "Without one invitations go as letters."),
        ),
        "phone": StringField(say("Telefon", "Phone")),
        "postal_address": TextAreaField(
            say("Anschrift", "Postal address"),
            description=say("Die Zeilen unter dem Namen", "The lines below the name"),
        ),
        "account": StringField(
            say("Adresse des Kontos", "Address of the account"),
            description=say(
                "Nur mit Konto: die Adresse der Anmeldung. Mit einem Sitz wird die Person dann Mitglied des Gremiums.",
                "Only with an account: the address of signing in. With a seat the person is then a member of the body.",
            ),
        ),
    }
    form = _made("PersonForm", fields, values)
    form.salutation.kimforms = {"type": "radio", "optional": False}
    form.organisation.kimforms = {"type": "select", "optional": True}
    _text(
        form,
        optional=("title", "first_name", "function", "email", "phone", "account", "postal_address"),
        long=("postal_address",),
        most={"postal_address": 500},
        rows=4,
    )
    return form


def merge_form(say: Say, people: Choices) -> Any:
    """The other entry for the same person."""
    fields: dict[str, Any] = {
        "other": SelectField(
            say("Welcher Eintrag geht darin auf?", "Which entry is merged into it?"),
            choices=_listed([("", say("bitte wählen", "please choose")), *people]),
            validate_choice=False,
        )
    }
    form = _made("MergeForm", fields, {})
    form.other.kimforms = {"type": "select", "optional": False}
    return form


def read_days(form: Any, *required: str) -> tuple[dict[str, date | None], dict[str, str]]:
    """The days that were entered, by field, and a sentence for each that is no day or is missing."""
    errors: dict[str, str] = {}
    found: dict[str, date | None] = {}
    for field in form:
        if not isinstance(field, GermanDateField):
            continue
        if not field.validate(form):
            errors[field.short_name], field.errors = str(field.errors[0]), []
        elif field.day is None and field.short_name in required:
            errors[field.short_name] = "Geben Sie einen Tag ein."
        found[field.short_name] = field.day
    return found, errors


def _made(name: str, fields: Mapping[str, Any], values: Mapping[str, Any]) -> Any:
    return type(name, (FlaskForm,), dict(fields))(data=dict(values))


def _listed(choices: Any) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in choices]


def _days(form: Any, say: Say, optional: Sequence[str] = ()) -> None:
    for field in form:
        if isinstance(field, GermanDateField):
            field.kimforms = {"type": "date", "optional": field.short_name in optional}
            field.language = say("de", "en")


def _text(
    form: Any,
    *,
    optional: Sequence[str] = (),
    long: Sequence[str] = (),
    most: Mapping[str, int] | None = None,
    rows: int = 6,
) -> None:
    for field in form:
        if field.type not in ("StringField", "TextAreaField"):
            continue
        name = field.short_name
        kind = "long_text" if name in long else "short_text"
        field.kimforms = {"type": kind, "optional": name in optional}
        if kind == "long_text":
            field.kimforms |= {"rows": rows, "maxlength": (most or {}).get(name, 6000)}
