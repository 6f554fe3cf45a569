"""The page of a person's own tasks: open, due and done, with a record or without one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, request
from sqlalchemy.orm import Session

from ..extensions import db
from ..forms.records import error_pairs, number_in, put_errors, task_form
from ..models import Task
from ..services import tasks
from ..services.meetings import tasks as meeting_tasks
from ..services.queries import checklists
from ..services.queries import tasks as queries
from ..services.records import commenting
from ..services.refusals import InputRefused
from ..services.unit_of_work import unit_of_work
from . import access, record_parts
from .rendering import page, see_other, t, wants_fragment

blueprint = Blueprint("tasks", __name__, url_prefix="/tasks")


@blueprint.get("")
@access.requires("task:own")
def index() -> Response:
    """The tasks of this person in one of three views."""
    return _list_page(task_form(t, ()))


@blueprint.post("")
@access.requires("task:own")
def create() -> Response:
    """A task of one's own, without a record."""
    form = task_form(t, ())
    try:
        wanted = _wanted(form)
        with unit_of_work() as session:
            tasks.create_task(session, access.current_actor(), access.now(), record=None, wanted=wanted)
    except InputRefused as refused:
        put_errors(form, refused.errors, t)
        return _list_page(form, status=422)
    flash(t("Die Aufgabe ist angelegt.", "The task is made."), "success")
    return see_other(".index")


@blueprint.post("/<int:task_id>/done")
@access.requires("task:own")
def finish(task_id: int) -> Response:
    """Marks a task as done; a second click changes nothing."""
    with unit_of_work() as session:
        task = queries.find(session, access.current_actor(), task_id)
        tasks.complete_task(session, access.current_actor(), access.now(), task=task)
    if wants_fragment():
        return _list_page(task_form(t, ()))
    flash(t("Die Aufgabe ist erledigt.", "The task is done."), "success")
    return see_other(".index", **({"view": view} if (view := _view()) != "open" else {}))


@blueprint.post("/<int:task_id>/progress")
@access.requires("task:own")
def note(task_id: int) -> Response:
    """How far a task is; 100 percent ends it."""
    actor = access.current_actor()
    try:
        with unit_of_work() as session:
            task, percent = queries.find(session, actor, task_id), number_in(request.form.get("percent"))
            said = request.form.get("note", "")
            meeting_tasks.note_progress(
                session, actor, access.now(), task=task, percent=-1 if percent is None else percent, note=said
            )
    except InputRefused as refused:
        task = queries.find(db.session(), actor, task_id)
        form = task_form(t, _people(db.session(), task), _values(task), entered=False)
        return _edit_page(task, form, status=422, progress_error=next(iter(refused.errors.values())))
    flash(t("Der Fortschritt ist notiert.", "The progress is noted."), "success")
    return see_other(".index")


@blueprint.route("/<int:task_id>", methods=["GET", "POST"])
@access.requires("task:own")
def edit(task_id: int) -> Response:
    """Changes title, person and day of a task."""
    session = db.session()
    task = queries.find(session, access.current_actor(), task_id)
    form = task_form(t, _people(session, task), _values(task))
    if request.method != "POST":
        return _edit_page(task, form)
    try:
        wanted = _wanted(form)
        with unit_of_work() as session:
            task = queries.find(session, access.current_actor(), task_id)
            tasks.change_task(session, access.current_actor(), access.now(), task=task, wanted=wanted)
            record = queries.reachable(session, access.current_actor(), access.today(), task)
            reference = record.reference if record is not None else None
    except InputRefused as refused:
        put_errors(form, refused.errors, t)
        return _edit_page(queries.find(db.session(), access.current_actor(), task_id), form, status=422)
    flash(t("Die Aufgabe ist geändert.", "The task is changed."), "success")
    return see_other("records.show", reference=reference) if reference and _from_record() else see_other(".index")


def _view() -> str:
    wanted = request.args.get("view", "open")
    return wanted if wanted in queries.VIEWS else "open"


def _from_record() -> bool:
    return request.args.get("from") == "record"


def _wanted(form: Any) -> tasks.Wanted:
    """What was entered; raises InputRefused for a day that cannot be read."""
    if not form.due_on.validate(form):
        sentences, form.due_on.errors = form.due_on.errors, []
        raise InputRefused({"due_on": sentences[0]})
    assignee = form.assignee.data if "assignee" in form else None
    return tasks.Wanted(form.title.data or "", number_in(assignee), form.due_on.day, form.kind.data or "task")


def _people(session: Session, task: Task) -> list[tuple[str, str]]:
    if task.record is None or task.owner_id is not None:
        return []
    return record_parts.choices_of(commenting.readers(session, task.record, access.today()))


def _values(task: Task) -> dict[str, Any]:
    return {
        "kind": task.kind,
        "title": task.title,
        "assignee": str(task.assignee_id or ""),
        "due_on": task.due_on,
    }


def _list_page(form: Any, status: int = 200) -> Response:
    session, actor, today = db.session(), access.current_actor(), access.today()
    pairs = error_pairs(form)
    return page(
        "tasks/index.html",
        "tasks/_list.html",
        status=status,
        entries=queries.tasks_of(session, actor, today, _view()),
        counts=queries.counts(session, actor, today),
        view=_view(),
        today=today,
        checklists=checklists.own_follow_ups(session, actor, today) if access.can("checklist:own") else (),
        form=form,
        error_pairs=pairs,
        form_errors=bool(pairs),
    )


def _edit_page(task: Task, form: Any, status: int = 200, progress_error: str = "") -> Response:
    record = queries.reachable(db.session(), access.current_actor(), access.today(), task)
    pairs = [*error_pairs(form), *([("percent", progress_error)] if progress_error else [])]
    return page(
        "tasks/edit.html",
        status=status,
        task=task,
        record=record,
        form=form,
        error_pairs=pairs,
        form_errors=bool(pairs),
        from_record=_from_record(),
        progress_error=progress_error,
    )
