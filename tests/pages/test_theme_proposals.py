"""Proposed themes on their page, with htmx and without, and for nobody else."""

from __future__ import annotations

import pytest

from ..support.client import CheckingClient
from ..support.queries import statements_of
from ..support.records import ADVISER, CASE_MANAGER, COORDINATOR, ELSEWHERE, OFFICE
from ..support.similar import CARD, CARDS
from .test_records import words
from .test_similar import ADMIN, MEMBER, sent

both = pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
PATH = "/themes/proposals"


def signed_in(client: CheckingClient, who: str = COORDINATOR) -> list[str]:
    some = sent(client, CARD, CARDS, CARD)
    client.sign_in(who)
    return some


def test_a_group_with_its_words_its_reports_and_the_way_to_a_theme(client):
    some = signed_in(client)
    page = client.get(PATH)
    group = page.select_one("#proposals section")
    assert "Fiktionsbescheinigung" in words(group.h2)
    assert "3 Meldungen · mindestens 9 Fälle · Siegburg, Troisdorf" in words(group)
    assert {words(one)[:12] for one in group.select(".kf-lines__meta")} == set(some)
    chosen = group.select_one("a.kern-btn")
    assert words(chosen).startswith("Thema daraus machen")
    assert chosen["href"] == f"/themes/new?reports={','.join(some)}"
    assert "Make a theme of it" in client.get(f"{PATH}?lang=en").text


@both
def test_one_report_does_not_belong(client, htmx):
    first, *_ = signed_in(client)
    sent(client, CARD)
    page = client.get(PATH, htmx=htmx)
    form = next(
        one for one in page.select('form[action$="/apart"]') if one.select_one(f'[name=report][value="{first}"]')
    )
    form["id"] = "pressed"
    answer = client.submit(page, "#pressed", status=200 if htmx else 303, htmx=htmx)
    page = answer if htmx else client.follow()
    assert first not in words(page.select_one("#proposals section"))
    assert "3 Meldungen" in words(page.select_one("#proposals section"))


@both
def test_a_group_is_dismissed(client, htmx):
    signed_in(client)
    page = client.get(PATH, htmx=htmx)
    answer = client.submit(page, 'form[action$="/dismiss"]', status=200 if htmx else 303, htmx=htmx)
    page = answer if htmx else client.follow()
    assert page.select("#proposals section") == []
    assert "Gerade gibt es keinen Vorschlag" in words(page.select_one("#proposals"))


def test_a_group_that_nobody_proposed_is_refused(client):
    first, second, _ = signed_in(client)
    client.post(f"{PATH}/dismiss", {"group": "IH-2026-9998,IH-2026-9999"}, status=404)
    client.post(f"{PATH}/apart", {"group": "", "report": first}, status=404)
    client.post(f"{PATH}/apart", {"group": f"{first},{second}", "report": "IH-2026-9999"}, status=422)


def test_who_reads_but_does_not_work_sees_no_buttons(client):
    signed_in(client, OFFICE)
    page = client.get(PATH, htmx=True)
    assert page.select("section") != []
    assert page.select("form, button, a.kern-btn") == []
    client.post(f"{PATH}/dismiss", {"group": "IH-2026-0001,IH-2026-0002"}, status=403)


@pytest.mark.parametrize("who", [ADVISER, CASE_MANAGER, MEMBER, ADMIN])
def test_nobody_else_gets_the_page(client, who):
    signed_in(client, who)
    client.get(PATH, status=403)
    client.get(PATH, status=403, htmx=True)
    client.post(f"{PATH}/apart", {"group": "IH-2026-0001,IH-2026-0002", "report": "IH-2026-0001"}, status=403)


def test_the_coordination_of_another_controller_sees_none_of_it(client):
    first, second, _ = signed_in(client, ELSEWHERE)
    page = client.get(PATH)
    assert page.select("#proposals section") == []
    assert "Fiktionsbescheinigung" not in page.text
    client.post(f"{PATH}/dismiss", {"group": f"{first},{second}"}, status=404)
    client.post(f"{PATH}/apart", {"group": f"{first},{second}", "report": first}, status=404)


def test_the_page_asks_as_often_for_many_groups_as_for_one(client):
    signed_in(client)
    client.get(PATH)
    with statements_of(client.app) as few:
        client.get(PATH)
    sent(client, *[CARD, CARDS] * 5)
    client.get(PATH)
    with statements_of(client.app) as many:
        client.get(PATH)
    assert len(few) == len(many)
