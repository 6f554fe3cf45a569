"""The one condition language: visibility, requiredness, transitions and escalation are decided by it.

A closed vocabulary, written in YAML as `{field: x, is: y}`. Called by cleaning, workflow, deadlines, the checks, the
diff and the form builder. Nothing is ever executed: a condition is data, and odd answers do not fulfil it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from kimforms.engine.condition_models import (
    ActorIs,
    All,
    Any_,
    Condition,
    DateAfter,
    DateBefore,
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
    LinksAtLeast,
    Not,
    OnField,
    RoleIs,
    StateIs,
    fields_in,
    moment_on,
    parts_of,
    walk,
)
from kimforms.engine.condition_words import Labels, Wording, capital

__all__ = [
    "ActorIs", "All", "Any_", "Condition", "DateAfter", "DateBefore", "Facts", "FieldAfter", "FieldAtLeast",
    "FieldAtMost", "FieldBefore", "FieldContains", "FieldEmpty", "FieldIn", "FieldIs", "FieldIsNot", "FieldLessThan",
    "FieldMoreThan", "Labels", "LinksAtLeast", "Not", "OnField", "RoleIs", "StateIs", "Verdict", "answer_of", "day_in",
    "evaluate", "explain", "fields_in", "holds", "is_empty", "moment_on", "number_in", "parts_of", "plain", "walk",
]  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """What a condition may look at. What is left out is not known, and nothing that asks for it is fulfilled.

    `answers` by field id (`group.field` reaches into a group); `links` counts by kind: `{kind: n}` or
    `{kind: {process: n}}`; `dates` by the names of `DateName`; `today` is the day in the county's time zone.
    """

    answers: Mapping[str, Any] = field(default_factory=dict)
    state: str | None = None
    roles: frozenset[str] = frozenset()
    actor_is: frozenset[str] = frozenset()
    today: date | None = None
    links: Mapping[str, int | Mapping[str, int]] = field(default_factory=dict)
    dates: Mapping[str, date | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """Whether a condition is fulfilled, and a sentence for people that says why, or why not."""

    ok: bool
    reason: str

    def __bool__(self) -> bool:
        return self.ok


def answer_of(facts: Facts, field_id: str) -> Any:
    """The answer by field id, or by `group.field`; None if there is none."""
    answer = facts.answers.get(field_id)
    if answer is not None or "." not in field_id:
        return answer
    step: Any = facts.answers
    for name in field_id.split("."):
        step = step.get(name) if isinstance(step, Mapping) else None
    return step


def is_empty(answer: object) -> bool:
    """No answer: None, the empty text, an empty list, a group with nothing answered. `False` and 0 are answers."""
    if answer is None or answer == "":
        return True
    if isinstance(answer, Mapping):
        return all(is_empty(part) for part in answer.values())
    return isinstance(answer, (list, tuple)) and not answer


def plain(answer: object) -> object:
    """What a comparison sees: a check item counts as its verdict, an entry of one's own as `other`."""
    if isinstance(answer, Mapping):
        return answer.get("met", "other" if "other" in answer else None)
    return answer


def _same(answer: object, value: object) -> bool:
    answer = plain(answer)
    if isinstance(answer, bool) and isinstance(value, str):
        return value in (("ja", "yes", "true") if answer else ("nein", "no", "false"))
    if isinstance(answer, bool) or isinstance(value, bool):
        return answer is value
    if isinstance(value, (int, float)) and isinstance(answer, (int, float, str, Decimal)):
        return number_in(answer) == Decimal(str(value))
    return isinstance(answer, (str, int, float)) and answer == value


def number_in(answer: object) -> Decimal | None:
    """The number that an answer is (also as text, `12.50`); None for everything else, NaN and infinity included."""
    if isinstance(answer, bool) or not isinstance(answer, (int, float, str, Decimal)) or len(str(answer)) > 40:
        return None
    try:
        number = Decimal(str(answer))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def day_in(answer: object) -> date | None:
    """The day that an answer is: a date, an ISO text, or a month (its first day)."""
    if isinstance(answer, date):
        return date(answer.year, answer.month, answer.day)
    if not isinstance(answer, str):
        return None
    try:
        return date.fromisoformat(f"{answer}-01" if len(answer) == 7 else answer[:10])
    except ValueError:
        return None


def links_of(facts: Facts, kind: str, process: str | None) -> int:
    """How many links of the kind the record has; counts that do not tell processes apart are 0 for a named process."""
    found = facts.links.get(kind, 0)
    if isinstance(found, Mapping):
        return found.get(process, 0) if process is not None else sum(found.values())
    return found if process is None else 0


def _number_test(name: str, test: Callable[[Decimal, Decimal], bool]) -> Callable[[Any, Facts], bool]:
    def judge(condition: Any, facts: Facts) -> bool:
        number = number_in(answer_of(facts, condition.field))
        return number is not None and test(number, Decimal(str(getattr(condition, name))))

    return judge


