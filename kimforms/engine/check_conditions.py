"""Judges one condition: unknown fields, comparisons that do not fit the type, options that do not exist, never true.

A room of `check.py`; `check_form.py` and `check_workflow.py` call it for each condition that they meet.
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

from kimforms.engine.conditions import (
    All,
    Any_,
    Condition,
    FieldAfter,
    FieldAtLeast,
    FieldAtMost,
    FieldBefore,
    FieldContains,
    FieldEmpty,
    FieldIn,
    FieldIs,
    FieldIsNot,
    FieldLessThan,
    FieldMoreThan,
    Not,
    OnField,
    RoleIs,
    StateIs,
    number_in,
    walk,
)
from kimforms.engine.definition import option_labels
from kimforms.engine.fields import AnyField
from kimforms.engine.findings import Finding, Place, Subject, is_list
from kimforms.engine.strict import Path
from kimforms.engine.text import pick

_NUMBER_TESTS = (FieldLessThan, FieldAtMost, FieldMoreThan, FieldAtLeast)
_DAY_TESTS = (FieldBefore, FieldAfter)
_NUMBER_TYPES = frozenset({"number", "money", "computed"})
_DAY_TYPES = frozenset({"date", "month", "computed"})
_CHOICE_TYPES = frozenset({"one_of", "several_of", "municipality", "organisation"})
_VERDICTS = frozenset({"yes", "no", "unclear", "not_applicable"})
_YES_NO_WORDS = frozenset({"ja", "nein", "yes", "no", "true", "false"})


@dataclass(frozen=True)
class Scope:
    """Which answers a condition may look at: by id, and from within which groups it looks."""

    places: Mapping[str, Place]
    within: tuple[str, ...] = ()
    repeats_in_step: int | None = None
    """The repeated step in which the condition stands; its answers are those of the same round."""

    def find(self, name: str) -> Place | None:
        """The place of `field` or of `group.field`."""
        return self.places.get(name.rpartition(".")[2])


def check_condition(subject: Subject, condition: Condition | None, path: Path, scope: Scope) -> Iterator[Finding]:
    """Findings about one condition, all at its own path."""
    if condition is None:
        return
    for part in walk(condition):
        if isinstance(part, OnField):
            for severity, text in _on_field(subject, part, scope):
                yield Finding(path, severity, text)
        elif isinstance(part, StateIs):
            for state in (part.state,) if isinstance(part.state, str) else part.state:
                if state not in subject.definition.workflow.states:
                    yield Finding(path, "error", f"Die Bedingung nennt den Stand „{state}“, den es nicht gibt.")
        elif isinstance(part, RoleIs):
            yield from subject.unknown_role(part.role, path)


def _on_field(subject: Subject, part: Any, scope: Scope) -> Iterator[tuple[Any, str]]:
    place = scope.find(part.field)
    if place is None:
        yield "error", f"Die Bedingung nennt das Feld „{part.field}“, das es nicht gibt."
        return
    if (text := _out_of_reach(part.field, place, scope)) is not None:
        yield "error", text
    elif not place.field.holds_answer:
        yield "error", f"„{part.field}“ ist ein Hinweis ohne Antwort; eine Bedingung kann nicht danach fragen."
    elif (text := _misfit(subject, part, place.field)) is not None:
        yield "error", text


def _out_of_reach(name: str, place: Place, scope: Scope) -> str | None:
    prefix = name.rpartition(".")[0]
    written = tuple(prefix.split(".")) if prefix else ()
    same_group = place.within == scope.within[: len(place.within)]
    if place.repeats and not same_group or (place.repeats and not place.within and place.step != scope.repeats_in_step):
        return f"„{name}“ wird mehrfach ausgefüllt; von hier aus ist nicht klar, welche Antwort gemeint ist."
    if not same_group and written != place.within:
        return f"„{name}“ steht in einer Gruppe; schreiben Sie „{'.'.join((*place.within, place.field.id))}“."
    if same_group and written:
        return f"„{name}“ wird von hier aus einfach „{place.field.id}“ geschrieben."
    return None


def _misfit(subject: Subject, part: Any, field: AnyField) -> str | None:
    name = pick(field.label) or field.id
    if isinstance(part, FieldEmpty):
        return None
    if isinstance(part, _NUMBER_TESTS):
        fits = field.type in _NUMBER_TYPES or _has_numbers(field)
        return None if fits else f"„{name}“ ist keine Zahl und lässt sich nicht mit einer vergleichen."
    if isinstance(part, _DAY_TESTS):
        return None if field.type in _DAY_TYPES else f"„{name}“ ist kein Datum; „before“ und „after“ passen nicht."
    if isinstance(part, FieldContains):
        if not is_list(field):
            return f"„{name}“ hat nur eine Antwort; „contains“ passt nicht, schreiben Sie „is“."
    elif is_list(field):
        return f"„{name}“ kann mehrere Antworten haben; schreiben Sie „contains“."
    missing = [value for value in values_of(part) if not can_hold(subject, field, value)]
    return f"„{name}“ kann nie „{_shown(missing[0])}“ sein: diese Antwort gibt es nicht." if missing else None


def _has_numbers(field: AnyField) -> bool:
    options = option_labels(field)
    return not is_list(field) and bool(options) and all(number_in(value) is not None for value in options)


def _shown(value: Any) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def values_of(part: Any) -> tuple[Any, ...]:
    """The values that a comparison for equality names."""
    if isinstance(part, FieldIs):
        return (part.is_,)
    if isinstance(part, FieldIsNot):
        return (part.is_not,)
    if isinstance(part, FieldContains):
        return (part.contains,)
    return part.in_ if isinstance(part, FieldIn) else ()


def can_hold(subject: Subject, field: AnyField, value: Any) -> bool:
    """Whether the value can be an answer of the field, as far as that is known without the county's lists."""
    if field.type == "yes_no":
        return isinstance(value, bool) or value in _YES_NO_WORDS
    if field.type in ("number", "money"):
        return number_in(value) is not None
    if field.type == "check_item":
        return value in _VERDICTS
    if field.type in ("file", "group", "repeating_group"):
        return False
    if field.type not in _CHOICE_TYPES:
        return not isinstance(value, bool)
    options = option_labels(field)
    if isinstance(value, bool):
        return False
    if str(value) in options or (value == "other" and getattr(field, "takes_own", False)):
        return True
    source = getattr(field, "source", None)
    if source is None:
        return False
    return subject.catalogues is None or subject.catalogues.label(source, str(value)) is not None


