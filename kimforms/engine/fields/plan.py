"""Cleans fields that stand side by side (a form, a group, a row): order, visibility, requiredness, errors by path.

A `Plan` is made once for a set of fields and used for every submission. Called by groups and by `cleaning.py`.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kimforms.engine.conditions import Condition, Facts, fields_in, holds, is_empty
from kimforms.engine.fields.base import CleanContext, Field, is_blank


@dataclass(frozen=True)
class Entry:
    """A field and everything that must be fulfilled for it to be shown (its own condition, that of its step)."""

    field: Field
    conditions: tuple[Condition, ...]
    step: str | None = None

    def needs(self) -> set[str]:
        """Ids whose answers must be known before this field's turn."""
        found = {name for condition in self.conditions for name in fields_in(condition)}
        found.update(self.field.depends())
        return {name.partition(".")[0] for name in found}


@dataclass(frozen=True)
class Plan:
    """Fields in the order in which they are asked (`entries`) and in that in which they are judged (`order`)."""

    entries: tuple[Entry, ...]
    order: tuple[Entry, ...]
    by_id: Mapping[str, Field]


@dataclass
class Outcome:
    """What came of cleaning. Paths of errors count rows as they were submitted: `group.0.sub`."""

    answers: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    visible: set[str] = field(default_factory=set)


def plan_of(entries: Iterable[Entry]) -> Plan:
    """Order fields so that each comes after those its visibility and options depend on.

    In a circle (which `check` reports) the field that is asked first is judged last; the others see it as unanswered.
    """
    listed = tuple(entries)
    by_id: dict[str, Entry] = {}
    for entry in listed:
        by_id.setdefault(entry.field.id, entry)
    ordered: dict[str, Entry] = {}
    begun: set[str] = set()

    def visit(entry: Entry) -> None:
        # iterative on purpose: a long chain of conditions is no reason to fail
        stack = [(entry, iter(sorted(entry.needs() & by_id.keys())))]
        begun.add(entry.field.id)
        while stack:
            current, needed = stack[-1]
            following = next((name for name in needed if name not in begun), None)
            if following is None:
                ordered[current.field.id] = current
                stack.pop()
            else:
                begun.add(following)
                stack.append((by_id[following], iter(sorted(by_id[following].needs() & by_id.keys()))))

    for entry in by_id.values():
        if entry.field.id not in begun:
            visit(entry)
    return Plan(tuple(by_id.values()), tuple(ordered.values()), {name: entry.field for name, entry in by_id.items()})


def entries_of(fields: Sequence[Field], step: str | None = None, shown_when: Condition | None = None) -> list[Entry]:
    """The fields as entries; `shown_when` is the condition of the step they stand in."""
    return [Entry(each, tuple(c for c in (shown_when, each.show_when) if c is not None), step) for each in fields]


def clean_fields(
    plan: Plan,
    raw: Mapping[str, Any],
    context: CleanContext,
    *,
    outer: Mapping[str, Any] | None = None,
    steps: Collection[str] | None = None,
    stored: Mapping[str, Any] | None = None,
) -> Outcome:
    """Clean every field of the plan.

    `outer` are answers around these fields, for conditions. With `steps` only fields of these steps are cleaned; the
    others count with their `stored` answers, or with what `raw` holds for them, and nothing is said about them.
    A `read_only` field has its `stored` answer, whatever was submitted; it is kept where the field is hidden, too.
    """
    run = _Run(plan, raw, context, outer, stored)
    for entry in plan.order:
        if steps is not None and entry.step not in steps:
            run.look_at(entry, stored)
        else:
            run.clean(entry)
    return run.finish(steps)


class _Run:
    """One submission on its way through a plan."""

    def __init__(
        self,
        plan: Plan,
        raw: Mapping[str, Any],
        context: CleanContext,
        outer: Mapping[str, Any] | None,
        stored: Mapping[str, Any] | None = None,
    ) -> None:
        self.plan, self.raw, self.stored = plan, raw, stored or {}
        self.seen: dict[str, Any] = {}
        self.hidden: dict[str, Any] = {}
        self.errors: dict[str, Mapping[str, str]] = {}
        self.outcome = Outcome()
        around: Mapping[str, Any] = ChainMap(self.seen, dict(outer)) if outer else self.seen
        self.facts: Facts = replace(context.facts, answers=around, today=context.today or context.facts.today)
        self.context = context.within(around, plan.by_id)

    def _shown(self, entry: Entry) -> bool:
        return all(holds(condition, self.facts) for condition in entry.conditions)

    def look_at(self, entry: Entry, stored: Mapping[str, Any] | None) -> None:
        """Let the answer of a field of another step count for conditions, silently."""
        name = entry.field.id
        if not self._shown(entry):
            return
        self.outcome.visible.add(name)
        if entry.field.read_only or (stored is not None and name in stored):
            value = self.stored.get(name)
        else:
            value = entry.field.clean_parts(self.raw.get(name), self.context).value
        if not is_empty(value):
            self.seen[name] = value

    def clean(self, entry: Entry) -> None:
        """Clean one field, or drop what was entered for it while it is hidden (a draft keeps it)."""
        each = entry.field
        shown = self._shown(entry)
        if shown:
            self.outcome.visible.add(each.id)
        if not each.holds_answer:
            return
        given = self.raw.get(each.id)
        if each.read_only:
            self._keep(each, shown)
        elif shown:
            parts = each.clean_parts(given, self.context)
            if parts.errors:
                self.errors[each.id] = parts.errors
            if not is_empty(parts.value):
                self.seen[each.id] = parts.value
            self.outcome.dropped.extend(f"{each.id}.{path}" for path in parts.dropped)
            self.outcome.unknown.extend(f"{each.id}.{path}" for path in parts.unknown)
        elif self.context.partial:
            value = each.clean_parts(given, self.context).value
            if not is_empty(value):
                self.hidden[each.id] = value
        elif not is_blank(given):
            self.outcome.dropped.append(each.id)

    def _keep(self, each: Field, shown: bool) -> None:
        value = self.stored.get(each.id)
        if not is_empty(value):
            (self.seen if shown else self.hidden)[each.id] = value

    def finish(self, steps: Collection[str] | None) -> Outcome:
        """Ask for what is required and put everything into the order of the form."""
        outcome = self.outcome
        for entry in self.plan.entries:
            name = entry.field.id
            if steps is not None and entry.step not in steps:
                continue
            if name in self.seen:
                outcome.answers[name] = self.seen[name]
            elif name in self.hidden:
                outcome.answers[name] = self.hidden[name]
            for path, sentence in self.errors.get(name, {}).items():
                outcome.errors[f"{name}.{path}" if path else name] = sentence
            if self._is_missing(entry.field):
                outcome.errors[name] = entry.field.missing_sentence(self.context.language)
        position = {name: number for number, name in enumerate(self.plan.by_id)}
        outcome.dropped.sort(key=lambda path: position[path.partition(".")[0]])
        outcome.unknown.extend(str(name) for name in self.raw if name not in self.plan.by_id)
        return outcome

    def _is_missing(self, each: Field) -> bool:
        if self.context.partial or each.read_only or not each.holds_answer or each.id not in self.outcome.visible:
            return False
        if each.id in self.seen or each.id in self.errors:
            return False
        return each.required or (each.required_when is not None and holds(each.required_when, self.facts))
