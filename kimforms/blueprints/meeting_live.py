"""A running meeting as its members see it: current item, results, quorum. Polled; nothing is sent while nothing changes."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, request

from ..extensions import db
from ..services.bodies.access import visible_meeting
from ..services.queries.meeting_session import live_view
from . import access, session_page
from .meeting_frame import frame
from .rendering import page, wants_fragment

blueprint = Blueprint("meeting_live", __name__, url_prefix="/meetings/<reference>/live")


@blueprint.get("")
@access.requires("meeting:read")
def show(reference: str) -> Response:
    """The page, or the part that is polled: 204 while it is what the browser has; without its trigger once the meeting ended."""
    session = db.session()
    meeting, standing = visible_meeting(session, access.current_actor(), reference)
    seen = live_view(session, meeting, standing, access.now())
    if wants_fragment() and request.args.get("seen") == seen.etag:
        return make_response("", 204)
    return page(
        "meeting_session/live.html", "meeting_session/_live.html", seen=seen, reference=reference,
        item_states=session_page.item_words(), clock=session_page.clock, **frame(meeting, standing, "live"),
    )  # fmt: skip
