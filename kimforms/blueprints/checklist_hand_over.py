"""The hand-over of a checklist: the service sends it, the office confirms, reports and returns; its papers for both."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, make_response

from ..extensions import db
from ..forms.checklist_exchange import gaps_in, hand_over_form, milestone_form, return_form
from ..forms.records import error_pairs
from ..models import ClientChecklist, HandOver
from ..services.checklists import hand_over as handing
from ..services.checklists import hand_over_papers, milestones, returning
from ..services.checklists.access import Sight, own_checklist, visible_checklist
from ..services.checklists.pseudonyms import Doubtful
from ..services.naturalisation_office import settings_of
from ..services.queries import checklist_exchange
from ..services.refusals import InputRefused, NotVisible
from ..services.unit_of_work import unit_of_work
from . import access
from .checklist_frame import frame
from .checklist_office import looked_at
from .checklist_words import put_errors
from .rendering import page, see_other, t

blueprint = Blueprint("checklist_hand_over", __name__, url_prefix="/checklists/<reference>/hand-over")


@blueprint.get("")
@access.requires("checklist:read")
def show(reference: str) -> Response:
    """What a hand-over means now, or where the last one stands."""
    checklist, sight = _whole(*looked_at(reference))
    return _hand_over_page(checklist, sight)


@blueprint.post("")
@access.requires("checklist:own")
def send(reference: str) -> Response:
    """Hands the checklist over."""
    actor, form = access.current_actor(), hand_over_form(t, wanted=True)
    try:
        with unit_of_work() as session:
            checklist = own_checklist(session, actor, reference)
            insist = bool(form.insist.data)
            handing.hand_over(session, actor, access.now(), checklist, reason=form.reason.data or "", insist=insist)
    except InputRefused as refused:
        put_errors(form, refused.errors)
        checklist, sight = visible_checklist(db.session(), actor, reference)
        return _hand_over_page(checklist, sight, form, status=422, doubtful=isinstance(refused, Doubtful))
    flash(t("Die Checkliste ist verwiesen.", "The checklist is handed over."), "success")
    return see_other(".show", reference=reference)


@blueprint.post("/milestones")
@access.requires("checklist:office")
def report(reference: str) -> Response:
    """The office confirms receipt or reports how far it is."""
    actor, form = access.current_actor(), milestone_form(t, ())
    try:
        with unit_of_work() as session:
            checklist, _ = visible_checklist(session, actor, reference)
            milestones.report(session, actor, access.now(), checklist, kind=form.kind.data or "",
                              on=_day(form), note=form.note.data or "", insist=bool(form.insist.data))  # fmt: skip
    except InputRefused as refused:
        checklist, sight = visible_checklist(db.session(), actor, reference)
        form = milestone_form(t, _kinds(checklist))
        put_errors(form, refused.errors)
        return _hand_over_page(checklist, sight, form, status=422, doubtful=isinstance(refused, Doubtful))
    flash(t("Der Stand ist gemeldet.", "The state is reported."), "success")
    if form.kind.data == "decided":
        return see_other("checklists.index")
    return see_other(".show", reference=reference)


@blueprint.get("/return")
@access.requires("checklist:office")
def consider_return(reference: str) -> Response:
    """The form with all items that apply."""
    checklist, sight = _whole(*looked_at(reference))
    return _return_page(checklist, sight, _return_form(checklist, sight))


@blueprint.post("/return")
@access.requires("checklist:office")
def send_back(reference: str) -> Response:
    """Returns the hand-over with what is missing."""
    actor = access.current_actor()
    checklist, sight = _whole(*visible_checklist(db.session(), actor, reference))
    form = _return_form(checklist, sight)
    try:
        with unit_of_work() as session:
            checklist, _ = visible_checklist(session, actor, reference)
            returning.return_hand_over(session, actor, access.now(), checklist, reason=form.reason.data or "",
                                       gaps=gaps_in(form), note=form.note.data or "",
                                       insist=bool(form.insist.data))  # fmt: skip
    except InputRefused as refused:
        put_errors(form, refused.errors)
        checklist, sight = visible_checklist(db.session(), actor, reference)
        return _return_page(checklist, sight, form, status=422, doubtful=isinstance(refused, Doubtful))
    flash(t("Der Verweis ist zurückgegeben.", "The hand-over is returned."), "success")
    return see_other("checklists.index")


@blueprint.get("/<int:number>/sheet.pdf")
@access.requires("checklist:read")
def print_pdf(reference: str, number: int) -> Response:
    """Cover sheet and list of documents, with the JSON inside."""
    made = _one(reference, number, "pdf")
    return _file(hand_over_papers.pdf_of(made), "application/pdf", hand_over_papers.file_name(made, "pdf"))


@blueprint.get("/<int:number>/data.json")
@access.requires("checklist:read")
def read_json(reference: str, number: int) -> Response:
    """The same for programs."""
    made = _one(reference, number, "json")
    return _file(hand_over_papers.json_of(made), "application/json", hand_over_papers.file_name(made, "json"))


def _whole(checklist: ClientChecklist, sight: Sight) -> tuple[ClientChecklist, Sight]:
    """Refuses an office that only sees single items."""
    if not sight.whole:
        raise NotVisible()
    return checklist, sight


def _one(reference: str, number: int, what: Any) -> HandOver:
    """A hand-over for whoever sees the whole; a look of the office is kept."""
    _whole(*visible_checklist(db.session(), access.current_actor(), reference))
    checklist, _ = looked_at(reference, what)
    found = next((one for one in handing.hand_overs(db.session(), checklist) if one.number == number), None)
    if found is None:
        raise NotVisible()
    return found


def _file(content: bytes, kind: str, name: str) -> Response:
    response = make_response(content)
    response.mimetype = kind
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _day(form: Any) -> date | None:
    """The day that was entered; raises InputRefused for one that cannot be read."""
    if not form.on.validate(form):
        sentences, form.on.errors = form.on.errors, []
        raise InputRefused({"on": sentences[0]})
    day: date | None = form.on.day
    return day


def _kinds(checklist: ClientChecklist) -> list[tuple[str, str]]:
    english = {
        "received": "received",
        "examining": "being examined",
        "requested": "more requested",
        "decided": "decided",
    }
    return [(kind, t(milestones.KINDS[kind], english[kind])) for kind in milestones.possible(checklist)]


def _return_form(checklist: ClientChecklist, sight: Sight) -> Any:
    english = ("papers are missing", "a condition is not met", "details are unclear", "another authority is responsible",
               "another reason")  # fmt: skip
    reasons = [(key, t(de, en)) for (key, de), en in zip(returning.REASONS.items(), english, strict=True)]
    items = [
        (one.item.id, f"{one.item.id} {one.item.title}")
        for _, group in checklist_exchange.items_for_office(checklist, sight, access.today())
        for one in group
        if one.item.kind != "hinweis"  # a remark lacks nothing
    ]
    return return_form(t, reasons, items)


def _hand_over_page(
    checklist: ClientChecklist, sight: Sight, form: Any = None, *, status: int = 200, doubtful: bool = False
) -> Response:
    session, now, service = db.session(), access.now(), sight.side == "service"
    ahead = handing.prepare(session, now, checklist)
    made = handing.hand_overs(session, checklist)
    kinds = [] if service or not made or made[0].state not in ("sent", "received") else _kinds(checklist)
    if form is None:
        form = hand_over_form(t, wanted=bool(ahead.reason_wanted)) if service else milestone_form(t, kinds)
    pairs = error_pairs(form)
    return page(
        "checklists/hand_over.html",
        status=status,
        ahead=ahead,
        open_lines=checklist_exchange.in_the_way(checklist, ahead.readiness, access.today()) if service else [],
        made=made,
        kinds=kinds,
        milestone_words={kind: t(words, kind) for kind, words in milestones.KINDS.items()},
        return_words=returning.REASONS,
        reviews={entry.item_id: entry.review for entry in checklist.entries if entry.review},
        office=settings_of(session, checklist.record.controller_id, now),
        form=form,
        doubtful=doubtful,
        error_pairs=pairs,
        form_errors=bool(pairs),
        **frame(checklist, sight, "hand-over"),
    )


def _return_page(
    checklist: ClientChecklist, sight: Sight, form: Any, *, status: int = 200, doubtful: bool = False
) -> Response:
    pairs = error_pairs(form)
    return page(
        "checklists/return.html",
        status=status,
        form=form,
        doubtful=doubtful,
        error_pairs=pairs,
        form_errors=bool(pairs),
        **frame(checklist, sight, "hand-over"),
    )
