"""Work around a record: who is responsible, who follows, comments, tasks, links, shares and files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, request, send_file
from sqlalchemy.orm import Session

from ..extensions import db
from ..forms.record_words import in_english
from ..forms.records import GermanDateField, error_pairs, number_in, put_errors
from ..models import Record, RecordLink, Task
from ..services import attachments, tasks
from ..services.queries import history
from ..services.queries.record_page import Seen, shares_in_words
from ..services.records import assigning, commenting, linking, sharing
from ..services.refusals import InputRefused, NotPermitted, NotVisible, StaleVersion
from ..services.unit_of_work import unit_of_work
from . import access, record_parts
from .records import page_context
from .rendering import page, see_other, t, wants_fragment

blueprint = Blueprint("record_work", __name__, url_prefix="/records/<reference>")
FILE_POLICY = "default-src 'none'; sandbox; base-uri 'none'; form-action 'none'"
Deed = Callable[[Session, Seen], Any]


@blueprint.post("/assign")
@access.requires("record:work")
def assign(reference: str) -> Response:
    """Makes a colleague responsible, or the person who pressed "mir zuweisen"."""
    chosen = request.form.get("assign-person", "")
    try:
        with unit_of_work() as session:
            seen = _full(session, reference)
            done = assigning.assign_record(
                session,
                access.current_actor(),
                access.now(),
                record=seen.record,
                person_id=(number_in(chosen) or 0) if chosen else None,
                row_version=record_parts.row_version(),
            )
    except InputRefused as refused:
        return _part(reference, "assignment", assign_form=refused)
    except StaleVersion:
        return _assign_conflict(reference, chosen)
    text = t("Die Zuständigkeit ist geändert.", "The responsible person is changed.")
    return _done(reference, "assignment", text if done else t("Es war schon so.", "It was so already."))


def _assign_conflict(reference: str, chosen: str) -> Response:
    """Who changed what in the meantime, and the choice ready to be sent again."""
    session = db.session()
    seen = _full(session, reference)
    since, _ = history.lines(session, access.current_actor(), access.now(), seen, after=record_parts.seen_event())
    view = record_parts.whole_view(seen)
    context = page_context(seen, view)
    wanted = next((one.name for one in view.people if str(one.id) == chosen), t("niemand", "nobody"))
    return page("records/assign_conflict.html", status=409, since=since, wanted=wanted, chosen=chosen, **context)


@blueprint.post("/follow")
@access.requires("record:read")
def follow(reference: str) -> Response:
    """Begins to follow the record, or ends it."""
    wanted = request.form.get("follow") == "yes"
    me = access.current_actor().user_id
    assert me is not None
    with unit_of_work() as session:
        seen = _full(session, reference)
        if wanted:
            assigning.follow_record(session, access.now(), record=seen.record, user_id=me)
        else:
            assigning.unfollow_record(session, record=seen.record, user_id=me)
    text = (
        t("Sie folgen dem Vorgang jetzt.", "You follow the record now."),
        t("Sie folgen dem Vorgang nicht mehr.", "You do not follow the record any more."),
    )[not wanted]
    if wants_fragment():
        return page("records/_follow.html", record=seen.record, following=wanted, swapped=True)
    flash(text, "success")
    return see_other("records.show", reference=reference)


@blueprint.post("/comments")
@access.requires("record:work")
def comment(reference: str) -> Response:
    """Writes a comment."""

    def deed(session: Session, seen: Seen) -> None:
        commenting.add_comment(
            session,
            access.current_actor(),
            access.now(),
            record=seen.record,
            text=request.form.get("comment-text", ""),
            mentioned=[one for text in request.form.getlist("comment-mentioned") if (one := number_in(text))],
        )

    return _perform(reference, "comments", deed, t("Der Kommentar ist gespeichert.", "The comment is saved."))


@blueprint.post("/tasks")
@access.requires("record:work")
def add_task(reference: str) -> Response:
    """Puts a task or a follow-up on somebody's list."""
    form = record_parts.task_form([])
    if not _date_reads(form.due_on):
        return _part(reference, "tasks", task_form=InputRefused({"due_on": form.due_on.errors[0]}))
    wanted = tasks.Wanted(
        title=form.title.data or "",
        assignee_id=number_in(request.form.get("task-assignee")),
        due_on=form.due_on.day,
        kind=form.kind.data or "task",
    )

    def deed(session: Session, seen: Seen) -> None:
        tasks.create_task(session, access.current_actor(), access.now(), record=seen.record, wanted=wanted)

    return _perform(reference, "tasks", deed, t("Die Aufgabe ist angelegt.", "The task is made."))


