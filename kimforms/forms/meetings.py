"""Forms of planning: a meeting, a series, a poll for a date, a room; and of the agenda: a point, a motion, reasons."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    FileField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)

from ..rules.series import FREQUENCIES, local
from .records import GermanDateField, number_in

Say = Callable[[str, str], str]
Choices = Sequence[tuple[str, str]]
BERLIN = ZoneInfo("Europe/Berlin")
CLOCK = re.compile(r"([01]?\d|2[0-3])(?:[:.h]?([0-5]\d))?(?:\s*(?:uhr|h))?", re.IGNORECASE)
KINDS = ("formalities", "report", "decision", "discussion", "information", "miscellaneous")
MOST_OPTIONS = 8


class ClockField(StringField):
    """A time of day, typed as HH:MM (``14``, ``14.30`` and ``14:30 Uhr`` are read too); ``at`` is None for anything else."""

    at: time | None = None

    def process_data(self, value: object) -> None:
        """Shows a stored time."""
        super().process_data(f"{value:%H:%M}" if isinstance(value, time) else value)
        self.at = value if isinstance(value, time) else None

    def pre_validate(self, _form: object) -> None:
        """Reads what was typed."""
        found = CLOCK.fullmatch((self.data or "").strip())
        self.at = time(int(found[1]), int(found[2] or 0)) if found else None
        if self.at is None and (self.data or "").strip():
            raise ValidationError(self.say("Geben Sie die Uhrzeit im Format HH:MM ein.", "Enter the time as HH:MM."))

    say: Callable[[str, str], str] = staticmethod(lambda german, _english: german)


def kind_words(say: Say) -> dict[str, str]:
    """Each kind of agenda item in words."""
    return {
        "formalities": say("Formalien", "Formalities"),
        "report": say("Bericht", "Report"),
        "decision": say("Beschluss", "Decision"),
        "discussion": say("Beratung", "Discussion"),
        "information": say("Kenntnisnahme", "Information"),
        "miscellaneous": say("Verschiedenes", "Miscellaneous"),
    }


def place_words(say: Say) -> dict[str, str]:
    """How a meeting is held, in words."""
    return {
        "room": say("vor Ort", "in a room"),
        "hybrid": say("vor Ort und mit Video", "in a room and by video"),
        "video": say("nur mit Video", "by video only"),
    }


def plan_form(
    say: Say,
    rooms: Choices,
    *,
    bodies: Choices = (),
    values: Mapping[str, Any] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> Any:
    """When and where a meeting is; with ``bodies`` also whose it is. ``extra`` are further fields in front."""
    fields: dict[str, Any] = dict(extra or {})
    if bodies:
        fields["body"] = _select(say("Gremium", "Body"), bodies)
        fields["title"] = StringField(
            say("Titel", "Title"),
            description=say(
                "Ohne Angabe: „Sitzung“ und der Name des Gremiums", "If empty: “Sitzung” and the name of the body"
            ),
        )
    fields |= _when_and_where(say, rooms)
    if bodies:
        fields["introduction"] = TextAreaField(
            say("Vorbemerkung in der Einladung", "Introductory words of the invitation"),
        )
    form = _made("PlanForm", fields, "meeting-", values, say)
    if bodies:
        form.introduction.kimforms = {"type": "long_text", "maxlength": 4000, "rows": 3, "optional": True}
        form.title.kimforms = {"type": "short_text", "optional": True, "maxlength": 300}
    return form


def times_of(form: Any) -> tuple[datetime, datetime] | dict[str, str]:
    """Begin and end as moments, or what is missing by field. An end before the begin is left for the service to refuse."""
    errors = read_errors(form, ("day", "begins", "ends"))
    if not errors and form.day.day is None:
        errors["day"] = "Geben Sie den Tag der Sitzung ein."
    for name, sentence in (
        ("begins", "Geben Sie an, wann die Sitzung beginnt."),
        ("ends", "Geben Sie an, wann sie endet."),
    ):
        if name not in errors and form[name].at is None:
            errors[name] = sentence
    if errors:
        return errors
    return local(form.day.day, form.begins.at), local(form.day.day, form.ends.at)


def read_errors(form: Any, names: Sequence[str]) -> dict[str, str]:
    """Reads days and times of a form; what cannot be read, by field. The caller decides what is shown."""
    errors = {}
    for name in names:
        if not form[name].validate(form):
            errors[name], form[name].errors = str(form[name].errors[0]), []
    return errors


def series_form(say: Say, bodies: Choices, rooms: Choices, values: Mapping[str, Any]) -> Any:
    """A recurring meeting."""
    english = dict(
        zip(FREQUENCIES, ("weekly", "twice a month", "monthly", "quarterly", "twice a year", "yearly"), strict=True)
    )
    fields: dict[str, Any] = {
        "body": _select(say("Gremium", "Body"), bodies),
        "title": StringField(say("Name der Reihe", "Name of the series")),
        "frequency": RadioField(
            say("Wie oft?", "How often?"),
            choices=[SelectChoice(key, say(german, english[key])) for key, german in FREQUENCIES.items()],
            validate_choice=False,
        ),
        "by": RadioField(
            say("Woran richtet sich der Tag?", "What does the day follow?"),
            choices=[
                SelectChoice(
                    "weekday", say("am gleichen Wochentag, etwa am 2. Dienstag", "the weekday, such as the 2nd Tuesday")
                ),
                SelectChoice(
                    "day", say("am gleichen Tag im Monat, etwa am 12.", "the day of the month, such as the 12th")
                ),
            ],
            validate_choice=False,
        ),
        "until": GermanDateField(say("Letzter möglicher Tag", "Last possible day")),
        "on_holiday": RadioField(
            say(
                "Wenn ein Termin auf einen Feiertag oder ein Wochenende fällt",
                "If a date falls on a holiday or weekend",
            ),
            choices=[
                SelectChoice("move", say("auf den nächsten Werktag verlegen", "move it to the next working day")),
                SelectChoice("skip", say("ausfallen lassen", "leave it out")),
                SelectChoice("keep", say("trotzdem stattfinden lassen", "hold it all the same")),
            ],
            validate_choice=False,
        ),
    }
    where = _when_and_where(say, rooms)
    where["day"] = GermanDateField(say("Erster Tag", "First day"))
    order = (
        "body",
        "title",
        "frequency",
        "by",
        "day",
        "until",
        "begins",
        "ends",
        "on_holiday",
        "kind",
        "room",
        "place",
        "video_url",
    )
    return _made("SeriesForm", {name: (fields | where)[name] for name in order}, "series-", values, say)


def poll_form(say: Say, bodies: Choices, values: Mapping[str, Any]) -> Any:
    """A poll for a date: who, what for, until when, and up to eight dates."""
    fields: dict[str, Any] = {
        "body": _select(say("Gremium", "Body"), bodies),
        "title": StringField(say("Wofür suchen Sie einen Termin?", "What do you need a date for?")),
        "text": TextAreaField(say("Nachricht", "Message")),
        "place": StringField(say("Ort", "Place")),
        "closes_on": GermanDateField(say("Antworten bis", "Answers by")),
    }
    for number in range(1, MOST_OPTIONS + 1):
        fields[f"day_{number}"] = GermanDateField(say(f"Termin {number}: Tag", f"Date {number}: day"))
        fields[f"begins_{number}"] = ClockField(say(f"Termin {number}: Beginn", f"Date {number}: begin"))
        fields[f"ends_{number}"] = ClockField(say(f"Termin {number}: Ende", f"Date {number}: end"))
    form = _made("PollForm", fields, "poll-", values, say)
    for name in ("text", "place"):
        form[name].kimforms = {"type": "long_text" if name == "text" else "short_text", "optional": True, "rows": 3}
    for number in range(3, MOST_OPTIONS + 1):
        for name in ("day", "begins", "ends"):
            form[f"{name}_{number}"].kimforms["optional"] = True
    return form


def options_of(form: Any) -> list[tuple[datetime, datetime]] | dict[str, str]:
    """The dates of a poll as moments, or what cannot be read by field."""
    parts = [f"{part}_{number}" for number in range(1, MOST_OPTIONS + 1) for part in ("day", "begins", "ends")]
    found, errors = [], read_errors(form, ("closes_on", *parts))
    for number in range(1, MOST_OPTIONS + 1):
        day, begins, ends = (form[f"{part}_{number}"] for part in ("day", "begins", "ends"))
        if not any((one.data or "").strip() for one in (day, begins, ends)):
            continue
        if day.day is None or begins.at is None or ends.at is None:
            errors.setdefault(f"day_{number}", f"Termin {number}: Geben Sie Tag, Beginn und Ende an.")
        else:
            found.append((local(day.day, begins.at), local(day.day, ends.at)))
    if form.closes_on.day is None:
        errors.setdefault("closes_on", "Geben Sie an, bis wann geantwortet werden soll.")
    return errors or found


def room_form(say: Say, values: Mapping[str, Any] | None = None) -> Any:
    """A room of the list."""
    fields: dict[str, Any] = {
        "name": StringField(say("Name", "Name")),
        "address": StringField(say("Adresse", "Address")),
        "places": StringField(say("Plätze", "Seats")),
        "access": StringField(
            say("Zugang", "Access"),
            description=say("Wie man hineinkommt und was barrierefrei ist", "How to get in and what is barrier-free"),
        ),
        "active": BooleanField(say("Wird benutzt", "In use")),
    }
    form = _made("RoomForm", fields, "room-", values, say)
    for name in ("address", "access"):
        form[name].kimforms = {"type": "short_text", "optional": True}
    form.places.kimforms = {"type": "number", "optional": True}
    form.active.kimforms = {"type": "check", "optional": False}
    return form


def reason_form(say: Say, label: str, hint: str = "", *, name: str = "reason") -> Any:
    """One text that says why, or what is to be changed."""
    form = _made("ReasonForm", {name: TextAreaField(label, description=hint)}, "why-", None, say)
    form[name].kimforms = {
        "type": "long_text",
        "rows": 3,
        "optional": False,
        "maxlength": 2000 if name != "reason" else 500,
    }
    return form


def item_form(say: Say, parents: Choices, values: Mapping[str, Any] | None = None) -> Any:
    """A point of the agenda; with ``parents`` it may stand below one of them."""
    words = kind_words(say)
    fields: dict[str, Any] = {
        "title": StringField(say("Worum geht es?", "What is it about?")),
        "kind": _select(say("Art", "Kind"), [(key, words[key]) for key in KINDS]),
        "minutes": StringField(say("Dauer in Minuten", "Duration in minutes")),
        "presenter": StringField(say("Wer trägt vor?", "Who presents?")),
        "text": TextAreaField(say("Erläuterung", "Explanation")),
        "motion": TextAreaField(
            say("Beschlussvorschlag", "Proposed decision"),
            description=say("Genau der Text, über den abgestimmt wird", "Exactly the text that is voted on"),
        ),
        "confidential": BooleanField(
            say(
                "Vertraulich: Gäste sehen den Punkt und seine Unterlagen nicht",
                "Confidential: guests do not see it or its papers",
            )
        ),
    }
    if parents:
        fields["parent"] = _select(
            say("Wo?", "Where?"), [("", say("als eigener Punkt", "as a point of its own")), *parents]
        )
    form = _made("ItemForm", fields, "item-", values, say)
    form.minutes.kimforms = {"type": "number", "optional": True}
    form.presenter.kimforms = {"type": "short_text", "optional": True, "maxlength": 200}
    form.confidential.kimforms = {"type": "check", "optional": False}
    for name in ("text", "motion"):
        form[name].kimforms = {"type": "long_text", "maxlength": 10_000, "rows": 4, "optional": True}
    return form


def minutes_in(text: str | None) -> int | None:
    """A number of minutes; -1 for what is none, so that the service refuses it, None for nothing."""
    typed = (text or "").strip()
    return None if not typed else number_in(typed) if number_in(typed) is not None else -1


def paper_form(say: Say, kinds: str, accept: str) -> Any:
    """A file as the paper of a point."""
    form = _made(
        "PaperForm",
        {"title": StringField(say("Bezeichnung", "Name")), "file": FileField(say("Datei", "File"), description=kinds)},
        "paper-", None, say,
    )  # fmt: skip
    form.title.kimforms = {"type": "short_text", "optional": True}
    form.file.kimforms = {"type": "file", "accept": accept, "optional": False}
    return form


def proposal_form(say: Say, values: Mapping[str, Any] | None = None) -> Any:
    """A motion of a member for the agenda."""
    fields = {
        "title": StringField(say("Worum soll es gehen?", "What should it be about?")),
        "text": TextAreaField(say("Begründung oder Antrag", "Reasons or motion")),
    }
    form = _made("ProposalForm", fields, "proposal-", values, say)
    form.text.kimforms = {"type": "long_text", "maxlength": 4000, "rows": 5, "optional": True}
    return form


def split_fields(say: Say, items: Choices) -> dict[str, Any]:
    """The first point of the second day."""
    return {"first_item": _select(say("Erster Punkt des zweiten Tages", "First point of the second day"), items)}


def local_values(starts_at: datetime, ends_at: datetime) -> dict[str, Any]:
    """What a form of times shows for a meeting."""
    begin, end = starts_at.astimezone(BERLIN), ends_at.astimezone(BERLIN)
    return {"day": begin.date(), "begins": begin.time(), "ends": end.time()}


def _when_and_where(say: Say, rooms: Choices) -> dict[str, Any]:
    return {
        "day": GermanDateField(say("Tag", "Day")),
        "begins": ClockField(say("Beginn", "Begin")),
        "ends": ClockField(say("Ende", "End")),
        "kind": RadioField(
            say("Wie findet die Sitzung statt?", "How is the meeting held?"),
            choices=[SelectChoice(key, words) for key, words in place_words(say).items()],
            validate_choice=False,
        ),
        "room": _select(say("Raum", "Room"), [("", say("keiner aus der Liste", "none of the list")), *rooms]),
        "place": StringField(say("Anderer Ort", "Other place")),
        "video_url": StringField(say("Adresse der Videokonferenz", "Address of the video conference")),
    }


def _select(label: str, choices: Choices) -> Any:
    return SelectField(label, choices=[SelectChoice(*one) for one in choices], validate_choice=False)


def _made(name: str, fields: Mapping[str, Any], prefix: str, values: Mapping[str, Any] | None, say: Say) -> Any:
    """A new class for each form, with what the templates read of each field."""
    form = type(name, (FlaskForm,), dict(fields))(prefix=prefix, data=values)
    optional = {"place", "video_url"}
    for field in form:
        if isinstance(field, GermanDateField):
            field.kimforms, field.language = {"type": "date", "optional": False}, say("de", "en")
        elif isinstance(field, ClockField):
            field.kimforms, field.say = {"type": "time", "optional": False}, say
        elif isinstance(field, RadioField):
            field.kimforms = {"type": "radio", "optional": False}
        elif isinstance(field, SelectField):
            field.kimforms = {"type": "select", "optional": False}
        elif field.type == "StringField":
            field.kimforms = {"type": "short_text", "optional": field.short_name in optional}
    return form


def day_in(text: str) -> date | None:
    """A day as ISO text, as hidden fields and addresses carry it."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