def _day_test(name: str) -> Callable[[Any, Facts], bool]:
    def judge(condition: Any, facts: Facts) -> bool:
        on_field = isinstance(condition, OnField)
        day = day_in(answer_of(facts, condition.field) if on_field else facts.dates.get(condition.date))
        moment = moment_on(getattr(condition, name), facts.today)
        if day is None or moment is None:
            return False
        return day < moment if name == "before" else day > moment

    return judge


def _contains(condition: FieldContains, facts: Facts) -> bool:
    answer = answer_of(facts, condition.field)
    return isinstance(answer, (list, tuple)) and any(_same(part, condition.contains) for part in answer)


def _is_not(condition: FieldIsNot, facts: Facts) -> bool:
    answer = answer_of(facts, condition.field)
    return (
        not is_empty(answer)
        and plain(answer) is not None
        and not isinstance(answer, (list, tuple))
        and not _same(answer, condition.is_not)
    )


def _state(condition: StateIs, facts: Facts) -> bool:
    return facts.state is not None and (
        facts.state == condition.state if isinstance(condition.state, str) else facts.state in condition.state
    )


_JUDGES: dict[type[Any], Callable[[Any, Facts], bool]] = {
    All: lambda c, facts: all(holds(part, facts) for part in c.all),
    Any_: lambda c, facts: any(holds(part, facts) for part in c.any),
    Not: lambda c, facts: not holds(c.not_, facts),
    FieldIs: lambda c, facts: _same(answer_of(facts, c.field), c.is_),
    FieldIsNot: _is_not,
    FieldIn: lambda c, facts: any(_same(answer_of(facts, c.field), value) for value in c.in_),
    FieldContains: _contains,
    FieldLessThan: _number_test("less_than", lambda a, b: a < b),
    FieldAtMost: _number_test("at_most", lambda a, b: a <= b),
    FieldMoreThan: _number_test("more_than", lambda a, b: a > b),
    FieldAtLeast: _number_test("at_least", lambda a, b: a >= b),
    FieldBefore: _day_test("before"),
    FieldAfter: _day_test("after"),
    FieldEmpty: lambda c, facts: is_empty(answer_of(facts, c.field)) == c.empty,
    StateIs: _state,
    RoleIs: lambda c, facts: c.role in facts.roles,
    ActorIs: lambda c, facts: c.actor in facts.actor_is,
    LinksAtLeast: lambda c, facts: links_of(facts, c.links, c.process) >= c.at_least,
    DateBefore: _day_test("before"),
    DateAfter: _day_test("after"),
}


def holds(condition: Condition | None, facts: Facts) -> bool:
    """Whether the condition is fulfilled; None always is. Never raises, whatever the answers are."""
    return condition is None or _JUDGES[type(condition)](condition, facts)


def evaluate(
    condition: Condition | None, facts: Facts, labels: Labels | Mapping[str, str] | None = None, language: str = "de"
) -> Verdict:
    """Judge the condition and say in a sentence why it is fulfilled or what is missing; None is fulfilled.

    `labels` names fields, options, states and roles for people (a bare mapping: fields); without them ids are shown.
    """
    if condition is None:
        return Verdict(True, "")
    ok, clause = _judge(condition, facts, Wording(labels, language))
    return Verdict(ok, f"{capital(clause)}.")


def _judge(condition: Condition, facts: Facts, words: Wording) -> tuple[bool, str]:
    if isinstance(condition, Not):
        ok, clause = _judge(condition.not_, facts, words)
        return not ok, clause
    if isinstance(condition, (All, Any_)):
        judged = [_judge(part, facts, words) for part in parts_of(condition)]
        if isinstance(condition, All):
            ok = all(part for part, _ in judged)
            return ok, words.join_facts([clause for part, clause in judged if part is ok])
        ok = any(part for part, _ in judged)
        return ok, words.join_facts([clause for part, clause in judged if part is ok][: 1 if ok else None])
    ok = holds(condition, facts)
    if isinstance(condition, OnField) and not isinstance(condition, FieldEmpty):
        answer = answer_of(facts, condition.field)
        if not ok and is_empty(answer):
            return ok, words.unanswered(condition.field)
    if isinstance(condition, LinksAtLeast) and not ok:
        return ok, words.too_few_links(condition, links_of(facts, condition.links, condition.process))
    return ok, words.statement(condition, ok)


def explain(condition: Condition | None, labels: Labels | Mapping[str, str] | None = None, language: str = "de") -> str:
    """The condition as a subordinate clause: `wenn „Dürfen wir …?“ „ja“ ist`; None gives `immer`."""
    words = Wording(labels, language)
    return words.always if condition is None else words.explain(condition)