@blueprint.post("/tasks/<int:task_id>/done")
@access.requires("record:read")
def finish_task(reference: str, task_id: int) -> Response:
    """Marks a task of this record as done."""

    def deed(session: Session, seen: Seen) -> None:
        task = session.get(Task, task_id)
        if task is None or task.record_id != seen.record.id:
            raise NotVisible()
        tasks.complete_task(session, access.current_actor(), access.now(), task=task)

    return _perform(reference, "tasks", deed, t("Die Aufgabe ist erledigt.", "The task is done."))


@blueprint.post("/links")
@access.requires("record:work")
def link(reference: str) -> Response:
    """Joins the record with another one that the person may see."""
    wanted = "".join(request.form.get("link-reference", "").split()).upper()[:40]

    def deed(session: Session, seen: Seen) -> None:
        other = _linkable(session, wanted)
        kind = linking.kind_for(seen.record, other)
        linking.link_records(session, access.current_actor(), access.now(), record=seen.record, other=other, kind=kind)

    return _perform(reference, "links", deed, t("Die Vorgänge sind verknüpft.", "The records are linked."))


@blueprint.post("/links/<int:link_id>/remove")
@access.requires("record:work")
def unlink(reference: str, link_id: int) -> Response:
    """Takes a link away; a second click changes nothing."""

    def deed(session: Session, seen: Seen) -> None:
        found = session.get(RecordLink, link_id)
        if found is not None and seen.record.id in (found.from_id, found.to_id):
            linking.unlink_records(session, access.current_actor(), access.now(), link=found, record=seen.record)

    return _perform(reference, "links", deed, t("Die Verknüpfung ist gelöst.", "The link is removed."))


@blueprint.get("/shares")
@access.requires("record:share")
def shares(reference: str) -> Response:
    """For whom the record is open, and the form that opens it."""
    return _shares_page(_full(db.session(), reference))


@blueprint.post("/shares")
@access.requires("record:share")
def share(reference: str) -> Response:
    """Opens the record to somebody until a day."""
    form = record_parts.share_form(_full(db.session(), reference))
    if not _date_reads(form.until):
        return _shares_page(_full(db.session(), reference), form, status=422)
    reader = sharing.Reader(number_in(form.person.data), form.organisation.data or None, form.body.data or None)
    try:
        with unit_of_work() as session:
            record = _full(session, reference).record
            sharing.share_record(
                session, access.current_actor(), access.now(), record=record, reader=reader, until=form.until.day
            )
    except InputRefused as refused:
        put_errors(form, refused.errors, t)
        return _shares_page(_full(db.session(), reference), form, status=422)
    flash(t("Der Vorgang ist freigegeben.", "The record is shared."), "success")
    return see_other(".shares", reference=reference)


@blueprint.post("/shares/<int:share_id>/revoke")
@access.requires("record:share")
def revoke(reference: str, share_id: int) -> Response:
    """Ends a share at once."""
    with unit_of_work() as session:
        record = _full(session, reference).record
        sharing.revoke_share(session, access.current_actor(), access.now(), record=record, share_id=share_id)
    flash(t("Die Freigabe ist beendet.", "The sharing has ended."), "success")
    return see_other(".shares", reference=reference)


@blueprint.post("/attachments")
@access.requires("record:work")
def upload(reference: str) -> Response:
    """Takes a file."""
    actor, sent = access.current_actor(), request.files.get("attachment-file")
    name = (sent.filename or "") if sent is not None else ""
    try:
        record = _full(db.session(), reference).record
        stream: Any = sent.stream if sent is not None else None
        stored, kind = attachments.store_upload(
            actor, record=record, stream=stream, name=name, store=record_parts.store()
        )
        with unit_of_work() as session:
            record = _full(session, reference).record
            attachments.add_attachment(session, actor, access.now(), record=record, stored=stored, kind=kind, name=name)
    except InputRefused as refused:
        return _part(reference, "attachments", file_form=refused)
    return _done(reference, "attachments", t("Die Datei ist gespeichert.", "The file is stored."))


