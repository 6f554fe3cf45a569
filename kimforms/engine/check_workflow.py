"""Judges the workflow: states that nobody reaches or leaves, transitions that nobody may take, deadlines in vain.

A room of `check.py`.
"""

from collections.abc import Iterator, Mapping

from kimforms.engine.check_conditions import Scope, check_condition
from kimforms.engine.check_form import check_field
from kimforms.engine.check_papers import check_effects, check_notification
from kimforms.engine.definition import DeadlineRule, State, Transition, nested_fields
from kimforms.engine.findings import Finding, Place, Subject, places_of_form
from kimforms.engine.people import ActorRule, FieldRef, RelationRef, RoleRef, SystemRef
from kimforms.engine.strict import Path
from kimforms.engine.text import pick


def check_workflow(subject: Subject) -> Iterator[Finding]:
    """Findings about states, transitions and deadlines."""
    workflow = subject.definition.workflow
    if workflow.initial not in workflow.states:
        yield Finding(("workflow", "initial"), "error", f"Den Anfangsstand „{workflow.initial}“ gibt es nicht.")
    yield from check_effects(subject, workflow.on_submit, ("workflow", "on_submit"), {})
    yield from _ways(subject)
    for name, state in workflow.states.items():
        yield from _state(subject, name, state)
    seen: set[str] = set()
    for number, transition in enumerate(workflow.transitions):
        path: Path = ("workflow", "transitions", number)
        if transition.id in seen:
            yield Finding((*path, "id"), "error", f"Den Schritt „{transition.id}“ gibt es zweimal.")
        seen.add(transition.id)
        yield from _transition(subject, transition, path)


def _ways(subject: Subject) -> Iterator[Finding]:
    workflow = subject.definition.workflow
    reached = {workflow.initial}
    grown = True
    while grown:
        ahead = {one.to for one in workflow.transitions if one.to is not None and reached & set(one.from_)}
        grown = not ahead <= reached
        reached |= ahead
    for name, state in workflow.states.items():
        path: Path = ("workflow", "states", name)
        if name not in reached:
            yield Finding(path, "error", f"Den Stand „{pick(state.label)}“ erreicht kein Vorgang.")
        leaves = any(name in one.from_ and one.target(name) != name for one in workflow.transitions)
        if state.kind != "done" and not leaves:
            text = f"Aus dem Stand „{pick(state.label)}“ führt kein Schritt heraus, und er ist kein Ende."
            yield Finding(path, "error", text)
    if all(state.kind != "done" for state in workflow.states.values()):
        text = "Kein Stand ist ein Ende (kind: done): Löschfristen nach dem Abschluss beginnen nie."
        yield Finding(("workflow", "states"), "warning", text)


def _state(subject: Subject, name: str, state: State) -> Iterator[Finding]:
    path: Path = ("workflow", "states", name)
    seen: set[str] = set()
    for number, rule in enumerate(state.deadlines):
        at = (*path, "deadlines", number)
        if rule.id in seen:
            yield Finding((*at, "id"), "error", f"Die Frist „{rule.id}“ gibt es in diesem Stand zweimal.")
        seen.add(rule.id)
        yield from _deadline(subject, rule, at)
    if state.kind == "done" and state.deadlines:
        yield Finding((*path, "deadlines"), "warning", "Der Stand ist ein Ende; eine Frist läuft hier ins Leere.")
    if state.kind != "done" and not state.deadlines:
        text = f"„{pick(state.label)}“ hat keine Frist; ein Vorgang kann hier unbemerkt liegen bleiben."
        yield Finding(path, "hint", text)
    yield from check_actors(subject, state.editable, (*path, "editable"), {})
    if state.draft and state.kind == "done":
        yield Finding((*path, "draft"), "error", f"„{pick(state.label)}“ ist ein Ende und kann kein Entwurf sein.")
    elif state.draft and not state.editable:
        text = f"„{pick(state.label)}“ ist ein Entwurf, aber niemand darf ihn ergänzen (editable)."
        yield Finding((*path, "editable"), "error", text)


def _deadline(subject: Subject, rule: DeadlineRule, path: Path) -> Iterator[Finding]:
    late = [before for before in rule.remind_before if before >= rule.after]
    if late:
        text = f"Die Erinnerung {late[0]} Tage vorher käme vor dem Beginn der Frist von {rule.after} Tagen."
        yield Finding((*path, "remind_before"), "warning", text)
    if rule.remind_before and not rule.notify:
        yield Finding((*path, "notify"), "error", "Es soll erinnert werden, aber niemand ist als Empfänger genannt.")
    if not rule.remind_before and not rule.notify and rule.escalate is None:
        yield Finding(path, "hint", "Diese Frist erinnert niemanden; sie steht nur in den Listen.")
    yield from check_notification(subject, rule.mail, rule.notify, path, {})
    if rule.escalate is not None:
        at = (*path, "escalate")
        if not rule.escalate.notify and not rule.escalate.effects:
            yield Finding(at, "error", "Die Eskalation sagt niemandem Bescheid und bewirkt nichts.")
        yield from check_notification(subject, rule.escalate.mail, rule.escalate.notify, at, {})
        yield from check_effects(subject, rule.escalate.effects, (*at, "effects"), {})


