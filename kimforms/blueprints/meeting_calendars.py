"""Calendars to subscribe to (webcal): the address with its secret link, and the page on which people renew or end it."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, flash, make_response, request, url_for

from ..extensions import db
from ..models import Body, ReplyLink
from ..services import outbox, reply_links
from ..services.bodies.access import body_of, own_bodies
from ..services.meetings import feeds
from ..services.refusals import LinkExpired, NotVisible
from ..services.unit_of_work import unit_of_work
from . import access, replies
from .rendering import page, see_other, t

blueprint = Blueprint("meeting_calendars", __name__, url_prefix="/meetings")


@blueprint.get("/calendar/<token>.ics")
@access.public("calendar programs cannot sign in; the secret address is the proof")
def read(token: str) -> Response:
    """The calendar behind a secret address; 304 where nothing changed, 410 for an address that ended."""
    session, now = db.session(), access.now()
    link = reply_links.look_up(session, current_app.config["SECRET_KEY"], token, now)
    if link.purpose != "feed":
        raise LinkExpired(reply_links.GONE)
    found = feeds.read(session, now, link)
    response = make_response(found.content)
    response.mimetype = "text/calendar"
    response.set_etag(found.etag)
    response.last_modified = found.changed_at
    response.headers["Cache-Control"] = "private, max-age=0, must-revalidate"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response.make_conditional(request)


@blueprint.get("/subscriptions")
@access.requires("meeting:read")
def subscriptions() -> Response:
    """The own subscriptions: all meetings of one's own, and one for each own body."""
    session, actor = db.session(), access.current_actor()
    person = feeds.person_of(session, actor)
    bodies: list[Body | None] = [None, *own_bodies(session, actor, access.today())] if person is not None else []
    entries = [(one, _address(feeds.live_link(session, person, one))) for one in bodies] if person is not None else []
    return page("invitations/subscriptions.html", person=person, entries=entries)


@blueprint.post("/subscriptions")
@access.requires("meeting:read")
def change_subscription() -> Response:
    """A new secret address, or none any more."""
    actor, now = access.current_actor(), access.now()
    slug, ends = request.form.get("body", ""), request.form.get("deed") == "end"
    with unit_of_work() as session:
        body = body_of(session, slug) if slug else None
        if body is not None and body not in own_bodies(session, actor, access.today()):
            raise NotVisible()
        if ends:
            feeds.revoke(session, actor, now, body)
        else:
            feeds.renew(session, actor, now, body)
    said = t("Das Abonnement ist beendet.", "The subscription has ended.") if ends else t(
        "Die neue Adresse gilt ab sofort.", "The new address is in force at once.")  # fmt: skip
    flash(said, "success")
    return see_other(".subscriptions")


@replies.answers("feed")
def open_feed(_link: ReplyLink, token: str) -> Response:
    """Somebody opened the address of a calendar in the wrong place."""
    response = make_response("", 303)
    response.headers["Location"] = url_for("meeting_calendars.read", token=token)
    return response


def _address(link: ReplyLink | None) -> str:
    if link is None:
        return ""
    token = reply_links.token_text(current_app.config["SECRET_KEY"], link)
    return outbox.absolute(f"/meetings/calendar/{token}.ics")