def can_never_hold(subject: Subject, condition: Condition | None, hidden: Set[str], scope: Scope) -> bool:
    """Whether no answers at all fulfil the condition, if the fields in `hidden` are never answered.

    Only what is plain to see is found: missing options, fields that never show, two different values for one answer.
    """
    if isinstance(condition, All):
        parts = condition.all
        return any(can_never_hold(subject, part, hidden, scope) for part in parts) or _contradicts(parts)
    if isinstance(condition, Any_):
        return all(can_never_hold(subject, part, hidden, scope) for part in condition.any)
    if isinstance(condition, Not):
        return isinstance(condition.not_, All) and not condition.not_.all
    if not isinstance(condition, OnField):
        return False
    if isinstance(condition, FieldEmpty) and condition.empty:
        return False
    place = scope.find(condition.field)
    if place is None:
        return False
    if place.field.id in hidden:
        return True
    values = () if isinstance(condition, FieldIsNot) else values_of(condition)
    return bool(values) and not any(can_hold(subject, place.field, value) for value in values)


def _contradicts(parts: tuple[Condition, ...]) -> bool:
    wanted: dict[str, set[str]] = {}
    for part in parts:
        if isinstance(part, FieldIs):
            wanted.setdefault(part.field, set()).add(_sense(part.is_))
    return any(len(values) > 1 for values in wanted.values())


def _sense(value: Any) -> str:
    """One text for all ways of writing the same answer, as comparisons treat them: 3 and 3.0, true and „ja“."""
    if str(value).lower() in ("true", "ja", "yes"):
        return "ja"
    if str(value).lower() in ("false", "nein", "no"):
        return "nein"
    number = number_in(value)
    return str(value) if number is None else str(number.normalize())
