"""Pages for everybody: the front door, the statements that the law asks for, and answers that say nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from kimforms.models import Controller
from kimforms.services.unit_of_work import unit_of_work

from ..support.client import CheckingClient


def test_the_front_door_leads_to_the_form_the_state_and_the_sign_in(client: CheckingClient) -> None:
    page = client.get("/")
    targets = {str(link["href"]) for link in page.select("main a")}
    assert {"/report", "/report/status", "/login"} <= targets
    for target in sorted(targets):
        client.get(target)


def test_signed_in_people_start_at_their_dashboard(client: CheckingClient) -> None:
    client.sign_in("beratung@caritas.example")
    client.get("/", status=303)
    assert client.response.headers["Location"] == "/dashboard"


@pytest.mark.parametrize("path", ["/accessibility", "/privacy", "/imprint"])
@pytest.mark.parametrize("language", ["de", "en"])
def test_statements_name_both_controllers(client: CheckingClient, path: str, language: str) -> None:
    page = client.get(f"{path}?lang={language}")
    assert page.html["lang"] == language
    assert "Rhein-Sieg-Kreis" in page.main.text
    assert "Troisdorf" in page.main.text


def tell(client: CheckingClient, **data: str) -> None:
    """What a profile of another county would say about the first controller."""
    with client.app.app_context(), unit_of_work() as session:
        row = session.scalars(select(Controller).where(Controller.key == "rsk")).one()
        row.data = row.data | data


def test_without_an_address_the_statement_says_so_and_where_to_write(client: CheckingClient) -> None:
    section = client.get("/accessibility").select_one("#barriere-melden")
    assert "noch nicht hinterlegt" in section.text
    assert "Post an den Sitz in Siegburg" in section.text
    target = str(section.select_one("a[href*='controller-rsk']")["href"])
    assert client.get(target).select_one(f"#{target.partition('#')[2]}") is not None
    assert "No e-mail address" in client.get("/accessibility?lang=en").select_one("#barriere-melden").text


def test_known_addresses_stand_in_imprint_and_statement(client: CheckingClient) -> None:
    tell(client, email="kim@kreis.example", phone="02241 13-0", street="Am <Markt> 1", postcode="53721")
    section = client.get("/imprint").select_one("#controller-rsk")
    assert "Am <Markt> 1" in section.text
    assert "53721 Siegburg" in section.text
    assert [str(link["href"]) for link in section.select("a")] == ["tel:02241130", "mailto:kim@kreis.example"]
    item = client.get("/accessibility").select("#barriere-melden li")[0]
    assert "hinterlegt" not in item.text
    assert item.select_one("a")["href"] == "mailto:kim@kreis.example"
    assert "Telefon 02241 13-0; Am <Markt> 1, 53721 Siegburg" in " ".join(item.text.split())


def test_the_address_for_replies_goes_before_the_general_one(client: CheckingClient) -> None:
    tell(client, email="post@kreis.example", reply_to="kim@kreis.example")
    item = client.get("/accessibility").select("#barriere-melden li")[0]
    assert item.select_one("a")["href"] == "mailto:kim@kreis.example"


def test_the_privacy_page_holds_the_whole_notice(client: CheckingClient) -> None:
    text = client.get("/privacy").main.text
    for words in ("Verantwortlich", "Art. 6", "Art. 21", "Art. 77", "Landesbeauftragten"):
        assert words in text


def test_the_language_is_remembered(client: CheckingClient) -> None:
    assert client.get("/").html["lang"] == "de"
    client.get("/?lang=en")
    assert client.get("/").html["lang"] == "en"
    client.get("/?lang=xx")
    assert client.get("/").html["lang"] == "en"


def test_what_does_not_exist_says_so_in_words(client: CheckingClient) -> None:
    page = client.get("/gibt-es-nicht", status=404)
    assert "gibt es nicht" in page.main.text
    fragment = client.get("/gibt-es-nicht", status=404, htmx=True)
    assert fragment.select_one("h1") is None
    assert "gibt es nicht" in fragment.text


def test_health_says_nothing_but_ok(client: CheckingClient) -> None:
    client.get("/healthz")
    assert client.response.get_json() == {"status": "ok"}


def test_every_page_forbids_what_is_not_ours(client: CheckingClient) -> None:
    client.get("/")
    policy = client.response.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert client.response.headers["X-Content-Type-Options"] == "nosniff"
    assert client.response.headers["Cache-Control"] == "no-store"
