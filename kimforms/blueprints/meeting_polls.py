"""Polls for a date: asking, the result, the reminder, the chosen date; and the page behind the link of each participant."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, flash, request

from ..extensions import db
from ..forms.meetings import options_of, poll_form
from ..forms.records import number_in
from ..models import ReplyLink
from ..permissions import ANYONE
from ..services import reply_links
from ..services.meetings import polls
from ..services.queries import meeting_days, meetings
from ..services.refusals import InputRefused, NotVisible
from ..services.unit_of_work import unit_of_work
from . import access, replies
from .meeting_answers import attempt, form_context, said
from .meeting_planning import body_choices, chosen_body
from .rendering import page, see_other, t

blueprint = Blueprint("meeting_polls", __name__, url_prefix="/meetings/polls")
OPEN_FOR = timedelta(days=10)


@blueprint.get("")
@access.requires("meeting:work")
def index() -> Response:
    """All polls, newest first."""
    found = polls.polls_of(db.session(), access.current_actor())
    return page("meeting_polls/index.html", found=found, is_open=lambda one: polls.is_open(one, access.now()))


@blueprint.route("/new", methods=["GET", "POST"])
@access.requires("meeting:work")
def new() -> Response:
    """Asks the members of a body which dates suit them."""
    bodies = meetings.bodies_to_plan(db.session(), access.current_actor(), access.today())
    form = poll_form(t, body_choices(bodies), {"closes_on": access.today() + OPEN_FOR})

    def show(form: Any, status: int = 200, conflict: str | None = None) -> Response:
        return page("meeting_polls/new.html", status=status, **form_context(form, conflict))

    if request.method != "POST":
        return show(form)
    return attempt(form, lambda: _open(form), show, {"options": "day_1"})


def _open(form: Any) -> Response:
    options = options_of(form)
    if isinstance(options, dict):
        raise InputRefused(options)
    with unit_of_work() as session:
        poll = polls.open_poll(
            session, access.current_actor(), access.now(), body=chosen_body(session, form.body.data),
            title=form.title.data or "", text=form.text.data or "", place=form.place.data or "", options=options,
            closes_on=form.closes_on.day,
        )  # fmt: skip
        poll_id, number = poll.id, sum(one.person.email is not None for one in poll.participants)
    flash(t(f"{number} Personen sind gefragt.", f"{number} people are asked."), "success")
    return see_other(".show", poll_id=poll_id)


@blueprint.get("/<int:poll_id>")
@access.requires("meeting:work")
def show(poll_id: int) -> Response:
    """The result so far, who did not answer, and the choice of a date."""
    session = db.session()
    poll = polls.poll_of(session, access.current_actor(), poll_id)
    notes = {one.id: meeting_days.notes_on(session, poll.body.controller_id, one.starts_at.astimezone(access.BERLIN).date())
             for one in poll.options}  # fmt: skip
    return page(
        "meeting_polls/show.html",
        poll=poll,
        lines=polls.result(poll),
        notes=notes,
        words=polls.option_words,
        open_now=polls.is_open(poll, access.now()),
        silent=[one.person for one in poll.participants if one.answered_at is None],
        meeting=meetings.reference_of(session, poll.meeting_id),
    )


@blueprint.post("/<int:poll_id>/remind")
@access.requires("meeting:work")
def remind(poll_id: int) -> Response:
    """Writes once more to all who did not answer."""
    with unit_of_work() as session:
        poll = polls.poll_of(session, access.current_actor(), poll_id)
        number = polls.remind(session, access.current_actor(), access.now(), poll=poll)
    flash(t(f"{number} Personen sind erinnert.", f"{number} people are reminded."), "success")
    return see_other(".show", poll_id=poll_id)


@blueprint.post("/<int:poll_id>/take")
@access.requires("meeting:work")
def take(poll_id: int) -> Response:
    """Makes the meeting on the chosen date."""
    try:
        with unit_of_work() as session:
            poll = polls.poll_of(session, access.current_actor(), poll_id)
            option = polls.option_of(poll, number_in(request.form.get("option")) or 0)
            meeting = polls.take_date(session, access.current_actor(), access.now(), poll=poll, option=option)
            reference = meeting.record.reference
    except InputRefused as refused:
        flash(" ".join(said(one) for one in refused.errors.values()), "warning")
        return see_other(".show", poll_id=poll_id)
    flash(t(f"Die Sitzung {reference} ist geplant; alle Gefragten sind benachrichtigt.",
            f"Meeting {reference} is planned; everybody asked is told."), "success")  # fmt: skip
    return see_other("meetings.show", reference=reference)


@blueprint.post("/<int:poll_id>/close")
@access.requires("meeting:work")
def close(poll_id: int) -> Response:
    """Ends the poll without a date."""
    with unit_of_work() as session:
        poll = polls.poll_of(session, access.current_actor(), poll_id)
        polls.close_poll(session, access.current_actor(), access.now(), poll=poll)
    flash(t("Die Terminabstimmung ist beendet.", "The poll has ended."), "success")
    return see_other(".show", poll_id=poll_id)


# --- behind the link of a participant -----------------------------------------------------------------------------------


@replies.answers(polls.PURPOSE)
def answer(link: ReplyLink, token: str) -> Response:
    """The dates with yes, if need be, no; ``?all=yes`` only preselects, since mail scanners follow links."""
    if request.method != "POST":
        return _answer_page(link, token)
    given = {number: value for key, value in request.form.items()
             if key.startswith("option-") and (number := number_in(key.removeprefix("option-")))}  # fmt: skip
    try:
        with unit_of_work() as session:
            held = session.get_one(ReplyLink, link.id)
            who = polls.participant_of(session, held.person_id, held.target_id)
            polls.answer_poll(
                session, ANYONE, access.now(), participant=who, answers=given, comment=request.form.get("comment", "")
            )
            reply_links.note_use(held, access.now())
    except InputRefused as refused:
        return _answer_page(db.session().get_one(ReplyLink, link.id), token, refused)
    flash(t("Danke, Ihre Antwort ist gespeichert. Sie können sie bis zum Ende der Abstimmung ändern.",
            "Thank you, your answer is saved. You can change it until the poll ends."), "success")  # fmt: skip
    return see_other("replies.open_link", token=token)


def _answer_page(link: ReplyLink, token: str, refused: InputRefused | None = None) -> Response:
    session = db.session()
    try:
        who = polls.participant_of(session, link.person_id, link.target_id)
    except NotVisible:
        raise NotVisible(
            t("Diese Terminabstimmung gibt es nicht mehr.", "This poll does not exist any more.")
        ) from None
    poll = polls.poll_with(session, who.poll_id)
    preset = request.args.get("all") if request.args.get("all") in polls.ANSWERS else None
    chosen = {
        one.id: request.form.get(f"option-{one.id}") or preset or who.answers.get(str(one.id)) for one in poll.options
    }
    return page(
        "meeting_polls/answer.html",
        status=422 if refused else 200,
        poll=poll,
        who=who,
        token=token,
        chosen=chosen,
        words=polls.option_words,
        open_now=polls.is_open(poll, access.now()),
        comment=request.form.get("comment", who.comment),
        errors={key: said(one) for key, one in refused.errors.items()} if refused else {},
        form_errors=refused is not None,
        meeting=meetings.reference_of(session, poll.meeting_id),
    )
