"""The page of a record, its history, the reporter's contact and the print; what changes something stands beside it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, make_response, request, url_for

from ..engine.definition import Transition, content_hash
from ..engine.fields.files import readable_size
from ..extensions import db
from ..forms.builder import BuiltForm, questions_form
from ..forms.records import assign_form, link_form, number_in
from ..permissions import Sight, may
from ..services import similar_texts
from ..services.queries import history, reporting
from ..services.queries.record_page import Seen
from ..services.records import contact, printing
from ..services.records.facts import facts_of
from ..services.refusals import NotPermitted
from ..services.unit_of_work import unit_of_work
from . import access, process_parts, record_parts
from .rendering import language, page, see_other, t, wants_fragment

blueprint = Blueprint("records", __name__, url_prefix="/records")
SOON = timedelta(days=2)
MEETING = "meeting"
blueprint.add_app_template_filter(readable_size)


@blueprint.app_template_filter()
def due_tone(day: date) -> str:
    """How urgent a due date is: ``danger`` when it has passed, ``warning`` within two days."""
    if day < access.today():
        return "danger"
    return "warning" if day - access.today() <= SOON else "neutral"


@blueprint.get("/<reference>")
@access.requires("record:read")
def show(reference: str) -> Response:
    """The record as far as the person may see it."""
    seen = record_parts.look(db.session(), reference)
    if seen.definition.key == MEETING:
        return see_other("meetings.show", reference=reference)
    if seen.sight is Sight.REPORTER:
        return _own_page(seen)
    view = record_parts.whole_view(seen)
    return page("records/show.html", **page_context(seen, view))


def page_context(seen: Seen, view: Any, *, entered: bool = True, **others: Any) -> dict[str, Any]:
    """What the page and its fragments read. ``entered``: the forms show again what the request holds."""
    actor = access.current_actor()
    people = record_parts.choices_of(record_parts.workers(seen, view.people))
    context: dict[str, Any] = {
        "seen": seen,
        "view": view,
        "record": seen.record,
        "last_seq": view.lines[0].seq if view.lines else 0,
        "following": actor.user_id in view.followers,
        "may_share": seen.full and may(actor, "record:share", seen.record.controller_id),
        "may_see_contact": seen.full and contact.may_see_contact(actor, seen.record),
        "coordination": record_parts.coordination(seen),
        "me": actor.user_id,
        "extra": None if wants_fragment() else process_parts.part_of(seen),
        "compared": seen.full and similar_texts.similar_of(db.session(), seen.record, seen.definition) is not None,
        "own": reporting.progress(db.session(), actor, access.now(), seen.record, language=language())
        if seen.own and not seen.full
        else None,
    }
    if view.works:
        context |= {
            "comment_form": record_parts.comment_form(view.people, entered=entered),
            "task_form": record_parts.task_form(view.people, entered=entered),
            "assign_form": assign_form(t, people, seen.record.assignee_id, entered=entered),
            "link_form": link_form(t, entered=entered),
            "file_form": record_parts.file_form(seen),
        }
    return context | others


def _own_page(seen: Seen) -> Response:
    """What whoever sent the record sees of it: own answers, stations, dialogue, and what may still be done."""
    actor, session = access.current_actor(), db.session()
    shown = reporting.progress(session, actor, access.now(), seen.record, language=language())
    answering = next((one.transition for one in shown.steps if _answers(one.transition)), None)
    form = transition_form(seen, answering, {}) if answering is not None and shown.unanswered is not None else None
    lines, _older = history.lines(session, actor, access.now(), seen, language=language())
    return page(
        "records/own.html",
        seen=seen,
        record=seen.record,
        shown=shown,
        answering=answering,
        form=form,
        others=[one for one in shown.steps if one.transition is not answering or form is None],
        lines=lines,
        last_seq=history.last_seq(session, seen.record),
        coordination=record_parts.coordination(seen),
    )


def _answers(transition: Transition) -> bool:
    """Whether a step answers the open question."""
    return any(each.id == "answer" for each in transition.form)


def transition_form(seen: Seen, transition: Transition, raw: dict[str, Any]) -> BuiltForm:
    """The small form of a transition, filled with ``raw``."""
    key = (content_hash(seen.definition), transition.id)
    answers = facts_of(db.session(), seen.record, {}).answers
    return questions_form(key, transition.form_plan, raw, record_parts.circumstances(), answers)


@blueprint.get("/<reference>/history")
@access.requires("record:read")
def show_history(reference: str) -> Response:
    """The whole history, a page at a time."""
    seen = record_parts.look(db.session(), reference)
    if not seen.full:
        raise NotPermitted(
            t("Den ganzen Verlauf sieht nur die Koordination.", "Only the coordination sees the whole history.")
        )
    before = number_in(request.args.get("before"))
    lines, older = history.lines(
        db.session(), access.current_actor(), access.now(), seen, language=language(), before=before
    )
    older_url = url_for(".show_history", reference=reference, before=older) if older else None
    context = {"record": seen.record, "lines": lines, "older_url": older_url, "first": before is None}
    return page("records/history.html", "records/_history.html", **context)


@blueprint.get("/<reference>/contact")
@access.requires("record:read")
def show_contact(reference: str) -> Response:
    """The reporter's contact, on request only; the look is logged."""
    with unit_of_work() as session:
        seen = record_parts.look(session, reference)
        shown = contact.read_contact(
            session, access.current_actor(), access.now(), record=seen.record, language=language()
        )
        record = {"reference": seen.record.reference, "title": seen.record.title}
    return page("records/contact.html", "records/_contact.html", record=record, contact=shown)


@blueprint.get("/<reference>/print.pdf")
@access.requires("record:read")
def print_pdf(reference: str) -> Response:
    """The record as a PDF, without the reporter's contact; that it was printed stands in the history."""
    with unit_of_work() as session:
        seen = record_parts.look(session, reference)
        html = printing.record_paper(
            session, access.current_actor(), access.now(), record=seen.record, language=language()
        )
    response = make_response(printing.as_pdf(html, language()))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{reference}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response
