"""Figures for the staff of a naturalisation office, and their downloads: open checklists, missing points, hand-overs, returns."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

from flask import Blueprint, Response, request, send_file

from ..documents.tables import Cell, csv_chunks, xlsx_bytes
from ..extensions import db
from ..services.exports import FORMATS, media_type
from ..services.queries.naturalisation_figures import FiguresShown, figures_of
from . import access
from .naturalisation_figures_words import Words
from .rendering import page, refusal_page, t

blueprint = Blueprint("naturalisation_figures", __name__, url_prefix="/naturalisation/figures")


@blueprint.get("")
@access.requires("naturalisation:figures")
def index() -> Response:
    """The figures of the own office; a quarter may be chosen."""
    shown = _figures()
    return page("naturalisation_figures/index.html", shown=shown, words=Words(shown))


@blueprint.get("/export")
@access.requires("naturalisation:figures")
def export() -> Response:
    """What the page with the same address shows, as a file."""
    form = request.args.get("format", "csv")
    if form not in FORMATS:
        return refusal_page(400, t("Wählen Sie CSV oder XLSX.", "Choose CSV or XLSX."))
    shown = _figures()
    header, rows, title = Words(shown).header(), _rows(shown), t("Zahlen zur Einbürgerung", "Naturalisation figures")
    if form == "csv":
        content = b"".join(csv_chunks(header, rows))
    else:
        content = xlsx_bytes(header, rows, sheet_name=title, title=f"{title} {shown.office.name}")
    name = f"einbuergerung-zahlen-{access.today().isoformat()}.{form}"
    response = send_file(BytesIO(content), media_type(form), as_attachment=True, download_name=name)  # type: ignore[arg-type]
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _rows(shown: FiguresShown) -> Iterator[list[Cell]]:
    return Words(shown).rows()


def _figures() -> FiguresShown:
    actor = access.current_actor()
    return figures_of(
        db.session(), actor, access.now(), controller_id=min(actor.controllers("naturalisation:figures")),
        quarter=request.args.get("quarter", "")[:10],
    )  # fmt: skip
