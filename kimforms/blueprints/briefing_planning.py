"""Planning briefings, for the office's staff: new, moved, called off, invitations, people without account, attendance."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, request

from ..extensions import db
from ..forms.briefings import briefing_form, person_form, reason_form
from ..forms.meetings import local_values, read_errors
from ..forms.records import number_in
from ..rules.series import local
from ..services.advice import briefing_places, briefings
from ..services.advice.briefings import BriefingData, own_briefing, registered
from ..services.queries.briefings import page_of, published_of
from ..services.refusals import InputRefused
from ..services.unit_of_work import unit_of_work
from . import access
from .briefing_frame import attempt, crumbs, edition_label, form_page, office_id, words
from .rendering import page, see_other, t

blueprint = Blueprint("briefing_planning", __name__, url_prefix="/briefings")
HERE = "briefings.show"


@blueprint.route("/new", methods=["GET", "POST"])
@access.requires("briefing:work")
def new() -> Response:
    """A new briefing, of which nobody is told yet."""
    form = briefing_form(t, _editions(office_id()), {})
    missing = not form.edition.choices
    lead = t("Veröffentlichen Sie zuerst eine Fassung der Checkliste.", "First publish an edition of the checklist.")

    def show(form: Any, **more: Any) -> Response:
        return form_page(form, title=t("Schulung planen", "Plan a briefing"), submit=t("Anlegen", "Create"),
                         lead=lead if missing else "", **more)  # fmt: skip

    def make() -> Response:
        with unit_of_work() as session:
            made = briefings.plan(
                session, access.current_actor(), access.now(), _data(form), controller_id=office_id()
            ).id
        flash(
            t("Die Schulung ist geplant. Laden Sie nun ein.", "The briefing is planned. Now send the invitations."),
            "success",
        )
        return see_other(HERE, briefing_id=made)

    return attempt(form, make, show) if request.method == "POST" else show(form)


@blueprint.route("/<int:briefing_id>/edit", methods=["GET", "POST"])
@access.requires("briefing:work")
def edit(briefing_id: int) -> Response:
    """Another time, place, edition, text or number of places."""
    briefing = own_briefing(db.session(), access.current_actor(), briefing_id)
    form = briefing_form(t, _editions(briefing.controller_id, briefing.edition), _values(briefing))
    version = request.form.get("row_version") or str(briefing.row_version)
    told = t("Wer einen Platz hat, bekommt bei anderer Zeit, anderem Ort oder Text den neuen Kalendereintrag.",
             "Whoever has a place gets the new calendar entry for another time, place or text.")  # fmt: skip

    def show(form: Any, **more: Any) -> Response:
        return form_page(form, title=t("Schulung ändern", "Change the briefing"), submit=t("Speichern", "Save"),
                         briefing=briefing, consequences=(told,), row_version=version, **more)  # fmt: skip

    def change() -> Response:
        with unit_of_work() as session:
            held = own_briefing(session, access.current_actor(), briefing_id, lock=True)
            briefings.change(
                session, access.current_actor(), access.now(), held, _data(form), row_version=number_in(version)
            )
        flash(t("Die Schulung ist geändert.", "The briefing has been changed."), "success")
        return see_other(HERE, briefing_id=briefing_id)

    return attempt(form, change, show) if request.method == "POST" else show(form)


@blueprint.post("/<int:briefing_id>/invite")
@access.requires("briefing:work")
def invite(briefing_id: int) -> Response:
    """Invites the advisers of all services concerned who have no place."""
    with unit_of_work() as session:
        actor = access.current_actor()
        held = own_briefing(session, actor, briefing_id, lock=True)
        number = briefings.invite(session, actor, access.now(), held)
    flash(t("{} Einladungen gehen hinaus.", "{} invitations go out.").format(number), "success")
    return see_other(HERE, briefing_id=briefing_id)


@blueprint.route("/<int:briefing_id>/cancel", methods=["GET", "POST"])
@access.requires("briefing:work")
def cancel(briefing_id: int) -> Response:
    """Calls a briefing off."""
    briefing = own_briefing(db.session(), access.current_actor(), briefing_id)
    form = reason_form(t)
    number = len(registered(briefing))
    told = t("{} angemeldete Personen bekommen die Absage; der Kalendereintrag verschwindet.",
             "{} registered people are told; the calendar entry disappears.").format(number)  # fmt: skip

    def show(form: Any, **more: Any) -> Response:
        return form_page(form, title=t("Schulung absagen", "Call off the briefing"), submit=t("Absagen", "Call off"),
                         briefing=briefing, consequences=(told,), danger=True, **more)  # fmt: skip

    def deed() -> Response:
        with unit_of_work() as session:
            held = own_briefing(session, access.current_actor(), briefing_id, lock=True)
            briefings.cancel(session, access.current_actor(), access.now(), held, reason=form.reason.data or "")
        flash(t("Die Schulung ist abgesagt.", "The briefing is called off."), "success")
        return see_other(HERE, briefing_id=briefing_id)

    return attempt(form, deed, show) if request.method == "POST" else show(form)


@blueprint.route("/<int:briefing_id>/people", methods=["GET", "POST"])
@access.requires("briefing:work")
def add(briefing_id: int) -> Response:
    """Somebody without account."""
    briefing = own_briefing(db.session(), access.current_actor(), briefing_id)
    form = person_form(t)

    def show(form: Any, **more: Any) -> Response:
        return form_page(form, title=t("Person eintragen", "Enter a person"), submit=t("Eintragen", "Enter"),
                         briefing=briefing, **more)  # fmt: skip

    def enter() -> Response:
        with unit_of_work() as session:
            held = own_briefing(session, access.current_actor(), briefing_id, lock=True)
            place = briefing_places.add_person(
                session, access.current_actor(), access.now(), held, name=form.name.data or "",
                organisation=form.organisation.data or "", email=form.email.data or "",
            )  # fmt: skip
            name, waiting = place.name, briefing_places.waits(held, place)
        waits = t("{} steht auf der Warteliste.", "{} is on the waiting list.")
        flash((waits if waiting else t("{} ist angemeldet.", "{} is registered.")).format(name), "success")
        return see_other(HERE, briefing_id=briefing_id)

    return attempt(form, enter, show) if request.method == "POST" else show(form)


@blueprint.route("/<int:briefing_id>/attendance", methods=["GET", "POST"])
@access.requires("briefing:work")
def attendance(briefing_id: int) -> Response:
    """Who was there. Certificates follow from it."""
    session, actor = db.session(), access.current_actor()
    briefing = own_briefing(session, actor, briefing_id)
    if request.method != "POST":
        shown = page_of(session, actor, briefing)
        return page("briefings/attendance.html", briefing=briefing, shown=shown, people=registered(briefing),
                    crumbs=crumbs(briefing), **words())  # fmt: skip
    there = [found for one in request.form.getlist("attended") if (found := number_in(one)) is not None]
    with unit_of_work() as work:
        held = own_briefing(work, actor, briefing_id, lock=True)
        version = number_in(request.form.get("row_version"))
        number = briefing_places.record_attendance(work, actor, access.now(), held, there, row_version=version)
    flash(t("Teilnahme eingetragen: {} waren da.", "Attendance noted: {} were there.").format(number), "success")
    return see_other(HERE, briefing_id=briefing_id)


def _editions(controller_id: int, also: Any = None) -> list[tuple[str, str]]:
    found = published_of(db.session(), controller_id)
    if also is not None and also not in found:
        found.append(also)
    return [(str(one.id), edition_label(one)) for one in found]


def _values(briefing: Any) -> dict[str, Any]:
    shown = {name: getattr(briefing, name) for name in ("title", "place", "video_url", "text")}
    times = local_values(briefing.starts_at, briefing.ends_at)
    return shown | times | {"edition": str(briefing.edition_id), "capacity": str(briefing.capacity or "")}


def _data(form: Any) -> BriefingData:
    """What was typed. Raises :class:`InputRefused` for a day or time that is missing or cannot be read."""
    errors = read_errors(form, ("day", "begins", "ends"))
    if form.day.day is None:
        errors.setdefault("day", "Geben Sie den Tag der Schulung ein.")
    if form.begins.at is None:
        errors.setdefault("begins", "Geben Sie an, wann die Schulung beginnt.")
    if form.ends.at is None:
        errors.setdefault("ends", "Geben Sie an, wann sie endet.")
    if errors:
        raise InputRefused(errors)
    typed = (form.capacity.data or "").strip()
    return BriefingData(
        title=form.title.data or "", starts_at=local(form.day.day, form.begins.at),
        ends_at=local(form.day.day, form.ends.at), edition_id=number_in(form.edition.data) or 0,
        text=form.text.data or "", place=form.place.data or "", video_url=form.video_url.data or "",
        capacity=(number_in(typed) or 0) if typed else None,
    )  # fmt: skip
