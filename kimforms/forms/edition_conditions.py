"""For whom an item applies, chosen by selects over the questions about the situation: from a condition and back to one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wtforms import RadioField, SelectChoice, SelectField

Say = Callable[[str, str], str]
Choices = Sequence[tuple[str, str]]
ROWS = 8
"""So many questions can decide about one item on the page."""
GROUPS = "ABCDEFGH"


def written_condition(condition: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A condition as the selects show it; None where even groups of questions cannot say it in :data:`ROWS` rows."""
    if condition is None:
        return {"mode": "always", "join": "any"}
    mode, inner = ("unless", condition["not"]) if "not" in condition else ("when", condition)
    join = next((one for one in ("any", "all") if one in inner), None)
    parts = inner[join] if join else [inner]
    rows = [_row(part) for part in parts]
    if len(rows) > ROWS or None in rows:
        return _in_groups(condition)
    values: dict[str, Any] = {"mode": mode, "join": join or "any"}
    for number, row in enumerate(rows, start=1):
        assert row is not None
        values |= _filled(number, row, GROUPS[number - 1])
    return values


def read_condition(form: Any, old: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
    """The condition that the selects say; None for „gilt immer“. ``old`` as it is, where they still say the same as it."""
    chosen = {name: form[name].data for name in ("mode", "join")}
    rows = [
        (number, form[f"question_{number}"].data, form[f"answer_{number}"].data, form[f"group_{number}"].data)
        for number in range(1, ROWS + 1)
        if form[f"question_{number}"].data
    ]
    if chosen["mode"] not in ("when", "unless"):
        return None
    for number, question, answer, group in rows:
        chosen |= _filled(number, (question, answer), group)
    if old is not None and chosen == written_condition(old):
        return dict(old)
    parts = [(_part(question, answer), group) for _, question, answer, group in rows]
    if chosen["join"] == "groups":
        inner = _joined("any", [_joined("all", [one for one, at in parts if at == group]) for group in _used(parts)])
    else:
        inner = _joined("all" if chosen["join"] == "all" else "any", [one for one, _ in parts])
    return {"not": inner} if chosen["mode"] == "unless" else inner


def _filled(number: int, row: tuple[str, str], group: str) -> dict[str, str]:
    return {f"question_{number}": row[0], f"answer_{number}": row[1], f"group_{number}": group}


def _part(question: str, answer: str) -> dict[str, Any]:
    yes: dict[str, Any] = {"field": question, "is": True}
    return {"not": yes} if answer == "no" else yes


def _joined(join: str, parts: list[dict[str, Any]]) -> dict[str, Any]:
    return parts[0] if len(parts) == 1 else {join: parts}


def _used(parts: Sequence[tuple[Any, str]]) -> list[str]:
    return list(dict.fromkeys(group for _, group in parts))


def _in_groups(condition: Mapping[str, Any]) -> dict[str, Any] | None:
    """The condition, or what it excludes, as groups of which one has to hold whole: whichever takes fewer rows."""
    found = []
    for mode in ("when", "unless"):
        groups = _groups(condition, mode == "when")
        if groups is not None and 0 < sum(map(len, groups)) <= ROWS:
            found.append((sum(map(len, groups)), mode, groups))
    if not found:
        return None
    _, mode, groups = min(found, key=lambda one: one[0])
    values: dict[str, Any] = {"mode": mode, "join": "groups"}
    rows = [(row, letter) for group, letter in zip(groups, GROUPS, strict=False) for row in group]
    for number, (row, letter) in enumerate(rows, start=1):
        values |= _filled(number, row, letter)
    return values


def _groups(condition: Mapping[str, Any], wanted: bool) -> list[dict[tuple[str, str], None]] | None:
    """Disjunctive normal form of the condition or of its contrary: groups of rows, without groups that contradict themselves.

    None for what is no question of yes and no, or where it grows beyond all rows.
    """
    if "not" in condition:
        return _groups(condition["not"], not wanted)
    join = next((one for one in ("any", "all") if one in condition), None)
    if join is None:
        row = _row(condition if wanted else {"not": condition})
        return None if row is None else [{row: None}]
    parts = [_groups(part, wanted) for part in condition[join]]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    if (join == "any") == wanted:
        return [group for part in known for group in part]
    whole: list[dict[tuple[str, str], None]] = [{}]
    for part in known:
        whole = [{**one, **other} for one in whole for other in part if not _clash(one, other)]
        if len(whole) > ROWS * ROWS:
            return None
    return whole


def _clash(one: Mapping[tuple[str, str], None], other: Mapping[tuple[str, str], None]) -> bool:
    return any((name, "no" if answer == "yes" else "yes") in one for name, answer in other)


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
                    (
                        "groups",
                        say(
                            "nach Gruppen: In einer Gruppe müssen alle zutreffen, eine Gruppe genügt",
                            "by groups: in a group all must hold, one group is enough",
                        ),
                    ),
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
        fields[f"group_{number}"] = SelectField(
            say(f"Gruppe {number}", f"Group {number}"),
            choices=_listed((letter, letter) for letter in GROUPS),
            default=GROUPS[number - 1],
            validate_choice=False,
        )
    return fields


def _listed(choices: Any) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in choices]
