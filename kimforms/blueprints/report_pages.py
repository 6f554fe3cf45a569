"""Draws the pages of a form under way, for people with and without account alike: a step, and the review at its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, current_app, g, request

from ..engine.definition import ProcessDefinition, Step
from ..engine.text import pick
from ..extensions import db
from ..forms import report as flow
from ..forms.builder import Circumstances
from ..forms.review import Review, review
from ..services import catalogues, reporting, throttle
from ..services.queries.reporting import Offer
from ..services.queries.similar_publications import similar_published
from . import access
from .rendering import language, page, t, wants_fragment


@dataclass(frozen=True)
class Desk:
    """Where the form is sent, and whether it belongs to a person with account (then it saves itself).

    Every step is sent to an address of its own: a form sent to the page's own address leaves no trace in the browser's
    history (HTML Standard, "navigate"), and "back" would skip all steps.
    """

    action: Callable[[str], str]
    refresh: str
    account: bool
    leave: str
    draft_id: int | None = None


@dataclass(frozen=True)
class Notice:
    """A message above the form: ``tone`` and heading, sentence, and lines below it."""

    tone: str
    title: str
    text: str = ""
    lines: Sequence[str] = ()


def circumstances() -> Circumstances:
    """Lists, day and language of this request; the same all through it, so that the same input is judged once."""
    if "circumstances" not in g:
        g.circumstances = Circumstances(catalogues.catalogues(db.session()), access.today(), language())
    about: Circumstances = g.circumstances
    return about


def visitor() -> reporting.Visitor:
    """The network this request comes from."""
    return reporting.Visitor(throttle.network_of(request.remote_addr), str(current_app.secret_key))


@dataclass(frozen=True)
class Case:
    """A form under way on its desk, in the version that it began with."""

    version: Offer
    definition: ProcessDefinition
    state: flow.FormState
    desk: Desk

    def next_page(self) -> flow.Page:
        """The page that follows what was pressed."""
        return flow.advance(self.definition, self.state, circumstances())


def show(
    case: Case,
    result: flow.Page,
    notice: Notice | None = None,
    status: int | None = None,
    *,
    base: str | None = None,
) -> Response:
    """The page that ``forms.report.advance`` chose; ``base`` is the mark of the stored step if it differs."""
    if result.step is None:
        return show_review(case, notice, status)
    about, state, step, form = circumstances(), case.state, result.step, result.form
    assert form is not None
    steps = flow.steps_shown(case.definition, state.raw, about)
    pairs = form.error_pairs()
    return page(
        "report/step.html",
        "report/_fields.html",
        status or (422 if pairs else 200),
        **_common(case, notice, step.id),
        step=step,
        form=form,
        number=next((place for place, one in enumerate(steps, start=1) if one.id == step.id), 1),
        count=len(steps),
        tasks=[] if wants_fragment() else _tasks(case, steps, step),
        error_pairs=pairs,
        form_errors=bool(pairs),
        news=result.news,
        asks_again=bool(result.hits) and state.action == "next",
        shown="|".join(flow.signature(form)),
        warned=flow.warning(form),
        base=base or flow.base_of(step, state.raw),
        saved_at=f"{access.now().astimezone(access.BERLIN):%H:%M}",
        saved=case.desk.account and state.action in ("refresh", "rows") and notice is None,
        carried=[] if case.desk.account else flow.carried(state, form),
    )


def show_review(case: Case, notice: Notice | None = None, status: int | None = None) -> Response:
    """All answers before they are sent, with what is missing, what is left out, and what looks like personal data."""
    about = circumstances()
    found: Review = review(case.definition, case.state.raw, about)
    carried = [] if case.desk.account else flow.carried(case.state, None)
    published = similar_published(
        db.session(),
        case.definition,
        case.state.raw,
        catalogues=about.catalogues,
        today=about.today,
        language=about.language,
    )
    return page(
        "report/check.html",
        status=status or 200,
        **_common(case, notice, flow.CHECK),
        review=found,
        carried=carried,
        published=published,
    )


def _common(case: Case, notice: Notice | None, step_id: str) -> dict[str, Any]:
    return {
        "process_title": pick(case.definition.title, language()),
        "state": case.state,
        "desk": case.desk,
        "action": case.desk.action(step_id),
        "notice": notice,
        "version_id": case.version.id,
    }


def _tasks(case: Case, steps: Sequence[Step], here: Step) -> list[dict[str, Any]]:
    """The steps with their status in words."""
    visited = case.state.visited
    wrong = flow.steps_wrong(case.definition, case.state.raw, circumstances()) if visited else ()
    tasks = []
    for step in steps:
        seen = step.id in visited
        if step.id == here.id:
            status, tone = t("in Arbeit", "in progress"), "info"
        elif seen and step.id not in wrong:
            status, tone = t("ausgefüllt", "filled in"), "success"
        elif seen:
            status, tone = t("unvollständig", "incomplete"), "warning"
        else:
            status, tone = t("noch offen", "not started"), "neutral"
        title = pick(step.title, language())
        tasks.append({"id": step.id, "title": title, "status": status, "tone": tone, "here": step.id == here.id})
    return tasks


def with_news(result: flow.Page, state: flow.FormState) -> flow.Page:
    """The same page, saying which questions the one in the browser does not have yet."""
    if result.form is not None:
        result.news = [result.form[name].label.text for name in flow.news(result.form, state.shown)]
    return result


def draft_title(definition: ProcessDefinition, state: flow.FormState) -> str:
    """What a draft is called in a list: the title given so far, on one line."""
    raw = state.raw.get(definition.projection.title or "")
    return " ".join(raw.split()) if isinstance(raw, str) else ""


def too_long_notice() -> Notice:
    """For input beyond what is kept."""
    return Notice(
        "danger",
        t("Das ist zu viel Text", "That is too much text"),
        t(
            "Ihre Angaben sind zusammen zu lang und wurden nicht gespeichert. Kürzen Sie sie, bevor Sie weitergehen.",
            "Your answers are too long altogether and were not saved. Shorten them before you go on.",
        ),
    )
