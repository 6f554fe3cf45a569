"""What a process is: form, workflow, mails, documents, access, retention and numbering in one frozen document.

`yaml_io.py` reads it, `check.py` judges it, `workflow.py` and `cleaning.py` run it, `models/` stores it as JSON with
its content hash. Everything a county changes without a programmer is in here.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from kimforms.engine.conditions import Condition, Labels
from kimforms.engine.effects import Effect, TaskEffect, Unit, kind_of
from kimforms.engine.fields import AnyField
from kimforms.engine.fields.plan import Plan, entries_of, plan_of
from kimforms.engine.papers import Document, Mail
from kimforms.engine.people import ActorRule, Recipient
from kimforms.engine.plain import plain
from kimforms.engine.repeating import Repeat
from kimforms.engine.similar import Similar
from kimforms.engine.strict import Id, Strict
from kimforms.engine.text import Text, pick

StationId = Literal[
    "received", "reviewed", "theme", "steering_group", "working_group", "decision", "implemented", "published"
]
"""Where a report is on its way, as reporters see it; `stations.py` has the words."""

StateKind = Literal["open", "waiting", "done"]
Tone = Literal["info", "success", "warning", "danger", "neutral"]


class Step(Strict):
    """One page of a form."""

    id: Id
    title: Text
    hint: Text | None = None
    fields: tuple[AnyField, ...] = ()
    show_when: Condition | None = None
    repeat: Repeat | None = None


class Form(Strict):
    """The questions, in the order in which they are asked."""

    intro: Text | None = None
    steps: tuple[Step, ...] = ()


class Escalation(Strict):
    """What happens when a deadline was missed: `after` units behind the due date."""

    after: int = Field(ge=0, le=3660)
    unit: Unit = "working_days"
    notify: tuple[Recipient, ...] = ()
    mail: Id | None = None
    """The mail for `notify`; without one the built-in reminder is sent."""
    effects: tuple[Effect, ...] = ()


class DeadlineRule(Strict):
    """By when a record has to leave its state: `after` units after it came into it."""

    id: Id
    label: Text
    after: int = Field(ge=0, le=3660)
    unit: Unit = "working_days"
    next_working_day: bool = False
    """An end on a Saturday, Sunday or holiday moves to the next working day (§ 193 BGB)."""
    remind_before: tuple[Annotated[int, Field(ge=0, le=3660)], ...] = ()
    """So many units before the due date, each gives one reminder."""
    notify: tuple[Recipient, ...] = ()
    mail: Id | None = None
    escalate: Escalation | None = None


class State(Strict):
    """Where a record can stand. `done` ends the workflow and starts the retention period."""

    label: Text
    station: StationId | None = None
    kind: StateKind = "open"
    tone: Tone = "neutral"
    hint: Text | None = None
    """One plain sentence about what happens now, for reporters and newcomers."""
    editable: tuple[ActorRule, ...] = ()
    """Who may change the answers while the record stands here; nobody by default."""
    draft: bool = False
    """Answers may be incomplete here; leaving for a state that is no draft asks for all of them."""
    deadlines: tuple[DeadlineRule, ...] = ()


class Transition(Strict):
    """A step of the workflow that somebody takes. Nobody may take one without `actors`: a missing role denies."""

    id: Id
    label: Text
    from_: tuple[Id, ...] = Field(alias="from", min_length=1)
    to: Id | None = None
    """The state afterwards; without it the record stays where it is."""
    actors: tuple[ActorRule, ...] = ()
    when: Condition | None = None
    form: tuple[AnyField, ...] = ()
    confirm: Text | None = None
    hint: Text | None = None
    effects: tuple[Effect, ...] = ()
    separate_person: bool = False
    """Refused to the record's creator and to whoever took the previous transition (four-eyes principle)."""
    approvals: int = Field(default=1, ge=1, le=50)
    """So many different persons have to take it before the state changes."""
    tone: Tone = "neutral"
    quick: bool = False
    """Offered for several records at once."""
    incomplete: bool = False
    """Leaves a draft without asking for complete answers, because the draft is given up."""
    automatic: bool = False
    """Taken by the software itself as soon as `when` holds after any change of the record or of its links."""

    def target(self, state: str) -> str:
        """The state in which a record is afterwards that is in `state` now."""
        return self.to if self.to is not None else state

    @cached_property
    def form_plan(self) -> Plan:
        """The form ready for `clean_fields`."""
        return plan_of(entries_of(self.form))


