"""The start page of signed-in people: what is mine, new and overdue, and how many reports stand where."""

from __future__ import annotations

from flask import Blueprint, Response, url_for

from ..extensions import db
from ..services.queries import dashboard, meetings, naturalisation_desk, themes
from . import access
from .meeting_frame import when
from .meeting_words import deed_words
from .rendering import language, page

blueprint = Blueprint("dashboard", __name__)
MEETINGS = 3


@blueprint.app_template_filter("state_rows")
def state_rows(counts: list[dashboard.StateCount]) -> list[tuple[str, int, str]]:
    """Rows of the chart of states, each a link into the inbox; closed ones are asked for explicitly."""
    return [
        (one.label, one.number, url_for("inbox.index", state=one.state, **({} if one.open else {"status": "all"})))
        for one in counts
    ]


@blueprint.get("/dashboard")
@access.requires("dashboard:read")
def show() -> Response:
    session = db.session()
    actor, now = access.current_actor(), access.now()
    desk = dashboard.desk_of(session, actor, access.today(), language())
    return page(
        "dashboard/show.html",
        desk=desk,
        today=access.today(),
        stalled=_stalled(),
        meetings=_meetings(),
        deeds=deed_words(),
        when=when,
        client_desk=naturalisation_desk.adviser_desk(session, actor, now) if access.can("checklist:own") else None,
        office_desk=naturalisation_desk.office_desk(session, actor, now) if access.can("checklist:office") else None,
    )


def _meetings() -> list[meetings.Entry]:
    """The next meetings; of a series only the very next, so that it does not hide the others."""
    if not access.can("meeting:read"):
        return []
    shown: dict[object, meetings.Entry] = {}
    for one in meetings.coming(db.session(), access.current_actor(), access.now()):
        shown.setdefault(one.meeting.series_id or one.meeting.record.reference, one)
    return list(shown.values())[:MEETINGS]


def _stalled() -> list[tuple[str, str, int]]:
    """Themes in which nothing has happened for long, for those who read themes."""
    if not access.can("theme:read"):
        return []
    found = themes.open_themes(db.session(), access.current_actor(), access.now(), language())
    return themes.stalled(db.session(), found, dashboard.SHOWN) if found.processes else []
