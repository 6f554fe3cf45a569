"""Which clients' checklists a new or withdrawn edition concerns: those that a service still works on."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from ...models import ChecklistEdition, ClientChecklist, Record

WORKING = ("in_arbeit", "zurueckgegeben", "nachforderung")
"""States of the process in which the service works on a checklist; what was handed over keeps the edition of that day."""


def open_of(rows: Select[Any], controller_id: int, edition_id: int | None = None) -> Select[Any]:
    """Narrows a query over ``ClientChecklist`` to the open ones of an office, or of one edition."""
    rows = (
        rows.join(Record, Record.id == ClientChecklist.record_id)
        .join(ChecklistEdition, ChecklistEdition.id == ClientChecklist.edition_id)
        .where(
            ChecklistEdition.controller_id == controller_id,
            Record.state.in_(WORKING),
            ClientChecklist.erased_at.is_(None),
        )
    )
    return rows if edition_id is None else rows.where(ClientChecklist.edition_id == edition_id)


def on_edition(session: Session, edition: ChecklistEdition) -> list[ClientChecklist]:
    """The open checklists that follow an edition."""
    rows = open_of(select(ClientChecklist), edition.controller_id, edition.id)
    return list(session.scalars(rows.options(joinedload(ClientChecklist.record)).order_by(ClientChecklist.record_id)))


def is_open(checklist: ClientChecklist) -> bool:
    """Whether the service still works on a checklist."""
    return checklist.record.state in WORKING and checklist.erased_at is None
