"""Similar reports beside a record: the list, the coordination's verdicts, and the way to a common theme."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, request
from sqlalchemy.orm import Session

from ..extensions import db
from ..permissions import may
from ..services import similar_reports
from ..services.queries.record_page import Seen
from ..services.queries.similar_reports import FEW, MANY, similar_to
from ..services.refusals import NotVisible
from ..services.unit_of_work import unit_of_work
from . import access, record_parts
from .rendering import language, page, see_other, t, wants_fragment

blueprint = Blueprint("similar", __name__, url_prefix="/records/<reference>/similar")
VERDICTS = {"yes": True, "no": False, "forget": None}


@blueprint.get("")
@access.requires("inbox:read")
def show(reference: str) -> Response:
    """The reports most like this one; ``?count=10`` for more."""
    return _page(_full(db.session(), reference))


@blueprint.post("/<other>")
@access.requires("record:work")
def judge(reference: str, other: str) -> Response:
    """Remembers "ähnlich" or "nicht ähnlich" for two reports, or takes it back; a second click changes nothing."""
    asked = request.form.get("verdict", "")
    if asked not in VERDICTS:
        raise NotVisible()
    with unit_of_work() as session:
        first, second = _full(session, reference).record, _full(session, other).record
        similar_reports.verdict(
            session, access.current_actor(), access.now(), first=first, second=second, similar=VERDICTS[asked]
        )
    said = _said(asked, other)
    if wants_fragment():
        return _page(_full(db.session(), reference), said)
    flash(said, "success")
    return see_other(".show", reference=reference, count=_count())


@blueprint.post("/theme")
@access.requires("record:work")
def group(reference: str) -> Response:
    """On to a new theme from this report and the ticked ones."""
    chosen = dict.fromkeys([_full(db.session(), reference).record.reference, *request.form.getlist("report")])
    return redirect(f"{request.script_root}/themes/new?reports={','.join(chosen)}", 303)  # type: ignore[return-value]


def _full(session: Session, reference: str) -> Seen:
    """The record, for whoever reads it in full; for others it does not exist here."""
    seen = record_parts.look(session, reference)
    if not seen.full:
        raise NotVisible()
    return seen


def _count() -> int:
    return MANY if request.values.get("count") == str(MANY) else FEW


def _page(seen: Seen, said: str = "") -> Response:
    actor, count = access.current_actor(), _count()
    part = similar_to(db.session(), actor, seen, count=count, language=language())
    return page(
        "records/similar.html",
        "records/_similar.html",
        record=seen.record,
        part=part,
        count=count,
        many=MANY,
        works=may(actor, "record:work", seen.record.controller_id),
        said=said,
    )


def _said(asked: str, other: str) -> str:
    return {
        "yes": t(f"{other} gilt jetzt als ähnlich.", f"{other} counts as similar now."),
        "no": t(f"{other} gilt jetzt als nicht ähnlich.", f"{other} counts as not similar now."),
        "forget": t(f"Das Urteil über {other} ist zurückgenommen.", f"The verdict on {other} is taken back."),
    }[asked]
