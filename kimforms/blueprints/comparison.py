"""The cases of a record side by side."""

from __future__ import annotations

from flask import Blueprint, Response

from ..extensions import db
from ..services.queries.comparison import comparison
from ..services.refusals import NotPermitted, NotVisible
from . import access, record_parts
from .rendering import language, page, t

blueprint = Blueprint("comparison", __name__, url_prefix="/records")


@blueprint.get("/<reference>/comparison")
@access.requires("record:read")
def show(reference: str) -> Response:
    """The rounds of the record's form as columns of one table, and what was found in comparing them."""
    seen = record_parts.look(db.session(), reference)
    if not seen.full:
        raise NotPermitted(
            t("Den Fallvergleich sieht nur die Koordination.", "Only the coordination sees the comparison.")
        )
    about = record_parts.circumstances()
    shown = comparison(
        seen.definition, seen.record.answers, catalogues=about.catalogues, today=about.today, language=language()
    )
    if shown is None:
        raise NotVisible()
    return page("records/comparison.html", record=seen.record, shown=shown)