@blueprint.get("/attachments/<int:attachment_id>")
@access.requires("record:read")
def download(reference: str, attachment_id: int) -> Response:
    """Sends a file to be saved, never to be opened inside this site."""
    seen = record_parts.look(db.session(), reference)
    attachment, path = attachments.open_attachment(
        db.session(), seen.sight, record=seen.record, attachment_id=attachment_id, store=record_parts.store()
    )
    response = send_file(
        path, mimetype=attachment.blob.media_type, as_attachment=True, download_name=attachment.name, etag=False
    )
    response.headers["Content-Security-Policy"] = FILE_POLICY
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.post("/attachments/<int:attachment_id>/remove")
@access.requires("record:work")
def remove_file(reference: str, attachment_id: int) -> Response:
    """Takes a file off the record; the history keeps its name."""

    def deed(session: Session, seen: Seen) -> None:
        attachments.remove_attachment(
            session, access.current_actor(), access.now(), record=seen.record, attachment_id=attachment_id
        )

    return _perform(reference, "attachments", deed, t("Die Datei ist entfernt.", "The file is removed."))


# --- shared ----------------------------------------------------------------------------------------------------------

FORMS = {"comments": "comment_form", "tasks": "task_form", "links": "link_form"}


def _full(session: Session, reference: str) -> Seen:
    """The record, which the person has to see in full; those who see less of it are refused."""
    seen = record_parts.look(session, reference)
    if not seen.full:
        raise NotPermitted()
    return seen


def _perform(reference: str, part: str, deed: Deed, said: str) -> Response:
    """One deed in one unit of work, then the part of the page again; what does not fit is said at its form."""
    try:
        with unit_of_work() as session:
            deed(session, _full(session, reference))
    except InputRefused as refused:
        return _part(reference, part, **{FORMS[part]: refused})
    return _done(reference, part, said)


def _done(reference: str, part: str, said: str) -> Response:
    if wants_fragment():
        return _part(reference, part, said=said)
    flash(said, "success")
    return see_other("records.show", reference=reference, _anchor=part)


def _part(reference: str, part: str, said: str = "", **refused: InputRefused) -> Response:
    """A part of the page as a fragment, or the whole page, with refusals at their form."""
    seen = _full(db.session(), reference)
    more = {"said": said, "part": part, "alone": wants_fragment()}
    context = page_context(seen, record_parts.whole_view(seen), entered=bool(refused), **more)
    pairs = []
    for name, refusal in refused.items():
        form = context[name]
        if form is None:  # nothing of this kind is taken here
            raise InputRefused(refusal.errors, " ".join(t(one, in_english(one)) for one in refusal.errors.values()))
        put_errors(form, refusal.errors, t)
        pairs += error_pairs(form)
    context |= {"error_pairs": pairs, "form_errors": bool(pairs)}
    return page("records/show.html", f"records/_{part}.html", status=422 if refused else 200, **context)


def _date_reads(field: GermanDateField) -> bool:
    """Whether the day was typed so that it can be read; its sentence stands at the field otherwise."""
    return bool(field.validate(None))  # type: ignore[arg-type]


def _linkable(session: Session, reference: str) -> Record:
    if not reference:
        raise InputRefused({"reference": t("Geben Sie ein Aktenzeichen ein.", "Enter a reference.")})
    try:
        return record_parts.look(session, reference).record
    except NotVisible:
        sentence = t(
            f"Den Vorgang {reference} gibt es nicht, oder er ist für Sie nicht freigegeben.",
            f"The record {reference} does not exist or is not open to you.",
        )
        raise InputRefused({"reference": sentence}) from None


def _shares_page(seen: Seen, form: Any = None, status: int = 200) -> Response:
    form = form if form is not None else record_parts.share_form(seen)
    pairs = error_pairs(form)
    return page(
        "records/shares.html",
        status=status,
        record=seen.record,
        form=form,
        shared_with=shares_in_words(db.session(), seen),
        error_pairs=pairs,
        form_errors=bool(pairs),
    )
