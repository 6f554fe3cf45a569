"""Editions of the naturalisation checklist: the list, one as a page and as PDF; beginning, publishing, withdrawing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, make_response, request

from ..extensions import db
from ..forms.editions import kind_words, publish_form, verified_words, withdraw_form
from ..models import ChecklistEdition
from ..naturalisation.changes import differences
from ..naturalisation.check import check
from ..services.editions import drafting, edition_paper, publishing
from ..services.editions.reading import document_of
from ..services.queries import editions as queries
from ..services.refusals import NotVisible
from ..services.unit_of_work import unit_of_work
from . import access
from .edition_frame import attempt, form_context, own, own_draft, readable, state_words
from .rendering import page, see_other, t

blueprint = Blueprint("editions", __name__, url_prefix="/naturalisation/editions")


@blueprint.get("")
@access.requires("edition:read")
def index() -> Response:
    """The editions of each office; for staff with the draft."""
    offices = queries.by_office(db.session(), access.current_actor(), access.today())
    return page("editions/index.html", offices=offices, states=state_words())


@blueprint.post("/begin")
@access.requires("edition:work")
def begin() -> Response:
    """A draft with the content of the published edition."""
    typed = request.form.get("office", "")
    if not (typed.isascii() and typed.isdigit() and len(typed) < 10):
        raise NotVisible()
    with unit_of_work() as session:
        draft = drafting.begin_draft(session, access.current_actor(), access.now(), controller_id=int(typed))
        edition_id = draft.id
    flash(t("Der Entwurf ist angelegt.", "The draft is begun."), "success")
    return see_other(".show", edition_id=edition_id)


@blueprint.get("/<int:edition_id>")
@access.requires("edition:read")
def show(edition_id: int) -> Response:
    """One edition as people read it; a draft with the ways to change it."""
    session = db.session()
    edition = readable(edition_id)
    shown = queries.edition_page(session, access.current_actor(), edition, access.today())
    findings = check(shown.document) if shown.works and edition.state == "draft" else []
    words = {"kinds": kind_words(t), "verified": verified_words(t), "states": state_words()}
    return page("editions/show.html", shown=shown, findings=findings, **words)


@blueprint.get("/<int:edition_id>.pdf")
@access.requires("edition:read")
def print_pdf(edition_id: int) -> Response:
    """The edition as PDF/UA-1."""
    session = db.session()
    edition = readable(edition_id)
    shown = queries.edition_page(session, access.current_actor(), edition, access.today())
    paper = edition_paper.paper_of(shown)
    name = f"checkliste-{edition.controller.key}-fassung-{edition.number}.pdf"
    session.rollback()  # setting the paper takes a while and needs no connection
    response = make_response(edition_paper.as_pdf(paper))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


@blueprint.get("/<int:edition_id>/differences")
@access.requires("edition:read")
def compare(edition_id: int) -> Response:
    """What an edition says differently from the one that it began from."""
    edition = readable(edition_id)
    base = queries.base_of(db.session(), edition, access.today())
    base = base if base is not None and base.id != edition.id else None
    day = edition.valid_from or access.today()
    changes = differences(document_of(base), document_of(edition), day) if base is not None else []
    return page("editions/differences.html", edition=edition, base=base, changes=changes)


@blueprint.route("/<int:edition_id>/publish", methods=["GET", "POST"])
@access.requires("edition:work")
def publish(edition_id: int) -> Response:
    """First what would happen, then published with a date of effect."""
    edition = own_draft(edition_id)
    form = publish_form(t, None if request.method == "POST" else access.today())
    if request.method != "POST" or not form.validate() or request.form.get("do") != "publish":
        return _publish_page(edition, form, status=422 if form.valid_from.errors else 200)

    def deed() -> Response:
        with unit_of_work():
            publishing.publish(
                db.session(), access.current_actor(), access.now(), own(edition_id), form.valid_from.day,
                shown=request.form.get("shown", ""),
            )  # fmt: skip
        flash(t("Die Fassung ist veröffentlicht.", "The edition is published."), "success")
        return see_other(".show", edition_id=edition_id)

    return attempt(form, deed, lambda form, **more: _publish_page(own_draft(edition_id), form, **more))


@blueprint.route("/<int:edition_id>/withdraw", methods=["GET", "POST"])
@access.requires("edition:work")
def withdraw(edition_id: int) -> Response:
    """Withdraws a published edition, with a reason."""
    own(edition_id)
    form = withdraw_form(t)
    if request.method != "POST":
        return _withdraw_page(edition_id, form)

    def deed() -> Response:
        with unit_of_work() as session:
            reason = form.reason.data or ""
            lifted = publishing.withdraw(session, access.current_actor(), access.now(), own(edition_id), reason)
        told = t(
            f"{lifted} offene Checklisten stehen jetzt auf der Fassung, die gilt.",
            f"{lifted} open checklists follow the edition in effect now.",
        )
        flash(f"{t('Die Fassung ist zurückgezogen.', 'The edition is withdrawn.')} {told}", "success")
        return see_other(".show", edition_id=edition_id)

    return attempt(form, deed, lambda form, **more: _withdraw_page(edition_id, form, **more))


@blueprint.route("/<int:edition_id>/discard", methods=["GET", "POST"])
@access.requires("edition:work")
def discard(edition_id: int) -> Response:
    """Throws the draft away."""
    edition = own_draft(edition_id)
    if request.method != "POST":
        base = queries.base_of(db.session(), edition, access.today())
        count = len(differences(document_of(base), document_of(edition))) if base is not None else 0
        return page("editions/discard.html", edition=edition, changes=count)
    with unit_of_work() as session:
        drafting.discard_draft(session, access.current_actor(), access.now(), own(edition_id))
    flash(t("Der Entwurf ist verworfen.", "The draft is discarded."), "success")
    return see_other(".index")


def _publish_page(edition: ChecklistEdition, form: Any, *, status: int = 200, **refused: Any) -> Response:
    session, today = db.session(), access.today()
    day = form.valid_from.day
    refusal = publishing.day_refused(session, edition, day, today) if day else ""
    found = publishing.consequences(session, edition, day or today)
    context = form_context(form, **refused)
    return page(
        "editions/publish.html", status=status, edition=edition, found=found, day=day, day_refused=refusal, **context
    )


def _withdraw_page(edition_id: int, form: Any, *, status: int = 200, **refused: Any) -> Response:
    edition, session, today = own(edition_id), db.session(), access.today()
    checklists, services = publishing.in_use(session, edition.controller_id, edition.id)
    instead = publishing.instead_of(session, edition, today)
    return page(
        "editions/withdraw.html", status=status, edition=edition, checklists=checklists, services=services,
        instead=instead, **form_context(form, **refused),
    )  # fmt: skip
