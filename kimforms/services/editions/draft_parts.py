"""What a draft holds besides its items: sections, questions about the situation, dated terms, state of law and fees."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from string import ascii_uppercase
from typing import Any

from sqlalchemy.orm import Session

from ...engine.conditions import fields_in
from ...models import ChecklistEdition
from ...naturalisation.document import ChecklistDocument, Fees, Section, SituationQuestion, Term
from ...permissions import Actor
from ..refusals import InputRefused, StepRefused
from .drafting import (
    Plain,
    changed_keys,
    checked_part,
    contents,
    mark_of,
    moved,
    part_of,
    require_draft,
    require_mark,
    save,
)

UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
FRAME = ("law_status", "fees", "open_points")


def add_section(
    session: Session, actor: Actor, now: datetime, edition: ChecklistEdition, values: Mapping[str, Any]
) -> str:
    """A new section at the end; returns its letter, which no section of the office ever bore."""
    content = require_draft(actor, edition)
    used = {section["id"] for one in contents(session, edition.controller_id) for section in one["sections"]}
    letters = [*ascii_uppercase, *(f"{a}{b}" for a in ascii_uppercase for b in ascii_uppercase)]
    section_id = next(letter for letter in letters if letter not in used)
    section = checked_part(Section, dict(values) | {"id": section_id})
    content["sections"].append(section)
    changes = {"title": [None, section["title"]]}
    save(session, actor, now, edition, content, part=section_id, what="added", changes=changes)
    return section_id


def change_section(
    session: Session,
    actor: Actor,
    now: datetime,
    edition: ChecklistEdition,
    section_id: str,
    values: Mapping[str, Any],
    *,
    mark: str,
) -> None:
    """Title and help of a section. Raises :class:`InputRefused`, :class:`StaleVersion`."""
    content = require_draft(actor, edition)
    old = part_of(content["sections"], section_id)
    require_mark(head_of(old), mark)
    new = checked_part(Section, old | dict(values) | {"id": section_id})
    content["sections"] = [new if one is old else one for one in content["sections"]]
    save(session, actor, now, edition, content, part=section_id, what="changed", changes=changed_keys(old, new))


def head_of(section: Plain | Section) -> Plain:
    """A section without its items: what its own page changes."""
    plain = section if isinstance(section, dict) else section.model_dump(mode="json", exclude_defaults=True)
    return {key: value for key, value in plain.items() if key != "items"}


def remove_section(session: Session, actor: Actor, now: datetime, edition: ChecklistEdition, section_id: str) -> None:
    """Takes an empty section out. Raises :class:`StepRefused` while it has items."""
    content = require_draft(actor, edition)
    old = part_of(content["sections"], section_id)
    if old.get("items"):
        raise StepRefused(["Der Abschnitt hat noch Punkte. Nehmen Sie zuerst die Punkte heraus."])
    if len(content["sections"]) == 1:
        raise StepRefused(["Eine Checkliste braucht mindestens einen Abschnitt."])
    content["sections"] = [one for one in content["sections"] if one is not old]
    changes = {"title": [old["title"], None]}
    save(session, actor, now, edition, content, part=section_id, what="removed", changes=changes)


def move_section(
    session: Session, actor: Actor, now: datetime, edition: ChecklistEdition, section_id: str, by: int
) -> None:
    """Moves a section one place up (-1) or down (1)."""
    content = require_draft(actor, edition)
    if moved(content["sections"], section_id, by):
        save(session, actor, now, edition, content, part=section_id, what="moved", changes={})


def add_question(
    session: Session, actor: Actor, now: datetime, edition: ChecklistEdition, values: Mapping[str, Any]
) -> str:
    """A new question about the situation; returns its id, made of its words and never used before."""
    content = require_draft(actor, edition)
    used = {one["id"] for known in contents(session, edition.controller_id) for one in known.get("conditions", ())}
    question_id = _new_id(str(values.get("label") or ""), used)
    question = checked_part(SituationQuestion, dict(values) | {"id": question_id})
    content.setdefault("conditions", []).append(question)
    changes = {"label": [None, question["label"]]}
    save(session, actor, now, edition, content, part=question_id, what="added", changes=changes)
    return question_id


def change_question(
    session: Session,
    actor: Actor,
    now: datetime,
    edition: ChecklistEdition,
    question_id: str,
    values: Mapping[str, Any],
    *,
    mark: str,
) -> None:
    """Words and protection of a question. Raises :class:`InputRefused`, :class:`StaleVersion`."""
    content = require_draft(actor, edition)
    old = part_of(content.get("conditions", []), question_id)
    require_mark(old, mark)
    new = checked_part(SituationQuestion, old | dict(values) | {"id": question_id})
    content["conditions"] = [new if one is old else one for one in content["conditions"]]
    save(session, actor, now, edition, content, part=question_id, what="changed", changes=changed_keys(old, new))


def remove_question(session: Session, actor: Actor, now: datetime, edition: ChecklistEdition, question_id: str) -> None:
    """Takes a question out. Raises :class:`StepRefused` while an item or a rule between questions needs it."""
    content = require_draft(actor, edition)
    old = part_of(content.get("conditions", []), question_id)
    if using := items_asking(ChecklistDocument.model_validate(content), question_id):
        raise StepRefused([f"Diese Frage entscheidet über {', '.join(using)}. Ändern Sie zuerst diese Punkte."])
    if named_in_rules(content, question_id):
        raise StepRefused(
            ["Diese Frage steht noch in einer Regel darüber, was sich ausschließt oder einander bedingt."]
        )
    content["conditions"] = [one for one in content["conditions"] if one is not old]
    changes = {"label": [old["label"], None]}
    save(session, actor, now, edition, content, part=question_id, what="removed", changes=changes)


def items_asking(document: ChecklistDocument, question_id: str) -> list[str]:
    """Ids of the items whose condition names a question."""
    return [
        item.id
        for section in document.sections
        for item in section.items
        if question_id in fields_in(item.applies_when)
    ]


def named_in_rules(content: Plain, question_id: str) -> bool:
    """Whether a rule between questions (what excludes or implies each other) names a question."""
    rules = {key: value for key, value in content.items() if key not in ("conditions", "sections")}
    return f'"{question_id}"' in _text(rules)


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(f'"{key}" {_text(one)}' for key, one in value.items())
    if isinstance(value, list):
        return " ".join(_text(one) for one in value)
    return f'"{value}"'


def change_term(
    session: Session,
    actor: Actor,
    now: datetime,
    edition: ChecklistEdition,
    term_id: str,
    values: Mapping[str, Any],
    *,
    mark: str,
) -> None:
    """The names of a dated term (``names``: each with ``name`` and, but for the first, ``since``) and its source.

    Raises :class:`InputRefused`, also for two names from the same day on.
    """
    content = require_draft(actor, edition)
    old = part_of(content.get("terms", []), term_id)
    require_mark(old, mark)
    days = [one.get("since") for one in values.get("names", ())]
    if len(set(days)) != len(days):
        raise InputRefused(
            {"names": "Jeder Name braucht einen eigenen Tag, ab dem er gilt; nur einer gilt schon immer."}
        )
    new = checked_part(Term, old | dict(values) | {"id": term_id})
    content["terms"] = [new if one is old else one for one in content["terms"]]
    save(session, actor, now, edition, content, part=term_id, what="changed", changes=changed_keys(old, new))


def change_frame(
    session: Session,
    actor: Actor,
    now: datetime,
    edition: ChecklistEdition,
    *,
    law_status: str,
    fees: Mapping[str, Any],
    open_points: list[str],
    note: str,
    mark: str,
) -> None:
    """State of law (ISO day), fees in euro, open points, and the office's note on this edition.

    Raises :class:`InputRefused`, :class:`StaleVersion`.
    """
    content = require_draft(actor, edition)
    old = frame_of(content, edition.note)
    require_mark(old, mark)
    if len(note) > 2000:
        raise InputRefused({"note": "Bitte höchstens 2000 Zeichen."})
    content["fees"] = checked_part(Fees, fees)
    content["law_status"] = law_status
    content["open_points"] = open_points
    edition.note = note.strip()
    changes = changed_keys(old, frame_of(content, edition.note))
    save(session, actor, now, edition, content, part="frame", what="changed", changes=changes)


def frame_of(content: Plain, note: str) -> Plain:
    """What the page of state of law and fees changes."""
    return {key: content.get(key) for key in FRAME} | {"note": note}


def frame_mark(edition: ChecklistEdition) -> str:
    """The mark of what :func:`change_frame` changes."""
    return mark_of(frame_of(edition.content, edition.note))


def _new_id(label: str, used: set[str]) -> str:
    stem = re.sub(r"[^a-z0-9]+", "_", label.lower().translate(UMLAUTS)).strip("_")[:50] or "frage"
    if not stem[0].isalpha():
        stem = f"frage_{stem}"
    numbered = (f"{stem}_{number}" for number in range(2, len(used) + 3))
    return stem if stem not in used else next(one for one in numbered if one not in used)
