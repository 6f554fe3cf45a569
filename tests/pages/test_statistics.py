"""The page of statistics: what each role reads, its charts and tables, downloads, and the office's threshold."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from kimforms.services import statistics
from kimforms.services.unit_of_work import unit_of_work

from ..support.client import CheckingClient
from ..support.databases import NOW, in_app
from ..support.queries import statements_of
from ..support.records import CASE_MANAGER, COORDINATOR, ELSEWHERE, OFFICE, report

MEMBER = "mitglied@jobcenter.example"
SPRING = datetime(2026, 4, 10, 9, 0, tzinfo=UTC)


def several(client: CheckingClient, number: int, **answers: Any) -> None:
    with in_app(client.app):
        for _ in range(number):
            report(None, at=SPRING, contact=False, **answers)


def release(client: CheckingClient) -> None:
    with in_app(client.app):
        statistics.run(unit_of_work, NOW)


@pytest.fixture
def filled(client: CheckingClient) -> CheckingClient:
    several(client, 9, kommunen=["siegburg"], handlungsfeld="wohnen")
    several(client, 6, kommunen=["troisdorf"], handlungsfeld="sprache")
    several(client, 2, kommunen=["much"], handlungsfeld="bildung_0_6")
    release(client)
    return client


def rows_of(page: Any, name: str) -> dict[str, list[str]]:
    """A list of the page: value -> reports and cases, as people read them."""
    lines = page.select(f"#by-{name} tbody tr")
    return {line.th.get_text(strip=True): [cell.get_text(strip=True) for cell in line.select("td")] for line in lines}


def not_zero(found: dict[str, list[str]]) -> dict[str, list[str]]:
    return {label: numbers for label, numbers in found.items() if numbers != ["0", "0"]}


def figures(page: Any) -> list[str]:
    return [tag.get_text(strip=True) for tag in page.select(".kf-figure__value")]


def test_the_coordination_reads_exact_figures(filled: CheckingClient) -> None:
    filled.sign_in(COORDINATOR)
    page = filled.get("/statistics")
    assert figures(page) == ["17", "51"]
    assert not_zero(rows_of(page, "field")) == {
        "Wohnen": ["9", "27"], "Sprache": ["6", "18"], "Bildung 0–6 Jahre": ["2", "6"],
    }  # fmt: skip
    assert not_zero(rows_of(page, "time"))["2. Quartal 2026"] == ["17", "51"]
    main = page.select_one("main").get_text(" ", strip=True)
    assert "Eine Meldung kann für mehrere Fälle stehen" in main and "Zurückgezogene Meldungen zählen nicht" in main
    assert page.select_one("nav a[href='/statistics'][aria-current]") is not None


def test_each_list_draws_its_numbers(filled: CheckingClient) -> None:
    filled.sign_in(COORDINATOR)
    page = filled.get("/statistics")
    widths = [bar["width"] for bar in page.select("#by-municipality .kf-bars__value")]
    assert sorted(widths) == ["100.0%", "22.2%", "66.7%"]
    assert len(page.select("table.kf-bars")) == 4


def test_members_read_released_figures_without_small_ones(filled: CheckingClient) -> None:
    filled.sign_in(MEMBER)
    page = filled.get("/statistics")
    assert figures(page) == ["17", "51"]
    hidden = ["verdeckt", "verdeckt"]
    assert not_zero(rows_of(page, "field")) == {"Wohnen": ["9", "27"], "Sprache": hidden, "Bildung 0–6 Jahre": hidden}
    assert not_zero(rows_of(page, "municipality")) == {"Much": hidden, "Siegburg": ["9", "27"], "Troisdorf": hidden}
    assert len(page.select("#by-municipality .kf-bars__value")) == 1, "nothing is drawn of what is hidden"
    assert "1. Halbjahr 2026" in page.select_one("main").get_text()
    assert "Zahlen unter 5 sind verdeckt" in page.select_one("main").get_text(" ", strip=True)
    assert not page.select("#filter-status, #filter-from, #filter-rows, #hiding")


def test_the_preview_shows_what_members_see(filled: CheckingClient) -> None:
    filled.sign_in(COORDINATOR)
    link = filled.get("/statistics").find("a", string="So wie andere sie sehen")
    page = filled.get(link["href"])
    assert rows_of(page, "field")["Sprache"] == ["verdeckt", "verdeckt"]
    assert page.select_one("a[href='/statistics']") is not None
    assert page.select_one("input[name=view][value=published]") is not None, "a filter stays in the preview"


def test_members_cannot_leave_the_preview(filled: CheckingClient) -> None:
    filled.sign_in(MEMBER)
    for query in ("?view=exact", "?status=open", "?from=2026-04-10&to=2026-04-10", "?rows=municipality&columns=time"):
        page = filled.get(f"/statistics{query}")
        assert rows_of(page, "field")["Sprache"] == ["verdeckt", "verdeckt"], query


def test_a_case_manager_reads_of_the_own_municipality_only(filled: CheckingClient) -> None:
    filled.sign_in(CASE_MANAGER)
    page = filled.get("/statistics?columns=municipality")
    assert rows_of(page, "municipality") == {"Siegburg": ["9", "27"]}
    assert "Troisdorf" not in page.select_one("main").get_text()
    assert [tag.get_text(strip=True) for tag in page.select("#cross thead th")] == ["Siegburg"]


def test_where_nobody_reports_there_is_nothing_to_count(filled: CheckingClient) -> None:
    filled.sign_in(ELSEWHERE)
    page = filled.get("/statistics")
    assert "Hier gibt es keine Meldungen zu zählen" in page.text
    assert not page.select("table")
    assert filled.http.get("/statistics/export").get_data(as_text=True).strip().count("\n") == 0


def test_before_the_first_release_the_page_says_when(client: CheckingClient) -> None:
    several(client, 9)
    client.sign_in(MEMBER)
    page = client.get("/statistics")
    assert "Noch ist kein Halbjahr freigegeben" in page.text
    assert "28.01.2027" in page.text
    assert not page.select("table")


def test_filters_narrow_the_exact_figures(filled: CheckingClient) -> None:
    filled.sign_in(COORDINATOR)
    assert figures(filled.get("/statistics?from=2026-04-11")) == ["0", "0"]
    assert figures(filled.get("/statistics?to=2026-04-10&status=open")) == ["17", "51"]
    assert figures(filled.get("/statistics?status=closed")) == ["0", "0"]
    page = filled.get("/statistics?unit=month")
    assert rows_of(page, "time")["April 2026"] == ["17", "51"]
    assert page.select_one("#filter-unit option[selected]")["value"] == "month"


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?from=quatsch", "Geben Sie den Anfang im Format TT.MM.JJJJ ein."),
        ("?to=99.99.2026", "Geben Sie das Ende im Format TT.MM.JJJJ ein."),
        ("?from=2026-05-01&to=2026-04-01", "Das Ende des Zeitraums liegt vor dem Anfang."),
        ("?status=offen&rows=%00", "Ein Filter war unbekannt und ist weggelassen."),
    ],
)
def test_odd_filters_are_explained(filled: CheckingClient, query: str, sentence: str) -> None:
    filled.sign_in(COORDINATOR)
    page = filled.get(f"/statistics{query}")
    assert sentence in page.select_one(".kern-alert").get_text(" ", strip=True)
    assert figures(page) == ["17", "51"]


def test_the_cross_table_has_the_chosen_dimensions(filled: CheckingClient) -> None:
    filled.sign_in(COORDINATOR)
    page = filled.get("/statistics?rows=municipality&columns=field")
    table = page.select_one("#cross table")
    rows = {
        row.th.get_text(strip=True): [cell.get_text(strip=True) for cell in row.select("td")]
        for row in table.select("tbody tr")
    }
    assert rows == {"Much": ["0", "0", "2(6)"], "Siegburg": ["9(27)", "0", "0"], "Troisdorf": ["0", "6(18)", "0"]}


@pytest.mark.parametrize("email", [COORDINATOR, MEMBER, CASE_MANAGER])
def test_a_download_holds_what_the_page_shows(filled: CheckingClient, email: str) -> None:
    filled.sign_in(email)
    page = filled.get("/statistics?columns=municipality")
    answer = filled.http.get(page.select_one("a[href*='format=csv']")["href"])
    lines = [line.split(";") for line in answer.get_data(as_text=True).lstrip("\ufeff").splitlines()]
    assert lines[0] == ["Tabelle", "Gruppe", "Spalte", "Meldungen", "Fälle"]
    told = {line[1]: line[3:] for line in lines if line[0] == "Nach Kommune"}
    assert told == rows_of(page, "municipality")
    assert [line[3:] for line in lines if line[0] == "Gesamt"] == [figures(page)]
    sheet = load_workbook(BytesIO(filled.http.get("/statistics/export?columns=municipality&format=xlsx").data)).active
    cells = [[str(value) if value is not None else "" for value in row] for row in sheet.iter_rows(values_only=True)]
    assert cells == lines
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_an_unknown_format_is_refused(filled: CheckingClient) -> None:
    filled.sign_in(COORDINATOR)
    filled.get("/statistics/export?format=exe", status=400)


def test_the_office_sets_the_threshold_on_the_page(filled: CheckingClient) -> None:
    filled.sign_in(OFFICE)
    page = filled.get("/statistics")
    filled.submit(page, "#hiding form", {"threshold": "10"})
    page = filled.follow()
    assert "Die Schwelle ist geändert." in page.text
    assert page.select_one("#hiding input[name=threshold]")["value"] == "10"
    preview = filled.get("/statistics?view=published")
    assert rows_of(preview, "field")["Wohnen"] == ["verdeckt", "verdeckt"]


@pytest.mark.parametrize("entered", ["", "2", "viele", "1000", "5.5", "-5"])
def test_a_wrong_threshold_is_explained_and_kept(filled: CheckingClient, entered: str) -> None:
    filled.sign_in(OFFICE)
    page = filled.submit(filled.get("/statistics"), "#hiding form", {"threshold": entered}, status=422)
    assert page.title.text.startswith("Fehler:")
    assert page.select_one("#hiding input[name=threshold]")["value"] == entered
    assert page.select_one("#hiding .kern-error") is not None
    assert figures(page) == ["17", "51"]


def test_a_stale_page_does_not_overwrite_the_threshold(filled: CheckingClient) -> None:
    filled.sign_in(OFFICE)
    page = filled.get("/statistics")
    filled.submit(page, "#hiding form", {"threshold": "10"})
    filled.submit(page, "#hiding form", {"threshold": "7"}, status=409)


def test_only_the_office_sees_the_form(filled: CheckingClient) -> None:
    filled.sign_in(COORDINATOR)
    assert not filled.get("/statistics").select("#hiding")
    filled.post("/statistics/threshold", {"threshold": "3"}, status=403)


@pytest.mark.parametrize(("email", "most"), [(COORDINATOR, 8), (MEMBER, 3)])
def test_the_number_of_queries_does_not_grow(filled: CheckingClient, email: str, most: int) -> None:
    filled.sign_in(email)
    filled.get("/statistics")
    with statements_of(filled.app) as few:
        filled.get("/statistics")
    several(filled, 12, kommunen=["hennef", "eitorf"])
    with statements_of(filled.app) as many:
        filled.get("/statistics")
    assert len(few) == len(many) <= most


def test_everything_is_said_in_english_too(filled: CheckingClient) -> None:
    for email in (OFFICE, MEMBER):
        reader = CheckingClient(filled.app)
        reader.sign_in(email)
        page = reader.get("/statistics?lang=en")
        main = page.select_one("main").get_text(" ", strip=True)
        assert "By field of action" in main and "reports" in main.lower()
        assert not [word for word in ("Meldungen", "Fälle", "verdeckt", "Halbjahr", "Quartal") if word in main]
