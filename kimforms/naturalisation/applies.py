"""What of a checklist applies to whom: questions, points, contradictions, and which exception takes whose place.

Pages, services and the self-check ask here and nowhere else, so that nothing sensitive is ever kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kimforms.engine.conditions import explain, fields_in
from kimforms.naturalisation.document import ChecklistDocument, Implies, Item, SituationQuestion

Situation = Mapping[str, bool]
"""Answers by id of the question. One that is missing was not asked and counts as no."""


def never_stored(document: ChecklistDocument) -> frozenset[str]:
    """Ids of the points of which nothing is stored, neither answer nor note nor that they applied.

    These are the ones flagged sensitive, and the ones that no answer to the other questions can make apply, so that their
    mere presence would tell something under Art. 9 or 10 GDPR. A point that also comes through a question that is not
    sensitive is stored, and then applies only through that one.
    """
    return document.never_stored_items


def questions(document: ChecklistDocument, *, stored: bool = True) -> list[SituationQuestion]:
    """The questions to ask, in the order of the edition.

    `stored`: only what may be kept, and only what a point that may be kept depends on (no question without purpose).
    """
    if not stored:
        return list(document.conditions)
    needed = {
        name
        for item in document.items.values()
        if item.id not in document.never_stored_items
        for name in fields_in(item.applies_when)
    }
    return [one for one in document.conditions if one.id in document.storable_questions and one.id in needed]


def kept(document: ChecklistDocument, situation: Situation) -> dict[str, bool]:
    """The part of a situation that may be stored: answers to the questions of :func:`questions`, yes or no."""
    return {one.id: situation[one.id] is True for one in questions(document) if one.id in situation}


def completed(document: ChecklistDocument, situation: Situation, *, stored: bool = True) -> dict[str, bool]:
    """The situation with what follows from it: a question not asked that must be yes because another one is.

    `stored`: sensitive answers are left out first. A no that was given stays a no; see :func:`contradictions`.
    """
    known = document.storable_questions if stored else document.question_ids
    answers = {name: answer is True for name, answer in situation.items() if name in known}
    for _ in document.implies:
        follows = [
            rule.any_of[0]
            for rule in document.implies
            if answers.get(rule.condition)
            and len(rule.any_of) == 1
            and rule.any_of[0] in known
            and rule.any_of[0] not in answers
        ]
        if not follows:
            break
        answers.update(dict.fromkeys(follows, True))
    return answers


def _yes(document: ChecklistDocument, situation: Situation, *, stored: bool) -> frozenset[str]:
    return frozenset(name for name, answer in completed(document, situation, stored=stored).items() if answer)


def applicable(document: ChecklistDocument, situation: Situation, *, stored: bool = True) -> list[Item]:
    """The points that apply, in the order of the edition; `stored`: without those of which nothing is stored.

    Points whose place an exception takes are among them, see :func:`suspended`.
    """
    yes = _yes(document, situation, stored=stored)
    hidden = document.never_stored_items if stored else frozenset()
    tables = document.tables
    return [one for one in document.items.values() if one.id not in hidden and tables[one.id].holds(yes)]


def applies(document: ChecklistDocument, situation: Situation, item_id: str, *, stored: bool = True) -> bool:
    """Whether the point with this id applies; an unknown one never does."""
    return any(one.id == item_id for one in applicable(document, situation, stored=stored))


def suspended(document: ChecklistDocument, situation: Situation, *, stored: bool = True) -> dict[str, str]:
    """Points that apply but step back, each with the id of the first exception that takes their place.

    Whether that exception is also proved is what `readiness.py` judges.
    """
    return {name: by[0] for name, by in replacements(document, situation, stored=stored).items()}


def replacements(
    document: ChecklistDocument, situation: Situation, *, stored: bool = True
) -> dict[str, tuple[str, ...]]:
    """As :func:`suspended`, with all exceptions that take a point's place (two at once are no contradiction)."""
    here = applicable(document, situation, stored=stored)
    found: dict[str, tuple[str, ...]] = {}
    for exception in here:
        for name in exception.replaces:
            found[name] = (*found.get(name, ()), exception.id)
    return {item.id: found[item.id] for item in here if item.id in found}


def contradictions(document: ChecklistDocument, situation: Situation, *, stored: bool = True) -> list[str]:
    """Sentences about answers that cannot be true together; none if they fit.

    What was not asked contradicts nothing.
    """
    answers = completed(document, situation, stored=stored)
    return list(dict.fromkeys(_clashes(document, answers)))


def _clashes(document: ChecklistDocument, answers: Situation) -> Iterator[str]:
    labels = {one.id: one.label for one in document.conditions}
    for group in document.exclusive:
        chosen = [labels.get(name, name) for name in group.conditions if answers.get(name)]
        if len(chosen) > 1:
            yield f"{_listed(chosen, 'und')} passen nicht zusammen. {group.reason}"
    for rule in document.implies:
        if answers.get(rule.condition) and all(answers.get(name) is False for name in rule.any_of):
            yield _lacks(rule, labels)


def _lacks(rule: Implies, labels: Mapping[str, str]) -> str:
    wanted = _listed([labels.get(name, name) for name in rule.any_of], "oder")
    return f"Zu „{labels.get(rule.condition, rule.condition)}“ gehört auch {wanted}. {rule.reason}"


def _listed(names: list[str], last: str) -> str:
    quoted = [f"„{one}“" for one in names]
    return f" {last} ".join([", ".join(quoted[:-1]), quoted[-1]] if quoted[1:] else quoted)


def why(item: Item, document: ChecklistDocument) -> str:
    """For whom the point applies, as a German sentence."""
    if item.applies_when is None:
        return "Gilt immer."
    labels = {one.id: one.label for one in document.conditions}
    return f"Gilt, {explain(item.applies_when, labels)}."
