"""Reporting with an account: the form saves itself as a draft, on every step and while somebody types."""

from __future__ import annotations

import secrets

from flask import Blueprint, Response, flash, request, url_for

from ..engine.cleaning import fields_of
from ..engine.definition import Step
from ..engine.text import pick
from ..extensions import db
from ..forms import report as flow
from ..models import Draft
from ..services import drafts, reporting
from ..services.queries import reporting as queries
from ..services.refusals import InputRefused, NotVisible
from ..services.unit_of_work import unit_of_work
from . import access
from .rendering import language, page, refusal_page, see_other, t
from .report import remember
from .report_pages import (
    Case,
    Desk,
    Notice,
    circumstances,
    draft_title,
    show,
    show_review,
    too_long_notice,
    visitor,
    with_news,
)

blueprint = Blueprint("report_drafts", __name__, url_prefix="/report/drafts")


@blueprint.get("")
@access.requires("report:create")
def index() -> Response:
    """The person's unfinished forms."""
    own = queries.drafts_of(db.session(), access.current_actor())
    return page("report/drafts.html", drafts=own, days=drafts.WITH_ACCOUNT.days)


@blueprint.post("")
@access.requires("report:create")
def create() -> Response:
    """Begins a form, or goes on with the one that was begun and left empty."""
    actor = access.current_actor()
    with unit_of_work() as session:
        offer = queries.offered(session)
        definition = offer.definition
        if reporting.reporter_of(actor, definition, offer.controller_id).user_id is None:
            return see_other("report.begin")
        draft = drafts.start_draft(session, actor, access.now(), version=offer, key=flow.new_key())
        return see_other(".step", draft_id=draft.id, step_id=definition.form.steps[0].id)


@blueprint.get("/<int:draft_id>/steps/<step_id>")
@access.requires("report:create")
def step(draft_id: int, step_id: str) -> Response:
    """One step as it was saved."""
    draft = drafts.own_draft(db.session(), access.current_actor(), draft_id)
    case = _case(draft, step_id)
    case.state.returning = request.args.get("back") == "check"
    chosen = _step(case, step_id)
    if all(one.id != chosen.id for one in flow.steps_shown(case.definition, case.state.raw, circumstances())):
        return see_other(".check", draft_id=draft_id)
    return show(case, flow.open_step(case.definition, chosen, case.state, circumstances()))


@blueprint.post("/<int:draft_id>/steps/<step_id>")
@access.requires("report:create")
def save_step(draft_id: int, step_id: str) -> Response:
    """Saves the step whatever it holds, then goes where the button leads or says what is wrong."""
    case, conflict = _take(draft_id, step_id)
    if conflict is not None:
        return conflict
    state = case.state
    if state.action == "save":
        flash(t("Ihr Entwurf ist gespeichert.", "Your draft is saved."), "success")
        return see_other(".index")
    result = case.next_page()
    if result.step is None:
        return see_other(".check", draft_id=draft_id)
    if result.step.id != step_id:
        return see_other(".step", draft_id=draft_id, step_id=result.step.id)
    return show(case, result)


@blueprint.post("/<int:draft_id>/steps/<step_id>/refresh")
@access.requires("report:create")
def refresh(draft_id: int, step_id: str) -> Response:
    """Saves while somebody types, and gives the questions that the answers ask for now."""
    case, conflict = _take(draft_id, step_id)
    if conflict is not None:
        return conflict
    case.state.action = "refresh"
    return show(case, with_news(case.next_page(), case.state))


@blueprint.get("/<int:draft_id>/check")
@access.requires("report:create")
def check(draft_id: int) -> Response:
    """All answers before they are sent."""
    return show_review(_case(drafts.own_draft(db.session(), access.current_actor(), draft_id)))


@blueprint.post("/<int:draft_id>/check")
@access.requires("report:create")
def send(draft_id: int) -> Response:
    """Sends the report, once; a second click finds what the first one made."""
    actor, about = access.current_actor(), circumstances()
    try:
        with unit_of_work() as session:
            sent = reporting.record_sent(session, actor, request.form.get("_key", ""))
            if sent is not None:
                return remember(sent, None)
            draft = drafts.own_draft(session, actor, draft_id)
            done = reporting.submit_report(
                session, actor, access.now(), version_id=draft.version_id, raw=drafts.input_of(draft),
                key=draft.submission_key, visitor=visitor(), catalogues=about.catalogues, language=about.language,
            )  # fmt: skip
            return remember(done.record, None)
    except InputRefused:
        return show_review(_case(drafts.own_draft(db.session(), actor, draft_id)), status=422)


