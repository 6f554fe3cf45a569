"""What is done to a theme: reports taken in, let go, moved, their cases; merging, splitting, the dossier.

Each deed has a page that says what will happen; the POST at the same address does it.
"""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, Response, flash, make_response, request
from sqlalchemy.orm import Session

from ..extensions import db
from ..forms.records import number_in
from ..forms.themes import cases_form, references_in, split_form, target_form, whole_number
from ..models import Record, RecordLink, ThemeMerge
from ..services.queries import theme_page
from ..services.queries.record_page import Seen
from ..services.records import printing
from ..services.refusals import InputRefused, NotVisible, StepRefused
from ..services.themes import counting, dossier, grouping, merging, opening
from ..services.themes.reports import PROCESS, GroupedMeanwhile, require_theme, themes_of
from ..services.unit_of_work import unit_of_work
from . import access, record_parts, theme_forms
from .rendering import language, page, see_other, t

blueprint = Blueprint("theme_deeds", __name__, url_prefix="/themes/<reference>")


@blueprint.get("/reports")
@access.requires("theme:read")
def reports(reference: str) -> Response:
    """The reports of a theme, a page at a time; with what is needed to take in more."""
    return _reports_page(reference, theme_forms.Wanted(search=request.args.get("q", "")[:200]))


@blueprint.post("/reports")
@access.requires("theme:work")
def add(reference: str) -> Response:
    """Takes in what was ticked and typed; a search shows what it found."""
    wanted = theme_forms.Wanted.posted(request.form)
    if wanted.deed == "search":
        return _reports_page(reference, wanted)
    try:
        with unit_of_work() as session:
            theme = _theme(session, reference).record
            gathered = grouping.add_reports(
                session, access.current_actor(), access.now(), theme=theme, reports=wanted.chosen(),
                row_version=record_parts.row_version(), seen=wanted.seen,
            )  # fmt: skip
    except (InputRefused, GroupedMeanwhile) as refused:
        return _reports_page(reference, wanted, refused=refused)
    _say_taken(gathered)
    return see_other(".reports", reference=reference)


def _say_taken(gathered: grouping.Gathered) -> None:
    number = len(gathered.taken)
    if number:
        flash(t("1 Meldung ist aufgenommen." if number == 1 else f"{number} Meldungen sind aufgenommen.",
                "1 report has been taken in." if number == 1 else f"{number} reports have been taken in."), "success")  # fmt: skip
    else:
        flash(t("Es war nichts aufzunehmen.", "There was nothing to take in."), "info")
    theme_forms.say_waiting(gathered.waiting)


def _reports_page(
    reference: str, wanted: theme_forms.Wanted, refused: InputRefused | GroupedMeanwhile | None = None
) -> Response:
    session, actor = db.session(), access.current_actor()
    seen = _theme(session, reference)
    shown = theme_forms.shown_reports(session, actor, access.now(), wanted, language())
    pairs = theme_forms.mark({}, shown, refused) if isinstance(refused, InputRefused) else []
    keys = {name: number_in(request.args.get(name)) for name in ("after", "before")}
    return page(
        "themes/reports.html",
        "themes/_reports.html",
        status=refused.status if refused is not None else 200,
        record=seen.record,
        reports=theme_page.reports_of(session, seen.record, language=language(), **keys),
        may_group=access.can("theme:work") and seen.record.open,
        shown=shown,
        meanwhile=refused if isinstance(refused, GroupedMeanwhile) else None,
        error_pairs=pairs,
        form_errors=bool(pairs),
        no_history=request.method == "POST",
    )


@blueprint.get("/reports/<int:link_id>/cases")
@access.requires("theme:work")
def ask_cases(reference: str, link_id: int) -> Response:
    """How many cases a report stands for."""
    seen, link = _joined(db.session(), reference, link_id)
    return _cases_page(seen, link, cases_form(t, link.cases, link.note))


@blueprint.post("/reports/<int:link_id>/cases")
@access.requires("theme:work")
def state_cases(reference: str, link_id: int) -> Response:
    """States the number."""
    form = cases_form(t, None, None)
    try:
        with unit_of_work() as session:
            seen, link = _joined(session, reference, link_id)
            changed = counting.state_cases(
                session, access.current_actor(), access.now(), theme=seen.record, link=link,
                cases=whole_number(form.cases.data), note=form.note.data or "",
                row_version=record_parts.row_version(),
            )  # fmt: skip
    except InputRefused as refused:
        pairs = theme_forms.mark(form, None, refused)
        return _cases_page(*_joined(db.session(), reference, link_id), form, pairs)
    _flash_done(changed, t("Die Zahl der Fälle ist festgelegt.", "The number of cases is stated."))
    return see_other("records.show", reference=reference, _anchor="theme-reports")


