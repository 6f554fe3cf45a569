"""The figures for the steering group: hurdles by field of action, municipality, legal area and time, and their downloads."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, Response, flash, request, send_file

from ..documents.tables import csv_chunks, xlsx_bytes
from ..extensions import db
from ..forms.statistics import Filters, read_filters, threshold_form
from ..permissions import may
from ..services import statistics as service
from ..services.exports import FORMATS, media_type
from ..services.queries.statistics_page import Statistics, statistics_of
from ..services.refusals import InputRefused
from ..services.unit_of_work import unit_of_work
from . import access
from .rendering import language, page, refusal_page, see_other, t
from .statistics_words import Words, next_release

blueprint = Blueprint("statistics", __name__, url_prefix="/statistics")


@blueprint.get("")
@access.requires("statistics:read")
def index() -> Response:
    """The figures as the address says: exact for those who read the records, published ones for the others."""
    filters = read_filters(request.args)
    shown = _figures(filters)
    return _page(shown, filters, threshold_form(t, shown.threshold))


@blueprint.get("/export")
@access.requires("statistics:read")
def export() -> Response:
    """What the page with the same address shows, as a file."""
    form = request.args.get("format", "csv")
    if form not in FORMATS:
        return refusal_page(400, t("Wählen Sie CSV oder XLSX.", "Choose CSV or XLSX."))
    filters = read_filters(request.args)
    words = Words(_figures(filters), filters)
    title = t("Statistik", "Statistics")
    if form == "csv":
        content = b"".join(csv_chunks(words.header(), words.rows()))
    else:
        content = xlsx_bytes(words.header(), words.rows(), sheet_name=title, title=f"{title} {words.period()}")
    name = f"statistik-{access.today().isoformat()}.{form}"
    response = send_file(BytesIO(content), media_type(form), as_attachment=True, download_name=name)  # type: ignore[arg-type]
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.post("/threshold")
@access.requires("statistics:threshold")
def set_threshold() -> Response:
    """Sets the number below which others see no figures."""
    form = threshold_form(t)
    controller = form.controller.data or ""
    filters = read_filters({"controller": controller})
    shown = _figures(filters)
    if shown.place is None or not form.validate():
        return _page(shown, filters, form, 422)
    try:
        with unit_of_work() as session:
            changed = service.set_threshold(
                session,
                access.current_actor(),
                access.now(),
                controller_id=shown.place.controller_id,
                wanted=form.number,
                shown=form.before,
            )
    except InputRefused as refused:
        english = f"Enter a whole number from {service.LOWEST_THRESHOLD} to {service.HIGHEST_THRESHOLD}."
        form.threshold.errors = [t(sentence, english) for sentence in refused.errors.values()]
        return _page(_figures(filters), filters, form, 422)
    if changed:
        flash(t("Die Schwelle ist geändert.", "The threshold has been changed."), "success")
    return see_other("statistics.index", **({"controller": controller} if len(shown.places) > 1 else {}))


def _figures(filters: Filters) -> Statistics:
    return statistics_of(db.session(), access.current_actor(), access.today(), language(), filters)


def _page(shown: Statistics, filters: Filters, form: object, status: int = 200) -> Response:
    place = shown.place
    return page(
        "statistics/index.html",
        status=status,
        shown=shown,
        words=Words(shown, filters),
        form=form,
        form_errors=bool(form.errors),  # type: ignore[attr-defined]
        may_set=place is not None and may(access.current_actor(), "statistics:threshold", place.controller_id),
        next_release=next_release(access.today(), service.WAIT),
        wait_days=service.WAIT.days,
    )