class Workflow(Strict):
    """The states of a record and the ways between them."""

    initial: Id
    on_submit: tuple[Effect, ...] = ()
    """What follows when a record begins: who is told, who becomes responsible."""
    states: dict[Id, State]
    transitions: tuple[Transition, ...] = ()

    @cached_property
    def transitions_from(self) -> Mapping[str, tuple[Transition, ...]]:
        """The transitions that start in a state, by state, in the order of the definition."""
        return MappingProxyType(
            {state: tuple(one for one in self.transition_by_id.values() if state in one.from_) for state in self.states}
        )

    @cached_property
    def transition_by_id(self) -> Mapping[str, Transition]:
        """The transitions by id; of two with one id (an error in `check`) the first counts."""
        found: dict[str, Transition] = {}
        for one in self.transitions:
            found.setdefault(one.id, one)
        return MappingProxyType(found)


class Numbering(Strict):
    """How references are built: `IH-2026-0042`, counted per prefix and, if `yearly`, per year."""

    prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$", max_length=12)]
    yearly: bool = True
    digits: int = Field(default=4, ge=1, le=10)
    field: Id | None = None
    """The question (a short text that is `read_only`) that shows the reference among the answers."""

    def reference(self, year: int, number: int) -> str:
        """The reference of the `number`-th record of `year`; beyond `digits` it grows instead of wrapping."""
        counted = f"{number:0{self.digits}d}"
        return f"{self.prefix}-{year}-{counted}" if self.yearly else f"{self.prefix}-{counted}"


class Create(Strict):
    """Who may begin a record; `public` means anybody, without an account."""

    public: bool = False
    roles: tuple[Id, ...] = ()


class Attachments(Strict):
    """Whether files may be added, which kinds (file name endings) and how large each, in bytes."""

    allowed: bool = False
    kinds: tuple[str, ...] = ()
    max_bytes: int = Field(default=10_000_000, ge=1, le=1_000_000_000)

    @model_validator(mode="after")
    def _kinds_only_if_allowed(self) -> Self:
        if self.allowed and not self.kinds:
            raise ValueError("wenn Dateien erlaubt sind, muss „kinds“ die Endungen nennen, zum Beispiel [pdf, docx]")
        if self.kinds and not self.allowed:
            raise ValueError("„kinds“ steht da, aber „allowed“ ist nicht „true“")
        return self


class Access(Strict):
    """Who may create and read records and see the reporter's contact. Creators always read what they created."""

    create: Create = Create()
    read: tuple[Id, ...] = ()
    contact: tuple[Id, ...] = ()
    attachments: Attachments = Attachments()


class RetentionRule(Strict):
    """One kind of data is erased `after` units counted from an event of the record."""

    what: Literal["contact", "drafts", "record", "events"]
    after: int = Field(ge=0, le=36_500)
    unit: Literal["days", "months", "years"]
    from_: Literal["closed", "created", "last_change"] = Field(default="closed", alias="from")
    source: Text | None = None
    """Where the period comes from: a paragraph, a resolution, or that it is a suggestion."""


class Projection(Strict):
    """Which field feeds which column that lists filter by; values are field ids."""

    title: Id | None = None
    municipalities: Id | None = None
    organisation: Id | None = None
    field_of_action: Id | None = None
    topic: Id | None = None
    legal_areas: Id | None = None
    urgency: Id | None = None
    case_count: Id | None = None


class Reporter(Strict):
    """Which fields hold the contact of the person who reports, and what this person wants to hear."""

    name: Id | None = None
    email: Id | None = None
    phone: Id | None = None
    may_ask: Condition | None = None
    """Holds when questions may be asked; without it, having an e-mail address is enough."""
    feedback: Id | None = None
    feedback_every: str = "stand"
    """The answer of `feedback` that asks for a message at every new station."""
    feedback_result: str = "ergebnis"
    """The answer of `feedback` that asks for the result only."""

    @property
    def contact_fields(self) -> tuple[str, ...]:
        """The fields that are erased by the retention rule `contact`."""
        return tuple(field for field in (self.name, self.email, self.phone) if field)


