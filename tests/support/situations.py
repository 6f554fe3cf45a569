"""Situations to try a checklist with, and what must never be said of one; tests and `benchmarks.naturalisation_rules` use it.

Questions that meet in a condition, an exclusion, an implication or an exception form a group. No two groups have anything
to do with each other, so all answers within each group stand for all answers there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from kimforms.engine.conditions import fields_in
from kimforms.engine.profile import profile_folder
from kimforms.naturalisation.applies import applicable, contradictions, replacements, suspended
from kimforms.naturalisation.document import ChecklistDocument, Item
from kimforms.naturalisation.profile_checklist import read_checklist
from kimforms.naturalisation.readiness import readiness
from kimforms.naturalisation.truth import answers_over

DAY = date(2026, 11, 23)
MINORS_NEVER = {"A5", "F1", "F2", "G1", "G2", "H1", "H2", "H3", "H4", "K4"}
LANGUAGE = {"F1", "F3", "F4", "F5", "F6"}


@cache
def shipped() -> ChecklistDocument:
    """The checklist of the profile that ships."""
    found = read_checklist(profile_folder("rhein_sieg"))
    assert found is not None
    return found


def groups(document: ChecklistDocument) -> list[tuple[str, ...]]:
    """The groups of questions that have to do with each other, the smallest first."""
    bonds = [set(fields_in(item.applies_when)) for item in document.items.values()]
    bonds += [set(one.conditions) for one in document.exclusive]
    bonds += [{one.condition, *one.any_of} for one in document.implies]
    for item in document.items.values():
        for other in (*item.replaces, *filter(None, [item.alternative_to])):
            bonds.append({*fields_in(item.applies_when), *fields_in(document.items[other].applies_when)})
    found: list[set[str]] = []
    for bond in filter(None, bonds):
        touching = [one for one in found if one & bond]
        found = [one for one in found if not one & bond] + [bond.union(*touching)]
    order = [one.id for one in document.conditions]
    return sorted((tuple(sorted(one, key=order.index)) for one in found), key=len)


@dataclass
class Sweep:
    """What came out: combinations tried, how many were refused as contradictory, and what went wrong."""

    tried: int = 0
    refused: int = 0
    faults: list[str] = field(default_factory=list)
    judged: set[frozenset[str]] = field(default_factory=set)


def sweep(document: ChecklistDocument, sets: Iterable[frozenset[str]], into: Sweep, *, ready: bool = True) -> None:
    """Try every set of yeses, all other questions answered with no; with `ready` judge each list of points once."""
    for yes in sets:
        into.tried += 1
        situation = {one.id: one.id in yes for one in document.conditions}
        if contradictions(document, situation, stored=False):
            into.refused += 1
            continue
        for stored in (True, False):
            here = applicable(document, situation, stored=stored)
            into.faults += [f"{sorted(yes)}: {one}" for one in faults(document, situation, here, stored=stored)]
            key = frozenset([*(one.id for one in here), str(stored)])
            if ready and key not in into.judged:
                into.judged.add(key)
                found = readiness_faults(document, situation, here, stored=stored)
                into.faults += [f"{sorted(yes)}: {one}" for one in found]


def all_answers(document: ChecklistDocument) -> Iterator[frozenset[str]]:
    """All answers within each group, the other groups answered with no."""
    for group in groups(document):
        yield from answers_over(group)


def faults(document: ChecklistDocument, situation: dict[str, bool], here: list[Item], *, stored: bool) -> Iterator[str]:
    """What is wrong with the points that apply in a situation without contradiction; nothing here looks at the code's data
    for exceptions where the law can be said in another way.
    """
    ids = {one.id for one in here}
    gone = suspended(document, situation, stored=stored)
    yes = {name for name, answer in situation.items() if answer}
    yield from (f"{one.id} hat keinen Paragraphen" for one in here if not one.legal_basis.strip())
    yield from (f"{one} gilt und gilt nicht" for one in gone if one not in ids)
    yield from (f"{by} hebt {one} auf und gilt selbst nicht" for one, by in gone.items() if by not in ids)
    yield from (f"{by} hebt {one} auf und ist selbst aufgehoben" for one, by in gone.items() if by in gone)
    if stored:
        yield from (f"{one} wäre gespeichert" for one in ids & document.never_stored_items)
        known = {name: answer for name, answer in situation.items() if name in document.storable_questions}
        if [one.id for one in applicable(document, known)] != [one.id for one in here]:
            yield "eine geschützte Antwort ändert, was gespeichert wird"
    minor = "kind_unter_16" in yes
    if minor and ids & MINORS_NEVER:
        yield f"unter 16 Jahren verlangt: {sorted(ids & MINORS_NEVER)}"
    if ("A4" in ids) is not minor or ("F3" in ids) is not minor or ("A5" in ids) is minor:
        yield "der Antrag für ein Kind und der eigene widersprechen sich"
    if not ids & LANGUAGE or {"F1", "F3"} <= ids:
        yield "die Sprache ist nicht oder zweimal geregelt"
    if ("C1" in ids) is ("C2" in ids):
        yield "die Aufenthaltsdauer ist nicht oder zweimal geregelt"
    helped = bool(ids & {"E8", "E9", "E10"})
    if ("E1" in gone) is not helped or "E1" not in ids:
        yield "der Lebensunterhalt widerspricht seinen Ausnahmen"
    if "bezug_sgb2_oder_sgb12" in yes and ("E11" in ids) is helped:
        yield "der Weg ins Ermessen und die Ausnahme gelten beide oder keins"
    if ("B1" in gone) is not ("kein_pass" in yes):
        yield "der Pass wird verlangt, obwohl es keinen gibt, oder nicht verlangt"
    spared = yes & (
        {"gastarbeitergeneration", "haertefall_sprache"} | (set() if stored else {"krankheit_behinderung_alter"})
    )
    if not minor and any((one in gone) is not bool(spared) for one in ("F1", "F2", "G1", "G2")):
        yield "B1 oder Test widersprechen ihren Ausnahmen"


def readiness_faults(
    document: ChecklistDocument, situation: dict[str, bool], here: list[Item], *, stored: bool
) -> Iterator[str]:
    """What is wrong with how readiness judges this list: it must begin unready, get there step by step, and say why."""

    def judge(states: dict[str, str]):  # type: ignore[no-untyped-def]
        return readiness(document, situation, states, DAY, DAY, stored=stored)

    fresh = judge({})
    if fresh.ready or not fresh.missing:
        yield "bereit, obwohl nichts vorliegt"
    if [one.item.id for one in fresh.lines] != [one.id for one in here]:
        yield "nicht jeder Punkt ist erklärt"
    yield from (f"{one.item.id} ohne Satz" for one in fresh.lines if not one.sentence.endswith("."))
    free = {one.id for one in here if one.kind == "hinweis" or one.after_decision}
    if free & set(fresh.missing):
        yield "ein Hinweis steht im Weg"
    states: dict[str, str] = {}
    now = fresh
    for step in fresh.missing:
        if step not in now.missing:
            continue
        states[step] = "met"
        now = judge(states)
        if step in now.missing:
            yield f"{step} ist erfüllt und fehlt trotzdem"
    if not now.ready:
        yield "nicht bereit, obwohl alles Fehlende erfüllt ist"
    if not judge({one.id: "met" for one in here}).ready:
        yield "nicht bereit, obwohl alles erfüllt ist"
    replaced = replacements(document, situation, stored=stored)
    dismissed = judge({by: "not_needed" for several in replaced.values() for by in several})
    back = {one for one in replaced if document.items[one].kind != "hinweis"}
    if not back <= set(dismissed.missing):
        yield "eine verworfene Ausnahme hebt noch etwas auf"
