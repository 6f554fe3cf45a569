"""The way of minutes: to the chair and back, signed, sent, letters posted. What is refused is said on the page of the minutes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, make_response, request
from sqlalchemy.orm import Session

from ..extensions import db
from ..forms.records import number_in
from ..models import Minutes
from ..services.bodies.access import require_work
from ..services.circular import minutes_votes
from ..services.minutes import files, handing, letters, sending, settling, signing
from ..services.queries import minutes as queries
from ..services.refusals import InputRefused, StaleVersion, StepRefused
from ..services.unit_of_work import unit_of_work
from . import access, minutes_page, record_parts
from .meeting_frame import frame
from .rendering import page, see_other, t

blueprint = Blueprint("minutes_steps", __name__, url_prefix="/meetings")
PDF = "application/pdf"


@blueprint.post("/<reference>/minutes/check")
@access.requires("meeting:work")
def hand_over(reference: str) -> Response:
    """Gives the minutes to the chair and whoever else signs."""

    def do(session: Session, minutes: Minutes) -> str:
        version = record_parts.row_version()
        handing.hand_over(session, access.current_actor(), access.now(), minutes=minutes, row_version=version)
        return t("Die Niederschrift liegt zur Prüfung vor.", "The minutes are handed over to be checked.")

    return _step(reference, do)


@blueprint.post("/<reference>/minutes/return")
@access.requires("meeting:read")
def give_back(reference: str) -> Response:
    """The chair (or the office) gives the minutes back with remarks."""

    def do(session: Session, minutes: Minutes) -> str:
        comment = request.form.get("return-comment", "")
        handing.give_back(session, access.current_actor(), access.now(), minutes=minutes, comment=comment)
        return t("Die Niederschrift ist zurückgegeben.", "The minutes are given back.")

    return _step(reference, do)


@blueprint.post("/<reference>/minutes/sign")
@access.requires("meeting:read")
def sign(reference: str) -> Response:
    """Somebody with an account signs in the function held."""

    def do(session: Session, minutes: Minutes) -> str:
        actor, function = access.current_actor(), request.form.get("function", "")
        signing.sign(session, actor, access.now(), minutes=minutes, function=function)
        return t("Ihre Unterschrift ist eingetragen.", "Your signature is entered.")

    return _step(reference, do, then=keep_files)


@blueprint.post("/<reference>/minutes/sign-on-paper")
@access.requires("meeting:work")
def sign_on_paper(reference: str) -> Response:
    """The office keeps that a signature stands on paper."""

    def do(session: Session, minutes: Minutes) -> str:
        actor, function = access.current_actor(), request.form.get("function", "")
        signing.sign_on_paper(session, actor, access.now(), minutes=minutes, function=function)
        return t("Die Unterschrift auf Papier ist eingetragen.", "The signature on paper is entered.")

    return _step(reference, do, then=keep_files)


@blueprint.route("/<reference>/minutes/send", methods=["GET", "POST"])
@access.requires("meeting:work")
def send(reference: str) -> Response:
    """Who gets the minutes and until when objections count; then sending."""
    if request.method == "POST":
        made = _prepared(reference)

        def do(session: Session, minutes: Minutes) -> str:
            version = record_parts.row_version()
            sending.send(
                session, access.current_actor(), access.now(), minutes=minutes, prepared=made, row_version=version
            )
            return t("Die Niederschrift ist versandt.", "The minutes are sent.")

        return _step(reference, do)
    session, actor = db.session(), access.current_actor()
    seen, minutes = queries.existing(session, actor, reference)
    require_work(actor, seen.meeting.body)
    sending.require_ready(session, minutes)
    return page(
        "minutes/send.html", minutes=minutes, work=queries.work_of(session, actor, access.now(), minutes),
        until=sending.foreseen(session, minutes, access.today()), **minutes_page.words(),
        **frame(seen.meeting, seen.standing, "minutes"),
    )  # fmt: skip


@blueprint.post("/<reference>/minutes/posted")
@access.requires("meeting:work")
def posted(reference: str) -> Response:
    """Letters were given to the post."""
    chosen = [number for one in request.form.getlist("recipient") if (number := number_in(one)) is not None]

    def do(session: Session, minutes: Minutes) -> str:
        number = sending.mark_posted(session, access.current_actor(), access.now(), minutes=minutes, recipients=chosen)
        return t(f"Aufgegebene Briefe eingetragen: {number}.", f"Letters entered as posted: {number}.")

    return _step(reference, do)


@blueprint.post("/<reference>/minutes/recipients/<int:recipient_id>/send-again")
@access.requires("meeting:work")
def send_again(reference: str, recipient_id: int) -> Response:
    """To somebody whose address was put right."""

    def do(session: Session, minutes: Minutes) -> str:
        actor, now = access.current_actor(), access.now()
        sent = sending.send_again(session, actor, now, minutes=minutes, recipient_id=recipient_id)
        if sent.channel == "post":
            return t(f"Für {sent.person.name} steht ein Brief bereit.", f"A letter for {sent.person.name} is ready.")
        return t(f"Noch einmal gesendet an {sent.address}.", f"Sent again to {sent.address}.")

    return _step(reference, do)


@blueprint.post("/<reference>/minutes/settle")
@access.requires("meeting:work")
def settle(reference: str) -> Response:
    """The office settles what the clock leaves open, with the reason."""

    def do(session: Session, minutes: Minutes) -> str:
        reason = request.form.get("settle-reason", "")
        settling.settle_by_hand(session, access.current_actor(), access.now(), minutes=minutes, reason=reason)
        return t("Die Niederschrift ist festgestellt.", "The minutes are settled.")

    return _step(reference, do)


@blueprint.post("/<reference>/minutes/circular-vote")
@access.requires("meeting:work")
def circulate(reference: str) -> Response:
    """Prepares a vote by circulation on the minutes."""
    actor = access.current_actor()
    try:
        with unit_of_work() as session:
            _seen, minutes = queries.existing(session, actor, reference)
            vote = minutes_votes.draft_for_minutes(session, actor, access.now(), minutes=minutes)
            slug, number = vote.body.slug, vote.reference
    except StepRefused as refused:
        return minutes_page.show(queries.find(db.session(), actor, reference), refused)
    return see_other("circular_work.preview", slug=slug, reference=number)


@blueprint.get("/<reference>/minutes/letters.pdf")
@access.requires("meeting:work")
def print_letters(reference: str) -> Response:
    """The letters to those without mail, to print; the minutes go with them."""
    session, actor = db.session(), access.current_actor()
    seen, minutes = queries.existing(session, actor, reference)
    require_work(actor, seen.meeting.body)
    answer = make_response(letters.letters_pdf(session, minutes))
    answer.mimetype = PDF
    answer.headers["Content-Disposition"] = f'inline; filename="Briefe Niederschrift {reference}.pdf"'
    return answer


def keep_files(reference: str) -> None:
    """Once all have signed, the files are made and kept; sending makes them up for it if this was broken off."""
    session, actor = db.session(), access.current_actor()
    _seen, minutes = queries.existing(session, actor, reference)
    if not files.needs_files(session, minutes):
        return
    made = files.prepare(files.collect(session, access.now(), minutes), record_parts.store())
    with unit_of_work() as work:
        _seen, minutes = queries.existing(work, actor, reference)
        files.keep_signed(work, access.now(), minutes, made)


def _prepared(reference: str) -> files.Prepared:
    """The files as the minutes are now, set before the transaction that sends them."""
    session, actor = db.session(), access.current_actor()
    seen, minutes = queries.existing(session, actor, reference)
    require_work(actor, seen.meeting.body)
    return files.prepare(files.collect(session, access.now(), minutes), record_parts.store())


def _step(reference: str, do: Callable[[Session, Minutes], str], then: Callable[[str], Any] | None = None) -> Response:
    """One step in one transaction; a refusal comes back on the page of the minutes with its status."""
    actor = access.current_actor()
    try:
        with unit_of_work() as session:
            _seen, minutes = queries.existing(session, actor, reference)
            said = do(session, minutes)
        if then is not None:
            then(reference)
    except (InputRefused, StaleVersion, StepRefused) as refused:
        return minutes_page.show(queries.find(db.session(), actor, reference), refused)
    flash(said, "success")
    return see_other("minutes.show", reference=reference)
