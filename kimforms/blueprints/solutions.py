"""Solutions and decisions for everybody: list, entry, documents, paper, feeds; and, with an account, what one follows.

Reads publications alone, through ``queries.solutions``: nothing of a record can show here.
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

from flask import Blueprint, Response, current_app, flash, make_response, request, send_file

from ..documents.feeds import Feed, atom, rss
from ..extensions import db
from ..forms.records import put_errors
from ..forms.solutions import ALL, SOME, Filters, follow_form, read_filters
from ..models import Publication
from ..services import follows, solution_feed, solution_papers
from ..services.catalogues import catalogues
from ..services.file_store import FileStore
from ..services.news import ALL_FIELDS
from ..services.queries import solution_entry
from ..services.queries import solutions as queries
from ..services.queries.following import Following, following_of
from ..services.refusals import InputRefused, NotVisible
from ..services.unit_of_work import unit_of_work
from . import access
from .rendering import date_de, language, page, see_other, t, wants_fragment
from .solution_words import Words

blueprint = Blueprint("solutions", __name__, url_prefix="/solutions")
FILE_POLICY = "default-src 'none'; sandbox"
FEED_SECONDS = 300


@blueprint.app_template_filter()
def since_words(day: date) -> str:
    """``seit 01.12.2026``, or ``ab`` for a day to come."""
    began = day <= access.today()
    return (t("seit %s", "since %s") if began else t("ab %s", "from %s")) % date_de(day)


@blueprint.get("")
@access.public("what was decided and solved is for everybody; only what a second person released is in these tables")
def index() -> Response:
    """The list with search and filters. The address holds the view."""
    choices = queries.choices(db.session(), language())
    filters, ignored = read_filters(request.args, choices)
    after, before = request.args.get("after"), request.args.get("before")
    shown = queries.read_page(db.session(), filters, after=after, before=before, language=language())
    words = Words(filters, choices, ignored)
    response = page("solutions/index.html", "solutions/_results.html", words=words, filters=filters, shown=shown)
    if wants_fragment() and not (after or before):
        response.headers["HX-Push-Url"] = words.url()
    return response


@blueprint.get("/feed.atom")
@access.public("the same list for feed readers")
def read_atom() -> Response:
    """The list as Atom, newest changes first; takes the same filters."""
    return _feed(atom, "application/atom+xml")


@blueprint.get("/feed.rss")
@access.public("the same list for feed readers")
def read_rss() -> Response:
    """The list as RSS 2.0."""
    return _feed(rss, "application/rss+xml")


@blueprint.route("/follow", methods=["GET", "POST"])
@access.requires("solutions:follow")
def follow() -> Response:
    """What this person wants to hear of, and how."""
    known = following_of(db.session(), access.current_actor())
    form = _follow_form(known)
    if request.method != "POST":
        return _follow_page(known, form)
    try:
        with unit_of_work() as session:
            follows.follow_fields(
                session, access.current_actor(), access.now(), _wish(form, known), catalogues=catalogues(session)
            )
    except InputRefused as refused:
        put_errors(form, refused.errors, t)
        return _follow_page(following_of(db.session(), access.current_actor()), form, status=422)
    flash(t("Ihre Auswahl ist gespeichert.", "Your choice has been saved."), "success")
    return see_other(".follow")


@blueprint.get("/<slug>")
@access.public("one released entry; of a withdrawn one only that it was, and why")
def show(slug: str) -> Response:
    """One entry. A withdrawn one answers 410 (RFC 9110, 15.5.11): search engines drop it, people read why."""
    row = _find(slug)
    if row.withdrawn_at is not None:
        return page("solutions/withdrawn.html", status=410, row=row)
    return page(
        "solutions/show.html",
        row=row,
        entry=solution_entry.of_publication(row, language()),
        changes=solution_entry.changes_of(row.issues, language()),
        related=queries.related(db.session(), row, language()),
        preview=False,
    )


@blueprint.get("/<slug>/print.pdf")
@access.public("the same entry on paper")
def print_pdf(slug: str) -> Response:
    """The entry as PDF/UA-1."""
    row = _public(slug)
    entry = solution_entry.of_publication(row, language())
    changes = solution_entry.changes_of(row.issues, language())
    paper = solution_papers.solution_paper(entry, changes, row.controller, slug, language())
    db.session.rollback()  # setting the paper takes a while and needs no connection
    response = make_response(solution_papers.as_pdf(paper))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{slug}.pdf"'
    return response


@blueprint.get("/<slug>/documents/<int:file_id>")
@access.public("a released document of a released entry")
def download(slug: str, file_id: int) -> Response:
    """Sends a document to be saved, never to be opened inside this site."""
    found = queries.find_file(db.session(), slug, file_id)
    if found is None:
        raise NotVisible()
    path = FileStore(current_app.config["SETTINGS"].data_dir / "files").path_of(found.sha256)
    if not path.is_file():
        raise NotVisible()
    response = send_file(path, mimetype=found.blob.media_type, as_attachment=True, download_name=found.name, etag=False)
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return response


def _find(slug: str) -> Publication:
    row = queries.find(db.session(), slug)
    if row is None:
        raise NotVisible()
    return row


def _public(slug: str) -> Publication:
    row = _find(slug)
    if row.withdrawn_at is not None:
        raise NotVisible()
    return row


def _feed(write: Any, media_type: str) -> Response:
    choices = queries.choices(db.session())
    filters: Filters = read_filters(request.args, choices)[0]
    feed: Feed = solution_feed.feed_of(db.session(), filters, choices, request.path.removeprefix(request.script_root))
    body = write(feed)
    response = make_response(body)
    response.headers["Content-Type"] = f"{media_type}; charset=utf-8"
    response.headers["Cache-Control"] = f"public, max-age={FEED_SECONDS}"
    response.last_modified = feed.updated
    response.set_etag(hashlib.sha256(body).hexdigest()[:32])
    return response.make_conditional(request)  # type: ignore[return-value]


def _follow_form(known: Following) -> Any:
    return follow_form(
        t,
        known.fields,
        chosen=known.wish.fields,
        everything=ALL_FIELDS,
        mode=known.wish.mode,
        corrections=known.wish.corrections,
        organisation=known.organisation_name,
        shared=known.wish.organisation is not None,
    )


def _wish(form: Any, known: Following) -> follows.Wish:
    """What was entered; raises InputRefused when nothing was chosen where something was meant."""
    some = frozenset(form.fields.data or ()) if form.what.data == SOME else frozenset()
    if form.what.data == SOME and not some:
        sentence = "Wählen Sie mindestens ein Handlungsfeld, oder „nichts“."
        raise InputRefused({"fields": sentence})
    organisation = known.organisation if "organisation" in form and form.organisation.data else None
    chosen = frozenset({ALL_FIELDS}) if form.what.data == ALL else some
    return follows.Wish(chosen, form.mode.data or "", bool(form.corrections.data), organisation)


def _follow_page(known: Following, form: Any, status: int = 200) -> Response:
    return page(
        "solutions/follow.html", status=status, form=form, form_errors=bool(form.errors), known=known, all=ALL_FIELDS
    )
