"""The attendance grid of a running meeting: each button one change; htmx swaps the grid and the people of the ballot."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from ..forms import meeting_session as forms
from ..models import Meeting
from ..permissions import Actor
from ..services.meetings import attendance
from ..services.refusals import InputRefused
from . import access
from .session_page import act, act_on_item, typed_moment

blueprint = Blueprint("session_attendance", __name__, url_prefix="/meetings/<reference>/session")
ROOM = "session-room"


@blueprint.post("/arrivals")
@access.requires("meeting:work")
def arrive(reference: str) -> Response:
    """Somebody comes in for a seat, now or at the time that was typed; or sent an apology."""
    person, seat = forms.number(request.form.get("person")), forms.number(request.form.get("seat"))
    role = "deputy" if request.form.get("role") == "deputy" else "principal"

    def deed(session: Session, actor: Actor, now: datetime, meeting: Meeting) -> None:
        if person is None or seat is None:
            raise InputRefused({"at": "Wählen Sie, wer gekommen ist."})
        if (apology := request.form.get("deed")) in ("excuse", "unexcuse"):
            excused = apology == "excuse"
            attendance.excuse(session, actor, now, meeting, person_id=person, seat_id=seat, excused=excused)
            return
        attendance.arrive(
            session, actor, now, meeting, person_id=person, seat_id=seat, as_role=role,
            at=typed_moment(meeting, "at", now), remote=bool(request.form.get("remote")),
        )  # fmt: skip

    return act(reference, deed, anchor=ROOM)


@blueprint.post("/presences/<int:presence_id>")
@access.requires("meeting:work")
def change(reference: str, presence_id: int) -> Response:
    """Somebody leaves now, or the times are put right, or the entry is taken back."""
    return act(reference, lambda *who: _change(*who, presence_id), anchor=ROOM)


@blueprint.post("/guests")
@access.requires("meeting:work")
def add_guest(reference: str) -> Response:
    """Somebody without a seat is in the room."""
    return act(
        reference,
        lambda session, actor, now, meeting: attendance.add_guest(
            session, actor, now, meeting,
            name=request.form.get("guest-name", ""), function=request.form.get("guest-function", ""),
        ),
        anchor=ROOM,
    )  # fmt: skip


@blueprint.post("/items/<int:item_id>/exclusions")
@access.requires("meeting:work")
def exclude(reference: str, item_id: int) -> Response:
    """Somebody takes no part in an item, or takes part again."""
    person, gone = forms.number(request.form.get("excluded")), forms.number(request.form.get("exclusion"))

    def deed(session: Session, actor: Actor, now: datetime, item: Any) -> None:
        if gone is not None:
            attendance.include(session, actor, now, item, gone)
        elif person is not None:
            reason = request.form.get("excluded-reason", "")
            attendance.exclude(session, actor, now, item, person_id=person, reason=reason)

    return act_on_item(reference, item_id, deed, anchor="session-exclusions")


def _change(session: Session, actor: Actor, now: datetime, meeting: Meeting, presence_id: int) -> None:
    deed = request.form.get("deed")
    if deed == "leave":
        attendance.leave(session, actor, now, meeting, presence_id)
    elif deed == "remove":
        attendance.remove(session, actor, now, meeting, presence_id)
    else:
        arrived = typed_moment(meeting, "arrived", now)
        if arrived is None:
            raise InputRefused({"at": "Geben Sie an, seit wann die Person da ist."})
        attendance.correct(
            session, actor, now, meeting, presence_id,
            arrived_at=arrived, left_at=typed_moment(meeting, "left", now), remote=bool(request.form.get("remote")),
        )  # fmt: skip
