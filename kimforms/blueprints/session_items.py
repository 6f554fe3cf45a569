"""The item that is on: calling and ending it, notes that save themselves, result, tasks, late items, text modules."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from ..extensions import db
from ..forms import meeting_session as forms
from ..models import AgendaItem, Person
from ..permissions import Actor
from ..services.bodies.access import Standing, meeting_to_work_on
from ..services.meetings import notes, progress, text_modules
from ..services.meetings.tasks import put_meeting_task
from ..services.refusals import InputRefused
from ..services.unit_of_work import unit_of_work
from . import access, session_page
from .meeting_frame import frame
from .rendering import page, see_other, t, wants_fragment
from .session_page import act_on_item

blueprint = Blueprint("session_items", __name__, url_prefix="/meetings/<reference>/session")
DEEDS = {"done": "done", "postpone": "postponed", "drop": "dropped", "open": "open"}


@blueprint.post("/items/<int:item_id>/state")
@access.requires("meeting:work")
def change_state(reference: str, item_id: int) -> Response:
    """Calls the item, ends it and goes on, postpones or drops it, or moves it up or down."""
    following: list[int] = []

    def deed(session: Session, actor: Actor, now: datetime, item: AgendaItem) -> None:
        wanted = request.form.get("deed", "")
        if wanted == "call":
            progress.call_item(session, actor, now, item)
        elif wanted == "next":
            after = progress.finish_item(session, actor, now, item)
            following.append(after.id if after is not None else item.id)
        elif wanted in ("up", "down"):
            progress.move_item(session, actor, now, item, -1 if wanted == "up" else 1)
        else:
            note = request.form.get("item-state-note", "")
            progress.put_off(session, actor, now, item, DEEDS.get(wanted, ""), note)

    answer = act_on_item(reference, item_id, deed)
    if following and answer.status_code == 303:
        return session_page.back(reference, "session-item", following[0])
    return answer


@blueprint.post("/items/<int:item_id>/notes")
@access.requires("meeting:work")
def write_notes(reference: str, item_id: int) -> Response:
    """Keeps the notes; what somebody else wrote meanwhile is shown beside them, and nothing is lost."""
    text, version = request.form.get("notes", ""), forms.number(request.form.get("notes-version")) or 0
    settled = forms.number(request.form.get("notes-seen")) if request.form.get("deed") else None
    try:
        with unit_of_work() as session:
            meeting = meeting_to_work_on(session, access.current_actor(), reference)
            item = progress.item_of(session, meeting, item_id)
            version = _write(session, item, text, version, settled)
            kept = item.notes
    except notes.NotesConflict as conflict:
        return _conflict(reference, conflict)
    except InputRefused as refused:
        return _notes_refused(reference, refused)
    if not wants_fragment():
        return session_page.back(reference, "notes", item_id)
    context = {"version": version, "kept": kept if settled is not None else None, "at": access.now()}
    return page("meeting_session/_notes_state.html", **context, clock=session_page.clock, reference=reference)


@blueprint.post("/items/<int:item_id>/result")
@access.requires("meeting:work")
def write_result(reference: str, item_id: int) -> Response:
    """What came of the item in words."""
    return act_on_item(
        reference,
        item_id,
        lambda session, actor, now, item: progress.write_result(
            session, actor, now, item, request.form.get("result", ""), request.form.get("result-was")
        ),
        anchor="session-result",
        done=t("Das Ergebnis ist gespeichert.", "The result is saved."),
    )


@blueprint.post("/items/<int:item_id>/tasks")
@access.requires("meeting:work")
def add_task(reference: str, item_id: int) -> Response:
    """A task for somebody, with a day."""
    due = forms.day(request.form.get("task-due"))

    def deed(session: Session, actor: Actor, now: datetime, item: AgendaItem) -> None:
        owner = session.get(Person, forms.number(request.form.get("task-owner")) or 0)
        if isinstance(due, str) or owner is None:
            wrong = {"due_on": due} if isinstance(due, str) else {}
            raise InputRefused(wrong | ({} if owner else {"owner": "Wählen Sie, wer die Aufgabe hat."}))
        title = request.form.get("task-title", "")
        try:
            put_meeting_task(session, actor, now, meeting=item.meeting, item=item, title=title, owner=owner, due_on=due)
        except InputRefused as refused:
            raise InputRefused(
                {("task" if key == "title" else key): said for key, said in refused.errors.items()}
            ) from None

    return act_on_item(reference, item_id, deed, anchor="session-tasks")


@blueprint.post("/items/<int:item_id>/admission")
@access.requires("meeting:work")
def admit(reference: str, item_id: int) -> Response:
    """The meeting votes on whether a late item is dealt with."""
    counted = forms.counts(request.form, "admission")

    def deed(session: Session, actor: Actor, now: datetime, item: AgendaItem) -> Any:
        if counted is None:
            raise InputRefused({"admission": forms.NO_NUMBER})
        yes, no, abstained = counted
        return progress.admit(session, actor, now, item, yes=yes, no=no, abstained=abstained)

    return act_on_item(reference, item_id, deed)


@blueprint.route("/text-modules", methods=["GET", "POST"])
@access.requires("meeting:work")
def modules(reference: str) -> Response:
    """The office's own texts for notes and decisions."""
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            with unit_of_work() as session:
                body = meeting_to_work_on(session, access.current_actor(), reference).body
                _change_modules(session, access.current_actor(), body)
            return see_other(".modules", reference=reference)
        except InputRefused as refused:
            errors = refused.errors
    session = db.session()
    meeting = meeting_to_work_on(session, access.current_actor(), reference)
    return page(
        "meeting_session/text_modules.html", status=422 if errors else 200, errors=errors, form_errors=bool(errors),
        modules=text_modules.modules_of(session, meeting.body), shipped=text_modules.SHIPPED, reference=reference,
        entered=request.form if errors else {}, **frame(meeting, Standing.WORK, "session"),
    )  # fmt: skip


def _change_modules(session: Session, actor: Actor, body: Any) -> None:
    if (gone := forms.number(request.form.get("retire"))) is not None:
        text_modules.retire_module(session, actor, body, gone)
        return
    text_modules.add_module(
        session, actor, body, title=request.form.get("module_title", ""), text=request.form.get("module_text", ""),
        for_all=bool(request.form.get("for_all")),
    )  # fmt: skip


def _write(session: Session, item: AgendaItem, text: str, version: int, settled: int | None) -> int:
    actor = access.current_actor()
    if settled is None:
        attempts = tuple(request.form.getlist("notes-attempt"))
        return notes.save_notes(session, actor, item, notes.Written(text, version, attempts))
    chosen = {"both": notes.both(item.notes, text), "theirs": item.notes}.get(request.form.get("deed", ""), text)
    return notes.settle_conflict(session, actor, access.now(), item, text=chosen, seen=settled)


def _conflict(reference: str, conflict: notes.NotesConflict) -> Response:
    """Both texts. htmx swaps answers of 422 only, so a fragment bears that status; the page itself 409."""
    if wants_fragment():
        return page("meeting_session/_notes_conflict.html", status=422, notes_conflict=conflict)
    return session_page.show(reference, 409, conflict=conflict.sentence, notes_conflict=conflict)


def _notes_refused(reference: str, refused: InputRefused) -> Response:
    if wants_fragment():
        return page("meeting_session/_notes_refused.html", status=422, sentence=refused.errors["notes"])
    return session_page.show(reference, 422, refused.errors)
