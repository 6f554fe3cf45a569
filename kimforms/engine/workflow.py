"""The one place that decides whether a person may take a transition, and what follows.

Pages list `allowed`, the POST calls `decide`; both ask `_judge`, so a button that is offered works and one that is not
offered is refused. Nobody else computes a new state.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kimforms.engine.catalogue import Catalogues
from kimforms.engine.conditions import Facts, Labels, evaluate, holds
from kimforms.engine.deadlines import REGION, DueDeadline, schedule
from kimforms.engine.definition import ProcessDefinition, Transition
from kimforms.engine.effects import Effect
from kimforms.engine.fields import CleanContext
from kimforms.engine.fields.plan import clean_fields
from kimforms.engine.people import ActorRule, BodyRef, FieldRef, RelationRef, RoleRef, SystemRef
from kimforms.engine.text import pick


@dataclass(frozen=True)
class Person:
    """Who acts. `id` is None for people without an account; `is_reporter`: showed reference and retrieval code."""

    id: int | None = None
    roles: frozenset[str] = frozenset()
    bodies: frozenset[str] = frozenset()
    is_reporter: bool = False
    is_system: bool = False


SYSTEM = Person(is_system=True)
"""The software itself, for transitions with the actor `{system: true}`. It holds no role."""


@dataclass(frozen=True)
class RecordFacts:
    """What a decision looks at. `approvals` are those of the present state: services clear them when it changes.

    `last_actor_id` is who took the previous completed transition. `links` count by kind, or by kind and process.
    """

    state: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    creator_id: int | None = None
    assignee_id: int | None = None
    created_on: date | None = None
    submitted_on: date | None = None
    state_since: date | None = None
    due_on: date | None = None
    links: Mapping[str, int | Mapping[str, int]] = field(default_factory=dict)
    approvals: Mapping[str, Set[int]] = field(default_factory=dict)
    last_actor_id: int | None = None
    follower_ids: Set[int] = frozenset()
    author_ids: Set[int] = frozenset()
    """Who changed the answers. Asked for only where a step wants a second person, who has to be none of them."""


@dataclass(frozen=True)
class Allowed:
    """The person may take the transition now; `approved` others already agreed where several have to."""

    transition: Transition
    approved: int = 0


@dataclass(frozen=True)
class Refused:
    """The person may not, and why, as German sentences. `hidden`: not meant for this person, no button is needed."""

    transition: Transition
    reasons: tuple[str, ...]
    hidden: bool = False


@dataclass(frozen=True)
class Decision:
    """What follows from a transition; services carry it out.

    `complete` is False while approvals are missing: then the state stays, nothing else follows, and `approvals` (with
    this person) has to be kept. `deadlines` are those of a state that was newly entered; a transition that leads back
    to the same state lets its clocks run on and has none.
    """

    transition: Transition
    new_state: str
    effects: tuple[Effect, ...]
    form_answers: Mapping[str, Any]
    complete: bool
    deadlines: tuple[DueDeadline, ...]
    approvals: frozenset[int]


class TransitionRefused(Exception):
    """The transition is not possible for this person now; `reasons` are German sentences for people."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        self.reasons = reasons
        super().__init__(" ".join(reasons))


