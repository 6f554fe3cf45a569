"""The first page of a new form is the same for everybody without an account but for two secrets: it is drawn once.

``report.begin`` uses it. What is kept is found by version, language and lists, so a new version or a changed list draws anew.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable

from flask import Response, make_response, request, session
from flask_wtf.csrf import generate_csrf

from ..services.catalogues import DatabaseCatalogues
from .rendering import language, wants_fragment

MOST = 16
KEY = "\x00key\x00"
TOKEN = "\x00token\x00"  # noqa: S105 - the mark of a place, not a token

_kept: OrderedDict[tuple[str, str, int, str], tuple[str, ...]] = OrderedDict()


def fresh_form(content_hash: str, lists: DatabaseCatalogues, key: str, draw: Callable[[], Response]) -> Response:
    """The page that ``draw`` gives for a form with the secret ``key``, drawn only when no equal one is kept.

    Pages with a message, a query string or for htmx are always drawn.
    """
    if request.query_string or "_flashes" in session or wants_fragment():
        return draw()
    name = (content_hash, language(), lists.serial, request.script_root)
    parts = _kept.get(name)
    if parts is None:
        response = draw()
        parts = _marked(response.get_data(as_text=True), key, generate_csrf())
        _kept[name] = parts
        while len(_kept) > MOST:
            _kept.popitem(last=False)
        return response
    secrets = {KEY: key, TOKEN: generate_csrf()}
    response = make_response("".join(secrets.get(part, part) for part in parts))
    response.headers.add("Vary", "HX-Request")
    return response


def _marked(html: str, key: str, token: str) -> tuple[str, ...]:
    """The page in pieces, with marks where the two secrets stood."""
    pieces = re.split(f"({re.escape(key)}|{re.escape(token)})", html)
    return tuple({key: KEY, token: TOKEN}.get(piece, piece) for piece in pieces)
