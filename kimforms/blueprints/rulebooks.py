"""The rules of procedure of a body: what is in force, its versions, the deadlines of a day, and a new version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, flash, request, url_for

from ..engine.text import pick
from ..extensions import db
from ..forms.records import error_pairs, put_errors
from ..forms.rulebook_words import in_english
from ..forms.rulebooks import deadline_form, rulebook_form
from ..models import Body
from ..permissions import may
from ..rules.rulebook_words import contradictions, differences
from ..services.bodies import rulebooks
from ..services.queries import rulebooks as queries
from ..services.refusals import InputRefused, NotPermitted
from ..services.unit_of_work import unit_of_work
from . import access
from .rendering import language, page, see_other, t

blueprint = Blueprint("rulebooks", __name__, url_prefix="/bodies")


@blueprint.get("/<slug>/rulebook")
@access.requires("body:read")
def show(slug: str) -> Response:
    """The rules in force today; with a day in the address, its deadlines by the rules of that day."""
    session, actor, today = db.session(), access.current_actor(), access.today()
    body = queries.readable_body(session, actor, slug, today)
    shown = queries.rulebook_page(session, body, today)
    form = deadline_form(t, request.args)
    asked = "day" in request.args
    counted = asked and form.validate() and form.day.day
    rules = rulebooks.rulebook_of(session, body, form.day.day) if counted else None
    return page(
        "rulebooks/show.html",
        shown=shown,
        form=form,
        asked=asked,
        deadlines=queries.deadlines(rules, form.day.day) if rules else (),
        words=_deadline_words(),
        contradictions=contradictions(shown.rules),
        may_change=may(actor, "rulebook:work", body.controller_id),
    )


@blueprint.route("/<slug>/rulebook/new", methods=["GET", "POST"])
@access.requires("rulebook:work")
def adopt(slug: str) -> Response:
    """A new version: first what it changes, then in force."""
    session, actor = db.session(), access.current_actor()
    body = _own_body(slug)
    form = _form(body)
    if request.method != "POST":
        return _form_page(body, form)
    form.validate()
    values, problems = form.read()
    if errors := problems | ({} if form.valid_from.day else {"valid_from": "Geben Sie den Tag an, ab dem sie gilt."}):
        return _refused(body, form, {key: one for key, one in errors.items() if not form[key].errors})
    new = rulebooks.NewVersion(values, form.valid_from.day, form.title.data or "", form.note.data or "")
    try:
        if request.form.get("do") != "adopt":
            return _form_page(body, form, preview=_preview(body, new))
        with unit_of_work() as session:
            number = rulebooks.adopt_rulebook(session, actor, access.now(), _own_body(slug), new).number
    except InputRefused as refused:
        return _refused(_own_body(slug), form, refused.errors)
    flash(t(f"Fassung {number} ist eingetragen.", f"Version {number} is entered."), "success")
    return see_other(".show", slug=slug)


def _refused(body: Body, form: Any, errors: Mapping[str, str]) -> Response:
    put_errors(form, {key: t(one, in_english(one)) for key, one in errors.items()}, t)
    return _form_page(body, form, status=422)


def _own_body(slug: str) -> Body:
    session, actor = db.session(), access.current_actor()
    body = queries.readable_body(session, actor, slug, access.today())
    if not may(actor, "rulebook:work", body.controller_id):
        raise NotPermitted()
    return body


def _form(body: Body) -> Any:
    """The form, filled with the latest version unless something was entered."""
    session = db.session()
    defaults = rulebooks.as_rules(session, None).values()
    form = rulebook_form(t, lambda text: pick(text, language()), queries.groups(session), defaults)
    if request.method != "POST":
        known = queries.versions(session, body)
        form.show(known[-1].values if known else {})
    return form


def _preview(body: Body, new: rulebooks.NewVersion) -> dict[str, Any]:
    session = db.session()
    rules = rulebooks.check_new(session, body, new)
    old = rulebooks.rulebook_of(session, body, new.valid_from)
    return {
        "changes": differences(old, rules),
        "contradictions": contradictions(rules),
        "meetings": queries.consequences(session, body, rules, new.valid_from, access.today()),
    }


def _form_page(body: Body, form: Any, *, status: int = 200, preview: dict[str, Any] | None = None) -> Response:
    return page(
        "rulebooks/new.html",
        status=status,
        body=body,
        form=form,
        form_errors=error_pairs(form),
        groups=queries.groups(db.session()),
        preview=preview,
        words=_deadline_words(),
        cancel_url=url_for(".show", slug=body.slug),
    )


def _deadline_words() -> dict[str, str]:
    return {
        "motions": t("Anträge zur Tagesordnung", "Motions for the agenda"),
        "email": t("Einladung per E-Mail", "Invitation by e-mail"),
        "post": t("Einladung per Post", "Invitation by post"),
        "short_email": t("Einladung per E-Mail mit verkürzter Ladungsfrist", "Invitation by e-mail, shortened notice"),
        "minutes": t("Versand der Niederschrift", "Sending the minutes"),
    }
