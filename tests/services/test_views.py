"""Saved views: one's own, shared with colleagues of the same controller, never with others."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import Event, SavedView
from kimforms.services import views
from kimforms.services.refusals import InputRefused, NotPermitted, NotVisible
from kimforms.services.unit_of_work import unit_of_work

from ..support.databases import NOW
from ..support.inbox import COLLEAGUE, COORDINATOR, ELSEWHERE, OFFICE, person


def save(email: str, name: str, query: str = "due=overdue", shared: bool = False) -> int:
    actor = person(email)
    with unit_of_work() as session:
        return views.save_view(session, actor, NOW, name=name, query=query, shared=shared).id


def names(email: str) -> list[tuple[str, bool]]:
    return [(entry.name, entry.own) for entry in views.views_for(db.session(), person(email))]


def tags() -> list[str]:
    return list(db.session.scalars(select(Event.tag).where(Event.tag == "view:share")))


def test_a_private_view_is_ones_own_and_leaves_no_trace(app: Flask) -> None:
    save(COORDINATOR, "Fristen")
    assert names(COORDINATOR) == [("Fristen", True)] and names(COLLEAGUE) == [] and tags() == []


def test_a_shared_view_reaches_colleagues_of_the_controller_only(app: Flask) -> None:
    save(COORDINATOR, "Fristen", shared=True)
    assert names(COLLEAGUE) == names(OFFICE) == [("Fristen", False)]
    assert names(ELSEWHERE) == [] and names("beratung@caritas.example") == []
    assert tags() == ["view:share"]


def test_saving_under_the_same_name_replaces_it_and_can_take_it_back(app: Flask) -> None:
    first = save(COORDINATOR, "Fristen", shared=True)
    assert save(COORDINATOR, " Fristen ", query="due=week") == first
    kept = db.session.get_one(SavedView, first)
    assert (kept.query, kept.shared) == ("due=week", False)
    assert names(COLLEAGUE) == [] and len(tags()) == 2


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_a_view_needs_a_name_that_fits(app: Flask, name: str) -> None:
    with pytest.raises(InputRefused):
        save(COORDINATOR, name)
    assert db.session.scalars(select(SavedView)).all() == []


def test_nobody_keeps_views_without_end(app: Flask) -> None:
    for number in range(views.MOST):
        save(COORDINATOR, f"Ansicht {number}")
    with pytest.raises(InputRefused):
        save(COORDINATOR, "eine zu viel")


def test_only_the_owner_deletes_a_view(app: Flask) -> None:
    kept = save(COORDINATOR, "Fristen", shared=True)
    with pytest.raises(NotVisible), unit_of_work() as session:
        views.delete_view(session, person(COLLEAGUE), NOW, kept)
    actor = person(COORDINATOR)
    with unit_of_work() as session:
        assert views.delete_view(session, actor, NOW, kept) == "Fristen"
    assert names(COORDINATOR) == [] and len(tags()) == 2


def test_who_reads_no_inbox_saves_no_view(app: Flask) -> None:
    with pytest.raises(NotPermitted):
        save("beratung@caritas.example", "Fristen")
