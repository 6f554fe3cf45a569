"""Conditions over yes and no: whether one holds for a set of yeses, and whether any answers can make it hold."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import combinations

from kimforms.engine.conditions import All, Any_, Condition, Facts, FieldIs, Not, fields_in, holds, walk

MOST_QUESTIONS = 12
"""So many questions a condition of a checklist may name; all their answers are tried."""

MOST_TABLED = 6
"""Up to so many questions the verdicts are worked out beforehand."""


def holds_for(condition: Condition | None, yes: Collection[str]) -> bool:
    """Whether the condition holds where exactly the questions in `yes` are answered with yes, all others with no."""
    return condition is None or holds(condition, Facts(answers={one: one in yes for one in fields_in(condition)}))


def over_yes_and_no(condition: Condition) -> bool:
    """Whether it only joins questions that are answered with yes or no, and not too many of them."""
    shapes = all(
        isinstance(part, All | Any_ | Not) or (isinstance(part, FieldIs) and isinstance(part.is_, bool))
        for part in walk(condition)
    )
    return shapes and len(fields_in(condition)) <= MOST_QUESTIONS


def answers_over(questions: Collection[str]) -> Iterator[frozenset[str]]:
    """All sets of yeses over the questions, fewest first."""
    for number in range(len(questions) + 1):
        for chosen in combinations(questions, number):
            yield frozenset(chosen)


class Table:
    """A condition with its verdict for all answers worked out once, since a page asks for many conditions at a time."""

    def __init__(self, condition: Condition | None) -> None:
        self._condition = condition
        self._named = frozenset(fields_in(condition))
        small = condition is not None and len(self._named) <= MOST_TABLED
        self._fulfilled = (
            frozenset(yes for yes in answers_over(sorted(self._named)) if holds_for(condition, yes)) if small else None
        )

    def holds(self, yes: frozenset[str]) -> bool:
        """As :func:`holds_for`."""
        if self._condition is None:
            return True
        if self._fulfilled is None:
            return holds_for(self._condition, yes)
        return yes & self._named in self._fulfilled


def can_hold(condition: Condition | None, asked: Collection[str]) -> bool:
    """Whether some answers to the questions in `asked` make it hold while every other question is answered with no.

    A condition that is no plain one over yes and no is judged with care: it can hold only where it names nothing but
    questions in `asked`.
    """
    if condition is None:
        return True
    named = fields_in(condition)
    if not over_yes_and_no(condition):
        return set(named) <= set(asked)
    return any(holds_for(condition, yes) for yes in answers_over([one for one in named if one in asked]))
