"""The office's part of the checklists: its list, the items that it was shown, and that every look is kept.

``checklists`` asks here where the reader works for an office; ``checklist_sharing`` and ``checklist_hand_over`` note looks here.
"""

from __future__ import annotations

from typing import Any

from flask import Response

from ..extensions import db
from ..models import ClientChecklist
from ..services.catalogues import catalogues
from ..services.checklists.access import Look, Sight, note_look, visible_checklist
from ..services.naturalisation_office import offices
from ..services.processes import definition_of
from ..services.queries import checklist_exchange
from ..services.unit_of_work import unit_of_work
from . import access
from .checklist_frame import frame
from .rendering import page


def looked_at(reference: str, what: Look | None = None) -> tuple[ClientChecklist, Sight]:
    """The checklist and how the reader sees it; a look of the office is kept first. Raises :class:`NotVisible`."""
    actor = access.current_actor()
    checklist, sight = visible_checklist(db.session(), actor, reference)
    if sight.side == "office":
        with unit_of_work() as session:
            checklist, sight = visible_checklist(session, actor, reference)
            if sight.side == "office":
                note_look(session, actor, access.now(), checklist, what or ("page" if sight.whole else "item"))
    return checklist, sight


def list_context() -> dict[str, Any]:
    """What ``checklists/_office_list.html`` shows: everything shared with the offices of the reader."""
    actor = access.current_actor()
    rows = checklist_exchange.listing(db.session(), actor)
    lists = catalogues(db.session())
    mine = actor.controllers("checklist:office")
    return {
        "office_rows": rows,
        "office_names": [one.name for one in offices(db.session()) if one.id in mine],
        "office_services": {
            row.checklist.organisation: lists.label("organisations", row.checklist.organisation)
            or row.checklist.organisation
            for row in rows
        },
        "office_states": {
            row.checklist.record_id: definition_of(row.checklist.record.version).workflow.states[
                row.checklist.record.state
            ]
            for row in rows
        },
    }


def items_page(reference: str) -> Response:
    """The items that were shared, for the office; the look is kept."""
    checklist, sight = looked_at(reference)
    sections = checklist_exchange.items_for_office(checklist, sight, access.today())
    return page(
        "checklists/office_items.html",
        sections=sections,
        left_out=checklist_exchange.left_out(),
        **frame(checklist, sight, ""),
    )
