"""What people enter about advisory services: filters of the directory (a query string), an entry, and what ends it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectChoice, SelectField, StringField, TextAreaField

from .records import GermanDateField, Ticks
from .view_filters import Arguments, ViewFilters

Say = Callable[[str, str], str]
Choices = Sequence[tuple[str, str]]
TRISTATE = ("", "yes", "no")
LINE = {
    "name": 200, "carrier": 200, "target_group": 300, "street": 200, "postcode": 5, "town": 120, "phone": 60,
    "email": 254, "website": 300, "town_hall_hours": 300,
}  # fmt: skip
ORDER = (
    "name", "organisation", "carrier", "target_group", "street", "postcode", "town", "municipality", "phone", "email",
    "website", "hours", "appointment_needed", "town_hall_hours", "accessible", "languages", "fields", "municipalities",
    "in_letters", "valid_until",
)  # fmt: skip

ENGLISH = {
    "Geben Sie den Namen der Beratungsstelle ein.": "Enter the name of the advisory service.",
    "Geben Sie die Postleitzahl mit fünf Ziffern ein.": "Enter the postcode with five digits.",
    "Geben Sie eine E-Mail-Adresse ein, zum Beispiel beratung@stelle.example.": (
        "Enter an e-mail address, such as beratung@stelle.example."
    ),
    "Geben Sie die Internetadresse mit https:// am Anfang ein.": "Enter the address with https:// at its beginning.",
    "Wählen Sie einen Träger aus der Liste.": "Choose an organisation from the list.",
    "Wählen Sie nur aus der Liste.": "Choose from the list only.",
    "Schreiben Sie kurz, warum der Eintrag endet.": "Write briefly why the entry ends.",
    "Wählen Sie den anderen Eintrag, in dem dieser aufgeht.": "Choose the other entry in which this one goes up.",
    "Der Eintrag hat keine E-Mail-Adresse. Fragen Sie telefonisch nach.": "The entry has no e-mail address. Ask by telephone.",
    "Diesen Eintrag gibt es nicht mehr: Er ist beendet oder in einem anderen aufgegangen.": (
        "This entry does not exist any more: it ended or went up in another one."
    ),
    "Der andere Eintrag nennt keinen Träger. Tragen Sie ihn zuerst ein.": (
        "The other entry names no organisation. Enter it first."
    ),
    "Inzwischen hat jemand anderes diesen Eintrag geändert.": "Somebody else has changed this entry meanwhile.",
    "Dieser Text enthält Zeichen, die sich nicht lesen lassen.": "This text holds characters that cannot be read.",
}
"""What the services refuse with, for readers of English."""


@dataclass(frozen=True)
class Filters(ViewFilters):
    """The filters of the directory, each of them known to exist; the empty string means no filter."""

    municipality: str = ""
    language: str = ""
    field: str = ""
    accessible: str = ""


def read_filters(arguments: Arguments, choices: Mapping[str, Choices]) -> tuple[Filters, list[str]]:
    """The filters of a query string, and the names of those whose value nobody knows. Nothing raises."""
    found, ignored = {}, []
    for name in ("municipality", "language", "field", "accessible"):
        value = arguments.get(name, "")
        if value and any(value == known for known, _label in choices[name]):
            found[name] = value
        elif value:
            ignored.append(name)
    return Filters(**found), ignored


def entry_form(say: Say, lists: Mapping[str, Choices], values: Mapping[str, Any], names: Sequence[str]) -> Any:
    """A form of those parts of an entry that ``names`` gives."""
    parts = _parts(say, lists)
    shown = dict(values) | {name: _typed(values.get(name)) for name in ("accessible", "appointment_needed")}
    form = type("EntryForm", (FlaskForm,), {name: parts[name] for name in ORDER if name in names})(data=shown)
    for field in form:
        if field.short_name in LINE:
            optional = field.short_name != "name"
            field.kimforms = {"type": "short_text", "optional": optional, "maxlength": LINE[field.short_name]}
    if "hours" in form:
        form.hours.kimforms = {"type": "long_text", "optional": True, "maxlength": 2000, "rows": 4}
    if "valid_until" in form:
        form.valid_until.kimforms, form.valid_until.language = {"type": "date", "optional": True}, say("de", "en")
    return form


def values_of(form: Any) -> dict[str, Any]:
    """What was entered, by name of the entry's parts; parts that the form does not have are left out."""
    found: dict[str, Any] = {}
    for name in ORDER:
        if name not in form:
            continue
        data = form[name].data
        if name in ("accessible", "appointment_needed"):
            found[name] = {"yes": True, "no": False}.get(data)
        elif name in ("languages", "fields", "municipalities"):
            found[name] = tuple(data or ())
        elif name == "valid_until":
            found[name] = form[name].day
        elif name == "in_letters":
            found[name] = bool(data)
        else:
            found[name] = data or ("" if name not in ("organisation", "municipality") else None)
    return found


