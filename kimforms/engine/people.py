"""Who acts and who is told: the actors of a transition and the recipients of a message, as data.

`definition.py` and `effects.py` use them; services resolve them to persons.
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, Tag

from kimforms.engine.strict import Id, Strict, by_single_key


class RoleRef(Strict):
    """Everybody who holds the role at the record's controller."""

    role: Id


class RelationRef(Strict):
    """A person by the relation to the record; `reporter`: showed reference and retrieval code, or is the creator."""

    is_: Literal["creator", "assignee", "reporter"] = Field(alias="is")


class FieldRef(Strict):
    """The person, or persons, that an answer of the record names."""

    field: Id


BodyKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$", max_length=80)]
"""Ids of bodies come from the profile's list, where they hold hyphens."""


class BodyRef(Strict):
    """The members of a body (steering group, working group), by its key."""

    body: BodyKey


class SystemRef(Strict):
    """The software itself: deadlines, escalations, replies by mail."""

    system: Literal[True]


ActorRule = Annotated[
    Annotated[RoleRef, Tag("role")]
    | Annotated[RelationRef, Tag("is")]
    | Annotated[FieldRef, Tag("field")]
    | Annotated[BodyRef, Tag("body")]
    | Annotated[SystemRef, Tag("system")],
    by_single_key("Diese Angabe, wer handeln darf,", ("role", "is", "field", "body", "system")),
]
"""One way to be entitled to a transition; a transition lists several and one of them is enough."""

RecipientWord = Literal["reporter", "creator", "assignee", "followers", "responsible"]
"""`responsible`: the coordinator whom the profile names for the record's municipality."""

Recipient = Annotated[
    Annotated[RecipientWord, Tag("word")]
    | Annotated[RoleRef, Tag("role")]
    | Annotated[FieldRef, Tag("field")]
    | Annotated[BodyRef, Tag("body")],
    by_single_key(
        "Diese Empfängerangabe",
        ("role", "field", "body"),
        words=True,
    ),
]
"""Who gets a message; a field may name a person or hold an e-mail address."""

AssigneeWord = Literal["actor", "creator", "responsible", "nobody"]

AssignTo = Annotated[
    Annotated[AssigneeWord, Tag("word")] | Annotated[FieldRef, Tag("field")],
    by_single_key("Diese Zuständigkeit", ("field",), words=True),
]
"""Who becomes responsible: a word, or the person whom a field of the transition's form or of the record names."""
