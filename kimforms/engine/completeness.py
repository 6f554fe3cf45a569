"""What is still missing in the answers of a draft, step by step, in words that lead to the questions.

Services ask before a record leaves a draft; its page shows the same list before anybody tries.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kimforms.engine.catalogue import Catalogues
from kimforms.engine.cleaning import Cleaned, clean_answers, fields_of, visible_fields, visible_in_row
from kimforms.engine.conditions import Facts, holds, is_empty
from kimforms.engine.definition import ProcessDefinition, Step, Transition
from kimforms.engine.fields import Field, RepeatingGroup
from kimforms.engine.text import pick


@dataclass(frozen=True)
class Open:
    """One question that keeps a draft from being complete: its path in the answers, its name, and what to do."""

    step: str
    path: str
    name: str
    sentence: str

    @property
    def anchor(self) -> str:
        """The id of its control on the page of the step."""
        return self.path.replace(".", "-")


@dataclass(frozen=True)
class StepState:
    """One step: how many answers it needs, and the questions that are open."""

    id: str
    title: str
    needed: int
    open: tuple[Open, ...]


@dataclass(frozen=True)
class Completeness:
    """All steps that ask something. `cleaned` are the answers as a record that is no draft would hold them."""

    steps: tuple[StepState, ...]
    cleaned: Cleaned

    @property
    def needed(self) -> int:
        """How many answers are needed by what has been answered so far."""
        return sum(step.needed for step in self.steps)

    @property
    def open(self) -> tuple[Open, ...]:
        """Everything that is missing or does not fit, in the order of the form."""
        return tuple(one for step in self.steps for one in step.open)


def leaves_draft(definition: ProcessDefinition, state: str, transition: Transition) -> bool:
    """Whether the transition asks for complete answers: it leads from a draft to a state that is none."""
    return (
        definition.is_draft(state) and not definition.is_draft(transition.target(state)) and not transition.incomplete
    )


def completeness(
    definition: ProcessDefinition,
    answers: Mapping[str, Any],
    *,
    catalogues: Catalogues,
    today: date,
    language: str = "de",
    facts: Facts | None = None,
) -> Completeness:
    """Judges stored answers as a whole submission; what services fill (`read_only`) keeps nobody waiting."""
    raw = {
        each.id: each.to_raw(answers[each.id])
        for step in definition.form.steps
        for each in fields_of(step)
        if each.holds_answer and answers.get(each.id) is not None
    }
    cleaned = clean_answers(
        definition, raw, catalogues=catalogues, today=today, language=language, stored=answers, facts=facts
    )
    visible = visible_fields(definition, answers, today, facts)
    around = facts or Facts(answers=answers, today=today)
    steps = []
    for step in definition.form.steps:
        own = {each.id for each in fields_of(step)}
        missing = tuple(
            Open(step.id, path, question_name(definition, path, language), sentence)
            for path, sentence in cleaned.errors.items()
            if path.partition(".")[0] in own
        )
        wrong = {one.path for one in missing}
        answered = sum(path not in wrong for path in _needed(step, answers, visible, around, today))
        if answered or missing or any(_asks(each) and each.id in visible for each in fields_of(step)):
            steps.append(StepState(step.id, pick(step.title, language), answered + len(missing), missing))
    return Completeness(tuple(steps), cleaned)


def _asks(each: Field) -> bool:
    return each.holds_answer and not each.read_only


def _needed(step: Step, answers: Mapping[str, Any], visible: set[str], facts: Facts, today: date) -> Iterator[str]:
    """Paths of the required questions of a step that have an answer; of a step that repeats, those of each round."""
    if step.repeat is None:
        yield from _required(step.fields, answers, visible, facts)
        return
    if step.id not in visible:
        return
    for number, row in enumerate(answers.get(step.id) or ()):
        shown = visible_in_row(step.fields, row, answers, today, facts)
        for name in _required(step.fields, row, shown, facts):
            yield f"{step.id}.{number}.{name}"


def _required(fields: Sequence[Field], answers: Mapping[str, Any], shown: set[str], facts: Facts) -> Iterator[str]:
    for each in fields:
        if not _asks(each) or each.id not in shown or is_empty(answers.get(each.id)):
            continue
        if each.required or (each.required_when is not None and holds(each.required_when, facts)):
            yield each.id


def question_name(definition: ProcessDefinition, path: str, language: str = "de") -> str:
    """What a path of the answers is called: `b.0.stationen.2.schritt` is „Fall A, Station 3, Was geschah?“."""
    fields: Sequence[Field] = [each for step in definition.form.steps for each in fields_of(step)]
    words: list[str] = []
    group: Field | None = None
    for part in path.split("."):
        if part.isdecimal() and isinstance(group, RepeatingGroup):
            word = pick(group.item, language) or pick(group.label, language)
            words[-1:] = [f"{word} {group.mark(int(part) + 1)}"]
            continue
        group = next((each for each in fields if each.id == part), None)
        if group is None:
            break
        words.append(pick(group.label, language))
        fields = getattr(group, "fields", ())
    return ", ".join(words) or path
