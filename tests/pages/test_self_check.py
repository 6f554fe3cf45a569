"""The self-check without account: three steps without scripts, the list at once with htmx, off until an office switches it on."""

from __future__ import annotations

from io import BytesIO

import pytest
from pypdf import PdfReader

from kimforms.extensions import csrf
from kimforms.models import Controller, NaturalisationOffice
from kimforms.services.unit_of_work import unit_of_work

from ..support.client import CheckingClient
from ..support.databases import NOW, in_app
from ..support.naturalisation import publish_where_missing

CHECK = "/naturalisation/check"


def switch_on(client: CheckingClient, *keys: str) -> None:
    with in_app(client.app), unit_of_work() as session:
        publish_where_missing(session)
        for office in session.query(Controller).filter(Controller.key.in_(keys)):
            known = session.get(NaturalisationOffice, office.id)
            if known is None:
                known = NaturalisationOffice(controller_id=office.id, changed_at=NOW, contact={})
                session.add(known)
            known.self_check_on = True


def text(page) -> str:
    return " ".join(page.select_one("main").text.split())


def test_off_until_somebody_switches_it_on_and_says_whom_to_ask(client: CheckingClient) -> None:
    page = client.get(CHECK)
    assert "nicht eingeschaltet" in text(page)
    assert page.select_one("main form") is None
    client.post(f"{CHECK}.pdf", {"municipality": "troisdorf"}, status=404)
    switch_on(client, "troisdorf")
    assert client.get(CHECK).select_one("select#municipality")
    assert "nicht eingeschaltet" in text(client.post(CHECK, {"municipality": "siegburg"}, status=200))


def test_three_steps_without_scripts(client: CheckingClient) -> None:
    switch_on(client, "troisdorf")
    page = client.submit(client.get(CHECK), data={"municipality": "troisdorf"}, status=200)
    assert page.select_one("input[name=s-kind_unter_16]")
    assert page.select_one("input[name=s-verurteilung]") is None, "sensitive questions are never asked"
    page = client.submit(page, data={"s-beschaeftigt": "1"}, status=200, button="button[value=answers]")
    assert page.select("input[name=p-E2]"), "employment is now among the points"
    assert not page.select("input[name=p-A4]"), "no child under 16"
    assert not page.select("input[name=p-I1]"), "never on a page that asks"
    chosen = {"p-B1": "yes", "p-E2": "no", "p-F1": "unclear"}
    page = client.submit(page, data=chosen, status=200, button="button[value=result]")
    assert "B1" in page.select_one("#met").text
    assert "E2" in page.select_one("#missing").text
    assert "F1" in page.select_one("#advice").text
    assert "Keine Verurteilung" in page.select_one("#talk").text
    assert "255 Euro" in page.select_one("#costs").text
    page = client.submit(page, "form[action$='check']", status=200, button="button[value=answers]")
    assert page.select_one("input[name=p-E2][value=no][checked]"), "nothing that was answered is lost"


def test_the_list_follows_the_situation_with_htmx(client: CheckingClient) -> None:
    switch_on(client, "troisdorf")
    part = client.post(CHECK, {"municipality": "troisdorf", "s-kind_unter_16": "1"}, status=200, htmx=True)
    assert part.select_one("#applicable") and part.select_one("form") is None
    assert "A4" in part.text and "F1" not in [one.text for one in part.select("#applicable li strong")]


def test_answers_that_cannot_be_true_together_are_told(client: CheckingClient) -> None:
    switch_on(client, "troisdorf")
    answers = {"municipality": "troisdorf", "s-verheiratet": "1", "s-verwitwet": "1"}
    for lang in ("de", "en"):
        page = client.post(f"{CHECK}?lang={lang}", answers, status=200)
        assert page.select_one(".kern-alert--warning")


def test_whoever_lives_on_benefits_is_sent_to_advice_and_never_told_that_it_is_impossible(
    client: CheckingClient,
) -> None:
    switch_on(client, "troisdorf")
    answers = {"municipality": "troisdorf", "_step": "result", "s-bezug_sgb2_oder_sgb12": "1", "p-E1": "no"}
    page = client.post(CHECK, answers, status=200)
    assert "E11" in page.select_one("#hints").text
    assert "unmöglich" not in page.select_one("#missing").text
    assert "jederzeit einen Antrag stellen" in text(page)


@pytest.mark.parametrize("posted", [
    {"_step": "nonsense", "p-I1": "yes", "s-verurteilung": "1", "p-B1": "perhaps"},
    {"_step": "result", "p-ZZ9": "yes", "s-": "1", "handout": "xx"},
])  # fmt: skip
def test_what_nobody_asked_is_passed_over(client: CheckingClient, posted: dict[str, str]) -> None:
    switch_on(client, "troisdorf")
    page = client.post(CHECK, {"municipality": "troisdorf", **posted}, status=200)
    assert page.select_one("input[name=p-I1], input[name=s-verurteilung], input[name=p-ZZ9]") is None


def test_a_place_that_does_not_exist_is_asked_for_again(client: CheckingClient) -> None:
    switch_on(client, "troisdorf")
    assert client.post(CHECK, {"municipality": "atlantis"}, status=422).select_one("#municipality[aria-invalid]")


def test_english_shows_the_translation(client: CheckingClient) -> None:
    switch_on(client, "troisdorf")
    page = client.post(f"{CHECK}?lang=en", {"municipality": "troisdorf", "_step": "answers"}, status=200)
    assert "Identity and nationality" in text(page)


@pytest.mark.parametrize(("handout", "lang"), [("", "de"), ("ar", "ar")])
def test_the_result_as_paper(client: CheckingClient, handout: str, lang: str) -> None:
    switch_on(client, "troisdorf")
    client.post(f"{CHECK}.pdf", {"municipality": "troisdorf", "p-B1": "no", "handout": handout}, status=200)
    assert client.response is not None and client.response.headers["Cache-Control"] == "no-store"
    reader = PdfReader(BytesIO(client.response.data))
    assert reader.trailer["/Root"]["/Lang"] == lang
    assert "B1" in "".join(one.extract_text() for one in reader.pages)


def test_only_these_pages_go_without_token(client: CheckingClient) -> None:
    assert csrf._exempt_views == {"kimforms.blueprints.self_check.show", "kimforms.blueprints.self_check.print_pdf"}
