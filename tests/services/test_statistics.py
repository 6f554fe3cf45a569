"""Reports and cases are counted rightly on both databases; half-years are released once; the threshold is the office's."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kimforms.engine.small_numbers import FIRST, Count
from kimforms.extensions import db
from kimforms.forms.statistics import Filters, read_filters
from kimforms.models import Controller, Event, Record, RecordLink, Setting
from kimforms.permissions import ANYONE
from kimforms.services import audit, statistics
from kimforms.services.processes import current_version, definition_of
from kimforms.services.queries.statistics import period_of, places_of, withdrawn_states
from kimforms.services.queries.statistics_page import Statistics, statistics_of
from kimforms.services.refusals import InputRefused, NotPermitted, StaleVersion
from kimforms.services.unit_of_work import unit_of_work

from ..support.databases import NOW
from ..support.inbox import fill, person
from ..support.queries import statements_of
from ..support.records import ADVISER, CASE_MANAGER, COORDINATOR, ELSEWHERE, OFFICE, report, stored, theme

MEMBER = "mitglied@jobcenter.example"
SPRING = datetime(2026, 4, 10, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)


def shown_to(email: str, **filters: Any) -> Statistics:
    return statistics_of(db.session(), person(email), TODAY, "de", Filters(**filters))


def counts(shown: Statistics, dimension: str) -> dict[str | None, Any]:
    """What is not zero; None is hidden."""
    assert shown.lines is not None
    lines = shown.lines[dimension]
    return {line.key: line.count and (line.count.reports, line.count.cases) for line in lines if line.count != Count()}


def several(number: int, at: datetime = SPRING, **answers: Any) -> list[str]:
    return [report(None, at=at, contact=False, **answers) for _ in range(number)]


def release(now: datetime = NOW) -> int:
    with unit_of_work() as session:
        return statistics.release_due(session, now)


def set_threshold(email: str, wanted: int | None, shown: int | None = 5) -> bool:
    with unit_of_work() as session:
        controller = session.scalars(select(Controller.id).where(Controller.key == "rsk")).one()
        return statistics.set_threshold(
            session, person(email), NOW, controller_id=controller, wanted=wanted, shown=shown
        )


def test_reports_and_cases_are_counted_in_every_dimension(app: Flask) -> None:
    report(None, contact=False, kommunen=["siegburg", "troisdorf"], rechtskreise=["sgb2", "sgb3"], fallzahl="3-5")
    report(None, contact=False, kommunen=["siegburg"], rechtskreise=["sgb2"], fallzahl="1", handlungsfeld="wohnen")
    shown = shown_to(COORDINATOR)
    assert shown.total == Count(2, 4)
    assert counts(shown, FIRST) == {"wohnen": (1, 1), "uebergreifend": (1, 3)}
    assert counts(shown, "municipality") == {"siegburg": (2, 4), "troisdorf": (1, 3)}
    assert counts(shown, "area") == {"sgb2": (2, 4), "sgb3": (1, 3)}
    assert counts(shown, "time") == {"2026-Q4": (2, 4)}
    assert shown.exact and not shown.hides


@pytest.mark.parametrize(
    ("rows", "columns", "cells"),
    [
        ("field", "area", {("uebergreifend", "sgb2"): 2, ("wohnen", "sgb2"): 1, ("wohnen", "sgb3"): 1}),
        ("area", "field", {("sgb2", "uebergreifend"): 2, ("sgb2", "wohnen"): 1, ("sgb3", "wohnen"): 1}),
        ("municipality", "area", {("siegburg", "sgb2"): 3, ("siegburg", "sgb3"): 1, ("much", "sgb2"): 2}),
        ("municipality", "time", {("siegburg", "2026-Q4"): 2, ("siegburg", "2026-Q2"): 1, ("much", "2026-Q4"): 2}),
        ("time", "municipality", {("2026-Q4", "siegburg"): 2, ("2026-Q2", "siegburg"): 1, ("2026-Q4", "much"): 2}),
    ],
)
def test_any_two_dimensions_are_crossed(app: Flask, rows: str, columns: str, cells: dict[Any, int]) -> None:
    several(2, NOW, kommunen=["siegburg", "much"])
    several(1, SPRING, kommunen=["siegburg"], handlungsfeld="wohnen", rechtskreise=["sgb2", "sgb3"])
    shown = shown_to(COORDINATOR, rows=rows, columns=columns)
    assert shown.cells is not None
    assert {cell: one.reports for cell, one in shown.cells.items() if one} == cells


def test_withdrawn_reports_do_not_count(app: Flask) -> None:
    several(2)
    gone = several(1)[0]
    with unit_of_work() as session:
        record = session.scalars(select(Record).where(Record.reference == gone)).one()
        record.state, record.open = "zurueckgezogen", False
        definition = definition_of(current_version(session, "hurdle_report"))
    assert withdrawn_states(definition) == {"zurueckgezogen"}
    assert shown_to(COORDINATOR).total == Count(2, 6)
    assert shown_to(COORDINATOR, status="closed").total == Count(0, 0)


def test_open_and_closed_reports_are_told_apart(app: Flask) -> None:
    several(2)
    done = several(1)[0]
    with unit_of_work() as session:
        record = session.scalars(select(Record).where(Record.reference == done)).one()
        record.state, record.open = "abgeschlossen", False
    assert [shown_to(COORDINATOR, status=one).total.reports for one in ("open", "closed", "all")] == [2, 1, 3]  # type: ignore[union-attr]


def test_the_number_that_the_coordination_stated_counts(app: Flask) -> None:
    """Also zero, for a case that another report tells; of two themes the larger number."""
    first, second, third = several(3)
    themes = [stored(theme(title)).id for title in ("Eins", "Zwei")]
    ids = {name: stored(name).id for name in (first, second, third)}
    with unit_of_work() as session:
        for name, to, cases, stated in (
            (first, themes[0], 7, True), (first, themes[1], 2, True), (second, themes[0], 0, True), (third, themes[0], 9, False),
        ):  # fmt: skip
            session.add(
                RecordLink(from_id=ids[name], to_id=to, kind="theme", created_at=NOW, cases=cases, stated=stated)
            )
    assert shown_to(COORDINATOR).total == Count(3, 7 + 0 + 3)


def test_days_are_those_of_germany(app: Flask) -> None:
    """Half past eleven at night in Siegburg is the next day nowhere that counts; in summer UTC is two hours behind."""
    several(1, datetime(2026, 6, 30, 21, 30, tzinfo=UTC))
    several(1, datetime(2026, 6, 30, 22, 30, tzinfo=UTC))
    several(1, datetime(2025, 12, 31, 23, 30, tzinfo=UTC))
    shown = shown_to(COORDINATOR, unit="month")
    assert counts(shown, "time") == {"2026-01": (1, 3), "2026-06": (1, 3), "2026-07": (1, 3)}
    assert shown_to(COORDINATOR, first=date(2026, 7, 1)).total == Count(1, 3)
    assert shown_to(COORDINATOR, last=date(2026, 6, 30)).total == Count(2, 6)


@pytest.mark.parametrize(
    ("first", "last", "unit", "keys"),
    [
        ("2026-01-15", "2026-03-02", "month", ["2026-01", "2026-02", "2026-03"]),
        ("2025-11-01", "2026-04-01", "quarter", ["2025-Q4", "2026-Q1", "2026-Q2"]),
        ("2024-12-31", "2026-01-01", "year", ["2024", "2025", "2026"]),
        ("2026-05-05", "2026-05-05", "month", ["2026-05"]),
    ],
)
def test_periods_are_cut_into_slices(first: str, last: str, unit: Any, keys: list[str]) -> None:
    period = period_of(date.fromisoformat(first), date.fromisoformat(last), unit)
    assert [one.key for one in period.slices] == keys
    assert period.slices[0].first == date.fromisoformat(first)


def test_a_very_long_course_is_told_in_larger_steps() -> None:
    assert len(period_of(date(2000, 1, 1), date(2200, 12, 31), "month").slices) == 201


def test_others_see_nothing_before_a_half_year_is_released(app: Flask) -> None:
    several(8, SPRING)
    for email in (MEMBER, CASE_MANAGER):
        shown = shown_to(email)
        assert not shown.exact and shown.lines is None and shown.total is None


def test_a_half_year_is_released_four_weeks_after_its_end_and_only_once(app: Flask) -> None:
    several(8, SPRING)
    assert release(datetime(2026, 7, 28, 8, tzinfo=UTC) - timedelta(days=1)) == 0
    assert release(datetime(2026, 7, 28, 8, tzinfo=UTC)) == 1
    assert release(NOW) == 0
    event = db.session.scalars(select(Event).where(Event.tag == "statistics:release")).one()
    assert audit.payload_of(event) == {"period": "2026-1", "threshold": 5}
    shown = shown_to(MEMBER)
    assert (shown.half, shown.total, shown.released_on) == ("2026-1", Count(8, 24), date(2026, 7, 28))


def test_nothing_of_the_running_half_year_is_told(app: Flask) -> None:
    several(8, SPRING)
    several(20, NOW - timedelta(days=3), handlungsfeld="wohnen")
    release()
    shown = shown_to(MEMBER)
    assert shown.total == Count(8, 24)
    assert counts(shown, FIRST) == {"uebergreifend": (8, 24)}


def test_what_changes_after_the_release_shows_nowhere(app: Flask) -> None:
    """Otherwise two prints of one page would tell which report was withdrawn or moved."""
    names = several(8, SPRING)
    release()
    with unit_of_work() as session:
        record = session.scalars(select(Record).where(Record.reference == names[0])).one()
        record.state, record.open = "zurueckgezogen", False
    assert release() == 0
    assert shown_to(MEMBER).total == Count(8, 24)
    assert shown_to(COORDINATOR).total == Count(7, 21)


def test_small_numbers_and_those_beside_them_are_hidden(app: Flask) -> None:
    several(9, SPRING, kommunen=["siegburg"], handlungsfeld="wohnen")
    several(6, SPRING, kommunen=["troisdorf"], handlungsfeld="sprache")
    several(2, SPRING, kommunen=["much"], handlungsfeld="bildung_0_6")
    release()
    shown = shown_to(MEMBER)
    assert shown.total == Count(17, 51)
    assert counts(shown, FIRST) == {"wohnen": (9, 27), "sprache": None, "bildung_0_6": None}
    assert counts(shown, "municipality") == {"siegburg": (9, 27), "troisdorf": None, "much": None}
    assert shown.hides
    preview = shown_to(COORDINATOR, published=True)
    assert counts(preview, FIRST) == counts(shown, FIRST)


def test_a_case_manager_sees_the_own_municipality_beside_the_county(app: Flask) -> None:
    several(9, SPRING, kommunen=["siegburg"])
    several(7, SPRING, kommunen=["troisdorf"])
    release()
    shown = shown_to(CASE_MANAGER, columns="municipality")
    assert shown.total == Count(16, 48)
    assert counts(shown, "municipality") == {"siegburg": (9, 27)}
    assert shown.columns == ["siegburg"] and not shown.whole


def test_published_tables_have_the_field_of_action_in_their_rows(app: Flask) -> None:
    several(9, SPRING)
    release()
    shown = shown_to(MEMBER, rows="municipality", columns="area")
    assert (shown.row_dimension, shown.column_dimension) == (FIRST, "area")
    assert shown_to(MEMBER, rows="time", columns="field").column_dimension == "area"


def test_filters_of_the_exact_page_change_nothing_for_others(app: Flask) -> None:
    several(9, SPRING)
    release()
    plain = shown_to(MEMBER)
    filtered = shown_to(
        MEMBER, first=date(2026, 4, 1), last=date(2026, 4, 2), status="closed", unit="month", half="2030-1"
    )
    assert (filtered.total, filtered.lines, filtered.cells) == (plain.total, plain.lines, plain.cells)


@pytest.mark.parametrize("email", [ADVISER, "admin@rsk.example", "einbuergerung@rsk.example", ELSEWHERE])
def test_nobody_else_sees_figures(app: Flask, email: str) -> None:
    several(9, SPRING)
    release()
    assert shown_to(email).place is None
    assert places_of(db.session(), ANYONE) == []


def test_the_office_sets_the_threshold_and_history_says_so(app: Flask) -> None:
    assert set_threshold(OFFICE, 8)
    assert not set_threshold(OFFICE, 8, shown=8)
    event = db.session.scalars(select(Event).where(Event.tag == "statistics:threshold")).one()
    assert audit.payload_of(event) == {"old": 5, "new": 8}
    kept = db.session.scalars(select(Setting).where(Setting.key == "statistics:threshold")).one()
    assert (kept.value, kept.changed_by_id) == (8, person(OFFICE).user_id)


@pytest.mark.parametrize("email", [COORDINATOR, MEMBER, CASE_MANAGER, "admin@rsk.example", ELSEWHERE])
def test_only_the_office_sets_the_threshold(app: Flask, email: str) -> None:
    with pytest.raises(NotPermitted):
        set_threshold(email, 8)
    assert db.session.scalars(select(Event).where(Event.tag == "statistics:threshold")).all() == []


@pytest.mark.parametrize("wanted", [None, 0, 1, 2, 101, -5])
def test_a_threshold_out_of_bounds_is_refused(app: Flask, wanted: int | None) -> None:
    with pytest.raises(InputRefused):
        set_threshold(OFFICE, wanted)
    assert db.session.scalars(select(Setting).where(Setting.key == "statistics:threshold")).all() == []


def test_two_people_do_not_overwrite_each_other(app: Flask) -> None:
    set_threshold(OFFICE, 8)
    with pytest.raises(StaleVersion):
        set_threshold("dezernat@rsk.example", 6)


def test_a_raised_threshold_hides_at_once_and_a_lowered_one_shows_nothing_old(app: Flask) -> None:
    several(12, SPRING, handlungsfeld="wohnen")
    several(9, SPRING, handlungsfeld="bildung_0_6")
    several(6, SPRING, handlungsfeld="sprache")
    several(4, SPRING, handlungsfeld="leistungsgewaehrung")
    release()
    hidden = {"leistungsgewaehrung": None, "sprache": None}
    assert counts(shown_to(MEMBER), FIRST) == {"wohnen": (12, 36), "bildung_0_6": (9, 27), **hidden}
    set_threshold(OFFICE, 10)
    assert counts(shown_to(MEMBER), FIRST) == {"wohnen": (12, 36), "bildung_0_6": None, **hidden}
    set_threshold(OFFICE, 3, shown=10)
    assert counts(shown_to(MEMBER), FIRST) == {"wohnen": (12, 36), "bildung_0_6": (9, 27), **hidden}


@pytest.mark.parametrize(("email", "most"), [(COORDINATOR, 7), (MEMBER, 2)])
def test_the_number_of_queries_is_fixed(app: Flask, email: str, most: int) -> None:
    fill(300)
    release()
    actor = person(email)
    for number, filters in enumerate((Filters(), Filters(rows="municipality", columns="area", unit="month"))):
        statistics_of(db.session(), actor, TODAY, "de", filters)
        with statements_of(app) as sent:
            statistics_of(db.session(), actor, TODAY, "de", filters)
        assert len(sent) == (most if number else min(most, 6)), sent


def test_odd_filters_are_left_out_and_named() -> None:
    filters = read_filters(
        {
            "from": "gestern",
            "to": "31.12.2026",
            "status": "x",
            "rows": "area",
            "columns": "area",
            "controller": "1;--",
            "unit": "\0",
        }
    )
    assert filters.ignored == ("from", "status", "unit")
    assert (filters.first, filters.last, filters.rows, filters.columns) == (None, date(2026, 12, 31), "area", "field")
    assert read_filters({"from": "2026-05-01", "to": "2026-04-01"}).ignored == ("order",)


def test_equal_views_have_one_address() -> None:
    filters = Filters(first=date(2026, 1, 1), unit="month", rows="area", columns="field", published=True)
    assert filters.query() == "from=2026-01-01&unit=month&rows=area&columns=field&view=published"
    assert Filters().query() == ""
