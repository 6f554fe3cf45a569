"""Signed links in mails, for people without account: ``/r/<token>``. Each room registers what its links open.

Looking never changes anything, since mail programs and scanners follow links; a button on the page does.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, current_app

from ..extensions import db
from ..models import ReplyLink
from ..services import reply_links
from . import access

blueprint = Blueprint("replies", __name__, url_prefix="/r")

Handler = Callable[[ReplyLink, str], Response]
_handlers: dict[str, Handler] = {}


def answers(purpose: str) -> Callable[[Handler], Handler]:
    """Registers what answers the links of a purpose; it gets the link and the token and asks ``request`` for the rest."""

    def register(handler: Handler) -> Handler:
        _handlers[purpose] = handler
        return handler

    return register


@blueprint.route("/<token>", methods=["GET", "POST"])
@access.public("people without account answer by the link that was mailed to them")
def open_link(token: str) -> Response:
    """The page behind a link; 410 for one that is forged, old or taken back."""
    link = reply_links.look_up(db.session(), current_app.config["SECRET_KEY"], token, access.now())
    response = _handlers[link.purpose](link, token)
    response.headers["Referrer-Policy"] = "no-referrer"  # the address of the page is the secret
    return response
