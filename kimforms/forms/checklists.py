"""What advisers enter on a client's checklist: beginning, one item, the situation, the talk, a colleague, filters of the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectChoice, SelectField, StringField, TextAreaField

from .records import GermanDateField, Say, Ticks
from .view_filters import ViewFilters

Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Filters(ViewFilters):
    """The filters of the list; the empty string means no filter."""

    NO_FILTERS = frozenset({"view"})

    view: str = "open"
    q: str = ""
    municipality: str = ""
    adviser: str = ""


def read_filters(
    arguments: Mapping[str, str], views: Sequence[str], municipalities: Choices, advisers: Choices
) -> Filters:
    """The filters of an address; what does not exist counts as no filter."""

    def known(name: str, values: Sequence[str], default: str = "") -> str:
        value = arguments.get(name, default)
        return value if value in values else default

    return Filters(
        view=known("view", views, "open"),
        q=" ".join(arguments.get("q", "").replace("\x00", "").split())[:60],
        municipality=known("municipality", [value for value, _ in municipalities]),
        adviser=known("adviser", [value for value, _ in advisers]),
    )


def state_words(say: Say) -> dict[str, str]:
    """What a service can say to an item."""
    return {
        "open": say("offen", "open"),
        "working": say("in Arbeit", "in progress"),
        "present": say("liegt vor", "at hand"),
        "met": say("erfüllt", "met"),
        "not_needed": say("nicht erforderlich", "not required"),
        "clarify": say("Klärung nötig", "to be clarified"),
    }


def begin_form(say: Say, services: Choices, municipalities: Choices, values: Mapping[str, Any]) -> Any:
    """For whom, under which pseudonym, by which service where somebody advises for several."""
    fields: dict[str, Any] = {
        "pseudonym": StringField(
            say("Pseudonym", "Pseudonym"),
            description=say(
                "Ihr eigenes Kennwort für diese Person. Kein Name, keine Initialen, kein Geburtsdatum, keine Nummer von "
                "außerhalb. Wer dahinter steht, notieren Sie in Ihrer eigenen Akte.",
                "A word of your own for this person. No name, no initials, no date of birth, no number from elsewhere. "
                "Who it is you keep in your own file.",
            ),
        ),
        "municipality": SelectField(
            say("Wo wohnt die Person?", "Where does the person live?"),
            description=say(
                "Danach richtet sich, welche Einbürgerungsbehörde zuständig ist.",
                "It decides which naturalisation office is responsible.",
            ),
            choices=[SelectChoice("", say("Bitte wählen", "Please choose")), *_listed(municipalities)],
            validate_choice=False,
        ),
    }
    if len(services) > 1:
        fields["organisation"] = SelectField(
            say("Für welche Beratungsstelle?", "For which service?"), choices=_listed(services), validate_choice=False
        )
    fields["insist"] = _insist(say)
    form = type("BeginForm", (FlaskForm,), fields)(data=dict(values))
    form.pseudonym.kimforms = {"type": "short_text", "optional": False, "maxlength": 60, "autocomplete": "off"}
    form.municipality.kimforms = {"type": "select", "optional": False}
    if len(services) > 1:
        form.organisation.kimforms = {"type": "select", "optional": False}
    return form


def item_form(
    say: Say, item_id: str, papers: Choices, advisers: Choices, values: Mapping[str, Any], *, entered: bool = True
) -> Any:
    """Everything about one item. ``papers``: index and text of each piece of evidence."""
    fields: dict[str, Any] = {
        "state": RadioField(
            say("Stand", "State"), choices=_listed(list(state_words(say).items())), validate_choice=False
        ),
        "reason": StringField(
            say("Begründung", "Reason"),
            description=say("Nur bei „nicht erforderlich“.", "Only for “not required”."),
        ),
    }
    if papers:
        fields["seen"] = Ticks(
            say("Gesehene Nachweise", "Evidence seen"), choices=_listed(papers), coerce=str, validate_choice=False
        )
        fields["seen_on"] = GermanDateField(
            say("Neu angekreuzte gesehen am", "Newly ticked ones seen on"),
            description=say("Ohne Angabe: heute.", "Empty: today."),
        )
    fields["note"] = TextAreaField(
        say("Notiz", "Note"),
        description=say(
            "Nur für Ihre Beratungsstelle. Keine Namen, Daten oder Nummern, nichts aus dem persönlichen Gespräch.",
            "For your service only. No names, dates or numbers, nothing of what you talk about in person.",
        ),
    )
    fields["follow_up_on"] = GermanDateField(say("Wiedervorlage am", "Follow up on"))
    fields["adviser_id"] = SelectField(
        say("Wer kümmert sich?", "Who looks after it?"),
        choices=[SelectChoice("", say("wie die ganze Checkliste", "as for the whole checklist")), *_listed(advisers)],
        validate_choice=False,
    )
    fields["insist"] = _insist(say)
    fields["row_version"] = HiddenField()
    source: dict[str, Any] = {} if entered else {"formdata": None}
    form = type("ItemForm", (FlaskForm,), fields)(prefix=f"{item_id}-", data=dict(values), **source)
    form.state.kimforms = {"type": "radio", "optional": False}
    form.reason.kimforms = {"type": "short_text", "optional": True}
    if papers:
        form.seen.kimforms = {"type": "checks", "optional": True}
        form.seen_on.kimforms = {"type": "date", "optional": True}
        form.seen_on.language = say("de", "en")
    form.note.kimforms = {"type": "long_text", "maxlength": 2000, "rows": 2, "optional": True}
    form.follow_up_on.kimforms = {"type": "date", "optional": True}
    form.follow_up_on.language = say("de", "en")
    form.adviser_id.kimforms = {"type": "select", "optional": True}
    return form


def situation_form(
    say: Say, questions: Choices, routes: Choices, values: Mapping[str, Any], *, entered: bool = True
) -> Any:
    """What applies to the person, of what may be asked here, and the way to citizenship."""

    class SituationForm(FlaskForm):
        yes = Ticks(
            say("Was trifft zu?", "What applies?"), choices=_listed(questions), coerce=str, validate_choice=False
        )
        route = RadioField(
            say("Weg", "Way"),
            choices=_listed([("", say("noch offen", "still open")), *routes]),
            validate_choice=False,
        )
        seen = HiddenField()

    source: dict[str, Any] = {} if entered else {"formdata": None}
    form = SituationForm(data=dict(values), **source)
    form.yes.kimforms = {"type": "checks", "optional": True}
    form.route.kimforms = {"type": "radio", "optional": True}
    return form


def talk_form(say: Say, values: Mapping[str, Any]) -> Any:
    """The one day of the talk."""

    class TalkForm(FlaskForm):
        talked_on = GermanDateField(
            say("Besprochen am", "Talked about on"),
            description=say(
                "Ein Tag für das ganze Gespräch. Leer: noch nicht besprochen.",
                "One day for the whole talk. Empty: not talked about yet.",
            ),
        )

    form = TalkForm(data=dict(values))
    form.talked_on.kimforms = {"type": "date", "optional": True}
    form.talked_on.language = say("de", "en")
    return form


def colleague_form(say: Say, people: Choices, values: Mapping[str, Any]) -> Any:
    """Who takes over, and whether the points of the person before go along."""

    class ColleagueForm(FlaskForm):
        adviser_id = SelectField(
            say("Wer übernimmt?", "Who takes over?"), choices=_listed(people), validate_choice=False
        )
        with_items = BooleanField(
            say("Punkte der bisherigen Person gehen mit.", "Items of the person before go along."), default=True
        )

    form = ColleagueForm(data=dict(values))
    form.adviser_id.kimforms = {"type": "select", "optional": False}
    return form


def rename_form(say: Say, values: Mapping[str, Any]) -> Any:
    """Another pseudonym."""

    class RenameForm(FlaskForm):
        pseudonym = StringField(say("Pseudonym", "Pseudonym"))
        insist = _insist(say)

    form = RenameForm(data=dict(values))
    form.pseudonym.kimforms = {"type": "short_text", "optional": False, "autocomplete": "off"}
    return form


def _listed(choices: Choices) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in choices]


def _insist(say: Say) -> Any:
    return BooleanField(say("Das nennt niemanden; so stehen lassen.", "This names nobody; leave it as it is."))
