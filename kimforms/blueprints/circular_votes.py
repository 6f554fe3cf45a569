"""Votes by circulation as members see them: the list of a body, one vote, answering with an account or by a signed link."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, request, send_file, url_for
from sqlalchemy.orm import Session

from ..extensions import db
from ..forms.circular import ballot_form, choice_words
from ..forms.records import error_pairs, number_in, put_errors
from ..models import CircularBallot, CircularVote, Person, ReplyLink
from ..permissions import ANYONE, Actor
from ..services import reply_links
from ..services.bodies.access import may_work
from ..services.circular import answering, files
from ..services.queries import circular as queries
from ..services.refusals import InputRefused, NotVisible, StepRefused
from ..services.unit_of_work import unit_of_work
from . import access, record_parts, replies
from .rendering import page, see_other, t

blueprint = Blueprint("circular_votes", __name__, url_prefix="/bodies")
TONES = {"draft": "neutral", "open": "info", "stopped": "warning", "decided": "success", "cancelled": "neutral"}
FILE_POLICY = "default-src 'none'; sandbox"
Mine = list[tuple[CircularBallot, Person]]


@blueprint.get("/<slug>/circular-votes")
@access.requires("meeting:read")
def index(slug: str) -> Response:
    """The votes of a body, newest first."""
    session, actor = db.session(), access.current_actor()
    body, found = queries.body_for(session, actor, slug, access.today())
    return page(
        "circular_votes/index.html",
        body=body,
        lines=queries.votes_of(session, body, found),
        works=may_work(actor, body),
        **words(),
    )


@blueprint.get("/<slug>/circular-votes/<reference>")
@access.requires("meeting:read")
def show(slug: str, reference: str) -> Response:
    """One vote: the motion, the reader's own ballots, what came of it; for the office all answers."""
    vote, _found = queries.find(db.session(), access.current_actor(), slug, reference, access.today())
    return show_page(vote)


@blueprint.post("/<slug>/circular-votes/<reference>/answer")
@access.requires("meeting:read")
def answer(slug: str, reference: str) -> Response:
    """A member with account fills in the own ballots, or passes one to the deputy."""
    actor = access.current_actor()
    try:
        with unit_of_work() as session:
            vote, _found = queries.find(session, actor, slug, reference, access.today())
            said = _do(session, actor, vote, answering.ballots_of_actor(session, actor, vote), "account")
    except (InputRefused, StepRefused) as refused:
        vote, _found = queries.find(db.session(), actor, slug, reference, access.today())
        return show_page(vote, refused)
    flash(said, "success")
    return see_other(".show", slug=slug, reference=reference)


@blueprint.get("/<slug>/circular-votes/<reference>/files/<int:attachment_id>")
@access.requires("meeting:read")
def download(slug: str, reference: str, attachment_id: int) -> Response:
    """A file of the paper that is voted on."""
    vote, _found = queries.find(db.session(), access.current_actor(), slug, reference, access.today())
    return _file(vote, attachment_id)


@replies.answers("circular")
def by_link(link: ReplyLink, token: str) -> Response:
    """The page behind the link of a mail; only the button changes anything."""
    vote, ballots = answering.ballots_of_link(db.session(), link)
    if request.method != "POST":
        if (number := number_in(request.args.get("file"))) is not None:
            return _file(vote, number)
        return _link_page(vote, [(one, link.person) for one in ballots], token)
    try:
        with unit_of_work() as session:
            mine = session.get_one(ReplyLink, link.id)
            vote, ballots = answering.ballots_of_link(session, mine)
            reply_links.note_use(mine, access.now())
            said = _do(session, ANYONE, vote, [(one, mine.person) for one in ballots], "link")
    except (InputRefused, StepRefused) as refused:
        link = db.session().get_one(ReplyLink, link.id)
        vote, ballots = answering.ballots_of_link(db.session(), link)
        return _link_page(vote, [(one, link.person) for one in ballots], token, refused)
    flash(said, "success")
    return redirect(url_for("replies.open_link", token=token), 303)  # type: ignore[return-value]


def show_page(vote: CircularVote, refused: InputRefused | StepRefused | None = None) -> Response:
    """The page of a vote for people with account."""
    session, actor = db.session(), access.current_actor()
    shown = queries.show(session, actor, vote)
    mine = answering.ballots_of_actor(session, actor, vote) if vote.opened_at else []
    return page(
        "circular_votes/show.html",
        status=refused.status if refused else 200,
        shown=shown,
        paper_files=files.attachments(session, vote),
        letters=files.by_post(vote) if shown.works and vote.state == "open" else (),
        **_answering(vote, mine, refused),
        **words(),
    )


