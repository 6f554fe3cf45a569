"""What an edition in effect made a point of which nothing is stored goes from all checklists, lifted or not, every night.

Handed-over and ended checklists keep the edition of their day; what is kept of them follows the law of today.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from ...models import ChecklistEdition, ClientChecklist, Record
from ..editions.reading import current, document_of
from ..naturalisation_office import offices
from ..records.facts import local_day
from .forgetting import Unspoken, forget, unspoken_by
from .refreshing import refreshed

Unit = Callable[[], AbstractContextManager[Session]]


def run(unit: Unit, now: datetime) -> int:
    """Goes through the checklists whose own edition protects less than the one in effect; returns how many these are.

    Each has a transaction of its own. What a service noted again since the last night goes with the next one.
    """
    with unit() as session:
        found = [
            (record_id, what)
            for office in offices(session)
            if (edition := current(session, office.id, local_day(now))) is not None
            for record_id, what in _less_protected(session, office.id, edition)
        ]
    for record_id, what in found:
        with unit() as session:
            checklist = session.get(ClientChecklist, record_id, options=[selectinload(ClientChecklist.entries)])
            if checklist is None or checklist.erased_at is not None:
                continue
            forget(session, now, checklist, what)
            kept = {name: answer for name, answer in checklist.situation.items() if name not in what.questions}
            if kept != checklist.situation:
                checklist.situation = kept
            session.flush()  # what is missing is counted on what is left
            refreshed(checklist)
    return len(found)


def _less_protected(session: Session, controller_id: int, edition: ChecklistEdition) -> list[tuple[int, Unspoken]]:
    wanted = unspoken_by(document_of(edition))
    rows = session.execute(
        select(ClientChecklist.record_id, ClientChecklist.edition_id)
        .join(Record, Record.id == ClientChecklist.record_id)
        .where(
            Record.controller_id == controller_id,
            ClientChecklist.edition_id != edition.id,
            ClientChecklist.erased_at.is_(None),
        )
    ).all()
    further: dict[int, Unspoken] = {}
    for edition_id in {row.edition_id for row in rows}:
        own = unspoken_by(document_of(session.get_one(ChecklistEdition, edition_id)))
        further[edition_id] = Unspoken(wanted.items - own.items, wanted.questions - own.questions)
    return [
        (row.record_id, further[row.edition_id])
        for row in rows
        if further[row.edition_id].items or further[row.edition_id].questions
    ]