class FormInvalid(Exception):
    """The form of a transition was not filled in properly; `errors` maps field paths to German sentences."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__(" ".join(self.errors.values()))


def allowed(
    definition: ProcessDefinition, facts: RecordFacts, person: Person, today: date, *, labels: Labels | None = None
) -> list[Allowed | Refused]:
    """Every transition that starts in the record's state, in the definition's order, with a verdict for the person.

    `labels` may name roles and links for the reasons; without it the definition's own names are used. An unknown state
    has no transitions.
    """
    starting = definition.workflow.transitions_from.get(facts.state, ())
    if not starting:
        return []
    seen = condition_facts(facts, person, today)
    return [_judge(definition, transition, facts, person, seen, labels=labels) for transition in starting]


def decide(
    definition: ProcessDefinition,
    facts: RecordFacts,
    person: Person,
    transition_id: str,
    data: Mapping[str, Any],
    *,
    today: date,
    catalogues: Catalogues,
    labels: Labels | None = None,
    region: str = REGION,
) -> Decision:
    """The decision for one transition with its form filled in by `data` (raw, as submitted).

    Raises `TransitionRefused` for an unknown id, another state, or whatever `allowed` would refuse, and `FormInvalid`
    when the form lacks something. Conditions (`when`) look at the record, never at the form that is being sent.
    """
    transition = _transition(definition, facts, transition_id)
    seen = condition_facts(facts, person, today)
    verdict = _judge(definition, transition, facts, person, seen, labels=labels)
    if isinstance(verdict, Refused):
        raise TransitionRefused(verdict.reasons)
    form_answers = _form_answers(transition, data, seen, catalogues)
    given = facts.approvals.get(transition.id, frozenset())
    approvals = frozenset(given) | ({person.id} if person.id is not None else frozenset())
    if transition.approvals > 1 and len(approvals) < transition.approvals:
        return Decision(transition, facts.state, (), form_answers, False, (), approvals)
    reached = transition.target(facts.state)
    return Decision(
        transition,
        reached,
        transition.effects,
        form_answers,
        True,
        deadlines_of(definition, reached, today, region) if reached != facts.state else (),
        approvals,
    )


def may_edit(definition: ProcessDefinition, facts: RecordFacts, person: Person) -> bool:
    """Whether the person may change the record's answers in its state (`editable` of the state)."""
    state = definition.workflow.states.get(facts.state)
    return state is not None and any(_entitles(rule, facts, person) for rule in state.editable)


def deadlines_of(
    definition: ProcessDefinition, state: str, since: date, region: str = REGION
) -> tuple[DueDeadline, ...]:
    """The deadlines of a record that came into the state on `since` (also a new one); none for an unknown state."""
    found = definition.workflow.states.get(state)
    return tuple(schedule(rule, since, region) for rule in found.deadlines) if found is not None else ()


def _transition(definition: ProcessDefinition, facts: RecordFacts, transition_id: str) -> Transition:
    transition = definition.workflow.transition_by_id.get(transition_id)
    if transition is None:
        raise TransitionRefused(("Diesen Schritt gibt es nicht.",))
    if facts.state not in transition.from_ or facts.state not in definition.workflow.states:
        state = definition.workflow.states.get(facts.state)
        name = pick(state.label) if state is not None else facts.state
        raise TransitionRefused((f"„{pick(transition.label)}“ ist im Stand „{name}“ nicht möglich.",))
    return transition


def _form_answers(
    transition: Transition, data: Mapping[str, Any], seen: Facts, catalogues: Catalogues
) -> Mapping[str, Any]:
    """The cleaned form; its own conditions may look at the record's answers as well."""
    if not isinstance(data, Mapping):
        raise FormInvalid({"": "Die Angaben zu diesem Schritt sind nicht lesbar."})
    context = CleanContext(catalogues=catalogues, today=seen.today, facts=seen)
    outcome = clean_fields(transition.form_plan, data, context, outer=seen.answers)
    if outcome.errors:
        raise FormInvalid(outcome.errors)
    return outcome.answers


def _judge(
    definition: ProcessDefinition,
    transition: Transition,
    facts: RecordFacts,
    person: Person,
    seen: Facts,
    *,
    labels: Labels | None,
) -> Allowed | Refused:
    if not any(_entitles(rule, facts, person) for rule in transition.actors):
        return Refused(transition, (_who_may(transition.actors, labels),), hidden=True)
    given = facts.approvals.get(transition.id, frozenset())
    reasons = []
    if transition.separate_person and (reason := _same_person(facts, person)):
        reasons.append(reason)
    if transition.approvals > 1 and (reason := _cannot_approve(transition, given, person)):
        reasons.append(reason)
    if transition.when is not None and not holds(transition.when, seen):
        reasons.append(evaluate(transition.when, seen, labels or definition.labels()).reason)
    return Refused(transition, tuple(reasons)) if reasons else Allowed(transition, len(given))


