"""The pages of themes: board, list, a new theme out of reports, what is done to one, the dossier; for each role."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import insert, select

from kimforms.extensions import db
from kimforms.models import Record, RecordLink
from kimforms.services.unit_of_work import unit_of_work

from ..support.client import CheckingClient
from ..support.databases import NOW, in_app
from ..support.queries import statements_of
from ..support.records import ADVISER, CASE_MANAGER, COORDINATOR, ELSEWHERE, OFFICE, SECOND, stored, take, theme
from ..support.themes import cases_of, crowded, opened, recorded

LONG_AGO = NOW - timedelta(days=45)


@pytest.fixture
def signed_in(client: CheckingClient) -> CheckingClient:
    client.sign_in(COORDINATOR)
    return client


def made(client: CheckingClient, work: Any, *args: Any, **options: Any) -> Any:
    with in_app(client.app):
        return work(*args, **options)


def words(page: BeautifulSoup, selector: str = "main") -> str:
    found = page.select_one(selector)
    assert found is not None, selector
    return " ".join(found.get_text(" ", strip=True).split())


def words_of(page: BeautifulSoup, selector: str) -> list[str]:
    return [" ".join(one.get_text(" ", strip=True).split()) for one in page.select(selector)]


def card(page: BeautifulSoup, reference: str) -> str:
    found = page.select_one(f"article[aria-labelledby=title-{reference}]")
    return " ".join(found.get_text(" ", strip=True).split()) if found else ""


# --- the board -------------------------------------------------------------------------------------------------------


def test_a_card_says_where_a_theme_stands_and_what_comes_next(signed_in: CheckingClient) -> None:
    with in_app(signed_in.app):
        reference = opened(recorded(), recorded(fallzahl="1"), title="Kein Termin")
    page = signed_in.get("/themes")
    assert words_of(page, ".kf-board__head") == [
        "Thema 1",
        "Lenkungsgruppe 0",
        "Arbeitsgruppe 0",
        "Beschluss 0",
        "Umsetzung 0",
        "Bekannt gegeben 0",
    ]
    told = card(page, reference)
    for each in ("Kein Termin", "4 Fälle", "2 Meldungen", "Alter: heute", "Bei: Katharina Vogt", "in ", "angelegt"):
        assert each in told, each
    step = page.select_one(".kf-theme__step")
    assert step is not None and step["href"] == f"/records/{reference}/actions/rekonstruieren"
    assert "Fallrekonstruktion beginnen" in step.get_text()
    signed_in.get(str(step["href"]))


def test_stalled_themes_stand_out_in_words(signed_in: CheckingClient) -> None:
    with in_app(signed_in.app):
        old, fresh = opened(title="Alt", now=LONG_AGO), opened(title="Neu")
    page = signed_in.get("/themes")
    assert "Stockt: seit 45 Tagen ist nichts geschehen" in card(page, old) and "Stockt" not in card(page, fresh)
    page = signed_in.get("/themes?stalled=yes")
    assert words_of(page, ".kf-theme__title") == ["Alt"] and words_of(page, ".kf-chip") == ["Stockt Filter entfernen"]
    assert page.select_one(".kf-chip")["href"] == "/themes"  # type: ignore[index]
    assert words_of(signed_in.get("/themes?as=list&stalled=yes"), "tbody th a") == ["Alt"]


def test_filters_work_by_get_with_and_without_htmx(signed_in: CheckingClient) -> None:
    with in_app(signed_in.app):
        opened(recorded(kommunen=["windeck"]), title="Meins")
        opened(recorded(), title="Anderes", by=SECOND)
    page = signed_in.submit(signed_in.get("/themes"), "form[role=search]", {"mine": "yes"}, status=200)
    assert words_of(page, ".kf-theme__title") == ["Meins"]
    page = signed_in.get("/themes?municipality=windeck", htmx=True)
    assert words_of(page, ".kf-theme__title") == ["Meins"] and not page.select("h1")
    assert page.select_one("#theme-results[data-announce='Gefunden: 1 Thema']")
    assert signed_in.response is not None and "HX-Request" in signed_in.response.headers["Vary"]
    assert words_of(signed_in.get("/themes?municipality=alfter"), ".kf-empty h3") == ["Keine Themen zu diesen Filtern"]


@pytest.mark.parametrize(
    "query",
    [
        "mine=%00&field=x&municipality=y&stalled=2",
        "as=list&after=-1&before=x",
        "as=list&after=999999999999999999999",
        "as=x&status=all&q=%ff",
    ],
)
def test_odd_addresses_never_fail(signed_in: CheckingClient, query: str) -> None:
    made(signed_in, opened)
    assert signed_in.get(f"/themes?{query}").select_one("#theme-results")


def test_the_list_pages_by_key(signed_in: CheckingClient) -> None:
    made(signed_in, many, 60)
    first = signed_in.get("/themes?as=list")
    second = signed_in.get(str(first.select("nav.kf-pagination a")[-1]["href"]))
    third = signed_in.get(str(second.select("nav.kf-pagination a")[-1]["href"]))
    titles = [words_of(page, "tbody th a") for page in (first, second, third)]
    assert [len(one) for one in titles] == [25, 25, 10] and len({each for one in titles for each in one}) == 60
    back = signed_in.get(str(third.select("nav.kf-pagination a")[0]["href"]))
    assert words_of(back, "tbody th a") == titles[1]


def many(number: int) -> None:
    """So many themes, written past the services."""
    reference = theme("Muster")
    with unit_of_work() as session:
        pattern = session.scalars(select(Record).where(Record.reference == reference)).one()
        columns = {
            c.key: getattr(pattern, c.key)
            for c in Record.__table__.columns
            if c.key not in ("id", "reference", "submission_hash", "title")
        }
        session.execute(
            insert(Record),
            [
                columns | {"reference": f"TH-2025-{number}-{n:04d}", "title": f"Thema {n}", "submission_hash": None}
                for n in range(number - 1)
            ],
        )


def test_five_hundred_themes_cost_as_many_statements_as_two(signed_in: CheckingClient) -> None:
    counted = []
    with in_app(signed_in.app):
        opened(recorded())
    for number in (2, 500):
        made(signed_in, many, number)
        signed_in.get("/themes")
        with statements_of(signed_in.app) as sent:
            signed_in.get("/themes")
        with statements_of(signed_in.app) as listed:
            signed_in.get("/themes?as=list")
        counted.append((len(sent), len(listed)))
    assert counted[0] == counted[1]
    assert len(signed_in.get("/themes").select(".kf-theme")) == 503


# --- who sees it -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("email", [ADVISER, CASE_MANAGER, "mitglied@jobcenter.example", "admin@rsk.example"])
def test_others_see_nothing_of_themes(client: CheckingClient, email: str) -> None:
    with in_app(client.app):
        reference = opened(recorded(by=ADVISER))
    client.sign_in(email)
    for path in ("/themes", "/themes/new", f"/themes/{reference}/reports", f"/themes/{reference}/dossier.pdf"):
        client.get(path, status=403)
    client.get(f"/records/{reference}", status=403 if email == "admin@rsk.example" else 404)
    assert "Themen" not in words_of(client.get("/dashboard"), ".kf-nav__bar a")


def test_another_office_sees_an_empty_board(client: CheckingClient) -> None:
    reference = made(client, opened)
    client.sign_in(ELSEWHERE)
    assert "Ihre Stelle führt keine Themen" in words(client.get("/themes"))
    for path in ("reports", "dossier.pdf", "merge", "split"):
        client.get(f"/themes/{reference}/{path}", status=404)
    client.get("/themes/new", status=403)


def test_the_office_reads_and_changes_nothing(client: CheckingClient) -> None:
    with in_app(client.app):
        reference = opened(recorded())
    client.sign_in(OFFICE)
    page = client.get("/themes")
    assert reference in words(page) and not page.select(".kf-theme__step") and "Thema anlegen" not in words(page)
    page = client.get(f"/records/{reference}")
    assert page.select("#theme-reports tbody tr") and "Herausnehmen" not in words(page)
    assert client.get(f"/themes/{reference}/reports").select("#theme-reports")
    client.get("/themes/new", status=403)
    client.post(f"/themes/{reference}/reports", {"typed": "IH-2026-0001"}, status=403)


# --- a new theme -----------------------------------------------------------------------------------------------------


def test_a_theme_is_begun_from_an_address_with_reports(signed_in: CheckingClient) -> None:
    with in_app(signed_in.app):
        one, other = recorded(), recorded(fallzahl="1")
    page = signed_in.get(f"/themes/new?reports={one},{other.lower()},IH-2026-9999&title=Kein+Termin")
    assert "IH-2026-9999" in words(page, ".kf-inset--warning")
    assert page.select_one(f"#cases-{one}")["value"] == "3"  # type: ignore[index]
    page = signed_in.submit(page, "#new-theme", {f"cases-{other}": "0", f"note-{other}": ""}, status=422, button=CREATE)
    assert "welche Meldung denselben Fall erzählt" in words(page, ".kf-errors") and page.title.text.startswith(
        "Fehler:"
    )  # type: ignore[union-attr]
    signed_in.submit(page, "#new-theme", {f"note-{other}": f"derselbe Fall wie {one}"}, button=CREATE)
    page = signed_in.follow()
    assert words(page, "h1") == "Kein Termin" and "ist angelegt" in words(page, ".kf-flash")
    table = words(page, "#theme-reports")
    assert "3 Fälle aus 2 Meldungen" in table and f"derselbe Fall wie {one}" in table and "(Meldung: 1)" in table
    assert "Fallrekonstruktion beginnen: Es liegen mindestens drei Fälle vor" in words(page, "#tasks")


CREATE = "button.kern-btn[value=create]"


def test_reports_ticked_in_the_inbox_become_a_theme(signed_in: CheckingClient) -> None:
    with in_app(signed_in.app):
        one, other = recorded(), recorded()
    page = signed_in.get("/inbox")
    ticked = [
        str(each["value"]) for each in page.select("input[name=record]") if str(each["value"]).startswith((one, other))
    ]
    signed_in.submit(page, ".kf-inbox-bulk", {"record": ticked}, button="button[value=theme]")
    page = signed_in.follow()
    assert {str(each["value"]) for each in page.select("input[name=report]")} == {one, other}
    back = signed_in.get(f"/records/{made(signed_in, opened)}").select_one(".kf-breadcrumb a")
    assert back is not None and back["href"] == "/themes"


def test_reports_are_found_added_and_left_out_without_losing_text(signed_in: CheckingClient) -> None:
    with in_app(signed_in.app):
        one, other = recorded(titel="Kitaplatz fehlt"), recorded(titel="Kein Kurs")
    page = signed_in.get("/themes/new")
    typed = {"title": "Ein Titel", "summary": "Ein Text", "q": "Kitaplätze"}
    page = signed_in.submit(page, "#new-theme", typed, status=200, button="button[value=search]")
    assert "1 Meldung gefunden" in words(page) and page.select_one("#title")["value"] == "Ein Titel"  # type: ignore[index]
    page = signed_in.submit(page, "#new-theme", {"found": one}, status=200, button="button[value=add]")
    page = signed_in.submit(page, "#new-theme", {"typed": f"{other}; {other}"}, status=200, button="button[value=add]")
    assert [str(each["value"]) for each in page.select("input[name=report]")] == [one, other]
    page = signed_in.submit(page, "#new-theme", status=200, button=f"button[value='drop:{one}']")
    assert [str(each["value"]) for each in page.select("input[name=report]")] == [other]
    assert page.select_one("#summary").text.strip() == "Ein Text"  # type: ignore[union-attr]
    signed_in.submit(page, "#new-theme", button=CREATE)
    assert "Kein Kurs" in words(signed_in.follow(), "#theme-reports")


def test_a_second_click_and_two_coordinators(signed_in: CheckingClient) -> None:
    one = made(signed_in, recorded)
    second = CheckingClient(signed_in.app)
    second.sign_in(SECOND)
    page, theirs = (each.get(f"/themes/new?reports={one}&title=Termine") for each in (signed_in, second))
    signed_in.submit(page, "#new-theme", button=CREATE)
    first = signed_in.response.headers["Location"]  # type: ignore[union-attr]
    signed_in.submit(page, "#new-theme", button=CREATE)
    assert signed_in.response.headers["Location"] == first  # type: ignore[union-attr]
    assert "Nichts ist doppelt geschehen" in words(signed_in.follow())
    asked = second.submit(theirs, "#new-theme", status=409, button=CREATE)
    reference = first.rpartition("/")[2]
    assert (
        f"{one} gehört inzwischen auch zu {reference}" in words(asked)
        and asked.select_one("#title")["value"] == "Termine"
    )  # type: ignore[index]
    second.submit(asked, "#new-theme", button=CREATE)
    assert f"Auch in {reference}" in words(second.follow(), "#theme-reports")


# --- what is done to a theme -------------------------------------------------------------------------------------------


def deed(page: BeautifulSoup, name: str) -> str:
    return next(str(one["href"]) for one in page.select("main a") if one.get_text(" ", strip=True).startswith(name))


def test_cases_are_stated_on_a_page_of_their_own(signed_in: CheckingClient) -> None:
    with in_app(signed_in.app):
        reference = opened(recorded())
    address = deed(signed_in.get(f"/records/{reference}"), "Fälle IH")
    page = signed_in.get(address)
    for wrong in ("-1", "x", "", "1.5.5x", "99999"):
        page = signed_in.submit(page, "main form", {"cases": wrong}, status=422)
        assert "ganze Zahl von 0 bis 10.000" in words(page, ".kf-errors")
    signed_in.submit(page, "main form", {"cases": "12", "note": "nachgefragt"})
    assert "12 Fälle" in words(signed_in.follow(), "#theme-reports")
    signed_in.submit(page, "main form", {"cases": "5"}, status=409)


def test_taking_in_moving_and_taking_out(signed_in: CheckingClient) -> None:
    with in_app(signed_in.app):
        one, other = recorded(), recorded()
        first, second = opened(one), opened(title="Zweites")
    page = signed_in.get(f"/themes/{first}/reports")
    page = signed_in.submit(page, "#add-reports", {"typed": other}, button=CREATE)
    assert f"{other}" in words(signed_in.follow(), "#theme-reports")
    record = signed_in.get(f"/records/{first}")
    page = signed_in.get(deed(record, "Verschieben IH"))
    page = signed_in.submit(page, "main form", {"target": "TH-2026-9999"}, status=422)
    assert "gibt es nicht" in words(page, ".kf-errors")
    signed_in.submit(page, "main form", {"target": second.lower()})
    record = signed_in.follow()
    page = signed_in.get(deed(record, "Herausnehmen IH"))
    assert "zurück in die Erfassung" in words(page)
    signed_in.submit(page, ".kf-confirm")
    assert made(signed_in, cases_of, first) == {} and made(signed_in, cases_of, second) == {one: 3}
    assert "herausgenommen" in words(signed_in.get(f"/records/{first}"), "#history")


def test_merging_and_undoing_on_the_pages(signed_in: CheckingClient) -> None:
    with in_app(signed_in.app):
        both = recorded()
        source, target = opened(recorded(), both, title="Termine"), opened(both, title="Wartezeiten")
    page = signed_in.get(f"/themes/{source}/merge")
    page = signed_in.submit(page, "main form", {"target": "IH-2026-0001"}, status=422)
    page = signed_in.submit(page, "main form", {"target": target}, status=200)
    told = words(page, ".kf-confirm")
    for each in ("2 Meldungen gehen", "1 davon gehören schon zu beiden", f"{target} hat danach 6 Fälle"):
        assert each in told, each
    signed_in.submit(page, ".kf-confirm")
    page = signed_in.follow()
    assert "6 Fälle aus 2 Meldungen" in words(page, "#theme-reports") and source in words(page, "#theme-chain")
    page = signed_in.get(f"/records/{source}")
    assert "in einem anderen aufgegangen" in words(page) and "Meldungen aufnehmen" not in words(page)
    signed_in.get(f"/themes/{source}/merge", status=409)
    page = signed_in.get(f"/themes/{source}/undo-merge")
    assert f"2 Meldungen kommen aus {target} zurück" in words(page)
    signed_in.submit(page, ".kf-confirm")
    assert "6 Fälle aus 2 Meldungen" in words(signed_in.follow(), "#theme-reports")
    signed_in.get(f"/themes/{source}/undo-merge", status=409)
    assert "aufgegangen" in words(signed_in.get(f"/records/{target}"), "#history")


def test_splitting_on_the_page(signed_in: CheckingClient) -> None:
    with in_app(signed_in.app):
        one, other = recorded(), recorded()
        reference = opened(one, other)
    page = signed_in.get(f"/themes/{reference}/split")
    page = signed_in.submit(page, "main form", {"title": "Neu"}, status=422)
    page = signed_in.submit(page, "main form", {"title": "Neu", "report": [one, other]}, status=422)
    assert "mindestens eine Meldung im bisherigen Thema" in words(page, ".kf-errors")
    signed_in.submit(page, "main form", {"title": "", "report": one}, status=422)
    signed_in.submit(page, "main form", {"title": "Neu", "report": one})
    page = signed_in.follow()
    assert words(page, "h1") == "Neu" and one in words(page, "#theme-reports") and reference in words(page, "#links")
    assert "Geteilt" in words(page, "#theme-story")


def test_a_full_theme_is_paged_and_costs_no_more(signed_in: CheckingClient) -> None:
    reference = made(signed_in, opened)
    counted = []
    for number in (30, 1500):
        made(signed_in, crowded, reference, number)
        signed_in.get(f"/records/{reference}")
        with statements_of(signed_in.app) as sent:
            page = signed_in.get(f"/records/{reference}")
        counted.append(len(sent))
        assert len(page.select("#theme-reports tbody tr")) == 20
        break_at = page.select_one("#theme-reports nav a")
        assert break_at is not None
        following = signed_in.get(str(break_at["href"]), htmx=True)
        assert len(following.select("#theme-reports tbody tr")) in (10, 20) and not following.select("h1")
        reference = made(signed_in, opened)
    assert abs(counted[0] - counted[1]) <= 1
    assert "Meldungen gingen ein" in words(page, "#theme-story")


def test_the_story_and_the_figures(signed_in: CheckingClient) -> None:
    with in_app(signed_in.app):
        one = recorded(by=ADVISER)
        reference = opened(one, recorded(kommunen=["windeck"], fallzahl="1"))
        take(COORDINATOR, reference, "rekonstruieren")
        take(ADVISER, one, "zurueckziehen")
    page = signed_in.get(f"/records/{reference}")
    told = words(page, "#theme-story")
    for each in (
        f"Meldung {one} ging ein",
        "Das Thema wurde angelegt",
        "Fallrekonstruktion beginnen",
        f"Meldung {one} wurde zurückgezogen",
        "FR-2026-0001",
    ):
        assert each in told, each
    assert told.index("ging ein") < told.index("angelegt") < told.index("Fallrekonstruktion beginnen")
    assert "1 Fall aus 1 Meldung; 1 zurückgezogene zählt nicht" in words(page, "#theme-reports")
    assert "Windeck 1" in words(page, "#theme-figures") and "Siegburg" not in words(page, "#theme-figures")
    assert "Fallrekonstruktion FR-2026-0001" in words(page, "#theme-chain")
    assert "Daran wird gerade gearbeitet: Fallrekonstruktion FR-2026-0001 (Entwurf)" in words(page, ".kf-inset--info")
    assert "Miriam" not in words(page), "who reported is not named"


@pytest.mark.parametrize("role", [COORDINATOR, OFFICE])
def test_the_dossier_is_a_pdf_and_names_nobody(client: CheckingClient, role: str) -> None:
    with in_app(client.app):
        reference = opened(recorded(by=ADVISER), recorded(by=None))
    client.sign_in(role)
    client.get(f"/themes/{reference}/dossier.pdf")
    assert client.response is not None and client.response.data.startswith(b"%PDF")
    assert client.response.headers["Cache-Control"] == "private, no-store"
    assert made(client, stored, reference) is not None
    client.get("/themes/IH-2026-0001/dossier.pdf", status=404)


def test_what_is_no_theme_is_no_page(signed_in: CheckingClient) -> None:
    with in_app(signed_in.app):
        one = recorded()
        reference, other = opened(one), opened()
        link = db.session.scalar(select(RecordLink.id))
    for path in (
        f"{one}/reports",
        f"{one}/merge",
        f"{other}/reports/{link}/cases",
        f"{reference}/reports/999999/move",
        "TH-2026-9999/split",
    ):
        signed_in.get(f"/themes/{path}", status=404)
    signed_in.get(f"/themes/{reference}", status=303)
    assert signed_in.response.headers["Location"] == f"/records/{reference}"  # type: ignore[union-attr]
    signed_in.get(f"/themes/{other}/undo-merge", status=409)


def test_in_english(signed_in: CheckingClient) -> None:
    with in_app(signed_in.app):
        reference = opened(recorded())
    page = signed_in.get("/themes?lang=en")
    assert "3 cases" in card(page, reference) and "Begin case reconstruction" in card(page, reference)
    page = signed_in.get(f"/records/{reference}")
    assert "The theme was begun" in words(page, "#theme-story")
