"""Values that follow from other answers, by a closed list of functions; no expression is ever executed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar, Literal, Self

from pydantic import model_validator

from kimforms.engine.conditions import Condition, Facts, answer_of, day_in, fields_in, holds, is_empty
from kimforms.engine.fields.base import CleanContext, Field, Setting
from kimforms.engine.fields.days import german_day
from kimforms.engine.fields.numbers import german
from kimforms.engine.strict import Strict
from kimforms.engine.text import Text, pick

Function = Literal["count", "sum", "min", "max", "concat", "date_add", "first_match"]


class Case(Strict):
    """One line of `first_match`: the text that stands while the condition holds."""

    when: Condition
    value: Text


class Compute(Strict):
    """`function` over the fields named in `of`.

    `count`: entries (rows, ticked answers; any other answer is one). `sum`, `min`, `max`: over numbers, lower bounds of
    ranges and the values of a column (`group.column`); `min` and `max` over days, too. `concat`: what people read,
    joined by `separator`. `date_add`: the first field's day plus `days`, plus the numbers of the further fields.
    `first_match` names no fields: it is the text of the first of its `cases` that holds.
    """

    function: Function
    of: tuple[str, ...] = ()
    separator: str = " "
    days: int = Setting(default=0, ge=-36_600, le=36_600)
    cases: tuple[Case, ...] = ()

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        if self.function == "first_match":
            if not self.cases or self.of:
                raise ValueError("first_match braucht „cases“ und kein „of“")
        elif not self.of or self.cases:
            raise ValueError(f"{self.function} braucht „of“ und keine „cases“")
        return self

    def looks_at(self) -> tuple[str, ...]:
        """The fields that the value follows from."""
        return tuple(dict.fromkeys((*self.of, *(name for case in self.cases for name in fields_in(case.when)))))


class Computed(Field):
    """A value that nobody types. Numbers are stored as int or float, days as ISO text, cases by their German text."""

    type: Literal["computed"] = "computed"
    compute: Compute
    unit: Text | None = None
    missing: ClassVar[str] = "missing_text"

    @model_validator(mode="after")
    def _asks_nothing(self) -> Self:
        if self.required or self.required_when is not None:
            raise ValueError(f"„{self.id}“ wird berechnet und kann nicht Pflicht sein")
        return self

    def depends(self) -> tuple[str, ...]:
        """See `Field.depends`."""
        return self.compute.looks_at()

    def clean(self, raw: Any, context: CleanContext) -> int | float | str | None:
        """The value computed from the answers so far; what was submitted is ignored."""
        function = self.compute.function
        if function == "count":
            return sum(self._count(answer) for _, answer in self._answers(context))
        if function == "concat":
            shown = (self._field(name, context).display(answer, context) for name, answer in self._answers(context))
            return self.compute.separator.join(filter(None, shown))[:10_000] or None
        if function == "date_add":
            return self._date_add(context)
        if function == "first_match":
            facts = replace(context.facts, answers=context.answers, today=context.today or context.facts.today)
            return next((pick(case.value) for case in self.compute.cases if holds(case.when, facts)), None)
        return self._figure(context)

    def _answers(self, context: CleanContext) -> Iterator[tuple[str, Any]]:
        """Each named field with its answers; a column (`group.column`) gives one for each row."""
        for name in self.compute.of:
            group, _, column = name.partition(".")
            outer = context.answers.get(group)
            if column and isinstance(outer, list):
                found = [row.get(column) for row in outer if isinstance(row, dict)]
            else:
                found = [answer_of(Facts(context.answers), name)]
            yield from ((name, answer) for answer in found if not is_empty(answer))

    def _field(self, name: str, context: CleanContext) -> Field:
        group, _, column = name.partition(".")
        outer = context.fields.get(group)
        inner = getattr(outer, "fields", ()) if column else ()
        found = next((each for each in inner if each.id == column), outer)
        return found if isinstance(found, Field) else self

    def _count(self, answer: object) -> int:
        return len(answer) if isinstance(answer, (list, tuple)) else 1

    def _figure(self, context: CleanContext) -> int | float | str | None:
        answers = list(self._answers(context))
        numbers = [self._field(name, context).as_number(answer, context) for name, answer in answers]
        known = [number for number in numbers if number is not None]
        if self.compute.function == "sum":
            return _stored(sum(known, Decimal())) if known else None
        pick_one = min if self.compute.function == "min" else max
        if known:
            return _stored(pick_one(known))
        days = [day for _, answer in answers if (day := day_in(answer)) is not None]
        return pick_one(days).isoformat() if days else None

    def _date_add(self, context: CleanContext) -> str | None:
        answers = dict(self._answers(context))
        start = day_in(answers.get(self.compute.of[0]))
        if start is None:
            return None
        further = [name for name in self.compute.of[1:] if name in answers]
        numbers = [self._field(name, context).as_number(answers[name], context) for name in further]
        try:
            days = self.compute.days + sum(int(number) for number in numbers if number is not None)
            return (start + timedelta(days=days)).isoformat()
        except OverflowError:
            return None

    def display(self, value: Any, context: CleanContext) -> str:
        """The value the German way, with its unit; the text of a case in the reader's language."""
        if self.compute.function == "first_match":
            known = (pick(case.value, context.language) for case in self.compute.cases if pick(case.value) == value)
            return next(known, "" if value is None else str(value))
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            unit = pick(self.unit, context.language)
            return f"{german(value)} {unit}" if unit else german(value)
        return "" if value is None else german_day(value)

    def to_raw(self, value: Any) -> str:
        """The value as people read it; it is never read back."""
        return self.display(value, CleanContext())


def _stored(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)
