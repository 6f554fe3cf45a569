"""Versions of the campaign's letter: list, draft, enclosure, preview, approval."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, flash, request, send_file

from ..extensions import db
from ..forms.campaign import letter_form
from ..models import LetterTemplate
from ..naturalisation.letters import PLACEHOLDERS
from ..services.campaign import printing, templates
from ..services.campaign.access import own_office, own_template, templates_of
from ..services.campaign.composing import text_of
from ..services.campaign.letter_texts import letter
from ..services.file_store import FileStore
from ..services.refusals import InputRefused, NotVisible
from ..services.unit_of_work import unit_of_work
from . import access
from .campaign import pdf_response
from .rendering import page, see_other, t

blueprint = Blueprint("campaign_templates", __name__, url_prefix="/campaign/templates")

MOST = 2**63 - 1
ONE = f"/<int(max={MOST}):template_id>"


@blueprint.get("")
@access.requires("campaign:work")
def index() -> Response:
    """All versions of the office's letter."""
    session = db.session()
    office = own_office(session, access.current_actor())
    return page(
        "campaign/templates.html", office=office, versions=templates_of(session, office.id), states=state_words()
    )


@blueprint.post("")
@access.requires("campaign:work")
def begin() -> Response:
    """A new draft."""
    actor = access.current_actor()
    with unit_of_work() as session:
        office = own_office(session, actor)
        made = templates.begin_draft(session, actor, access.now(), office.id, office.key)
        template_id = made.id
    return see_other(".show", template_id=template_id)


@blueprint.route(ONE, methods=["GET", "POST"])
@access.requires("campaign:work")
def show(template_id: int) -> Response:
    """A draft to be changed, or an approved version to read."""
    session, actor = db.session(), access.current_actor()
    template = own_template(session, actor, template_id)
    if template.state != "draft" and request.method != "POST":
        return page("campaign/template.html", version=template, letter=letter(), states=state_words())
    form = letter_form(t, letter(), template)
    if request.method == "POST" and form.validate():
        try:
            with unit_of_work() as session:
                templates.change(
                    session, actor, access.now(), own_template(session, actor, template_id), note=form.note.data or "",
                    blocks={one.id: form[one.id].data or "" for one in letter().blocks}, law_status=form.law_status.day,
                    row_version=_version(),
                )  # fmt: skip
            flash(t("Der Entwurf ist gespeichert.", "The draft is saved."), "success")
            return see_other(".show", template_id=template_id)
        except InputRefused as refused:
            _show_errors(form, refused)
    return _draft_page(template_id, form)


@blueprint.post(f"{ONE}/brochure")
@access.requires("campaign:work")
def add_brochure(template_id: int) -> Response:
    """Takes the enclosure in."""
    actor = access.current_actor()
    template = own_template(db.session(), actor, template_id)
    file = request.files.get("brochure")
    try:
        if file is None or not file.filename:
            raise InputRefused({"brochure": t("Wählen Sie eine PDF-Datei aus.", "Choose a PDF file.")})
        sha256, size, name = templates.store_brochure(file.stream, file.filename, _store())
    except InputRefused as refused:
        return _draft_page(template_id, letter_form(t, letter(), template), brochure_error=refused.errors["brochure"])
    with unit_of_work() as session:
        found = own_template(session, actor, template_id)
        templates.set_brochure(session, actor, access.now(), found, sha256=sha256, size=size, name=name)
    flash(t("Die Broschüre ist hochgeladen.", "The brochure is uploaded."), "success")
    return see_other(".show", template_id=template_id)


@blueprint.get(f"{ONE}/brochure.pdf")
@access.requires("campaign:work")
def brochure(template_id: int) -> Response:
    """The enclosure, to be printed and put in."""
    template = own_template(db.session(), access.current_actor(), template_id)
    if not template.brochure_sha256:
        raise NotVisible()
    path = _store().path_of(template.brochure_sha256)
    return send_file(
        path, mimetype="application/pdf", as_attachment=True, download_name=template.brochure_name, etag=False
    )


@blueprint.get(f"{ONE}/preview.pdf")
@access.requires("campaign:work")
def preview(template_id: int) -> Response:
    """The letter with an invented address, also for merging in the office's own program."""
    session, now = db.session(), access.now()
    template = own_template(session, access.current_actor(), template_id)
    text = text_of(session, now, template.controller, template, None)
    return pdf_response(printing.model_of(text, *printing.SAMPLE))


@blueprint.route(f"{ONE}/approve", methods=["GET", "POST"])
@access.requires("campaign:work")
def approve(template_id: int) -> Response:
    """Asks, shows what stands out, and closes the version for good."""
    session, actor = db.session(), access.current_actor()
    template = own_template(session, actor, template_id)
    if request.method != "POST":
        found = templates.problems(session, template, access.now())
        return page("campaign/approve.html", version=template, found=found, titles=_titles())
    with unit_of_work() as session:
        found_template = own_template(session, actor, template_id)
        sure = request.form.get("sure") == "yes"
        templates.approve(session, actor, access.now(), found_template, sure=sure, row_version=_version())
    flash(t("Die Fassung ist freigegeben.", "The version is approved."), "success")
    return see_other(".show", template_id=template_id)


def state_words() -> dict[str, tuple[str, str]]:
    """States of a version with their tones."""
    return {
        "draft": (t("Entwurf", "draft"), "info"),
        "approved": (t("freigegeben", "approved"), "success"),
        "retired": (t("abgelöst", "replaced"), "neutral"),
    }


def _draft_page(template_id: int, form: Any, brochure_error: str = "") -> Response:
    session = db.session()
    template: LetterTemplate = own_template(session, access.current_actor(), template_id)
    pairs = [
        (form[name].id, f"{form[name].label.text}: {text}")
        for name in form.data
        if name in form
        for text in form[name].errors
    ]
    wrong = [*pairs, *([("brochure", brochure_error)] if brochure_error else [])]
    return page(
        "campaign/draft.html", status=422 if wrong else 200, version=template, form=form, letter=letter(), error_pairs=wrong,
        found=templates.problems(session, template, access.now()), titles=_titles(), placeholders=PLACEHOLDERS,
        brochure_error=brochure_error,
    )  # fmt: skip


def _titles() -> dict[str, str]:
    return {one.id: one.title for one in letter().blocks} | {"law_status": t("Rechtsstand", "Status of the law")}


def _show_errors(form: Any, refused: InputRefused) -> None:
    for name, sentence in refused.errors.items():
        if name in form:
            form[name].errors = [*form[name].errors, sentence]


def _version() -> int:
    shown = request.form.get("shown", "")
    return int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 10 else -1


def _store() -> FileStore:
    return FileStore(current_app.config["SETTINGS"].data_dir / "files")
