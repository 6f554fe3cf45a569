"""What stands in `bodies.yaml`: bodies, working groups and exchanges with members, rhythm and the standard agenda."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from kimforms.engine.profile_documents import Slug, Totals, Words
from kimforms.engine.strict import Id, Strict

Prefix = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{1,7}$")]


class RhythmKey(Strict):
    """What a number in a rhythm means."""

    key: Literal["min_per_year", "per_year", "per_month", "per_week"]
    meaning: Words


class Rhythm(Strict):
    """How often a body meets; only one with a number can be overdue."""

    text: Words
    min_per_year: int | None = Field(default=None, ge=1)
    per_year: int | None = Field(default=None, ge=1)
    per_month: int | None = Field(default=None, ge=1)
    per_week: int | None = Field(default=None, ge=1)
    since: int | None = None

    @property
    def has_number(self) -> bool:
        """Whether being overdue can be told."""
        return any(number is not None for number in (self.min_per_year, self.per_year, self.per_month, self.per_week))


class Member(Strict):
    """A seat of a body: an organisation, a municipality, or a group that has only a name."""

    list_item: int | None = Field(default=None, ge=1)
    name: str | None = None
    organisation: Slug | None = None
    municipality: Slug | None = None
    voting: bool = False
    side: str | None = None
    group: str | None = None
    represents: str | None = None
    attends: str | None = None


Formality = Literal["steering", "working", "exchange"]


class AgendaTemplateItem(Strict):
    """An item with which agendas begin; `minutes` is the time set for it."""

    kind: Literal["formalities", "report", "decision", "discussion", "information", "miscellaneous"]
    title: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    minutes: int | None = Field(default=None, ge=1, le=480)


class BodyEntry(Strict):
    """A body, working group or exchange. `organised_by` is an organisation, a body, or `extern`.

    `formality`: `steering` has rules of procedure, votes and formal minutes, `working` a mandate and result minutes,
    `exchange` topics and tasks that are carried over. `no_meetings` says why its meetings are not held in this program.
    """

    id: Slug
    name: Words
    controller: Id | None = None  # without it: the first controller of the profile
    kind: Words
    level: Words
    formality: Formality = "exchange"
    no_meetings: Words | None = None
    agenda: tuple[AgendaTemplateItem, ...] = ()  # instead of the standard items of the formality
    rhythm: Rhythm
    founded: str | None = None
    rulebook_date: date | None = None
    prefix: Prefix | None = None  # begins the references of its meetings and decisions: `LG` gives `LG-B-2026-07`
    managed_by: Slug | None = None
    office: Slug | None = None
    organised_by: Slug | None = None
    set_up_by: Slug | None = None
    template: bool = False
    status: str | None = None
    purpose: str | None = None
    priority: str | None = None
    result: str | None = None
    field_of_action: Slug | None = None
    personal_data: bool = False
    voting_list_items: int | None = None
    voting_members: int | None = None
    tasks: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    members: tuple[Member, ...] = ()
    source: str | None = None
    note: str | None = None


class BodiesDocument(Strict):
    """`bodies.yaml`"""

    totals: Totals
    rhythm_keys: tuple[RhythmKey, ...] = ()
    agendas: dict[Formality, tuple[AgendaTemplateItem, ...]] = {}  # the standard items of each formality
    bodies: tuple[BodyEntry, ...]
