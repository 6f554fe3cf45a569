"""Translations of a checklist for the people it is about: files of a profile, checked, and laid beside the German text.

A translation belongs to one German wording. Where an office changed the wording since, the German text is shown instead, and
the sheet says so. Read by the profile's reader, the handout, and the English pages.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from kimforms.engine.strict import Id, Path, Strict
from kimforms.naturalisation.document import (
    ChecklistDocument,
    Item,
    ItemId,
    Line,
    Section,
    SectionId,
    SituationQuestion,
    Words,
)

LanguageCode = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
"""ISO 639: `ar`, `kmr`; `de` is plain German."""
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

FRAME: Mapping[str, frozenset[str]] = {
    "heading": frozenset(),
    "legal_notice": frozenset(),
    "not_translated": frozenset(),
    "unreviewed": frozenset(),
    "reviewed": frozenset({"reviewer", "date"}),
    "made_by": frozenset({"service", "date"}),
    "law_status": frozenset({"date"}),
    "german_beside": frozenset(),
    "conditions": frozenset(),
    "documents": frozenset(),
    "exceptions": frozenset(),
    "hints": frozenset(),
    "met": frozenset(),
    "missing": frozenset(),
    "state_open": frozenset(),
    "state_working": frozenset(),
    "state_present": frozenset(),
    "state_met": frozenset(),
    "state_not_needed": frozenset(),
    "state_clarify": frozenset(),
    "talk": frozenset(),
    "fee": frozenset({"fee", "child_fee"}),
    "anyone_may_apply": frozenset(),
    "no_promise": frozenset(),
    "advice_free": frozenset(),
    "ask_here": frozenset({"service"}),
    "office": frozenset({"office"}),
    "next_appointment": frozenset({"date"}),
    "your_questions": frozenset(),
    "originals": frozenset(),
    "page": frozenset({"page", "pages"}),
    "letter_note": frozenset(),
}
"""The sentences around the points, each with the placeholders that it must hold, and no others."""


class ItemTranslation(Strict):
    """A point in another language; `evidence` follows the German list, one by one."""

    title: Line
    evidence: tuple[Line, ...] = ()
    exceptions: tuple[Line, ...] = ()
    note: Words | None = None


class TranslationFile(Strict):
    """`naturalisation/translations/<language>.yaml`. `reviewed` needs who checked it and when."""

    language: LanguageCode
    name: Line
    german_name: Line
    direction: Literal["ltr", "rtl"] = "ltr"
    state: Literal["draft", "reviewed"] = "draft"
    reviewer: Line | None = None
    reviewed_on: date | None = None
    translated_on: date
    law_status: date
    frame: dict[str, Words]
    sections: dict[SectionId, Line]
    items: dict[ItemId, ItemTranslation]
    conditions: dict[Id, Line] = Field(default_factory=dict)
    condition_help: dict[Id, Words] = Field(default_factory=dict)
    help: dict[SectionId, Words] = Field(default_factory=dict)


class Translation(TranslationFile):
    """A translation as it is kept: with the digest of each German text that it was made from, by the part's path."""

    digests: dict[str, str] = Field(default_factory=dict)


@dataclass(frozen=True)
class Translated:
    """A point in the reader's language, with the German that it stands beside."""

    title: str
    evidence: tuple[str, ...]
    exceptions: tuple[str, ...] = ()
    note: str | None = None


def problems(file: TranslationFile, document: ChecklistDocument) -> Iterator[tuple[Path, str]]:
    """What is wrong with a file beside the German text it was made from: the part and a German sentence."""
    if file.state == "reviewed" and (file.reviewer is None or file.reviewed_on is None):
        yield ("state",), "zu „reviewed“ gehören reviewer und reviewed_on"
    yield from _frame_problems(file)
    sections = {one.id: one for one in document.sections}
    for part, known in (("sections", sections), ("help", sections), ("items", document.items)):
        for name in getattr(file, part):
            if name not in known:
                yield (part, name), f"„{name}“ gibt es in der Checkliste nicht"
    questions = {one.id for one in document.conditions}
    for part in ("conditions", "condition_help"):
        for name in getattr(file, part):
            if name not in questions:
                yield (part, name), f"die Frage „{name}“ gibt es in der Checkliste nicht"
    for name, one in file.items.items():
        if name in document.items:
            yield from _item_problems(one, document.items[name], ("items", name))


