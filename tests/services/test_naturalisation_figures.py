"""Figures of a naturalisation office: what is counted, when it is taken, what stays hidden."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kimforms.engine.small_numbers import Count
from kimforms.extensions import db
from kimforms.models import Controller, Setting
from kimforms.services.naturalisation_figures import STOCK, enough, quarters
from kimforms.services.queries.naturalisation_figures import FiguresShown, figures_of
from kimforms.services.refusals import NotPermitted

from ..support.briefings import events
from ..support.databases import NOW
from ..support.figures import SUMMER, handed, kept, taken
from ..support.naturalisation import CARITAS, DIAKONIE, EBH_RSK, EBH_TROISDORF
from ..support.records import actor

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _app(app: Flask) -> Flask:
    return app


def shown(by: str = EBH_TROISDORF, office: str = "troisdorf", *, at: datetime = NOW, quarter: str = "") -> FiguresShown:
    db.session.rollback()
    session = db.session()
    controller_id = session.scalars(select(Controller.id).where(Controller.key == office)).one()
    return figures_of(session, actor(session, by), at, controller_id=controller_id, quarter=quarter)


def numbers(cells: Any) -> dict[Any, int | None]:
    return {key: count.reports if count else None for key, count in cells.items()}


def test_checklists_at_the_services_are_told_as_numbers_and_visible_ones_exactly() -> None:
    kept(9, CARITAS)
    kept(7, DIAKONIE, ready=True)
    kept(2, DIAKONIE, state="eingegangen", shared=True)
    kept(3, CARITAS, state="beendet")
    assert taken() == 2, "one for each office"
    found = shown()
    assert found.stock is not None
    assert numbers(found.stock.by_row) == {"in_arbeit": 9, "bereit": 7}
    assert numbers(found.stock.by_service) == {"caritas": 9, "diakonie": 7}
    assert found.stock.total == Count(16, 16)
    assert numbers(found.seen.by_row) == {"eingegangen": 2}, "what the office sees one by one is exact, however small"
    assert found.missing == [("B1", 16)]


def test_small_numbers_and_what_they_could_be_computed_from_are_hidden() -> None:
    kept(8, CARITAS)
    kept(2, DIAKONIE)
    taken()
    stock = shown().stock
    assert stock is not None
    assert numbers(stock.by_service) == {"caritas": None, "diakonie": None}, "8 of 10 would give the 2 away"
    assert stock.total == Count(10, 10)
    assert None in numbers(stock.cells).values()


def test_a_handful_gives_no_figure_at_all() -> None:
    kept(4)
    taken()
    found = shown()
    assert found.stock is not None
    assert found.stock.total is None
    assert set(numbers(found.stock.by_row).values()) == {None}
    assert found.missing == []


def test_points_that_few_lack_or_few_have_are_left_out() -> None:
    kept(12, missing=("B1", "B4"))
    kept(6, missing=("B1", "F1"))
    kept(2, missing=("A3",))
    taken()
    assert shown().missing == [("B4", 12), ("F1", 6)], "B1 is missing in 18 of 20, A3 in 2"
    assert enough({"A": 5, "B": 4, "C": 16, "D": 15, "E": 20}.items(), 20, 5) == {"A": 5, "D": 15, "E": 20}
    assert enough({"A": 4}.items(), 4, 5) == {}


def test_the_day_moves_on_only_when_enough_clients_changed() -> None:
    kept(9)
    taken()
    kept(3, at=NOW + DAY)
    assert taken(NOW + 2 * DAY) == 0
    assert shown(at=NOW + 2 * DAY).taken_on == NOW.date()
    kept(2, at=NOW + DAY)
    assert taken(NOW + timedelta(minutes=1)) == 0, "at most once a day"
    assert taken(NOW + 2 * DAY) == 1
    found = shown(at=NOW + 2 * DAY)
    assert found.stock is not None
    assert (found.taken_on, found.stock.total) == ((NOW + 2 * DAY).date(), Count(14, 14))
    assert len(events("figures:take")) == 3, "two for this office, one for the other"


def test_a_quarter_is_counted_once_when_it_is_over() -> None:
    handed(12, CARITAS, days=14)
    handed(6, DIAKONIE, days=56, complete=False)
    handed(7, CARITAS, days=28, returned="unterlagen_fehlen")
    taken()
    found = shown().quarter
    assert found is not None
    assert found.key == "2026-Q3"
    assert numbers(found.handed.by_row) == {"complete": 19, "incomplete": 6}
    assert numbers(found.handed.by_service) == {"caritas": 19, "diakonie": 6}
    assert found.weeks == (2, 4, 4)
    assert numbers(found.returned) == {"unterlagen_fehlen": 7}
    assert found.gaps == [("B4", 7)]
    handed(5, CARITAS, days=1, at=SUMMER)
    assert taken() == 0
    assert shown().quarter == found, "what came to light later changes nothing"


def test_the_running_quarter_is_not_told() -> None:
    handed(20, at=NOW - DAY)
    taken()
    assert shown().quarters == []
    assert taken(datetime(2027, 1, 1, 1, 0, tzinfo=NOW.tzinfo)) >= 1
    assert shown().quarters == ["2026-Q4"]


@pytest.mark.parametrize(("number", "told"), [(9, 0), (10, 1), (19, 1), (20, 3)])
def test_durations_of_few_stay_hidden(number: int, told: int) -> None:
    handed(number)
    taken()
    found = shown().quarter
    assert found is not None
    assert len(found.weeks) == told


def test_a_raised_threshold_hides_at_once_and_a_lowered_one_shows_nothing_old() -> None:
    kept(9, CARITAS)
    kept(7, DIAKONIE)
    taken()
    with_threshold(8)
    stock = shown().stock
    assert stock is not None
    assert numbers(stock.by_service) == {"caritas": None, "diakonie": None}
    with_threshold(3)
    stock = shown().stock
    assert stock is not None
    assert numbers(stock.by_service) == {"caritas": 9, "diakonie": 7}
    kept(1, DIAKONIE)
    assert shown().stock == stock


def with_threshold(number: int) -> None:
    db.session.rollback()
    controller_id = db.session.scalars(select(Controller.id).where(Controller.key == "troisdorf")).one()
    db.session.merge(Setting(controller_id=controller_id, key="statistics:threshold", value=number, changed_at=NOW))
    db.session.commit()


def test_offices_know_nothing_of_each_other() -> None:
    kept(9, CARITAS, "siegburg")
    taken()
    assert shown().stock is not None
    assert shown().stock.rows == []  # type: ignore[union-attr]
    assert shown(EBH_RSK, "rsk").stock.total == Count(9, 9)  # type: ignore[union-attr]
    for email, office in ((EBH_RSK, "troisdorf"), (EBH_TROISDORF, "rsk"), (CARITAS, "troisdorf")):
        with pytest.raises(NotPermitted):
            shown(email, office)


def test_nothing_of_a_client_is_kept_with_the_figures() -> None:
    kept(9)
    handed(7, returned="anderes")
    taken()
    values = str(db.session.scalars(select(Setting.value).where(Setting.key.startswith("naturalisation:"))).all())
    assert "Ahorn" not in values
    assert "EB-" not in values
    assert STOCK in str(db.session.scalars(select(Setting.key)).all())


def test_quarters_lie_end_to_end() -> None:
    found = list(quarters(date(2025, 11, 30), date(2026, 10, 1)))
    assert [key for key, *_ in found] == ["2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3"]
    assert all(one[2] == two[1] for one, two in zip(found, found[1:], strict=False))
    assert list(quarters(date(2026, 10, 1), date(2026, 12, 31))) == []
