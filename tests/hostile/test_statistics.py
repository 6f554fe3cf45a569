"""Somebody who may not read reports tries to find out about single ones through the statistics: other addresses, other days,
other formats, other people's views. Nothing but the released figures is to be had, and these leave every hidden one open."""

from __future__ import annotations

import json
import random
import re
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import Record, Setting
from kimforms.services import statistics
from kimforms.services.queries.statistics_page import shown_of
from kimforms.services.unit_of_work import unit_of_work

from ..engine.attacker import System
from ..support.client import CheckingClient
from ..support.databases import NOW, in_app
from ..support.inbox import fill
from ..support.records import ADVISER, CASE_MANAGER, COORDINATOR, report

MEMBER = "mitglied@jobcenter.example"
READERS = (MEMBER, CASE_MANAGER)
SPRING = datetime(2026, 4, 10, 9, 0, tzinfo=UTC)
ADDRESSES = [
    f"?rows={rows}&columns={columns}&status={status}&unit={unit}&from=2026-04-09&to={to}&view={view}"
    for rows, columns in product(("field", "area", "municipality", "time"), repeat=2)
    for status, unit, to, view in (("open", "month", "2026-04-11", "exact"), ("closed", "year", "2030-01-01", ""))
]


@pytest.fixture
def house(client: CheckingClient) -> CheckingClient:
    """One report that nobody may find, among many."""
    with in_app(client.app):
        for _ in range(9):
            report(None, at=SPRING, contact=False, kommunen=["siegburg"], handlungsfeld="wohnen")
        for _ in range(6):
            report(None, at=SPRING, contact=False, kommunen=["troisdorf"], handlungsfeld="sprache")
        report(None, at=SPRING, contact=False, kommunen=["much"], handlungsfeld="bildung_0_6", titel="Der Einzelfall")
        report(None, at=NOW, contact=False, kommunen=["much"], handlungsfeld="leistungsgewaehrung")
        statistics.run(unit_of_work, NOW)
    return client


def numbers_in(page: Any) -> list[str]:
    """Every number that stands in a table or figure, and every width that is drawn."""
    shown = [cell.get_text(" ", strip=True) for cell in page.select("main td, main .kf-figure__value")]
    return [*shown, *(bar["width"] for bar in page.select("main .kf-bars__value"))]


@pytest.mark.parametrize("email", READERS)
def test_no_address_gives_more_than_the_released_figures(house: CheckingClient, email: str) -> None:
    house.sign_in(email)
    for address in ADDRESSES[::3]:
        page = house.get(f"/statistics{address}")
        found = set(re.findall(r"\d+(?:[.,]\d+)?%?", " ".join(numbers_in(page))))
        assert found <= {"0", "9", "27", "16", "48", "100.0%"}, (address, found)
        assert "Der Einzelfall" not in page.text
        for form in ("csv", "xlsx"):
            answer = house.http.get(f"/statistics/export{address}&format={form}")
            assert answer.status_code == 200
            if form == "csv":
                cells = {
                    cell for line in answer.get_data(as_text=True).splitlines()[1:] for cell in line.split(";")[3:]
                }
                assert cells <= {"", "0", "9", "27", "16", "48", "verdeckt"}, address


@pytest.mark.parametrize("email", READERS)
def test_a_new_report_a_changed_one_and_a_withdrawn_one_change_nothing(house: CheckingClient, email: str) -> None:
    house.sign_in(email)
    before = [str(house.get(f"/statistics{address}").select_one("main")) for address in ADDRESSES[::8]]
    with in_app(house.app):
        report(None, at=NOW, contact=False, kommunen=["siegburg"], handlungsfeld="wohnen")
        report(None, at=SPRING, contact=False, kommunen=["siegburg"], handlungsfeld="wohnen")
        with unit_of_work() as session:
            for record in session.scalars(select(Record).limit(3)):
                record.field_of_action, record.case_count, record.open = "sprache", 11, False
        statistics.run(unit_of_work, NOW)
    after = [str(house.get(f"/statistics{address}").select_one("main")) for address in ADDRESSES[::8]]
    assert before == after


@pytest.mark.parametrize(
    "email", [ADVISER, "admin@rsk.example", "einbuergerung@rsk.example", "einbuergerung@troisdorf.example"]
)
def test_who_may_not_read_figures_gets_none(house: CheckingClient, email: str) -> None:
    house.sign_in(email)
    for address in (
        "/statistics",
        "/statistics?view=published",
        "/statistics/export",
        "/statistics/export?format=xlsx",
    ):
        page = house.get(address, status=403)
        assert not numbers_in(page)
    house.post("/statistics/threshold", {"threshold": "3", "shown": "5"}, status=403)


def test_another_controllers_figures_cannot_be_asked_for(house: CheckingClient) -> None:
    house.sign_in("koordination@troisdorf.example")
    for number in range(1, 4):
        page = house.get(f"/statistics?controller={number}")
        assert not numbers_in(page)
    house.sign_in(COORDINATOR)
    assert numbers_in(house.get("/statistics?controller=999"))[:1] == ["17"], "an unknown one means the own"


def test_nobody_lowers_the_threshold_from_outside(house: CheckingClient) -> None:
    for email in (*READERS, COORDINATOR):
        house.sign_in(email)
        house.post("/statistics/threshold", {"threshold": "3", "shown": "5", "controller": "1"}, status=403)
    with in_app(house.app):
        assert db.session.scalars(select(Setting).where(Setting.key == "statistics:threshold")).all() == []


@pytest.mark.parametrize("number", [40, 150])
def test_an_attacker_with_all_released_pages_finds_no_hidden_figure(client: CheckingClient, number: int) -> None:
    """Realistic reports of four years: every half-year's lists and its three tables as one linear program."""
    with in_app(client.app):
        fill(number)
        statistics.run(unit_of_work, NOW)
        kept = db.session.scalars(select(Setting).where(Setting.key.like("statistics:release:%"))).all()
        assert len(kept) == 8

        for setting in kept[-3:]:
            shown = shown_of(json.dumps(setting.value, sort_keys=True), 5)
            if shown.total is None:
                continue
            system, secret = _as_equations(shown)
            for name in random.Random(number).sample(secret, min(4, len(secret))):
                lowest, highest = system.range_of(name)
                assert highest > lowest, (setting.key, name)


def _as_equations(shown: Any) -> tuple[System, list[Any]]:
    """What the page says of the fields of action and the quarters, which are partitions."""
    system, secret = System(), []
    for table, cells in (
        ("field", shown.lists["field"]),
        ("time", shown.lists["time"]),
        ("cross", shown.tables["time"]),
    ):
        for key, one in cells.items():
            if one is None:
                system.at_least({(table, key): 1}, 0)
                secret.append((table, key))
            else:
                system.equal({(table, key): 1}, one.reports)
    for table in ("field", "time"):
        system.equal({(table, key): 1 for key in shown.lists[table]}, shown.total.reports)
    for field in shown.lists["field"]:
        system.equal({**{("cross", (field, key)): 1 for key in shown.lists["time"]}, ("field", field): -1}, 0)
    for key in shown.lists["time"]:
        system.equal({**{("cross", (field, key)): 1 for field in shown.lists["field"]}, ("time", key): -1}, 0)
    return system, secret
