"""Questions and answers between a service and its office, what is shared, and who looked."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, request

from ..extensions import db
from ..forms.checklist_exchange import WHOLE, message_form
from ..forms.records import error_pairs
from ..models import ClientChecklist
from ..services.checklists import questions, sharing, unread
from ..services.checklists.access import Sight, own_checklist, visible_checklist
from ..services.checklists.pseudonyms import Doubtful
from ..services.queries import checklist_exchange
from ..services.refusals import InputRefused
from ..services.unit_of_work import unit_of_work
from . import access
from .checklist_frame import frame
from .checklist_office import looked_at
from .checklist_words import put_errors
from .rendering import page, see_other, t

blueprint = Blueprint("checklist_sharing", __name__, url_prefix="/checklists/<reference>")


@blueprint.get("/questions")
@access.requires("checklist:read")
def show(reference: str) -> Response:
    """What was asked and answered; for the service also what is shared and who looked."""
    _note_read(reference)
    checklist, sight = looked_at(reference)
    return _questions_page(checklist, sight, _form(checklist, sight, request.args.get("item")))


@blueprint.post("/questions")
@access.requires("checklist:own")
def ask(reference: str) -> Response:
    """A question to the office, which opens what it is about."""
    return _write(reference, questions.ask, t("Die Frage ist gestellt.", "The question is asked."))


@blueprint.post("/answers")
@access.requires("checklist:office")
def answer(reference: str) -> Response:
    """An answer of the office at something that it sees."""
    return _write(reference, questions.answer, t("Die Antwort ist gesendet.", "The answer is sent."))


@blueprint.post("/share")
@access.requires("checklist:own")
def share(reference: str) -> Response:
    """Shows the office the whole checklist without a question."""
    with unit_of_work() as session:
        actor = access.current_actor()
        checklist = own_checklist(session, actor, reference)
        sharing.share(session, actor, access.now(), checklist, scope="whole")
    flash(
        t("Die Einbürgerungsbehörde sieht jetzt die ganze Checkliste.", "The office now sees the whole checklist."),
        "success",
    )
    return see_other(".show", reference=reference)


@blueprint.post("/share/<int:share_id>/end")
@access.requires("checklist:own")
def end_share(reference: str, share_id: int) -> Response:
    """Ends a sharing; the office finds nothing there from now on."""
    with unit_of_work() as session:
        actor = access.current_actor()
        checklist = own_checklist(session, actor, reference)
        sharing.end_sharing(session, actor, access.now(), checklist, share_id)
    flash(t("Die Freigabe ist beendet.", "The sharing has ended."), "success")
    return see_other(".show", reference=reference)


def _write(reference: str, write: Any, done: str) -> Response:
    """A question or an answer; what is refused is shown again with what was entered."""
    actor = access.current_actor()
    checklist, sight = visible_checklist(db.session(), actor, reference)
    form = _form(checklist, sight)
    try:
        if not form.item.data:
            raise InputRefused({"item": "Wählen Sie, worum es geht."})
        with unit_of_work() as session:
            checklist, _ = visible_checklist(session, actor, reference)
            write(
                session,
                actor,
                access.now(),
                checklist,
                text=form.text.data or "",
                item_id=None if form.item.data == WHOLE else form.item.data,
                insist=bool(form.insist.data),
            )
    except InputRefused as refused:
        put_errors(form, refused.errors)
        checklist, sight = visible_checklist(db.session(), actor, reference)
        return _questions_page(checklist, sight, form, status=422, doubtful=isinstance(refused, Doubtful))
    flash(done, "success")
    return see_other(".show", reference=reference)


def _form(checklist: ClientChecklist, sight: Sight, item: str | None = None) -> Any:
    items = checklist_exchange.askable(checklist, sight, access.today())
    return message_form(t, items, whole=sight.whole, office=sight.side == "office", item=item)


def _questions_page(
    checklist: ClientChecklist, sight: Sight, form: Any, *, status: int = 200, doubtful: bool = False
) -> Response:
    session, service = db.session(), sight.side == "service"
    pairs = error_pairs(form)
    return page(
        "checklists/questions.html",
        status=status,
        threads=checklist_exchange.threads(session, checklist, sight, access.today()),
        shares=checklist_exchange.shares(session, checklist) if service else [],
        looks=checklist_exchange.looks(session, checklist) if service else [],
        over=checklist.record.state in sharing.OVER,
        form=form,
        doubtful=doubtful,
        error_pairs=pairs,
        form_errors=bool(pairs),
        **frame(checklist, sight, "questions"),
    )


def _note_read(reference: str) -> None:
    """Answers count as read once somebody of the service opens them; the start page names those that are not."""
    checklist, sight = visible_checklist(db.session(), access.current_actor(), reference)
    if sight.side == "service" and unread.unread(db.session(), checklist):
        with unit_of_work() as session:
            unread.mark_read(session, access.now(), checklist.record_id)
