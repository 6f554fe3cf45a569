"""Pages for everybody: what the server is for, health, accessibility, privacy, imprint."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify
from flask_login import current_user
from sqlalchemy import text

from ..extensions import db
from ..services.queries import controllers, solutions
from . import access
from .rendering import language, page, see_other

blueprint = Blueprint("pages", __name__)
LATEST = 3


@blueprint.get("/")
@access.public("the front door")
def home() -> Response:
    """For signed-out people what this is for; signed-in people start at their dashboard."""
    if current_user.is_authenticated:
        return see_other("dashboard.show")
    return page("pages/home.html", latest=solutions.latest(db.session(), LATEST, language()))


@blueprint.get("/healthz")
@access.public("asked by the process that starts the server and by monitoring; says nothing but ok")
def health() -> Response:
    db.session.execute(text("SELECT 1"))
    return jsonify(status="ok")


@blueprint.get("/accessibility")
@access.public("BITV: the statement and the way to report a barrier are open to everybody")
def accessibility() -> Response:
    return page("pages/accessibility.html", controllers=controllers.all_controllers(db.session()))


@blueprint.get("/privacy")
@access.public("Art. 13 GDPR: notices are open to everybody")
def privacy() -> Response:
    return page("pages/privacy.html", controllers=controllers.all_controllers(db.session()))


@blueprint.get("/imprint")
@access.public("§ 5 DDG: the imprint is open to everybody")
def imprint() -> Response:
    return page("pages/imprint.html", controllers=controllers.all_controllers(db.session()))


@blueprint.get("/favicon.ico")
@access.public("browsers ask for it by themselves")
def favicon() -> Response:
    return current_app.redirect("/static/favicon.svg", 301)  # type: ignore[return-value]
