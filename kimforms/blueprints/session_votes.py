"""Votes of a running meeting: counted, corrected, taken back, proclaimed; outcomes without a vote."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, request
from sqlalchemy.orm import Session

from ..extensions import db
from ..forms import meeting_session as forms
from ..models import AgendaItem, Meeting, Vote
from ..permissions import Actor
from ..services.bodies.access import meeting_to_work_on
from ..services.meetings import proclaiming, voting
from ..services.meetings.room import room_of
from ..services.refusals import InputRefused, StaleVersion, StepRefused
from ..services.unit_of_work import unit_of_work
from . import access, session_page
from .rendering import page, t
from .session_page import act, act_on_item

blueprint = Blueprint("session_votes", __name__, url_prefix="/meetings/<reference>/session")
VOTES = "session-votes"


@blueprint.post("/items/<int:item_id>/votes")
@access.requires("meeting:work")
def take(reference: str, item_id: int) -> Response:
    """Writes down what was counted, if it fits the people in the room."""
    return act_on_item(
        reference, item_id, lambda session, actor, now, item: voting.take_vote(session, actor, now, item, _count()),
        anchor=VOTES,
    )  # fmt: skip


@blueprint.post("/votes/<int:vote_id>/proclaim")
@access.requires("meeting:work")
def proclaim(reference: str, vote_id: int) -> Response:
    """The result is said; it gets a number in the register."""
    made: list[str] = []

    def deed(session: Session, actor: Actor, now: datetime, meeting: Meeting) -> None:
        vote = voting.vote_of(session, meeting, vote_id)
        review = forms.day(request.form.get("review-on"))
        if isinstance(review, str):
            raise InputRefused({"review_on": review})
        how = proclaiming.Proclaimed(
            kind=request.form.get("kind", ""), title=request.form.get("decision-title", ""),
            conditions=request.form.get("conditions", ""), review_on=review,
        )  # fmt: skip
        decision = proclaiming.proclaim(session, actor, now, vote, how)
        made.extend([decision.reference] if decision is not None else [])

    answer = act(reference, deed, anchor=VOTES)
    if made and answer.status_code == 303:
        flash(t(f"Verkündet: Beschluss {made[0]}.", f"Proclaimed: decision {made[0]}."), "success")
    return answer


@blueprint.post("/votes/<int:vote_id>/discard")
@access.requires("meeting:work")
def discard(reference: str, vote_id: int) -> Response:
    """Takes back a count that was not proclaimed."""
    return act(
        reference,
        lambda session, actor, now, meeting: voting.discard(
            session, actor, now, voting.vote_of(session, meeting, vote_id)
        ),
        anchor=VOTES,
    )


@blueprint.route("/votes/<int:vote_id>/recount", methods=["GET", "POST"])
@access.requires("meeting:work")
def recount(reference: str, vote_id: int) -> Response:
    """Puts a count right; says before what follows if the outcome changes."""
    if request.method != "POST":
        return _recount_page(reference, vote_id)
    try:
        with unit_of_work() as session:
            meeting = meeting_to_work_on(session, access.current_actor(), reference)
            vote = voting.vote_of(session, meeting, vote_id)
            count = replace(_count(), purpose=vote.purpose, wording=vote.wording, seen=None)
            reason = request.form.get("reason", "")
            proclaiming.recount_proclaimed(session, access.current_actor(), access.now(), vote, count, reason)
            item_id = vote.item_id
    except InputRefused as refused:
        return _recount_page(reference, vote_id, 422, refused.errors)
    except (StaleVersion, StepRefused) as refused:
        return _recount_page(reference, vote_id, refused.status, conflict=refused.sentence)
    flash(t("Die Auszählung ist berichtigt.", "The count is corrected."), "success")
    return session_page.back(reference, VOTES, item_id)


@blueprint.post("/items/<int:item_id>/outcome")
@access.requires("meeting:work")
def settle(reference: str, item_id: int) -> Response:
    """The paper is postponed, or noted, without a vote."""

    def deed(session: Session, actor: Actor, now: datetime, item: AgendaItem) -> Any:
        return proclaiming.settle_without_vote(session, actor, now, item, request.form.get("outcome", ""))

    return act_on_item(reference, item_id, deed, anchor=VOTES)


def _count() -> voting.Count:
    typed = forms.ballot(request.form)
    if typed.errors:
        raise InputRefused(typed.errors)
    form = request.form
    return voting.Count(
        form=typed.form, names=typed.names, **typed.numbers, purpose=form.get("ballot-purpose", "motion"),
        wording=form.get("ballot-wording", ""), majority=form.get("ballot-majority", ""),
        casting_vote=form.get("ballot-casting", ""), secret_demanded=bool(form.get("ballot-demanded")),
        seen=form.get("ballot-token"),
    )  # fmt: skip


def _recount_page(
    reference: str, vote_id: int, status: int = 200, errors: dict[str, str] | None = None, conflict: str = ""
) -> Response:
    session = db.session()
    session.rollback()
    meeting = meeting_to_work_on(session, access.current_actor(), reference)
    vote: Vote = voting.vote_of(session, meeting, vote_id)
    who = room_of(session, meeting).who(vote.taken_at, vote.item)
    seen = session_page.read(reference)
    values = session_page.context(seen, errors, conflict)
    return page("meeting_session/recount.html", status=status, **values, vote=vote, voters=who.voters)
