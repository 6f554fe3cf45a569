"""The review of all answers before they are sent: what is said, missing, left out, or looks personal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..engine.cleaning import clean_answers, fields_of, flatten
from ..engine.definition import ProcessDefinition, Step
from ..engine.fields import CleanContext, Field
from ..engine.text import pick
from .builder import Circumstances
from .built_fields import hits_in
from .report import steps_shown


@dataclass(frozen=True)
class Card:
    """One step on the review: question and answer, warnings and refusals that belong to it."""

    step: Step
    title: str
    rows: Sequence[tuple[str, str]]
    errors: Sequence[str]
    hits: Sequence[tuple[str, Sequence[Mapping[str, str]]]]


@dataclass(frozen=True)
class Review:
    """All answers as they would be sent. ``dropped``: question and input of what is hidden now and not sent."""

    cards: Sequence[Card]
    dropped: Sequence[tuple[str, str]]

    @property
    def ready(self) -> bool:
        """Nothing is missing or wrong."""
        return not any(card.errors for card in self.cards)

    @property
    def hits(self) -> int:
        """How many texts seem to hold personal data."""
        return sum(len(card.hits) for card in self.cards)

    @property
    def first_wrong(self) -> Step | None:
        """Where to go on."""
        return next((card.step for card in self.cards if card.errors), None)


def review(definition: ProcessDefinition, raw: Mapping[str, Any], about: Circumstances) -> Review:
    """Judges the whole form and puts it into the words of the page."""
    cleaned = clean_answers(definition, raw, catalogues=about.catalogues, today=about.today, language=about.language,
                            facts=about.facts)  # fmt: skip
    context = about.context().within(cleaned.answers, definition.fields())
    cards = [_card(step, cleaned.answers, cleaned.errors, raw, context) for step in steps_shown(definition, raw, about)]
    tops = {each.id: each for step in definition.form.steps for each in fields_of(step)}
    dropped = [
        (pick(tops[name].label, about.language), _shown_raw(tops[name], raw.get(name), context))
        for name in cleaned.dropped
        if name in tops
    ]
    return Review(cards, dropped)


def _card(
    step: Step, answers: Mapping[str, Any], errors: Mapping[str, str], raw: Mapping[str, Any], context: CleanContext
) -> Card:
    rows, hits, sentences = [], [], []
    for each in fields_of(step):
        label = pick(each.label, context.language)
        sentences += [
            text if label in text else f"{label}: {text}"
            for path, text in errors.items()
            if path.partition(".")[0] == each.id
        ]
        if each.id in answers:
            rows.append((label, each.display(answers[each.id], context)))
        elif any(path.partition(".")[0] == each.id for path in errors) and raw.get(each.id):
            rows.append((label, _shown_raw(each, raw[each.id], context)))
        if each.check_free_text and isinstance(answers.get(each.id), str):
            found = hits_in(answers[each.id], context.language)
            hits += [(label, found)] if found else []
    return Card(step, pick(step.title, context.language), rows, sentences, hits)


def _shown_raw(each: Field, raw: Any, context: CleanContext) -> str:
    """Input that was not accepted, as far as it can be shown in words."""
    value = each.clean_parts(raw, context).value
    shown = each.display(value, context) if value is not None else ""
    return (shown or ", ".join(text for _, text in flatten({each.id: raw}) if text))[:2000]
