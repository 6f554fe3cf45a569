"""Papers of agenda points, and motions of members with the office's answer."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, make_response, request, send_file

from ..engine.fields.files import readable_size
from ..extensions import db
from ..forms.meetings import paper_form, proposal_form, reason_form
from ..models import AgendaItem, AgendaPaper, Meeting, Record
from ..permissions import Sight
from ..services import attachments
from ..services.bodies.access import Standing, meeting_to_work_on, visible_meeting
from ..services.meetings import agenda, proposals
from ..services.processes import definition_of
from ..services.queries import agenda as queries
from ..services.records import printing
from ..services.refusals import InputRefused, NotVisible
from ..services.unit_of_work import unit_of_work
from . import access, record_parts
from .agenda import agenda_page
from .meeting_answers import attempt, form_context
from .meeting_frame import frame
from .record_work import FILE_POLICY
from .rendering import language, page, see_other, t

blueprint = Blueprint("agenda_parts", __name__, url_prefix="/meetings/<reference>/agenda")


@blueprint.route("/items/<int:item_id>/papers", methods=["GET", "POST"])
@access.requires("meeting:work")
def add_paper(reference: str, item_id: int) -> Response:
    """A file as a paper of a point."""
    meeting = meeting_to_work_on(db.session(), access.current_actor(), reference)
    agenda.item_of(db.session(), meeting, item_id)
    rules = definition_of(meeting.record.version).access.attachments
    hint = f"{attachments.kinds_in_words(rules.kinds)}, {t('höchstens', 'at most')} {readable_size(rules.max_bytes)}"
    form = paper_form(t, hint, attachments.accepted(rules.kinds))

    def show(form: Any, status: int = 200, conflict: str | None = None) -> Response:
        return _paper_page(reference, item_id, form, status, conflict)

    if request.method != "POST":
        return show(form)
    return attempt(form, lambda: _store(reference, item_id, meeting.record, form), show)


def _store(reference: str, item_id: int, record: Record, form: Any) -> Response:
    upload = request.files.get("paper-file")
    name = upload.filename or "" if upload is not None else ""
    if upload is None or not name:
        raise InputRefused({"file": "Wählen Sie eine Datei."})
    actor = access.current_actor()
    stored, kind = attachments.store_upload(
        actor, record=record, stream=upload.stream, name=name, store=record_parts.store()
    )
    with unit_of_work() as session:
        meeting = meeting_to_work_on(session, actor, reference)
        item = agenda.item_of(session, meeting, item_id)
        file = attachments.add_attachment(
            session, actor, access.now(), record=meeting.record, stored=stored, kind=kind, name=name
        )
        agenda.add_paper(
            session, actor, access.now(), item=item, title=form.title.data or file.name, attachment_id=file.id
        )
    flash(t("Die Unterlage ist beim Punkt abgelegt.", "The paper is filed with the point."), "success")
    return see_other("agenda.change", reference=reference, item_id=item_id)


@blueprint.post("/papers/<int:paper_id>/remove")
@access.requires("meeting:work")
def remove_paper(reference: str, paper_id: int) -> Response:
    """Takes a paper off its point."""
    with unit_of_work() as session:
        meeting = meeting_to_work_on(session, access.current_actor(), reference)
        paper = _paper(session, meeting, paper_id)
        item_id = paper.item_id
        agenda.remove_paper(session, access.current_actor(), access.now(), paper=paper)
    flash(t("Die Unterlage ist entfernt.", "The paper is removed."), "success")
    return see_other("agenda.change", reference=reference, item_id=item_id)


@blueprint.get("/papers/<int:paper_id>")
@access.requires("meeting:read")
def read_paper(reference: str, paper_id: int) -> Response:
    """A paper, for those who see its point: the file, or the record printed."""
    session = db.session()
    meeting, standing = visible_meeting(session, access.current_actor(), reference)
    paper = _paper(session, meeting, paper_id)
    if paper.item_id not in {item.id for _label, item in queries.agenda_of(session, meeting, standing)}:
        raise NotVisible()
    if paper.record is not None:
        return _printed(paper.record)
    if paper.attachment_id is None or paper.attachment is None:
        raise NotVisible()
    file, path = attachments.open_attachment(
        session, Sight.SHARED, record=session.get_one(Record, paper.attachment.record_id), attachment_id=paper.attachment_id,
        store=record_parts.store(),
    )  # fmt: skip
    response = send_file(path, mimetype=file.blob.media_type, download_name=file.name, as_attachment=True)
    response.headers["Content-Security-Policy"] = FILE_POLICY
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.route("/proposals", methods=["POST"])
@access.requires("meeting:read")
def propose(reference: str) -> Response:
    """A motion of a member."""
    form = proposal_form(t)

    def show(form: Any, status: int = 200, conflict: str | None = None) -> Response:
        return agenda_page(reference, status=status, **{**form_context(form, conflict), "proposal": form})

    def deed() -> Response:
        with unit_of_work() as session:
            meeting, _standing = visible_meeting(session, access.current_actor(), reference)
            proposals.propose_item(
                session, access.current_actor(), access.now(), body=meeting.body, meeting=meeting,
                title=form.title.data or "", text=form.text.data or "",
            )  # fmt: skip
        flash(t("Ihr Vorschlag ist bei der Geschäftsstelle.", "The office has your proposal."), "success")
        return see_other("agenda.show", reference=reference, _anchor="proposals")

    return attempt(form, deed, show)


@blueprint.post("/proposals/<int:proposal_id>/withdraw")
@access.requires("meeting:read")
def withdraw(reference: str, proposal_id: int) -> Response:
    """A member takes an own motion back."""
    with unit_of_work() as session:
        meeting, _standing = visible_meeting(session, access.current_actor(), reference)
        found = proposals.proposal_of(session, meeting, proposal_id)
        proposals.withdraw_proposal(session, access.current_actor(), access.now(), proposal=found)
    flash(t("Ihr Vorschlag ist zurückgezogen.", "Your proposal is withdrawn."), "success")
    return see_other("agenda.show", reference=reference, _anchor="proposals")


@blueprint.post("/proposals/<int:proposal_id>/take")
@access.requires("meeting:work")
def take_proposal(reference: str, proposal_id: int) -> Response:
    """Puts a motion on the agenda; whoever moved it is told."""
    with unit_of_work() as session:
        meeting = meeting_to_work_on(session, access.current_actor(), reference)
        found = proposals.proposal_of(session, meeting, proposal_id)
        item = proposals.take_proposal(session, access.current_actor(), access.now(), proposal=found, meeting=meeting)
        item_id = item.id
    flash(t("Der Vorschlag steht auf der Tagesordnung.", "The proposal is on the agenda."), "success")
    return see_other("agenda.show", reference=reference, _anchor=f"item-{item_id}")


@blueprint.route("/proposals/<int:proposal_id>/refuse", methods=["GET", "POST"])
@access.requires("meeting:work")
def refuse_proposal(reference: str, proposal_id: int) -> Response:
    """Leaves a motion off the agenda, with an answer."""
    meeting = meeting_to_work_on(db.session(), access.current_actor(), reference)
    form = reason_form(
        t, t("Warum kommt der Punkt nicht auf die Tagesordnung?", "Why is the point not put on the agenda?"),
        t("Wer den Punkt vorgeschlagen hat, bekommt diese Antwort.", "Whoever proposed the point gets this answer."), name="answer",
    )  # fmt: skip
    found = proposals.proposal_of(db.session(), meeting, proposal_id)

    def show(form: Any, status: int = 200, conflict: str | None = None) -> Response:
        return page(
            "agenda/refuse.html", status=status, **frame(meeting, Standing.WORK, "agenda"), **form_context(form, conflict),
            proposal=found,
        )  # fmt: skip

    if request.method != "POST":
        return show(form)
    return attempt(form, lambda: _refuse(reference, proposal_id, form), show)


def _refuse(reference: str, proposal_id: int, form: Any) -> Response:
    with unit_of_work() as session:
        meeting = meeting_to_work_on(session, access.current_actor(), reference)
        found = proposals.proposal_of(session, meeting, proposal_id)
        proposals.refuse_proposal(
            session,
            access.current_actor(),
            access.now(),
            proposal=found,
            meeting=meeting,
            answer=form.answer.data or "",
        )
    flash(t("Die Antwort ist unterwegs.", "The answer is on its way."), "success")
    return see_other("agenda.show", reference=reference)


def _paper(session: Any, meeting: Meeting, paper_id: int) -> AgendaPaper:
    paper = session.get(AgendaPaper, paper_id)
    if paper is None or paper.item.meeting_id != meeting.record_id:
        raise NotVisible()
    return paper  # type: ignore[no-any-return]


def _paper_page(reference: str, item_id: int, form: Any, status: int, conflict: str | None) -> Response:
    session = db.session()
    meeting = meeting_to_work_on(session, access.current_actor(), reference)
    item: AgendaItem = agenda.item_of(session, meeting, item_id)
    return page(
        "agenda/paper.html",
        status=status,
        **frame(meeting, Standing.WORK, "agenda"),
        **form_context(form, conflict),
        item=item,
    )


def _printed(record: Record) -> Response:
    """The record on paper. Members read it because it is on the agenda of their meeting, whatever they see of records."""
    with unit_of_work() as session:
        held = session.get_one(Record, record.id)
        paper = printing.paper_of(session, access.current_actor(), access.now(), record=held, language=language())
    response = make_response(printing.as_pdf(paper, language()))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{held.reference}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
