"""Naturalisation for everybody: what it takes in short, what it costs, whom to ask, next dates; staff: translations."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from ..extensions import db
from ..models import Controller
from ..naturalisation.document import ChecklistDocument
from ..naturalisation.translations import coverage
from ..naturalisation.words import euro
from ..services import self_check
from ..services.advice import course_dates
from ..services.advice.directory import services_for
from ..services.editions.reading import current, document_of
from ..services.naturalisation_office import offices, settings_of
from ..services.translations import languages, translations
from . import access
from .rendering import language, page

blueprint = Blueprint("naturalisation", __name__, url_prefix="/naturalisation")
NEXT_DATES = 6


@blueprint.get("")
@access.public("what naturalisation takes, in short, is for everybody")
def index() -> Response:
    """In short: conditions with the date of the law, fees, how it goes, whom to ask, next dates of courses and tests."""
    session, day = db.session(), access.today()
    found = [_office(one) for one in offices(session)]
    document = next((one["document"] for one in found if one["document"] is not None), None)
    return page(
        "naturalisation/index.html",
        offices=found,
        document=document,
        fees=(euro(document.fees.adult), euro(document.fees.child)) if document else None,
        services=services_for(session, field="naturalisation", day=day),
        dates=course_dates.upcoming_dates(session, day, limit=NEXT_DATES),
        check_on=self_check.switched_on(session, access.now()),
        languages=languages(session),
        reader=language(),
    )


@blueprint.get("/translations")
@access.requires("edition:read")
def list_translations() -> Response:
    """For staff: how far each translation is, who checked it, and what of the editions in effect shows in German."""
    session = db.session()
    found = [(one["controller"], one["document"]) for one in map(_office, offices(session)) if one["document"]]
    rows = [
        {"one": one, "covers": [(controller, coverage(one, document)) for controller, document in found]}
        for one in translations(session)
    ]
    return page("naturalisation/translations.html", rows=rows)


def _office(controller: Controller) -> dict[str, Any]:
    """An office with its settings and the edition in effect (None without one)."""
    session = db.session()
    edition = current(session, controller.id, access.today())
    document: ChecklistDocument | None = document_of(edition) if edition else None
    settings = settings_of(session, controller.id, access.now())
    return {"controller": controller, "settings": settings, "edition": edition, "document": document}
