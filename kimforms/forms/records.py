"""What people enter on a record's page besides its own questions: comments, tasks, links, shares, the responsible person."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    FileField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.widgets import CheckboxInput, ListWidget

from ..engine.fields import CleanContext, FieldError
from ..engine.fields.days import Date, german_day
from .record_words import in_english

Say = Callable[[str, str], str]
Choices = Sequence[tuple[str, str]]
_DAY = Date(id="day", label="Tag")


def _listed(choices: Choices) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in choices]


class GermanDateField(StringField):
    """A day, typed as TT.MM.JJJJ; ``day`` is the date, None when nothing or something else was typed."""

    day: date | None = None

    def process_data(self, value: object) -> None:
        """Shows a stored date the German way."""
        super().process_data(german_day(value.isoformat()) if isinstance(value, date) else value)
        self.day = value if isinstance(value, date) else None

    def pre_validate(self, _form: object) -> None:
        """Reads what was typed with the rules of the engine's date field."""
        self.day = None
        try:
            iso = _DAY.clean(self.data, CleanContext(language=getattr(self, "language", "de")))
        except FieldError as error:
            raise ValidationError(str(error)) from None
        self.day = date.fromisoformat(iso) if iso else None


class Ticks(SelectMultipleField):
    """Several of a list as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def _source(entered: bool) -> dict[str, Any]:
    """Where a form takes its values from: the request, or (after what was entered was stored) nowhere."""
    return {} if entered else {"formdata": None}


def comment_form(say: Say, people: Choices, *, entered: bool = True) -> Any:
    """A comment and the colleagues who are to be told of it. ``entered`` shows again what the request holds."""

    class CommentForm(FlaskForm):
        text = TextAreaField(
            say("Kommentar", "Comment"),
            description=say(
                "Nur für Kolleginnen und Kollegen. Die meldende Person sieht Kommentare nie.",
                "For colleagues only. The reporting person never sees comments.",
            ),
        )
        mentioned = Ticks(
            say("Wen möchten Sie benachrichtigen?", "Whom do you want to tell?"), choices=_listed(people), coerce=str
        )

    form = CommentForm(prefix="comment-", **_source(entered))
    form.text.kimforms = {"type": "long_text", "maxlength": 4000, "rows": 3, "optional": False}
    return form


def task_form(say: Say, people: Choices, values: Mapping[str, Any] | None = None, *, entered: bool = True) -> Any:
    """What is to be done, by whom and by when; without ``people`` it is one's own."""
    fields: dict[str, Any] = {
        "kind": RadioField(
            say("Art", "Kind"),
            choices=_listed([("task", say("Aufgabe", "Task")), ("follow_up", say("Wiedervorlage", "Follow-up"))]),
            default="task",
            validate_choice=False,
        ),
        "title": StringField(say("Was ist zu tun?", "What is to be done?")),
    }
    if people:
        fields["assignee"] = SelectField(say("Wer?", "Who?"), choices=_listed(people), validate_choice=False)
    fields["due_on"] = GermanDateField(say("Bis wann?", "By when?"))
    form = type("TaskForm", (FlaskForm,), fields)(prefix="task-", data=values, **_source(entered))
    form.title.kimforms = {"type": "short_text", "optional": False}
    form.kind.kimforms = {"type": "radio", "optional": False}
    form.due_on.kimforms = {"type": "date", "optional": True}
    form.due_on.language = say("de", "en")
    if people:
        form.assignee.kimforms = {"type": "select", "optional": False}
    return form


def assign_form(say: Say, people: Choices, chosen: int | None, *, entered: bool = True) -> Any:
    """Who is responsible."""

    class AssignForm(FlaskForm):
        person = SelectField(
            say("Zuständig", "Responsible"),
            choices=_listed([("", say("niemand", "nobody")), *people]),
            validate_choice=False,
        )

    form = AssignForm(prefix="assign-", data={"person": str(chosen or "")}, **_source(entered))
    form.person.kimforms = {"type": "select", "optional": False}
    return form


def link_form(say: Say, *, entered: bool = True) -> Any:
    """The reference of another record."""

    class LinkForm(FlaskForm):
        reference = StringField(
            say("Aktenzeichen des anderen Vorgangs", "Reference of the other record"),
            description=say("Zum Beispiel IH-2026-0042", "For example IH-2026-0042"),
        )

    form = LinkForm(prefix="link-", **_source(entered))
    form.reference.kimforms = {"type": "short_text", "optional": False, "width": "20"}
    return form


def share_form(say: Say, people: Choices, organisations: Choices, bodies: Choices, values: Mapping[str, Any]) -> Any:
    """For whom a record is opened and until when."""
    nobody = ("", say("niemand", "nobody"))

    class ShareForm(FlaskForm):
        person = SelectField(say("Person", "Person"), choices=_listed([nobody, *people]), validate_choice=False)
        organisation = SelectField(
            say("oder alle Konten einer Organisation", "or all accounts of an organisation"),
            choices=_listed([nobody, *organisations]),
            validate_choice=False,
        )
        body = SelectField(
            say("oder alle Mitglieder eines Gremiums", "or all members of a body"),
            choices=_listed([nobody, *bodies]),
            validate_choice=False,
        )
        until = GermanDateField(say("Freigegeben bis", "Shared until"))

    form = ShareForm(prefix="share-", data=values)
    for name in ("person", "organisation", "body"):
        form[name].kimforms = {"type": "select", "optional": False}
    form.until.kimforms = {"type": "date", "optional": False}
    form.until.language = say("de", "en")
    return form


def file_form(say: Say, kinds: str, size: str, accept: str) -> Any:
    """One file to upload."""

    class FileForm(FlaskForm):
        file = FileField(
            say("Datei", "File"), description=say(f"{kinds}, höchstens {size}", f"{kinds}, at most {size}")
        )

    form = FileForm(prefix="attachment-")
    form.file.kimforms = {"type": "file", "accept": accept, "optional": False}
    return form


def put_errors(form: Any, errors: Mapping[str, str], say: Say) -> None:
    """Shows what a service refused beside the fields it names, at the first field where it names none of them."""
    first = next(field for field in form if field.type not in ("CSRFTokenField", "HiddenField"))
    for name, sentence in errors.items():
        field = form[name] if name in form else first  # noqa: SIM401 - a form has no get
        field.errors = [*field.errors, say(sentence, in_english(sentence))]


def error_pairs(form: Any) -> list[tuple[str, str]]:
    """For the error summary: the id of the control and the sentence."""
    return [(field.id, sentence) for field in form for sentence in field.errors]


def number_in(text: str | None) -> int | None:
    """A whole number from a form or an address; None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else None
