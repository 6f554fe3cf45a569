"""Minutes of a meeting: reading them, drawing them up, writing them block by block, versions, PDF files."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, make_response, request, send_file, url_for

from ..documents.differences import in_words, summary
from ..extensions import db
from ..forms import minutes as forms
from ..forms.records import error_pairs, number_in, put_errors
from ..services.bodies.access import meeting_to_work_on, require_work
from ..services.minutes import content as blocks
from ..services.minutes import drafting, editing, files, versions
from ..services.queries import minutes as queries
from ..services.refusals import InputRefused, NotVisible
from ..services.unit_of_work import unit_of_work
from . import access, minutes_page, record_parts
from .meeting_frame import frame
from .rendering import language, page, see_other, t, wants_fragment

blueprint = Blueprint("minutes", __name__, url_prefix="/meetings")
PDF = "application/pdf"


@blueprint.get("/<reference>/minutes")
@access.requires("meeting:read")
def show(reference: str) -> Response:
    """The minutes as far as the reader may see them, with what the reader may do now."""
    return minutes_page.show(queries.find(db.session(), access.current_actor(), reference))


@blueprint.post("/<reference>/minutes/begin")
@access.requires("meeting:work")
def begin(reference: str) -> Response:
    """Draws the minutes up from the session."""
    with unit_of_work() as session:
        actor = access.current_actor()
        meeting = meeting_to_work_on(session, actor, reference)
        editing.begin_minutes(session, actor, access.now(), meeting=meeting)
    return see_other(".show", reference=reference)


@blueprint.route("/<reference>/minutes/blocks/<block>", methods=["GET", "POST"])
@access.requires("meeting:work")
def edit(reference: str, block: str) -> Response:
    """The texts of one block; saves itself while somebody writes, and keeps both texts when two people do."""
    seen, target = _block(reference, block)
    if request.method != "POST":
        return _edit_page(seen, target, _form_of(target))
    form = _form_of(target)
    texts = {name: form[name].data or "" for name in blocks.TEXTS[target["kind"]]}
    try:
        with unit_of_work() as session:
            actor = access.current_actor()
            _seen, minutes = queries.existing(session, actor, reference)
            target = editing.change_block(
                session, actor, access.now(), minutes=minutes, block=block, texts=texts,
                version=number_in(request.form.get("version")),
            )  # fmt: skip
    except editing.BlockChanged as conflict:
        return _conflict_page(reference, conflict)
    except InputRefused as refused:
        put_errors(form, refused.errors, t)
        return _edit_page(_block(reference, block)[0], target, form, 422)
    if wants_fragment():
        return page("minutes/_saved.html", block=target, saved_at=access.now())
    flash(t("Der Abschnitt ist gespeichert.", "The part is saved."), "success")
    return see_other(".show", reference=reference, _anchor=block)


@blueprint.route("/<reference>/minutes/refresh", methods=["GET", "POST"])
@access.requires("meeting:work")
def refresh(reference: str) -> Response:
    """Takes the facts anew from the session, after showing what that changes."""
    session, actor = db.session(), access.current_actor()
    seen, minutes = _to_work_on(reference)
    if request.method == "POST":
        with unit_of_work() as work:
            _seen, minutes = queries.existing(work, actor, reference)
            version = record_parts.row_version()
            changed = editing.refresh(work, actor, access.now(), minutes=minutes, row_version=version)
        done = t("Die Niederschrift ist auf dem Stand der Sitzung.", "The minutes match the session.")
        flash(done if changed else t("Es war nichts zu ändern.", "There was nothing to change."), "success")
        return see_other(".show", reference=reference)
    editing.require_unsent(minutes)
    fresh = blocks.refreshed(minutes.content, drafting.draft_of(session, seen.meeting))
    kept = [one for one in fresh["blocks"] if blocks.own_texts(one)]
    differ = versions.compared(minutes.content, fresh)
    return page(
        "minutes/refresh.html", minutes=minutes, kept=kept, titles=minutes_page.titles(minutes.content),
        **_differences(differ), **frame(seen.meeting, seen.standing, "minutes"),
    )  # fmt: skip


@blueprint.get("/<reference>/minutes/versions")
@access.requires("meeting:work")
def compare(reference: str) -> Response:
    """Two versions side by side in one text; without a choice the last two, or the last one and what stands now."""
    seen, minutes = _to_work_on(reference)
    numbers = [one.number for one in minutes.versions]
    if not numbers:
        raise NotVisible()
    old = number_in(request.args.get("old")) or numbers[-2 if len(numbers) > 1 else -1]
    new = number_in(request.args.get("new")) or 0
    older = queries.version(minutes, old)
    newer = queries.version(minutes, new).content if new else minutes.content
    differ = versions.compared(older.content, newer)
    return page(
        "minutes/versions.html", minutes=minutes, old=old, new=new,
        **_differences(differ), **frame(seen.meeting, seen.standing, "minutes"),
    )  # fmt: skip


@blueprint.get("/<reference>/minutes/draft.pdf")
@access.requires("meeting:work")
def draft(reference: str) -> Response:
    """The minutes as they stand, marked as a draft."""
    _seen, minutes = _to_work_on(reference)
    answer = make_response(files.draft_pdf(db.session(), minutes))
    answer.mimetype = PDF
    answer.headers["Content-Disposition"] = f'inline; filename="Entwurf {reference}.pdf"'
    return answer


@blueprint.get("/<reference>/minutes/minutes.pdf")
@access.requires("meeting:read")
def download(reference: str) -> Response:
    """A file of the minutes, as the reader may have it; the office chooses by ``?kind=`` and ``?version=``."""
    seen, minutes = queries.existing(db.session(), access.current_actor(), reference)
    kind, number = request.args.get("kind", "send"), number_in(request.args.get("version"))
    name, path = files.open_file(minutes, seen.standing, kind, record_parts.store(), number)
    return send_file(path, mimetype=PDF, download_name=name)


def _to_work_on(reference: str) -> tuple[queries.Seen, Any]:
    seen, minutes = queries.existing(db.session(), access.current_actor(), reference)
    require_work(access.current_actor(), seen.meeting.body)
    return seen, minutes


def _block(reference: str, block: str) -> tuple[queries.Seen, blocks.Block]:
    seen, minutes = _to_work_on(reference)
    target = blocks.find(minutes.content, block)
    if target is None:
        raise NotVisible()
    editing.require_unsent(minutes)
    return seen, target


def _form_of(target: blocks.Block, texts: dict[str, str] | None = None) -> Any:
    return forms.block_form(t, blocks.LABELS[target["kind"]], texts or target["texts"])


def _edit_page(seen: queries.Seen, target: blocks.Block, form: Any, status: int = 200) -> Response:
    pairs = error_pairs(form)
    place = url_for(".edit", reference=seen.meeting.record.reference, block=target["id"])
    return page(
        "minutes/edit.html", status=status, block=target, block_title=minutes_page.title_of(target), form=form,
        version=number_in(request.form.get("version")) or target["version"], action=place, error_pairs=pairs,
        form_errors=bool(pairs), minutes=seen.minutes, **frame(seen.meeting, seen.standing, "minutes"),
    )  # fmt: skip


def _conflict_page(reference: str, conflict: editing.BlockChanged) -> Response:
    """Both texts, what differs, and a form that holds mine; under htmx the message alone, while mine stays on the page."""
    if wants_fragment():
        said = t(
            "Jemand anderes hat diesen Abschnitt geändert. Ihr Text steht noch da und ist nicht gespeichert: Drücken Sie "
            "„Speichern“, um beide Fassungen zu sehen.",
            "Somebody else changed this part. Your text is still here and not saved: press “Save” to see both versions.",
        )
        return page("errors/message.html", status=409, sentence=said, reasons=())
    seen, target = _block(reference, conflict.current["id"])
    rows = [
        (label, target["texts"].get(name, ""), conflict.mine.get(name, ""))
        for name, label in blocks.LABELS[target["kind"]].items()
        if target["texts"].get(name, "") != conflict.mine.get(name, target["texts"].get(name, ""))
    ]
    form = _form_of(target, {**target["texts"], **conflict.mine})
    return page(
        "minutes/conflict.html", status=409, block=target, block_title=minutes_page.title_of(target), rows=rows, form=form,
        version=target["version"], action=url_for(".edit", reference=reference, block=target["id"]), error_pairs=[],
        english_labels=forms.ENGLISH, minutes=seen.minutes, **frame(seen.meeting, seen.standing, "minutes"),
    )  # fmt: skip


def _differences(differ: Any) -> dict[str, Any]:
    """What a comparison shows: only what changed, each with a sentence for those who hear the page."""
    tongue = language()
    shown = [(one, in_words(one, tongue)) for one in differ if one.kind != "same"]
    return {"differences": shown, "difference_summary": summary(differ, tongue)}
