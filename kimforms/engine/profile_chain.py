"""Judges what processes of one profile do to each other: the records that they begin, the steps that they take elsewhere.

A room of `profile_checks.py`; one process alone cannot know it.
"""

from collections.abc import Iterator, Mapping

from kimforms.engine.definition import ProcessDefinition
from kimforms.engine.effects import Effect, Link, LinkEffect, Step, StepEffect
from kimforms.engine.people import SystemRef
from kimforms.engine.strict import Path


def chain_problems(processes: Mapping[str, ProcessDefinition]) -> Iterator[tuple[str, Path, str]]:
    """Every `link` and `step` that cannot work, as (process key, path in its document, German sentence)."""
    for key, definition in processes.items():
        for path, effect in effects_of(definition):
            if isinstance(effect, StepEffect):
                found = _step(effect.step, processes)
                if found is not None:
                    yield key, (*path, "step", found[0]), found[1]
            elif isinstance(effect, LinkEffect) and effect.link.create is not None:
                for part, text in _created(effect.link, processes):
                    yield key, (*path, "link", *part), text


def effects_of(definition: ProcessDefinition) -> Iterator[tuple[Path, Effect]]:
    """Every effect of a process with its path: on submission, of transitions, of escalations."""
    for number, effect in enumerate(definition.workflow.on_submit):
        yield ("workflow", "on_submit", number), effect
    for at, transition in enumerate(definition.workflow.transitions):
        for number, effect in enumerate(transition.effects):
            yield ("workflow", "transitions", at, "effects", number), effect
    for name, state in definition.workflow.states.items():
        for at, rule in enumerate(state.deadlines):
            for number, effect in enumerate(rule.escalate.effects if rule.escalate else ()):
                yield ("workflow", "states", name, "deadlines", at, "escalate", "effects", number), effect


def _step(step: Step, processes: Mapping[str, ProcessDefinition]) -> tuple[str, str] | None:
    other = processes.get(step.process)
    if other is None:
        return "process", f"Den Prozess „{step.process}“ gibt es im Profil nicht."
    transition = other.workflow.transition_by_id.get(step.transition)
    if transition is None:
        return "transition", f"Den Schritt „{step.transition}“ gibt es im Prozess „{step.process}“ nicht."
    if not any(isinstance(rule, SystemRef) for rule in transition.actors):
        return "transition", f"„{step.transition}“ muss im Prozess „{step.process}“ auch dem System erlaubt sein."
    asked = {each.id for each in transition.form}
    missing = [each.id for each in transition.form if each.required and each.id not in step.with_]
    unknown = [name for name in step.with_ if name not in asked]
    if unknown:
        return "with", f"„{step.transition}“ fragt nicht nach „{unknown[0]}“."
    if missing:
        return "with", f"„{step.transition}“ verlangt „{missing[0]}“."
    return None


def _created(link: Link, processes: Mapping[str, ProcessDefinition]) -> Iterator[tuple[Path, str]]:
    other = processes.get(link.create or "")
    if other is None:
        yield ("create",), f"Den Prozess „{link.create}“ gibt es im Profil nicht."
        return
    initial = other.workflow.states.get(other.workflow.initial)
    for part in ("copy", "fill"):
        for field_id in link.copy_ if part == "copy" else link.fill:
            if field_id not in other.fields():
                yield (part, field_id), f"Das Feld „{field_id}“ gibt es im Prozess „{link.create}“ nicht."
    given = {*link.copy_, *link.fill}
    if initial is not None and not initial.draft and not link.copy_all:
        for each in other.fields().values():
            if each.required and not each.read_only and each.id not in given and each.show_when is None:
                text = f"Ein neuer Vorgang „{link.create}“ braucht „{each.id}“, denn er beginnt nicht als Entwurf."
                yield ("create",), text
