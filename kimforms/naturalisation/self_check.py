"""The check that anybody makes without an account: what was posted in, what applies, is met, is missing out. It keeps nothing.

The page posts everything with each step, so nothing has to be remembered between two of them. Never a verdict: whoever lacks
something reads whom to ask, never that it is impossible.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kimforms.engine.conditions import fields_in
from kimforms.naturalisation.applies import Situation, applicable, completed, questions
from kimforms.naturalisation.document import ChecklistDocument, Exclusive, Implies, Item, Section, SituationQuestion
from kimforms.naturalisation.readiness import Line, readiness

ANSWERS: Mapping[str, str] = {"yes": "met", "no": "open", "unclear": "clarify", "not_applicable": "not_needed"}
"""What a person can say to a point (ja, nein, unklar – Beratung, trifft nicht zu) and the state that it stands for."""

SITUATION, POINT = "s-", "p-"
"""What the names of posted fields begin with: a question about the situation, a point of the checklist."""
YES = "1"


@dataclass(frozen=True)
class Given:
    """What a person said: the situation by question, an answer by point. Nothing else of what was posted is read."""

    situation: Situation
    answers: Mapping[str, str]

    @property
    def states(self) -> dict[str, str]:
        """The answers as states of the checklist."""
        return {name: ANSWERS[answer] for name, answer in self.answers.items()}

    def fields(self) -> list[tuple[str, str]]:
        """The answers as pairs of name and value, for the next step to carry along."""
        chosen = [(SITUATION + name, YES) for name, answer in self.situation.items() if answer]
        return chosen + [(POINT + name, answer) for name, answer in self.answers.items()]


def given(document: ChecklistDocument, posted: Mapping[str, str]) -> Given:
    """Reads posted fields. Unknown names and values are passed over, sensitive questions and points always."""
    asked = {one.id for one in questions(document)}
    points = {name for name in document.items if name not in document.never_stored_items}
    situation = {name: posted.get(SITUATION + name) == YES for name in asked}
    answers = {name: posted[POINT + name] for name in points if posted.get(POINT + name) in ANSWERS}
    return Given(
        {one.id: situation[one.id] for one in document.conditions if one.id in asked},
        {name: answers[name] for name in document.items if name in answers},
    )


def grouped(document: ChecklistDocument) -> list[tuple[Section, list[SituationQuestion]]]:
    """The questions to ask, under the first section whose points depend on them."""
    left = questions(document)
    found = []
    for section in document.sections:
        needed = {name for item in section.items for name in fields_in(item.applies_when)}
        here = [one for one in left if one.id in needed]
        left = [one for one in left if one.id not in needed]
        if here:
            found.append((section, here))
    return found


def points(document: ChecklistDocument, situation: Situation) -> list[tuple[Section, list[Item]]]:
    """The points that apply, by section; without those that are only talked through."""
    here = {one.id for one in applicable(document, situation)}
    parts = [(section, [one for one in section.items if one.id in here]) for section in document.sections]
    return [(section, items) for section, items in parts if items]


def answerable(item: Item) -> bool:
    """Whether a point asks for an answer; a hint only tells something."""
    return item.kind != "hinweis" and not item.after_decision


def talked_through(document: ChecklistDocument) -> list[Item]:
    """The points to talk through in person: all of the edition, the same for everybody, whatever was answered."""
    return [one for one in document.items.values() if one.id in document.never_stored_items]


@dataclass(frozen=True)
class Result:
    """What came out. Each line stands in exactly one list; `advice`: to be talked about with an advisory service.

    `open`: not answered yet. `settled`: not needed, because an exception or another proof takes its place or the person
    said so. `exceptions` and `hints` are for reading.
    """

    met: tuple[Line, ...]
    missing: tuple[Line, ...]
    advice: tuple[Line, ...]
    open: tuple[Line, ...]
    settled: tuple[Line, ...]
    hints: tuple[Line, ...]

    @property
    def complete(self) -> bool:
        """Whether nothing is missing, unclear or unanswered."""
        return not (self.missing or self.advice or self.open)

    def papers(self) -> list[Line]:
        """The points that apply and name papers to bring, in the order of the edition."""
        lines = [*self.met, *self.missing, *self.advice, *self.open, *self.hints]
        return sorted((one for one in lines if one.item.evidence), key=_order)


def _order(line: Line) -> tuple[str, int]:
    letters = line.item.id.rstrip("0123456789")
    return letters, int(line.item.id[len(letters) :])


def result(document: ChecklistDocument, said: Given, day: date) -> Result:
    """Judges what was said by the rules that hold for everybody's checklist."""
    judged = readiness(document, said.situation, said.states, None, day)
    lists: dict[str, list[Line]] = {}
    for line in judged.lines:
        lists.setdefault(_place(line, said.answers.get(line.item.id)), []).append(line)
    return Result(**{name: tuple(lists.get(name, ())) for name in Result.__dataclass_fields__})


def _place(line: Line, answer: str | None) -> str:
    if not answerable(line.item):
        return "hints"
    if answer == "yes":
        return "met"
    if line.ok:
        return "settled"
    if answer is None:
        return "open"
    # a ground of exclusion is never told as a refusal: there may be a way around it that only an adviser sees
    return "missing" if answer == "no" and line.item.kind != "ausschluss" else "advice"


@dataclass(frozen=True)
class Clash:
    """Answers that cannot be true together: ids of the questions said yes to, and the rule that they break."""

    conditions: Sequence[str]
    rule: Exclusive | Implies


def clashes(document: ChecklistDocument, situation: Situation) -> Iterator[Clash]:
    """The contradictions of a situation as data, for languages in which `applies.contradictions` has no sentence."""
    answers = completed(document, situation)
    for group in document.exclusive:
        chosen = [name for name in group.conditions if answers.get(name)]
        if len(chosen) > 1:
            yield Clash(chosen, group)
    for rule in document.implies:
        if answers.get(rule.condition) and all(answers.get(name) is False for name in rule.any_of):
            yield Clash([rule.condition], rule)
