"""Planning one meeting: a new one, another time or place, calling it off, splitting it in two days, inviting again."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, request
from sqlalchemy.orm import Session

from ..extensions import db
from ..forms.meetings import local_values, plan_form, reason_form, split_fields, times_of
from ..forms.records import number_in
from ..models import Body, Meeting, Room
from ..services.bodies.access import STEERING, Standing, day_of, meeting_to_work_on
from ..services.meetings import planning, rooms
from ..services.meetings.agenda import top_items
from ..services.queries import meeting_days, meetings
from ..services.refusals import InputRefused
from ..services.unit_of_work import unit_of_work
from . import access
from .meeting_answers import attempt, form_context
from .meeting_frame import frame
from .record_parts import row_version
from .rendering import page, see_other, t

blueprint = Blueprint("meeting_planning", __name__, url_prefix="/meetings")
CHECK = "check"


@blueprint.route("/new", methods=["GET", "POST"])
@access.requires("meeting:work")
def new() -> Response:
    """Plans a meeting; deadlines, holidays and other meetings of the day are shown while it is filled in."""
    session, actor = db.session(), access.current_actor()
    bodies = meetings.bodies_to_plan(session, actor, access.today())
    values = {"body": request.args.get("body") or (bodies[0].slug if bodies else ""), "kind": "room"}
    form = plan_form(t, room_choices(session, bodies), bodies=body_choices(bodies), values=values)
    form.process(request.values, data=values)
    if request.method != "POST" or CHECK in request.form:
        return _new_page(form)

    def deed() -> Response:
        with unit_of_work() as session:
            body = _chosen(session, form.body.data)
            made = planning.plan_meeting(
                session, access.current_actor(), access.now(), body=body, title=form.title.data or "",
                introduction=form.introduction.data or "", **vars(read_plan(session, form)),
            )  # fmt: skip
            reference = made.record.reference
        flash(t(f"Die Sitzung {reference} ist geplant.", f"Meeting {reference} is planned."), "success")
        return see_other("agenda.show", reference=reference)

    return attempt(form, deed, _new_page)


@blueprint.route("/<reference>/move", methods=["GET", "POST"])
@access.requires("meeting:work")
def move(reference: str) -> Response:
    """Another time or place."""
    session = db.session()
    meeting = meeting_to_work_on(session, access.current_actor(), reference)
    form = _times_form(session, meeting)

    def show(form: Any, status: int = 200, conflict: str | None = None) -> Response:
        return _deed_page(reference, "meeting_planning/move.html", form, status, conflict)

    if request.method != "POST" or CHECK in request.form:
        return show(form)

    def deed() -> Response:
        with unit_of_work() as session:
            meeting = meeting_to_work_on(session, access.current_actor(), reference)
            changes = planning.move_meeting(
                session, access.current_actor(), access.now(), meeting=meeting, plan=read_plan(session, form),
                row_version=row_version(),
            )  # fmt: skip
            tell = meeting.dispatched_at is not None
        _flash_moved(bool(changes), tell)
        return see_other("meetings.show", reference=reference)

    return attempt(form, deed, show)


@blueprint.route("/<reference>/cancel", methods=["GET", "POST"])
@access.requires("meeting:work")
def cancel(reference: str) -> Response:
    """Calls the meeting off."""
    meeting_to_work_on(db.session(), access.current_actor(), reference)
    form = reason_form(t, t("Warum fällt die Sitzung aus?", "Why is the meeting called off?"))

    def show(form: Any, status: int = 200, conflict: str | None = None) -> Response:
        return _deed_page(reference, "meeting_planning/cancel.html", form, status, conflict)

    if request.method != "POST":
        return show(form)

    def deed() -> Response:
        with unit_of_work() as session:
            meeting = meeting_to_work_on(session, access.current_actor(), reference)
            planning.cancel_meeting(
                session, access.current_actor(), access.now(), meeting=meeting, reason=form.reason.data or "",
                row_version=row_version(),
            )  # fmt: skip
        flash(t(f"Die Sitzung {reference} ist abgesagt.", f"Meeting {reference} is called off."), "success")
        return see_other("meetings.show", reference=reference)

    return attempt(form, deed, show)


@blueprint.route("/<reference>/split", methods=["GET", "POST"])
@access.requires("meeting:work")
def split(reference: str) -> Response:
    """The rest of the agenda on another day."""
    session = db.session()
    meeting = meeting_to_work_on(session, access.current_actor(), reference)
    points = [(str(one.id), one.title) for one in top_items(session, meeting)[1:]]
    form = _times_form(session, meeting, day=None, extra=split_fields(t, points))

    def show(form: Any, status: int = 200, conflict: str | None = None) -> Response:
        return _deed_page(reference, "meeting_planning/split.html", form, status, conflict, points=points)

    if request.method != "POST" or CHECK in request.form:
        return show(form)

    def deed() -> Response:
        with unit_of_work() as session:
            meeting = meeting_to_work_on(session, access.current_actor(), reference)
            chosen = number_in(form.first_item.data)
            first = next((one for one in top_items(session, meeting) if one.id == chosen), None)
            if first is None:
                raise InputRefused({"first_item": "Wählen Sie den ersten Punkt des zweiten Tages."})
            second = planning.split_meeting(
                session, access.current_actor(), access.now(), meeting=meeting, plan=read_plan(session, form),
                first_item=first, row_version=row_version(),
            )  # fmt: skip
            name = second.record.reference
        return _made(name, t("Fortsetzung", "continuation"))

    return attempt(form, deed, show)


@blueprint.route("/<reference>/reinvite", methods=["GET", "POST"])
@access.requires("meeting:work")
def reinvite(reference: str) -> Response:
    """A second meeting on what could not be decided."""
    session = db.session()
    meeting = meeting_to_work_on(session, access.current_actor(), reference)
    form = _times_form(session, meeting, day=None)

    def show(form: Any, status: int = 200, conflict: str | None = None) -> Response:
        return _deed_page(reference, "meeting_planning/reinvite.html", form, status, conflict)

    if request.method != "POST" or CHECK in request.form:
        return show(form)

    def deed() -> Response:
        with unit_of_work() as session:
            meeting = meeting_to_work_on(session, access.current_actor(), reference)
            second = planning.reinvite(
                session, access.current_actor(), access.now(), meeting=meeting, plan=read_plan(session, form),
                row_version=row_version(),
            )  # fmt: skip
            name = second.record.reference
        return _made(name, t("erneute Ladung", "second invitation"))

    return attempt(form, deed, show)


# --- shared, also by series and polls ---------------------------------------------------------------------------------


def body_choices(bodies: list[Body]) -> list[tuple[str, str]]:
    """Bodies for a list to choose from."""
    return [(one.slug, one.name) for one in bodies]


def room_choices(session: Session, bodies: list[Body]) -> list[tuple[str, str]]:
    """The rooms of the controllers of these bodies."""
    controllers = {one.controller_id for one in bodies}
    return [(str(room.id), _room_words(room)) for each in sorted(controllers) for room in rooms.rooms_of(session, each)]


def read_plan(session: Session, form: Any) -> planning.Plan:
    """What was entered about time and place. Raises InputRefused by field."""
    times = times_of(form)
    if isinstance(times, dict):
        raise InputRefused(times)
    return planning.Plan(
        *times, form.kind.data or "", form.place.data or "", read_room(session, form), form.video_url.data or ""
    )


def read_room(session: Session, form: Any) -> Room | None:
    """The chosen room of the list. Raises InputRefused for one that is not on it."""
    if not form.room.data:
        return None
    room = session.get(Room, number_in(form.room.data) or 0)
    if room is None or room.controller_id not in access.current_actor().controllers("meeting:work"):
        raise InputRefused({"room": "Wählen Sie einen Raum der Liste."})
    return room


def _chosen(session: Session, slug: str | None) -> Body:
    found = next(
        (one for one in meetings.bodies_to_plan(session, access.current_actor(), access.today()) if one.slug == slug),
        None,
    )
    if found is None:
        raise InputRefused({"body": "Wählen Sie das Gremium."})
    return found


def chosen_body(session: Session, slug: str | None) -> Body:
    """The body that was chosen in a form. Raises InputRefused for one that the person does not work for."""
    return _chosen(session, slug)


def _room_words(room: Room) -> str:
    return f"{room.name} ({room.places} {t('Plätze', 'seats')})" if room.places else room.name


def _times_form(session: Session, meeting: Meeting, extra: dict[str, Any] | None = None, **changes: Any) -> Any:
    values = {
        **local_values(meeting.starts_at, meeting.ends_at), "kind": meeting.kind, "place": meeting.place,
        "room": str(meeting.room_id or ""), "video_url": meeting.video_url, **changes,
    }  # fmt: skip
    return plan_form(t, room_choices(session, [meeting.body]), values=values, extra=extra)


def _new_page(form: Any, status: int = 200, conflict: str | None = None) -> Response:
    session = db.session()
    bodies = meetings.bodies_to_plan(session, access.current_actor(), access.today())
    body = next((one for one in bodies if one.slug == form.body.data), None)
    return page(
        "meeting_planning/new.html",
        "meeting_planning/_notes.html",
        status=status,
        bodies=bodies,
        **_notes(session, body, form),
        **form_context(form, conflict),
    )


def _notes(session: Session, body: Body | None, form: Any, but: int | None = None) -> dict[str, Any]:
    """What falls on the chosen day, and the deadlines that it gives; nothing until a day can be read."""
    kept = {field.name: list(field.errors) for field in form}
    form.day.validate(form)
    day = form.day.day
    for field in form:
        field.errors = kept[field.name]
    if body is None or day is None:
        return {"notes": None, "deadlines": None, "body": body}
    deadlines = meeting_days.deadlines_of(session, body, day, access.today()) if body.formality == STEERING else None
    return {"notes": meeting_days.notes_on(session, body.controller_id, day, but), "deadlines": deadlines, "body": body}


def _deed_page(
    reference: str, template: str, form: Any, status: int, conflict: str | None, **others: Any
) -> Response:  # fmt: skip
    session = db.session()
    meeting = meeting_to_work_on(session, access.current_actor(), reference)
    notes = _notes(session, meeting.body, form, meeting.record_id) if "day" in form else {}
    return page(
        template,
        "meeting_planning/_notes.html" if "day" in form else None,
        status=status,
        **(frame(meeting, Standing.WORK, "") | notes | form_context(form, conflict) | others),
        told=meeting.dispatched_at is not None,
        day=day_of(meeting),
    )


def _flash_moved(changed: bool, tell: bool) -> None:
    if not changed:
        flash(t("Es war schon so.", "It was so already."), "info")
    elif tell:
        flash(
            t(
                "Geändert. Senden Sie den Eingeladenen jetzt die Aktualisierung.",
                "Changed. Now send the update to those invited.",
            ),
            "warning",
        )
    else:
        flash(t("Zeit und Ort sind geändert.", "Time and place are changed."), "success")


def _made(reference: str, what: str) -> Response:
    flash(t(f"Die Sitzung {reference} ist geplant ({what}).", f"Meeting {reference} is planned ({what})."), "success")
    return see_other("agenda.show", reference=reference)
