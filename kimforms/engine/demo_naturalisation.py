"""What stands in `demo/naturalisation.yaml`: how offices and advisory services of the demonstration work with checklists.

`services/demo_naturalisation.py` tells it through the services that people use. Days are counted back
from the day on which the demonstration is told.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from kimforms.engine.profile_documents import Address, Slug, Words
from kimforms.engine.strict import Id, Strict
from kimforms.engine.yaml_io import validate
from kimforms.engine.yaml_lines import load_yaml_with_lines

ItemName = str
Ago = int
"""Calendar days before the day of the demonstration; a briefing that is still to come has a negative number."""


class DemoOffice(Strict):
    """What an office has set. `by` is one of its staff."""

    controller: Id
    by: Address
    self_check: bool = False
    online_url: str = ""
    public_url: str = ""
    contact: dict[Literal["name", "function", "phone", "email", "hours", "room"], Words] = {}
    campaign_approval: str = ""
    campaign_approved_on: date | None = None


class DemoEditionChange(Strict):
    """A later edition: one item gets another title or note, in effect in so many days."""

    controller: Id
    by: Address
    days_ago: Ago
    item: ItemName
    title: Words | None = None
    note: Words | None = None
    evidence: tuple[Words, ...] | None = None
    in_effect_in_days: int = Field(ge=0)
    says: Words


class DemoStep(Strict):
    """One step of a checklist: exactly one of the deeds is set."""

    days_ago: Ago = Field(ge=0)
    talk: bool = False
    items: dict[ItemName, Literal["open", "working", "present", "met", "not_needed", "clarify"]] = {}
    met_but: tuple[ItemName, ...] | None = None
    note: Words | None = None
    reason: Words | None = None
    follow_up_in_days: int | None = None
    ask: Words | None = None
    answer: Words | None = None
    item: ItemName | None = None
    share_whole: bool = False
    hand_over: bool = False
    receive: bool = False
    give_back: dict[ItemName, Words] = {}
    milestone: Literal["examining", "requested", "decided"] | None = None

    @model_validator(mode="after")
    def _one_deed(self) -> DemoStep:
        deeds = (
            self.talk, self.items, self.met_but is not None, self.ask, self.answer, self.share_whole, self.hand_over,
            self.receive, self.give_back, self.milestone,
        )  # fmt: skip
        if sum(bool(one) for one in deeds) != 1:
            raise ValueError("Jeder Schritt tut genau eins")
        return self


class DemoChecklist(Strict):
    """A client's checklist of a service under an invented pseudonym. `situation` lists what is answered with yes."""

    by: Address
    organisation: Slug
    municipality: Slug
    pseudonym: Words
    days_ago: Ago = Field(ge=0)
    route: Id | None = None
    situation: tuple[Id, ...] = ()
    steps: tuple[DemoStep, ...] = ()


class DemoBriefing(Strict):
    """A briefing; those in `attended` have been there (accounts), and it was held when it lies in the past."""

    controller: Id
    by: Address
    days_ago: Ago
    title: Words
    text: str = ""
    place: str = ""
    attended: tuple[Address, ...] = ()


class DemoCourseDate(Strict):
    """A date that a provider entered; `published`: the coordination approved it."""

    in_days: int = Field(ge=1)
    hour: int = Field(ge=7, le=20)
    kind: Id
    answers: dict[str, str]
    published: bool = True


class DemoNaturalisation(Strict):
    """`demo/naturalisation.yaml`"""

    offices: tuple[DemoOffice, ...] = ()
    checklists: tuple[DemoChecklist, ...] = ()
    briefings: tuple[DemoBriefing, ...] = ()
    editions: tuple[DemoEditionChange, ...] = ()
    course_dates: tuple[DemoCourseDate, ...] = ()


NAME = "demo/naturalisation.yaml"


def read_demo_naturalisation(folder: Path) -> DemoNaturalisation | None:
    """The file in the folder of a profile, None where it has none. Raises `DefinitionError` with file and line."""
    path = folder / NAME
    return validate(DemoNaturalisation, load_yaml_with_lines(path.read_bytes(), NAME)) if path.is_file() else None
