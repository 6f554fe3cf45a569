"""The signed-in session: how it begins, when it ends, and what happens to a request that comes too late.

``accounts.install`` registers this. The session is Flask's signed cookie. It outlives the sign-in by some days, so that
what somebody typed before a week-end can still be told to be theirs; signed in is only who was seen recently.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, flash, g, redirect, request, session, url_for
from flask_login import current_user, login_user
from flask_wtf.csrf import validate_csrf
from wtforms import ValidationError

from ..extensions import db, login_manager
from ..models import User
from ..services import held_input
from ..services.queries.signed_in import SignedIn, signed_in
from ..services.unit_of_work import unit_of_work
from .access import access_of, now
from .rendering import page, t, wants_fragment

ABSOLUTE = timedelta(hours=12)
REMEMBERED = timedelta(days=3)
REFRESH_SECONDS = 60
HELD_AT_ONCE = 3
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def install(app: Flask) -> None:
    """Registers the loader, the ends of a session and the keeping of input."""
    app.config["PERMANENT_SESSION_LIFETIME"] = REMEMBERED  # of the cookie; the sign-in in it ends after ABSOLUTE
    login_manager.session_protection = None  # addresses change on the road; epoch and times end a session
    login_manager.user_loader(load_user)
    login_manager.unauthorized_handler(sign_in_first)
    # before the CSRF check, which would answer "the page was open too long" to somebody who only has to sign in
    app.before_request_funcs.setdefault(None, []).insert(0, _catch_late_input)
    app.after_request(_forget_sent_input)
    app.context_processor(_remaining_time)


def load_user(identity: str) -> SignedIn | None:
    """The person of ``id.epoch`` with roles, in one query; None when the session has ended."""
    user_id, epoch = _parts(identity)
    if user_id is None or epoch is None or seconds_left() <= 0:
        return None
    user = signed_in(db.session(), user_id, epoch)
    if user is None:
        return None
    moment = int(now().timestamp())
    if moment - session["seen"] >= REFRESH_SECONDS:  # not at every request: each refresh sends the cookie again
        session["seen"] = moment
    return user


def start_session(user: User) -> None:
    """Signs in. Nothing of the session before survives (session fixation) but the language and kept input.

    The CSRF token survives only in the person's own ended session, so that a page still open elsewhere can be sent.
    """
    names = ["language", "held"]
    if _known_user_id() == user.id:
        names.append("csrf_token")
    kept = {name: session[name] for name in names if name in session}
    session.clear()
    session.update(kept)
    session.permanent = True
    session["began"] = session["seen"] = int(now().timestamp())
    login_user(user)
    g.pop("actor", None)


def end_session() -> None:
    """Signs out; only the language stays."""
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language


def seconds_left() -> int:
    """How long the sign-in still lasts without another request; 0 or less when it has ended."""
    seen, began = session.get("seen"), session.get("began")
    if not isinstance(seen, int) or not isinstance(began, int):
        return 0
    moment = int(now().timestamp())
    idle = seen + current_app.config["SETTINGS"].session_minutes * 60 - moment
    return min(idle, began + int(ABSOLUTE.total_seconds()) - moment)


def sign_in_first() -> Response:
    """Sends a signed-out person to the sign-in page and back; htmx gets a message, so that the page keeps its text."""
    if wants_fragment():
        response = page("accounts/signed_out.html", status=401)
        response.headers.add("Vary", "HX-Request")
        return response
    if request.method not in CHANGING:
        return redirect(url_for("accounts.login", next=request.full_path.rstrip("?")), 303)  # type: ignore[return-value]
    flash(_keep_input(), "info")
    return redirect(url_for("accounts.login", next=_page_before()), 303)  # type: ignore[return-value]


def safe_path(text: str | None) -> str | None:
    """``text`` when it is a path of this site that may be gone to after signing in, else None (CWE-601)."""
    if not text or not text.startswith("/") or text.startswith("//") or not text.isprintable() or "\\" in text:
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    if parts.scheme or parts.netloc or parts.path.rstrip("/") in ("/login", "/logout"):
        return None
    return text


def waiting_input() -> list[held_input.Held]:
    """What was kept for the signed-in person in this browser."""
    tokens = session.get("held")
    if not tokens or not current_user.is_authenticated:
        return []
    return held_input.held_for(db.session(), now(), user_id=current_user.id, tokens=tokens)


def drop_input(token: str) -> None:
    """Forgets one kept input of the signed-in person."""
    with unit_of_work() as work:
        held_input.discard(work, user_id=current_user.id, token=token)
    session["held"] = [one for one in session.get("held", []) if one != token]


def _catch_late_input() -> Response | None:
    if request.method not in CHANGING or request.endpoint is None:
        return None
    access = access_of(current_app._get_current_object(), request.endpoint)  # type: ignore[attr-defined]
    if access is None or access.permission is None or current_user.is_authenticated:
        return None
    return sign_in_first()


def _keep_input() -> str:
    """Keeps the form of this request for the person whose session ended, and says what became of it."""
    user_id = _known_user_id()
    lost = t(
        "Ihre Sitzung ist abgelaufen. Bitte melden Sie sich an und senden Sie das Formular noch einmal.",
        "Your session has expired. Please sign in and send the form again.",
    )
    if user_id is None or not _comes_from_own_page():
        return lost
    files = any(upload.filename for upload in request.files.values())
    fields = list(request.form.items(multi=True))
    path = request.full_path.rstrip("?")
    try:
        with unit_of_work() as work:
            token = held_input.hold(work, now(), user_id=user_id, path=path, fields=fields, files=files)
    except held_input.InputTooLong:
        return t(
            "Ihre Sitzung ist abgelaufen, und Ihre Eingaben sind zu lang, um sie aufzuheben. Gehen Sie zurück: "
            "Dort stehen sie noch. Melden Sie sich in einem zweiten Fenster an und senden Sie dann noch einmal.",
            "Your session has expired and your entries are too long to be kept. Go back: they are still there. "
            "Sign in in a second window, then send again.",
        )
    if token is None:
        return lost
    session["held"] = [*session.get("held", []), token][-HELD_AT_ONCE:]
    return t(
        "Ihre Sitzung ist abgelaufen. Ihre Eingaben sind eine Stunde lang aufgehoben: Melden Sie sich an, dann können "
        "Sie sie noch einmal senden.",
        "Your session has expired. Your entries are kept for an hour: sign in, then you can send them again.",
    )


def _comes_from_own_page() -> bool:
    """Whether the form bears the CSRF token of the ended session, so that no other site can fill the store."""
    try:
        if current_app.config["WTF_CSRF_ENABLED"]:
            validate_csrf(request.form.get("csrf_token") or request.headers.get("X-CSRFToken"))
    except ValidationError:
        return False
    return True


def _forget_sent_input(response: Response) -> Response:
    """Drops what was kept once the same form has been sent again with success."""
    if request.method != "POST" or response.status_code >= 400 or not session.get("held"):
        return response
    path = request.full_path.rstrip("?")
    fields = tuple(held_input.without_secrets(list(request.form.items(multi=True))))
    same = [held for held in waiting_input() if held.path == path]
    same.sort(key=lambda held: held.fields != fields)
    if same:
        drop_input(same[0].token)
    return response


def _remaining_time() -> dict[str, int]:
    return {"session_seconds": max(0, seconds_left())} if current_user.is_authenticated else {}


def _page_before() -> str | None:
    """The page of this site that the form stood on, to return to; nothing can be repeated by going there."""
    try:
        parts = urlsplit(request.referrer or "")
    except ValueError:  # not an address, such as http://[::1
        return None
    return safe_path(parts.path + (f"?{parts.query}" if parts.query else "")) if parts.netloc == request.host else None


def _known_user_id() -> int | None:
    return _parts(session.get("_user_id"))[0]


def _parts(identity: Any) -> tuple[int | None, int | None]:
    user_id, _, epoch = str(identity or "").partition(".")
    return (int(user_id), int(epoch)) if user_id.isdecimal() and epoch.isdecimal() else (None, None)
