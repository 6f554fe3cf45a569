"""The invitation of a meeting as the office works on it: list, rules of notice, preview, sending, changes, reminders."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, Response, current_app, flash, request
from sqlalchemy.orm import Session

from ..extensions import db
from ..forms.body_words import right_words
from ..forms.invitations import person_form, posted_form, send_form
from ..forms.records import error_pairs, put_errors
from ..models import Body, Meeting
from ..services.bodies.access import Standing, meeting_to_work_on, visible_meeting
from ..services.file_store import FileStore
from ..services.meetings import dispatch, invitees, mailing, posting, printing
from ..services.meetings.changes import pending_change
from ..services.meetings.dispatch import Kind, Wanted
from ..services.queries import invitations as queries
from ..services.refusals import InputRefused, NotPermitted, NotVisible
from ..services.unit_of_work import unit_of_work
from . import access
from .invitation_words import ANSWER_WORDS, VIA_WORDS, dispatch_words, kind_words, send_words
from .meeting_frame import frame
from .rendering import page, see_other, t

blueprint = Blueprint("invitations", __name__, url_prefix="/meetings")


@blueprint.get("/<reference>/invitation")
@access.requires("meeting:work")
def show(reference: str) -> Response:
    """The list of people with their answers, the verdict on the notice, what was sent."""
    meeting = readable(db.session(), reference)
    return show_page(meeting)


@blueprint.get("/<reference>/invitation/preview")
@access.requires("meeting:work")
def preview(reference: str) -> Response:
    """Everything as it would go out now, and the button that sends it."""
    meeting = meeting_to_work_on(db.session(), access.current_actor(), reference)
    return preview_page(meeting, wanted_kind(), send_form(t, meeting.shortened_reason))


@blueprint.post("/<reference>/invitation/send")
@access.requires("meeting:work")
def send(reference: str) -> Response:
    """Sends; whatever is missing is asked for on the preview."""
    actor, kind = access.current_actor(), wanted_kind()
    meeting = meeting_to_work_on(db.session(), actor, reference)
    form = send_form(t)
    wanted = Wanted(form.reason.data or "", bool(form.late.data))
    try:
        number = dispatch.carry_out(
            unit_of_work, actor, access.now(), reference=reference, kind=kind, store=store(), wanted=wanted
        )
    except InputRefused as refused:
        meeting = meeting_to_work_on(db.session(), actor, reference)
        put_errors(form, refused.errors, t)
        return preview_page(meeting, kind, form, status=422)
    flash(t("Der Versand ist im Postausgang.", "The dispatch is in the outbox."), "success")
    return see_other(".evidence", reference=meeting.record.reference, dispatch_id=number)


@blueprint.get("/<reference>/invitation/dispatches/<int:dispatch_id>")
@access.requires("meeting:work")
def evidence(reference: str, dispatch_id: int) -> Response:
    """What was sent to whom, when, and whether it arrived."""
    meeting = readable(db.session(), reference)
    return evidence_page(meeting, dispatch_id, posted_form(t))


@blueprint.post("/<reference>/invitation/dispatches/<int:dispatch_id>/posted")
@access.requires("meeting:work")
def post_letters(reference: str, dispatch_id: int) -> Response:
    """Notes the day on which the letters were posted."""
    actor, form = access.current_actor(), posted_form(t)
    form.day.validate(form)
    try:
        with unit_of_work() as session:
            meeting = meeting_to_work_on(session, actor, reference)
            made = posting.dispatch_of(session, meeting, dispatch_id)
            posting.mark_posted(session, actor, access.now(), meeting=meeting, made=made, day=form.day.day)
    except InputRefused as refused:
        form.day.errors = []
        put_errors(form, refused.errors, t)
        meeting = meeting_to_work_on(db.session(), actor, reference)
        return evidence_page(meeting, dispatch_id, form, status=422)
    flash(t("Die Briefe sind als versandt vermerkt.", "The letters are noted as posted."), "success")
    return see_other(".evidence", reference=reference, dispatch_id=dispatch_id)


@blueprint.get("/inbound")
@access.requires("meeting:work")
def inbound() -> Response:
    """Mails that came back on invitations, and what became of each."""
    actor = access.current_actor()
    return page("invitations/inbound.html", mails=queries.mails_that_came(db.session(), actor))


def readable(session: Session, reference: str) -> Meeting:
    """The meeting for those who read everything about it; coordination reads what it does not work on."""
    meeting, standing = visible_meeting(session, access.current_actor(), reference)
    if standing is not Standing.WORK:
        raise NotPermitted()
    return meeting


def store() -> FileStore:
    """Where files of this installation lie."""
    return FileStore(current_app.config["SETTINGS"].data_dir / "files")


def wanted_kind() -> Kind:
    """What is to be sent, from the address. Raises :class:`NotVisible` for anything unknown."""
    kind = request.args.get("kind", "invitation")
    if kind not in dispatch.KINDS:
        raise NotVisible()
    return cast(Kind, kind)


def show_page(meeting: Meeting, form: Any = None, status: int = 200) -> Response:
    """The page of the invitation; ``form`` is that of one more person after a refusal."""
    session = db.session()
    shown = queries.overview(session, meeting, access.now())
    people = queries.people_to_add(session, meeting, [row for line in shown.lines for row in line.rows])
    form = form or person_form(t, [(str(one.id), f"{one.last_name}, {one.first_name}") for one in people])
    pairs = error_pairs(form)
    return page(
        "invitations/show.html",
        status=status,
        **frame(meeting, Standing.WORK, "invitation"),
        shown=shown,
        form=form,
        error_pairs=pairs,
        form_errors=bool(pairs),
        **words(meeting.body),
    )


def preview_page(meeting: Meeting, kind: Kind, form: Any, status: int = 200) -> Response:
    """What would go out: recipients, verdict, text, calendar object. Refusals of the rules are asked for, all others shown."""
    session, actor, now = db.session(), access.current_actor(), access.now()
    groups = dispatch.check(session, actor, now, meeting, kind, Wanted(reason="-", late=True))
    post = dispatch.post_of(session, now, meeting, kind, None, pending_change(session, meeting))
    rows = groups[0]
    text = mailing.text_of(post, rows, mailing.EXAMPLE_LINK if post.asks else "")
    event = mailing.event_of(post, now, rows, member=invitees.sees_confidential(rows), address=mailing.EXAMPLE_LINK)
    pairs = error_pairs(form)
    shown = queries.overview(session, meeting, now)
    asks_rules = kind == "invitation" or (kind == "update" and post.content.asks_again)
    return page(
        "invitations/preview.html",
        status=status,
        **frame(meeting, Standing.WORK, "invitation"),
        kind=kind,
        send=send_words(kind),
        groups=groups,
        subject=mailing.mail_words.subject(post.content),
        text=text,
        calendar=mailing.calendar_of(post, event).decode() if post.method else "",
        method=post.method,
        outlook=shown.outlook,
        asks_rules=asks_rules,
        receipts=queries.receipts(shown.outlook, groups, access.today()),
        form=form,
        error_pairs=pairs,
        form_errors=bool(pairs),
        **words(meeting.body),
    )


def evidence_page(meeting: Meeting, dispatch_id: int, form: Any, status: int = 200) -> Response:
    """One dispatch with what became of it for each person."""
    made = posting.dispatch_of(db.session(), meeting, dispatch_id)
    pairs = error_pairs(form)
    return page(
        "invitations/evidence.html",
        status=status,
        **frame(meeting, Standing.WORK, "invitation"),
        made=made,
        lines=[(one, queries.status_of(one)) for one in queries.recipients_of(db.session(), made)],
        counts=queries.counts_of(made),
        letters=len(posting.letters_of(made)),
        letters_wait=any(one.posted_at is None for one in posting.letters_of(made)),
        printed=printing.printed(db.session(), current_app.config["SETTINGS"].data_dir, access.now(), made),
        at_once=printing.AT_ONCE,
        form=form,
        error_pairs=pairs,
        form_errors=bool(pairs),
        **words(meeting.body),
    )


def words(body: Body) -> dict[str, Any]:
    """The words that templates of this room share; only a steering body has people with a vote."""
    return {
        "answer_words": {key: t(*pair) for key, pair in ANSWER_WORDS.items()},
        "via_words": {key: t(*pair) for key, pair in VIA_WORDS.items()},
        "right_words": right_words(t, body.formality),
        "kind_words": kind_words(),
        "dispatch_words": dispatch_words,
    }
