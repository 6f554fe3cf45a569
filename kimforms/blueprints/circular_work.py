"""What the office does with votes by circulation: prepare, look at everything, send, enter what came by post, end, offer."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, Response, flash, make_response, request
from sqlalchemy.orm import Session

from ..documents.pdf import render_pdf
from ..extensions import db
from ..forms.circular import ballot_form, motion_form, reason_form
from ..forms.records import error_pairs, number_in, put_errors
from ..models import Body, CircularVote, Record
from ..services.bodies.access import body_of, require_work
from ..services.circular import answering, closing, drafting, files, offering, starting, telling
from ..services.circular.drafting import Motion
from ..services.file_store import Stored
from ..services.queries import circular as queries
from ..services.queries.decisions import find_paper
from ..services.receipts import FONTS
from ..services.records import printing
from ..services.refusals import InputRefused, NotVisible, StepRefused
from ..services.unit_of_work import unit_of_work
from . import access, record_parts
from .circular_votes import show_page, words
from .rendering import page, see_other, t

blueprint = Blueprint("circular_work", __name__, url_prefix="/bodies")


@blueprint.route("/<slug>/circular-votes/new", methods=["GET", "POST"])
@access.requires("meeting:work")
def begin(slug: str) -> Response:
    """A new vote, out of a decision paper (``?paper=``) or with a text of its own."""
    body, paper = _body(slug), _paper()
    given = drafting.motion_of(paper) if paper is not None else Motion("", "")
    form = motion_form(t, vars(given))
    if request.method != "POST":
        return _form_page(body, form, paper)
    try:
        with unit_of_work() as session:
            vote = drafting.draft_vote(
                session, access.current_actor(), access.now(), body=_body(slug), motion=_motion(form), paper=_paper()
            )
            reference = vote.reference
    except InputRefused as refused:
        put_errors(form, refused.errors, t)
        return _form_page(_body(slug), form, _paper(), status=422)
    return see_other(".preview", slug=slug, reference=reference)


@blueprint.route("/<slug>/circular-votes/<reference>/edit", methods=["GET", "POST"])
@access.requires("meeting:work")
def edit(slug: str, reference: str) -> Response:
    """Changes a vote that has not gone out."""
    vote = _vote(db.session(), slug, reference)
    form = motion_form(t, {name: getattr(vote, name) for name in ("title", "wording", "reasons", "confidential")})
    if request.method != "POST":
        return _form_page(vote.body, form, vote.record, vote)
    try:
        with unit_of_work() as session:
            vote = _vote(session, slug, reference)
            drafting.change_draft(
                session,
                access.current_actor(),
                access.now(),
                vote=vote,
                motion=_motion(form),
                row_version=_row_version(),
            )
    except InputRefused as refused:
        put_errors(form, refused.errors, t)
        vote = _vote(db.session(), slug, reference)
        return _form_page(vote.body, form, vote.record, vote, status=422)
    return see_other(".preview", slug=slug, reference=reference)


@blueprint.get("/<slug>/circular-votes/<reference>/preview")
@access.requires("meeting:work")
def preview(slug: str, reference: str) -> Response:
    """Everything before it goes out: who, until when, what the rules say, the paper."""
    vote = _vote(db.session(), slug, reference)
    return page(
        "circular_votes/preview.html",
        vote=vote,
        body=vote.body,
        seen=starting.preview(db.session(), vote, access.today()),
        silence=telling.silence_words(starting.rulebook_of(db.session(), vote.body, access.today())),
        paper_files=files.attachments(db.session(), vote),
    )


@blueprint.post("/<slug>/circular-votes/<reference>/start")
@access.requires("meeting:work")
def start(slug: str, reference: str) -> Response:
    """Sends it to everybody who may vote."""
    printed = _printed(slug, reference)
    with unit_of_work() as session:
        vote = _vote(session, slug, reference)
        parts = files.parts(session, access.now(), vote, printed)
        starting.start_vote(
            session, access.current_actor(), access.now(), vote=vote, row_version=_row_version(), files=parts
        )
    flash(t("Die Abstimmung ist verschickt.", "The vote is sent."), "success")
    return see_other("circular_votes.show", slug=slug, reference=reference)


@blueprint.post("/<slug>/circular-votes/<reference>/remind")
@access.requires("meeting:work")
def remind(slug: str, reference: str) -> Response:
    """Reminds everybody who has not answered."""
    with unit_of_work() as session:
        vote = _vote(session, slug, reference)
        answering.require_open(vote, access.now())
        count = telling.remind(session, access.current_actor(), access.now(), vote)
    said = t(f"{count} Erinnerungen sind verschickt.", f"{count} reminders are sent.")
    flash(t("1 Erinnerung ist verschickt.", "1 reminder is sent.") if count == 1 else said, "success")
    return see_other("circular_votes.show", slug=slug, reference=reference)


@blueprint.route("/<slug>/circular-votes/<reference>/cancel", methods=["GET", "POST"])
@access.requires("meeting:work")
def cancel(slug: str, reference: str) -> Response:
    """Calls a vote off, with the reason."""
    vote, form = _vote(db.session(), slug, reference), reason_form(t)
    status = 200
    if request.method == "POST":
        try:
            with unit_of_work() as session:
                vote = _vote(session, slug, reference)
                reason = form.reason.data or ""
                drafting.cancel_vote(session, access.current_actor(), access.now(), vote=vote, reason=reason)
            return see_other("circular_votes.show", slug=slug, reference=reference)
        except InputRefused as refused:
            put_errors(form, refused.errors, t)
            vote, status = _vote(db.session(), slug, reference), 422
    pairs = error_pairs(form)
    values = {"vote": vote, "body": vote.body, "form": form, "error_pairs": pairs, "form_errors": bool(pairs)}
    return page("circular_votes/cancel.html", status=status, **values)


@blueprint.route("/<slug>/circular-votes/<reference>/ballots/<int:ballot_id>", methods=["GET", "POST"])
@access.requires("meeting:work")
def enter(slug: str, reference: str, ballot_id: int) -> Response:
    """Enters a ballot that came back on paper."""
    vote = _vote(db.session(), slug, reference)
    ballot = next((one for one in vote.ballots if one.id == ballot_id), None)
    if ballot is None:
        raise NotVisible()
    form = ballot_form(t, ballot_id, {"choice": ballot.choice, "comment": ballot.comment})
    status = 200
    if request.method == "POST":
        try:
            _enter(slug, reference, ballot_id, form.choice.data or "", form.comment.data or "")
            return see_other("circular_votes.show", slug=slug, reference=reference)
        except InputRefused as refused:
            put_errors(form, refused.errors, t)
            vote, status = _vote(db.session(), slug, reference), 422
            ballot = next(one for one in vote.ballots if one.id == ballot_id)
    pairs = error_pairs(form)
    values = {"vote": vote, "ballot": ballot, "form": form, "error_pairs": pairs, "form_errors": bool(pairs)}
    return page("circular_votes/enter.html", status=status, body=vote.body, **values, **words())


@blueprint.post("/<slug>/circular-votes/<reference>/posted/<int:person_id>")
@access.requires("meeting:work")
def post_letter(slug: str, reference: str, person_id: int) -> Response:
    """Notes that a letter was handed to the post."""
    with unit_of_work() as session:
        vote = _vote(session, slug, reference)
        starting.note_posted(session, access.current_actor(), access.now(), vote=vote, person_id=person_id)
    flash(t("Der Versand per Post ist vermerkt.", "The letter is noted as posted."), "success")
    return see_other("circular_votes.show", slug=slug, reference=reference)


@blueprint.get("/<slug>/circular-votes/<reference>/letters.pdf")
@access.requires("meeting:work")
def print_letters(slug: str, reference: str) -> Response:
    """The ballots on paper for those who get no mail."""
    vote = _vote(db.session(), slug, reference)
    html = files.letters(db.session(), access.now(), vote)
    response = make_response(render_pdf(html, title=f"Abstimmungen zum Ausdrucken {reference}", fonts=FONTS))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="Briefe-{reference}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/<slug>/circular-votes/<reference>/tie")
@access.requires("meeting:work")
def decide_tie(slug: str, reference: str) -> Response:
    """Enters how the chair decided a tie."""
    try:
        with unit_of_work() as session:
            vote = _vote(session, slug, reference)
            choice = request.form.get("casting_vote", "")
            closing.decide_tie(session, access.current_actor(), access.now(), vote=vote, casting_vote=choice)
    except InputRefused as refused:
        vote = _vote(db.session(), slug, reference)
        return show_page(vote, StepRefused(list(refused.errors.values())))
    return see_other("circular_votes.show", slug=slug, reference=reference)


@blueprint.route("/<slug>/circular-votes/<reference>/offer", methods=["GET", "POST"])
@access.requires("meeting:work")
def offer(slug: str, reference: str) -> Response:
    """Puts what was stopped onto the agenda of a coming meeting."""
    vote = _vote(db.session(), slug, reference)
    meetings = offering.next_meetings(db.session(), vote.body, access.today())
    if request.method != "POST":
        return page("circular_votes/offer.html", vote=vote, body=vote.body, meetings=meetings)
    with unit_of_work() as session:
        vote = _vote(session, slug, reference)
        chosen = request.form.get("meeting", "")
        coming = offering.next_meetings(session, vote.body, access.today())
        meeting = next((one for one in coming if one.record.reference == chosen), None)
        if meeting is None:
            raise NotVisible()
        offering.offer_for_agenda(session, access.current_actor(), access.now(), vote=vote, meeting=meeting)
    flash(
        t(f"Der Punkt steht auf der Tagesordnung von {chosen}.", f"The item stands on the agenda of {chosen}."),
        "success",
    )
    return see_other("circular_votes.show", slug=slug, reference=reference)


def _body(slug: str) -> Body:
    body = body_of(db.session(), slug)
    require_work(access.current_actor(), body)
    return body


def _vote(session: Session, slug: str, reference: str) -> CircularVote:
    """A vote for those who work for its body; 404 for who may not see it, 403 for readers."""
    vote, _found = queries.find(session, access.current_actor(), slug, reference, access.today())
    require_work(access.current_actor(), vote.body)
    return vote


def _paper() -> Record | None:
    reference = request.values.get("paper", "")
    return find_paper(db.session(), access.current_actor(), reference, access.today()) if reference else None


def _motion(form: object) -> Motion:
    data = form.data  # type: ignore[attr-defined]
    return Motion(data["title"] or "", data["wording"] or "", data["reasons"] or "", bool(data["confidential"]))


def _row_version() -> int | None:
    return number_in(request.form.get("row_version"))


def _printed(slug: str, reference: str) -> Stored | None:
    """The decision paper as PDF in the file store, made before the transaction that sends it."""
    vote = _vote(db.session(), slug, reference)
    if vote.record is None:
        return None
    with unit_of_work() as session:
        record = session.get_one(Record, vote.record_id)
        paper = printing.record_paper(session, access.current_actor(), access.now(), record=record)
    return record_parts.store().put(BytesIO(printing.as_pdf(paper, "de")), files.MOST)


def _enter(slug: str, reference: str, ballot_id: int, choice: str, comment: str) -> None:
    with unit_of_work() as session:
        vote = _vote(session, slug, reference)
        ballot = next(one for one in vote.ballots if one.id == ballot_id)
        answering.enter_by_post(
            session, access.current_actor(), access.now(), vote=vote, ballot=ballot, choice=choice, comment=comment
        )


def _form_page(
    body: Body, form: object, paper: Record | None, vote: CircularVote | None = None, status: int = 200
) -> Response:
    pairs = error_pairs(form)
    return page(
        "circular_votes/edit.html",
        status=status,
        body=body,
        form=form,
        paper=paper,
        vote=vote,
        error_pairs=pairs,
        form_errors=bool(pairs),
    )