def _entitles(rule: ActorRule, facts: RecordFacts, person: Person) -> bool:
    if isinstance(rule, RoleRef):
        return rule.role in person.roles
    if isinstance(rule, BodyRef):
        return rule.body in person.bodies
    if isinstance(rule, SystemRef):
        return person.is_system
    if isinstance(rule, FieldRef):
        return person.id is not None and _names(facts.answers.get(rule.field), person.id)
    if rule.is_ == "reporter" and person.is_reporter:
        return True
    owner = facts.assignee_id if rule.is_ == "assignee" else facts.creator_id
    return person.id is not None and person.id == owner


def _names(answer: Any, person_id: int) -> bool:
    """A field names persons by id, as a number or as text, one or several."""
    named = answer if isinstance(answer, list | tuple) else (answer,)
    return str(person_id) in {str(one) for one in named if isinstance(one, int | str) and not isinstance(one, bool)}


def _same_person(facts: RecordFacts, person: Person) -> str | None:
    """Why this person is not a second one. The system is nobody, so it may; people without an account are not known."""
    if person.is_system:
        return None
    if person.id is None:
        return "Diesen Schritt muss eine zweite, angemeldete Person tun."
    if person.id == facts.creator_id or person.is_reporter:
        return "Sie haben den Vorgang selbst angelegt; diesen Schritt muss eine andere Person tun."
    if person.id in facts.author_ids:
        return "Sie haben an den Angaben mitgeschrieben; diesen Schritt muss eine andere Person tun."
    if person.id == facts.last_actor_id:
        return "Sie haben den vorigen Schritt getan; diesen muss eine andere Person tun."
    return None


def _cannot_approve(transition: Transition, given: Set[int], person: Person) -> str | None:
    if person.id is None:
        return "Zustimmen kann nur, wer angemeldet ist."
    if person.id in given:
        missing = transition.approvals - len(given)
        others = "einer weiteren Person" if missing <= 1 else f"von {missing} weiteren Personen"
        return f"Sie haben schon zugestimmt; es fehlt noch die Zustimmung {others}."
    return None


def _who_may(rules: tuple[ActorRule, ...], labels: Labels | None) -> str:
    if not rules:
        return "Diesen Schritt darf niemand tun: für ihn ist noch keine Rolle festgelegt."
    who = dict.fromkeys(_described(rule, labels) for rule in rules)
    return f"Diesen Schritt darf nur tun, {' oder '.join(who)}."


def _described(rule: ActorRule, labels: Labels | None) -> str:
    if isinstance(rule, RoleRef):
        name = labels.roles.get(rule.role) if labels else None
        return f"wer die Rolle „{name}“ hat" if name else "wer die nötige Rolle hat"
    if isinstance(rule, BodyRef):
        return "wer Mitglied des Gremiums ist"
    if isinstance(rule, SystemRef):
        return "das System selbst"
    if isinstance(rule, RelationRef):
        return {
            "creator": "wer den Vorgang angelegt hat",
            "assignee": "wer für den Vorgang zuständig ist",
            "reporter": "wer die Meldung abgegeben hat",
        }[rule.is_]
    return "wer im Vorgang dafür benannt ist"


def condition_facts(facts: RecordFacts, person: Person, today: date) -> Facts:
    """What conditions look at: the record, and how the person stands to it."""
    relations = set()
    if person.id is not None:
        if person.id == facts.creator_id:
            relations.add("creator")
        if person.id == facts.assignee_id:
            relations.add("assignee")
        if person.id in facts.follower_ids:
            relations.add("follower")
    return Facts(
        answers=facts.answers,
        state=facts.state,
        roles=person.roles,
        actor_is=frozenset(relations),
        today=today,
        links=facts.links,
        dates={
            "created": facts.created_on,
            "submitted": facts.submitted_on,
            "state_since": facts.state_since,
            "due": facts.due_on,
        },
    )
