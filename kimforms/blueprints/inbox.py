"""The inbox: the list with filters, saved views, deeds on several records, exports."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, Response, flash, redirect, request, send_file

from ..extensions import db
from ..forms.inbox import Read, bulk_form, chosen_label, normal_query, read_filters, read_selection, view_form
from ..services import bulk, exports, views
from ..services.catalogues import catalogues
from ..services.queries import inbox as listing
from ..services.queries.inbox_sources import quick_transitions
from ..services.queries.similar_reports import hints
from ..services.refusals import InputRefused
from ..services.search import is_reference
from ..services.unit_of_work import unit_of_work
from . import access
from .inbox_words import Words
from .rendering import language, page, refusal_page, see_other, t, wants_fragment

blueprint = Blueprint("inbox", __name__, url_prefix="/inbox")


@blueprint.get("")
@access.requires("inbox:read")
def index() -> Response:
    """The list. The address holds the view; a reference in the search leads to its record at once."""
    inbox = _open("inbox:read")
    read = read_filters(request.args, inbox.choices)
    if read.filters.q and is_reference(read.filters.q):
        found = listing.find_reference(db.session(), inbox, read.filters.q)
        if found and not wants_fragment():
            return redirect(f"{request.script_root}/records/{found}", 303)  # type: ignore[return-value]
    view = inbox.view(access.current_actor(), read.filters, access.now())
    shown = listing.read_page(
        db.session(), inbox, view, after=request.args.get("after"), before=request.args.get("before")
    )
    response = page("inbox/index.html", "inbox/_results.html", **_context(inbox, read, shown))
    if wants_fragment() and not request.args.keys() & {"after", "before"}:
        response.headers["HX-Push-Url"] = Words(inbox, read).url(read.filters.query())
    return response


@blueprint.post("/bulk")
@access.requires("inbox:work")
def work_on_several() -> Response:
    """Does one deed to each ticked record and reports item by item; a step of the workflow is shown first.

    Answered without a redirect, since the report belongs to this request; sent twice, stale versions are refused.
    """
    inbox = _open("inbox:work")
    form = bulk_form(t, inbox.sources.people, quick_transitions(inbox.sources, language()))
    selection = read_selection(request.form.getlist("record"))
    back = normal_query(request.form.get("query", ""), inbox.choices)
    problem = _bulk_problem(form, bool(selection.chosen))
    if problem:
        flash(problem, "warning")
        return redirect(f"{request.script_root}/inbox{'?' if back else ''}{back}", 303)  # type: ignore[return-value]
    chosen = dict(selection.chosen)
    if form.deed.data == "theme":
        return see_other("themes.new", reports=",".join(chosen))
    common: dict[str, Any] = {"back": back, "selection": selection, "form": form, "deed": form.deed.data}
    if form.deed.data == "transition" and form.confirmed.data != "yes":
        actor, step = access.current_actor(), form.transition.data
        foreseen = bulk.foresee(db.session(), actor, access.now(), chosen=chosen, transition_id=step, say=t)
        return page("inbox/confirm.html", outcomes=foreseen, step=chosen_label(form.transition), **common)
    outcomes = bulk.in_turn(unit_of_work, access.current_actor(), chosen.items(), _deed(form), t)
    return page("inbox/outcome.html", outcomes=outcomes, **common)


@blueprint.post("/export")
@access.requires("inbox:export")
def export() -> Response:
    """What the filters show, as a file; who took it is noted before it leaves the house."""
    inbox = _open("inbox:export")
    form = request.form.get("format")
    if form not in exports.FORMATS:
        return refusal_page(400, t("Wählen Sie CSV oder XLSX.", "Choose CSV or XLSX."))
    query = normal_query(request.form.get("query", ""), inbox.choices)
    filters = read_filters(dict(parse_qsl(query)), inbox.choices).filters
    actor, now = access.current_actor(), access.now()
    made = exports.export_view(db.session(), inbox, inbox.view(actor, filters, now), form)
    try:
        with unit_of_work() as session:
            exports.record_export(session, actor, now, form=form, count=made.count, filters=query)
    except BaseException:
        made.file.close()
        raise
    name = exports.file_name(now, form)
    response = send_file(made.file, exports.media_type(form), as_attachment=True, download_name=name)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.get("/views")
@access.requires("inbox:read")
def saved_views() -> Response:
    """Save the view of the address under a name; look after those saved before."""
    inbox = _open("inbox:read")
    form = view_form(t)
    form.query.data = read_filters(request.args, inbox.choices).filters.query()
    return _views_page(inbox, form)


@blueprint.post("/views")
@access.requires("inbox:read")
def save_view() -> Response:
    """Saves a view and goes back to it."""
    inbox = _open("inbox:read")
    form = view_form(t)
    query = form.query.data = normal_query(form.query.data or "", inbox.choices)
    if not form.validate():
        return _views_page(inbox, form, 422)
    name = form.name.data
    try:
        with unit_of_work() as session:
            views.save_view(
                session, access.current_actor(), access.now(), name=name, query=query, shared=bool(form.shared.data)
            )
    except InputRefused as refused:
        form.name.errors = [*form.name.errors, *refused.errors.values()]
        return _views_page(_open("inbox:read"), form, 422)
    flash(t(f"Die Ansicht „{name}“ ist gespeichert.", f"The view “{name}” has been saved."), "success")
    return redirect(f"{request.script_root}/inbox{'?' if query else ''}{query}", 303)  # type: ignore[return-value]


@blueprint.post("/views/<int:view_id>/delete")
@access.requires("inbox:read")
def delete_view(view_id: int) -> Response:
    """Deletes one of the person's own views."""
    with unit_of_work() as session:
        name = views.delete_view(session, access.current_actor(), access.now(), view_id)
    flash(t(f"Die Ansicht „{name}“ ist gelöscht.", f"The view “{name}” has been deleted."), "success")
    return see_other("inbox.saved_views")


