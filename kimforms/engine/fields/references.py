"""Answers that point at something the county keeps: a municipality, an organisation, a person, a record or an entry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import model_validator

from kimforms.engine.catalogue import Option
from kimforms.engine.fields.base import CleanContext, Setting, Source
from kimforms.engine.fields.choices import Choosing, Listing
from kimforms.engine.strict import Id


class _PerhapsMany(Choosing):
    multiple: bool = False

    @property
    def takes_many(self) -> bool:
        """See `Choosing.takes_many`."""
        return self.multiple


class Municipality(Listing, _PerhapsMany):
    """One municipality of the county, or several."""

    type: Literal["municipality"] = "municipality"
    options_from: Source | None = "municipalities"


class Organisation(Listing, _PerhapsMany):
    """An organisation of the county's list, or with `allow_other` one that is not in it."""

    type: Literal["organisation"] = "organisation"
    options_from: Source | None = "organisations"


class Person(_PerhapsMany):
    """A person of the house who has the role, or one of the roles; stored as the account's id (text)."""

    type: Literal["person"] = "person"
    role: Id | Annotated[tuple[Id, ...], Setting(min_length=1)]

    @property
    def roles(self) -> tuple[Id, ...]:
        """The roles, one or several."""
        return (self.role,) if isinstance(self.role, str) else self.role

    @property
    def source(self) -> str:
        """See `Choosing.source`; of several roles the first."""
        return f"persons:{self.roles[0]}"

    def _listed(self, context: CleanContext) -> Iterator[dict[str, Option]]:
        people: dict[str, Option] = {}
        for role in self.roles:
            for value, option in context.options(f"persons:{role}").items():
                people.setdefault(value, option)
        yield people

    def _label(self, value: object, context: CleanContext) -> str:
        named = (context.catalogues.label(f"persons:{role}", str(value)) for role in self.roles)
        return next((label for label in named if label is not None), str(value))


class Record(_PerhapsMany):
    """Another record of a process, or an entry of a catalogue (field of action, body): name one of the two."""

    type: Literal["record"] = "record"
    process: Id | None = None
    catalogue: Source | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.process is None) == (self.catalogue is None):
            raise ValueError("record braucht entweder process oder catalogue")
        return self

    @property
    def source(self) -> str | None:
        """See `Choosing.source`."""
        return f"records:{self.process}" if self.process is not None else self.catalogue
