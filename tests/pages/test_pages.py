"""Pages for everybody: the front door, the statements that the law asks for, and answers that say nothing."""

from __future__ import annotations

import pytest

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
