"""The end of a checklist by the service's own hand: erase it now, or keep it longer."""

from __future__ import annotations

from flask import Blueprint, Response, flash

from ..extensions import db
from ..services.checklists import ending
from ..services.checklists.access import SERVICE, own_checklist
from ..services.unit_of_work import unit_of_work
from . import access
from .checklist_frame import frame
from .rendering import date_de, page, see_other, t

blueprint = Blueprint("checklist_ending", __name__, url_prefix="/checklists/<reference>")


@blueprint.get("/erase")
@access.requires("checklist:own")
def consider(reference: str) -> Response:
    """What erasing means."""
    checklist = own_checklist(db.session(), access.current_actor(), reference)
    return page("checklists/erase.html", **frame(checklist, SERVICE, "erase"))


@blueprint.post("/erase")
@access.requires("checklist:own")
def erase(reference: str) -> Response:
    """Erases it at once."""
    with unit_of_work() as session:
        actor = access.current_actor()
        checklist = own_checklist(session, actor, reference)
        ending.erase(session, actor, access.now(), checklist, how="service")
    flash(t(f"Die Checkliste {reference} ist gelöscht.", f"The checklist {reference} is erased."), "success")
    return see_other("checklists.index")


@blueprint.post("/keep")
@access.requires("checklist:own")
def keep(reference: str) -> Response:
    """Begins the period anew."""
    with unit_of_work() as session:
        actor = access.current_actor()
        checklist = own_checklist(session, actor, reference)
        until = ending.keep(session, actor, access.now(), checklist)
    flash(
        t(f"Die Checkliste bleibt bis zum {date_de(until)}.", f"The checklist is kept until {date_de(until)}."),
        "success",
    )
    return see_other("checklist_hand_over.show", reference=reference)
