"""How pages are answered: whole page or htmx fragment, the two languages, dates for people, security headers, refusals."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Flask, Response, current_app, g, make_response, redirect, render_template, request, session, url_for
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.local import LocalProxy

from ..engine.deadlines import overdue_in_words
from ..engine.text import pick
from ..extensions import db, htmx
from ..services.refusals import Refusal, TooMany
from . import access

LANGUAGES = ("de", "en")
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


def wants_fragment() -> bool:
    """Whether htmx asked for a part of the page (not a boosted link, not a restored history entry)."""
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def page(template: str, fragment: str | None = None, status: int = 200, **context: Any) -> Response:
    """Answers with ``template``, or with ``fragment`` (a file that the template includes) when htmx asked for a part."""
    name = fragment if fragment and wants_fragment() else template
    response = make_response(render_template(name, **context), status)
    if fragment:
        response.headers.add("Vary", "HX-Request")
    return response


def see_other(endpoint: str, **values: Any) -> Response:
    """303 to the next page: reloading it repeats nothing (RFC 9110, 15.4.4)."""
    return redirect(url_for(endpoint, **values), 303)  # type: ignore[return-value]


def language() -> str:
    """``?lang=`` once, then what the session or the account remembers, then German."""
    if "language" not in g:
        asked = request.args.get("lang")
        if asked in LANGUAGES:
            session["language"] = asked
        known = session.get("language") or (current_user.language if current_user.is_authenticated else None)
        g.language = known if known in LANGUAGES else "de"
    chosen: str = g.language
    return chosen


def t(german: str, english: str) -> str:
    """The text in the reader's language; both stand side by side in the template, so that neither is forgotten."""
    return english if language() == "en" else german


def date_de(value: date | datetime | None) -> str:
    """``22.11.2026`` in the zone Europe/Berlin; empty for None."""
    if value is None:
        return ""
    day = value.astimezone(access.BERLIN) if isinstance(value, datetime) else value
    return f"{day:%d.%m.%Y}"


def datetime_de(value: datetime | None) -> str:
    """``22.11.2026, 14:05 Uhr`` in the zone Europe/Berlin; empty for None."""
    if value is None:
        return ""
    local = value.astimezone(access.BERLIN)
    return f"{local:%d.%m.%Y, %H:%M}" + t(" Uhr", "")


def ago(value: datetime | None) -> str:
    """How long ago, in words and whole days at most: ``gerade eben``, ``vor 3 Tagen``."""
    if value is None:
        return ""
    seconds = max(0, int((access.now() - value).total_seconds()))
    for size, german, english in ((86400, "Tag", "day"), (3600, "Stunde", "hour"), (60, "Minute", "minute")):
        if seconds >= size:
            count = seconds // size
            many = count != 1
            ending = ("en" if german == "Tag" else "n") if many else ""
            return t(f"vor {count} {german}{ending}", f"{count} {english}{'s' if many else ''} ago")
    return t("gerade eben", "just now")


def due_words(value: date | None) -> str:
    """``seit 3 Tagen überfällig``, ``heute fällig``, ``in 5 Tagen``; empty for None."""
    return overdue_in_words(value, access.today(), language()) if value else ""


def install(app: Flask) -> None:
    """Registers filters, globals, headers and error pages."""
    app.jinja_env.filters.update(date_de=date_de, datetime_de=datetime_de, ago=ago, due_words=due_words)
    app.jinja_env.filters["pick"] = lambda text: pick(text, language())
    # macros are compiled and run once, not once a page: what they name are globals, never the page's own values
    app.jinja_env.globals.update(
        t=t,
        can=access.can,
        demo=app.config["SETTINGS"].demo,
        language=LocalProxy(language),
        current_user=current_user,
    )
    app.after_request(_headers)
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(CSRFError, _form_expired)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _broken)


def _headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "no-store")
    if current_app.config["SETTINGS"].secure_cookies:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def refusal_page(status: int, sentence: str, reasons: tuple[str, ...] = ()) -> Response:
    """The page (or, under htmx, the message) that says what was refused and what to do now."""
    template = "errors/message.html" if wants_fragment() else "errors/error.html"
    return make_response(render_template(template, status=status, sentence=sentence, reasons=reasons), status)


def _refused(refusal: Refusal) -> Response:
    db.session.rollback()
    reasons = tuple(getattr(refusal, "reasons", ()))
    response = refusal_page(refusal.status, refusal.sentence, reasons if len(reasons) > 1 else ())
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _form_expired(_error: CSRFError) -> Response:
    sentence = t(
        "Die Seite war zu lange offen, deshalb wurde nichts gespeichert. Gehen Sie zurück: Ihre Eingaben stehen noch da. "
        "Laden Sie die Seite in einem zweiten Fenster neu und senden Sie dann noch einmal.",
        "The page was open too long, so nothing was saved. Go back: what you typed is still there. "
        "Reload the page in a second window, then send again.",
    )
    return refusal_page(400, sentence)


HTTP_SENTENCES = {
    404: (
        "Diese Seite gibt es nicht, oder sie ist für Sie nicht freigegeben.",
        "This page does not exist or is not open to you.",
    ),
    405: ("Diese Adresse lässt sich so nicht aufrufen.", "This address cannot be called like that."),
    413: (
        "Das ist zu groß. Kürzen Sie den Text oder wählen Sie eine kleinere Datei.",
        "That is too large. Shorten the text or choose a smaller file.",
    ),
    429: ("Zu viele Versuche in kurzer Zeit. Bitte warten Sie etwas.", "Too many tries in a short time. Please wait."),
}


def _http_error(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    known = HTTP_SENTENCES.get(error.code)
    sentence = t(*known) if known else t("Die Anfrage war nicht verständlich.", "The request was not understood.")
    return refusal_page(error.code, sentence)


def _broken(error: Exception) -> Any:
    if current_app.config.get("PROPAGATE_EXCEPTIONS") or current_app.testing:
        raise error
    db.session.rollback()
    current_app.logger.exception("request failed: %s %s", request.method, request.path)
    sentence = t(
        "Bei uns ist ein Fehler aufgetreten. Es wurde nichts verändert. Bitte versuchen Sie es gleich noch einmal.",
        "Something went wrong on our side. Nothing was changed. Please try again in a moment.",
    )
    return refusal_page(500, sentence)