def _cases_page(seen: Seen, link: RecordLink, form: Any, pairs: list[tuple[str, str]] | None = None) -> Response:
    return page(
        "themes/cases.html",
        status=422 if pairs else 200,
        record=seen.record,
        report=link.from_record,
        link=link,
        proposed=counting.proposal(link.from_record),
        form=form,
        error_pairs=pairs or [],
        form_errors=bool(pairs),
    )


@blueprint.get("/reports/<int:link_id>/remove")
@access.requires("theme:work")
def ask_remove(reference: str, link_id: int) -> Response:
    """What happens to a report that is taken out."""
    session = db.session()
    seen, link = _joined(session, reference, link_id)
    others = [one for one in themes_of(session, [link.from_id])[link.from_id] if one.id != seen.record.id]
    return page("themes/remove.html", record=seen.record, report=link.from_record, link=link, others=others)


@blueprint.post("/reports/<int:link_id>/remove")
@access.requires("theme:work")
def remove(reference: str, link_id: int) -> Response:
    """Takes it out."""
    with unit_of_work() as session:
        seen, link = _joined(session, reference, link_id)
        name = link.from_record.reference
        grouping.remove_report(
            session, access.current_actor(), access.now(), theme=seen.record, link=link,
            row_version=record_parts.row_version(),
        )  # fmt: skip
    flash(t(f"{name} gehört nicht mehr zu diesem Thema.", f"{name} no longer belongs to this theme."), "success")
    return see_other("records.show", reference=reference, _anchor="theme-reports")


@blueprint.get("/reports/<int:link_id>/move")
@access.requires("theme:work")
def ask_move(reference: str, link_id: int) -> Response:
    """Into which theme a report is to go."""
    return _move_page(*_joined(db.session(), reference, link_id), _target())


@blueprint.post("/reports/<int:link_id>/move")
@access.requires("theme:work")
def move(reference: str, link_id: int) -> Response:
    """Moves it with its cases."""
    form = _target()
    try:
        with unit_of_work() as session:
            seen, link = _joined(session, reference, link_id)
            name, target = link.from_record.reference, _named(session, form.target.data)
            grouping.move_report(
                session, access.current_actor(), access.now(), theme=seen.record, link=link, target=target,
                row_version=record_parts.row_version(),
            )  # fmt: skip
            there = target.reference
    except InputRefused as refused:
        pairs = theme_forms.mark(form, None, refused)
        return _move_page(*_joined(db.session(), reference, link_id), form, pairs)
    flash(t(f"{name} gehört jetzt zu {there}.", f"{name} now belongs to {there}."), "success")
    return see_other("records.show", reference=reference, _anchor="theme-reports")


def _move_page(seen: Seen, link: RecordLink, form: Any, pairs: list[tuple[str, str]] | None = None) -> Response:
    return page(
        "themes/move.html",
        status=422 if pairs else 200,
        record=seen.record,
        report=link.from_record,
        link=link,
        form=form,
        error_pairs=pairs or [],
        form_errors=bool(pairs),
    )


@blueprint.get("/merge")
@access.requires("theme:work")
def ask_merge(reference: str) -> Response:
    """Into which theme this one is to go, and, once it is named, what will happen."""
    session = db.session()
    seen = _theme(session, reference)
    require_theme(access.current_actor(), seen.record)
    form = _target()
    if not request.args.get("target"):
        return _merge_page(seen, form)
    form.target.data = request.args["target"]
    try:
        target = _named(session, form.target.data)
    except InputRefused as refused:
        return _merge_page(seen, form, pairs=theme_forms.mark(form, None, refused))
    return _merge_page(seen, form, target)


@blueprint.post("/merge")
@access.requires("theme:work")
def merge(reference: str) -> Response:
    """Merges the themes."""
    form = _target()
    try:
        with unit_of_work() as session:
            source, target = _theme(session, reference).record, _named(session, form.target.data)
            merging.merge(
                session, access.current_actor(), access.now(), source=source, target=target,
                row_version=record_parts.row_version(), target_version=number_in(request.form.get("target_version")),
            )  # fmt: skip
            there = target.reference
    except InputRefused as refused:
        return _merge_page(_theme(db.session(), reference), form, pairs=theme_forms.mark(form, None, refused))
    flash(t(f"{reference} ist in {there} aufgegangen. Sie können das rückgängig machen.",
            f"{reference} was merged into {there}. You can undo this."), "success")  # fmt: skip
    return see_other("records.show", reference=there)


def _merge_page(
    seen: Seen, form: Any, target: Record | None = None, pairs: list[tuple[str, str]] | None = None
) -> Response:
    if not merging.can_merge(seen.record):
        raise StepRefused([t("Dieses Thema lässt sich in seinem Stand nicht zusammenlegen.",
                             "A theme in this state cannot be merged.")])  # fmt: skip
    session = db.session()
    told = None
    if target is not None:
        told = theme_page.merge_preview(session, seen.record, target)
    return page(
        "themes/merge.html",
        status=422 if pairs else 200,
        record=seen.record,
        target=target,
        told=told,
        form=form,
        error_pairs=pairs or [],
        form_errors=bool(pairs),
    )


