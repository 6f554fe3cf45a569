"""The public directory of advisory services: list with filters, one entry, the list on paper."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, request

from ..extensions import db
from ..forms.advisory_services import Filters, read_filters
from ..models import AdvisoryService
from ..services.advice import directory, directory_paper, vocabulary
from ..services.catalogues import catalogues
from ..services.refusals import NotVisible
from . import access
from .rendering import language, page, t, wants_fragment

blueprint = Blueprint("advisory_services", __name__, url_prefix="/services")


@blueprint.get("")
@access.public("whoever looks for advice has no account")
def index() -> Response:
    """The directory with its filters. The address holds the view."""
    choices = lists()
    filters, ignored = read_filters(request.args, choices)
    response = page("advisory_services/index.html", "advisory_services/_results.html", **listing(filters),
                    choices=choices, filters=filters, ignored=ignored, words=filter_words())  # fmt: skip
    if wants_fragment():
        query = filters.query()
        response.headers["HX-Push-Url"] = f"{request.script_root}/services{'?' if query else ''}{query}"
    return response


@blueprint.get("/list.pdf")
@access.public("the same list on paper")
def read_pdf() -> Response:
    """The list that the filters show as PDF/UA-1, to hand out."""
    filters, _ignored = read_filters(request.args, lists())
    found = listing(filters)
    paper = directory_paper.paper_of(found["entries"], found["stale"], access.today(), language())
    db.session.rollback()  # setting the paper takes a while and needs no connection
    response = make_response(directory_paper.as_pdf(paper))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = 'inline; filename="Beratungsdienste.pdf"'
    return response


@blueprint.get("/<slug>")
@access.public("one entry of the directory")
def show(slug: str) -> Response:
    """One entry. One that went up in another says so and leads there; one that ended is gone for everybody but its keepers."""
    session, actor = db.session(), access.current_actor()
    entry = directory.entry_by_slug(session, slug)
    keeps = directory.looks_after(actor, entry)
    into = session.get(AdvisoryService, entry.merged_into_id) if entry.merged_into_id else None
    if into is not None and not keeps:
        return page("advisory_services/merged.html", status=410, entry=entry, into=into)
    if not keeps and not directory.is_listed(entry, access.today()):
        raise NotVisible()
    return page("advisory_services/show.html", entry=entry, keeps=keeps, into=into, towns=towns(),
                stale=directory.stale_among(session, [entry], access.today()))  # fmt: skip


@blueprint.app_template_filter()
def language_words(codes: Any) -> str:
    """``Deutsch, Türkisch`` in the reader's language."""
    return ", ".join(vocabulary.language_names(codes or (), language()))


@blueprint.app_template_filter()
def advice_fields(keys: Any) -> str:
    """Fields of advice in the reader's language."""
    return ", ".join(vocabulary.field_name(key, language()) for key in keys or ())


def listing(filters: Filters) -> dict[str, Any]:
    """The entries that the filters show, and which of them nobody confirmed lately."""
    session, today = db.session(), access.today()
    found = directory.services_for(
        session, municipality=filters.municipality or None, field=filters.field or None, day=today
    )
    entries = [
        one
        for one in found
        if (not filters.language or filters.language in one.languages) and (not filters.accessible or one.accessible)
    ]
    return {"entries": entries, "stale": directory.stale_among(session, entries, today), "towns": towns()}


def lists() -> dict[str, list[tuple[str, str]]]:
    """What filters and forms offer, by name, in the reader's language."""
    known = catalogues(db.session())
    return {
        "municipality": [(one.value, one.label) for one in known.options("municipalities")],
        "organisation": [(one.value, one.label) for one in known.options("organisations")],
        "language": vocabulary.language_choices(language()),
        "field": vocabulary.field_choices(language()),
        "accessible": [("yes", t("nur barrierefreie", "step-free only"))],
    }


def towns() -> dict[str, str]:
    """Names of the municipalities by slug."""
    return dict(lists()["municipality"])


def filter_words() -> dict[str, str]:
    """What the filters are called."""
    return {
        "municipality": t("Kommune", "Municipality"),
        "language": t("Sprache", "Language"),
        "field": t("Thema", "Subject"),
        "accessible": t("Zugang", "Access"),
    }