def _frame_problems(file: TranslationFile) -> Iterator[tuple[Path, str]]:
    for name, wanted in FRAME.items():
        if name not in file.frame:
            yield ("frame",), f"der Satz „{name}“ fehlt"
            continue
        here = set(PLACEHOLDER.findall(file.frame[name]))
        for one in sorted(wanted - here):
            yield ("frame", name), f"der Platzhalter {{{one}}} fehlt"
        for one in sorted(here - wanted):
            yield ("frame", name), f"den Platzhalter {{{one}}} gibt es hier nicht"
    for name in file.frame:
        if name not in FRAME:
            yield ("frame", name), f"den Satz „{name}“ gibt es nicht"


def _item_problems(one: ItemTranslation, german: Item, at: Path) -> Iterator[tuple[Path, str]]:
    for part in ("evidence", "exceptions"):
        here, there = len(getattr(one, part)), len(getattr(german, part))
        if here != there and (part == "evidence" or here):
            yield (*at, part), f"im Deutschen sind es {there} Einträge, hier {here}"
    for part in ("title", "note"):
        text, source = getattr(one, part), getattr(german, part)
        if text is not None and set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(source or "")):
            wanted = ", ".join(sorted(f"{{{name}}}" for name in set(PLACEHOLDER.findall(source or "")))) or "keine"
            yield (*at, part), f"Platzhalter wie im Deutschen: {wanted}"


def digest(*texts: str | None) -> str:
    """What stands for a German wording; sixteen hexadecimal digits."""
    plain = json.dumps([text or "" for text in texts], ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


def kept(file: TranslationFile, document: ChecklistDocument) -> Translation:
    """The file together with the digests of the German text it was made from."""
    digests = {f"items.{one.id}": _of_item(one) for one in document.items.values() if one.id in file.items}
    digests |= {f"more.{one.id}": _more_of_item(one) for one in document.items.values() if one.id in file.items}
    digests |= {f"sections.{one.id}": digest(one.title) for one in document.sections if one.id in file.sections}
    digests |= {f"help.{one.id}": digest(one.help) for one in document.sections if one.id in file.help}
    for one in document.conditions:
        digests |= {f"conditions.{one.id}": digest(one.label)} if one.id in file.conditions else {}
        digests |= {f"condition_help.{one.id}": digest(one.help)} if one.id in file.condition_help else {}
    return Translation.model_validate({**dict(file), "digests": digests})


def _of_item(item: Item) -> str:
    return digest(item.title, *item.evidence)


def _more_of_item(item: Item) -> str:
    return digest(item.note, *item.exceptions)


def for_item(item: Item, translation: Translation) -> Translated | None:
    """The point in the other language; None where it is missing or the German text changed since: show German then."""
    found = translation.items.get(item.id)
    if found is None or translation.digests.get(f"items.{item.id}") != _of_item(item):
        return None
    same = translation.digests.get(f"more.{item.id}") == _more_of_item(item)
    whole = same and len(found.exceptions) == len(item.exceptions)
    return Translated(found.title, found.evidence, found.exceptions if whole else (), found.note if same else None)


def for_section(section: Section, translation: Translation) -> str | None:
    """The section's title in the other language; None as in :func:`for_item`."""
    fits = translation.digests.get(f"sections.{section.id}") == digest(section.title)
    return translation.sections.get(section.id) if fits else None


def for_help(section: Section, translation: Translation) -> str | None:
    """What stands above a section's points, in the other language; None as in :func:`for_item`."""
    fits = translation.digests.get(f"help.{section.id}") == digest(section.help)
    return translation.help.get(section.id) if fits else None


def for_condition(question: SituationQuestion, translation: Translation) -> str | None:
    """A question about the situation in the other language; None as in :func:`for_item`."""
    fits = translation.digests.get(f"conditions.{question.id}") == digest(question.label)
    return translation.conditions.get(question.id) if fits else None


def for_condition_help(question: SituationQuestion, translation: Translation) -> str | None:
    """What stands below a question, in the other language; None as in :func:`for_item`."""
    fits = translation.digests.get(f"condition_help.{question.id}") == digest(question.help)
    return translation.condition_help.get(question.id) if fits else None


@dataclass(frozen=True)
class Coverage:
    """How many of an edition's points a translation has, and which show in German."""

    points: int
    german: tuple[str, ...]

    @property
    def translated(self) -> int:
        return self.points - len(self.german)


def coverage(translation: Translation, document: ChecklistDocument) -> Coverage:
    """What a translation still has of an edition; points that are never on a sheet do not count."""
    points = [one for one in document.items.values() if one.id not in document.never_stored_items]
    return Coverage(len(points), tuple(one.id for one in points if for_item(one, translation) is None))


def say(translation: TranslationFile, sentence: str, /, **values: str) -> str:
    """A sentence of the frame with its values. Values are put in as they are and never read as placeholders."""
    return PLACEHOLDER.sub(lambda found: values.get(found.group(1), found.group()), translation.frame[sentence])
