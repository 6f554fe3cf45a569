"""The list of rooms that meetings choose from."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, request

from ..extensions import db
from ..forms.meetings import room_form
from ..forms.records import number_in
from ..services.meetings import rooms
from ..services.unit_of_work import unit_of_work
from . import access
from .meeting_answers import attempt, form_context
from .rendering import page, see_other, t

blueprint = Blueprint("meeting_rooms", __name__, url_prefix="/meetings/rooms")


@blueprint.get("")
@access.requires("meeting:work")
def index() -> Response:
    """All rooms, also those given up."""
    return page("meeting_rooms/index.html", rooms=rooms.rooms_of(db.session(), _controller(), all_of_them=True))


@blueprint.route("/new", methods=["GET", "POST"])
@access.requires("meeting:work")
def new() -> Response:
    """A new room."""
    return _edit(None)


@blueprint.route("/<int:room_id>", methods=["GET", "POST"])
@access.requires("meeting:work")
def change(room_id: int) -> Response:
    """Other data of a room."""
    return _edit(room_id)


def _edit(room_id: int | None) -> Response:
    room = rooms.room_of(db.session(), access.current_actor(), room_id) if room_id is not None else None
    fields = ("name", "address", "places", "access", "active")
    form = room_form(t, {name: getattr(room, name) for name in fields} if room is not None else {"active": True})

    def show(form: Any, status: int = 200, conflict: str | None = None) -> Response:
        return page("meeting_rooms/edit.html", status=status, room_id=room_id, **form_context(form, conflict))

    if request.method != "POST":
        return show(form)
    return attempt(form, lambda: _save(room_id, form), show)


def _save(room_id: int | None, form: Any) -> Response:
    typed = (form.places.data or "").strip()
    data = rooms.RoomData(
        form.name.data or "", form.address.data or "", (number_in(typed) or -1) if typed else None, form.access.data or "",
        bool(form.active.data),
    )  # fmt: skip
    with unit_of_work() as session:
        actor = access.current_actor()
        room = rooms.room_of(session, actor, room_id) if room_id is not None else None
        rooms.put_room(session, actor, access.now(), controller_id=_controller(), data=data, room=room)
    flash(t("Der Raum ist gespeichert.", "The room is saved."), "success")
    return see_other(".index")


def _controller() -> int:
    return min(access.current_actor().controllers("meeting:work"))
