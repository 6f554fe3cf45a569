"""Dates of courses and tests for everybody: the list, the form of providers, the calendar; and what waits for approval."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, Response, make_response, request, session, url_for

from ..documents.paper import paragraphs
from ..engine.definition import ProcessDefinition
from ..engine.fields.days import german_day
from ..engine.text import pick
from ..extensions import db
from ..forms.builder import BuiltForm, step_form, submitted
from ..forms.report import new_key
from ..models import ProcessVersion
from ..services.advice import course_calendar, course_dates, course_entry
from ..services.catalogues import catalogues
from ..services.processes import definition_of
from ..services.refusals import InputRefused, NotVisible, TooMany
from ..services.unit_of_work import unit_of_work
from . import access
from .rendering import language, page, see_other, t, wants_fragment
from .report_pages import circumstances, visitor

blueprint = Blueprint("course_dates", __name__)
DONE = "course_date_done"
KEY = re.compile(r"[A-Za-z0-9_-]{43}")
FEED_SECONDS = 300
blueprint.add_app_template_filter(german_day)


@blueprint.before_app_request
def _forget_code() -> None:
    """The retrieval code is shown once: whoever goes on to another page has left it."""
    if DONE in session and request.endpoint not in ("course_dates.done", "static", None):
        session.pop(DONE)


@blueprint.get("/naturalisation/dates")
@access.public("whoever looks for a course or a test has no account")
def index() -> Response:
    """What is to come, by kind and municipality. The address holds the view."""
    version = course_entry.version_on_offer(db.session())
    kinds, towns = course_entry.kinds(version, language()), _towns()
    kind, town = _known("kind", kinds), _known("municipality", towns)
    rows = course_dates.upcoming_dates(db.session(), access.today(), kind=kind or None, municipality=town or None)
    response = page("course_dates/index.html", "course_dates/_results.html", rows=rows, kinds=kinds, towns=towns,
                    kind=kind, town=town, names=dict(kinds), places=dict(towns),
                    calendar=url_for("course_dates.calendar"))  # fmt: skip
    if wants_fragment():
        response.headers["HX-Push-Url"] = url_for(".index", **{
            name: value for name, value in (("kind", kind), ("municipality", town)) if value})  # fmt: skip
    return response


@blueprint.route("/naturalisation/dates/new", methods=["GET", "POST"])
@access.public("providers of courses hold no account; the coordination looks at each date before it is shown")
def new() -> Response:
    """The form of a provider, made from the process; nothing is stored before it is sent."""
    version = course_entry.version_on_offer(db.session())
    if request.method != "POST":
        return _form_page(version, {}, new_key())
    raw = submitted((name, value) for name, value in request.form.items(multi=True) if not name.startswith("_"))
    key = request.form.get("_key", "")
    key = key if KEY.fullmatch(key) else new_key()
    if request.form.get("_website"):
        return _form_page(version, raw, key, 422, trap=True)
    return _send(version, raw, key)


@blueprint.get("/naturalisation/dates/done")
@access.public("the reference of the date that this browser has just sent")
def done() -> Response:
    """Reference and, once, the retrieval code."""
    known = session.get(DONE)
    return page("course_dates/done.html", known=known) if known else see_other(".index")


@blueprint.get("/naturalisation/dates/privacy")
@access.public("Art. 13 GDPR: the notice is open to everybody")
def privacy() -> Response:
    """The privacy notice of the form."""
    notice = definition_of(course_entry.version_on_offer(db.session())).notice
    if notice is None:
        raise NotVisible()
    return page("course_dates/privacy.html", title=pick(notice.title, language()),
                parts=paragraphs(pick(notice.text, language())))  # fmt: skip


@blueprint.get("/naturalisation/dates/waiting")
@access.requires("course-date:work")
def waiting() -> Response:
    """What providers sent and nobody has looked at yet; each is approved on the page of its record."""
    version = course_entry.version_on_offer(db.session())
    controllers = access.current_actor().controllers("course-date:work")
    rows = [one for one in course_dates.waiting(db.session()) if one.record.controller_id in controllers]
    return page("course_dates/waiting.html", rows=rows, names=dict(course_entry.kinds(version, language())),
                places=dict(_towns()))  # fmt: skip


@blueprint.get("/feeds/course-dates.ics")
@access.public("the same dates for calendar programs")
def calendar() -> Response:
    """The calendar to subscribe to; 304 where nothing changed."""
    found = course_calendar.calendar_of(db.session(), access.now())
    response = make_response(found.content)
    response.mimetype = "text/calendar"
    response.set_etag(found.etag)
    response.last_modified = found.changed_at
    response.headers["Cache-Control"] = f"public, max-age={FEED_SECONDS}"
    return response.make_conditional(request)


def _send(version: ProcessVersion, raw: dict[str, Any], key: str) -> Response:
    try:
        with unit_of_work() as work:
            sent = course_entry.submit(work, access.now(), raw=raw, key=key, visitor=visitor(),
                                       catalogues=circumstances().catalogues, language=language())  # fmt: skip
            session[DONE] = {"reference": sent.record.reference, "code": sent.code}
    except InputRefused as refused:
        return _form_page(version, raw, key, 422, errors=refused.errors)
    except TooMany as refused:
        return _form_page(version, raw, key, 429, slow=refused.retry_after)
    return see_other(".done")


def _form_page(
    version: ProcessVersion, raw: dict[str, Any], key: str, status: int = 200, *, errors: dict[str, str] | None = None,
    **more: Any,
) -> Response:  # fmt: skip
    definition = definition_of(version)
    parts = _parts(definition, raw, errors)
    pairs = [pair for _title, form in parts for pair in form.error_pairs()] if errors is not None else []
    return page("course_dates/new.html", status=status, definition=definition, parts=parts, key=key, error_pairs=pairs,
                form_errors=bool(pairs), **more)  # fmt: skip


def _parts(
    definition: ProcessDefinition, raw: dict[str, Any], errors: dict[str, str] | None
) -> list[tuple[str, BuiltForm]]:
    """All steps of the form below each other, with what is wrong and what looks like personal data after a try."""
    found = []
    for step in definition.form.steps:
        form = step_form(definition, step, raw, circumstances())
        if errors is not None:
            form.validate()
            form.look_for_personal_data()
            for field in form:
                if field.short_name in errors and not field.errors:
                    field.errors = [
                        t(errors[field.short_name], ENGLISH.get(errors[field.short_name], errors[field.short_name]))
                    ]
        found.append((pick(step.title, language()), form))
    return found


ENGLISH = {
    "Das Ende muss nach dem Beginn liegen.": "The end has to be after the begin.",
    "Der letzte Kurstag kann nicht vor dem ersten liegen.": "The last day cannot be before the first one.",
    "Der Anmeldeschluss kann nicht nach dem Termin liegen.": "The last day to register cannot be after the date.",
    "Der Termin liegt in der Vergangenheit. Geben Sie einen kommenden Tag ein.": "The date is past. Enter a day to come.",
}


def _known(name: str, choices: list[tuple[str, str]]) -> str:
    value = request.args.get(name, "")
    return value if any(value == one for one, _label in choices) else ""


def _towns() -> list[tuple[str, str]]:
    return [(one.value, one.label) for one in catalogues(db.session()).options("municipalities")]
