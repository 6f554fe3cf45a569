"""Turns what was submitted for a form into the answers to store. Called by services, forms and simulator.

Also turns the flat names of an HTML form into nested data (`nest_form_data`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Protocol

from kimforms.engine.catalogue import Catalogues, StaticCatalogues
from kimforms.engine.conditions import Condition, Facts, fields_in, holds, is_empty
from kimforms.engine.fields.base import CleanContext, Field
from kimforms.engine.fields.groups import MOST_ROWS, RepeatingGroup, RowNaming, row_mark
from kimforms.engine.fields.plan import Entry, Plan, clean_fields, entries_of, plan_of
from kimforms.engine.text import Text


class _Exception(Protocol):
    @property
    def minimum(self) -> int: ...
    @property
    def when(self) -> Condition: ...


class _Repeat(Protocol):
    @property
    def minimum(self) -> int: ...
    @property
    def maximum(self) -> int: ...
    @property
    def minimum_by_exception(self) -> _Exception | None: ...
    @property
    def item(self) -> Text | None: ...
    @property
    def naming(self) -> RowNaming: ...


class _Step(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def title(self) -> Text: ...
    @property
    def fields(self) -> Sequence[Any]: ...
    @property
    def show_when(self) -> Condition | None: ...
    @property
    def repeat(self) -> _Repeat | None: ...


class _Form(Protocol):
    @property
    def steps(self) -> Sequence[_Step]: ...


class HasForm(Protocol):
    """A definition, or anything else with `.form.steps`."""

    @property
    def form(self) -> _Form: ...


@dataclass(frozen=True)
class Cleaned:
    """`answers` to store, in the order of the form; `errors` by path (`id`, `id.0.sub`; rows counted as submitted).

    `dropped`: paths of hidden fields for which something was submitted; `unknown`: submitted names that no field has.
    """

    answers: dict[str, Any]
    errors: dict[str, str] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Nothing was wrong."""
        return not self.errors


_PLANS: dict[tuple[int, ...], tuple[Plan, object]] = {}
_MOST_PLANS = 64


def _plan(definition: HasForm) -> Plan:
    """The plan of the form, made once. Its parts are frozen, so their identities tell whether it is still the same."""
    steps = definition.form.steps
    key = tuple(id(part) for step in steps for part in (step, *step.fields))
    known = _PLANS.get(key)
    if known is not None:
        return known[0]
    entries: list[Entry] = []
    for step in steps:
        entries += entries_of(fields_of(step), step.id, step.show_when)
    plan = plan_of(entries)
    # the steps are kept with the plan, so that no other object can take their identities
    _PLANS[key] = (plan, [(step, *step.fields) for step in steps])
    for oldest in list(_PLANS)[:-_MOST_PLANS]:
        _PLANS.pop(oldest, None)
    return plan


def fields_of(step: _Step) -> Sequence[Field]:
    """The questions of a step as they are stored: a step that repeats is one repeating group under the step's id."""
    return [_section(step)] if step.repeat is not None else step.fields


class Rounds(RepeatingGroup):
    """A step that repeats, as the repeating group that it is stored like."""

    naming: RowNaming = "numbers"
    fewer: int | None = None
    fewer_when: Condition | None = None

    def mark(self, number: int) -> str:
        """See `RepeatingGroup.mark`."""
        return row_mark(number, self.naming)

    def depends(self) -> tuple[str, ...]:
        """See `Field.depends`; the exception looks at other answers as well."""
        return (*super().depends(), *fields_in(self.fewer_when))

    def least_rows(self, context: CleanContext) -> int:
        """See `RepeatingGroup.least_rows`."""
        around = replace(context.facts, answers=context.answers, today=context.today or context.facts.today)
        excepted = self.fewer is not None and self.fewer_when is not None and holds(self.fewer_when, around)
        return self.fewer or 0 if excepted else self.min_rows


def _section(step: _Step) -> Field:
    repeat = step.repeat
    assert repeat is not None
    exception = repeat.minimum_by_exception
    return Rounds(
        id=step.id,
        label=step.title,
        fields=tuple(step.fields),
        min_rows=min(repeat.minimum, MOST_ROWS),
        max_rows=min(repeat.maximum, MOST_ROWS),
        item=repeat.item,
        naming=repeat.naming,
        fewer=exception.minimum if exception is not None else None,
        fewer_when=exception.when if exception is not None else None,
        required=repeat.minimum > 0,
    )


