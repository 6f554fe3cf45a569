"""One edition of the naturalisation checklist as data: sections, items with their paragraph, conditions, terms, fees.

Written by offices through services, brought first by a profile. Texts are German; translations stand in files of their own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from kimforms.engine.conditions import Condition
from kimforms.engine.strict import Id, Strict
from kimforms.naturalisation.truth import Table, can_hold

ItemId = Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,2}[0-9]{1,3}$")]
"""`B4`: the letter of the section and a number. It never changes its meaning."""
SectionId = Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,2}$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=1500, strip_whitespace=True)]
Kind = Literal["voraussetzung", "nachweis", "ausnahme", "ausschluss", "erklaerung", "hinweis"]
Verified = Literal["belegt", "teilweise", "offen"]
"""Seen in the law or an official source; the core seen, the rest practice; not seen."""


class SituationQuestion(Strict):
    """A question about the situation (in the file: condition); the items that apply depend on its answer, yes or no.

    A `sensitive` one is never asked where something is stored; `never_store` names the article (Art. 9 or 10 GDPR).
    """

    id: Id
    label: Line
    help: Words | None = None
    sensitive: bool = False
    never_store: Line | None = None


class Item(Strict):
    """A point of the checklist. Without `applies_when` it always applies.

    `sensitive`: neither answer nor note nor that it applied is ever stored. `verified_by` and `verified_on` say who checked
    the point against the law and when. `replaces` (exceptions and second ways): the points that step back where this one
    applies. `alternative_to`: another proof of the same thing, one of the two is enough. `after_decision`: asked for only
    once the office has decided, so never missing at a hand-over.
    """

    id: ItemId
    title: Line
    kind: Kind
    applies_when: Condition | None = None
    legal_basis: Line
    evidence: tuple[Line, ...] = ()
    exceptions: tuple[Line, ...] = ()
    sensitive: bool = False
    never_store: Line | None = None
    verified: Verified = "offen"
    verified_by: Line | None = None
    verified_on: date | None = None
    note: Words | None = None
    excluded_titles_aufenthg: tuple[Line, ...] = ()
    replaces: tuple[ItemId, ...] = ()
    alternative_to: ItemId | None = None
    after_decision: bool = False


class Section(Strict):
    """A section with its items; `help` is shown above them."""

    id: SectionId
    title: Line
    help: Words | None = None
    items: tuple[Item, ...] = ()


class Exclusive(Strict):
    """Questions of which only one can be answered with yes; `reason` is the sentence that people read."""

    conditions: tuple[Id, ...] = Field(min_length=2)
    reason: Words


class Implies(Strict):
    """A yes to `condition` is only possible together with a yes to one of `any_of`.

    Where there is but one of them and it was not asked, it counts as answered with yes.
    """

    condition: Id
    any_of: tuple[Id, ...] = Field(min_length=1)
    reason: Words


class Meaning(Strict):
    """What a grade of verification says, for staff."""

    value: Verified
    meaning: Line


class Route(Strict):
    """A way to citizenship, such as the claim of § 10 or discretion of § 8."""

    id: Id
    title: Line
    legal_basis: Line


class TermName(Strict):
    """What a term is called from a day on (or always)."""

    name: Line
    since: date | None = None


class Term(Strict):
    """A word whose name follows the date; texts write `{id}` where it stands."""

    id: Id
    names: tuple[TermName, ...] = Field(min_length=1)
    source: Line | None = None


class Fees(Strict):
    """What naturalisation costs, in euro, and by which paragraph."""

    adult: Decimal = Field(ge=0)
    child: Decimal = Field(ge=0)
    legal_basis: Line


class ChecklistDocument(Strict):
    """A whole edition; see `check.py` for what must hold between its parts.

    `rules` and `open_points` are for staff. `answers` are what a person can say to a point without an account.
    """

    law_status: date
    answers: tuple[Line, ...] = ()
    verified_values: tuple[Meaning, ...] = ()
    rules: tuple[Words, ...] = ()
    open_points: tuple[Words, ...] = ()
    routes: tuple[Route, ...] = ()
    terms: tuple[Term, ...] = ()
    fees: Fees
    conditions: tuple[SituationQuestion, ...] = ()
    exclusive: tuple[Exclusive, ...] = ()
    implies: tuple[Implies, ...] = ()
    sections: tuple[Section, ...] = Field(min_length=1)

    @cached_property
    def items(self) -> Mapping[str, Item]:
        """All points by id, in the order of the edition; of two with the same id the first."""
        found: dict[str, Item] = {}
        for section in self.sections:
            for item in section.items:
                found.setdefault(item.id, item)
        return found

    @cached_property
    def tables(self) -> Mapping[str, Table]:
        """When each point applies, by id."""
        return {name: Table(item.applies_when) for name, item in self.items.items()}

    @cached_property
    def question_ids(self) -> frozenset[str]:
        """Ids of all questions about the situation."""
        return frozenset(one.id for one in self.conditions)

    @cached_property
    def storable_questions(self) -> frozenset[str]:
        """Ids of the questions that are not sensitive."""
        return frozenset(one.id for one in self.conditions if not (one.sensitive or one.never_store))

    @cached_property
    def never_stored_items(self) -> frozenset[str]:
        """Ids of the points of which nothing is ever stored; `applies.never_stored` says which they are."""
        return frozenset(
            one.id
            for one in self.items.values()
            if one.sensitive or one.never_store or not can_hold(one.applies_when, self.storable_questions)
        )

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of the canonical JSON, in hexadecimal: equal for editions that say the same."""
        text = json.dumps(as_json(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def section_of(self, item_id: str) -> Section:
        """The section a point stands in; `KeyError` if there is no such point."""
        for section in self.sections:
            if any(one.id == item_id for one in section.items):
                return section
        raise KeyError(item_id)


def as_json(document: ChecklistDocument) -> dict[str, Any]:
    """The edition as plain JSON data, defaults left out; `from_json` gives an equal one back."""
    return document.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def from_json(data: Mapping[str, Any]) -> ChecklistDocument:
    """The edition in stored JSON; raises pydantic's `ValidationError` for anything else."""
    return ChecklistDocument.model_validate(data)
