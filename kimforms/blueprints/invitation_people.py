"""Who is on the list of a meeting: taking over the proposal, adding, leaving out, replacing, mail or post."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, request

from ..extensions import db
from ..forms.invitations import person_form, reason_form
from ..forms.records import error_pairs, number_in, put_errors
from ..models import Meeting, Person, Seat
from ..services.bodies.access import Standing, day_of, meeting_to_work_on
from ..services.bodies.people import people_on
from ..services.meetings import dispatch, invitees, replacing
from ..services.queries import invitations as queries
from ..services.refusals import InputRefused, NotVisible
from ..services.unit_of_work import unit_of_work
from . import access
from .invitations import show_page, store, words
from .meeting_frame import frame
from .rendering import page, see_other, t

blueprint = Blueprint("invitation_people", __name__, url_prefix="/meetings")


@blueprint.post("/<reference>/invitation/take-over")
@access.requires("meeting:work")
def take_over(reference: str) -> Response:
    """Puts everybody on the list who sits on a seat on that day."""
    actor = access.current_actor()
    with unit_of_work() as session:
        meeting = meeting_to_work_on(session, actor, reference)
        count = invitees.take_over(session, actor, access.now(), meeting)
    flash(t(f"Auf die Liste gesetzt: {count}", f"Put on the list: {count}"), "success")
    return see_other("invitations.show", reference=reference)


@blueprint.post("/<reference>/invitation/people")
@access.requires("meeting:work")
def add(reference: str) -> Response:
    """One person more, as a guest of this meeting or on the seat that the person holds."""
    actor, form = access.current_actor(), person_form(t, ())
    try:
        with unit_of_work() as session:
            meeting = meeting_to_work_on(session, actor, reference)
            person = session.get(Person, number_in(form.person.data) or 0)
            if person is None:
                raise InputRefused({"person": "Wählen Sie eine Person."})
            invitees.add(
                session, actor, access.now(), meeting, person=person, seat=_free_seat(session, meeting, person)
            )
            name = person.name
    except InputRefused as refused:
        meeting = meeting_to_work_on(db.session(), actor, reference)
        people = queries.people_to_add(db.session(), meeting, invitees.everybody(db.session(), meeting))
        form = person_form(t, [(str(one.id), f"{one.last_name}, {one.first_name}") for one in people])
        put_errors(form, refused.errors, t)
        return show_page(meeting, form, status=422)
    flash(t(f"{name} steht auf der Liste.", f"{name} is on the list."), "success")
    return see_other("invitations.show", reference=reference)


@blueprint.post("/<reference>/invitation/people/<int:invitee_id>/remove")
@access.requires("meeting:work")
def remove(reference: str, invitee_id: int) -> Response:
    """Takes somebody off the list who has not been invited yet."""
    actor = access.current_actor()
    with unit_of_work() as session:
        meeting = meeting_to_work_on(session, actor, reference)
        row = invitees.invitee_of(session, meeting, invitee_id)
        invitees.remove(session, actor, access.now(), meeting, row)
    flash(t("Von der Liste genommen.", "Taken off the list."), "success")
    return see_other("invitations.show", reference=reference)


@blueprint.route("/<reference>/invitation/people/<int:invitee_id>/uninvite", methods=["GET", "POST"])
@access.requires("meeting:work")
def uninvite(reference: str, invitee_id: int) -> Response:
    """Takes the invitation of one person back, after a page that says what will happen."""
    actor, form = access.current_actor(), reason_form(t)
    if request.method != "POST":
        meeting = meeting_to_work_on(db.session(), actor, reference)
        return _uninvite_page(meeting, invitee_id, form)
    with unit_of_work() as session:
        meeting = meeting_to_work_on(session, actor, reference)
        invitees.require_open(actor, meeting)
        row = invitees.invitee_of(session, meeting, invitee_id)
        dispatch.uninvite(
            session, actor, access.now(), meeting, row, reason=" ".join((form.reason.data or "").split())[:300]
        )
    flash(t("Die Einladung ist zurückgenommen.", "The invitation is taken back."), "success")
    return see_other("invitations.show", reference=reference)


@blueprint.post("/<reference>/invitation/people/<int:invitee_id>/channel")
@access.requires("meeting:work")
def set_channel(reference: str, invitee_id: int) -> Response:
    """Mail or post for one person."""
    actor = access.current_actor()
    with unit_of_work() as session:
        meeting = meeting_to_work_on(session, actor, reference)
        row = invitees.invitee_of(session, meeting, invitee_id)
        invitees.set_channel(session, actor, access.now(), meeting, row, request.form.get("channel", ""))
    return see_other("invitations.show", reference=reference)


@blueprint.post("/<reference>/invitation/seats/<int:seat_id>/exchange")
@access.requires("meeting:work")
def exchange(reference: str, seat_id: int) -> Response:
    """Invites who sits on the seat now, and takes the invitation of the person before back."""
    actor, now = access.current_actor(), access.now()
    with unit_of_work() as session:
        meeting = meeting_to_work_on(session, actor, reference)
        seat = session.get(Seat, seat_id)
        if seat is None or seat.body_id != meeting.body_id:
            raise NotVisible()
        sends = replacing.exchange(session, actor, now, meeting, seat)
    if sends:
        called = dispatch.Wanted(rules_asked=False)
        dispatch.carry_out(
            unit_of_work, actor, now, reference=reference, kind="invitation", store=store(), wanted=called
        )
    flash(t("Die Einladung folgt dem Sitz.", "The invitation follows the seat."), "success")
    return see_other("invitations.show", reference=reference)


def _free_seat(session: Any, meeting: Meeting, person: Person) -> Seat | None:
    """The seat that the person holds on that day and for which nobody is on the list, also a guest's seat."""
    taken = {one.seat_id for one in invitees.active(invitees.everybody(session, meeting)) if one.as_role == "principal"}
    places = people_on(session, meeting.body, day_of(meeting))
    mine = (one.seat for one in places if one.person is not None and one.person.id == person.id)
    return next((seat for seat in mine if seat.id not in taken), None)


def _uninvite_page(meeting: Meeting, invitee_id: int, form: Any) -> Response:
    row = invitees.invitee_of(db.session(), meeting, invitee_id)
    return page(
        "invitations/uninvite.html",
        **frame(meeting, Standing.WORK, "invitation"),
        row=row,
        form=form,
        error_pairs=error_pairs(form),
        **words(meeting.body),
    )
