"""Many checklists, hand-overs and returns at once, for tests of the figures of a naturalisation office."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from kimforms.models import ChecklistShare, ClientChecklist, HandOver, Record
from kimforms.services import naturalisation_figures
from kimforms.services.unit_of_work import unit_of_work

from .databases import NOW
from .naturalisation import CARITAS, begun

SUMMER = datetime(2026, 8, 5, 9, 0, tzinfo=UTC)
"""In the third quarter of 2026, which is over at ``NOW``."""


def kept(
    number: int, by: str = CARITAS, municipality: str = "troisdorf", *, state: str = "in_arbeit", ready: bool = False,
    missing: tuple[str, ...] = ("B1",), shared: bool = False, at: datetime = NOW,
) -> list[str]:  # fmt: skip
    """Checklists in a state as others left them; returns their references."""
    references = [begun(by, municipality, now=at) for _ in range(number)]
    with unit_of_work() as session:
        for one in _of(session, references):
            one.record.state, one.ready, one.missing, one.changed_at = state, ready, list(missing), at
            if shared:
                session.add(
                    ChecklistShare(
                        checklist_id=one.record_id, controller_id=one.record.controller_id, scope="whole", created_at=at
                    )
                )
    return references


def handed(
    number: int, by: str = CARITAS, *, days: int = 28, complete: bool = True, returned: str = "",
    gaps: tuple[str, ...] = ("B4",), at: datetime = SUMMER,
) -> None:  # fmt: skip
    """First hand-overs so many days after the beginning; with a reason they were returned a week later."""
    references = kept(number, by, state="zurueckgegeben" if returned else "eingegangen", shared=not returned)
    with unit_of_work() as session:
        for one in _of(session, references):
            one.started_on = (at - timedelta(days=days)).date()
            made = HandOver(checklist_id=one.record_id, number=1, at=at, complete=complete, edition_id=one.edition_id,
                            state="returned" if returned else "received")  # fmt: skip
            if returned:
                made.returned_at, made.return_reason = at + timedelta(days=7), returned
                made.gaps = [{"item": item, "text": "fehlt"} for item in gaps]
            session.add(made)


def taken(at: datetime = NOW) -> int:
    """What the worker does; returns how much it took."""
    return naturalisation_figures.run(unit_of_work, at)


def _of(session: Any, references: list[str]) -> Any:
    wanted = select(ClientChecklist).join(Record, Record.id == ClientChecklist.record_id)
    return session.scalars(wanted.where(Record.reference.in_(references))).all()