def _transition(subject: Subject, transition: Transition, path: Path) -> Iterator[Finding]:
    states = subject.definition.workflow.states
    for number, name in enumerate(transition.from_):
        if name not in states:
            yield Finding((*path, "from", number), "error", f"Den Stand „{name}“ gibt es nicht.")
    if transition.to is not None and transition.to not in states:
        yield Finding((*path, "to"), "error", f"Den Stand „{transition.to}“ gibt es nicht.")
    elif (
        transition.to is not None
        and states[transition.to].kind == "done"
        and any(hasattr(effect, "deadline") for effect in transition.effects)
    ):
        yield Finding((*path, "effects"), "warning", "Der Schritt endet im Abschluss; die Frist läuft hier ins Leere.")
    own = places_of_form(transition.form, path)
    yield from check_actors(subject, transition.actors, (*path, "actors"), own)
    yield from _takers(subject, transition, path)
    yield from _automatic(transition, path)
    yield from check_condition(subject, transition.when, (*path, "when"), Scope(subject.places))
    for field in nested_fields(transition.form):
        if field.read_only:
            yield Finding(
                (*path, "form"), "error", f"„{field.id}“: ein Schritt fragt nur, „read_only“ passt hier nicht."
            )
    yield from _form(subject, transition, own)
    yield from check_effects(subject, transition.effects, (*path, "effects"), own)


def check_actors(
    subject: Subject, rules: tuple[ActorRule, ...], path: Path, own: Mapping[str, Place]
) -> Iterator[Finding]:
    """Findings about those who act: roles that do not exist, fields that name no person."""
    for number, rule in enumerate(rules):
        at = (*path, number)
        if isinstance(rule, RoleRef):
            yield from subject.unknown_role(rule.role, at)
        elif isinstance(rule, FieldRef):
            field = subject.field(rule.field)
            if field is None:
                inside = " Das Feld im Formular des Schritts ist vorher nicht ausgefüllt." if rule.field in own else ""
                yield Finding(at, "error", f"Das Feld „{rule.field}“ gibt es nicht.{inside}")
            elif field.type != "person":
                yield Finding(at, "error", f"„{rule.field}“ nennt keine Person (Typ {field.type}).")


def _takers(subject: Subject, transition: Transition, path: Path) -> Iterator[Finding]:
    label = pick(transition.label)
    rules = [rule for rule in transition.actors if not _unknown(subject, rule)]
    if not rules:
        yield Finding((*path, "actors"), "error", f"Den Schritt „{label}“ darf niemand tun.")
        return
    if transition.separate_person and all(_is(rule, "creator", "reporter") for rule in rules):
        text = f"„{label}“ verlangt eine zweite Person, aber nur wer den Vorgang angelegt hat, darf den Schritt tun."
        yield Finding((*path, "separate_person"), "error", text)
    if transition.approvals <= 1:
        return
    if all(isinstance(rule, SystemRef) or _is(rule, "reporter") for rule in rules):
        yield Finding((*path, "approvals"), "error", f"„{label}“: zustimmen kann nur, wer ein Konto hat.")
    elif all(isinstance(rule, RelationRef | SystemRef) for rule in rules):
        persons = {rule.is_ for rule in rules if isinstance(rule, RelationRef)} - {"reporter"}
        if len(persons) < transition.approvals:
            text = f"„{label}“ verlangt {transition.approvals} Zustimmungen; so viele Personen sind nicht berechtigt."
            yield Finding((*path, "approvals"), "error", text)


def _automatic(transition: Transition, path: Path) -> Iterator[Finding]:
    if not transition.automatic:
        return
    label = pick(transition.label)
    if not any(isinstance(rule, SystemRef) for rule in transition.actors):
        text = f"„{label}“ soll von selbst geschehen, aber das System darf den Schritt nicht tun (actors: system)."
        yield Finding((*path, "automatic"), "error", text)
    if transition.when is None:
        text = f"„{label}“ soll von selbst geschehen; dazu gehört eine Bedingung (when), sonst geschieht es immer."
        yield Finding((*path, "automatic"), "error", text)
    if any(each.required for each in nested_fields(transition.form) if each.holds_answer):
        text = f"„{label}“ soll von selbst geschehen, fragt aber nach einer Pflichtangabe."
        yield Finding((*path, "automatic"), "error", text)
    if transition.approvals > 1:
        text = f"„{label}“ soll von selbst geschehen und kann nicht mehrere Zustimmungen verlangen."
        yield Finding((*path, "automatic"), "error", text)


def _is(rule: ActorRule, *relations: str) -> bool:
    return isinstance(rule, RelationRef) and rule.is_ in relations


def _unknown(subject: Subject, rule: ActorRule) -> bool:
    return isinstance(rule, RoleRef) and subject.roles is not None and rule.role not in subject.roles


def _form(subject: Subject, transition: Transition, own: Mapping[str, Place]) -> Iterator[Finding]:
    seen: set[str] = set()
    for field in nested_fields(transition.form):
        place = own[field.id]
        if field.id in seen:
            yield Finding(place.path, "error", f"Das Feld „{field.id}“ gibt es in diesem Formular zweimal.")
            continue
        seen.add(field.id)
        scope = Scope({**subject.places, **own}, place.within)
        yield from check_field(subject, field, place.path, scope)
