"""The agenda of a meeting: reading it, points in, changed, moved and out, and what may be put on it by one click."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, request
from sqlalchemy.orm import Session

from ..extensions import db
from ..forms.meetings import item_form, kind_words, minutes_in, proposal_form
from ..forms.records import number_in
from ..models import AgendaItem, Meeting
from ..rules.late_items import motion_deadline
from ..services.bodies.access import STEERING, Standing, day_of, meeting_to_work_on, visible_meeting
from ..services.bodies.rulebooks import rulebook_at
from ..services.meetings import agenda, approval, offers, proposals, standing_items
from ..services.meetings.tasks import open_tasks_of
from ..services.minutes import earlier
from ..services.queries import agenda as queries
from ..services.refusals import InputRefused, StaleVersion, StepRefused
from ..services.unit_of_work import unit_of_work
from . import access, record_parts
from .meeting_answers import attempt, form_context, said
from .meeting_frame import frame
from .meeting_words import kind_tones, source_words
from .record_parts import row_version
from .rendering import page, see_other, t, wants_fragment

ENTERED = ("title", "kind", "minutes", "presenter", "text", "motion", "confidential")
blueprint = Blueprint("agenda", __name__, url_prefix="/meetings/<reference>/agenda")


@blueprint.get("")
@access.requires("meeting:read")
def show(reference: str) -> Response:
    """The agenda as far as the reader may see it; for those who plan with all that can be done to it."""
    return agenda_page(reference)


@blueprint.route("/items/new", methods=["GET", "POST"])
@access.requires("meeting:work")
def add(reference: str) -> Response:
    """A new point."""
    meeting = meeting_to_work_on(db.session(), access.current_actor(), reference)
    asked = {"kind": request.args.get("kind", "discussion"), "parent": request.args.get("parent", "")}
    form = item_form(t, _parents(meeting), asked)

    def show_form(form: Any, status: int = 200, conflict: str | None = None) -> Response:
        return _item_page(reference, None, form, status, conflict)

    if request.method != "POST":
        return show_form(form)

    def deed() -> Response:
        with unit_of_work() as session:
            meeting = meeting_to_work_on(session, access.current_actor(), reference)
            chosen = number_in(form.parent.data) if "parent" in form else None
            parent = agenda.item_of(session, meeting, chosen) if chosen else None
            item = agenda.add_item(
                session, access.current_actor(), access.now(), meeting=meeting, point=_point(form), parent=parent
            )
            late = item.late
        _flash_added(late)
        return see_other(".show", reference=reference)

    return attempt(form, deed, show_form)


@blueprint.route("/items/<int:item_id>", methods=["GET", "POST"])
@access.requires("meeting:work")
def change(reference: str, item_id: int) -> Response:
    """Other words, kind or time for a point; its papers."""
    session = db.session()
    item = _item(session, reference, item_id)
    form = item_form(t, (), {name: getattr(item, name) for name in ENTERED})

    def show_form(form: Any, status: int = 200, conflict: str | None = None) -> Response:
        return _item_page(reference, item_id, form, status, conflict)

    if request.method != "POST":
        return show_form(form)

    def deed() -> Response:
        with unit_of_work() as session:
            item = _item(session, reference, item_id)
            agenda.change_item(
                session, access.current_actor(), access.now(), item=item, point=_point(form), row_version=row_version()
            )
        flash(t("Der Punkt ist gespeichert.", "The point is saved."), "success")
        return see_other(".show", reference=reference, _anchor=f"item-{item_id}")

    return attempt(form, deed, show_form)


@blueprint.post("/items/<int:item_id>/move")
@access.requires("meeting:work")
def move(reference: str, item_id: int) -> Response:
    """One place up or down, in or out; the focus stays on the button that was pressed."""
    way = request.form.get("way", "")
    with unit_of_work() as session:
        item = _item(session, reference, item_id)
        meeting = item.meeting
        moved = agenda.move_item(session, access.current_actor(), access.now(), item=item, way=way)
        if moved and meeting.dispatched_at is not None:
            offers.refresh_numbers(session, access.current_actor(), access.now(), meeting)
    if wants_fragment():
        return agenda_page(reference, focus=(item_id, way), moved=moved)
    return see_other(".show", reference=reference, _anchor=f"item-{item_id}")


@blueprint.route("/items/<int:item_id>/remove", methods=["GET", "POST"])
@access.requires("meeting:work")
def remove(reference: str, item_id: int) -> Response:
    """Takes a point off, after asking."""
    if request.method != "POST":
        item = _item(db.session(), reference, item_id)
        return page("agenda/remove.html", **frame(item.meeting, Standing.WORK, "agenda"), item=item)
    with unit_of_work() as session:
        item = _item(session, reference, item_id)
        agenda.remove_item(
            session,
            access.current_actor(),
            access.now(),
            item=item,
            note=request.form.get("note", ""),
            row_version=row_version(),
        )
    flash(t("Der Punkt ist von der Tagesordnung genommen.", "The point is taken off the agenda."), "success")
    return see_other(".show", reference=reference)


@blueprint.post("/offers")
@access.requires("meeting:work")
def offer(reference: str) -> Response:
    """Puts a decision paper or a theme on the agenda."""
    try:
        with unit_of_work() as session:
            meeting = meeting_to_work_on(session, access.current_actor(), reference)
            record = record_parts.look(session, request.form.get("record", "")).record
            item = offers.offer(session, access.current_actor(), access.now(), meeting=meeting, record=record)
            late, item_id = item.late, item.id
    except InputRefused as refused:
        flash(" ".join(said(one) for one in refused.errors.values()), "warning")
        return see_other(".show", reference=reference)
    _flash_added(late)
    return see_other(".show", reference=reference, _anchor=f"item-{item_id}")


@blueprint.post("/carry")
@access.requires("meeting:work")
def carry(reference: str) -> Response:
    """Takes over what the last meeting left unfinished."""
    with unit_of_work() as session:
        meeting = meeting_to_work_on(session, access.current_actor(), reference)
        last = standing_items.last_held(session, meeting)
        made = standing_items.carry_over(session, access.current_actor(), access.now(), last, meeting) if last else []
        number = len(made)
    flash(t(f"{number} Punkte übernommen.", f"{number} points taken over.") if number != 1
          else t("Ein Punkt übernommen.", "One point taken over."), "success")  # fmt: skip
    return see_other(".show", reference=reference)


@blueprint.post("/ask-approval")
@access.requires("meeting:work")
def ask_approval(reference: str) -> Response:
    """Tells the managing director that the agenda is ready."""
    with unit_of_work() as session:
        meeting = meeting_to_work_on(session, access.current_actor(), reference)
        approval.ask_for_approval(
            session, access.current_actor(), access.now(), meeting=meeting, row_version=row_version()
        )
    flash(t("Die Geschäftsführung ist benachrichtigt.", "The managing director is told."), "success")
    return see_other(".show", reference=reference)


@blueprint.post("/approve")
@access.requires("meeting:work")
def approve(reference: str) -> Response:
    """The managing director approves the agenda."""
    with unit_of_work() as session:
        meeting = meeting_to_work_on(session, access.current_actor(), reference)
        approval.approve_agenda(
            session, access.current_actor(), access.now(), meeting=meeting, row_version=row_version()
        )
    flash(t("Die Tagesordnung ist freigegeben.", "The agenda is approved."), "success")
    return see_other(".show", reference=reference)


@blueprint.post("/return")
@access.requires("meeting:work")
def give_back(reference: str) -> Response:
    """The managing director gives the agenda back with a comment."""
    comment = request.form.get("comment", "")
    try:
        with unit_of_work() as session:
            meeting = meeting_to_work_on(session, access.current_actor(), reference)
            approval.return_agenda(
                session,
                access.current_actor(),
                access.now(),
                meeting=meeting,
                comment=comment,
                row_version=row_version(),
            )
    except InputRefused as refused:
        return agenda_page(reference, status=422, return_error=said(refused.errors["comment"]), comment=comment)
    except (StaleVersion, StepRefused) as refused:
        return agenda_page(reference, status=409, return_error=said(refused.sentence), comment=comment)
    flash(
        t("Die Tagesordnung ist mit Ihrer Bemerkung zurückgegeben.", "The agenda is given back with your comment."),
        "success",
    )
    return see_other(".show", reference=reference)


# --- shared with agenda_papers and agenda_proposals -------------------------------------------------------------------


def agenda_page(
    reference: str, *, status: int = 200, focus: tuple[int, str] | None = None, moved: bool = True, **others: Any
) -> Response:  # fmt: skip
    """The page of the agenda, or only the list of points when htmx asked for it."""
    session, actor = db.session(), access.current_actor()
    meeting, standing = visible_meeting(session, actor, reference)
    lines, budget = queries.lines_of(session, meeting, standing)
    context: dict[str, Any] = {
        "lines": lines,
        "budget": budget,
        "focus": focus,
        "moved": moved,
        "kinds": kind_words(t),
        "tones": kind_tones(),
        "sources": source_words(),
        "opening": _opening(meeting, standing),
        "return_error": None,
        "comment": "",
        "form_errors": status == 422,
        "noted": _noted(session, meeting, standing, lines),
    }
    shown = frame(meeting, standing, "agenda")
    if shown["works"] and not wants_fragment():
        context |= _work(session, meeting)
    if standing is Standing.MEMBER and not wants_fragment():
        context |= _member(session, meeting)
    return page("agenda/show.html", "agenda/_items.html", status=status, **(shown | context | others))


def _noted(
    session: Session, meeting: Meeting, standing: Standing, lines: Sequence[queries.Line]
) -> tuple[int, str, list[str]] | None:
    """For the point about the last minutes: its id, how they stand, where they are, objections that the reader may know of."""
    item = next((one.item for one in lines if one.item.title == standing_items.MINUTES), None)
    note = earlier.minutes_to_note(session, meeting.body, meeting) if item is not None else None
    if item is None or note is None:
        return None
    told = [said for said, secret in (*note.open, *note.refused) if standing >= Standing.MEMBER or not secret]
    return item.id, note.meeting.record.reference, [note.sentence, *told]


def _opening(meeting: Meeting, standing: Standing) -> bool:
    """Whether points can be changed on this page."""
    return standing is Standing.WORK and meeting.record.state in agenda.OPEN_FOR_ITEMS


def _work(session: Session, meeting: Meeting) -> dict[str, Any]:
    actor, today = access.current_actor(), access.today()
    open_now = meeting.record.state in agenda.OPEN_FOR_ITEMS
    last = standing_items.last_held(session, meeting) if open_now else None
    waiting = proposals.open_proposals(session, meeting) if open_now else []
    return {
        "offered": offers.offered(session, actor, meeting, today) if open_now else [],
        "last": last,
        "unfinished": standing_items.unfinished(session, last, meeting) if last is not None else [],
        "proposals": [(one, proposals.verdict_of(session, one, meeting)) for one in waiting],
        "open_tasks": open_tasks_of(session, meeting.body, today),
        "steering": meeting.body.formality == STEERING,
        "may_approve": approval.may_approve(session, actor, meeting),
        "asked_at": approval.asked_at(session, meeting),
        "approvers": [one.name for one in approval.approvers(session, meeting)],
    }


def _member(session: Session, meeting: Meeting) -> dict[str, Any]:
    deadline = motion_deadline(rulebook_at(session, meeting), day_of(meeting))
    return {
        "own": proposals.own_proposals(session, access.current_actor(), meeting),
        "deadline": deadline,
        "in_time": access.today() <= deadline.day,
        "proposal": proposal_form(t),
        "may_propose": meeting.record.state in ("geplant", "freigegeben", "eingeladen"),
    }


def _item(session: Session, reference: str, item_id: int) -> AgendaItem:
    meeting = meeting_to_work_on(session, access.current_actor(), reference)
    return agenda.item_of(session, meeting, item_id)


def _item_page(
    reference: str, item_id: int | None, form: Any, status: int, conflict: str | None
) -> Response:  # fmt: skip
    session = db.session()
    meeting = meeting_to_work_on(session, access.current_actor(), reference)
    item = agenda.item_of(session, meeting, item_id) if item_id is not None else None
    papers = queries.papers_of(session, [item]).get(item.id, ()) if item is not None else ()
    return page(
        "agenda/item.html",
        status=status,
        **frame(meeting, Standing.WORK, "agenda"),
        **form_context(form, conflict),
        item=item,
        papers=papers,
    )


def _parents(meeting: Meeting) -> list[tuple[str, str]]:
    numbered = queries.agenda_of(db.session(), meeting)
    return [(str(item.id), t(f"unter {label} {item.title}", f"below {label} {item.title}")) for label, item in numbered
            if item.parent_id is None and item.state == "open"]  # fmt: skip


def _point(form: Any) -> agenda.Point:
    return agenda.Point(
        title=(form.title.data or "").strip(),
        kind=form.kind.data or "",
        text=(form.text.data or "").strip(),
        motion=(form.motion.data or "").strip(),
        minutes=minutes_in(form.minutes.data),
        presenter=(form.presenter.data or "").strip(),
        confidential=bool(form.confidential.data),
    )


def _flash_added(late: bool) -> None:
    if late:
        flash(
            t("Der Punkt steht auf der Tagesordnung, aber nach dem Versand: Über die Zulassung entscheidet das Gremium.",
              "The point is on the agenda, but after dispatch: the body decides whether to admit it."),
            "warning",
        )  # fmt: skip
    else:
        flash(t("Der Punkt steht auf der Tagesordnung.", "The point is on the agenda."), "success")
