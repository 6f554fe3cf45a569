"""The papers of an invitation as PDF: as members, guests or one person get it, and the letters of a dispatch to print."""

from __future__ import annotations

import io

from flask import Blueprint, Response, request, send_file

from ..extensions import db
from ..forms.records import number_in
from ..services.bodies.access import meeting_to_work_on
from ..services.meetings import invitees, papers, posting
from ..services.refusals import NotVisible
from . import access

blueprint = Blueprint("invitation_papers", __name__, url_prefix="/meetings")


@blueprint.get("/<reference>/invitation/invitation.pdf")
@access.requires("meeting:work")
def invitation(reference: str) -> Response:
    """Letter and agenda: for members, with ``?guests=1`` for guests, with ``?person=`` the letter to one."""
    session, now = db.session(), access.now()
    meeting = meeting_to_work_on(session, access.current_actor(), reference)
    number = number_in(request.args.get("person"))
    if number is None:
        sheet = papers.common_sheet(session, now, meeting, member=request.args.get("guests") != "1")
    else:
        groups = invitees.by_person(invitees.active(invitees.everybody(session, meeting)))
        mine = next((rows for rows in groups if rows[0].person_id == number), None)
        if mine is None:
            raise NotVisible()
        sheet = papers.letters(session, now, meeting, [mine])
    return _sent(sheet)


@blueprint.get("/<reference>/invitation/agenda.pdf")
@access.requires("meeting:work")
def agenda(reference: str) -> Response:
    """The agenda alone, with ``?guests=1`` as guests may see it."""
    session = db.session()
    meeting = meeting_to_work_on(session, access.current_actor(), reference)
    return _sent(papers.agenda_sheet(session, access.now(), meeting, member=request.args.get("guests") != "1"))


@blueprint.get("/<reference>/invitation/dispatches/<int:dispatch_id>/letters.pdf")
@access.requires("meeting:work")
def letters(reference: str, dispatch_id: int) -> Response:
    """The letters of a dispatch in one document."""
    session = db.session()
    meeting = meeting_to_work_on(session, access.current_actor(), reference)
    made = posting.dispatch_of(session, meeting, dispatch_id)
    return _sent(posting.print_letters(session, access.now(), meeting, made))


def _sent(sheet: papers.Sheet) -> Response:
    response = send_file(io.BytesIO(papers.pdf_of(sheet)), mimetype="application/pdf", download_name=sheet.name)
    response.headers["Cache-Control"] = "no-store"
    return response
