"""The preview: the public page as it would be, for those who read the record, with what they have to know before."""

from __future__ import annotations

import pytest

from kimforms.services import publishing
from kimforms.services.catalogues import catalogues

from ..services.test_news import anonymous, follow, joined
from ..support.client import CheckingClient
from ..support.databases import in_app
from ..support.publications import corrected, draft, field_of_action, public, published, take
from ..support.queries import statements_of
from ..support.records import ADVISER, CASE_MANAGER, COORDINATOR, ELSEWHERE, NOW, OFFICE, report, theme, work

PEOPLE = {
    COORDINATOR: 200, "koordination2@rsk.example": 200, OFFICE: 200, ELSEWHERE: 404, ADVISER: 404, CASE_MANAGER: 404,
    "einbuergerung@rsk.example": 404, "mitglied@jobcenter.example": 404, "admin@rsk.example": 403, None: 303,
}  # fmt: skip


@pytest.fixture
def reference(client: CheckingClient) -> str:
    with in_app(client.app):
        follow(ADVISER, field_of_action())
        return draft(joined(theme("Interner Titel"), anonymous("a@x.example"), anonymous("b@x.example")))


@pytest.mark.parametrize(("who", "status"), PEOPLE.items(), ids=str)
def test_only_those_who_read_the_record_see_its_preview(
    client: CheckingClient, reference: str, who: str | None, status: int
) -> None:
    if who:
        client.sign_in(who)
    client.get(f"/publishing/{reference}", status=status)


def test_the_preview_is_the_public_page(client: CheckingClient, reference: str) -> None:
    client.sign_in(COORDINATOR)
    before = client.get(f"/publishing/{reference}")
    with in_app(client.app):
        take(COORDINATOR, reference, "freigabe_erbitten")
        take(OFFICE, reference, "freigeben")
        slug = public(reference).slug
    after = client.get(f"/solutions/{slug}")
    preview = before.select_one(".kf-solution-text")
    assert [one.get_text() for one in preview.select("h2, p")] == [
        one.get_text() for one in after.select_one(".kf-solution-text").select("h2, p")
    ]
    assert before.select_one("meta[name=robots]")["content"] == "noindex"


def test_it_says_who_will_be_told_and_what_happens(client: CheckingClient, reference: str) -> None:
    client.sign_in(OFFICE)
    text = client.get(f"/publishing/{reference}").select_one(".kf-preview").text
    assert "sofort öffentlich" in text
    assert "2 meldende Personen, 1 Person im Case Management und 1 Abonnement." in text
    english = client.get(f"/publishing/{reference}?lang=en").select_one(".kf-preview").text
    assert "2 reporters, 1 case manager and 1 subscription." in english


def test_it_shows_what_looks_like_personal_data(client: CheckingClient) -> None:
    with in_app(client.app):
        reference = draft(hurdle="Frau Özdemir wartete.")
    client.sign_in(COORDINATOR)
    warning = client.get(f"/publishing/{reference}").select_one(".kf-preview .kern-alert--warning").text
    assert "In „Was war schwierig?“ steht „Frau Özdemir“." in warning


def test_a_correction_shows_its_trace_before_it_is_public(client: CheckingClient) -> None:
    with in_app(client.app):
        reference = published()
        take(COORDINATOR, reference, "korrigieren")
        with work(COORDINATOR, reference) as (_session, _person, record):
            record.answers = {
                **record.answers,
                "changed": "Es gilt ab Januar.",
                "change_note": "Der Beginn war falsch.",
            }
    client.sign_in(COORDINATOR)
    page = client.get(f"/publishing/{reference}")
    assert "Der Beginn war falsch." in page.select_one("#changes").text
    assert "bleibt mit dem früheren Wortlaut" in page.select_one(".kf-preview").text
    assert page.select_one("a[href^='/solutions/ein-nachweis']")
    with in_app(client.app):
        take(COORDINATOR, reference, "korrektur_freigabe_erbitten")
        take(OFFICE, reference, "freigeben")
    assert "nichts zu ändern" in client.get(f"/publishing/{reference}").select_one(".kf-preview").text


def test_after_several_corrections_there_is_still_nothing_to_change(client: CheckingClient) -> None:
    with in_app(client.app):
        reference = published()
        corrected(reference, changed="Erstens.")
        corrected(reference, changed="Zweitens.")
    client.sign_in(COORDINATOR)
    page = client.get(f"/publishing/{reference}")
    assert "nichts zu ändern" in page.select_one(".kf-preview").text
    assert len(page.select("#changes .kf-timeline__item--info")) == 2


def test_a_withdrawn_one_says_that_it_comes_back(client: CheckingClient) -> None:
    with in_app(client.app):
        reference = published()
        take(COORDINATOR, reference, "zurueckziehen", reason="Falsch.")
    client.sign_in(COORDINATOR)
    assert "wieder öffentlich" in client.get(f"/publishing/{reference}").select_one(".kf-preview").text


def test_a_theme_has_a_preview_once_it_has_a_public_title(client: CheckingClient) -> None:
    with in_app(client.app):
        reference = theme("Interner Titel")
    client.sign_in(COORDINATOR)
    assert "Titel für die Öffentlichkeit" in client.get(f"/publishing/{reference}", status=409).text
    with in_app(client.app), work(COORDINATOR, reference) as (session, person, record):
        record.answers = {**record.answers, "public_title": "Zeugnisse"}
        publishing.publish(session, person, NOW, record, (), catalogues=catalogues(session))
    page = client.get(f"/publishing/{reference}")
    assert page.h1.get_text(strip=True) == "Zeugnisse"
    assert "Interner" not in page.select_one("main").text


def test_what_is_never_published_has_no_preview(client: CheckingClient) -> None:
    with in_app(client.app):
        reference = report()
    client.sign_in(COORDINATOR)
    client.get(f"/publishing/{reference}", status=404)
    client.get("/publishing/BK-2099-0001", status=404)


def test_the_record_leads_to_its_preview(client: CheckingClient, reference: str) -> None:
    client.sign_in(COORDINATOR)
    assert client.get(f"/records/{reference}").select_one(f"a[href='/publishing/{reference}']")


def test_the_number_of_queries_does_not_grow_with_the_reports(client: CheckingClient, reference: str) -> None:
    client.sign_in(COORDINATOR)
    client.get(f"/publishing/{reference}")
    with statements_of(client.app) as few:
        client.get(f"/publishing/{reference}")
    with in_app(client.app):
        subject = theme("Mit vielen")
        joined(subject, *(anonymous(f"p{number}@x.example") for number in range(9)))
        other = draft(subject)
    client.get(f"/publishing/{other}")
    with statements_of(client.app) as many:
        client.get(f"/publishing/{other}")
    assert len(many) == len(few) <= 22


def test_the_step_itself_says_what_it_brings(client: CheckingClient, reference: str) -> None:
    with in_app(client.app):
        take(COORDINATOR, reference, "freigabe_erbitten")
    client.sign_in("koordination2@rsk.example")
    page = client.get(f"/records/{reference}/actions/freigeben")
    text = page.select_one("main").text
    assert "2 meldende Personen, 1 Person im Case Management und 1 Abonnement." in text
    assert "Es wird keine E-Mail versandt" not in text
    assert page.select_one(f"main a[href='/publishing/{reference}']")
    client.submit(page, "main form.kf-form")
    page = client.get(f"/records/{reference}/actions/zurueckziehen")
    assert "nur noch, dass und warum" in page.select_one("main").text
