"""The handout of a checklist: choose the language, take the PDF along. The service's own; the office has no part in it."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, request

from ..extensions import db
from ..naturalisation.translations import coverage
from ..services import handouts
from ..services.checklists.access import SERVICE, own_checklist
from ..services.editions.reading import document_of
from ..services.translations import translations
from . import access
from .checklist_frame import frame
from .rendering import page

blueprint = Blueprint("checklist_handout", __name__, url_prefix="/checklists/<reference>/handout")


@blueprint.get("")
@access.requires("checklist:own")
def show(reference: str) -> Response:
    """The languages, each with how far its translation is."""
    checklist = own_checklist(db.session(), access.current_actor(), reference)
    document = document_of(checklist.edition)
    known = [(one, coverage(one, document)) for one in translations(db.session())]
    return page("checklists/handout.html", known=known, **frame(checklist, SERVICE, "handout"))


@blueprint.get("/sheet.pdf")
@access.requires("checklist:own")
def print_pdf(reference: str) -> Response:
    """The sheet in the language of the address, plain German without one."""
    checklist = own_checklist(db.session(), access.current_actor(), reference)
    wanted = request.args.get("language", "de")
    content = handouts.handout_of(db.session(), access.now(), checklist, wanted)
    response = make_response(handouts.handout_pdf(content, handouts.service_name(db.session(), checklist)))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="Handreichung-{content.language}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response
