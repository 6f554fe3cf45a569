"""Steps of a form that are filled in several times: how often, and what one round is called.

A room of `definition.py`.
"""

from typing import Self

from pydantic import Field, model_validator

from kimforms.engine.conditions import Condition
from kimforms.engine.fields.groups import RowNaming
from kimforms.engine.strict import Strict
from kimforms.engine.text import Text


class FewerRounds(Strict):
    """So few rounds are enough where `when` holds, by the answers outside the step."""

    minimum: int = Field(ge=0)
    when: Condition


class Repeat(Strict):
    """A step that is filled in several times: its answers are a list of dictionaries under the step's id."""

    minimum: int = Field(default=0, ge=0)
    maximum: int = Field(default=20, ge=1, le=200)
    minimum_by_exception: FewerRounds | None = None
    item: Text | None = None
    """What one round is called, on its heading and its button: "Termin"."""
    naming: RowNaming = "numbers"
    """How rounds are told apart: "Termin 1, 2, 3" or "Fall A, B, C"."""

    @model_validator(mode="after")
    def _bounds(self) -> Self:
        if self.minimum > self.maximum:
            raise ValueError("„minimum“ ist größer als „maximum“")
        if self.minimum_by_exception is not None and self.minimum_by_exception.minimum >= self.minimum:
            raise ValueError("„minimum_by_exception“ muss weniger verlangen als „minimum“")
        return self
