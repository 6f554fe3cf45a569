"""Checklists: the list of both sides, beginning one, the page of one with its points, and the change of one point."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, request, url_for
from flask.typing import ResponseReturnValue

from ..extensions import db
from ..forms.checklists import begin_form, item_form, read_filters, state_words
from ..forms.records import error_pairs, number_in
from ..models import ClientChecklist
from ..services.advice.directory import advisers_of
from ..services.catalogues import catalogues
from ..services.checklists.access import SERVICE, own_checklist, services_of, visible_checklist
from ..services.checklists.beginning import begin
from ..services.checklists.entries import set_entry, workable_item
from ..services.checklists.pseudonyms import Doubtful, suggestion
from ..services.checklists.refreshing import RESTING
from ..services.editions.telling import notices
from ..services.queries import checklist_page
from ..services.queries import checklists as listing
from ..services.refusals import InputRefused, NotVisible, StaleVersion
from ..services.unit_of_work import unit_of_work
from . import access
from .checklist_frame import frame
from .checklist_office import items_page, list_context
from .checklist_words import put_errors
from .rendering import page, see_other, t, wants_fragment

blueprint = Blueprint("checklists", __name__, url_prefix="/checklists")


@blueprint.get("")
@access.requires("checklist:read")
def index() -> Response:
    """The list: a service's own checklists, and what was shared with the offices of the reader."""
    own, office = access.can("checklist:own"), access.can("checklist:office")
    context = (list_context() if office else {}) | (_own_list() if own else {})
    return page("checklists/index.html", "checklists/_list.html" if own else None, own=own, office=office, **context)


@blueprint.route("/new", methods=["GET", "POST"])
@access.requires("checklist:own")
def new() -> Response:
    """Begins a checklist; the pseudonym that is offered names nobody."""
    services = _services()
    first = services[0][0] if services else ""
    form = begin_form(t, services, _municipalities(), {"pseudonym": suggestion(db.session(), first)})
    if request.method != "POST":
        return _new_page(form)
    try:
        with unit_of_work() as session:
            made = begin(
                session,
                access.current_actor(),
                access.now(),
                organisation=(form.organisation.data or "") if "organisation" in form else first,
                municipality=form.municipality.data or "",
                pseudonym=form.pseudonym.data or "",
                situation={},
                route=None,
                insist=bool(form.insist.data),
            )
            reference = made.record.reference
    except InputRefused as refused:
        put_errors(form, refused.errors)
        return _new_page(form, 422, doubtful=isinstance(refused, Doubtful) and not refused.final)
    flash(t(f"Die Checkliste {reference} ist angelegt.", f"The checklist {reference} has begun."), "success")
    return see_other("checklist_keeping.situation", reference=reference)


@blueprint.get("/<reference>")
@access.requires("checklist:read")
def show(reference: str) -> Response:
    """The points: to work on for the service, to read for the office as far as they were shared."""
    session, actor = db.session(), access.current_actor()
    checklist, sight = visible_checklist(session, actor, reference)
    if sight.side == "office":
        return items_page(reference)
    return page(
        "checklists/show.html",
        found=checklist_page.read(session, checklist, access.today()),
        notices=notices(session, checklist, access.today()),
        only_open=request.args.get("show") == "open",
        resting=checklist.record.state in RESTING,
        states=state_words(t),
        **frame(checklist, sight, ""),
    )


@blueprint.get("/<reference>/items/<item_id>")
@access.requires("checklist:own")
def item(reference: str, item_id: str) -> Response:
    """One point with its form; for htmx its row, opened or (``?closed=1``) closed again."""
    checklist = own_checklist(db.session(), access.current_actor(), reference)
    if wants_fragment() and request.args.get("closed"):
        return _row(checklist, item_id)
    workable_item(checklist, item_id)
    return _item_page(checklist, item_id)


@blueprint.post("/<reference>/items/<item_id>")
@access.requires("checklist:own")
def change_item(reference: str, item_id: str) -> ResponseReturnValue:
    """Notes everything about one point; what a colleague changed meanwhile is shown beside what was entered."""
    actor, now = access.current_actor(), access.now()
    checklist = own_checklist(db.session(), actor, reference)
    workable_item(checklist, item_id)
    form = _form_of(checklist, item_id, entered=True)
    try:
        values = _entered(checklist, item_id, form)
        with unit_of_work() as session:
            checklist = own_checklist(session, actor, reference)
            set_entry(session, actor, now, checklist, item_id, **values)
    except InputRefused as refused:
        put_errors(form, refused.errors)
        return _again(reference, item_id, form, doubtful=isinstance(refused, Doubtful) and not refused.final)
    except StaleVersion:
        return _again(reference, item_id, form, stale=True)
    if wants_fragment():
        return _row(own_checklist(db.session(), actor, reference), item_id, saved=True)
    flash(t(f"Punkt {item_id} ist gespeichert.", f"Item {item_id} is saved."), "success")
    return see_other(".show", reference=reference, _anchor=f"item-{item_id}")


