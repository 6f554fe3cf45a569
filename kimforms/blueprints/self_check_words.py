"""The pages of the self-check in the reader's language: questions, points, result. English falls back to German, visibly."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..extensions import db
from ..models import AdvisoryService
from ..naturalisation.applies import contradictions
from ..naturalisation.document import Item, Section, SituationQuestion
from ..naturalisation.readiness import Line
from ..naturalisation.self_check import (
    Given,
    Result,
    answerable,
    clashes,
    grouped,
    points,
    result,
    talked_through,
)
from ..naturalisation.translations import (
    Translation,
    for_condition,
    for_condition_help,
    for_help,
    for_item,
    for_section,
)
from ..naturalisation.words import euro, on_day, shown, shown_question
from ..services.advice.directory import services_for
from ..services.catalogues import catalogues
from ..services.self_check import PARTS, Desk
from ..services.translations import languages, sources, translation
from . import access
from .rendering import language, t

ANSWERS = (
    ("yes", "ja", "yes"),
    ("no", "nein", "no"),
    ("unclear", "unklar – Beratung", "unclear – advice"),
    ("not_applicable", "trifft nicht zu", "does not apply"),
)


def municipalities() -> list[tuple[str, str]]:
    """Places to choose from, as (slug, name)."""
    return [(one.value, one.label) for one in catalogues(db.session()).options("municipalities")]


@dataclass(frozen=True)
class Point:
    """A point as the page shows it; `german` says that there is no translation, so that it stands in German."""

    id: str
    title: str
    evidence: tuple[str, ...]
    exceptions: tuple[str, ...]
    note: str | None
    legal_basis: str
    german: bool
    answer: str | None
    answerable: bool
    where: str
    sentence: str


class Words:
    """What the templates of the check read, for one desk and what was said so far."""

    def __init__(self, desk: Desk, said: Given) -> None:
        self.desk = desk
        self.said = said
        self.document = desk.document
        self.answers = [(value, t(german, english)) for value, german, english in ANSWERS]

    @staticmethod
    def advice(desk: Desk | None) -> list[AdvisoryService]:
        """Whom to ask, at a place or anywhere in the county."""
        if desk is not None:
            return desk.advice
        return services_for(db.session(), field="naturalisation", day=access.today())

    @cached_property
    def translation(self) -> Translation | None:
        """The English texts, for a reader of English."""
        return translation(db.session(), "en") if language() == "en" else None

    @property
    def town(self) -> str:
        return catalogues(db.session()).label("municipalities", self.desk.municipality) or self.desk.municipality

    @property
    def carried(self) -> list[tuple[str, str]]:
        """All answers so far as hidden fields."""
        return [("municipality", self.desk.municipality), *self.said.fields()]

    @property
    def carried_points(self) -> list[tuple[str, str]]:
        """Answers to points, while the situation is being asked."""
        return [one for one in self.said.fields() if one[0].startswith("p-")]

    @property
    def carried_situation(self) -> list[tuple[str, str]]:
        """Place and situation, while the points are being asked."""
        return [one for one in self.carried if not one[0].startswith("p-")]

    @property
    def count(self) -> int:
        """How many points apply."""
        return sum(len(items) for _, items in points(self.document, self.said.situation))

    @property
    def groups(self) -> list[tuple[str, list[dict[str, Any]]]]:
        """The questions about the situation under the titles of sections."""
        return [
            (self.section(part)[0], [self._question(one) for one in asked]) for part, asked in grouped(self.document)
        ]

    def _question(self, question: SituationQuestion) -> dict[str, Any]:
        plain = shown_question(question, self.document, self.desk.today)
        label = for_condition(question, self.translation) if self.translation else None
        hint = for_condition_help(question, self.translation) if self.translation else None
        return {
            "name": f"s-{question.id}",
            "label": self._on_day(label) if label else plain.label,
            "help": (self._on_day(hint) if hint else plain.help) or "",
            "german": self.translation is not None and label is None,
            "checked": bool(self.said.situation.get(question.id)),
        }

    def _on_day(self, text: str) -> str:
        return on_day(text, self.document, self.desk.today)

    def section(self, part: Section) -> tuple[str, str]:
        """Title and what stands above its points."""
        other = self.translation
        title, above = (for_section(part, other), for_help(part, other)) if other else (None, None)
        return title or part.title, above or part.help or ""

    @property
    def sections(self) -> list[tuple[str, str, str, list[Point]]]:
        """The points that apply: letter, title, help, points."""
        return [
            (part.id, *self.section(part), [self.point(one) for one in items])
            for part, items in points(self.document, self.said.situation)
        ]

    def point(self, item: Item, line: Line | None = None) -> Point:
        plain = shown(item, self.document, self.desk.today)
        other = for_item(item, self.translation) if self.translation else None
        return Point(
            id=item.id,
            title=self._on_day(other.title) if other else plain.title,
            evidence=tuple(self._on_day(one) for one in other.evidence) if other else plain.evidence,
            exceptions=tuple(self._on_day(one) for one in other.exceptions) if other else plain.exceptions,
            note=(self._on_day(other.note) if other.note else None) if other else plain.note,
            legal_basis=plain.legal_basis,
            german=self.translation is not None and other is None,
            answer=self.said.answers.get(item.id),
            answerable=answerable(item),
            where=self._sources.get(item.id, {}).get(language(), "") if plain.evidence else "",
            sentence=line.sentence if line and language() == "de" else "",
        )

    @cached_property
    def _sources(self) -> dict[str, Any]:
        return sources(db.session())

    @property
    def talk(self) -> list[Point]:
        """The points to talk through in person, the same for everybody."""
        return [self.point(one) for one in talked_through(self.document)]

    @cached_property
    def result(self) -> Result:
        return result(self.document, self.said, self.desk.today)

    @property
    def parts(self) -> list[tuple[str, str, list[Point]]]:
        """The lists of the result that hold something: name, heading, points."""
        found = [(name, t(german, english), getattr(self.result, name)) for name, german, english in PARTS]
        return [
            (name, heading, [self.point(one.item, one) for one in lines]) for name, heading, lines in found if lines
        ]

    @property
    def contradictions(self) -> list[str]:
        """Sentences about answers that cannot be true together."""
        if language() == "de":
            return contradictions(self.document, self.said.situation)
        labels = {one.id: self._question(one)["label"] for one in self.document.conditions}
        names = [
            [f"“{labels[name]}”" for name in clash.conditions] for clash in clashes(self.document, self.said.situation)
        ]
        return [
            f"{' and '.join(one)} do not go together."
            if len(one) > 1
            else f"To {one[0]} belongs another answer that is missing."
            for one in names
        ]

    @property
    def fees(self) -> tuple[str, str]:
        """Euro for an adult, and for a child that is naturalised together."""
        return euro(self.document.fees.adult), euro(self.document.fees.child)

    @property
    def languages(self) -> list[tuple[str, str]]:
        """Languages of the handout."""
        return languages(db.session())
