"""The preview of what will be public, for authors and whoever approves it; the page itself is the one of ``solutions``."""

from __future__ import annotations

from flask import Blueprint, Response

from ..extensions import db
from ..services.queries.publication_preview import preview_of
from ..services.refusals import NotPermitted
from . import access, record_parts
from .rendering import language, page, t

blueprint = Blueprint("publishing", __name__, url_prefix="/publishing")


@blueprint.get("/<reference>")
@access.requires("record:read")
def preview(reference: str) -> Response:
    """The record as everybody would read it now, with what looks like personal data and who would be told."""
    seen = record_parts.look(db.session(), reference)
    if not seen.full:
        raise NotPermitted(
            t("Die Vorschau sieht, wer den ganzen Vorgang liest.", "Who reads the whole record sees its preview.")
        )
    shown = preview_of(db.session(), access.current_actor(), access.now(), seen.record, language=language())
    return page(
        "publishing/preview.html",
        record=seen.record,
        shown=shown,
        entry=shown.entry,
        changes=shown.changes,
        row=None,
        related=(),
        preview=True,
    )
