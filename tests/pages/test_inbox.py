"""The inbox in the browser's eyes: with and without htmx, by keyboard-proof forms, for each role."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag

from kimforms.extensions import db
from kimforms.models import Event, ReadLog, SavedView

from ..support.client import CheckingClient
from ..support.databases import in_app
from ..support.inbox import COLLEAGUE, COORDINATOR, ELSEWHERE, OFFICE, fill, record_of, report
from ..support.queries import statements_of


@pytest.fixture
def signed_in(client: CheckingClient) -> CheckingClient:
    client.sign_in(COORDINATOR)
    return client


def reports(client: CheckingClient, count: int = 1, **answers: Any) -> list[str]:
    with in_app(client.app):
        return [report(**answers) for _ in range(count)]


def filled(client: CheckingClient, count: int) -> None:
    with in_app(client.app):
        fill(count)


def rows(page: BeautifulSoup) -> list[Tag]:
    return page.select(".kf-inbox-table tbody tr")


def heading(page: BeautifulSoup) -> str:
    return page.select_one("#inbox-found").get_text(strip=True)  # type: ignore[union-attr]


def texts(page: BeautifulSoup, selector: str) -> list[str]:
    return [" ".join(one.get_text(" ", strip=True).split()) for one in page.select(selector)]


def test_rows_are_links_with_everything_in_words(signed_in: CheckingClient) -> None:
    (reference,) = reports(signed_in)
    page = signed_in.get("/inbox")
    assert heading(page) == "1 Vorgang"
    (row,) = rows(page)
    link = row.select_one("th a")
    assert link is not None and link["href"] == f"/records/{reference}" and link.text == "Lange Wartezeit auf Termine"
    cells = {str(cell["data-label"]): cell.get_text(" ", strip=True) for cell in row.select("[data-label]")}
    assert cells["Stand"] == "gemeldet" and cells["Alter"] == "heute" and cells["Zuständig"] == "Jonas Brandt"
    assert cells["Kommune"] == "Siegburg, Troisdorf" and "30.11.2026" in cells["Frist"]
    assert page.select_one(".kf-tabs [aria-current]").text == "Alle offenen"  # type: ignore[union-attr]


def test_the_fragment_is_the_list_with_the_tabs_and_the_same_address(signed_in: CheckingClient) -> None:
    reports(signed_in)
    page = signed_in.get("/inbox?q=&status=open&order=newest&state=&municipality=siegburg", htmx=True)
    assert page.select_one("#inbox-results[data-announce='Gefunden: 1 Vorgang']")
    assert page.select_one("nav#inbox-views[hx-swap-oob]") and not page.select_one("h1")
    assert signed_in.response is not None
    assert signed_in.response.headers["HX-Push-Url"] == "/inbox?municipality=siegburg"
    assert "HX-Request" in signed_in.response.headers["Vary"]


def test_the_filter_form_works_by_plain_get(signed_in: CheckingClient) -> None:
    reports(signed_in)
    page = signed_in.get("/inbox")
    page = signed_in.submit(page, "form[role=search]", {"municipality": "windeck", "due": "overdue"}, status=200)
    assert heading(page) == "0 Vorgänge"
    assert texts(page, ".kf-empty h3") == ["Keine Meldungen zu diesen Filtern"]
    assert texts(page, ".kf-chips a") == [
        "Kommune: Windeck Filter entfernen",
        "Frist: überfällig Filter entfernen",
        "Alle Filter entfernen",
    ]
    chosen = page.select_one("#filter-municipality option[selected]")
    assert chosen is not None and chosen["value"] == "windeck"
    removed = page.select(".kf-chips a")[0]["href"]
    assert removed == "/inbox?due=overdue"
    assert page.select_one(".kf-empty a")["href"] == "/inbox"  # type: ignore[index]


def test_a_reference_in_the_search_leads_to_its_record(signed_in: CheckingClient) -> None:
    (reference,) = reports(signed_in)
    signed_in.get(f"/inbox?q={reference.lower()}", status=303)
    assert signed_in.response is not None
    assert signed_in.response.headers["Location"] == f"/records/{reference}"
    assert heading(signed_in.get("/inbox?q=IH-2026-9999")) == "0 Vorgänge"
    other = CheckingClient(signed_in.app)
    other.sign_in(ELSEWHERE)
    other.get(f"/inbox?q={reference}", status=200)


@pytest.mark.parametrize(
    "query",
    [
        "state=x&municipality=%00&assignee=-1&age=&due=nie&order=1&status=weg&process=y&field=z&area=1&organisation=o",
        "after=kaputt&before=-&q=%F0%9F%98%80",
        "after=99999999999999999999999",
        "before=1",
        "q=" + "x" * 3000,
        "q=%22%20OR%20%22a%22*",
        "q=%ff%fe",
        "q=a&q=b&state=gemeldet&state=erfasst",
        "after=2026-13-45_1&due=overdue",
    ],
)
def test_odd_addresses_show_a_list_with_a_note_and_never_fail(signed_in: CheckingClient, query: str) -> None:
    reports(signed_in)
    page = signed_in.get(f"/inbox?{query}")
    assert page.select_one("#inbox-results")
    signed_in.get(f"/inbox?{query}", htmx=True)
    if query.startswith("state=x"):
        assert "unbekannten Wert" in texts(page, ".kern-alert")[0] and len(rows(page)) == 1


def test_pages_follow_each_other_by_links(signed_in: CheckingClient) -> None:
    filled(signed_in, 400)
    first = signed_in.get("/inbox")
    assert len(rows(first)) == 25 and not first.select_one("a[rel=prev]")
    second = signed_in.get(str(first.select_one("a[rel=next]")["href"]))  # type: ignore[index]
    assert not {str(row) for row in rows(first)} & {str(row) for row in rows(second)}
    back = signed_in.get(str(second.select_one("a[rel=prev]")["href"]), htmx=True)  # type: ignore[index]
    assert [row.text for row in rows(back)] == [row.text for row in rows(first)]


def test_overdue_is_said_in_words_and_with_a_sign(signed_in: CheckingClient) -> None:
    filled(signed_in, 400)
    page = signed_in.get("/inbox?due=overdue")
    assert rows(page)
    for row in rows(page):
        assert "überfällig" in row.text and row.select_one(".kf-due--danger .kern-icon[aria-hidden]")


def test_the_page_costs_the_same_statements_for_many_rows(signed_in: CheckingClient) -> None:
    reports(signed_in)
    signed_in.get("/inbox")
    with statements_of(signed_in.app) as few:
        signed_in.get("/inbox")
    filled(signed_in, 400)
    with statements_of(signed_in.app) as many:
        signed_in.get("/inbox")
    assert len(few) == len(many) <= 22  # with the process of course dates beside that of reports


@pytest.mark.parametrize(
    ("email", "status"),
    [
        (COORDINATOR, 200),
        (OFFICE, 200),
        (ELSEWHERE, 200),
        ("beratung@caritas.example", 403),
        ("casemanagement@siegburg.example", 403),
        ("einbuergerung@troisdorf.example", 403),
        ("mitglied@jobcenter.example", 403),
        ("admin@rsk.example", 403),
    ],
)
def test_who_may_enter(client: CheckingClient, email: str, status: int) -> None:
    (reference,) = reports(client)
    client.sign_in(email)
    page = client.get("/inbox", status=status)
    if status == 200:
        assert (reference in page.text) == (email != ELSEWHERE)
    works = email in (COORDINATOR, ELSEWHERE)
    assert bool(page.select_one("input[name=record]")) == (email == COORDINATOR)
    client.post("/inbox/bulk", {"deed": "follow", "record": f"{reference}:1"}, status=200 if works else 403)
    client.post("/inbox/export", {"format": "csv"}, status=status)
    assert client.response is not None
    client.response.close()  # as a server does: the temporary file goes with it
    client.get("/inbox/views", status=status)


def test_signed_out_people_are_sent_to_the_sign_in(client: CheckingClient) -> None:
    client.get("/inbox", status=303)


def test_bulk_assignment_reports_item_by_item(signed_in: CheckingClient) -> None:
    first, second = reports(signed_in, 2)
    page = signed_in.get("/inbox?order=oldest")
    boxes = [str(box["value"]) for box in page.select("input[name=record]")]
    me = next(str(o["value"]) for o in page.select("#bulk-person option") if o.text == "Katharina Vogt")
    stale = f"{boxes[1].partition(':')[0]}:99"
    data = {"record": [boxes[0], stale, "IH-2099-1:1"], "person": me}
    page = signed_in.submit(page, "form.kf-inbox-bulk", data, status=200, button="button[value=assign]")
    assert texts(page, ".kern-alert__header")[0] == "1 von 3 Vorgängen sind erledigt."
    assert [text.split()[0] for text in texts(page, "td[data-label=Ergebnis]")] == ["erledigt", "nicht", "nicht"]
    assert page.select_one("main a.kern-btn")["href"] == "/inbox?order=oldest"  # type: ignore[index]
    with in_app(signed_in.app):
        assert record_of(first).assignee_id == int(me) and record_of(second).assignee_id != int(me)


def test_a_step_for_several_is_shown_before_it_is_taken(signed_in: CheckingClient) -> None:
    first, second = reports(signed_in, 2)
    page = signed_in.get("/inbox")
    boxes = [str(box["value"]) for box in page.select("input[name=record]")]
    data = {"record": boxes, "transition": "erfassen"}
    page = signed_in.submit(page, "form.kf-inbox-bulk", data, status=200, button="button[value=transition]")
    assert page.h1.text == "„Erfassen“ für mehrere Vorgänge"  # type: ignore[union-attr]
    with in_app(signed_in.app):
        assert record_of(first).state == "gemeldet"
    confirm = page
    page = signed_in.submit(confirm, "main form", status=200, button="button[value=transition]")
    assert "Alle 2 Vorgänge sind erledigt." in page.text
    with in_app(signed_in.app):
        assert record_of(first).state == record_of(second).state == "erfasst"
    again = signed_in.submit(confirm, "main form", status=200, button="button[value=transition]")
    assert "Es wurde nichts geändert." in again.text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"deed": "assign", "person": "nobody"}, "mindestens einen Vorgang"),
        ({"deed": "assign", "record": "IH-2026-0001:1"}, "wer zuständig werden soll"),
        ({"deed": "assign", "record": "IH-2026-0001:1", "person": "6"}, "wer zuständig werden soll"),
        ({"deed": "transition", "record": "IH-2026-0001:1", "transition": "x"}, "den Schritt"),
        ({"deed": "", "record": "IH-2026-0001:1"}, "was mit den Vorgängen"),
        ({"deed": "follow", "record": "kaputt"}, "mindestens einen Vorgang"),
    ],
)
def test_an_incomplete_deed_leads_back_with_a_sentence(
    signed_in: CheckingClient, data: dict[str, str], sentence: str
) -> None:
    reports(signed_in)
    signed_in.post("/inbox/bulk", data | {"query": "due=week"})
    assert signed_in.response is not None and signed_in.response.headers["Location"] == "/inbox?due=week"
    assert sentence in signed_in.follow().select_one(".kf-flash").text  # type: ignore[union-attr]


def test_a_view_is_saved_shared_shown_as_a_tab_and_deleted(signed_in: CheckingClient) -> None:
    reports(signed_in)
    page = signed_in.get("/inbox?municipality=siegburg")
    link = page.select_one("a[href^='/inbox/views']")
    assert link is not None
    page = signed_in.get(str(link["href"]))
    assert "Kommune: Siegburg" in page.text
    refused = signed_in.submit(page, "main form", {"name": "  "}, status=422)
    assert refused.title is not None and refused.title.text.startswith("Fehler:")
    assert refused.select_one(".kf-errors a[href='#name']")
    signed_in.submit(page, "main form", {"name": "Meine Stadt", "shared": "y"})
    page = signed_in.follow()
    assert page.select_one(".kf-tabs [aria-current]").text == "Meine Stadt"  # type: ignore[union-attr]
    colleague = CheckingClient(signed_in.app)
    colleague.sign_in(COLLEAGUE)
    assert "Meine Stadt (Katharina Vogt)" in texts(colleague.get("/inbox"), ".kf-tabs a")
    assert not colleague.get("/inbox/views").select("form[action$='/delete']")
    with in_app(signed_in.app):
        kept = db.session.query(SavedView).one().id
    colleague.post(f"/inbox/views/{kept}/delete", status=404)
    signed_in.submit(signed_in.get("/inbox/views"), "form[action$='/delete']")
    assert "Meine Stadt" not in texts(signed_in.get("/inbox"), ".kf-tabs a")


def test_a_forged_saved_query_becomes_harmless(signed_in: CheckingClient) -> None:
    query = "municipality=siegburg&state=%3Cscript%3E&next=//x.example&after=5"
    signed_in.post("/inbox/views", {"name": "Probe", "query": query})
    with in_app(signed_in.app):
        assert db.session.query(SavedView).one().query == "municipality=siegburg"


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_export_is_a_file_with_a_name_and_leaves_a_trace(signed_in: CheckingClient, form: str) -> None:
    first, _second = reports(signed_in)[0], reports(signed_in, kommunen=["lohmar"])[0]
    page = signed_in.get("/inbox?municipality=siegburg")
    signed_in.submit(page, "form[action='/inbox/export']", status=200, button=f"button[value={form}]")
    response = signed_in.response
    assert response is not None
    assert f"vorgaenge-2026-11-23.{form}" in response.headers["Content-Disposition"]
    if form == "csv":
        found = list(csv.reader(io.StringIO(response.data.decode("utf-8-sig")), delimiter=";"))
        assert [row[0] for row in found] == ["Vorgangsnummer", first]
    response.close()
    with in_app(signed_in.app):
        assert db.session.query(ReadLog).one().what == f"export:{form}"
        assert db.session.query(Event).filter_by(tag="record:export").count() == 1


def test_an_unknown_format_is_refused_and_leaves_no_trace(signed_in: CheckingClient) -> None:
    signed_in.post("/inbox/export", {"format": "exe"}, status=400)
    with in_app(signed_in.app):
        assert db.session.query(ReadLog).count() == 0


def test_the_office_reads_and_exports_but_has_no_boxes(client: CheckingClient) -> None:
    reports(client)
    client.sign_in(OFFICE)
    page = client.get("/inbox")
    assert len(rows(page)) == 1 and not page.select("input[type=checkbox], fieldset")
    assert "Mir zugewiesen" not in texts(page, ".kf-tabs a") and page.select_one("form[action='/inbox/export']")


def test_english_speaks_english(signed_in: CheckingClient) -> None:
    reports(signed_in)
    page = signed_in.get("/inbox?lang=en&municipality=siegburg")
    assert heading(page) == "1 record" and texts(page, ".kf-tabs a")[3] == "Overdue"
    assert "Municipality: Siegburg Remove filter" in texts(page, ".kf-chips a")
    assert "reported" in rows(page)[0].text
    assert signed_in.get("/inbox/views").h1.text == "Views"  # type: ignore[union-attr]
