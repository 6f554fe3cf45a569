"""A form sent after the session has ended: what was typed is kept for the same person and for nobody else."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import HeldInput, User

from ..support.client import CheckingClient, form_values
from ..support.databases import NOW, PASSWORD

ADVISER = "beratung@caritas.example"
OTHER = "beratung@diakonie.example"


def later(client: CheckingClient, monkeypatch: pytest.MonkeyPatch, minutes: float) -> None:
    moment = NOW + timedelta(minutes=minutes)
    monkeypatch.setitem(client.app.config, "NOW", lambda: moment)


@pytest.fixture
def typed(client: CheckingClient, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The own account's form, filled in, an hour and a half after signing in."""
    client.sign_in(ADVISER)
    values = form_values(client.get("/account").select_one("main form"))
    later(client, monkeypatch, 90)
    return values | {"name": "Miriam\nGroß", "extra": ["eins", "zwei"]}


def held_rows(client: CheckingClient) -> list[HeldInput]:
    with client.app.app_context():
        return list(db.session.scalars(select(HeldInput)))


def send_late(client: CheckingClient, typed: dict[str, Any]) -> Any:
    client._answer(client.http.post("/account", data=typed), 303, htmx=False)
    return client.follow()


def sign_in(client: CheckingClient, page: Any, email: str) -> str:
    client.submit(page, "main form", {"email": email, "password": PASSWORD})
    assert client.response is not None
    return client.response.headers["Location"]


def test_the_same_person_sends_it_again_with_one_button(client: CheckingClient, typed: dict[str, Any]) -> None:
    page = send_late(client, typed)
    assert "eine Stunde lang aufgehoben" in page.select_one(".kf-flash").text
    assert sign_in(client, page, ADVISER) == "/account/held"
    page = client.follow()
    assert page.select_one("h1").text.strip() == "Ihre Eingaben sind noch da"
    assert "Miriam\nGroß" in page.select_one(".kf-summary").text.replace("\r", "")
    form = page.select_one("form[action='/account']")
    assert form_values(form)["extra"] == ["eins", "zwei"]
    client.submit(page, "form[action='/account']")
    with client.app.app_context():
        assert db.session.scalars(select(User.name).where(User.email == ADVISER)).one() == "Miriam Groß"
    assert held_rows(client) == []
    assert client.get("/account/held").select_one("h1").text.strip() == "Keine aufgehobenen Eingaben"


def test_another_person_does_not_get_it(client: CheckingClient, typed: dict[str, Any]) -> None:
    page = send_late(client, typed)
    assert sign_in(client, page, OTHER) != "/account/held"
    assert "Groß" not in client.get("/account/held").text
    assert len(held_rows(client)) == 1
    client.submit(client.get("/account"), "form[action$='/logout']")
    assert sign_in(client, client.get("/login"), ADVISER) == "/dashboard"


def test_secrets_are_never_kept(client: CheckingClient, monkeypatch: pytest.MonkeyPatch) -> None:
    client.sign_in(ADVISER)
    values = form_values(client.get("/account/password").select_one("main form"))
    later(client, monkeypatch, 90)
    data = values | {
        "current_password": "geheim-1",
        "password": "geheim-2",
        "repeated_password": "geheim-3",
        "username": "",
    }
    client._answer(client.http.post("/account/password", data=data), 303, htmx=False)
    assert not any("geheim" in str(row.payload) for row in held_rows(client))


def test_a_post_without_the_ended_session_of_somebody_keeps_nothing(
    client: CheckingClient, typed: dict[str, Any]
) -> None:
    stranger = client.app.test_client()
    answer = stranger.post("/account", data=typed, headers={"Referer": "http://localhost/account?tab=1"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login?next=/account?tab%3D1")
    stranger.set_cookie("kimforms", "eyJfdXNlcl9pZCI6IjEuMSJ9.forged.signature")
    assert stranger.post("/account", data=typed).status_code == 303
    assert held_rows(client) == []


@pytest.mark.parametrize("token", [None, "", "forged"])
def test_another_site_cannot_fill_the_store(client: CheckingClient, typed: dict[str, Any], token: str | None) -> None:
    data = typed | {"csrf_token": token or ""}
    assert client.http.post("/account", data=data).status_code == 303
    assert held_rows(client) == []


def test_files_are_not_kept_and_that_is_said(client: CheckingClient, typed: dict[str, Any]) -> None:
    page = send_late(client, typed | {"file": (BytesIO(b"x"), "brief.pdf")})
    sign_in(client, page, ADVISER)
    assert "Dateien konnten nicht aufgehoben werden" in client.follow().text


def test_what_is_too_long_is_not_kept_and_that_is_said(client: CheckingClient, typed: dict[str, Any]) -> None:
    page = send_late(client, typed | {"name": "x" * 300_000})
    assert "zu lang" in page.select_one(".kf-flash").text
    assert held_rows(client) == []


def test_it_can_be_thrown_away_and_is_gone_after_an_hour(
    client: CheckingClient, typed: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = send_late(client, typed)
    sign_in(client, page, ADVISER)
    page = client.follow()
    client.submit(page, "form[action='/account/held/discard']")
    assert held_rows(client) == []
    later(client, monkeypatch, 300)
    page = send_late(client, typed | {"csrf_token": form_values(page.select_one("main form"))["csrf_token"]})
    assert len(held_rows(client)) == 1
    later(client, monkeypatch, 361)
    assert sign_in(client, page, ADVISER) == "/dashboard"


def test_a_page_still_open_can_be_sent_after_signing_in_beside_it(
    client: CheckingClient, typed: dict[str, Any]
) -> None:
    client.sign_in(ADVISER)
    assert client.http.post("/account", data=typed).status_code == 303
    with client.app.app_context():
        assert db.session.scalars(select(User.name).where(User.email == ADVISER)).one() == "Miriam Groß"


def test_under_htmx_an_ended_session_is_a_message_and_nothing_is_kept(
    client: CheckingClient, typed: dict[str, Any]
) -> None:
    page = client._answer(client.http.post("/account", data=typed, headers={"HX-Request": "true"}), 401, htmx=True)
    assert "Ihre Eingaben bleiben stehen" in page.select_one("[data-message]").text
    assert page.select_one("a[data-sign-in][href='/login'][target='_blank']")
    assert held_rows(client) == []
