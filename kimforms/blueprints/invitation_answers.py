"""Answers to an invitation: in the own account, entered by the office, and behind the link of a mail without an account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, send_file
from sqlalchemy.orm import Session

from ..extensions import db
from ..forms.invitations import answer_form
from ..forms.records import error_pairs, number_in, put_errors
from ..models import Invitee, Meeting, ReplyLink
from ..permissions import ANYONE, Actor
from ..services import reply_links
from ..services.bodies.access import Standing, may_work, persons_of, visible_meeting
from ..services.bodies.rulebooks import rulebook_at
from ..services.meetings import answers, invitees, mailing
from ..services.meetings.answers import Given
from ..services.queries import invitations as queries
from ..services.queries.agenda import lines_of
from ..services.refusals import InputRefused, LinkExpired, NotPermitted, NotVisible
from ..services.unit_of_work import unit_of_work
from . import access, replies
from .invitations import store, words
from .meeting_frame import frame, when
from .rendering import page, see_other, t

blueprint = Blueprint("invitation_answers", __name__, url_prefix="/meetings")
FILE_POLICY = "default-src 'none'; sandbox"


@blueprint.route("/<reference>/answers", methods=["GET", "POST"])
@access.requires("meeting:read")
def show(reference: str) -> Response:
    """The own answer with an account; for those who work on the meeting the answers of all."""
    session, actor = db.session(), access.current_actor()
    meeting, standing = visible_meeting(session, actor, reference)
    rows = _own_rows(session, actor, meeting)
    if request.method != "POST":
        return _answers_page(meeting, standing, rows, _form_of(session, meeting, rows) if rows else None)
    if not rows:
        raise NotVisible()
    try:
        with unit_of_work() as session:
            meeting, standing = visible_meeting(session, actor, reference)
            mine = _own_rows(session, actor, meeting)
            answers.give(session, actor, access.now(), meeting=meeting, rows=mine, given=_given(), via="account")
    except InputRefused as refused:
        meeting, standing = visible_meeting(db.session(), actor, reference)
        rows = _own_rows(db.session(), actor, meeting)
        return _answers_page(meeting, standing, rows, _refused(db.session(), meeting, rows, refused), 422)
    flash(t("Ihre Antwort ist gespeichert.", "Your answer is saved."), "success")
    return see_other(".show", reference=reference)


@blueprint.route("/<reference>/answers/<int:invitee_id>", methods=["GET", "POST"])
@access.requires("meeting:work")
def enter(reference: str, invitee_id: int) -> Response:
    """The office enters an answer that came by telephone."""
    actor = access.current_actor()
    session = db.session()
    meeting, row = _row(session, actor, reference, invitee_id)
    if request.method != "POST":
        return _enter_page(meeting, row, _form_of(session, meeting, [row]))
    try:
        with unit_of_work() as session:
            meeting, row = _row(session, actor, reference, invitee_id)
            mine = answers.rows_of(session, meeting, row.person_id)
            answers.give(session, actor, access.now(), meeting=meeting, rows=mine, given=_given(), via="office")
    except InputRefused as refused:
        meeting, row = _row(db.session(), actor, reference, invitee_id)
        return _enter_page(meeting, row, _refused(db.session(), meeting, [row], refused), 422)
    flash(t("Die Antwort ist eingetragen.", "The answer is entered."), "success")
    return see_other(".show", reference=reference)


@replies.answers("invitation")
def open_invitation(link: ReplyLink, token: str) -> Response:
    """The page behind the link of an invitation. Looking changes nothing; the button does."""
    session = db.session()
    meeting, rows = _behind(session, link)
    if wanted := request.args.get("file"):
        return _file(session, meeting, rows, wanted)
    if request.method != "POST":
        form = _form_of(session, meeting, rows, chosen=request.args.get("answer", ""))
        return _link_page(meeting, rows, form)
    try:
        with unit_of_work() as session:
            link = session.merge(link)
            meeting, rows = _behind(session, link)
            answers.give(session, ANYONE, access.now(), meeting=meeting, rows=rows, given=_given(), via="link")
            reply_links.note_use(link, access.now())
    except InputRefused as refused:
        meeting, rows = _behind(db.session(), link)
        return _link_page(meeting, rows, _refused(db.session(), meeting, rows, refused), status=422)
    return redirect(f"{request.script_root}/r/{token}?saved=1", 303)  # type: ignore[return-value]


def _behind(session: Session, link: ReplyLink) -> tuple[Meeting, list[Invitee]]:
    """The meeting of a link and the rows of its person. Raises :class:`LinkExpired` once the person is invited no more."""
    row = session.get(Invitee, link.target_id)
    if row is None or row.person_id != link.person_id or row.uninvited_at is not None:
        raise LinkExpired(reply_links.GONE)
    return row.meeting, answers.rows_of(session, row.meeting, row.person_id)


def _given() -> Given:
    form = answer_form(t, deputies=[("", "")], free=True, seats=[("", "")])
    return Given(
        form.answer.data or "",
        form.comment.data or "",
        deputy_id=number_in(form.deputy.data),
        deputy_name=form.deputy_name.data or "",
        deputy_email=form.deputy_email.data or "",
        seat_id=number_in(form.seat.data),
    )


def _form_of(session: Session, meeting: Meeting, rows: Sequence[Invitee], *, chosen: str = "") -> Any:
    choices = answers.choices_of(session, meeting, rows)
    several = len(choices) > 1
    deputies = [
        (str(person.id), f"{person.name} ({row.seat.label})" if several and row.seat else person.name)
        for row, people in choices
        for person in people
        if person.id != row.person_id
    ]
    free = bool(choices) and not rulebook_at(session, meeting).deputy_named_in_advance
    seats = [(str(row.seat_id), row.seat.label) for row, _people in choices if row.seat] if several else []
    first = rows[0]
    present = chosen if chosen in answers.ANSWERS else first.answer if first.answer != "none" else None
    there = [one for row in rows for one in answers.deputies_in_place(session, row)]
    values = {"answer": present, "comment": first.answer_comment, "deputy": str(there[0].person_id) if there else ""}
    return answer_form(t, values, deputies=deputies, free=free, seats=seats)


def _refused(session: Session, meeting: Meeting, rows: Sequence[Invitee], refused: InputRefused) -> Any:
    form = _form_of(session, meeting, rows)
    put_errors(form, refused.errors, t)
    return form


def _own_rows(session: Session, actor: Actor, meeting: Meeting) -> list[Invitee]:
    return [row for number in persons_of(session, actor) for row in answers.rows_of(session, meeting, number)]


def _row(session: Session, actor: Actor, reference: str, invitee_id: int) -> tuple[Meeting, Invitee]:
    meeting, _standing = visible_meeting(session, actor, reference)
    if not may_work(actor, meeting.body):
        raise NotPermitted()
    row = invitees.invitee_of(session, meeting, invitee_id)
    if row.invited_at is None:
        raise NotVisible()
    return meeting, row


def _answers_page(
    meeting: Meeting, standing: Standing, rows: Sequence[Invitee], form: Any, status: int = 200
) -> Response:
    session = db.session()
    shown = queries.overview(session, meeting, access.now()) if standing is Standing.WORK else None
    pairs = error_pairs(form) if form is not None else []
    return page(
        "invitations/answers.html",
        status=status,
        **frame(meeting, standing, "answers"),
        shown=shown,
        rows=rows,
        form=form,
        is_open=answers.is_open(meeting, access.now()),
        error_pairs=pairs,
        form_errors=bool(pairs),
        **words(meeting.body),
    )


def _enter_page(meeting: Meeting, row: Invitee, form: Any, status: int = 200) -> Response:
    pairs = error_pairs(form)
    return page(
        "invitations/enter.html",
        status=status,
        **frame(meeting, Standing.WORK, "invitation"),
        row=row,
        form=form,
        error_pairs=pairs,
        form_errors=bool(pairs),
        **words(meeting.body),
    )


def _link_page(meeting: Meeting, rows: Sequence[Invitee], form: Any, status: int = 200) -> Response:
    session = db.session()
    member = invitees.sees_confidential(rows)
    lines, _budget = lines_of(session, meeting, Standing.MEMBER if member else Standing.GUEST)
    pairs = error_pairs(form)
    return page(
        "invitations/reply.html",
        status=status,
        meeting=meeting,
        record=meeting.record,
        when=when(meeting),
        rows=rows,
        person=rows[0].person,
        lines=[one for one in lines if one.item.state != "dropped"],
        files=_files(session, meeting, member),
        is_open=answers.is_open(meeting, access.now()),
        saved=request.args.get("saved") == "1",
        form=form,
        error_pairs=pairs,
        form_errors=bool(pairs),
        **words(meeting.body),
    )


def _files(session: Session, meeting: Meeting, member: bool) -> list[tuple[str, str, str]]:
    """Name, media type and address in the store of everything that the reader was sent, and of papers too large for a mail."""
    sent = [
        (one.name, one.media_type, one.sha256 or "") for one in mailing.earlier_files(session, meeting, member=member)
    ]
    lines, _budget = lines_of(session, meeting, Standing.MEMBER if member else Standing.GUEST)
    papers = [(f"TOP {line.label} {one.attachment.name}", "application/octet-stream", one.attachment.sha256)
              for line in lines for one in line.papers if one.attachment is not None]  # fmt: skip
    known = {digest for _name, _kind, digest in sent}
    return [*sent, *(one for one in papers if one[2] not in known)]


def _file(session: Session, meeting: Meeting, rows: Sequence[Invitee], digest: str) -> Response:
    for name, media_type, known in _files(session, meeting, invitees.sees_confidential(rows)):
        if known == digest and (path := store().path_of(known)).is_file():
            response = send_file(path, mimetype=media_type, as_attachment=True, download_name=name)
            response.headers["Content-Security-Policy"] = FILE_POLICY
            response.headers["Cache-Control"] = "no-store"
            return response
    raise NotVisible()
