"""Themes: the board, the list, a new one out of reports, and what the page of a theme shows beside its answers."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for

from ..extensions import db
from ..forms.records import number_in
from ..forms.themes import MOST_REPORTS, new_theme_form, read_filters, references_in
from ..permissions import may
from ..services.catalogues import catalogues
from ..services.queries import agendas_of, theme_chain, theme_page, theme_timeline, themes
from ..services.queries.record_page import Seen
from ..services.refusals import InputRefused
from ..services.themes import merging, opening
from ..services.themes.reports import GroupedMeanwhile
from ..services.unit_of_work import unit_of_work
from . import access, process_parts, theme_forms
from .process_parts import Part
from .rendering import language, page, see_other, t

blueprint = Blueprint("themes", __name__, url_prefix="/themes")


@blueprint.app_template_filter("share_rows")
def share_rows(shares: Sequence[theme_page.Share]) -> list[tuple[str, int]]:
    """Rows of a chart: what each line is called, and its cases."""
    return [(one.label, one.cases) for one in shares]


@blueprint.get("")
@access.requires("theme:read")
def index() -> Response:
    """The board by station, or the list (``?as=list``); the address holds the filters."""
    found = themes.open_themes(db.session(), access.current_actor(), access.now(), language())
    filters = read_filters(request.args, found.choices)
    as_list = request.args.get("as") == "list"
    context: dict[str, Any] = {
        "themes": found,
        "filters": filters,
        "as_list": as_list,
        "chips": _chips(found, filters, as_list),
        "address": lambda **changes: _address(filters, as_list, **changes),
    }
    if as_list:
        keys = {name: number_in(request.args.get(name)) for name in ("after", "before")}
        context["shown"] = themes.theme_list(db.session(), found, filters, **keys)
    else:
        context["columns"], context["more"] = themes.board(db.session(), found, filters)
    return page("themes/index.html", "themes/_results.html", **context)


def _address(filters: Any, as_list: bool, key: str = "", **changes: str) -> str:
    """The address of this view with other filters, or of a page in it."""
    parts = ["as=list" if as_list else "", filters.query(**changes), key]
    query = "&".join(part for part in parts if part)
    return url_for(".index") + (f"?{query}" if query else "")


def _chips(found: themes.Themes, filters: Any, as_list: bool) -> list[tuple[str, str]]:
    own = {
        "mine": t("Von mir betreut", "In my hands"),
        "stalled": t("Stockt", "Stalled"),
        "status": t("Auch abgeschlossene", "Closed ones too"),
    }
    labels = {"field": t("Handlungsfeld", "Field of action"), "municipality": t("Kommune", "Municipality")}
    chips = []
    for name in filters.active():
        value = dict(found.choices[name]).get(getattr(filters, name), "")
        chips.append((own.get(name) or f"{labels[name]}: {value}", _address(filters, as_list, **{name: ""})))
    return chips


@blueprint.get("/new")
@access.requires("theme:work")
def new() -> Response:
    """A new theme; ``?reports=`` names the reports to begin with."""
    references = references_in(request.args.getlist("reports"))
    values = {"title": request.args.get("title", "")[:160]}
    return _new_page(theme_forms.Wanted.of(references[:MOST_REPORTS]), new_theme_form(t, _areas(), values))


@blueprint.post("/new")
@access.requires("theme:work")
def create() -> Response:
    """Opens the theme, or shows the page again: with found reports, with more or fewer of them, or with what to mend."""
    wanted = theme_forms.Wanted.posted(request.form)
    form = new_theme_form(t, _areas())
    if wanted.deed != "create":
        return _new_page(wanted, form)
    try:
        with unit_of_work() as session:
            opened = opening.open_theme(
                session, access.current_actor(), access.now(), title=form.title.data or "",
                summary=form.summary.data or "", fields_of_action=form.fields_of_action.data or (),
                reports=wanted.chosen(), submission_key=wanted.key, seen=wanted.seen, language=language(),
            )  # fmt: skip
            reference = opened.theme.reference
    except (InputRefused, GroupedMeanwhile) as refused:
        return _new_page(wanted, form, refused=refused)
    _say_opened(reference, opened)
    return see_other("records.show", reference=reference)


def _say_opened(reference: str, opened: opening.Opened) -> None:
    if not opened.fresh:
        flash(t(f"{reference} ist schon angelegt. Nichts ist doppelt geschehen.",
                f"{reference} has been begun already. Nothing happened twice."), "info")  # fmt: skip
        return
    flash(t(f"Das Thema {reference} ist angelegt.", f"The theme {reference} has been begun."), "success")
    theme_forms.say_waiting(opened.gathered.waiting)


def _areas() -> list[tuple[str, str]]:
    return [(one.value, one.label) for one in catalogues(db.session()).options("fields_of_action")]


def _new_page(
    wanted: theme_forms.Wanted, form: Any, refused: InputRefused | GroupedMeanwhile | None = None
) -> Response:
    session, actor = db.session(), access.current_actor()
    opening.theme_version(session, actor)  # refuses whose office has no themes
    shown = theme_forms.shown_reports(session, actor, access.now(), wanted, language())
    pairs = theme_forms.mark(form, shown, refused) if isinstance(refused, InputRefused) else []
    return page(
        "themes/new.html",
        status=refused.status if refused is not None else 200,
        form=form,
        shown=shown,
        key=wanted.key or secrets.token_urlsafe(16),
        meanwhile=refused if isinstance(refused, GroupedMeanwhile) else None,
        error_pairs=pairs,
        form_errors=bool(pairs),
        no_history=request.method == "POST",
    )


@blueprint.get("/<reference>")
@access.requires("theme:read")
def show(reference: str) -> Response:
    """A theme is a record and has its page there."""
    return redirect(url_for("records.show", reference=reference), 303)  # type: ignore[return-value]


@process_parts.show_with("theme")
def part(seen: Seen) -> Part | None:
    """Reports, figures, what came of it and the story on the page of a theme, for those who read themes."""
    actor, session, now, theme = access.current_actor(), db.session(), access.now(), seen.record
    if not may(actor, "theme:read", theme.controller_id):
        return None
    chain = theme_chain.chain_of(session, actor, now, theme, language=language())
    papers = [one.reference for one in chain.pieces.get("decision_paper", ())]
    values = {
        "points": agendas_of.points_about(session, actor, theme, papers),
        "reports": theme_page.reports_of(session, theme, language=language()),
        "figures": theme_page.figures_of(session, theme, language=language()),
        "chain": chain,
        "story": theme_timeline.story(session, actor, now, theme, language=language()),
        "tones": theme_timeline.TONES,
        "result": lambda one: theme_timeline.result_in_words(one, language()),
        "votes": lambda one: theme_timeline.votes_in_words(one, language()),
        "may_group": may(actor, "theme:work", theme.controller_id) and theme.open,
        "may_merge": may(actor, "theme:work", theme.controller_id) and merging.can_merge(theme),
        "may_undo": may(actor, "theme:work", theme.controller_id),
    }
    tabs = (
        (t("Meldungen", "Reports"), "#theme-reports"),
        (t("Zahlen", "Figures"), "#theme-figures"),
        (t("Was daraus wurde", "What came of it"), "#theme-chain"),
        (t("Geschichte", "Story"), "#theme-story"),
    )
    return Part("themes/_parts.html", values, tabs, (t("Themen", "Themes"), url_for("themes.index")))
