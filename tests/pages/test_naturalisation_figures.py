"""The page of figures for an office: charts with their tables, quarters, downloads, the same statements however many there are."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any

from openpyxl import load_workbook

from ..support.client import CheckingClient
from ..support.databases import NOW, in_app
from ..support.figures import handed, kept, taken
from ..support.naturalisation import CARITAS, DIAKONIE, EBH_TROISDORF
from ..support.queries import statements_of


def bars(page: Any, part: str) -> dict[str, str]:
    lines = page.select(f"#{part} .kf-bars tbody tr")
    return {line.th.get_text(strip=True): line.select_one(".kf-bars__number").get_text(strip=True) for line in lines}


def test_an_office_without_figures_reads_why(client: CheckingClient) -> None:
    client.sign_in(EBH_TROISDORF)
    page = client.get("/naturalisation/figures")
    assert "Noch kein Stichtag" in page.text
    assert "Noch kein Quartal" in page.text
    assert "Woher die Zahlen kommen" in page.text


def test_charts_and_tables_of_a_busy_office(client: CheckingClient) -> None:
    with in_app(client.app):
        kept(9, CARITAS, missing=("B1",))
        kept(7, DIAKONIE, ready=True, missing=())
        handed(20, CARITAS, days=21)
        handed(6, DIAKONIE, days=63, returned="unterlagen_fehlen")
        taken()
    client.sign_in(EBH_TROISDORF)
    page = client.get("/naturalisation/figures")
    stock = bars(page, "stock")
    assert {label: stock[label] for label in ("in Arbeit", "alle Voraussetzungen erfüllt", "zurückgegeben")} == {
        "in Arbeit": "9", "alle Voraussetzungen erfüllt": "7", "zurückgegeben": "6",
    }  # fmt: skip
    ((item, number),) = bars(page, "missing").items()
    assert (item.split()[0], number) == ("B1", "15")
    assert bars(page, "returned")["Unterlagen fehlen"] == "6"
    weeks = {label: number for label, number in bars(page, "handed").items() if "bis" in label}
    assert weeks == {"das schnellste Viertel bis": "3", "die Hälfte bis": "3", "drei Viertel bis": "3"}
    assert page.select_one("#quarter option[selected]")["value"] == "2026-Q3"
    assert "Naturalisation figures" in client.get("/naturalisation/figures?lang=en").title.text


def test_downloads_say_what_the_page_says(client: CheckingClient) -> None:
    with in_app(client.app):
        kept(9, CARITAS)
        kept(2, DIAKONIE)
        taken()
    client.sign_in(EBH_TROISDORF)
    page = client.get("/naturalisation/figures")
    links = [link["href"] for link in page.select("main a[href*='/export']")]
    assert [link.rsplit("=", 1)[1] for link in links] == ["csv", "xlsx"]
    table = client.http.get(links[0]).get_data(as_text=True)
    assert "verdeckt" in table
    sheet = load_workbook(BytesIO(client.http.get(links[1]).data)).active
    assert sheet is not None
    cells = [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]
    assert any(row[-1] == "verdeckt" for row in cells if row)
    client.get("/naturalisation/figures/export?format=pdf", status=400)


def test_the_number_of_statements_does_not_grow(client: CheckingClient) -> None:
    def count() -> int:
        client.get("/naturalisation/figures")
        with statements_of(client.app) as sent:
            client.get("/naturalisation/figures")
        return len(sent)

    with in_app(client.app):
        kept(6, CARITAS)
        kept(1, CARITAS, shared=True)
        handed(6)
        taken()
    client.sign_in(EBH_TROISDORF)
    before = count()
    with in_app(client.app):
        kept(6, DIAKONIE, shared=True)
        handed(6, DIAKONIE, at=datetime(2026, 10, 2, 9, 0, tzinfo=NOW.tzinfo))
        taken(datetime(2027, 1, 2, 9, 0, tzinfo=NOW.tzinfo))
    assert count() == before
