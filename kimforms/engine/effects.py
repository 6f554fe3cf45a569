"""What follows from a transition, as data: each effect is a dictionary with one key.

`definition.py` reads them, `workflow.py` hands them on with a decision, services carry them out from a registry by
`kind_of(effect)`. An unknown effect is refused when the definition is read, not when a person presses the button.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, Tag, model_validator

from kimforms.engine.conditions import Condition
from kimforms.engine.people import AssignTo, Recipient
from kimforms.engine.strict import Id, Strict, by_single_key
from kimforms.engine.text import Text

Unit = Literal["working_days", "calendar_days"]
EFFECT_KINDS = ("notify", "assign", "set", "task", "deadline", "link", "step", "publish", "document", "call")
TODAY = "today"
"""What `set` may give a date field: the day on which the step is taken."""
COPY_WORDS = (":reference", ":title")
"""What `copy` may name besides fields: the record's own reference and title."""
_LINKED = re.compile(r":links\.[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


class Notify(Strict):
    """Queue the mail with this id for each recipient."""

    mail: Id
    to: tuple[Recipient, ...]


class Assign(Strict):
    """Make somebody responsible for the record."""

    to: AssignTo


class SetValue(Strict):
    """Write an answer of the record: a fixed value, or what was entered in a field of the transition's form.

    The value `today` of a date field is the day on which the step is taken.
    """

    field: Id
    value: JsonValue = None
    from_: Id | None = Field(default=None, alias="from")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if self.from_ is not None and self.value is not None:
            raise ValueError("„value“ und „from“ schließen einander aus")
        return self


class Task(Strict):
    """Put a task on somebody's list; due `after` units after the transition, or without a date.

    `with_state`: it is done by itself when the record leaves the state that the transition leads to.
    """

    title: Text
    to: tuple[Recipient, ...]
    after: int | None = Field(default=None, ge=0, le=3660)
    unit: Unit = "calendar_days"
    with_state: bool = False


class Deadline(Strict):
    """Set the record's due date `after` units after the transition; `id` names it in the history."""

    id: Id
    after: int = Field(ge=0, le=3660)
    unit: Unit = "calendar_days"


class Link(Strict):
    """Join this record with another: the one that a field of the transition's form names, or a new one of a process.

    A new record begins with `fill` (fixed values) and `copy`: its field id to the field of this record, or of the
    transition's form, that it takes over; `:reference`, `:title` and `:links.<kind>.<process>` (references of linked
    records) stand for what is no field. `copy_all` takes over every answer whose field id both processes have.
    `beside` joins the new record with the records of that kind with which this one is joined, instead of with this one.
    """

    kind: Id
    field: Id | None = None
    create: Id | None = None
    beside: bool = False
    copy_: Mapping[Id, str] = Field(default_factory=dict, alias="copy")
    copy_all: bool = False
    fill: Mapping[Id, JsonValue] = {}
    when: Condition | None = None

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        if (self.field is not None) == (self.create is not None):
            raise ValueError("„link“ braucht entweder „field“ oder „create“")
        if self.create is None and (self.beside or self.copy_ or self.copy_all or self.fill):
            raise ValueError("„beside“, „copy“, „copy_all“ und „fill“ gibt es nur mit „create“")
        for source in self.copy_.values():
            if source.startswith(":") and source not in COPY_WORDS and not _LINKED.fullmatch(source):
                raise ValueError(
                    f"„{source}“ kann nicht übernommen werden; es gibt :reference, :title und :links.art.prozess"
                )
        return self


class Step(Strict):
    """Take a transition on every record of the process with which this one is joined by links of the kind.

    It is taken on behalf of the person who acts, as the software itself, so it has to allow `{system: true}`. Records
    that stand elsewhere, or whose condition does not hold, are left alone; with `required` at least one has to take it,
    otherwise the whole step is refused. `with` fills the other transition's form: its field to a field of this record.
    `beside` means the records that are joined with the same ones as this one.
    """

    links: Id
    beside: bool = False
    process: Id
    transition: Id
    required: bool = False
    when: Condition | None = None
    with_: Mapping[Id, str] = Field(default_factory=dict, alias="with")


class Publish(Strict):
    """Show the record on the public pages: title, state and these answers, nothing else; or take it back.

    `note` names the field that says what was corrected, or why it was withdrawn: of the transition's form or the record.
    """

    fields: tuple[Id, ...] = ()
    withdraw: bool = False
    note: Id | None = None


class MakeDocument(Strict):
    """Produce the document with this id and keep it with the record."""

    id: Id


class Call(Strict):
    """Run a function that the installation registered under this name."""

    name: Id


class NotifyEffect(Strict):
    """`{notify: {mail, to}}`"""

    notify: Notify


class AssignEffect(Strict):
    """`{assign: {to}}`"""

    assign: Assign


class SetEffect(Strict):
    """`{set: {field, value}}` or `{set: {field, from}}`"""

    set_: SetValue = Field(alias="set")


class TaskEffect(Strict):
    """`{task: {title, to, after, unit}}`"""

    task: Task


class DeadlineEffect(Strict):
    """`{deadline: {id, after, unit}}`"""

    deadline: Deadline


class LinkEffect(Strict):
    """`{link: {kind, field}}` or `{link: {kind, create, copy}}`"""

    link: Link


class StepEffect(Strict):
    """`{step: {links, process, transition}}`"""

    step: Step


class PublishEffect(Strict):
    """`{publish: {fields}}` or `{publish: {withdraw: true}}`"""

    publish: Publish


class DocumentEffect(Strict):
    """`{document: {id}}`"""

    document: MakeDocument


class CallEffect(Strict):
    """`{call: {name}}`"""

    call: Call


Effect = Annotated[
    Annotated[NotifyEffect, Tag("notify")]
    | Annotated[AssignEffect, Tag("assign")]
    | Annotated[SetEffect, Tag("set")]
    | Annotated[TaskEffect, Tag("task")]
    | Annotated[DeadlineEffect, Tag("deadline")]
    | Annotated[LinkEffect, Tag("link")]
    | Annotated[StepEffect, Tag("step")]
    | Annotated[PublishEffect, Tag("publish")]
    | Annotated[DocumentEffect, Tag("document")]
    | Annotated[CallEffect, Tag("call")],
    by_single_key("Diese Wirkung", EFFECT_KINDS),
]


def kind_of(effect: Effect) -> str:
    """The single key of an effect, one of `EFFECT_KINDS`: the name under which services register its executor."""
    return next(field.alias or name for name, field in type(effect).model_fields.items())
