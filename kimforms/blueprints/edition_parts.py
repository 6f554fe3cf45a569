"""A draft of an edition besides its items: sections, questions about the situation, dated terms, state of law and fees."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, request
from sqlalchemy.orm import Session

from ..forms.editions import frame_form, lines_of, question_form, section_form, term_form, term_values
from ..models import ChecklistEdition
from ..naturalisation.words import euro
from ..permissions import Actor
from ..services.editions import draft_parts, drafting
from ..services.editions.reading import document_of
from ..services.refusals import InputRefused
from ..services.unit_of_work import unit_of_work
from . import access
from .edition_frame import attempt, form_context, own_draft
from .rendering import page, see_other, t

blueprint = Blueprint("edition_parts", __name__, url_prefix="/naturalisation/editions/<int:edition_id>")
Deed = Callable[[Session, Actor, ChecklistEdition], Any]
DeedOf = Callable[[Any], Deed]


@blueprint.route("/frame", methods=["GET", "POST"])
@access.requires("edition:work")
def frame(edition_id: int) -> Response:
    """State of law, fees, open points, what is new."""
    edition = own_draft(edition_id)
    document = document_of(edition)
    values = {
        "law_status": document.law_status, "adult": euro(document.fees.adult), "child": euro(document.fees.child),
        "fee_basis": document.fees.legal_basis, "open_points": "\n".join(document.open_points), "note": edition.note,
    }  # fmt: skip
    mark = draft_parts.frame_mark(edition)
    names = {"legal_basis": "fee_basis"}
    return _edit(edition_id, frame_form(t, values), "frame", mark, _frame_deed, anchor="frame", names=names)


@blueprint.route("/sections/new", methods=["GET", "POST"])
@access.requires("edition:work")
def add_section(edition_id: int) -> Response:
    """A new section at the end."""
    return _edit(
        edition_id, section_form(t), "section", "",
        _add(draft_parts.add_section, _section_values),
    )  # fmt: skip


@blueprint.route("/sections/<section_id>", methods=["GET", "POST"])
@access.requires("edition:work")
def section(edition_id: int, section_id: str) -> Response:
    """Heading and help of a section."""
    head = draft_parts.head_of(drafting.part_of(own_draft(edition_id).content["sections"], section_id))

    deed = _change(draft_parts.change_section, section_id, _section_values)
    return _edit(
        edition_id,
        section_form(t, head),
        "section",
        drafting.mark_of(head),
        deed,
        anchor=f"section-{section_id}",
        part_id=section_id,
    )


@blueprint.post("/sections/<section_id>/move")
@access.requires("edition:work")
def move_section(edition_id: int, section_id: str) -> Response:
    """One place up or down."""
    by = -1 if request.form.get("do") == "up" else 1
    with unit_of_work() as session:
        draft_parts.move_section(
            session, access.current_actor(), access.now(), own_draft(edition_id), section_id, by
        )  # fmt: skip
    return see_other("editions.show", edition_id=edition_id, _anchor=f"section-{section_id}")


@blueprint.post("/sections/<section_id>/remove")
@access.requires("edition:work")
def remove_section(edition_id: int, section_id: str) -> Response:
    """Takes an empty section out."""
    with unit_of_work() as session:
        draft_parts.remove_section(session, access.current_actor(), access.now(), own_draft(edition_id), section_id)
    flash(t("Der Abschnitt ist aus dem Entwurf genommen.", "The section is taken out of the draft."), "success")
    return see_other("editions.show", edition_id=edition_id)


@blueprint.route("/questions/new", methods=["GET", "POST"])
@access.requires("edition:work")
def add_question(edition_id: int) -> Response:
    """A new question about the situation."""
    return _edit(
        edition_id, question_form(t), "question", "",
        _add(draft_parts.add_question, _question_values),
        anchor="questions",
    )  # fmt: skip


@blueprint.route("/questions/<question_id>", methods=["GET", "POST"])
@access.requires("edition:work")
def question(edition_id: int, question_id: str) -> Response:
    """Words and protection of a question."""
    old = drafting.part_of(own_draft(edition_id).content.get("conditions", []), question_id)

    deed = _change(draft_parts.change_question, question_id, _question_values)
    return _edit(
        edition_id,
        question_form(t, old),
        "question",
        drafting.mark_of(old),
        deed,
        anchor="questions",
        part_id=question_id,
    )


@blueprint.post("/questions/<question_id>/remove")
@access.requires("edition:work")
def remove_question(edition_id: int, question_id: str) -> Response:
    """Takes out a question that no item needs."""
    with unit_of_work() as session:
        draft_parts.remove_question(session, access.current_actor(), access.now(), own_draft(edition_id), question_id)
    flash(t("Die Frage ist aus dem Entwurf genommen.", "The question is taken out of the draft."), "success")
    return see_other("editions.show", edition_id=edition_id, _anchor="questions")


@blueprint.route("/terms/<term_id>", methods=["GET", "POST"])
@access.requires("edition:work")
def term(edition_id: int, term_id: str) -> Response:
    """What a term is called from which day on."""
    old = drafting.part_of(own_draft(edition_id).content.get("terms", []), term_id)

    deed = _change(draft_parts.change_term, term_id, term_values)
    names = {"names": "name_1"}
    return _edit(
        edition_id, term_form(t, old), "term", drafting.mark_of(old), deed, anchor="terms", names=names, part_id=term_id
    )


def _edit(
    edition_id: int,
    form: Any,
    part: str,
    mark: str,
    deed_of: DeedOf,
    *,
    anchor: str = "sections",
    names: dict[str, str] | None = None,
    part_id: str = "",
) -> Response:
    """The page of one part: shown, or saved and back to the edition."""

    def show(form: Any, *, status: int = 200, **refused: Any) -> Response:
        edition = own_draft(edition_id)
        context = form_context(form, **refused)
        return page(
            "editions/part.html", status=status, edition=edition, part=part, part_id=part_id, mark=mark, **context
        )

    if request.method != "POST":
        return show(form)
    if not form.validate():
        return show(form, status=422)

    def deed() -> Response:
        wanted = deed_of(form)
        with unit_of_work() as session:
            wanted(session, access.current_actor(), own_draft(edition_id))
        flash(t("Der Entwurf ist gespeichert.", "The draft is saved."), "success")
        return see_other("editions.show", edition_id=edition_id, _anchor=anchor)

    return attempt(form, deed, show, names)


def _add(add: Callable[..., Any], values: Callable[[Any], Any]) -> DeedOf:
    """What a form for something new does."""
    return lambda form: lambda session, actor, edition: add(session, actor, access.now(), edition, values(form))


def _change(change: Callable[..., Any], part_id: str, values: Callable[[Any], Any]) -> DeedOf:
    """What a form for something that is there does; the mark tells whether somebody else changed it meanwhile."""
    return lambda form: (
        lambda session, actor, edition: change(
            session, actor, access.now(), edition, part_id, values(form), mark=_mark()
        )
    )


def _mark() -> str:
    return request.form.get("mark", "")


def _section_values(form: Any) -> dict[str, Any]:
    return {"title": (form.title.data or "").strip(), "help": _or_none(form.help.data)}


def _question_values(form: Any) -> dict[str, Any]:
    return {
        "label": (form.label.data or "").strip(),
        "help": _or_none(form.help.data),
        "sensitive": bool(form.sensitive.data),
        "never_store": _or_none(form.never_store.data),
    }


def _frame_deed(form: Any) -> Deed:
    day: date | None = form.law_status.day
    if day is None:
        raise InputRefused({"law_status": "Geben Sie das Datum im Format TT.MM.JJJJ ein."})
    fees = {
        "adult": (form.adult.data or "").strip().replace(",", "."),
        "child": (form.child.data or "").strip().replace(",", "."),
        "legal_basis": (form.fee_basis.data or "").strip(),
    }
    return lambda session, actor, edition: draft_parts.change_frame(
        session, actor, access.now(), edition, law_status=day.isoformat(), fees=fees,
        open_points=lines_of(form.open_points.data), note=form.note.data or "", mark=_mark(),
    )  # fmt: skip


def _or_none(text: str | None) -> str | None:
    return (text or "").strip().replace("\r\n", "\n") or None
