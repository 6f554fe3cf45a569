"""Series of meetings: the rule, a preview of the days with a choice for each, the meetings, the end of a series."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from flask import Blueprint, Response, flash, request
from sqlalchemy import select

from ..extensions import db
from ..forms.meetings import day_in, read_errors, reason_form, series_form
from ..models import Body, MeetingSeries
from ..rules.series import in_german
from ..services.meetings import series
from ..services.queries import meetings
from ..services.refusals import InputRefused
from ..services.unit_of_work import unit_of_work
from . import access
from .meeting_answers import attempt, form_context
from .meeting_frame import when
from .meeting_planning import body_choices, chosen_body, read_room, room_choices
from .meetings import state_of
from .rendering import page, see_other, t

blueprint = Blueprint("meeting_series", __name__, url_prefix="/meetings/series")


@blueprint.get("")
@access.requires("meeting:work")
def index() -> Response:
    """All series, running ones first."""
    controllers = sorted(access.current_actor().controllers("meeting:work"))
    wanted = (
        select(MeetingSeries).join(Body, Body.id == MeetingSeries.body_id).where(Body.controller_id.in_(controllers))
    )
    found = db.session().scalars(wanted.order_by(MeetingSeries.ended_at.is_not(None), MeetingSeries.id.desc()))
    return page("meeting_series/index.html", found=[(one, words_of(one)) for one in found])


@blueprint.route("/new", methods=["GET", "POST"])
@access.requires("meeting:work")
def new() -> Response:
    """First the rule, then its days with a choice for each, then the meetings."""
    session, actor = db.session(), access.current_actor()
    bodies = meetings.bodies_to_plan(session, actor, access.today())
    values = {"frequency": "monthly", "by": "weekday", "on_holiday": "move", "kind": "room"}
    form = series_form(t, body_choices(bodies), room_choices(session, bodies), values)

    def show(form: Any, status: int = 200, conflict: str | None = None) -> Response:
        return _new_page(form, status, conflict)

    if request.method != "POST" or "back" in request.form:
        return show(form)
    if "create" not in request.form:
        return attempt(form, lambda: _preview_page(form), show, {"day": "day"})
    return attempt(form, lambda: _create(form), show)


@blueprint.get("/<int:series_id>")
@access.requires("meeting:work")
def show(series_id: int) -> Response:
    """A series with its meetings."""
    session = db.session()
    found = series.series_of(session, access.current_actor(), series_id)
    return page(
        "meeting_series/show.html", series=found, words=words_of(found), meetings=series.meetings_of(session, found), when=when,
        state_of=state_of,
    )  # fmt: skip


@blueprint.route("/<int:series_id>/end", methods=["GET", "POST"])
@access.requires("meeting:work")
def end(series_id: int) -> Response:
    """Ends a series; its planned meetings are called off."""
    series.series_of(db.session(), access.current_actor(), series_id)
    form = reason_form(t, t("Warum endet die Reihe?", "Why does the series end?"))

    def show_form(form: Any, status: int = 200, conflict: str | None = None) -> Response:
        found = series.series_of(db.session(), access.current_actor(), series_id)
        return page("meeting_series/end.html", status=status, series=found, **form_context(form, conflict))

    if request.method != "POST":
        return show_form(form)

    def deed() -> Response:
        with unit_of_work() as session:
            found = series.series_of(session, access.current_actor(), series_id)
            gone = series.end_series(
                session, access.current_actor(), access.now(), series=found, reason=form.reason.data or ""
            )
            number = len(gone)
        german = f"Die Reihe ist beendet, {number} Sitzungen sind abgesagt."
        flash(t(german, f"The series has ended, {number} meetings are called off."), "success")
        return see_other(".show", series_id=series_id)

    return attempt(form, deed, show_form)


def words_of(found: MeetingSeries) -> str:
    """``jeden 2. Dienstag im Monat, 14:00 Uhr``."""
    return in_german(found.rule, found.first_on, time.fromisoformat(found.starts))


def _wanted(form: Any) -> series.Wanted:
    """What was entered. Raises InputRefused by field."""
    errors = read_errors(form, ("day", "until", "begins", "ends"))
    for name, value in (
        ("day", form.day.day),
        ("until", form.until.day),
        ("begins", form.begins.at),
        ("ends", form.ends.at),
    ):
        if value is None:
            errors.setdefault(name, "Diese Angabe fehlt.")
    if errors:
        raise InputRefused(errors)
    begins, ends = form.begins.at, form.ends.at
    return series.Wanted(
        title=(form.title.data or "").strip(), frequency=form.frequency.data, by=form.by.data or "weekday", first_on=form.day.day,
        starts=begins, minutes=(ends.hour - begins.hour) * 60 + ends.minute - begins.minute, until=form.until.day,
        on_holiday=form.on_holiday.data, place=(form.place.data or "").strip(), room=read_room(db.session(), form),
        video_url=(form.video_url.data or "").strip(), kind=form.kind.data or "",
    )  # fmt: skip


def _new_page(form: Any, status: int = 200, conflict: str | None = None) -> Response:
    return page("meeting_series/new.html", status=status, **form_context(form, conflict))


def _preview_page(
    form: Any, status: int = 200, conflict: str | None = None, errors: Mapping[str, str] | None = None
) -> Response:  # fmt: skip
    """The days that the rule gives, each with its choice."""
    chosen_body(db.session(), form.body.data)
    found = series.preview(db.session(), access.now(), _wanted(form))
    chosen, moved = request.form.getlist("take"), "create" in request.form
    rows = [
        {
            "one": one,
            "key": one.planned_on.isoformat(),
            "take": one.planned_on.isoformat() in chosen if moved else not one.skipped,
            "day": request.form.get(f"on-{one.planned_on.isoformat()}") or f"{one.starts_at:%d.%m.%Y}",
            "past": one.starts_at <= access.now(),
            "error": (errors or {}).get(one.planned_on.isoformat()),
        }
        for one in found
    ]
    context = form_context(form, conflict)
    if errors:
        told = [(f"on-{key}" if day_in(key) else "", sentence) for key, sentence in errors.items()]
        context |= {"error_pairs": told, "form_errors": True}
    return page("meeting_series/preview.html", status=status, rows=rows, **context)


def _create(form: Any) -> Response:
    chosen = _choices()
    try:
        with unit_of_work() as session:
            body = chosen_body(session, form.body.data)
            made, planned = series.create_series(
                session, access.current_actor(), access.now(), body=body, wanted=_wanted(form), chosen=chosen
            )
            series_id, number = made.id, len(planned)
    except InputRefused as refused:
        days = {key: sentence for key, sentence in refused.errors.items() if day_in(key) or key == "chosen"}
        if not days:
            raise
        return _preview_page(form, status=422, errors=days)
    flash(t(f"{number} Sitzungen sind geplant.", f"{number} meetings are planned."), "success")
    return see_other(".show", series_id=series_id)


def _choices() -> dict[date, date | None]:
    """For each ticked day the day on which the meeting is held. Raises InputRefused for one that cannot be read."""
    from ..engine.fields import CleanContext, FieldError  # noqa: PLC0415 - only this form reads days by hand
    from ..engine.fields.days import Date  # noqa: PLC0415

    field, found, errors = Date(id="day", label="Tag"), {}, {}
    for key in request.form.getlist("take")[: series.MOST_MEETINGS]:
        planned = day_in(key)
        if planned is None:
            continue
        try:
            iso = field.clean(request.form.get(f"on-{key}", ""), CleanContext())
            found[planned] = date.fromisoformat(iso) if iso else planned
        except FieldError as error:
            errors[key] = str(error)
    if errors:
        raise InputRefused(errors)
    return found
