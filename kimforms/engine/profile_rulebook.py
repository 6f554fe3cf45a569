"""What stands in `rulebook_defaults.yaml`: the parameters of a rulebook (Geschäftsordnung) with the county's defaults.

What a parameter means is computed in `rules`; here are only its words, its kind and the default that holds until a
body sets its own. The service that loads the profile asks `rules` whether ids and values are known there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

from pydantic import Field

from kimforms.engine.profile_documents import Slug, Totals, Words
from kimforms.engine.strict import Id, Path, Strict
from kimforms.engine.text import Text


class RuleOption(Strict):
    """One value that a parameter may take."""

    value: Id
    label: Text


class RuleParameter(Strict):
    """A parameter with its default. `unit` stands behind a number, `source` is the place in the concept, if any."""

    id: Id
    label: Text
    type: Literal["number", "yes_no", "one_of", "several_of"]
    default: bool | int | str | tuple[str, ...]
    unit: Text | None = None
    help: Text | None = None
    options: tuple[RuleOption, ...] = ()
    source: str | None = None
    status: Words

    def problem(self) -> str | None:
        """Why the default does not fit the kind, or None."""
        values = [option.value for option in self.options]
        if len(set(values)) != len(values):
            return "eine Antwort steht zweimal zur Wahl"
        if (self.type in ("one_of", "several_of")) != bool(values):
            return "zur Wahl stehen Antworten genau bei one_of und several_of"
        value = self.default
        fits = {
            "number": isinstance(value, int) and not isinstance(value, bool) and value >= 0,
            "yes_no": isinstance(value, bool),
            "one_of": isinstance(value, str) and value in values,
            "several_of": isinstance(value, tuple) and set(value) <= set(values),
        }[self.type]
        return None if fits else f"die Vorgabe passt nicht zu „{self.type}“"


class RuleGroup(Strict):
    """Parameters that stand together in the form."""

    id: Id
    title: Text
    parameters: tuple[RuleParameter, ...] = Field(min_length=1)


class RulebookSource(Strict):
    """The paper that the defaults stand in for; `available`: whether anybody here has it."""

    document: Words
    date: date
    available: bool = False


class RulebookDefaultsDocument(Strict):
    """`rulebook_defaults.yaml`. `body` is the body whose rulebook it stands in for."""

    body: Slug
    rulebook: RulebookSource
    status: Words
    totals: Totals
    groups: tuple[RuleGroup, ...]

    def parameters(self) -> Iterator[tuple[Path, RuleParameter]]:
        """Every parameter with its place in the file."""
        for at, group in enumerate(self.groups):
            for number, one in enumerate(group.parameters):
                yield ("groups", at, "parameters", number), one
