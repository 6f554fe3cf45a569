"""Objections against minutes and addenda: members object, the office answers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, request, url_for
from sqlalchemy.orm import Session

from ..extensions import db
from ..forms import minutes as forms
from ..forms.records import error_pairs, put_errors
from ..models import Minutes, MinutesObjection, Person
from ..services.bodies.access import require_work
from ..services.minutes import addenda, files, objections
from ..services.minutes.people import recipients
from ..services.queries import minutes as queries
from ..services.refusals import InputRefused, NotPermitted, Refusal, StaleVersion, StepRefused
from ..services.unit_of_work import unit_of_work
from . import access, minutes_page, record_parts
from .meeting_frame import frame
from .rendering import page, see_other, t

blueprint = Blueprint("minutes_objections", __name__, url_prefix="/meetings")


@blueprint.post("/<reference>/minutes/objections")
@access.requires("meeting:read")
def object_to(reference: str) -> Response:
    """A member with account objects."""
    actor = access.current_actor()
    try:
        with unit_of_work() as session:
            _seen, minutes = queries.existing(session, actor, reference)
            person = queries.own_person(session, actor, minutes)
            if person is None:
                raise NotPermitted()
            objection = objections.object_to(
                session, actor, access.now(), minutes=minutes, person=person, said=entered(), via="page"
            )
            said = thanks(objection)
    except (InputRefused, StepRefused) as refused:
        return minutes_page.show(queries.find(db.session(), actor, reference), refused)
    flash(said, "success")
    return see_other("minutes.show", reference=reference, _anchor="objections")


@blueprint.route("/<reference>/minutes/objections/new", methods=["GET", "POST"])
@access.requires("meeting:work")
def enter(reference: str) -> Response:
    """The office enters an objection that came by letter or telephone."""
    if request.method != "POST":
        return _behalf_page(reference)
    actor = access.current_actor()
    try:
        with unit_of_work() as session:
            seen, minutes = queries.existing(session, actor, reference)
            require_work(actor, seen.meeting.body)
            person, said = _behalf(session, minutes, _behalf_form(minutes))
            objections.object_to(session, actor, access.now(), minutes=minutes, person=person, said=said, via="office")
    except (InputRefused, StepRefused) as refused:
        return _behalf_page(reference, refused)
    flash(t("Die Einwendung ist eingetragen.", "The objection is entered."), "success")
    return see_other("minutes.show", reference=reference, _anchor="all-objections")


@blueprint.post("/<reference>/minutes/objections/<int:objection_id>/withdraw")
@access.requires("meeting:read")
def withdraw(reference: str, objection_id: int) -> Response:
    """Whoever objected takes it back, or the office writes down that it was."""
    actor = access.current_actor()
    try:
        with unit_of_work() as session:
            _seen, minutes = queries.existing(session, actor, reference)
            objection = objections.find(session, minutes, objection_id)
            by = queries.own_person(session, actor, minutes)
            objections.withdraw(session, actor, access.now(), minutes=minutes, objection=objection, by=by)
    except StepRefused as refused:
        return minutes_page.show(queries.find(db.session(), actor, reference), refused)
    flash(t("Die Einwendung ist zurückgenommen.", "The objection is withdrawn."), "success")
    return see_other("minutes.show", reference=reference, _anchor="objections")


@blueprint.route("/<reference>/minutes/objections/<int:objection_id>", methods=["GET", "POST"])
@access.requires("meeting:work")
def answer(reference: str, objection_id: int) -> Response:
    """The office answers an objection: with an addendum, or with a reason why not."""
    if request.method != "POST":
        return _answer_page(reference, objection_id)
    try:
        if request.form.get("how") == "accepted":
            _accept(reference, objection_id)
        else:
            _refuse(reference, objection_id)
    except (InputRefused, StaleVersion, StepRefused) as refused:
        return _answer_page(reference, objection_id, refused)
    flash(t("Die Einwendung ist beantwortet.", "The objection is answered."), "success")
    return see_other("minutes.show", reference=reference, _anchor="objections")


@blueprint.route("/<reference>/minutes/addenda", methods=["GET", "POST"])
@access.requires("meeting:work")
def add(reference: str) -> Response:
    """A correction without objection: it gets a number and goes to everybody."""
    if request.method != "POST":
        return _addendum_page(reference)
    try:
        correction = files.Correction(
            request.form.get("addendum-text", ""), request.form.get("addendum-block", ""),
            request.form.get("addendum-reason", ""), "addendum-confidential" in request.form,
        )  # fmt: skip
        _seen, minutes = _to_work_on(reference)
        correction = addenda.checked(minutes, correction)
        made = _prepared(minutes, correction)
        with unit_of_work() as session:
            _seen, minutes = queries.existing(session, access.current_actor(), reference)
            addenda.add(
                session, access.current_actor(), access.now(), minutes=minutes, correction=correction, prepared=made
            )
    except (InputRefused, StaleVersion, StepRefused) as refused:
        return _addendum_page(reference, refused)
    flash(t("Der Nachtrag ist versandt.", "The addendum is sent."), "success")
    return see_other("minutes.show", reference=reference, _anchor="addenda")


def entered() -> objections.Said:
    """The objection as it was typed."""
    return objections.Said(request.form.get("objection-text", ""), request.form.get("objection-block", ""))


def thanks(objection: MinutesObjection) -> str:
    """What became of an objection just raised; a late one is told what that means."""
    if objection.in_time:
        return t("Ihre Einwendung ist eingegangen.", "Your objection has been received.")
    return t(f"Ihre Einwendung ist eingegangen. {objections.LATE}",
             "Your objection came after the period. It is kept, and the minutes count nevertheless.")  # fmt: skip


def _accept(reference: str, objection_id: int) -> None:
    """The files are set before the transaction that sends them."""
    actor = access.current_actor()
    _seen, minutes = _to_work_on(reference)
    objection = objections.find(db.session(), minutes, objection_id)
    text, confidential = request.form.get("addendum-text", ""), "addendum-confidential" in request.form
    correction = objections.correction_for(minutes, objection, text, confidential)
    made = _prepared(minutes, correction)
    with unit_of_work() as session:
        _seen, minutes = queries.existing(session, actor, reference)
        objection = objections.find(session, minutes, objection_id)
        objections.accept(
            session, actor, access.now(), minutes=minutes, objection=objection, correction=correction, prepared=made
        )


def _refuse(reference: str, objection_id: int) -> None:
    actor = access.current_actor()
    with unit_of_work() as session:
        _seen, minutes = queries.existing(session, actor, reference)
        objection = objections.find(session, minutes, objection_id)
        reason = request.form.get("refusal-reason", "")
        objections.refuse(session, actor, access.now(), minutes=minutes, objection=objection, reason=reason)


def _prepared(minutes: Minutes, correction: files.Correction) -> files.Prepared:
    return files.prepare(files.collect(db.session(), access.now(), minutes, correction), record_parts.store())


def _to_work_on(reference: str) -> tuple[queries.Seen, Minutes]:
    seen, minutes = queries.existing(db.session(), access.current_actor(), reference)
    require_work(access.current_actor(), seen.meeting.body)
    return seen, minutes


def _behalf_form(minutes: Minutes) -> Any:
    members = [
        (str(one.person.id), one.person.name) for one in recipients(db.session(), minutes.meeting) if not one.guest
    ]
    return forms.behalf_form(t, members, minutes_page.parts(minutes.content), access.today())


def _behalf(session: Session, minutes: Minutes, form: Any) -> tuple[Person, objections.Said]:
    """Whose objection it is and what it says. Raises :class:`InputRefused` by field."""
    form.validate()
    errors = {name: str(said[0]) for name, said in form.errors.items() if name != "csrf_token"}
    chosen = next(
        (one.person for one in recipients(session, minutes.meeting) if str(one.person.id) == form.person.data), None
    )
    if chosen is None:
        errors["person"] = "Wählen Sie, wer die Einwendung erhebt."
    if not errors and form.on.day is None:
        errors["on"] = "Geben Sie an, wann die Einwendung eingegangen ist."
    if errors or chosen is None:
        raise InputRefused(errors)
    return chosen, objections.Said(form.text.data or "", form.block.data or "", form.on.day)


def _behalf_page(reference: str, refused: Refusal | None = None) -> Response:
    seen, minutes = _to_work_on(reference)
    form = _behalf_form(minutes)
    return page(
        "minutes/behalf.html", status=refused.status if refused else 200, minutes=minutes, form=form,
        action=url_for(".enter", reference=reference), **_refused(form, refused), **frame(seen.meeting, seen.standing, "minutes"),
    )  # fmt: skip


def _answer_page(reference: str, objection_id: int, refused: Refusal | None = None) -> Response:
    seen, minutes = _to_work_on(reference)
    objection = objections.find(db.session(), minutes, objection_id)
    refusal, addendum = forms.refusal_form(t), forms.addendum_form(t, None)
    target = addendum if request.form.get("how") == "accepted" else refusal
    about = minutes_page.titles(minutes.content).get(objection.block, t("die ganze Niederschrift", "the whole minutes"))
    return page(
        "minutes/answer.html", status=refused.status if refused else 200, minutes=minutes, objection=objection, about=about,
        refusal=refusal, addendum=addendum, action=url_for(".answer", reference=reference, objection_id=objection_id),
        **_refused(target, refused), **minutes_page.words(), **frame(seen.meeting, seen.standing, "minutes"),
    )  # fmt: skip


def _addendum_page(reference: str, refused: Refusal | None = None) -> Response:
    seen, minutes = _to_work_on(reference)
    form = forms.addendum_form(t, minutes_page.parts(minutes.content))
    return page(
        "minutes/addendum.html", status=refused.status if refused else 200, minutes=minutes, form=form,
        action=url_for(".add", reference=reference), **_refused(form, refused), **frame(seen.meeting, seen.standing, "minutes"),
    )  # fmt: skip


def _refused(form: Any, refused: Refusal | None) -> dict[str, Any]:
    """What a page shows of a refusal: sentences at the fields, or one above them."""
    if isinstance(refused, InputRefused):
        put_errors(form, refused.errors, t)
    pairs = error_pairs(form)
    sentence = refused.sentence if refused is not None and not isinstance(refused, InputRefused) else None
    return {"error_pairs": pairs, "form_errors": bool(pairs), "conflict": sentence}
