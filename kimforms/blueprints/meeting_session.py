"""The page on which the office runs a meeting alone: opening, chair, breaks, closing."""

from __future__ import annotations

from flask import Blueprint, Response, request

from ..forms import meeting_session as forms
from ..services.meetings import session as service
from ..services.meetings.progress import add_late_item
from ..services.refusals import InputRefused
from . import access, session_page
from .rendering import t
from .session_page import act

blueprint = Blueprint("meeting_session", __name__, url_prefix="/meetings/<reference>/session")


@blueprint.get("")
@access.requires("meeting:work")
def show(reference: str) -> Response:
    """Grid, agenda, the item that is on with notes and votes; ``?item=`` looks at another one."""
    return session_page.show(reference)


@blueprint.post("/open")
@access.requires("meeting:work")
def open_meeting(reference: str) -> Response:
    """The meeting begins."""
    return act(
        reference,
        lambda session, actor, now, meeting: service.open_meeting(
            session, actor, now, meeting, at=session_page.typed_moment(meeting, "opened-at", now), **_officers()
        ),
        done=t("Die Sitzung ist eröffnet.", "The meeting is open."),
    )


@blueprint.post("/officers")
@access.requires("meeting:work")
def officers(reference: str) -> Response:
    """Somebody else chairs or takes the minutes."""
    return act(
        reference,
        lambda session, actor, now, meeting: service.set_officers(session, actor, now, meeting, **_officers()),
        anchor="session-frame",
    )


@blueprint.post("/break")
@access.requires("meeting:work")
def pause(reference: str) -> Response:
    """A break begins, or ends."""
    deed = service.resume if request.form.get("deed") == "resume" else service.pause
    return act(reference, deed, anchor="session-item")


@blueprint.post("/waiver")
@access.requires("meeting:work")
def waive(reference: str) -> Response:
    """The meeting waives form and notice of the invitation."""
    counted = forms.counts(request.form, "waiver")

    def deed(session, actor, now, meeting):  # type: ignore[no-untyped-def]
        if counted is None:
            raise InputRefused({"waiver": forms.NO_NUMBER})
        service.record_waiver(session, actor, now, meeting, in_favour=counted[0], against=counted[1])

    return act(reference, deed, anchor="session-frame")


@blueprint.post("/late-items")
@access.requires("meeting:work")
def add_item(reference: str) -> Response:
    """A motion that was made in the meeting."""
    return act(
        reference,
        lambda session, actor, now, meeting: add_late_item(
            session, actor, now, meeting, request.form.get("late-title", "")
        ),
        anchor="session-agenda",
    )


@blueprint.post("/close")
@access.requires("meeting:work")
def close(reference: str) -> Response:
    """The meeting ends."""
    return act(
        reference,
        lambda session, actor, now, meeting: service.close_meeting(
            session, actor, now, meeting, at=session_page.typed_moment(meeting, "close-at", now)
        ),
        done=t("Die Sitzung ist geschlossen.", "The meeting is closed."),
    )


@blueprint.post("/reopen")
@access.requires("meeting:work")
def reopen(reference: str) -> Response:
    """A closed meeting is opened again, with a reason."""
    return act(
        reference,
        lambda session, actor, now, meeting: service.reopen_meeting(
            session, actor, now, meeting, request.form.get("reopen-reason", "")
        ),
        done=t("Die Sitzung ist wieder eröffnet.", "The meeting is open again."),
    )


def _officers() -> dict[str, int | None]:
    return {
        "chair_id": forms.number(request.form.get("chair")),
        "minute_taker_id": forms.number(request.form.get("minute-taker")),
    }
