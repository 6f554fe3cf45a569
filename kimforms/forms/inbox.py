"""What people enter on the inbox: filters of the list (a query string), the bulk form, the form that saves a view."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import parse_qsl

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectChoice, SelectField, StringField
from wtforms.validators import InputRequired, Length

from ..engine.text import BrokenText, one_line
from .view_filters import Arguments, Choices, ViewFilters

Say = Callable[[str, str], str]

LONGEST_TEXT = 200
LONGEST_NAME = 80
INITIAL = ":initial"
"""The state in which a process begins, whatever its name; no state of a definition can hold a colon."""
STATUSES = ("open", "closed", "all")
ORDERS = ("newest", "oldest", "due")
DUES = ("overdue", "week", "none")
AGES = {"last-7": 7, "over-14": 14, "over-30": 30, "over-90": 90, "over-365": 365}


@dataclass(frozen=True)
class Filters(ViewFilters):
    """The filters of one view of the inbox, each of them known to exist; the empty string means no filter."""

    NO_FILTERS = frozenset({"order"})

    q: str = ""
    status: str = "open"
    process: str = ""
    state: str = ""
    field: str = ""
    municipality: str = ""
    area: str = ""
    organisation: str = ""
    assignee: str = ""
    age: str = ""
    due: str = ""
    order: str = "newest"

    @property
    def sorted_by(self) -> str:
        """The order that the list really has: what asks for due dates or words is read in their own order."""
        if self.due in ("overdue", "week"):
            return "due"
        if self.q and self.order == "due":
            return "newest"
        return self.order


NAMES = tuple(one.name for one in fields(Filters))


@dataclass(frozen=True)
class Read:
    """Filters as they were understood; ``ignored`` names those whose value nobody knows, ``cut`` a text too long."""

    filters: Filters
    ignored: tuple[str, ...] = ()
    cut: bool = False


def read_filters(arguments: Arguments, choices: Mapping[str, Choices]) -> Read:
    """Reads a query string against what may be chosen. Nothing raises: odd values are left out and reported."""
    found: dict[str, str] = {}
    ignored: list[str] = []
    text, cut = _text(arguments.get("q", ""))
    if text:
        found["q"] = text
    for name in NAMES[1:]:
        value = arguments.get(name, "")
        if not value:
            continue
        if any(value == known for known, _label in choices.get(name, ())):
            found[name] = value
        else:
            ignored.append(name)
    if found.get("due") in ("overdue", "week"):
        found.pop("order", None)  # such a list has one order; its address does not repeat it
    return Read(Filters(**found), tuple(ignored), cut)


def normal_query(query: str, choices: Mapping[str, Choices]) -> str:
    """A query string in its one spelling, without cursors and without what nobody knows."""
    return read_filters(dict(reversed(parse_qsl(query[:4000]))), choices).filters.query()


def _text(raw: str) -> tuple[str, bool]:
    try:
        text = one_line(raw[: LONGEST_TEXT * 4])
    except BrokenText:
        return "", True
    return text[:LONGEST_TEXT], len(text) > LONGEST_TEXT


@dataclass(frozen=True)
class Selection:
    """What was ticked: reference and the version of the record that the page showed."""

    chosen: tuple[tuple[str, int], ...] = ()
    unreadable: int = 0
    values: tuple[str, ...] = field(default=(), compare=False)


MOST_SELECTED = 100


def read_selection(values: Iterable[str]) -> Selection:
    """Ticked boxes carry ``reference:row_version``; doubles count once, what is not of that form is only counted."""
    chosen: dict[str, int] = {}
    unreadable = 0
    for value in values:
        reference, _colon, version = value.rpartition(":")
        if reference and len(reference) <= 40 and version.isascii() and version.isdigit() and len(version) < 10:
            chosen.setdefault(reference, int(version))
        else:
            unreadable += 1
    kept = tuple(chosen.items())[:MOST_SELECTED]
    return Selection(kept, unreadable, tuple(f"{reference}:{version}" for reference, version in kept))


def bulk_form(say: Say, people: Choices, transitions: Choices) -> Any:
    """What to do with the ticked records; which deed is said by the pressed button (``deed``)."""

    class BulkForm(FlaskForm):
        deed = HiddenField()
        person = SelectField(
            say("Zuständig", "Responsible"),
            choices=_listed([("nobody", say("niemand", "nobody")), *people]),
            validate_choice=False,
        )
        transition = SelectField(
            say("Schritt", "Step"),
            choices=_listed(transitions),
            validate_choice=False,
        )
        confirmed = HiddenField()

    return BulkForm()


def chosen_label(field: SelectField) -> str | None:
    """The label of what was chosen; None when nothing was, or something that the list does not hold."""
    return next((str(one.label) for one in field.choices or () if one.value == field.data), None)


def _listed(choices: Choices) -> list[SelectChoice]:
    return [SelectChoice(value=value, label=label) for value, label in choices]


def view_form(say: Say) -> Any:
    """The name of a view to be saved, and whether colleagues may use it."""

    class ViewForm(FlaskForm):
        name = StringField(
            say("Name der Ansicht", "Name of the view"),
            [
                InputRequired(say("Geben Sie der Ansicht einen Namen.", "Give the view a name.")),
                Length(
                    max=LONGEST_NAME,
                    message=say("Der Name hat höchstens 80 Zeichen.", "The name has at most 80 characters."),
                ),
            ],
            filters=[_name],
        )
        shared = BooleanField(say("Für Kolleginnen und Kollegen freigeben", "Share with colleagues"))
        query = HiddenField()

    return ViewForm()


def _name(value: str | None) -> str | None:
    try:
        return one_line(value) if value else value
    except BrokenText:
        return ""
