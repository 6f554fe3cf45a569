"""A draft of an edition item by item: a page per item, checking it against the law, its place, taking it out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, flash, request

from ..forms.edition_conditions import condition_problem
from ..forms.editions import item_form, item_values, verify_form
from ..naturalisation.applies import why
from ..services.editions import drafting
from ..services.editions.reading import document_of
from ..services.queries.editions import question_choices
from ..services.refusals import InputRefused, NotVisible
from ..services.unit_of_work import unit_of_work
from . import access
from .edition_frame import attempt, form_context, own_draft
from .rendering import page, see_other, t

blueprint = Blueprint("edition_drafts", __name__, url_prefix="/naturalisation/editions/<int:edition_id>")


@blueprint.route("/sections/<section_id>/items/new", methods=["GET", "POST"])
@access.requires("edition:work")
def add(edition_id: int, section_id: str) -> Response:
    """A new item at the end of a section."""
    edition = own_draft(edition_id)
    drafting.part_of(edition.content["sections"], section_id)
    form = item_form(t, _choices(edition_id))
    if request.method != "POST":
        return _item_page(edition_id, form, section_id=section_id)

    def deed() -> Response:
        values = _entered(edition_id, form, None)
        with unit_of_work() as session:
            actor, now, draft = access.current_actor(), access.now(), own_draft(edition_id)
            item_id = drafting.add_item(session, actor, now, draft, section_id, values)
        flash(t(f"Punkt {item_id} ist im Entwurf.", f"Item {item_id} is in the draft."), "success")
        return _back(edition_id, item_id)

    return attempt(form, deed, lambda form, **more: _item_page(edition_id, form, section_id=section_id, **more))


@blueprint.route("/items/<item_id>", methods=["GET", "POST"])
@access.requires("edition:work")
def change(edition_id: int, item_id: str) -> Response:
    """An item of the draft."""
    old = _item(edition_id, item_id)
    form = item_form(t, _choices(edition_id), old)
    if request.method != "POST":
        return _item_page(edition_id, form, item_id=item_id)

    def deed() -> Response:
        values = _entered(edition_id, form, old)
        with unit_of_work() as session:
            actor, now, draft = access.current_actor(), access.now(), own_draft(edition_id)
            drafting.change_item(session, actor, now, draft, item_id, values, mark=request.form.get("mark", ""))
        flash(t(f"Punkt {item_id} ist gespeichert.", f"Item {item_id} is saved."), "success")
        return _back(edition_id, item_id)

    return attempt(form, deed, lambda form, **more: _item_page(edition_id, form, item_id=item_id, **more))


@blueprint.post("/items/<item_id>/verify")
@access.requires("edition:work")
def verify(edition_id: int, item_id: str) -> Response:
    """Notes that the reader checked the item against the law."""
    old = _item(edition_id, item_id)
    checked = verify_form(t, "")

    def deed() -> Response:
        with unit_of_work() as session:
            drafting.verify_item(
                session, access.current_actor(), access.now(), own_draft(edition_id), item_id,
                checked.verified.data or "", mark=request.form.get("mark", ""),
            )  # fmt: skip
        flash(t(f"Die Prüfung von Punkt {item_id} ist vermerkt.", f"The check of item {item_id} is noted."), "success")
        return _back(edition_id, item_id)

    def show(checked: Any, **more: Any) -> Response:
        form = item_form(t, _choices(edition_id), old)
        return _item_page(edition_id, form, item_id=item_id, checked=checked, **more)

    return attempt(checked, deed, show)


@blueprint.post("/items/<item_id>/move")
@access.requires("edition:work")
def move(edition_id: int, item_id: str) -> Response:
    """One place up or down."""
    _item(edition_id, item_id)
    by = -1 if request.form.get("do") == "up" else 1
    with unit_of_work() as session:
        drafting.move_item(session, access.current_actor(), access.now(), own_draft(edition_id), item_id, by)
    return _back(edition_id, item_id)


@blueprint.route("/items/<item_id>/remove", methods=["GET", "POST"])
@access.requires("edition:work")
def remove(edition_id: int, item_id: str) -> Response:
    """Takes an item out of the draft."""
    old = _item(edition_id, item_id)
    if request.method != "POST":
        edition = own_draft(edition_id)
        return page("editions/remove.html", edition=edition, item=old, mark=drafting.mark_of(old))
    with unit_of_work() as session:
        drafting.remove_item(
            session, access.current_actor(), access.now(), own_draft(edition_id), item_id,
            mark=request.form.get("mark", ""),
        )  # fmt: skip
    flash(t(f"Punkt {item_id} ist aus dem Entwurf genommen.", f"Item {item_id} is taken out of the draft."), "success")
    return see_other("editions.show", edition_id=edition_id)


def _item(edition_id: int, item_id: str) -> dict[str, Any]:
    content = own_draft(edition_id).content
    return drafting.part_of(drafting.section_with(content, item_id)["items"], item_id)


def _choices(edition_id: int) -> list[tuple[str, str]]:
    return question_choices(document_of(own_draft(edition_id)), access.today())


def _entered(edition_id: int, form: Any, old: Mapping[str, Any] | None) -> dict[str, Any]:
    if problem := condition_problem(form, _choices(edition_id)):
        raise InputRefused({"mode": problem})
    return item_values(form, old)


def _back(edition_id: int, item_id: str) -> Response:
    return see_other("editions.show", edition_id=edition_id, _anchor=f"item-{item_id}")


def _item_page(
    edition_id: int,
    form: Any,
    *,
    item_id: str | None = None,
    section_id: str | None = None,
    checked: Any = None,
    status: int = 200,
    **refused: Any,
) -> Response:
    """After a conflict the mark is that of the present item, so that whoever sends again has seen it."""
    edition = own_draft(edition_id)
    document = document_of(edition)
    item = document.items.get(item_id) if item_id else None
    if item_id and item is None:
        raise NotVisible()
    section = next(one for one in document.sections if one.id == (section_id or document.section_of(item_id or "").id))
    context = form_context(checked or form, **refused) | {"form": form}
    return page(
        "editions/item.html",
        status=status,
        edition=edition,
        section=section,
        item=item,
        why=why(item, document) if item else "",
        check_form=checked or (verify_form(t, item.verified) if item else None),
        mark=drafting.mark_of(_item(edition_id, item_id)) if item_id else "",
        **context,
    )