def _open(permission: str) -> listing.Inbox:
    return listing.open_inbox(db.session(), access.current_actor(), access.now(), language(), permission)


def _context(inbox: listing.Inbox, read: Read, shown: listing.InboxPage) -> dict[str, Any]:
    """What both the page and its fragment show."""
    words = Words(inbox, read)
    may_work = access.can("inbox:work")
    return {
        "words": words,
        "filters": read.filters,
        "notes": words.notes(),
        "tabs": words.tabs(views.views_for(db.session(), access.current_actor()), may_work),
        "shown": shown,
        "hints": hints(
            db.session(),
            access.current_actor(),
            [row.id for row in shown.rows],
            [one.id for one in inbox.sources.processes],
        ),
        "may_work": may_work,
        "people": inbox.sources.people,
        "transitions": quick_transitions(inbox.sources, language()) if may_work else (),
        "records_url": f"{request.script_root}/records/",
        "several_processes": len(inbox.sources.processes) > 1,
    }


def _views_page(inbox: listing.Inbox, form: Any, status: int = 200) -> Response:
    read = read_filters(dict(parse_qsl(form.query.data or "")), inbox.choices)
    return page(
        "inbox/views.html",
        status=status,
        form=form,
        form_errors=bool(form.errors),
        words=Words(inbox, read),
        kept=views.views_for(db.session(), access.current_actor()),
    )


def _bulk_problem(form: Any, chosen: bool) -> str | None:
    """What is missing before anything can be done, as a sentence; None when nothing is."""
    if not chosen:
        return t("Wählen Sie zuerst mindestens einen Vorgang aus.", "Choose at least one record first.")
    if form.deed.data == "assign":
        if chosen_label(form.person) is None:
            return t("Wählen Sie, wer zuständig werden soll.", "Choose who is to become responsible.")
    elif form.deed.data == "transition":
        if chosen_label(form.transition) is None:
            return t("Wählen Sie den Schritt, den Sie ausführen möchten.", "Choose the step that you want to take.")
    elif form.deed.data not in ("follow", "unfollow", "theme"):
        return t("Wählen Sie, was mit den Vorgängen geschehen soll.", "Choose what to do with the records.")
    return None


def _deed(form: Any) -> bulk.Deed:
    actor, now = access.current_actor(), access.now()
    if form.deed.data == "assign":
        person = None if form.person.data == "nobody" else int(form.person.data)
        return bulk.assigning(actor, now, person, chosen_label(form.person) or "", t)
    if form.deed.data == "transition":
        return bulk.moving(actor, now, form.transition.data, catalogues(db.session()), t)
    return bulk.following(actor, now, follow=form.deed.data == "follow", say=t)
