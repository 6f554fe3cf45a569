"""Proposed themes: groups of reports that belong together and form no theme yet, and what the coordination says of them."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, flash, request
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ..extensions import db
from ..models import Record
from ..services import similar_reports
from ..services.queries.theme_proposals import proposals
from ..services.refusals import InputRefused, NotVisible
from ..services.unit_of_work import unit_of_work
from . import access
from .rendering import language, page, see_other, t, wants_fragment

blueprint = Blueprint("theme_proposals", __name__, url_prefix="/themes/proposals")
MOST_NAMED = 1000


@blueprint.get("")
@access.requires("theme:read")
def index() -> Response:
    """The groups, best first."""
    return _page()


@blueprint.post("/apart")
@access.requires("theme:work")
def set_apart() -> Response:
    """Says of one report that it does not belong to the others of its group."""
    with unit_of_work() as session:
        records = _group(session)
        chosen = next((one for one in records if one.reference == request.form.get("report")), None)
        if chosen is None:
            raise InputRefused(
                {"report": t("Diese Meldung gehört nicht zur Gruppe.", "This report is not in the group.")}
            )
        similar_reports.set_apart(session, access.current_actor(), access.now(), record=chosen, others=records)
        name = chosen.reference
    return _done(t(f"{name} gehört nicht mehr zu dieser Gruppe.", f"{name} is no longer in this group."))


@blueprint.post("/dismiss")
@access.requires("theme:work")
def dismiss() -> Response:
    """Proposes a group no more, unless further reports join it."""
    with unit_of_work() as session:
        similar_reports.dismiss_group(session, access.current_actor(), access.now(), records=_group(session))
    return _done(
        t(
            "Die Gruppe wird nicht mehr vorgeschlagen, solange keine weiteren Meldungen dazukommen.",
            "The group is proposed no more unless further reports join it.",
        )
    )


def _group(session: Session) -> Sequence[Record]:
    """The posted group; who may do this to its records is judged by the service."""
    named = list(dict.fromkeys(request.form.get("group", "").split(",")))[:MOST_NAMED]
    wanted = select(Record).where(Record.reference.in_(named)).options(joinedload(Record.process))
    found = session.scalars(wanted.order_by(Record.id)).all()
    if len(found) < 2:
        raise NotVisible()
    return found


def _page(said: str = "") -> Response:
    shown = proposals(db.session(), access.current_actor(), access.now(), language=language())
    return page(
        "themes/proposals.html",
        "themes/_proposals.html",
        shown=shown,
        works=access.can("theme:work"),
        said=said,
    )


def _done(said: str) -> Response:
    if wants_fragment():
        return _page(said)
    flash(said, "success")
    return see_other(".index")
