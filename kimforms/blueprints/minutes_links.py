"""Minutes for people without account: the page behind the link of a mail. The chair signs or gives back, members object."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, request, send_file, url_for
from sqlalchemy.orm import Session

from ..extensions import db
from ..forms import minutes as forms
from ..forms.records import error_pairs, number_in, put_errors
from ..models import DispatchRecipient, Minutes, ReplyLink
from ..permissions import ANYONE
from ..services import reply_links
from ..services.bodies.access import Standing
from ..services.minutes import content as blocks
from ..services.minutes import files, handing, objections, paper, signing
from ..services.queries import minutes as queries
from ..services.refusals import InputRefused, LinkExpired, Refusal, StepRefused
from ..services.unit_of_work import unit_of_work
from . import access, minutes_objections, minutes_page, record_parts, replies
from .rendering import page, t

blueprint = Blueprint("minutes_links", __name__)
"""Has no doors of its own: ``replies`` opens the links."""
PDF = "application/pdf"


@replies.answers("minutes")
def by_link(link: ReplyLink, token: str) -> Response:
    """The minutes as this person may read them; only buttons change anything."""
    recipient, minutes = _behind(db.session(), link)
    if request.method != "POST":
        if request.args.get("file"):
            name, path = files.open_file(minutes, _standing(recipient), "send", record_parts.store())
            return send_file(path, mimetype=PDF, download_name=name)
        return _page(recipient, minutes, token)
    try:
        with unit_of_work() as session:
            mine = session.get_one(ReplyLink, link.id)
            reply_links.note_use(mine, access.now())
            said = _do(session, *_behind(session, mine))
        _after(link)
    except (InputRefused, StepRefused) as refused:
        recipient, minutes = _behind(db.session(), db.session().get_one(ReplyLink, link.id))
        return _page(recipient, minutes, token, refused)
    flash(said, "success")
    return redirect(url_for("replies.open_link", token=token), 303)  # type: ignore[return-value]


def _behind(session: Session, link: ReplyLink) -> tuple[DispatchRecipient, Minutes]:
    """The recipient and the minutes of a link. Raises :class:`LinkExpired` when there is nothing (any more) to show."""
    recipient = session.get(DispatchRecipient, link.target_id or 0)
    minutes = session.get(Minutes, recipient.dispatch.meeting_id) if recipient is not None else None
    if recipient is None or minutes is None or recipient.person_id != link.person_id:
        raise LinkExpired(reply_links.GONE)
    return recipient, minutes


def _do(session: Session, recipient: DispatchRecipient, minutes: Minutes) -> str:
    """What the pressed button asks for; what it says then."""
    now, person, what = access.now(), recipient.person, request.form.get("do", "")
    if what == "sign":
        signing.sign_by_link(session, ANYONE, now, minutes=minutes, person=person)
        return t("Ihre Unterschrift ist eingetragen. Vielen Dank.", "Your signature is entered. Thank you.")
    if what == "return":
        comment = request.form.get("return-comment", "")
        handing.give_back(session, ANYONE, now, minutes=minutes, comment=comment, by=person)
        return t("Die Niederschrift ist zurückgegeben.", "The minutes are given back.")
    if what == "withdraw":
        objection = objections.find(session, minutes, number_in(request.form.get("objection")) or 0)
        objections.withdraw(session, ANYONE, now, minutes=minutes, objection=objection, by=person)
        return t("Ihre Einwendung ist zurückgenommen.", "Your objection is withdrawn.")
    said = minutes_objections.entered()
    made = objections.object_to(session, ANYONE, now, minutes=minutes, person=person, said=said, via="link")
    return minutes_objections.thanks(made)


def _after(link: ReplyLink) -> None:
    """After the last signature the files are made."""
    session = db.session()
    _recipient, minutes = _behind(session, session.get_one(ReplyLink, link.id))
    if files.needs_files(session, minutes):
        made = files.prepare(files.collect(session, access.now(), minutes), record_parts.store())
        with unit_of_work() as work:
            _recipient, minutes = _behind(work, work.get_one(ReplyLink, link.id))
            files.keep_signed(work, access.now(), minutes, made)


def _standing(recipient: DispatchRecipient) -> Standing:
    guest = recipient.person_id in recipient.dispatch.snapshot.get("guests", ())
    return Standing.GUEST if guest else Standing.MEMBER


def _page(recipient: DispatchRecipient, minutes: Minutes, token: str, refused: Refusal | None = None) -> Response:
    """What this person may read and do. Between check and sending others than the chair see that there is nothing yet."""
    session, person = db.session(), recipient.person
    guest, out = _standing(recipient) is Standing.GUEST, minutes.state in queries.OUT
    chair = signing.people_of(session, minutes.meeting)["chair"] == person
    readable = out or (chair and minutes.state in ("check", "signed"))
    signed = signing.signing_of(session, minutes)
    returning = forms.return_form(t) if chair and minutes.state == "check" else None
    objecting = None
    if out and not guest and objections.may_object(session, minutes, person):
        objecting = forms.objection_form(t, minutes_page.parts(minutes.content))
    form = returning if request.form.get("do") in ("sign", "return") else objecting
    if isinstance(refused, InputRefused) and form is not None:
        put_errors(form, refused.errors, t)
    pairs = error_pairs(form) if form is not None else []
    values: dict[str, Any] = {
        "objecting_in_time": objections.in_time(session, minutes, person, access.today()) if objecting else None,
        "own": queries.own_objections(session, minutes, person) if objecting else [],
        "addenda": [] if not out else [
            one for one in files.addenda_of(session, minutes) if not (guest and paper.hidden(minutes.content, one))
        ],
    }  # fmt: skip
    return page(
        "minutes/link.html", status=refused.status if refused else 200, person=person, minutes=minutes,
        meeting=minutes.meeting, token=token, action=url_for("replies.open_link", token=token),
        content=_shown(minutes, guest) if readable else None,
        may_sign=returning is not None and "chair" in signed.people and "chair" not in signed.done,
        returning=returning, objecting=objecting, error_pairs=pairs, form_errors=bool(pairs), out=out,
        conflict=refused.sentence if refused and not isinstance(refused, InputRefused) else None,
        **values, **minutes_page.words(),
    )  # fmt: skip


def _shown(minutes: Minutes, guest: bool) -> blocks.Content:
    """What the paper says, for guests without what is confidential."""
    shown = blocks.published(minutes.content)
    return blocks.redacted(shown) if guest else shown
