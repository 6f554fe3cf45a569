"""Lifting clients' checklists to another edition: one with its preview, and all of a service item by item."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request

from ..extensions import db
from ..models import ChecklistEdition, ClientChecklist
from ..naturalisation.readiness import ENTRY_STATES
from ..services.checklists.access import SERVICE, own_checklist
from ..services.editions import lifting, telling
from ..services.editions.lifting_in_turn import Outcome, in_turn, ready_to_lift
from ..services.refusals import NotVisible
from ..services.unit_of_work import unit_of_work
from . import access
from .checklist_frame import frame
from .rendering import page, see_other, t

blueprint = Blueprint("checklist_lifting", __name__, url_prefix="/checklists")


@blueprint.route("/lift", methods=["GET", "POST"])
@access.requires("checklist:own")
def lift_all() -> Response:
    """What waits to be lifted, each with what changes; then the chosen ones, one after the other."""
    actor, today = access.current_actor(), access.today()
    outcomes: list[Outcome] = []
    if request.method == "POST":
        chosen = [one for one in request.form.getlist("chosen") if one][:1000]
        shown = {one: _number(request.form.get(f"shown-{one}")) for one in chosen}
        outcomes = in_turn(unit_of_work, actor, access.now(), today, shown)
    waiting = ready_to_lift(db.session(), actor, today)
    return page("checklist_lifting/all.html", waiting=waiting, outcomes=outcomes, chosen=request.method == "POST")


@blueprint.route("/<reference>/lift", methods=["GET", "POST"])
@access.requires("checklist:own")
def lift_one(reference: str) -> Response:
    """The preview of one checklist, then lifted."""
    checklist = own_checklist(db.session(), access.current_actor(), reference)
    target = _target(checklist, request.values.get("to"))
    if request.method != "POST":
        return _preview_page(checklist, target)
    number = target.number if target is not None else 0
    with unit_of_work() as session:
        actor = access.current_actor()
        checklist = own_checklist(session, actor, reference)
        if (target := _target(checklist, str(number))) is None:
            raise NotVisible()
        shown = _number(request.form.get("shown"))
        lifting.lift(session, actor, access.now(), checklist, target, shown_edition_id=shown)
    flash(
        t(f"Die Checkliste steht jetzt auf Fassung {number}.", f"The checklist follows edition {number} now."),
        "success",
    )
    return see_other(".lift_one", reference=reference)


def _preview_page(checklist: ClientChecklist, target: ChecklistEdition | None) -> Response:
    notices = telling.notices(db.session(), checklist, access.today())
    found = lifting.preview(checklist, target) if target is not None and target.id != checklist.edition_id else None
    return page(
        "checklist_lifting/one.html",
        notices=notices,
        found=found,
        target=target,
        entry_states=ENTRY_STATES,
        **frame(checklist, SERVICE, "lift"),
    )


def _target(checklist: ClientChecklist, typed: str | None) -> ChecklistEdition | None:
    """The edition asked for by its number, among those that the notices offer or the present one; else the one in effect."""
    offered = [
        one.edition for one in telling.notices(db.session(), checklist, access.today()) if one.edition is not None
    ]
    if typed:
        wanted = _number(typed)
        found = next((one for one in [*offered, checklist.edition] if one.number == wanted), None)
        if found is None:
            raise NotVisible()
        return found
    return offered[0] if offered else None


def _number(typed: str | None) -> int:
    typed = typed or ""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
