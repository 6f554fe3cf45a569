"""The history of a client's checklist as its service reads it: events turned into sentences, with old and new values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from ...engine.text import pick
from ...models import ClientChecklist, Event, User
from ...naturalisation.readiness import ENTRY_STATES
from .. import audit
from ..audit import Tag
from ..editions.reading import document_of
from ..processes import definition_of

A_PAGE = 30
Say = Callable[[str, str], str]


@dataclass(frozen=True)
class Line:
    """One thing that happened."""

    at: datetime
    who: str
    title: str
    text: str = ""


def lines(
    session: Session, checklist: ClientChecklist, *, language: str = "de", before: int | None = None
) -> tuple[list[Line], int | None]:
    """What happened, the newest first, and where the next page begins. Three queries."""
    wanted = select(Event).where(Event.record_id == checklist.record_id).options(selectinload(Event.values))
    if before is not None:
        wanted = wanted.where(Event.seq < before)
    events = session.scalars(wanted.order_by(Event.seq.desc()).limit(A_PAGE + 1)).all()
    shown = events[:A_PAGE]
    payloads = [audit.payload_of(event) for event in shown]
    ids = {event.actor_id for event in shown} | {
        value for payload in payloads for value in (payload.get("old"), payload.get("new")) if isinstance(value, int)
    }
    names = {
        row.id: row.name
        for row in session.execute(select(User.id, User.name).where(User.id.in_([one for one in ids if one])))
    }

    def say(german: str, english: str) -> str:
        return english if language == "en" else german

    found = []
    for event, payload in zip(shown, payloads, strict=True):
        title, text = _told(Tag, event.tag, payload, checklist, names, say)
        if title:
            who = names.get(event.actor_id or 0, "") or say("Das System", "The software")
            found.append(Line(datetime.fromisoformat(event.at), who, title, text))
    return found, shown[-1].seq if len(events) > A_PAGE else None


def _told(
    tags: type[Tag],
    tag: str,
    payload: Mapping[str, Any],
    checklist: ClientChecklist,
    names: Mapping[int, str],
    say: Say,
) -> tuple[str, str]:
    """Title and text of one event; an empty title for what another event tells already."""
    if tag == tags.CHECKLIST_ITEM.text:
        if payload["item"] is None:  # erased, since nothing may be stored of this point any more
            return "", ""
        return say(f"Punkt {payload['item']} geändert", f"Item {payload['item']} changed"), _changes(payload, say)
    if tag == tags.CHECKLIST_SITUATION.text:
        labels = {one.id: one.label for one in document_of(checklist.edition).conditions}
        words = {True: say("ja", "yes"), False: say("nein", "no"), None: say("nicht gefragt", "not asked")}
        changed = (payload["changes"] or {}).items()
        parts = [f"{labels.get(name, name)}: {words[old]} → {words[new]}" for name, (old, new) in changed]
        return say("Situation geändert", "Situation changed"), "; ".join(parts)
    if tag == tags.CHECKLIST_TALK.text:
        return say("Gespräch vermerkt", "Talk noted"), _day(payload["talked_on"]) or say("zurückgenommen", "taken back")
    if tag == tags.CHECKLIST_RENAME.text:
        return say("Pseudonym geändert", "Pseudonym changed"), f"{payload['old']} → {payload['new']}"
    if tag == tags.CHECKLIST_ADVISER.text:
        return say("Zuständigkeit übergeben", "Responsibility handed on"), (
            f"{names.get(payload['old'] or 0, '–')} → {names.get(payload['new'] or 0, '–')}"
        )
    if tag == tags.CHECKLIST_LIFT.text:
        return say(f"Auf Fassung {payload['new']} gehoben", f"Lifted to edition {payload['new']}"), ""
    if tag == tags.RECORD_TRANSITION.text:
        step = definition_of(checklist.record.version).workflow.transition_by_id[payload["transition"]]
        return pick(step.label, "en" if say("", "x") else "de"), ""
    return _plain(tags, say).get(tag, ""), ""


def _plain(tags: type[Tag], say: Say) -> dict[str, str]:
    return {
        tags.CHECKLIST_BEGIN.text: say("Checkliste begonnen", "Checklist begun"),
        tags.CHECKLIST_SHARE.text: say("Der Behörde gezeigt", "Shown to the office"),
        tags.CHECKLIST_UNSHARE.text: say("Freigabe beendet", "Sharing ended"),
        tags.CHECKLIST_MESSAGE.text: say("Frage oder Antwort geschrieben", "Question or answer written"),
        tags.CHECKLIST_HAND_OVER.text: say("Verweis erstellt", "Hand-over made"),
        tags.CHECKLIST_MILESTONE.text: say(
            "Die Behörde hat einen Stand gemeldet", "The office reported where it stands"
        ),
        tags.CHECKLIST_RETURN.text: say("Die Behörde hat zurückgegeben", "The office returned it"),
        tags.CHECKLIST_KEEP.text: say("Aufbewahrung verlängert", "Kept for longer"),
        tags.CHECKLIST_MOVE.text: say("An eine andere Beratungsstelle übergegangen", "Moved to another service"),
    }


def _changes(payload: Mapping[str, Any], say: Say) -> str:
    parts = []
    for name, (old, new) in (payload["changes"] or {}).items():
        if name == "state":
            parts.append(f"{say('Stand', 'State')}: {ENTRY_STATES.get(old, old)} → {ENTRY_STATES.get(new, new)}")
        elif name == "evidence":
            seen = ", ".join(one["name"] for one in new) or say("keiner", "none")
            parts.append(f"{say('gesehene Nachweise', 'evidence seen')}: {seen}")
        elif name == "follow_up_on":
            parts.append(f"{say('Wiedervorlage', 'Follow-up')}: {_day(old) or '–'} → {_day(new) or '–'}")
        elif name == "adviser_id":
            parts.append(say("andere Zuständigkeit am Punkt", "another person for the item"))
        elif name == "note":
            parts.append(say("Notiz geändert", "Note changed"))
        elif name == "reason" and new:
            parts.append(f"{say('Begründung', 'Reason')}: {new}")
    return "; ".join(parts)


def _day(text: str | None) -> str:
    return f"{date.fromisoformat(text):%d.%m.%Y}" if text else ""