def ending_form(say: Say) -> Any:
    """Why an entry ends."""

    class EndingForm(FlaskForm):
        reason = StringField(say("Warum endet der Eintrag?", "Why does the entry end?"))

    form = EndingForm()
    form.reason.kimforms = {"type": "short_text", "optional": False, "maxlength": 500}
    return form


def merging_form(say: Say, others: Choices) -> Any:
    """In which entry this one goes up."""

    class MergingForm(FlaskForm):
        into = SelectField(
            say("In welchem Eintrag geht dieser auf?", "In which entry does this one go up?"),
            choices=_listed([("", say("bitte wählen", "please choose")), *others]),
            validate_choice=False,
        )

    form = MergingForm()
    form.into.kimforms = {"type": "select", "optional": False}
    return form


def _typed(value: object) -> str:
    return {True: "yes", False: "no"}.get(value, "") if isinstance(value, bool) else ""


def _listed(choices: Choices) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in choices]


def _parts(say: Say, lists: Mapping[str, Choices]) -> dict[str, Any]:
    nothing = [("", say("keine Angabe", "not given"))]
    decide = _listed([("", say("keine Angabe", "not given")), ("yes", say("ja", "yes")), ("no", say("nein", "no"))])
    return {
        "name": StringField(say("Name der Beratungsstelle", "Name of the advisory service")),
        "organisation": SelectField(
            say("Träger im Verzeichnis der Organisationen", "Organisation"), choices=_listed([*nothing, *lists["organisation"]]),
            validate_choice=False,
            description=say("Beraterinnen und Berater dieses Trägers dürfen den Eintrag pflegen.",
                            "Advisers of this organisation may look after the entry."),
        ),
        "carrier": StringField(say("Träger, wie er gedruckt wird", "Organisation as it is printed")),
        "target_group": StringField(
            say("Für wen", "For whom"), description=say("Zum Beispiel „12 bis 27 Jahre“", "For example “12 to 27 years”")
        ),
        "street": StringField(say("Straße und Hausnummer", "Street and number")),
        "postcode": StringField(say("Postleitzahl", "Postcode")),
        "town": StringField(say("Ort", "Town")),
        "municipality": SelectField(
            say("Liegt in der Kommune", "Lies in the municipality"), choices=_listed([*nothing, *lists["municipality"]]),
            validate_choice=False,
        ),
        "phone": StringField(say("Telefon", "Telephone")),
        "email": StringField(
            say("E-Mail", "E-mail"),
            description=say("Steht öffentlich im Verzeichnis. Dorthin fragen wir von Zeit zu Zeit, ob noch alles stimmt.",
                            "Stands in the public directory. From time to time we ask there whether everything is right."),
        ),
        "website": StringField(say("Internetseite", "Website")),
        "hours": TextAreaField(say("Sprechzeiten", "Hours")),
        "appointment_needed": RadioField(say("Termin nötig?", "Appointment needed?"), choices=decide, validate_choice=False),
        "town_hall_hours": StringField(
            say("Sprechstunde im Rathaus", "Hours in the town hall"), description=say("Raum und Zeit", "Room and time")
        ),
        "accessible": RadioField(
            say("Barrierefrei zugänglich?", "Step-free access?"), choices=decide, validate_choice=False
        ),
        "languages": Ticks(say("Sprachen der Beratung", "Languages of advice"), choices=_listed(lists["language"]),
                           validate_choice=False),
        "fields": Ticks(say("Wozu beraten wird", "Fields of advice"), choices=_listed(lists["field"]), validate_choice=False),
        "municipalities": Ticks(
            say("Für Menschen aus diesen Kommunen", "For people from these municipalities"),
            choices=_listed(lists["municipality"]), validate_choice=False,
            description=say("Nichts angekreuzt heißt: für den ganzen Kreis.", "None ticked means the whole county."),
        ),
        "in_letters": BooleanField(say("In den Briefen der Kampagne nennen", "Name in the letters of the campaign")),
        "valid_until": GermanDateField(
            say("Eintrag gilt bis", "Entry is valid until"),
            description=say("Danach steht er nicht mehr im Verzeichnis.", "After that it leaves the directory."),
        ),
    }  # fmt: skip
