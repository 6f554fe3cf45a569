"""What the forms of bodies, seats and people share: one page for all of them, and what a refusal does to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, request, url_for

from ..forms.body_words import in_english, show_errors
from ..forms.records import error_pairs
from ..models import Body
from ..services.refusals import InputRefused, StaleVersion, StepRefused
from .rendering import page, t

Crumbs = Sequence[tuple[str, str]]


def crumbs_of(body: Body) -> list[tuple[str, str]]:
    """The way to the page of a body."""
    return [(t("Gremien", "Bodies"), url_for("bodies.index")), (body.name, url_for("bodies.show", slug=body.slug))]


def answer(form: Any, deed: Callable[[], Response], **shown: Any) -> Response:
    """Does the deed when the form was sent; shows the form otherwise and after a refusal, with what was typed."""
    if request.method != "POST":
        return form_page(form, **shown)
    try:
        return deed()
    except InputRefused as refused:
        show_errors(form, refused.errors, t)
        return form_page(form, status=422, **shown)
    except (StepRefused, StaleVersion) as refused:
        conflict = t(refused.sentence, in_english(refused.sentence))
        return form_page(form, status=refused.status, conflict=conflict, **shown)


def form_page(
    form: Any,
    *,
    title: str,
    submit: str,
    back: str,
    crumbs: Crumbs = (),
    lead: str = "",
    consequences: Sequence[str] = (),
    link: tuple[str, str] | None = None,
    danger: bool = False,
    row_version: int | None = None,
    conflict: str = "",
    status: int = 200,
) -> Response:
    """The page of one form; ``link`` is a way to something that the form needs, such as a new person."""
    pairs = error_pairs(form)
    return page(
        "bodies/form.html",
        status=status,
        form=form,
        error_pairs=pairs,
        form_errors=bool(pairs),
        page_title=title,
        submit=submit,
        back=back,
        crumbs=crumbs,
        lead=lead,
        consequences=consequences,
        aside_link=link,
        danger=danger,
        row_version=row_version,
        conflict=conflict,
    )
