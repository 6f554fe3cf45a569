"""What is still missing for a hand-over, explained point by point. A recommendation, never a lock: anyone may apply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from kimforms.naturalisation.applies import Situation, applicable, replacements
from kimforms.naturalisation.document import ChecklistDocument, Item
from kimforms.naturalisation.words import on_day

ENTRY_STATES: Mapping[str, str] = {
    "open": "offen",
    "working": "in Arbeit",
    "present": "liegt vor",
    "met": "erfüllt",
    "not_needed": "nicht erforderlich",
    "clarify": "Klärung nötig",
}
"""What a service can say to a point, with the German words."""

MET = ("met", "present")
"""States of a point for which what it asks is there."""
SETTLED = (*MET, "not_needed")

LEFT_OUT = (
    "Punkte, die Sie nur persönlich besprechen, sind hier ausgelassen; es wird nicht gespeichert, ob sie zutreffen oder "
    "andere Punkte entfallen lassen."
)


@dataclass(frozen=True)
class Progress:
    """What is known of one point: its state, and whether a new edition asks to look at it again."""

    item_id: str
    state: str
    review: bool = False


@dataclass(frozen=True)
class Line:
    """One point that applies: whether it stands in the way, and why or why not. `ok` says that it does not."""

    item: Item
    state: str
    ok: bool
    sentence: str


@dataclass(frozen=True)
class Readiness:
    """`ready`: nothing is missing. `missing`: ids of the points that are, in the order of the edition."""

    ready: bool
    missing: tuple[str, ...]
    lines: tuple[Line, ...]
    sentence: str


def readiness(
    document: ChecklistDocument,
    situation: Situation,
    states: Mapping[str, str],
    talked_on: date | None,
    day: date,
    *,
    review: frozenset[str] = frozenset(),
    stored: bool = True,
) -> Readiness:
    """Judge what applies on `day`; `states` has the state of each point by id, one that is missing is open.

    States of points that do not apply or are never stored do not count. `talked_on` is the day of the talk about the
    points that are left out; without it something is missing, but no point. `review`: points to look at again because the
    edition changed or the office returned them; they stand in the way. `stored=False`: all points count, for the check
    that keeps nothing.
    """
    here = applicable(document, situation, stored=stored)
    judged = _Judged(here, replacements(document, situation, stored=stored), states, review)
    lines = tuple(_line(item, judged, document, day) for item in here)
    missing = tuple(one.item.id for one in lines if not one.ok)
    talk = not stored or talked_on is not None or not document.never_stored_items
    return Readiness(not missing and talk, missing, lines, _summary(document, missing, talked_on, talk, stored=stored))


class _Judged:
    """The points that apply with their states, and the questions that the lines ask about them."""

    def __init__(
        self,
        here: list[Item],
        replaced: Mapping[str, tuple[str, ...]],
        states: Mapping[str, str],
        review: frozenset[str],
    ) -> None:
        self.items = {one.id: one for one in here}
        self.replaced = replaced
        self.review = review
        self._states = {one: states.get(one, "open") for one in self.items}

    def state(self, item_id: str) -> str:
        return self._states[item_id]

    def fulfilled(self, item_id: str) -> bool:
        return self.state(item_id) in MET and item_id not in self.review

    def settled(self, item_id: str) -> bool:
        return self.state(item_id) in SETTLED and item_id not in self.review

    def other_proof(self, item: Item) -> str | None:
        """The other proof of the same thing that is there, if any."""
        others = [one.id for one in self.items.values() if one.alternative_to == item.id]
        if item.alternative_to in self.items:
            siblings = [one.id for one in self.items.values() if one.alternative_to == item.alternative_to]
            others = [item.alternative_to, *(one for one in siblings if one != item.id)]
        return next((one for one in others if self.fulfilled(one)), None)

    def exception(self, item: Item) -> str | None:
        """The exception that takes the place of the point: one that is proved, else the first not ruled out."""
        by = self.replaced.get(item.id, ())
        proved = next((one for one in by if self.fulfilled(one)), None)
        return proved or next((one for one in by if self.state(one) != "not_needed"), None)

    def superfluous(self, item: Item) -> bool:
        """Whether nothing that the exception replaces still needs it."""
        targets = [self.items[one] for one in item.replaces if one in self.items]
        return bool(targets) and all(self._without(target, item.id) for target in targets)

    def _without(self, target: Item, exception: str) -> bool:
        others = (one for one in self.replaced.get(target.id, ()) if one != exception)
        own = self.settled(target.id) or self.other_proof(target) is not None
        return own or any(self.fulfilled(one) for one in others)


def _line(item: Item, judged: _Judged, document: ChecklistDocument, day: date) -> Line:
    state = judged.state(item.id)
    for rule in (_never_in_the_way, _to_review, _own_state, _by_another, _by_exception, _no_longer_needed):
        verdict = rule(item, judged)
        if verdict is not None:
            return Line(item, state, verdict[0], on_day(verdict[1], document, day))
    return Line(item, state, False, _lacking(item, state))


_Verdict = tuple[bool, str] | None


def _never_in_the_way(item: Item, _judged: _Judged) -> _Verdict:
    if item.kind == "hinweis":
        return True, "Hinweis; er steht der Abgabe nicht im Weg."
    if item.after_decision:
        return True, "Wird erst nach der Entscheidung verlangt."
    return None


def _to_review(item: Item, judged: _Judged) -> _Verdict:
    if item.id in judged.review:
        return False, "Bitte neu ansehen, bevor dieser Punkt wieder zählt."
    return None


def _own_state(item: Item, judged: _Judged) -> _Verdict:
    state = judged.state(item.id)
    if state == "not_needed" and item.id in judged.replaced and judged.exception(item):
        return True, f"Nicht erforderlich; es gilt die Ausnahme {judged.exception(item)}."
    sentences = {
        "met": "Erfüllt.",
        "present": "Der Nachweis liegt vor.",
        "not_needed": "Nicht erforderlich, mit Begründung.",
    }
    return (True, sentences[state]) if state in SETTLED else None


def _by_another(item: Item, judged: _Judged) -> _Verdict:
    other = judged.other_proof(item)
    return (True, f"Nicht nötig: {other} genügt als Nachweis.") if other else None


def _by_exception(item: Item, judged: _Judged) -> _Verdict:
    exception = judged.exception(item)
    if exception is None:
        return None
    if judged.fulfilled(exception):
        return True, f"Entfällt, weil die Ausnahme {exception} erfüllt ist."
    return True, f"Tritt zurück: Stattdessen ist {exception} zu belegen."


def _no_longer_needed(item: Item, judged: _Judged) -> _Verdict:
    if item.replaces and judged.superfluous(item):
        return True, "Wird nicht gebraucht: Was dieser Punkt ersetzt, ist anders erfüllt."
    return None


def _lacking(item: Item, state: str) -> str:
    if state == "clarify":
        return "Hier ist noch etwas zu klären."
    if state == "working":
        return "In Arbeit, aber noch nicht erfüllt."
    wanted: dict[str, str] = {
        "voraussetzung": "Diese Voraussetzung ist noch nicht erfüllt.",
        "nachweis": "Dieser Nachweis fehlt noch.",
        "ausnahme": "Diese Ausnahme ist noch zu belegen.",
        "ausschluss": "Noch nicht geprüft, ob dieser Ausschlussgrund vorliegt.",
        "erklaerung": "Diese Erklärung fehlt noch.",
    }
    return wanted[item.kind]


def _summary(
    document: ChecklistDocument, missing: tuple[str, ...], talked_on: date | None, talk: bool, *, stored: bool
) -> str:
    parts: list[str] = []
    if not missing:
        parts.append("Alle Voraussetzungen sind erfüllt." if talk else "Alle gespeicherten Punkte sind erfüllt.")
    elif len(missing) == 1:
        parts.append(f"Es fehlt noch ein Punkt: {missing[0]}.")
    else:
        parts.append(f"Es fehlen noch {len(missing)} Punkte: {', '.join(missing[:-1])} und {missing[-1]}.")
    if stored and document.never_stored_items:
        parts.append(LEFT_OUT)
        parts.append(
            f"Das Gespräch darüber war am {talked_on:%d.%m.%Y}."
            if talked_on
            else "Das Gespräch darüber steht noch aus."
        )
    parts.append("Das ist eine Empfehlung; ein Antrag ist jederzeit möglich.")
    return " ".join(parts)
