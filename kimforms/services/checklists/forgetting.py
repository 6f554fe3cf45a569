"""Forgetting what an edition made a point or a question of which nothing is stored: entries, words, papers, history.

Called when a checklist is lifted to such an edition. The chain of events stays whole, since it holds digests only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, null, select
from sqlalchemy.orm import Session

from ...models import ChecklistMessage, ChecklistShare, ClientChecklist, Event, EventValue, HandOver
from ...naturalisation.applies import never_stored
from ...naturalisation.document import ChecklistDocument

TAKEN_OUT = "Zu einzelnen Punkten wird inzwischen nichts mehr gespeichert; sie wurden hier herausgenommen."


@dataclass(frozen=True)
class Unspoken:
    """Ids of points and questions that leave no trace."""

    items: frozenset[str]
    questions: frozenset[str]

    def named_in(self, text: str) -> bool:
        """Whether a text names one of the points by its id."""
        return any(word in self.items for word in re.findall(r"\b[A-Z]{1,2}[0-9]{1,3}\b", text))


def unspoken_by(document: ChecklistDocument) -> Unspoken:
    """What an edition says that nothing is stored of."""
    return Unspoken(never_stored(document), document.question_ids - document.storable_questions)


def forget(session: Session, now: datetime, checklist: ClientChecklist, what: Unspoken) -> None:
    """Takes every trace of these points and questions out of a checklist; the situation itself is the caller's."""
    if not (what.items or what.questions):
        return
    for entry in [one for one in checklist.entries if one.item_id in what.items]:
        checklist.entries.remove(entry)
    for table in (ChecklistMessage, ChecklistShare):  # messages first, they lean on shares
        own = (table.checklist_id == checklist.record_id, table.item_id.in_(sorted(what.items)))
        session.execute(delete(table).where(*own))
    for made in session.scalars(select(HandOver).where(HandOver.checklist_id == checklist.record_id)):
        _cleanse(made, what)
    _forget_history(session, now, checklist.record_id, what)


def _cleanse(made: HandOver, what: Unspoken) -> None:
    """Takes the points and answers out of what an earlier hand-over keeps; a sentence that names one goes whole."""
    made.document = _without(made.document, what)
    made.gaps = [one for one in made.gaps if one["item"] not in what.items]
    made.reason, made.note = (TAKEN_OUT if what.named_in(one) else one for one in (made.reason, made.note))


def _without(said: Mapping[str, Any], what: Unspoken) -> dict[str, Any]:
    items = [one for one in said.get("items", ()) if one["id"] not in what.items]
    texts = {key: TAKEN_OUT for key in ("summary", "reason") if what.named_in(said.get(key, ""))}
    kept = {
        "items": [
            one | {key: TAKEN_OUT for key in ("explanation", "reason") if what.named_in(one.get(key, ""))}
            for one in items
        ],
        "missing": [one for one in said.get("missing", ()) if one not in what.items],
        "situation": [one for one in said.get("situation", ()) if one["id"] not in what.questions],
    }
    return {**said, **{key: value for key, value in kept.items() if key in said}, **texts}


def _forget_history(session: Session, now: datetime, record_id: int, what: Unspoken) -> None:
    """Erases the values of events that name one of them; of an event about such a point everything."""
    rows = session.scalars(
        select(EventValue)
        .join(Event, Event.seq == EventValue.event_seq)
        .where(Event.record_id == record_id, EventValue.erased_at.is_(None))
    ).all()
    about = {one.event_seq for one in rows if one.key == "item" and one.value in what.items}
    for one in rows:
        if one.event_seq in about or any(
            word in what.items | what.questions or what.named_in(word) for word in _words(one.value)
        ):
            one.value, one.erased_at = null(), now


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield str(key)
            yield from _words(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _words(one)
