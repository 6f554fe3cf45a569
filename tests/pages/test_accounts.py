"""Signing in and out, the own account, links from mails: what people see, and what does not work."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_login import current_user
from sqlalchemy import event, select

from kimforms import create_app
from kimforms.blueprints.sessions import safe_path
from kimforms.config import read_settings
from kimforms.extensions import db
from kimforms.models import OneTimeToken, OutboxMessage, User
from kimforms.services import tokens
from kimforms.services.passwords import Cost

from ..support.client import CheckingClient
from ..support.databases import NOW, PASSWORD

ADVISER = "beratung@caritas.example"
GOOD = "kupfer laterne gurke"


@pytest.fixture
def clock(client: CheckingClient, monkeypatch: pytest.MonkeyPatch) -> Any:
    """``clock(minutes)`` moves the time of the following requests to so many minutes after NOW."""

    def move(minutes: float) -> datetime:
        moment = NOW + timedelta(minutes=minutes)
        monkeypatch.setitem(client.app.config, "NOW", lambda: moment)
        return moment

    return move


def link_for(app: Flask, email: str, purpose: str = tokens.RESET) -> str:
    with app.app_context():
        row = db.session.scalars(
            select(OneTimeToken)
            .join(User, User.id == OneTimeToken.user_id)
            .where(User.email == email, OneTimeToken.purpose == purpose)
            .order_by(OneTimeToken.id.desc())
        ).first()
        assert row is not None
        return f"/password/{tokens.token_text(app.config['SECRET_KEY'], row)}"


def ask_reset(client: CheckingClient, email: str = ADVISER) -> None:
    client.submit(client.get("/password/forgot"), data={"email": email})


def is_signed_in(client: CheckingClient) -> bool:
    return client.http.get("/account").status_code == 200


def test_a_person_signs_in_and_out(client: CheckingClient) -> None:
    client.sign_in(ADVISER)
    assert client.response is not None
    assert client.response.headers["Location"] == "/dashboard"
    page = client.get("/account")
    assert page.select_one("input[name=name]")["value"] == "Miriam Kessler"
    client.submit(page, "form[action$='/logout']")
    assert "abgemeldet" in client.follow().select_one(".kf-flash").text
    assert not is_signed_in(client)


def test_a_wrong_password_and_an_unknown_account_read_the_same(client: CheckingClient) -> None:
    said = []
    for email in (ADVISER, "nobody@caritas.example"):
        page = client.submit(client.get("/login"), "main form", {"email": email, "password": "wrong"}, status=422)
        assert page.title.text.startswith("Fehler: ")
        assert page.select_one("input[name=email]")["value"] == email
        assert not page.select_one("input[name=password]").get("value")
        said.append(page.select_one(".kf-errors").text)
    assert said[0] == said[1]
    assert "stimmt nicht" in said[0]


def test_the_waiting_time_is_said_and_the_page_stays_usable(client: CheckingClient, clock: Any) -> None:
    wrong = {"email": ADVISER, "password": "wrong"}
    for _ in range(5):
        client.submit(client.get("/login"), "main form", wrong, status=422)
    page = client.submit(client.get("/login"), "main form", {"email": ADVISER, "password": PASSWORD}, status=429)
    assert "in 30 Sekunden" in page.select_one(".kf-errors").text
    assert client.response is not None
    assert client.response.headers["Retry-After"] == "30"
    clock(0.5)
    client.sign_in(ADVISER)
    assert is_signed_in(client)


def test_what_is_missing_is_said_beside_the_field(client: CheckingClient) -> None:
    page = client.submit(client.get("/login"), "main form", {"email": "", "password": ""}, status=422)
    assert [link["href"] for link in page.select(".kf-errors a")] == ["#email", "#password"]
    assert page.select_one("#email-error")


def test_the_sign_in_form_helps_password_stores_and_readers_of_english(client: CheckingClient) -> None:
    page = client.get("/login?lang=en")
    assert page.select_one("h1").text.strip() == "Sign in"
    assert page.select_one("#email")["autocomplete"] == "username"
    assert page.select_one("#password")["autocomplete"] == "current-password"
    assert ADVISER in page.select_one("#demo-accounts").text


def test_a_protected_page_is_reached_after_signing_in(client: CheckingClient) -> None:
    client.get("/account?from=mail", status=303)
    page = client.follow()
    client.submit(page, "main form", {"email": ADVISER, "password": PASSWORD})
    assert client.response is not None
    assert client.response.headers["Location"] == "/account?from=mail"


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "http:evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "evil.example",
        "/a\\..\\b",
        "//[",
        "/login?next=//evil.example",
        "/logout",
        "",
    ],
)
def test_nobody_is_sent_to_another_site(client: CheckingClient, target: str) -> None:
    page = client.get("/login", query_string={"next": target})
    client.submit(page, "main form", {"email": ADVISER, "password": PASSWORD, "next": target})
    assert client.response is not None
    assert client.response.headers["Location"] == "/dashboard"


@pytest.mark.parametrize("target", ["/", "/records/IH-2026-0042", "/inbox?state=new&q=a%2Fb", "/loginx"])
def test_paths_of_this_site_are_kept(target: str) -> None:
    assert safe_path(target) == target


def test_nothing_planted_in_the_session_survives_signing_in(client: CheckingClient) -> None:
    client.get("/login?lang=en")
    with client.http.session_transaction() as session:
        session["planted"] = "x"
        before = session["csrf_token"]
    client.sign_in(ADVISER)
    with client.http.session_transaction() as session:
        assert "planted" not in session
        assert session.get("csrf_token") != before
        assert session["language"] == "en"


def test_an_idle_session_ends_and_activity_prolongs_it(client: CheckingClient, clock: Any) -> None:
    client.sign_in(ADVISER)
    for minutes in (59, 118, 177):
        clock(minutes)
        assert is_signed_in(client)
    clock(177 + 60)
    assert not is_signed_in(client)


def test_a_session_ends_after_twelve_hours_in_any_case(client: CheckingClient, clock: Any) -> None:
    client.sign_in(ADVISER)
    for minutes in range(0, 12 * 60, 30):
        clock(minutes)
        assert is_signed_in(client)
    clock(12 * 60)
    assert not is_signed_in(client)


def test_the_cookie_is_sent_again_at_most_once_a_minute(client: CheckingClient, clock: Any) -> None:
    client.sign_in(ADVISER)
    client.get("/account")
    for minutes, expected in ((0.9, 0), (1.5, 1), (2.0, 0), (2.5, 1)):
        clock(minutes)
        client.get("/account")
        assert client.response is not None
        assert len(client.response.headers.getlist("Set-Cookie")) == expected


@pytest.mark.parametrize("forged", ["1", "1.2.3", "x.1", "1.99", "999999.1", ""])
def test_a_session_with_another_epoch_or_person_is_none(client: CheckingClient, forged: str) -> None:
    client.sign_in(ADVISER)
    with client.http.session_transaction() as session:
        session["_user_id"] = forged
    assert not is_signed_in(client)


def test_changing_the_password_signs_out_elsewhere_and_not_here(client: CheckingClient) -> None:
    other = CheckingClient(client.app)
    for one in (client, other):
        one.sign_in(ADVISER)
    page = client.get("/account/password")
    assert [field["autocomplete"] for field in page.select("input[type=password]")] == [
        "current-password",
        "new-password",
        "new-password",
    ]
    client.submit(page, "main form", {"current_password": PASSWORD, "password": GOOD, "repeated_password": GOOD})
    assert is_signed_in(client)
    assert not is_signed_in(other)
    other.sign_in(ADVISER, GOOD)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"current_password": "wrong"}, "current_password"),
        ({"password": "kurz", "repeated_password": "kurz"}, "password"),
        ({"repeated_password": "etwas anderes hier"}, "repeated_password"),
        ({"password": "Miriam.Kessler", "repeated_password": "Miriam.Kessler"}, "password"),
    ],
)
def test_a_refused_password_says_why_beside_the_field(
    client: CheckingClient, changes: dict[str, str], field: str
) -> None:
    client.sign_in(ADVISER)
    data = {"current_password": PASSWORD, "password": GOOD, "repeated_password": GOOD} | changes
    page = client.submit(client.get("/account/password"), "main form", data, status=422)
    assert page.select_one(f"#{field}-error")
    assert not any(control.get("value") for control in page.select("input[type=password]"))


def test_guessing_the_present_password_is_slowed_down_too(client: CheckingClient) -> None:
    client.sign_in(ADVISER)
    data = {"current_password": "wrong", "password": GOOD, "repeated_password": GOOD}
    for _ in range(5):
        client.submit(client.get("/account/password"), "main form", data, status=422)
    client.submit(client.get("/account/password"), "main form", data | {"current_password": PASSWORD}, status=429)


def test_the_own_details_are_changed_and_the_roles_shown(client: CheckingClient) -> None:
    client.sign_in(ADVISER)
    page = client.get("/account")
    assert "Beratung" in page.select_one("#roles table").text
    client.submit(page, "main form", {"name": "Miriam Groß", "language": "en", "digest": "y"})
    page = client.follow()
    assert page.select_one("h1").text.strip() == "My account"
    assert page.select_one("input[name=name]")["value"] == "Miriam Groß"
    assert page.select_one("input[name=digest]").has_attr("checked")
    page = client.submit(page, "main form", {"name": "x" * 121, "language": "fr"}, status=422)
    assert page.select_one("#name-error")
    assert page.select_one("#language-error")


@pytest.mark.parametrize("email", [ADVISER, "nobody@caritas.example"])
def test_asking_for_a_reset_answers_the_same_for_everybody(client: CheckingClient, email: str) -> None:
    ask_reset(client, email)
    said = client.follow().select_one(".kf-flash").text
    assert "Wenn es zu dieser Adresse ein Konto gibt" in said
    assert email not in said


def test_a_reset_link_works_once_and_looking_at_it_uses_nothing_up(client: CheckingClient) -> None:
    ask_reset(client)
    path = link_for(client.app, ADVISER)
    client.http.head(path)
    client.get(path)
    page = client.get(path)
    assert client.response is not None
    assert client.response.headers["Referrer-Policy"] == "strict-origin"
    assert client.response.headers["Cache-Control"] == "no-store"
    assert page.select_one("#username")["value"] == ADVISER
    client.submit(page, "main form", {"password": "kurz", "repeated_password": "kurz"}, status=422)
    client.submit(page, "main form", {"password": GOOD, "repeated_password": GOOD})
    assert client.response.headers["Location"] == "/login"
    assert "Dieser Link gilt nicht mehr" in client.get(path, status=410).select_one("h1").text
    client.sign_in(ADVISER, GOOD)


def test_a_reset_link_expires_and_a_forged_one_says_what_to_do(client: CheckingClient, clock: Any) -> None:
    ask_reset(client)
    path = link_for(client.app, ADVISER)
    clock(120)
    for address in (path, f"{path}x", "/password/%00", "/password/%ff"):
        page = client.get(address, status=410)
        assert page.select_one("main a[href='/password/forgot']")


def test_resets_from_one_address_are_limited(client: CheckingClient) -> None:
    for number in range(20):
        ask_reset(client, f"nobody{number}@caritas.example")
    page = client.submit(client.get("/password/forgot"), data={"email": ADVISER}, status=429)
    assert "Zu viele Versuche" in page.select_one(".kf-errors").text
    assert page.select_one("#email")["value"] == ADVISER


def test_the_link_in_the_mail_leads_to_the_configured_host(client: CheckingClient) -> None:
    page = client.get("/password/forgot")
    client.submit(page, data={"email": ADVISER})
    client.http.post("/password/forgot", data={"email": ADVISER}, headers={"Host": "evil.example"})
    with client.app.app_context():
        texts = db.session.scalars(select(OutboxMessage.text)).all()
        assert texts
        assert all("http://localhost/password/{{token:" in text and "evil" not in text for text in texts)


def test_a_deactivated_person_is_signed_out_and_gets_no_link(client: CheckingClient) -> None:
    client.sign_in(ADVISER)
    with client.app.app_context():
        db.session.scalars(select(User).where(User.email == ADVISER)).one().active = False
        db.session.commit()
    assert not is_signed_in(client)
    ask_reset(client)
    with client.app.app_context():
        assert db.session.scalars(select(OneTimeToken)).all() == []
    data = {"email": ADVISER, "password": PASSWORD}
    client.submit(client.get("/login"), "main form", data, status=422)


def test_signing_out_needs_a_post_with_token(client: CheckingClient) -> None:
    client.sign_in(ADVISER)
    client.get("/logout", status=405)
    client.http.post("/logout")
    assert is_signed_in(client)


def test_who_is_signed_in_costs_one_query(client: CheckingClient) -> None:
    client.sign_in(ADVISER)
    asked: list[str] = []
    with client.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", lambda *facts: asked.append(facts[2]))
    with client.app.test_request_context("/account", headers={"Cookie": cookie_of(client)}):
        assert [grant.role for grant in current_user.grants] == ["adviser"]
    assert len([one for one in asked if one.startswith("SELECT")]) == 1


def cookie_of(client: CheckingClient) -> str:
    cookie = client.http.get_cookie("kimforms")
    assert cookie is not None
    return f"kimforms={cookie.value}"


@pytest.mark.parametrize(("base_url", "secure"), [("https://kim.example", True), ("http://localhost:8000", False)])
def test_the_cookie_is_closed_to_scripts_and_other_sites(tmp_path: Path, base_url: str, secure: bool) -> None:
    app = create_app(read_settings({"KIMFORMS_DATA_DIR": str(tmp_path), "KIMFORMS_BASE_URL": base_url}))
    assert app.config["SESSION_COOKIE_SECURE"] is secure
    assert app.config["SESSION_COOKIE_HTTPONLY"] is True
    assert app.config["SESSION_COOKIE_SAMESITE"] == "Lax"


def test_an_outdated_hash_is_made_anew_at_sign_in(client: CheckingClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(client.app.config, "ARGON2", Cost(time_cost=2, memory_cost=16))
    client.sign_in(ADVISER)
    with client.app.app_context():
        stored = db.session.scalars(select(User.password_hash).where(User.email == ADVISER)).one()
    assert stored is not None
    assert "m=16,t=2,p=1" in stored
    client.sign_in(ADVISER)
