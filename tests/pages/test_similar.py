"""Similar reports on the record's page and in the inbox: with htmx and without, and for nobody who must not know of them."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select

from kimforms.extensions import db
from kimforms.models import Record

from ..support.client import CheckingClient
from ..support.databases import in_app
from ..support.queries import statements_of
from ..support.records import ADVISER, CASE_MANAGER, COORDINATOR, ELSEWHERE, OFFICE, report, theme
from ..support.similar import CARD, CARDS, background
from .test_records import words

both = pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
MEMBER = "mitglied@jobcenter.example"
ADMIN = "admin@rsk.example"


def sent(client: CheckingClient, *reports: dict[str, str], by: str | None = ADVISER) -> list[str]:
    """Sends reports among others; returns their references."""
    with in_app(client.app):
        if db.session.scalar(select(func.count()).select_from(Record)) == 0:
            background()
        return [report(by, **one) for one in reports]


def listed(part: BeautifulSoup) -> list[str]:
    return [words(one.select_one(".kern-link")) for one in part.select(".kf-similar > li")]


def forms_of(part: BeautifulSoup, other: str) -> str:
    return f'form[action$="/similar/{other}"]'


def test_the_record_page_fetches_the_part_later_and_links_to_it_without_scripts(client):
    first, second = sent(client, CARD, CARDS)
    client.sign_in(COORDINATOR)
    page = client.get(f"/records/{second}")
    place = page.select_one("#similar-place")
    assert (place["data-hx-get"], place["data-hx-trigger"]) == (f"/records/{second}/similar", "load")
    assert place["data-hx-target"] == "#similar"
    assert CARD["titel"] not in page.text
    assert page.select_one("#similar a")["href"] == f"/records/{second}/similar"
    part = client.get(place["data-hx-get"], htmx=True)
    assert part.select_one("section")["id"] == "similar"
    assert listed(part) == [CARD["titel"]]
    alone = client.get(f"/records/{second}/similar")
    assert listed(alone) == listed(part)
    assert "Fiktionsbescheinigung" in words(alone.select_one(".kf-similar > li"))
    assert first in words(alone.select_one(".kf-similar > li"))


def test_more_are_shown_on_request(client):
    *_, last = sent(client, *[CARD] * 8)
    client.sign_in(COORDINATOR)
    part = client.get(f"/records/{last}/similar", htmx=True)
    assert len(listed(part)) == 5
    more = next(one for one in part.select("a") if words(one) == "Mehr zeigen")
    assert len(listed(client.get(more["href"], htmx=True))) == 7


@both
def test_a_verdict_and_taking_it_back(client, htmx):
    first, second = sent(client, CARD, CARDS)
    client.sign_in(COORDINATOR)
    part = client.get(f"/records/{second}/similar", htmx=htmx)
    status = 200 if htmx else 303

    def press(part: BeautifulSoup, verdict: str) -> BeautifulSoup:
        chosen = next(
            one for one in part.select(f'form[action$="/similar/{first}"]') if one.select_one(f'[value="{verdict}"]')
        )
        chosen["id"] = "pressed"
        answer = client.submit(part, "#pressed", status=status, htmx=htmx)
        return answer if htmx else client.follow()

    part = press(part, "no")
    assert listed(part) == []
    assert words(part.select_one("#similar details summary")) == "Als nicht ähnlich beurteilt (1)"
    part = press(part, "forget")
    assert listed(part) == [CARD["titel"]]
    part = press(part, "yes")
    assert "als ähnlich bestätigt" in words(part.select_one(".kf-similar"))
    assert press(part, "forget").select_one("#similar details") is None


def test_an_unknown_verdict_or_report_is_refused(client):
    first, second = sent(client, CARD, CARDS)
    client.sign_in(COORDINATOR)
    client.post(f"/records/{second}/similar/{first}", {"verdict": "perhaps"}, status=404)
    client.post(f"/records/{second}/similar/IH-2026-9999", {"verdict": "yes"}, status=404)
    client.post(f"/records/{second}/similar/{second}", {"verdict": "yes"}, status=422)


def test_ticked_reports_become_a_theme_or_join_one(client):
    first, second = sent(client, CARD, CARDS)
    with in_app(client.app):
        common = theme("Fiktionsbescheinigungen")
    client.sign_in(COORDINATOR)
    client.post(f"/records/{first}/links", {"link-reference": common}, status=303)
    part = client.get(f"/records/{second}/similar", htmx=True)
    assert part.select_one(f'input[name=report][value="{first}"]')["form"] == "similar-group"
    join = part.select_one("#similar-group button[formaction]")
    assert join["formaction"] == f"/themes/{common}/reports"
    assert part.select_one(f'.kf-similar a[href="/records/{common}"]') is not None
    client.submit(part, "#similar-group", {"report": [second, first]})
    assert client.response.headers["Location"] == f"/themes/new?reports={second},{first}"


def test_who_reads_but_does_not_work_sees_no_buttons(client):
    _, second = sent(client, CARD, CARDS)
    client.sign_in(OFFICE)
    part = client.get(f"/records/{second}/similar", htmx=True)
    assert listed(part) == [CARD["titel"]]
    assert part.select("form, input, button") == []


@pytest.mark.parametrize(
    ("who", "status"), [(ADVISER, 403), (CASE_MANAGER, 403), (MEMBER, 403), (ADMIN, 403), (ELSEWHERE, 404)]
)
@both
def test_nobody_else_gets_a_page_or_a_fragment(client, who, status, htmx):
    (own,) = sent(client, CARD, by=who if who == ADVISER else None)
    _, other = sent(client, CARDS, CARDS)
    client.sign_in(who)
    for reference in (own, other, "IH-2026-9999"):
        answer = client.get(f"/records/{reference}/similar", status=status, htmx=htmx)
        assert CARDS["titel"] not in answer.text
        client.post(f"/records/{reference}/similar/{other}", {"verdict": "yes"}, status=status, htmx=htmx)
        client.post(f"/records/{reference}/similar/theme", {"report": other}, status=status, htmx=htmx)


@pytest.mark.parametrize("who", [ADVISER, CASE_MANAGER])
def test_the_page_of_an_own_report_is_the_same_whatever_else_was_reported(client, who):
    (own,) = sent(client, CARD, by=who)
    client.sign_in(who)
    before = client.get(f"/records/{own}")
    sent(client, *[CARDS] * 4, by=None)
    after = client.get(f"/records/{own}")
    assert before.main == after.main
    assert before.select_one("#similar-place") is None


def test_signed_out_people_are_led_to_the_sign_in_page(client):
    first, _ = sent(client, CARD, CARDS)
    client.get(f"/records/{first}/similar", status=303)
    assert client.response.headers["Location"].startswith("/login")


def test_the_inbox_says_quietly_what_is_similar(client):
    *some, last = sent(client, *[CARD] * 4)
    with in_app(client.app):
        common = theme("Fiktionsbescheinigungen")
    client.sign_in(COORDINATOR)
    for one in some:
        client.post(f"/records/{one}/links", {"link-reference": common}, status=303)
    page = client.get("/inbox")
    row = page.select_one(f'a[href$="/records/{last}"]').find_parent("th")
    assert words(row.select_one(".kf-cell__sub")) == f"{last} · 3 ähnliche {last} · gehört vielleicht zu {common}"
    grouped = page.select_one(f'a[href$="/records/{some[0]}"]').find_parent("th")
    assert "gehört vielleicht" not in words(grouped)
    assert "perhaps belongs to" in client.get("/inbox?lang=en").text


def test_the_pages_ask_the_database_as_often_for_many_reports_as_for_few(client):
    sent(client, CARD, CARDS, CARD)
    client.sign_in(COORDINATOR)
    last = "IH-2026-0003"

    def counted(path: str) -> int:
        client.get(path)
        with statements_of(client.app) as sent_statements:
            client.get(path)
        return len(sent_statements)

    few = [counted(path) for path in ("/inbox", f"/records/{last}", f"/records/{last}/similar")]
    sent(client, *[CARD, CARDS] * 6)
    many = [counted(path) for path in ("/inbox", f"/records/{last}", f"/records/{last}/similar")]
    assert few == many
