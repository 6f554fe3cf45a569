"""One edition of the naturalisation checklist as data: sections, items with their paragraph, conditions, terms, fees.

Written by offices through services, brought first by a profile. Texts are German; translations stand in files of their own.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from kimforms.engine.conditions import Condition
from kimforms.engine.strict import Id, Strict

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
    the point against the law and when.
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


class Section(Strict):
    """A section with its items; `help` is shown above them."""

    id: SectionId
    title: Line
    help: Words | None = None
    items: tuple[Item, ...] = ()


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
    """A whole edition; see `check.py` for what must hold between its parts."""

    law_status: date
    routes: tuple[Route, ...] = ()
    conditions: tuple[SituationQuestion, ...] = ()
    terms: tuple[Term, ...] = ()
    fees: Fees
    open_points: tuple[Words, ...] = ()
    sections: tuple[Section, ...] = Field(min_length=1)
