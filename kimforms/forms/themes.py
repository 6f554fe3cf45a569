"""What people enter around themes: filters of the board, a new theme, the reports and cases of one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from flask_wtf import FlaskForm
from wtforms import SelectChoice, StringField, TextAreaField

from .records import Say, Ticks, number_in
from .view_filters import Arguments, Choices, ViewFilters

REFERENCE_LENGTH = 40
_THOUSANDS = re.compile(r"[0-9]{1,3}(\.[0-9]{3})+")
"""``10.000``; in ``3.5`` the dot means something else, and thirty-five cases would be a lie."""
MOST_REPORTS = 100
"""So many reports are taken into a theme with one form."""


@dataclass(frozen=True)
class Filters(ViewFilters):
    """The filters of the board and of the list; the empty string means no filter."""

    mine: str = ""
    field: str = ""
    municipality: str = ""
    stalled: str = ""
    status: str = ""


NAMES = tuple(one.name for one in fields(Filters))


def read_filters(arguments: Arguments, choices: Mapping[str, Choices]) -> Filters:
    """Reads a query string against what may be chosen; what nobody knows is left out."""
    found = {name: arguments.get(name, "") for name in NAMES}
    return Filters(
        **{name: value for name, value in found.items() if any(value == one for one, _label in choices.get(name, ()))}
    )


def new_theme_form(say: Say, areas: Choices, values: Mapping[str, Any] | None = None) -> Any:
    """Title, summary and fields of action of a new theme."""

    class ThemeForm(FlaskForm):
        title = StringField(
            say("Titel des Themas", "Title of the theme"),
            description=say(
                "Die gemeinsame Hürde in wenigen Worten, ohne Orte und Personen",
                "The common hurdle in a few words, without places and people",
            ),
        )
        summary = TextAreaField(say("Worum geht es?", "What is it about?"))
        fields_of_action = Ticks(
            say("Handlungsfelder", "Fields of action"),
            choices=[SelectChoice(value, label) for value, label in areas],
            validate_choice=False,
        )

    form = ThemeForm(data=values)
    form.title.kimforms = {"type": "short_text", "maxlength": 160, "optional": False}
    form.summary.kimforms = {"type": "long_text", "maxlength": 4000, "rows": 4, "optional": True}
    form.fields_of_action.kimforms = {"type": "several_of", "optional": True}
    return form


def cases_form(say: Say, cases: int | None, note: str | None) -> Any:
    """How many cases a report stands for in a theme, and why."""

    class CasesForm(FlaskForm):
        cases = StringField(
            say("Zahl der Fälle", "Number of cases"),
            description=say(
                "0, wenn eine andere Meldung dieselben Fälle erzählt", "0 if another report tells the same cases"
            ),
        )
        note = StringField(
            say("Notiz", "Note"),
            description=say(
                "Zum Beispiel: derselbe Fall wie IH-2026-0007", "For example: the same case as IH-2026-0007"
            ),
        )

    form = CasesForm(data={"cases": "" if cases is None else str(cases), "note": note or ""})
    form.cases.kimforms = {"type": "number", "optional": False, "width": "4"}
    form.note.kimforms = {"type": "short_text", "maxlength": 300, "optional": True}
    return form


def split_form(say: Say) -> Any:
    """The title of the theme that some reports move into."""

    class SplitForm(FlaskForm):
        title = StringField(say("Titel des neuen Themas", "Title of the new theme"))

    form = SplitForm()
    form.title.kimforms = {"type": "short_text", "maxlength": 160, "optional": False}
    return form


def target_form(label: str, hint: str) -> Any:
    """The reference of another theme."""

    class TargetForm(FlaskForm):
        target = StringField(label, description=hint)

    form = TargetForm()
    form.target.kimforms = {"type": "short_text", "optional": False, "width": "20"}
    return form


def references_in(texts: Sequence[str]) -> list[str]:
    """References out of what was typed or ticked: separated by commas, blanks or lines, in capitals, each once."""
    found: dict[str, None] = {}
    for text in texts:
        for word in text.replace("\x00", " ").replace(",", " ").replace(";", " ").split():
            if len(word) <= REFERENCE_LENGTH:
                found.setdefault(word.upper())
    return list(found)


def whole_number(text: str | None) -> int | None:
    """A number of cases as typed: ``None`` when nothing was, -1 (which is refused) when it is no whole number."""
    plain = (text or "").strip()
    if not plain:
        return None
    number = number_in(plain.replace(".", "") if _THOUSANDS.fullmatch(plain) else plain)
    return -1 if number is None else number