def _own_list() -> dict[str, Any]:
    session, actor, today = db.session(), access.current_actor(), access.today()
    people = {str(one.id): one.name for name, _ in _services() for one in advisers_of(session, name, today)}
    filters = read_filters(request.args, listing.VIEWS, _municipalities(), list(people.items()))
    wanted = listing.Wanted(filters.view, filters.q, filters.municipality, number_in(filters.adviser))  # type: ignore[arg-type]
    shown = listing.page_of(session, actor, today, wanted, request.args.get("after"))
    plain = not filters.query() and not request.args.get("after")
    return {
        "filters": filters,
        "shown": shown,
        "due": listing.due_first(session, actor, today) if plain else (),
        "counts": listing.counts(session, actor, today),
        "municipalities": _municipalities(),
        "town_names": dict(_municipalities()),
        "service_names": dict(_services()),
        "people": list(people.items()),
        "first_page": not request.args.get("after"),
        "next_url": url_for(".index") + "?" + _with_key(filters.query(), shown.next_key) if shown.next_key else None,
    }


def _with_key(query: str, key: str) -> str:
    from urllib.parse import urlencode  # noqa: PLC0415 - one use

    return "&".join(part for part in (query, urlencode({"after": key})) if part)


def _services() -> list[tuple[str, str]]:
    lists = catalogues(db.session())
    return [(one, lists.label("organisations", one) or one) for one in sorted(services_of(access.current_actor()))]


def _municipalities() -> list[tuple[str, str]]:
    return [(one.value, one.label) for one in catalogues(db.session()).options("municipalities")]


def _new_page(form: Any, status: int = 200, *, doubtful: bool = False) -> Response:
    pairs = error_pairs(form)
    return page(
        "checklists/new.html", status=status, form=form, error_pairs=pairs, form_errors=bool(pairs), doubtful=doubtful
    )


def _point(checklist: ClientChecklist, item_id: str) -> tuple[checklist_page.ChecklistPage, checklist_page.Point]:
    found = checklist_page.read(db.session(), checklist, access.today())
    point = found.point(item_id)
    if point is None:
        raise NotVisible()
    return found, point


def _row(checklist: ClientChecklist, item_id: str, *, saved: bool = False) -> Response:
    """The closed row; after a change with the progress of section and whole beside it."""
    found, point = _point(checklist, item_id)
    return page(
        "checklists/_row_swap.html",
        found=found,
        point=point,
        saved=saved,
        states=state_words(t),
        resting=checklist.record.state in RESTING,
        **frame(checklist, SERVICE, ""),
    )


def _form_of(checklist: ClientChecklist, item_id: str, *, entered: bool) -> Any:
    _, point = _point(checklist, item_id)
    entry = point.entry
    papers = [(str(number), one.text) for number, one in enumerate(point.papers)][: len(point.item.evidence)]
    people = advisers_of(db.session(), checklist.organisation, access.today())
    values = {
        "state": entry.state if entry else "open",
        "reason": entry.reason if entry else "",
        "seen": [str(number) for number, one in enumerate(point.papers) if one.seen_on],
        "note": entry.note if entry else "",
        "follow_up_on": entry.follow_up_on if entry else None,
        "adviser_id": str(entry.adviser_id or "") if entry else "",
        "row_version": str(point.row_version),
    }
    return item_form(t, item_id, papers, [(str(one.id), one.name) for one in people], values, entered=entered)


def _entered(checklist: ClientChecklist, item_id: str, form: Any) -> dict[str, Any]:
    """What was entered, as the service takes it; raises InputRefused for days that cannot be read."""
    _, point = _point(checklist, item_id)
    days: dict[str, date | None] = {}
    for name in ("seen_on", "follow_up_on"):
        if name in form:
            if not form[name].validate(form):
                sentence, form[name].errors = form[name].errors[0], []
                raise InputRefused({name: sentence})
            days[name] = form[name].day
    evidence = {}
    for number, paper in enumerate(point.papers[: len(point.item.evidence)]):
        if "seen" in form and str(number) in (form.seen.data or []):
            evidence[paper.name] = paper.seen_on or days.get("seen_on") or access.today()
    return {
        "state": form.state.data or "",
        "reason": form.reason.data or "",
        "evidence": evidence,
        "note": form.note.data or "",
        "follow_up_on": days["follow_up_on"],
        "adviser_id": number_in(form.adviser_id.data),
        "row_version": number_in(form.row_version.data) or 0,
        "insist": bool(form.insist.data),
    }


def _again(reference: str, item_id: str, form: Any, *, doubtful: bool = False, stale: bool = False) -> Response:
    checklist = own_checklist(db.session(), access.current_actor(), reference)
    if stale:
        form.row_version.data = str(_point(checklist, item_id)[1].row_version)
    return _item_page(checklist, item_id, form, status=422, doubtful=doubtful, stale=stale)


def _item_page(
    checklist: ClientChecklist,
    item_id: str,
    form: Any = None,
    *,
    status: int = 200,
    doubtful: bool = False,
    stale: bool = False,
) -> Response:
    found, point = _point(checklist, item_id)
    form = form or _form_of(checklist, item_id, entered=False)
    pairs = error_pairs(form)
    return page(
        "checklists/item.html",
        "checklists/_item_form.html",
        status=status,
        found=found,
        point=point,
        form=form,
        error_pairs=pairs,
        form_errors=bool(pairs) or stale,
        doubtful=doubtful,
        stale=stale,
        states=state_words(t),
        **frame(checklist, SERVICE, "items"),
    )
