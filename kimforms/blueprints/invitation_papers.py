"""The papers of an invitation as PDF: as members, guests or one person get it, and the letters of a dispatch to print."""

from __future__ import annotations

import io

from flask import Blueprint, Response, current_app, request, send_file

from ..extensions import db
from ..forms.records import number_in
from ..services.bodies.access import meeting_to_work_on
from ..services.meetings import invitees, papers, posting, printing
from ..services.refusals import NotVisible
from ..services.unit_of_work import unit_of_work
from . import access
from .rendering import see_other

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
    """The letters of a dispatch in one document: a few at once, many as the worker printed them."""
    session = db.session()
    meeting = meeting_to_work_on(session, access.current_actor(), reference)
    made = posting.dispatch_of(session, meeting, dispatch_id)
    path = printing.printed(session, current_app.config["SETTINGS"].data_dir, access.now(), made)
    if path is not None:
        response = send_file(path, mimetype="application/pdf", download_name=f"Briefe-{reference}.pdf")
        response.headers["Cache-Control"] = "no-store"
        return response
    if len(posting.letters_of(made)) > printing.AT_ONCE:
        return see_other("invitations.evidence", reference=reference, dispatch_id=dispatch_id)
    return _sent(posting.print_letters(session, access.now(), meeting, made))


@blueprint.post("/<reference>/invitation/dispatches/<int:dispatch_id>/letters")
@access.requires("meeting:work")
def print_letters(reference: str, dispatch_id: int) -> Response:
    """Has many letters printed by the worker and leads to the page that shows how far it is."""
    actor = access.current_actor()
    with unit_of_work() as session:
        meeting = meeting_to_work_on(session, actor, reference)
        made = posting.dispatch_of(session, meeting, dispatch_id)
        task = printing.begin(session, actor, access.now(), meeting=meeting, made=made).id
    return see_other("progress.show", task_id=task)


def _sent(sheet: papers.Sheet) -> Response:
    response = send_file(io.BytesIO(papers.pdf_of(sheet)), mimetype="application/pdf", download_name=sheet.name)
    response.headers["Cache-Control"] = "no-store"
    return response
