"""For whom an item applies, chosen by selects over the questions about the situation: from a condition and back to one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wtforms import RadioField, SelectChoice, SelectField

Say = Callable[[str, str], str]
Choices = Sequence[tuple[str, str]]
ROWS = 8
"""So many questions can decide about one item on the page."""


def written_condition(condition: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A condition as the selects show it; None where it is nested deeper than they can."""
    if condition is None:
        return {"mode": "always", "join": "any"}
    mode, inner = ("unless", condition["not"]) if "not" in condition else ("when", condition)
    join = next((one for one in ("any", "all") if one in inner), None)
    parts = inner[join] if join else [inner]
    rows = [_row(part) for part in parts]
    if len(rows) > ROWS or None in rows:
        return None
    values: dict[str, Any] = {"mode": mode, "join": join or "any"}
    for number, row in enumerate(rows, start=1):
        assert row is not None
        values[f"question_{number}"], values[f"answer_{number}"] = row
    return values


def read_condition(form: Any) -> dict[str, Any] | None:
    """The condition that the selects say; None for „gilt immer“."""
    if form.mode.data not in ("when", "unless"):
        return None
    parts = []
    for number in range(1, ROWS + 1):
        if name := form[f"question_{number}"].data:
            yes: dict[str, Any] = {"field": name, "is": True}
            parts.append({"not": yes} if form[f"answer_{number}"].data == "no" else yes)
    inner = parts[0] if len(parts) == 1 else {"all" if form.join.data == "all" else "any": parts}
    return {"not": inner} if form.mode.data == "unless" else inner


def condition_problem(form: Any, questions: Choices) -> str:
    """Why the condition cannot be kept; empty if it can."""
    known = {key for key, _ in questions}
    chosen = [form[f"question_{number}"].data for number in range(1, ROWS + 1) if form[f"question_{number}"].data]
    if form.mode.data in ("when", "unless") and not chosen:
        return "Wählen Sie mindestens eine Frage, oder „gilt immer“."
    if any(one not in known for one in chosen):
        return "Eine der Fragen gibt es in diesem Entwurf nicht (mehr)."
    return ""


def _row(part: Mapping[str, Any]) -> tuple[str, str] | None:
    yes = "not" not in part
    inner = part if yes else part["not"]
    if set(inner) != {"field", "is"} or not isinstance(inner["is"], bool):
        return None
    return inner["field"], "yes" if inner["is"] is yes else "no"


def condition_fields(say: Say, questions: Choices, *, keep: bool) -> dict[str, Any]:
    modes = [
        ("always", say("gilt immer", "always applies")),
        ("when", say("gilt, wenn …", "applies if …")),
        ("unless", say("gilt nicht, wenn …", "does not apply if …")),
    ]
    if keep:
        modes.insert(0, ("keep", say("bleibt, wie es jetzt festgelegt ist", "stays as it is set now")))
    fields: dict[str, Any] = {
        "mode": RadioField(
            say("Für wen gilt der Punkt?", "For whom does the item apply?"),
            choices=_listed(modes),
            validate_choice=False,
        ),
        "join": RadioField(
            say("Bei mehreren Fragen", "With several questions"),
            choices=_listed(
                [
                    ("any", say("eine davon genügt", "one of them is enough")),
                    ("all", say("alle müssen zutreffen", "all must hold")),
                ]
            ),
            validate_choice=False,
        ),
    }
    answers = _listed([("yes", say("ja", "yes")), ("no", say("nein", "no"))])
    for number in range(1, ROWS + 1):
        fields[f"question_{number}"] = SelectField(
            say(f"Frage {number}", f"Question {number}"),
            choices=_listed([("", say("keine", "none")), *questions]),
            validate_choice=False,
        )
        fields[f"answer_{number}"] = SelectField(
            say(f"Antwort auf Frage {number}", f"Answer to question {number}"), choices=answers, validate_choice=False
        )
    return fields


def _listed(choices: Any) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in choices]
