"""Keeping one checklist: its situation, the talk, a colleague, another pseudonym, its end, its history."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, request

from ..extensions import db
from ..forms.checklists import colleague_form, rename_form, situation_form, talk_form
from ..forms.records import error_pairs, number_in
from ..models import ClientChecklist
from ..naturalisation.applies import contradictions, questions
from ..naturalisation.words import shown, shown_question
from ..services.advice.directory import advisers_of
from ..services.checklists import keeping
from ..services.checklists.access import SERVICE, own_checklist
from ..services.checklists.pseudonyms import Doubtful
from ..services.editions.reading import document_of
from ..services.queries import checklist_history
from ..services.refusals import InputRefused, StaleVersion
from ..services.unit_of_work import unit_of_work
from . import access
from .checklist_frame import frame
from .checklist_words import put_errors
from .rendering import language, page, see_other, t

blueprint = Blueprint("checklist_keeping", __name__, url_prefix="/checklists/<reference>")


@blueprint.route("/situation", methods=["GET", "POST"])
@access.requires("checklist:own")
def situation(reference: str) -> Response:
    """The questions that are asked where something is stored; what does not fit together is told, never refused."""
    checklist = _open(reference)
    if request.method != "POST":
        return _situation_page(checklist, _situation_form(checklist, entered=False))
    form = _situation_form(checklist, entered=True)
    try:
        told = _change_situation(reference, form)
    except InputRefused as refused:
        put_errors(form, refused.errors)
        return _situation_page(_open(reference), form, status=422)
    except StaleVersion as stale:
        checklist = _open(reference)
        form.seen.data = json.dumps(checklist.situation, sort_keys=True)
        return _situation_page(checklist, form, status=422, stale=stale.sentence)
    if told:
        return see_other(".situation", reference=reference)
    flash(t("Die Situation ist gespeichert.", "The situation is saved."), "success")
    return see_other("checklists.show", reference=reference)


def _change_situation(reference: str, form: Any) -> list[str]:
    """A question that was answered before and is not ticked now is a no; one never ticked was not asked."""
    actor = access.current_actor()
    with unit_of_work() as session:
        held = own_checklist(session, actor, reference)
        wanted = dict.fromkeys(held.situation, False) | dict.fromkeys(form.yes.data or [], True)
        seen, route = _seen(form.seen.data), form.route.data or None
        return keeping.change_situation(session, actor, access.now(), held, situation=wanted, route=route, seen=seen)


@blueprint.route("/talk", methods=["GET", "POST"])
@access.requires("checklist:own")
def talk(reference: str) -> Response:
    """The list for the talk, the same for everybody, and the one day that is kept of it."""
    checklist = _open(reference)
    form = talk_form(t, {"talked_on": checklist.talked_on or access.today()})
    document = document_of(checklist.edition)
    hidden = [one for name, one in document.items.items() if name in document.never_stored_items]
    points = [shown(one, document, access.today()) for one in hidden]

    def note(session: Any, held: ClientChecklist) -> None:
        if not form.talked_on.validate(form):
            sentence, form.talked_on.errors = form.talked_on.errors[0], []
            raise InputRefused({"talked_on": sentence})
        keeping.note_talk(session, access.current_actor(), access.now(), held, form.talked_on.day)

    done = t("Der Tag des Gesprächs ist gespeichert.", "The day of the talk is saved.")
    return _page_of(reference, "talk", form, note, done, points=points)


@blueprint.route("/colleague", methods=["GET", "POST"])
@access.requires("checklist:own")
def colleague(reference: str) -> Response:
    """Hands the checklist to somebody of the same service."""
    checklist = _open(reference)
    people = advisers_of(db.session(), checklist.organisation, access.today())
    choices = [(str(one.id), one.name) for one in people]
    form = colleague_form(t, choices, {"adviser_id": str(checklist.adviser_id or ""), "with_items": True})
    attended = checklist.adviser_id in {one.id for one in people}

    def hand(session: Any, held: ClientChecklist) -> None:
        keeping.hand_to_colleague(
            session,
            access.current_actor(),
            access.now(),
            held,
            user_id=number_in(form.adviser_id.data) or 0,
            with_items=bool(form.with_items.data),
        )

    done = t("Die Zuständigkeit ist übergeben.", "The responsibility has been handed on.")
    return _page_of(reference, "colleague", form, hand, done, attended=attended)


@blueprint.route("/rename", methods=["GET", "POST"])
@access.requires("checklist:own")
def rename(reference: str) -> Response:
    """Another pseudonym."""
    form = rename_form(t, {"pseudonym": _open(reference).pseudonym})

    def change(session: Any, held: ClientChecklist) -> None:
        keeping.rename(
            session,
            access.current_actor(),
            access.now(),
            held,
            form.pseudonym.data or "",
            insist=bool(form.insist.data),
        )

    return _page_of(reference, "rename", form, change, t("Das Pseudonym ist geändert.", "The pseudonym is changed."))


@blueprint.get("/end")
@access.requires("checklist:own")
def consider_end(reference: str) -> Response:
    """What ending means."""
    return page("checklists/end.html", **frame(_open(reference), SERVICE, "end"))


@blueprint.post("/end")
@access.requires("checklist:own")
def end(reference: str) -> Response:
    """Ends the work on it; it can be taken up again."""
    _do(reference, lambda session, held: keeping.end(session, access.current_actor(), access.now(), held))
    flash(t("Die Checkliste ist beendet.", "The checklist has ended."), "success")
    return see_other("checklists.show", reference=reference)


@blueprint.post("/take-up")
@access.requires("checklist:own")
def take_up(reference: str) -> Response:
    """Takes up what was ended."""
    _do(reference, lambda session, held: keeping.take_up(session, access.current_actor(), access.now(), held))
    flash(t("Die Checkliste ist wieder in Arbeit.", "The checklist is at work again."), "success")
    return see_other("checklists.show", reference=reference)


@blueprint.get("/history")
@access.requires("checklist:own")
def history(reference: str) -> Response:
    """What was done when by whom, the newest first."""
    checklist = _open(reference)
    before = number_in(request.args.get("before"))
    lines, older = checklist_history.lines(db.session(), checklist, language=language(), before=before)
    return page("checklists/history.html", lines=lines, older=older, **frame(checklist, SERVICE, "history"))


def _open(reference: str) -> ClientChecklist:
    return own_checklist(db.session(), access.current_actor(), reference)


def _do(reference: str, deed: Callable[[Any, ClientChecklist], None]) -> None:
    with unit_of_work() as session:
        deed(session, own_checklist(session, access.current_actor(), reference))


def _page_of(
    reference: str, name: str, form: Any, deed: Callable[[Any, ClientChecklist], None], done: str, **context: Any
) -> Response:
    """A page with one form: shown, done, or shown again with what was refused."""
    status, doubtful = 200, False
    if request.method == "POST":
        try:
            _do(reference, deed)
        except InputRefused as refused:
            put_errors(form, refused.errors)
            status, doubtful = 422, isinstance(refused, Doubtful) and not refused.final
        else:
            flash(done, "success")
            return see_other("checklists.show", reference=reference)
    pairs = error_pairs(form)
    common = {"form": form, "error_pairs": pairs, "form_errors": bool(pairs), "doubtful": doubtful}
    return page(f"checklists/{name}.html", status=status, **common, **context, **frame(_open(reference), SERVICE, name))


def _situation_form(checklist: ClientChecklist, *, entered: bool) -> Any:
    document = document_of(checklist.edition)
    asked = [shown_question(one, document, access.today()) for one in questions(document)]
    values = {
        "yes": [name for name, answer in checklist.situation.items() if answer],
        "route": checklist.route or "",
        "seen": json.dumps(checklist.situation, sort_keys=True),
    }
    routes = [(one.id, f"{one.title} ({one.legal_basis})") for one in document.routes]
    return situation_form(t, [(one.id, one.label) for one in asked], routes, values, entered=entered)


def _situation_page(checklist: ClientChecklist, form: Any, *, status: int = 200, stale: str = "") -> Response:
    document = document_of(checklist.edition)
    asked = [shown_question(one, document, access.today()) for one in questions(document)]
    pairs = error_pairs(form)
    return page(
        "checklists/situation.html",
        status=status,
        form=form,
        error_pairs=pairs,
        form_errors=bool(pairs) or bool(stale),
        stale=stale,
        now_yes=[one.label for one in asked if checklist.situation.get(one.id)],
        told=contradictions(document, checklist.situation),
        **frame(checklist, SERVICE, "situation"),
    )


def _seen(text: str | None) -> dict[str, bool] | None:
    """The situation that the page showed; a form without it, or with something else, counts as stale."""
    try:
        found = json.loads(text or "")
    except ValueError:
        return {"?": True}
    return {str(name): answer is True for name, answer in found.items()} if isinstance(found, dict) else {"?": True}