def clean_answers(
    definition: HasForm,
    raw: Mapping[str, Any],
    *,
    catalogues: Catalogues | None = None,
    today: date | None = None,
    steps: Collection[str] | None = None,
    partial: bool = False,
    language: str = "de",
    stored: Mapping[str, Any] | None = None,
    facts: Facts | None = None,
) -> Cleaned:
    """Clean a submission: strings and lists of an HTML form (nested by `nest_form_data`), or JSON. Never raises.

    A field is shown by the answers of shown fields only, so what hangs on a hidden answer is hidden as well; hidden
    fields are not required and not stored but listed in `dropped`. `partial` saves a draft: nothing is required, hidden
    answers are kept, bad values stay out and are reported. `steps` (ids) cleans only these steps; the answers of the
    others count for conditions, taken from `stored` (cleaned earlier), else from `raw`. `facts` carries state and roles
    for conditions. Values that nobody enters (computed) are computed anew each time; a `read_only` field keeps what
    `stored` holds, shown or not, and what was submitted for it is ignored.
    """
    context = CleanContext(
        catalogues=catalogues if catalogues is not None else StaticCatalogues(),
        today=today,
        language=language,
        partial=partial,
        facts=facts if facts is not None else Facts(),
    )
    outcome = clean_fields(_plan(definition), raw, context, steps=steps, stored=stored)
    return Cleaned(outcome.answers, outcome.errors, tuple(outcome.dropped), tuple(outcome.unknown))


def visible_fields(
    definition: HasForm, answers: Mapping[str, Any], today: date | None = None, facts: Facts | None = None
) -> set[str]:
    """Ids of the fields to show for cleaned answers, hidden ones among them or not; a repeating step by its id.

    Fields inside groups are not told apart here: their visibility is a matter of each row (`visible_in_row`).
    """
    return _visible(_plan(definition), answers, {}, today, facts)


def visible_in_row(
    fields: Sequence[Field],
    row: Mapping[str, Any],
    answers: Mapping[str, Any],
    today: date | None = None,
    facts: Facts | None = None,
) -> set[str]:
    """Ids of the fields of a group to show in one row, given the answers in the row and those around it."""
    inside = {each.id for each in fields}
    outer = {name: answer for name, answer in answers.items() if name not in inside}
    return _visible(plan_of(entries_of(fields)), row, outer, today, facts)


def _visible(
    plan: Plan, answers: Mapping[str, Any], outer: Mapping[str, Any], today: date | None, facts: Facts | None
) -> set[str]:
    seen = dict(outer)
    base = facts if facts is not None else Facts()
    around = replace(base, answers=seen, today=today or base.today)
    visible: set[str] = set()
    for entry in plan.order:
        if all(holds(condition, around) for condition in entry.conditions):
            visible.add(entry.field.id)
            answer = answers.get(entry.field.id)
            if not is_empty(answer):
                seen[entry.field.id] = answer
    return visible


_MOST_PARTS = 20_000
_NAME = re.compile(r"[^-]{1,120}(?:-[^-]{1,120}){0,5}")


def nest_form_data(items: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Turn flat names of an HTML form into nested data: `rows-0-name` gives `{"rows": [{"name": …}]}`.

    A name that comes twice gives a list. Levels named by numbers become a list in order of the numbers; gaps close.
    A name that has a value and levels below (`organisation`, `organisation-other`) gives `{"value": …, "other": …}`.
    Names deeper than 6 levels and everything after 20,000 items are ignored; nothing is raised.
    """
    tree: dict[str, Any] = {}
    for number, (name, value) in enumerate(items):
        if number >= _MOST_PARTS:
            break
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            continue
        *levels, last = name.split("-")
        branch = tree
        for level in levels:
            below = branch.get(level)
            if not isinstance(below, _Branch):
                below = _Branch() if below is None else _Branch(value=below)
                branch[level] = below
            branch = below
        _put(branch, last, value)
    return {name: _settle(below) for name, below in tree.items()}


class _Branch(dict[str, Any]):
    """A level of names, apart from values that happen to be dictionaries."""


class _Values(list[Any]):
    """Values of a name that came more than once."""


def _put(branch: dict[str, Any], name: str, value: Any) -> None:
    known = branch.get(name)
    if isinstance(known, _Branch):
        _put(known, "value", value)
    elif isinstance(known, _Values):
        known.append(value)
    else:
        branch[name] = value if name not in branch else _Values([known, value])


def _settle(below: Any) -> Any:
    if isinstance(below, _Values):
        return list(below)
    if not isinstance(below, _Branch):
        return below
    if all(name.isdecimal() and len(name) < 9 for name in below):
        return [_settle(below[name]) for name in sorted(below, key=int)]
    return {name: _settle(part) for name, part in below.items()}


def flatten(raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The flat names and values that `nest_form_data` would nest again; what a form repeats in hidden inputs."""
    for name, value in raw.items():
        yield from _flat(str(name), value)


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _flat(name if key == "value" else f"{name}-{key}", part)
    elif isinstance(value, (list, tuple)):
        for number, part in enumerate(value):
            yield from _flat(f"{name}-{number}" if isinstance(part, Mapping) else name, part)
    elif value is not None:
        yield name, str(value)
