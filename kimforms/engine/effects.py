"""What follows from a transition, as data: each effect is a dictionary with one key.

`definition.py` reads them, `workflow.py` hands them on with a decision, services carry them out from a registry by
`kind_of(effect)`. An unknown effect is refused when the definition is read, not when a person presses the button.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, Tag, model_validator

from kimforms.engine.people import AssignTo, Recipient
from kimforms.engine.strict import Id, Strict, by_single_key
from kimforms.engine.text import Text

Unit = Literal["working_days", "calendar_days"]
EFFECT_KINDS = ("notify", "assign", "set", "task", "deadline", "link", "publish", "document", "call")


class Notify(Strict):
    """Queue the mail with this id for each recipient."""

    mail: Id
    to: tuple[Recipient, ...]


class Assign(Strict):
    """Make somebody responsible for the record."""

    to: AssignTo


class SetValue(Strict):
    """Write an answer of the record: a fixed value, or what was entered in a field of the transition's form."""

    field: Id
    value: JsonValue = None
    from_: Id | None = Field(default=None, alias="from")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if self.from_ is not None and self.value is not None:
            raise ValueError("„value“ und „from“ schließen einander aus")
        return self


class Task(Strict):
    """Put a task on somebody's list; due `after` units after the transition, or without a date."""

    title: Text
    to: tuple[Recipient, ...]
    after: int | None = Field(default=None, ge=0, le=3660)
    unit: Unit = "calendar_days"


class Deadline(Strict):
    """Set the record's due date `after` units after the transition; `id` names it in the history."""

    id: Id
    after: int = Field(ge=0, le=3660)
    unit: Unit = "calendar_days"


class Link(Strict):
    """Join this record with another: the one that a field of the transition's form names, or a new one of a process."""

    kind: Id
    field: Id | None = None
    create: Id | None = None

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        if self.field is not None and self.create is not None:
            raise ValueError("„field“ und „create“ schließen einander aus")
        return self


class Publish(Strict):
    """Show the record on the public pages: title, state and these answers, nothing else."""

    fields: tuple[Id, ...] = ()


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
    """`{link: {kind}}` with `field` or `create`"""

    link: Link


class PublishEffect(Strict):
    """`{publish: {fields}}`"""

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
    | Annotated[PublishEffect, Tag("publish")]
    | Annotated[DocumentEffect, Tag("document")]
    | Annotated[CallEffect, Tag("call")],
    by_single_key("Diese Wirkung", EFFECT_KINDS),
]


def kind_of(effect: Effect) -> str:
    """The single key of an effect, one of `EFFECT_KINDS`: the name under which services register its executor."""
    return next(field.alias or name for name, field in type(effect).model_fields.items())
