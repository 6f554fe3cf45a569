"""The control list (Beschlusskontrolle): decisions and their tasks, what is overdue first; progress is noted right there."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Blueprint, Response, flash, make_response, request, send_file

from ..extensions import db
from ..forms.decisions import control_filters, measure_form, progress_form, state_words
from ..forms.records import number_in, put_errors
from ..models import Controller
from ..services import excerpts, exports, follow_up
from ..services.follow_up_export import table
from ..services.meetings import tasks as meeting_tasks
from ..services.queries import decisions as register
from ..services.queries import follow_up as queries
from ..services.queries import tasks as task_queries
from ..services.refusals import InputRefused
from ..services.unit_of_work import unit_of_work
from . import access
from .decisions import PROGRESS_TONES, show_page
from .rendering import page, refusal_page, see_other, t, wants_fragment

blueprint = Blueprint("follow_up", __name__, url_prefix="/decisions")
TITLE = "Beschlusskontrolle"


@blueprint.get("/control")
@access.requires("follow-up:read")
def index() -> Response:
    """What was decided and is not finished, with who does what until when."""
    return _list_page()


@blueprint.post("/control/tasks/<int:task_id>")
@access.requires("follow-up:read")
def note_task(task_id: int) -> Response:
    """How far a task is, noted in the list."""
    error = None
    try:
        with unit_of_work() as session:
            actor = access.current_actor()
            task = task_queries.find(session, actor, task_id)
            percent = number_in(request.form.get("percent"))
            meeting_tasks.note_progress(
                session, actor, access.now(), task=task,
                percent=-1 if percent is None else percent, note=request.form.get("note", ""),
            )  # fmt: skip
    except InputRefused as refused:
        error = (task_id, next(iter(refused.errors.values())))
    if error is not None or wants_fragment():
        return _list_page(error)
    flash(t("Der Fortschritt ist notiert.", "The progress is noted."), "success")
    return see_other(".index", **_kept())


@blueprint.post("/<reference>/progress")
@access.requires("follow-up:read")
def note(reference: str) -> Response:
    """How far a decision is carried out, from its page."""
    actor, form = access.current_actor(), progress_form(t, {})
    try:
        if not form.due_on.validate(form):
            sentence, form.due_on.errors = form.due_on.errors[0], []
            raise InputRefused({"due_on": sentence})
        with unit_of_work() as session:
            decision = register.find(session, actor, reference, access.today())
            follow_up.note_state(
                session, actor, access.now(), decision=decision, state=form.state.data or "",
                note=form.note.data or "", due_on=form.due_on.day,
            )  # fmt: skip
    except InputRefused as refused:
        put_errors(form, refused.errors, t)
        return show_page(register.find(db.session(), actor, reference, access.today()), status=422, form=form)
    flash(t("Der Stand ist notiert.", "The state is noted."), "success")
    return see_other("decisions.show", reference=reference)


@blueprint.post("/<reference>/measure")
@access.requires("follow-up:read")
def link_measure(reference: str) -> Response:
    """To which measure of the concept a decision belongs."""
    actor, today = access.current_actor(), access.today()
    form = measure_form(t, register.measures(db.session(), actor, today, used=False), "")
    try:
        with unit_of_work() as session:
            decision = register.find(session, actor, reference, today)
            follow_up.link_measure(session, actor, access.now(), decision=decision, measure=form.measure.data or "")
    except InputRefused as refused:
        put_errors(form, refused.errors, t)
        return show_page(register.find(db.session(), actor, reference, today), status=422, measure=form)
    flash(t("Die Maßnahme ist gespeichert.", "The measure is stored."), "success")
    return see_other("decisions.show", reference=reference)


@blueprint.post("/control/export")
@access.requires("follow-up:read")
def export() -> Response:
    """The list as CSV or XLSX; who took it is noted before it leaves the house."""
    form = request.form.get("format")
    if form not in exports.FORMATS:
        return refusal_page(400, t("Wählen Sie CSV oder XLSX.", "Choose CSV or XLSX."))
    session, actor, now = db.session(), access.current_actor(), access.now()
    content, count = table(queries.control(session, actor, _filters(), access.today()), form)
    with unit_of_work() as session:
        exports.record_export(session, actor, now, form=form, count=count, filters=TITLE)
    name = f"beschlusskontrolle-{access.today().isoformat()}.{form}"
    response = send_file(BytesIO(content), exports.media_type(form), as_attachment=True, download_name=name)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.get("/control.pdf")
@access.requires("follow-up:read")
def print_list() -> Response:
    """The list on paper, to take to the meeting."""
    session, actor = db.session(), access.current_actor()
    control = queries.control(session, actor, _filters(), access.today())
    controller = session.get_one(Controller, min(actor.controllers("follow-up:read")))
    response = make_response(excerpts.as_pdf(excerpts.control_paper(controller, control, access.today(), TITLE), TITLE))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = 'inline; filename="Beschlusskontrolle.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _filters() -> queries.Filters:
    body, state = (request.values.get(name, "").replace("\x00", "") for name in ("body", "state"))
    return queries.Filters(body, state)


def _kept() -> dict[str, str]:
    filters = _filters()
    return {name: value for name, value in vars(filters).items() if value}


def _list_page(error: tuple[int, str] | None = None) -> Response:
    session, actor, today = db.session(), access.current_actor(), access.today()
    filters = _filters()
    values: dict[str, Any] = {
        "control": queries.control(session, actor, filters, today),
        "form": control_filters(t, register.bodies(session, actor, today), request.values),
        "filtered": filters.active,
        "kept": _kept(),
        "error": error,
        "error_pairs": [(f"percent-{error[0]}", error[1])] if error else [],
        "form_errors": error is not None,
        "progress": state_words(t),
        "progress_tones": PROGRESS_TONES,
    }
    return page("follow_up/index.html", "follow_up/_list.html", status=422 if error else 200, **values)
