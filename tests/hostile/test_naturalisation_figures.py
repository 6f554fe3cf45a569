"""Staff of an office try to find out about clients they do not see: other addresses, other periods, other services, day after
day. Nothing but the figures as they were taken is to be had, and these leave every hidden one open."""

from __future__ import annotations

import random
import re
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import select

from kimforms.engine.small_numbers import FIRST, protected
from kimforms.extensions import db
from kimforms.models import ClientChecklist
from kimforms.services.naturalisation_figures import SERVICE, crossed
from kimforms.services.unit_of_work import unit_of_work

from ..engine.attacker import System
from ..support.client import CheckingClient
from ..support.databases import NOW, in_app
from ..support.figures import handed, kept, taken
from ..support.naturalisation import CARITAS, DIAKONIE, EBH_RSK, EBH_TROISDORF
from ..support.records import COORDINATOR

ADDRESSES = [
    f"?quarter={quarter}&service={service}&from={first}&to=2026-11-23&state={state}&controller={controller}"
    for quarter, service, first, state, controller in product(
        ("", "2026-Q3", "2026-Q4", "2026", "%"), ("caritas", "diakonie"), ("2026-11-22", ""), ("in_arbeit",), ("1", "2")
    )
]


@pytest.fixture
def house(client: CheckingClient) -> CheckingClient:
    """Nine clients of one service, two of another, and one returned: the few are what is looked for."""
    with in_app(client.app):
        kept(9, CARITAS, missing=("B1", "B4"))
        kept(2, DIAKONIE, missing=("F1",))
        handed(11, CARITAS)
        handed(1, DIAKONIE, returned="anderes", gaps=("E2",))
        taken()
    return client


def said(page: Any) -> str:
    """Everything that is shown, but for the choice of quarters, as text and as widths that are drawn."""
    main = page.select_one("main")
    for part in main.select("form, .kern-alert"):
        part.decompose()
    return main.get_text(" ", strip=True) + str([bar["width"] for bar in main.select(".kf-bars__value")])


def test_no_address_tells_more(house: CheckingClient) -> None:
    house.sign_in(EBH_TROISDORF)
    whole = said(house.get("/naturalisation/figures"))
    for address in ADDRESSES:
        assert said(house.get(f"/naturalisation/figures{address}")) == whole, address
    for form in ("csv", "xlsx"):
        assert house.http.get(f"/naturalisation/figures/export{ADDRESSES[0]}&format={form}").status_code == 200
    answers = {
        house.http.get(f"/naturalisation/figures/export{address}&format=csv").get_data(as_text=True)
        for address in ADDRESSES
    }
    assert len(answers) == 1


def test_neither_the_two_clients_nor_the_returned_one_can_be_read(house: CheckingClient) -> None:
    house.sign_in(EBH_TROISDORF)
    page = house.get("/naturalisation/figures")
    table = house.http.get("/naturalisation/figures/export?format=csv").get_data(as_text=True)
    lines = [line.rsplit(";", 3) for line in table.splitlines()]
    at_services = {
        (row, service): number for title, row, service, number in lines if title.startswith("bei den Diensten")
    }
    assert {number for (_row, service), number in at_services.items() if service != "alle"} == {"verdeckt"}
    assert not re.search(r"F1|E2|anderer Grund", said(page))
    assert "EB-2026" not in str(page)
    assert "Ahorn" not in str(page)


def test_day_after_day_a_new_client_changes_nothing(house: CheckingClient) -> None:
    house.sign_in(EBH_TROISDORF)
    before = said(house.get("/naturalisation/figures"))
    with in_app(house.app):
        for number in range(1, 4):
            kept(1, DIAKONIE, missing=("A3",), at=NOW + timedelta(days=number))
            taken(NOW + timedelta(days=number, hours=1))
        with unit_of_work() as session:
            one = session.scalars(select(ClientChecklist).order_by(ClientChecklist.record_id)).first()
            assert one is not None
            one.ready, one.missing = True, []
    assert said(house.get("/naturalisation/figures")) == before


def test_nobody_else_gets_any_figure_and_the_other_office_its_own(house: CheckingClient) -> None:
    for email in (CARITAS, COORDINATOR, "leitung@rsk.example", "admin@rsk.example"):
        house.sign_in(email)
        for path in ("", "/export", "/export?format=xlsx"):
            house.get(f"/naturalisation/figures{path}", status=403)
    house.sign_in(EBH_RSK)
    for address in ("", *ADDRESSES[:4]):
        page = house.get(f"/naturalisation/figures{address}")
        assert "Troisdorf" not in page.select_one("main").text
        assert page.select(".kf-bars__number") == []


@pytest.mark.parametrize("seed", range(12))
def test_an_attacker_with_the_whole_table_finds_no_small_number(seed: int) -> None:
    """States against services with all sums as one linear program: each hidden figure may be small as well as not."""
    rule = random.Random(seed)
    services = [f"dienst-{number}" for number in range(rule.randint(2, 5))]
    cells = {
        (state, one): number
        for state, one in product(("in_arbeit", "bereit", "zurueckgegeben"), services)
        if (number := rule.choice((0, 1, 2, 3, 4, 7, 12, 30)))
    }
    shown = protected(crossed(cells), 5)
    if shown.total is None:
        return
    states = list(shown.lists[FIRST])
    found = list(shown.lists[SERVICE])
    system, secret = System(), []
    for names, sums in ((states, shown.lists[FIRST]), (found, shown.lists[SERVICE])):
        for name in names:
            line = {(state, one): 1 for state, one in product(states, found) if name in (state, one)}
            if sums[name] is not None:
                system.equal(line, sums[name].reports)
    system.equal(dict.fromkeys(product(states, found), 1), shown.total.reports)
    for cell in product(states, found):
        told = shown.tables[SERVICE].get(cell)
        if told is None and cell in shown.tables[SERVICE]:
            secret.append(cell)
        else:
            system.equal({cell: 1}, told.reports if told else 0)
    assert not [cell for cell, number in cells.items() if 0 < number < 5 and cell not in secret], (
        "small ones are hidden"
    )
    for cell in secret:
        if 0 < cells.get(cell, 0) < 5:
            lowest, highest = system.range_of(cell)
            assert highest > lowest, (seed, cell)


def test_the_attacker_of_these_tests_would_find_a_mistake(client: CheckingClient) -> None:
    """Where only the small number itself is hidden, subtraction gives it away."""
    system = System()
    system.equal({"caritas": 1, "diakonie": 1}, 11)
    system.equal({"caritas": 1}, 9)
    assert system.range_of("diakonie") == (2, 2)
    with in_app(client.app):
        kept(9, CARITAS)
        kept(2, DIAKONIE)
        taken()
        assert db.session.scalars(select(ClientChecklist)).all()
    client.sign_in(EBH_TROISDORF)
    assert "verdeckt" in client.get("/naturalisation/figures").select_one("#stock").text
