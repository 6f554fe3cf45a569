"""The start page of signed-in people: what is mine, new and overdue, and how many reports stand where."""

from __future__ import annotations

from flask import Blueprint, Response, url_for

from ..extensions import db
from ..services.catalogues import catalogues
from ..services.queries import dashboard
from . import access
from .rendering import language, page, t

blueprint = Blueprint("dashboard", __name__)


@blueprint.app_template_filter("state_rows")
def state_rows(counts: list[dashboard.StateCount]) -> list[tuple[str, int, str]]:
    """Rows of the chart of states, each a link into the inbox; closed ones are asked for explicitly."""
    return [
        (one.label, one.number, url_for("inbox.index", state=one.state, **({} if one.open else {"status": "all"})))
        for one in counts
    ]


@blueprint.app_template_filter("suppressed_rows")
def suppressed_rows(rows: list[tuple[str, int | None]]) -> list[tuple[str, int | str]]:
    """Rows of a chart in which small numbers are words."""
    few = t(f"unter {dashboard.SMALL}", f"fewer than {dashboard.SMALL}")
    return [(label, few if number is None else number) for label, number in rows]


@blueprint.get("/dashboard")
@access.requires("dashboard:read")
def show() -> Response:
    session = db.session()
    actor = access.current_actor()
    desk = dashboard.desk_of(session, actor, access.today(), language())
    lists = catalogues(session)
    places = sorted({one.municipality for one in actor.grants if one.role == "case_manager" and one.municipality})
    labels = {option.value: option.label for option in lists.options("fields_of_action")}
    desk.municipality = [
        (lists.label("municipalities", place) or place, dashboard.counts_in(session, place, labels))  # type: ignore[misc]
        for place in places
    ]
    return page("dashboard/show.html", desk=desk, today=access.today())