@blueprint.get("/undo-merge")
@access.requires("theme:work")
def ask_undo(reference: str) -> Response:
    """What happens when a merge is taken back."""
    session = db.session()
    seen = _theme(session, reference)
    done = _standing(session, seen)
    return page("themes/undo.html", record=seen.record, target=done.target, told=theme_page.undo_preview(session, done))


@blueprint.post("/undo-merge")
@access.requires("theme:work")
def undo(reference: str) -> Response:
    """Takes the merge back."""
    with unit_of_work() as session:
        seen = _theme(session, reference)
        merging.undo_merge(
            session, access.current_actor(), access.now(), done=_standing(session, seen),
            row_version=record_parts.row_version(),
        )  # fmt: skip
    flash(t(f"{reference} ist wieder ein eigenes Thema.", f"{reference} is a theme of its own again."), "success")
    return see_other("records.show", reference=reference)


@blueprint.get("/split")
@access.requires("theme:work")
def ask_split(reference: str) -> Response:
    """Which reports go into a new theme."""
    return _split_page(reference, split_form(t))


@blueprint.post("/split")
@access.requires("theme:work")
def split(reference: str) -> Response:
    """Splits the theme."""
    form = split_form(t)
    try:
        with unit_of_work() as session:
            theme = _theme(session, reference).record
            opened = opening.split(
                session, access.current_actor(), access.now(), theme=theme, title=form.title.data or "",
                reports=references_in(request.form.getlist("report")), submission_key=request.form.get("key", "")[:64],
                row_version=record_parts.row_version(), language=language(),
            )  # fmt: skip
            new = opened.theme.reference
    except InputRefused as refused:
        return _split_page(reference, form, refused)
    flash(
        t(f"{new} ist angelegt und hat die Meldungen übernommen.", f"{new} was begun and has the reports."), "success"
    )
    return see_other("records.show", reference=new)


def _split_page(reference: str, form: Any, refused: InputRefused | None = None) -> Response:
    session = db.session()
    seen = _theme(session, reference)
    require_theme(access.current_actor(), seen.record)
    rows, more = theme_page.all_reports(session, seen.record, language=language())
    pairs = [(("report-0" if anchor in ("", "reports") else anchor), words)
             for anchor, words in theme_forms.mark(form, None, refused)] if refused is not None else []  # fmt: skip
    return page(
        "themes/split.html",
        status=422 if refused is not None else 200,
        record=seen.record,
        rows=rows,
        more=more,
        chosen=references_in(request.form.getlist("report")),
        form=form,
        key=request.form.get("key") or secrets.token_urlsafe(16),
        error_pairs=pairs,
        form_errors=bool(pairs),
    )


@blueprint.get("/dossier.pdf")
@access.requires("theme:read")
def print_dossier(reference: str) -> Response:
    """Everything about the theme as a PDF; that it was made stands in the history."""
    with unit_of_work() as session:
        seen = _theme(session, reference)
        paper = dossier.dossier_paper(
            session, access.current_actor(), access.now(), theme=seen.record, language=language()
        )
    response = make_response(printing.as_pdf(paper, language()))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="Dossier-{reference}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


# --- shared ----------------------------------------------------------------------------------------------------------


def _theme(session: Session, reference: str) -> Seen:
    """The theme, which the person has to see in full; anything else is no page."""
    seen = record_parts.look(session, reference)
    if seen.definition.key != PROCESS or not seen.full:
        raise NotVisible()
    return seen


def _joined(session: Session, reference: str, link_id: int) -> tuple[Seen, RecordLink]:
    """A theme and the link of one of its reports."""
    seen = _theme(session, reference)
    require_theme(access.current_actor(), seen.record)
    link = session.get(RecordLink, link_id)
    if link is None or link.to_id != seen.record.id or link.cases is None:
        raise NotVisible()
    return seen, link


def _named(session: Session, text: str | None) -> Record:
    """The theme whose reference was typed."""
    name = next(iter(references_in([text or ""])), "")
    if not name:
        raise InputRefused({"target": "Geben Sie das Aktenzeichen des Themas ein."})
    try:
        return _theme(session, name).record
    except NotVisible:
        raise InputRefused({"target": f"Ein Thema {name} gibt es nicht, oder Sie sehen es nicht."}) from None


def _standing(session: Session, seen: Seen) -> ThemeMerge:
    done = merging.standing_merge(session, seen.record.id)
    if done is None:
        raise StepRefused([t("Dieses Thema ist in keinem anderen aufgegangen.", "This theme was not merged.")])
    return done


def _target() -> Any:
    return target_form(
        t("Aktenzeichen des anderen Themas", "Reference of the other theme"),
        t("Zum Beispiel TH-2026-0003", "For example TH-2026-0003"),
    )


def _flash_done(changed: bool, text: str) -> None:
    flash(text if changed else t("Es war schon so.", "It was so already."), "success" if changed else "info")
