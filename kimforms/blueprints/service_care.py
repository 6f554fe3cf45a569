"""Looking after the directory: own entries, entering, changing, confirming, ending and merging; and the link in a mail."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for

from ..extensions import db
from ..forms.advisory_services import ENGLISH, ORDER, ending_form, entry_form, merging_form, values_of
from ..forms.records import error_pairs, number_in, put_errors
from ..models import AdvisoryService, ReplyLink
from ..permissions import ANYONE, may
from ..services import reply_links
from ..services.advice import asking, directory, entries, merging
from ..services.refusals import InputRefused, StaleVersion, StepRefused
from ..services.unit_of_work import unit_of_work
from . import access, replies
from .advisory_services import lists, towns
from .rendering import page, see_other, t

blueprint = Blueprint("service_care", __name__, url_prefix="/services")
Refused = InputRefused | StepRefused | StaleVersion


@blueprint.get("/care")
@access.requires("directory:care")
def index() -> Response:
    """The entries that the reader looks after, with what nobody confirmed first."""
    session, actor = db.session(), access.current_actor()
    mine = directory.in_care_of(session, actor)
    stale = directory.stale_among(session, [one for one in mine if one.active], access.today())
    mine.sort(key=lambda one: (not one.active, one.id not in stale))
    return page("service_care/index.html", entries=mine, stale=stale, enters=access.can("directory:work"))


@blueprint.route("/new", methods=["GET", "POST"])
@access.requires("directory:work")
def new() -> Response:
    """A new entry."""
    form = entry_form(t, lists(), {}, ORDER)
    if request.method != "POST":
        return _form_page(form, None)
    try:
        with unit_of_work() as session:
            actor = access.current_actor()
            data = _entered(form, entries.EntryData(""))
            controller = min(actor.controllers("directory:work"))
            slug = entries.enter(session, actor, access.now(), data, controller_id=controller).slug
    except InputRefused as refused:
        return _form_page(form, None, refused)
    flash(t("Der Eintrag steht im Verzeichnis.", "The entry is in the directory."), "success")
    return see_other("advisory_services.show", slug=slug)


@blueprint.route("/<slug>/edit", methods=["GET", "POST"])
@access.requires("directory:care")
def edit(slug: str) -> Response:
    """Other data of an entry."""
    actor, entry = access.current_actor(), _mine(slug)
    form = entry_form(t, lists(), vars(entries.data_of(entry)), _parts(entry))
    if request.method != "POST":
        return _form_page(form, entry)
    try:
        with unit_of_work() as session:
            row = directory.entry_by_slug(session, slug)
            data = _entered(form, entries.data_of(row))
            seen = number_in(request.form.get("row_version", ""))
            entries.change(session, actor, access.now(), row, data, row_version=seen)
    except (InputRefused, StaleVersion) as refused:
        return _form_page(form, _mine(slug), refused)
    flash(t("Der Eintrag ist gespeichert.", "The entry is saved."), "success")
    return see_other("advisory_services.show", slug=slug)


@blueprint.post("/<slug>/deeds")
@access.requires("directory:care")
def act(slug: str) -> Response:
    """Confirms the entry, asks the service by mail, or puts an ended entry back."""
    deed = request.form.get("deed", "")
    actor, now = access.current_actor(), access.now()
    with unit_of_work() as session:
        entry = directory.entry_by_slug(session, slug)
        directory.require_care(actor, entry)
        if deed == "ask":
            asking.ask(session, actor, now, entry)
        elif deed == "restore":
            entries.set_active(session, actor, now, entry, True, "")
        else:
            entries.confirm(session, actor, now, entry)
    said = {
        "ask": t("Die Nachfrage ist unterwegs.", "The question is on its way."),
        "restore": t("Der Eintrag steht wieder im Verzeichnis.", "The entry is in the directory again."),
    }
    flash(
        said.get(deed) or t("Der Eintrag ist bestätigt. Vielen Dank.", "The entry is confirmed. Thank you."), "success"
    )
    return see_other("advisory_services.show", slug=slug)


@blueprint.route("/<slug>/end", methods=["GET", "POST"])
@access.requires("directory:work")
def end(slug: str) -> Response:
    """Takes an entry off the pages and out of letters."""
    entry, form = _mine(slug), ending_form(t)
    if request.method != "POST":
        return page("service_care/end.html", entry=entry, form=form, error_pairs=[])
    try:
        with unit_of_work() as session:
            row, reason = directory.entry_by_slug(session, slug), form.reason.data or ""
            entries.set_active(session, access.current_actor(), access.now(), row, False, reason)
    except (InputRefused, StepRefused) as refused:
        return _again("service_care/end.html", form, _mine(slug), refused)
    flash(t("Der Eintrag ist beendet.", "The entry has ended."), "success")
    return see_other(".index")


@blueprint.route("/<slug>/merge", methods=["GET", "POST"])
@access.requires("directory:work")
def merge(slug: str) -> Response:
    """Lets an entry go up in another one."""
    entry = _mine(slug)
    form = merging_form(t, _others(entry))
    if request.method != "POST":
        return page("service_care/merge.html", entry=entry, form=form, error_pairs=[])
    try:
        with unit_of_work() as session:
            row, chosen = directory.entry_by_slug(session, slug), form.into.data or slug
            merging.merge(session, access.current_actor(), access.now(), row, directory.entry_by_slug(session, chosen))
    except (InputRefused, StepRefused) as refused:
        return _again("service_care/merge.html", form, _mine(slug), refused)
    flash(t("Die Einträge sind zusammengeführt.", "The entries have been merged."), "success")
    return see_other("advisory_services.show", slug=chosen)


@replies.answers("service")
def by_link(link: ReplyLink, token: str) -> Response:
    """The entry behind the link of a mail. Looking changes nothing; a button confirms, a form corrects."""
    entry = asking.entry_behind(db.session(), link)
    form = entry_form(t, lists(), vars(entries.data_of(entry)), sorted(entries.WITHOUT_ACCOUNT))
    if request.method != "POST":
        return _link_page(entry, link, token, form, correcting=request.args.get("correct") == "1")
    corrects = request.form.get("deed") == "correct"
    try:
        with unit_of_work() as session:
            _answer(session, session.get_one(ReplyLink, link.id), form if corrects else None)
    except InputRefused as refused:
        put_errors(form, _said(refused), t)
        link = db.session().get_one(ReplyLink, link.id)
        return _link_page(asking.entry_behind(db.session(), link), link, token, form, correcting=True, status=422)
    flash(t("Vielen Dank. Der Eintrag ist bestätigt.", "Thank you. The entry is confirmed."), "success")
    return redirect(url_for("replies.open_link", token=token), 303)  # type: ignore[return-value]


def _answer(session: Any, link: ReplyLink, form: Any | None) -> None:
    """Confirms once for each mail, however often the button is pressed; what is wrong may be corrected again."""
    entry, now = asking.entry_behind(session, link), access.now()
    if form is not None:
        changed = entries.correct_by_link(session, ANYONE, now, entry, _entered(form, entries.data_of(entry)))
        asking.tell_of_correction(session, now, entry, changed)
    elif link.first_used_at is None:
        entries.note_confirmation(session, ANYONE, now, entry, by=entry.email, via="link")
    reply_links.note_use(link, now)


def _link_page(
    entry: AdvisoryService, link: ReplyLink, token: str, form: Any, *, correcting: bool, status: int = 200
) -> Response:
    pairs = error_pairs(form)
    return page("service_care/answer.html", status=status, entry=entry, used=link.first_used_at, token=token, form=form,
                correcting=correcting, error_pairs=pairs, form_errors=bool(pairs), towns=towns())  # fmt: skip


def _mine(slug: str) -> AdvisoryService:
    entry = directory.entry_by_slug(db.session(), slug)
    directory.require_care(access.current_actor(), entry)
    return entry


def _parts(entry: AdvisoryService) -> list[str]:
    """What of an entry the reader may change."""
    whole = may(access.current_actor(), "directory:work", entry.controller_id)
    return [name for name in ORDER if whole or name not in entries.BY_STAFF]


def _entered(form: Any, known: entries.EntryData) -> entries.EntryData:
    """The entry as it shall be. Raises :class:`InputRefused` for a day that cannot be read."""
    if "valid_until" in form and not form.valid_until.validate(form):
        sentence, form.valid_until.errors = str(form.valid_until.errors[0]), []
        raise InputRefused({"valid_until": sentence})
    return entries.replace(known, **values_of(form))


def _others(entry: AdvisoryService) -> list[tuple[str, str]]:
    found = directory.in_care_of(db.session(), access.current_actor())
    return [(one.slug, one.name) for one in found if one.active and one.id != entry.id]


def _form_page(form: Any, entry: AdvisoryService | None, refused: Refused | None = None) -> Response:
    template = "service_care/edit.html"
    if refused is not None:
        return _again(template, form, entry, refused)
    return page(template, form=form, entry=entry, error_pairs=[])


def _again(template: str, form: Any, entry: AdvisoryService | None, refused: Refused) -> Response:
    """The same page with everything typed and what is in its way."""
    if isinstance(refused, InputRefused):
        put_errors(form, _said(refused), t)
    pairs = error_pairs(form)
    conflict = (
        None
        if isinstance(refused, InputRefused)
        else t(refused.sentence, ENGLISH.get(refused.sentence, refused.sentence))
    )
    return page(template, status=refused.status, form=form, entry=entry, error_pairs=pairs, form_errors=bool(pairs),
                conflict=conflict)  # fmt: skip


def _said(refused: InputRefused) -> dict[str, str]:
    return {name: t(sentence, ENGLISH.get(sentence, sentence)) for name, sentence in refused.errors.items()}