class Notice(Strict):
    """The privacy notice that the form shows (Art. 13 GDPR)."""

    title: Text = "Datenschutzhinweise"
    text: Text
    version: str | None = None


def _one_rule_a_kind(rules: tuple[RetentionRule, ...]) -> tuple[RetentionRule, ...]:
    kinds = [rule.what for rule in rules]
    double = next((kind for kind in kinds if kinds.count(kind) > 1), None)
    if double is not None:
        raise ValueError(f"für „{double}“ stehen zwei Löschfristen da")
    return rules


class ProcessDefinition(Strict):
    """One version of a process. Two are equal when they mean the same, whichever defaults are written out."""

    key: Id
    title: Text
    description: Text | None = None
    controller: Id
    numbering: Numbering
    access: Access = Access()
    form: Form = Form()
    projection: Projection = Projection()
    similar: Similar | None = None
    reporter: Reporter | None = None
    workflow: Workflow
    mails: dict[Id, Mail] = {}
    documents: dict[Id, Document] = {}
    retention: Annotated[tuple[RetentionRule, ...], AfterValidator(_one_rule_a_kind)] = ()
    notice: Notice | None = None

    @cached_property
    def publishes(self) -> bool:
        """Whether a step of this process makes something public."""
        return any(kind_of(effect) == "publish" for one in self.workflow.transitions for effect in one.effects)

    @cached_property
    def leaves_tasks(self) -> bool:
        """Whether a step of this process makes tasks that end with a state."""
        effects = (effect for one in self.workflow.transitions for effect in one.effects)
        return any(isinstance(effect, TaskEffect) and effect.task.with_state for effect in effects)

    def fields(self) -> Mapping[str, AnyField]:
        """All fields of the form by id, flat: those inside groups and repeating parts too. Of doubles the first."""
        return self._fields

    def is_draft(self, state: str) -> bool:
        """Whether answers may be incomplete in this state."""
        found = self.workflow.states.get(state)
        return found is not None and found.draft

    def step(self, step_id: str) -> Step:
        """The step with this id; `KeyError` if there is none."""
        return self._steps[step_id]

    def labels(self, language: str = "de") -> Labels:
        """What the fields, their options and the states are called, for sentences about conditions."""
        cached = self._labels.get(language)
        if cached is None:
            fields = {**self._transition_fields, **self._fields}
            cached = self._labels[language] = Labels(
                fields={name: pick(field.label, language) for name, field in fields.items()},
                options={name: option_labels(field, language) for name, field in fields.items()},
                states={name: pick(state.label, language) for name, state in self.workflow.states.items()},
            )
        return cached

    @cached_property
    def _fields(self) -> Mapping[str, AnyField]:
        found: dict[str, AnyField] = {}
        for step in self.form.steps:
            for field in nested_fields(step.fields):
                found.setdefault(field.id, field)
        return MappingProxyType(found)

    @cached_property
    def _transition_fields(self) -> Mapping[str, AnyField]:
        return {field.id: field for one in self.workflow.transitions for field in nested_fields(one.form)}

    @cached_property
    def _steps(self) -> Mapping[str, Step]:
        return MappingProxyType({step.id: step for step in reversed(self.form.steps)})

    @cached_property
    def _labels(self) -> dict[str, Labels]:
        return {}

    @cached_property
    def _content_hash(self) -> str:
        canonical = json.dumps(plain(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()


def nested_fields(fields: Iterable[AnyField]) -> Iterator[AnyField]:
    """Each field followed by those inside it (groups and repeating groups), in the order of the page."""
    for field in fields:
        yield field
        yield from nested_fields(getattr(field, "fields", ()))


def option_labels(field: AnyField, language: str = "de") -> dict[str, str]:
    """The options that the definition itself lists for a field, value to label; none for other fields."""
    listed = (*getattr(field, "options", ()), *getattr(field, "extra_options", ()))
    return {option.value: pick(option.label, language) for option in listed}


def content_hash(definition: ProcessDefinition) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal: the identity of a version.

    Defaults are left out, so a release that adds an optional setting changes the hash of no published version.
    """
    return definition._content_hash
