"""Cases side by side: what a step that repeats holds, as a table with a column for each round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ...engine.catalogue import Catalogues
from ...engine.definition import ProcessDefinition, Step
from ...engine.fields import CleanContext, Field, RepeatingGroup
from ...engine.fields.groups import row_mark
from ...engine.text import pick

BREAK, NO_BREAK = "bruch", "nein"
"""The column that tells where the way of a case broke, and its answer for "nowhere"."""
NUMBER, OFFICE, AREA, WHAT, DAYS, NEXT = "nr", "stelle", "rechtskreis", "schritt", "dauer_tage", "uebergabe"


@dataclass(frozen=True)
class Line:
    """One feature of the cases: its name, and for each case its lines; ``ordered``: they follow one another."""

    label: str
    cells: Sequence[Sequence[str]]
    ordered: bool = False


@dataclass(frozen=True)
class Comparison:
    """The cases by name and their features; below them what was found in comparing (question, answer)."""

    title: str
    cases: Sequence[str]
    lines: Sequence[Line]
    found_title: str
    found: Sequence[tuple[str, str]]


def comparison(
    definition: ProcessDefinition,
    answers: Mapping[str, Any],
    *,
    catalogues: Catalogues,
    today: date,
    language: str = "de",
) -> Comparison | None:
    """The rounds of the first step that repeats, and the answers of the step after it. None where no step repeats."""
    steps = definition.form.steps
    number = next((at for at, step in enumerate(steps) if step.repeat is not None), None)
    if number is None:
        return None
    step, after = steps[number], steps[number + 1] if number + 1 < len(steps) else None
    rounds = [row for row in answers.get(step.id) or () if isinstance(row, Mapping)]
    context = CleanContext(catalogues, today, language, answers)
    return Comparison(
        pick(step.title, language),
        [round_name(step, at, language) for at in range(1, len(rounds) + 1)],
        [line for field in step.fields for line in _lines(field, rounds, context)],
        pick(after.title, language) if after is not None else "",
        _found(after, answers, context) if after is not None else (),
    )


def round_name(step: Step, number: int, language: str) -> str:
    """What the round with this number (from 1) of a step that repeats is called, such as ``Fall A``."""
    assert step.repeat is not None
    item = pick(step.repeat.item, language) or pick(step.title, language)
    return f"{item} {row_mark(number, step.repeat.naming)}"


def told(step: Step, row: Mapping[str, Any], context: CleanContext) -> Iterator[tuple[str, Sequence[str]]]:
    """One round on its own, read like its column: what has an answer, with its lines; nothing that is personal."""
    for field in step.fields:
        if field.personal_data:
            continue
        for line in _lines(field, [row], context):
            (texts,) = line.cells
            if texts:
                numbered = line.ordered and len(texts) > 1
                yield line.label, [f"{at}. {text}" for at, text in enumerate(texts, 1)] if numbered else texts


def _lines(field: Field, rounds: Sequence[Mapping[str, Any]], context: CleanContext) -> Iterator[Line]:
    label = pick(field.label, context.language)
    if not isinstance(field, RepeatingGroup):
        if field.holds_answer:
            texts = [field.display(row.get(field.id), context).strip() for row in rounds]
            yield Line(label, [[text] if text else [] for text in texts])
        return
    rows = [[each for each in row.get(field.id) or () if isinstance(each, Mapping)] for row in rounds]
    yield Line(label, [[_station(field, each, context) for each in one] for one in rows], ordered=True)
    if any(each.id == BREAK for each in field.fields):
        name = "Breaks" if context.language == "en" else "Brüche"
        yield Line(name, [[_break(field, each, context) for each in one if _broke(each)] for one in rows])


def _shown(field: RepeatingGroup, row: Mapping[str, Any], name: str, context: CleanContext) -> str:
    inner = next((each for each in field.fields if each.id == name), None)
    return inner.display(row.get(name), context) if inner is not None else ""


def _station(field: RepeatingGroup, row: Mapping[str, Any], context: CleanContext) -> str:
    """One station as a sentence: office (legal area): what happened, days, to whom it was handed over."""
    known = {name: _shown(field, row, name, context) for name in (OFFICE, AREA, WHAT, DAYS, NEXT)}
    others = [each for each in field.fields if each.id not in (NUMBER, BREAK, *known) and each.holds_answer]
    english = context.language == "en"
    place = known[OFFICE] + (f" ({known[AREA]})" if known[OFFICE] and known[AREA] else "")
    parts = [": ".join(filter(None, (place or known[AREA], known[WHAT])))]
    if known[DAYS]:
        one = known[DAYS] == "1"
        parts.append(f"{known[DAYS]} {('day' if one else 'days') if english else ('Tag' if one else 'Tage')}")
    if known[NEXT]:
        parts.append(f"{'handed over to' if english else 'Übergabe an'} {known[NEXT]}")
    parts += [each.display(row.get(each.id), context) for each in others]
    return "; ".join(filter(None, parts))


def _broke(row: Mapping[str, Any]) -> bool:
    return row.get(BREAK) not in (None, "", NO_BREAK)


def _break(field: RepeatingGroup, row: Mapping[str, Any], context: CleanContext) -> str:
    where = _shown(field, row, OFFICE, context) or _shown(field, row, WHAT, context)
    what = _shown(field, row, BREAK, context)
    return f"{what} ({where})" if where else what


def _found(step: Step, answers: Mapping[str, Any], context: CleanContext) -> list[tuple[str, str]]:
    return [
        (pick(each.label, context.language), each.display(answers.get(each.id), context))
        for each in step.fields
        if each.holds_answer and not each.personal_data and (answers.get(each.id) is not None or each.required)
    ]
