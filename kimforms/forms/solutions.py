"""What people enter on the public pages of solutions: filters of the list (a query string) and what they follow."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectChoice

from ..engine.text import BrokenText, one_line
from .records import Ticks
from .view_filters import Arguments, Choices, ViewFilters

Say = Callable[[str, str], str]
LONGEST_TEXT = 200
ALL, SOME, NOTHING = "all", "some", "nothing"


@dataclass(frozen=True)
class Filters(ViewFilters):
    """The filters of the list, each of them known to exist; the empty string means no filter."""

    q: str = ""
    field: str = ""
    municipality: str = ""
    area: str = ""
    kind: str = ""
    year: str = ""


NAMES = tuple(one.name for one in fields(Filters))


def read_filters(arguments: Arguments, choices: Mapping[str, Choices]) -> tuple[Filters, list[str]]:
    """The filters of a query string, and the names of those whose value nobody knows. Nothing raises."""
    found, ignored = {}, []
    try:
        found["q"] = one_line(arguments.get("q", "")[: LONGEST_TEXT * 4])[:LONGEST_TEXT]
    except BrokenText:
        ignored.append("q")
    for name in NAMES[1:]:
        value = arguments.get(name, "")
        if value and any(value == known for known, _label in choices.get(name, ())):
            found[name] = value
        elif value:
            ignored.append(name)
    return Filters(**found), ignored


def follow_form(
    say: Say,
    fields_of_action: Choices,
    *,
    chosen: Collection[str],
    everything: str,
    mode: str,
    corrections: bool,
    organisation: str,
    shared: bool,
) -> Any:
    """What somebody wants to hear of, and how. ``organisation`` is the name of the own one, empty without one."""
    some = [value for value in chosen if value != everything]
    values = {
        "what": ALL if everything in chosen else SOME if some else NOTHING,
        "fields": some,
        "mode": mode,
        "corrections": corrections,
        "organisation": shared,
    }
    parts: dict[str, Any] = {
        "what": RadioField(
            say("Was möchten Sie abonnieren?", "What do you want to follow?"),
            choices=[
                SelectChoice(ALL, say("alle Bekanntmachungen", "all publications")),
                SelectChoice(SOME, say("bestimmte Handlungsfelder", "certain fields of action")),
                SelectChoice(NOTHING, say("nichts", "nothing")),
            ],
            validate_choice=False,
        ),
        "fields": Ticks(
            say("Handlungsfelder", "Fields of action"),
            choices=[SelectChoice(value, label) for value, label in fields_of_action],
            description=say("Nur nötig bei „bestimmte Handlungsfelder“.", "Only for “certain fields of action”."),
            validate_choice=False,
        ),
        "mode": RadioField(
            say("Wie möchten Sie benachrichtigt werden?", "How do you want to be told?"),
            choices=[
                SelectChoice("digest", say("gesammelt in der täglichen Übersicht", "together in the daily overview")),
                SelectChoice("mail", say("sofort mit einer E-Mail", "at once by e-mail")),
            ],
            validate_choice=False,
        ),
        "corrections": BooleanField(
            say("Auch benachrichtigen, wenn etwas korrigiert wird", "Tell me of corrections too")
        ),
    }
    if organisation:
        parts["organisation"] = BooleanField(
            say(f"Im Namen von {organisation}", f"On behalf of {organisation}"),
            description=say(
                "Andere Konten Ihrer Organisation sehen dann auf dieser Seite, dass Sie das Abonnement führen.",
                "Other accounts of your organisation then see on this page that you keep the subscription.",
            ),
        )
    form = type("FollowForm", (FlaskForm,), parts)(data=values)
    form.what.kimforms = {"type": "radio", "optional": False}
    form.mode.kimforms = {"type": "radio", "optional": False}
    return form
