"""Briefings of the naturalisation offices: what is coming, one's own place in it, certificates, and who lacks one."""

from __future__ import annotations

from flask import Blueprint, Response, flash, make_response, request

from ..documents.pdf import render_pdf
from ..extensions import db
from ..forms.records import number_in
from ..services.advice import briefing_places, certificates
from ..services.advice.briefings import WORK, advises, visible_briefing
from ..services.checklists.access import services_of
from ..services.queries import briefings as queries
from ..services.receipts import FONTS
from ..services.unit_of_work import unit_of_work
from . import access
from .briefing_frame import crumbs, office_id, words
from .rendering import page, see_other, t

blueprint = Blueprint("briefings", __name__, url_prefix="/briefings")


@blueprint.get("")
@access.requires("briefing:read")
def index() -> Response:
    """What is coming and what was; advisers read first where they were not briefed on the edition in effect."""
    session, actor, now = db.session(), access.current_actor(), access.now()
    return page(
        "briefings/index.html",
        coming=queries.coming(session, actor, now),
        past=queries.past(session, actor, now),
        standing=queries.standing(session, actor, now),
        works=bool(actor.controllers(WORK)),
        advises=advises(actor),
        now=now,
        **words(),
    )


@blueprint.get("/coverage")
@access.requires("briefing:work")
def coverage() -> Response:
    """Who was not briefed on an edition, by service and person."""
    shown = queries.coverage(
        db.session(), access.current_actor(), access.now(), controller_id=office_id(),
        edition_id=number_in(request.args.get("edition")),
    )  # fmt: skip
    return page("briefings/coverage.html", shown=shown, crumbs=crumbs(), **words())


@blueprint.get("/<int:briefing_id>")
@access.requires("briefing:read")
def show(briefing_id: int) -> Response:
    """One briefing; the people in it are shown to its office only."""
    session, actor = db.session(), access.current_actor()
    briefing = visible_briefing(session, actor, briefing_id)
    shown = queries.page_of(session, actor, briefing)
    own = shown.line.own
    return page(
        "briefings/show.html",
        briefing=briefing,
        shown=shown,
        own=own,
        waits=briefing_places.waits(briefing, own) if own is not None else 0,
        services=queries.names_of(session, set(services_of(actor))) if advises(actor) else {},
        open=briefing.state == "planned" and briefing.starts_at > access.now(),
        begun=briefing.starts_at <= access.now(),
        crumbs=crumbs(),
        **words(),
    )


@blueprint.post("/<int:briefing_id>/register")
@access.requires("checklist:own")
def register(briefing_id: int) -> Response:
    """Takes a place, or one on the waiting list."""
    with unit_of_work() as session:
        actor = access.current_actor()
        briefing = visible_briefing(session, actor, briefing_id, lock=True)
        place = briefing_places.register(
            session, actor, access.now(), briefing, organisation=request.form.get("organisation") or None
        )
        waiting = briefing_places.waits(briefing, place)
    if waiting:
        flash(
            t("Alle Plätze sind vergeben. Sie stehen auf der Warteliste an Stelle {}.",
              "All places are taken. You are number {} on the waiting list.").format(waiting), "warning",
        )  # fmt: skip
    else:
        flash(
            t("Sie sind angemeldet. Der Kalendereintrag kommt per E-Mail.",
              "You are registered. The calendar entry comes by mail."), "success",
        )  # fmt: skip
    return see_other(".show", briefing_id=briefing_id)


@blueprint.post("/<int:briefing_id>/places/<int:place_id>/give-up")
@access.requires("briefing:read")
def give_up(briefing_id: int, place_id: int) -> Response:
    """Ends one's own registration, or another one as the office."""
    with unit_of_work() as session:
        actor = access.current_actor()
        briefing = visible_briefing(session, actor, briefing_id, lock=True)
        place = briefing_places.place_by_id(briefing, place_id)
        briefing_places.give_up(session, actor, access.now(), briefing, place)
        own = place.user_id == actor.user_id
        name = place.name
    own_words = t("Sie sind abgemeldet.", "Your registration has ended.")
    flash(own_words if own else t("{} ist abgemeldet.", "{} is no longer registered.").format(name), "success")
    return see_other(".show", briefing_id=briefing_id)


@blueprint.get("/<int:briefing_id>/places/<int:place_id>/certificate.pdf")
@access.requires("briefing:read")
def certificate(briefing_id: int, place_id: int) -> Response:
    """The certificate of attendance, for the person and for the office."""
    session, actor = db.session(), access.current_actor()
    briefing = visible_briefing(session, actor, briefing_id)
    place = briefing_places.place_by_id(briefing, place_id)
    html = certificates.certificate_html(session, actor, access.now(), briefing, place)
    title = f"Teilnahmebescheinigung {place.certificate}"
    response = make_response(render_pdf(html, title=title, fonts=FONTS))
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{place.certificate}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
