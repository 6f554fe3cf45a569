"""The sheet that a client takes along: what applies to this person, in the client's language, the German words beside it.

Plain data for `documents/handout.py`. It holds no name and no point of which nothing is stored, and says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kimforms.naturalisation.applies import Situation, applicable
from kimforms.naturalisation.document import ChecklistDocument, Item
from kimforms.naturalisation.readiness import MET, readiness
from kimforms.naturalisation.translations import Translation, for_item, say
from kimforms.naturalisation.words import euro, on_day, shown

GERMAN: Mapping[str, str] = {
    "heading": "Einbürgerung: Ihre Checkliste",
    "conditions": "Das müssen Sie erfüllen",
    "documents": "Diese Unterlagen brauchen Sie",
    "exceptions": "Ausnahmen",
    "hints": "Gut zu wissen",
    "state_open": "offen",
    "state_working": "in Arbeit",
    "state_present": "liegt vor",
    "state_met": "erfüllt",
    "state_not_needed": "nicht nötig",
    "state_clarify": "wird geklärt",
}
"""What stands in German beside the sentences of the frame."""

GROUPS: Mapping[str, tuple[str, ...]] = {
    "conditions": ("voraussetzung", "erklaerung", "ausschluss"),
    "documents": ("nachweis",),
    "exceptions": ("ausnahme",),
    "hints": ("hinweis",),
}
"""Heading of a part of the sheet -> the kinds of points in it."""


@dataclass(frozen=True)
class Pair:
    """A text in the reader's language and in German; `text` is None where there is no translation."""

    text: str | None
    german: str


@dataclass(frozen=True)
class SheetLine:
    """One point: title and papers as pairs, and its state where one is shown (`""`: none)."""

    id: str
    title: Pair
    evidence: tuple[Pair, ...]
    state: Pair | None
    done: bool


@dataclass(frozen=True)
class SheetGroup:
    """A part of the sheet under a heading."""

    heading: Pair
    lines: tuple[SheetLine, ...]

    @property
    def has_states(self) -> bool:
        """Whether any point here has a state to show."""
        return any(line.state is not None for line in self.lines)


@dataclass(frozen=True)
class Sheet:
    """A whole handout. `notices` stand in the box on top, `closing` below the points; `ask` are addresses, in German."""

    language: str
    direction: str
    name: str
    heading: Pair
    notices: tuple[str, ...]
    facts: tuple[str, ...]
    groups: tuple[SheetGroup, ...]
    talk: str
    closing: tuple[str, ...]
    not_translated: str
    your_questions: str
    advice_free: str
    ask: tuple[tuple[str, ...], ...]
    page: str
    untranslated: int

    @property
    def is_german(self) -> bool:
        """Plain German: the German words beside it are those of the law."""
        return self.language == "de"


@dataclass(frozen=True)
class About:
    """What a sheet says beside the points: who made it (empty: the person alone), the office, the next appointment, whom to ask."""

    made_by: str = ""
    office: str = ""
    appointment: date | None = None
    ask: Sequence[tuple[str, ...]] = ()


def sheet(
    document: ChecklistDocument,
    translation: Translation,
    situation: Situation,
    states: Mapping[str, str],
    day: date,
    about: About,
) -> Sheet:
    """The handout of one person on a day. `states` as in `readiness`; only points that apply to the situation are on it."""
    lines = _lines(document, translation, situation, states, day)
    groups = tuple(
        SheetGroup(Pair(translation.frame[name], GERMAN[name]), here)
        for name, kinds in GROUPS.items()
        if (here := tuple(line for kind, line in lines if kind in kinds))
    )
    return Sheet(
        language=translation.language,
        direction=translation.direction,
        name=translation.name,
        heading=Pair(translation.frame["heading"], GERMAN["heading"]),
        notices=_notices(translation, document),
        facts=_facts(translation, about, day),
        groups=groups,
        talk=translation.frame["talk"],
        closing=_closing(translation, document),
        not_translated=translation.frame["not_translated"],
        your_questions=translation.frame["your_questions"],
        advice_free=translation.frame["advice_free"],
        ask=tuple(about.ask),
        page=translation.frame["page"],
        untranslated=sum(line.title.text is None for _, line in lines),
    )


def _lines(
    document: ChecklistDocument, translation: Translation, situation: Situation, states: Mapping[str, str], day: date
) -> list[tuple[str, SheetLine]]:
    judged = {one.item.id: one.ok for one in readiness(document, situation, states, None, day).lines}
    found: list[tuple[str, SheetLine]] = []
    for item in applicable(document, situation):
        german = shown(item, document, day)
        other = for_item(item, translation)
        title = Pair(on_day(other.title, document, day) if other else None, german.title)
        texts = [on_day(one, document, day) for one in other.evidence] if other else [None] * len(german.evidence)
        papers = tuple(Pair(text, there) for text, there in zip(texts, german.evidence, strict=True))
        state = _state(item, states.get(item.id, "open"), judged[item.id])
        told = Pair(translation.frame[f"state_{state}"], GERMAN[f"state_{state}"]) if state else None
        found.append((item.kind, SheetLine(item.id, title, papers, told, state in (*MET, "not_needed"))))
    return found


def _state(item: Item, state: str, ok: bool) -> str | None:
    """What the sheet tells of a point; a point whose place another one takes is not needed, a hint has no state."""
    if item.kind == "hinweis" or item.after_decision:
        return None
    return "not_needed" if ok and state not in MET else state


def _notices(translation: Translation, document: ChecklistDocument) -> tuple[str, ...]:
    if translation.state == "reviewed" and translation.reviewer and translation.reviewed_on:
        checked = say(translation, "reviewed", reviewer=translation.reviewer, date=_date(translation.reviewed_on))
    else:
        checked = translation.frame["unreviewed"]
    law = say(translation, "law_status", date=_date(document.law_status))
    return translation.frame["legal_notice"], checked, translation.frame["german_beside"], law


def _facts(translation: Translation, about: About, day: date) -> tuple[str, ...]:
    """Sentences with names in them; a name keeps its own direction, whatever stands around it (UAX #9, isolates)."""
    found = []
    own = ("\u2068", "\u2069") if translation.direction == "rtl" else ("", "")
    office, service = (f"{own[0]}{one}{own[1]}" if one else "" for one in (about.office, about.made_by))
    if about.appointment is not None:
        found.append(say(translation, "next_appointment", date=_date(about.appointment)))
    if office:
        found.append(say(translation, "office", office=office))
    if service:
        found.append(say(translation, "made_by", service=service, date=_date(day)))
        found.append(say(translation, "ask_here", service=service))
    return tuple(found)


def _closing(translation: Translation, document: ChecklistDocument) -> tuple[str, ...]:
    fees = document.fees
    return (
        say(translation, "fee", fee=euro(fees.adult), child_fee=euro(fees.child)),
        translation.frame["originals"],
        translation.frame["anyone_may_apply"],
        translation.frame["no_promise"],
    )


def _date(day: date) -> str:
    return f"{day:%d.%m.%Y}"