@blueprint.get("/<int:draft_id>/delete")
@access.requires("report:create")
def confirm_delete(draft_id: int) -> Response:
    """Asks before a draft is deleted."""
    draft = drafts.own_draft(db.session(), access.current_actor(), draft_id)
    return page("report/draft_delete.html", draft=draft)


@blueprint.post("/<int:draft_id>/delete")
@access.requires("report:create")
def delete(draft_id: int) -> Response:
    """Deletes a draft for good."""
    with unit_of_work() as session:
        drafts.delete_draft(session, access.current_actor(), draft_id)
    flash(t("Der Entwurf ist gelöscht.", "The draft is deleted."), "success")
    return see_other(".index")


def _case(draft: Draft, step_id: str | None = None) -> Case:
    offer = queries.offer_of(db.session(), draft.version_id)
    state = flow.FormState(
        raw=drafts.input_of(draft), visited=list(draft.done_steps), key=draft.submission_key,
        step=step_id or draft.step, window=secrets.token_urlsafe(9),
    )  # fmt: skip
    return Case(offer, offer.definition, state, _desk(draft.id, state.step))


def _desk(draft_id: int, step_id: str) -> Desk:
    at = {"draft_id": draft_id, "step_id": step_id or "-"}
    return Desk(lambda _step: url_for(".save_step", **at), url_for(".refresh", **at), True, url_for(".index"), draft_id)


def _step(case: Case, step_id: str) -> Step:
    found = next((one for one in case.definition.form.steps if one.id == step_id), None)
    if found is None:
        raise NotVisible()
    return found


def _take(draft_id: int, step_id: str) -> tuple[Case, Response | None]:
    """The draft with the posted step saved into it, or the answer to somebody who would overwrite unseen text."""
    actor = access.current_actor()
    with unit_of_work() as session:
        draft = drafts.own_draft(session, actor, draft_id)
        kept = _case(draft, step_id)
        items = [*request.form.items(multi=True), ("_step", step_id)]
        state = flow.read_state(kept.definition, items, kept.state)
        case = Case(kept.version, kept.definition, state, kept.desk)
        step = _step(case, step_id)
        if flow.too_long(state):
            state.action = "refresh"
            return case, show(case, case.next_page(), too_long_notice(), 422)
        stored = flow.base_of(step, kept.state.raw)
        mine = drafts.written_by(draft, step_id) in ("", state.window)
        if state.base and not mine and stored not in (state.base, flow.base_of(step, state.raw)):
            return case, _conflict(case, kept, step)
        title = draft_title(case.definition, state)
        drafts.save_draft(session, access.now(), draft, raw=state.raw, step=step_id, visited=state.visited,
                          title=title, window=state.window)  # fmt: skip
    return case, None


def _conflict(case: Case, kept: Case, step: Step) -> Response:
    """Both versions: what was typed here stays in the form, what another window saved stands above it."""
    sentence = t("Diese Seite wurde inzwischen in einem anderen Fenster geändert. Hier wurde nichts gespeichert.",
                 "This page was changed in another window in the meantime. Nothing was saved here.")  # fmt: skip
    if request.endpoint == "report_drafts.refresh":
        return refusal_page(409, sentence)
    context = circumstances().context(drafting=True)
    lines = []
    for each in fields_of(step):
        other = kept.state.raw.get(each.id)
        if other != case.state.raw.get(each.id):
            shown = each.display(each.clean_parts(other, context).value, context) or "–"
            lines.append(f"{pick(each.label, language())}: {shown}")
    case.state.action = "refresh"
    notice = Notice("warning", t("In einem anderen Fenster geändert", "Changed in another window"), t(
        f"{sentence} Dort steht jetzt das Folgende; unten steht, was Sie hier eingegeben haben. Wenn Sie weitergehen, "
        "gilt Ihre Eingabe.",
        f"{sentence} There it now says the following; below is what you entered here. If you go on, your entry counts."),
        lines)  # fmt: skip
    # the page is now based on what is stored, so pressing the button again is a decision
    return show(case, case.next_page(), notice, 409, base=flow.base_of(step, kept.state.raw))