def words() -> dict[str, Any]:
    """States and answers in words."""
    return {
        "states": {
            "draft": t("in Vorbereitung", "in preparation"),
            "open": t("läuft", "running"),
            "stopped": t("ohne Beschluss beendet", "ended without a decision"),
            "decided": t("entschieden", "decided"),
            "cancelled": t("abgebrochen", "called off"),
        },
        "results": {
            "accepted": t("angenommen", "accepted"),
            "rejected": t("abgelehnt", "rejected"),
            "postponed": t("vertagt", "postponed"),
        },
        "choices": choice_words(t),
        "tones": TONES,
    }


def _link_page(
    vote: CircularVote, mine: Mine, token: str, refused: InputRefused | StepRefused | None = None
) -> Response:
    return page(
        "circular_votes/answer.html",
        status=refused.status if refused else 200,
        vote=vote,
        token=token,
        rules=answering.telling.rules_of(db.session(), vote),
        paper_files=files.attachments(db.session(), vote),
        **_answering(vote, mine, refused),
        **words(),
    )


def _answering(vote: CircularVote, mine: Mine, refused: InputRefused | StepRefused | None) -> dict[str, Any]:
    """The forms of the reader's ballots, with what was refused."""
    own = queries.own_ballots(db.session(), vote, mine, access.now())
    chosen = request.args.get("answer", "")
    forms = {}
    for one in own:
        values = {
            "choice": one.ballot.choice or (chosen if chosen in answering.CHOICES else ""),
            "comment": one.ballot.comment,
        }
        forms[one.ballot.id] = ballot_form(t, one.ballot.id, values)
    pairs: list[tuple[str, str]] = []
    if isinstance(refused, InputRefused):
        number = number_in(refused.errors.get("ballot")) or next(iter(forms), 0)
        errors = {name: said for name, said in refused.errors.items() if name != "ballot"}
        if number in forms:
            put_errors(forms[number], errors, t)
            pairs = error_pairs(forms[number])
    conflict = refused.sentence if isinstance(refused, StepRefused) else None
    open_now = (
        vote.state == "open" and vote.closed_at is None and vote.reply_until and access.today() <= vote.reply_until
    )
    return {
        "own": own, "forms": forms, "error_pairs": pairs, "form_errors": bool(pairs), "conflict": conflict,
        "open_now": bool(open_now), "silence": answering.telling.silence_words(answering.telling.rules_of(db.session(), vote)),
    }  # fmt: skip


def _do(session: Session, actor: Actor, vote: CircularVote, mine: Mine, via: str) -> str:
    """Answers all ballots of the page, or passes one on; the sentence says what was done."""
    if not mine:
        raise NotVisible()
    now = access.now()
    if (number := number_in(request.form.get("pass-ballot"))) is not None:
        ballot = next((one for one, person in mine if one.id == number and person.id == one.person_id), None)
        if ballot is None:
            raise NotVisible()
        deputy = number_in(request.form.get("deputy")) or 0
        person = answering.pass_to_deputy(session, actor, now, vote=vote, ballot=ballot, deputy_id=deputy)
        return t(f"{person.name} kann jetzt für Sie antworten.", f"{person.name} can now answer for you.")
    for ballot, person in mine:
        form = ballot_form(t, ballot.id, {})
        try:
            answering.answer(
                session, actor, now, vote=vote, ballot=ballot, person=person,
                choice=form.choice.data or "", comment=form.comment.data or "", via=via,
            )  # fmt: skip
        except InputRefused as refused:
            raise InputRefused({**refused.errors, "ballot": str(ballot.id)}) from refused
        if vote.state != "open":
            break  # an objection has ended it
    return t("Danke, Ihre Antwort ist gespeichert.", "Thank you, your answer is stored.")


def _file(vote: CircularVote, attachment_id: int) -> Response:
    found, path = files.open_file(db.session(), vote, attachment_id, record_parts.store())
    response = send_file(path, mimetype=found.blob.media_type, as_attachment=True, download_name=found.name, etag=False)
    response.headers["Content-Security-Policy"] = FILE_POLICY
    response.headers["Cache-Control"] = "private, no-store"
    return response
