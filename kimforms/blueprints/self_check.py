"""The self-check without account: three steps, everything posted along, nothing kept.

Its forms bear no CSRF token, since a token would need a session and nothing is changed that a foreign page could abuse. What
is answered is never cached, and a fault is logged by its place in the code alone, since its message could hold an answer.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from functools import wraps
from threading import BoundedSemaphore
from typing import Any

from flask import Blueprint, Response, current_app, make_response, request
from werkzeug.exceptions import HTTPException

from ..extensions import csrf, db
from ..naturalisation.self_check import given
from ..services import self_check
from ..services.refusals import NotVisible, Refusal, TooMany
from ..services.self_check import Desk
from . import access
from .rendering import language, page, refusal_page, t, wants_fragment
from .self_check_words import Words, municipalities

blueprint = Blueprint("self_check", __name__, url_prefix="/naturalisation")
MAX_BYTES = 32_768
"""More than all answers together; a larger request would be put aside in a file while it arrives."""
PAPERS_AT_ONCE = BoundedSemaphore(2)
PATIENCE_SECONDS = 20
STEPS = ("situation", "answers", "result")


def keeps_nothing(view: Callable[..., Response]) -> Callable[..., Response]:
    """Nothing of a request is cached or logged, whatever happens in it, and none is large enough to touch the disk."""

    @wraps(view)
    def guarded(*args: Any, **values: Any) -> Response:
        request.max_content_length = MAX_BYTES
        try:
            response = view(*args, **values)
        except (Refusal, HTTPException):
            raise
        except Exception as broken:  # noqa: BLE001 - its message may hold an answer
            response = _broken(broken)
        response.headers["Cache-Control"] = "no-store"
        return response

    return guarded


@blueprint.route("/check", methods=["GET", "POST"])
@csrf.exempt
@access.public("the check without account; it changes and keeps nothing")
@keeps_nothing
def show() -> Response:
    """GET: the questions about the situation. POST: the step that the pressed button names, with all answers so far."""
    if not self_check.switched_on(db.session(), access.now()):
        return page("naturalisation/check_off.html", advice=Words.advice(None))
    place = request.form.get("municipality", "")
    if place not in dict(municipalities()):
        refused = bool(request.form) and not wants_fragment()
        return _start(None, t("Wählen Sie Ihren Wohnort aus.", "Choose where you live.") if refused else "")
    desk = self_check.desk(db.session(), access.now(), place)
    if not desk.open:
        return page(
            "naturalisation/check_off.html", "naturalisation/_applicable.html", advice=Words.advice(desk), words=None
        )
    step = request.form.get("_step", STEPS[0])
    return _step(desk, step if step in STEPS else STEPS[0])


@blueprint.post("/check.pdf")
@csrf.exempt
@access.public("the same result on paper; it changes and keeps nothing")
@keeps_nothing
def print_pdf() -> Response:
    """The result as a paper, or as a handout in the chosen language."""
    desk = self_check.desk(db.session(), access.now(), request.form.get("municipality", ""))
    if not desk.open:
        raise NotVisible(t("Der Selbstcheck ist hier nicht eingeschaltet.", "The self-check is not switched on here."))
    said = given(desk.document, request.form.to_dict())
    wanted = request.form.get("handout", "")
    if not PAPERS_AT_ONCE.acquire(timeout=PATIENCE_SECONDS):
        raise TooMany(PATIENCE_SECONDS)
    try:
        if wanted:
            content = self_check.handout_pdf(db.session(), desk, said, wanted)
        else:
            content = self_check.result_pdf(db.session(), desk, said, language())
    finally:
        PAPERS_AT_ONCE.release()
    response = make_response(content)
    response.mimetype = "application/pdf"
    name = t("Selbstcheck", "self-check")
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


def _start(words: Words | None, problem: str = "") -> Response:
    status = 422 if problem else 200
    return page(
        "naturalisation/check.html",
        "naturalisation/_applicable.html",
        status=status,
        words=words,
        problem=problem,
        towns=municipalities(),
    )


def _step(desk: Desk, step: str) -> Response:
    said = given(desk.document, request.form.to_dict())
    words = Words(desk, said)
    if step == "situation" or wants_fragment():
        return _start(words)
    template = "naturalisation/check_answers.html" if step == "answers" else "naturalisation/check_result.html"
    return page(template, words=words)


def _broken(broken: Exception) -> Response:
    frames = traceback.extract_tb(broken.__traceback__)
    where = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames[-4:]))
    db.session.rollback()
    current_app.logger.error("self-check failed: %s at %s", type(broken).__name__, where)
    return refusal_page(
        500,
        t(
            "Bei uns ist ein Fehler aufgetreten. Ihre Antworten wurden nicht gespeichert. Gehen Sie zurück und versuchen Sie es "
            "noch einmal.",
            "Something went wrong on our side. Your answers were not stored. Go back and try again.",
        ),
    )
