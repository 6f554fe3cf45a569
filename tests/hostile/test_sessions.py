"""Sessions and forged forms: what a stolen cookie, another site or somebody without rights any more can do."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from kimforms.models import RoleGrant, User
from kimforms.services.unit_of_work import unit_of_work

from ..support.client import CheckingClient, form_values
from ..support.databases import NOW, PASSWORD, in_app
from ..support.records import ADVISER, COORDINATOR, OFFICE, report, tags, user

VALUES = {
    "int": "1", "reference": "IH-2026-0001", "other": "IH-2026-0002", "paper": "BV-2026-0001", "transition_id": "erfassen",
    "step_id": "a", "token": "x", "slug": "x", "block": "head",
    "section_id": "B", "item_id": "B4", "question_id": "verheiratet", "term_id": "sgb2_leistung",
}  # fmt: skip
WITHOUT_TOKEN = {"/naturalisation/check", "/naturalisation/check.pdf"}
"""The self-check has no session that could hold a token: it changes nothing, see test_self_check_keeps_nothing.py."""


def addresses(client: CheckingClient) -> list[str]:
    """Every address that takes a POST, with values that exist."""
    found = []
    for rule in client.app.url_map.iter_rules():
        if "POST" in (rule.methods or ()):
            path = re.sub(r"<int[^>]*>", "1", rule.rule)
            if path in WITHOUT_TOKEN:
                continue
            found.append(re.sub(r"<(\w+)>", lambda name: VALUES[name[1]], path))
    return found


@pytest.mark.parametrize("email", [None, COORDINATOR, "admin@rsk.example"])
@pytest.mark.parametrize("htmx", [False, True])
def test_no_form_of_another_site_does_anything(client: CheckingClient, email: str | None, htmx: bool) -> None:
    with in_app(client.app):
        reference = report()
        before = tags(reference)
    if email:
        client.sign_in(email)
    headers = {"HX-Request": "true"} if htmx else {}
    for path in addresses(client):
        for data in ({}, {"csrf_token": "x"}, {"csrf_token": ""}):
            answer = client.http.post(path, data=data, headers=headers)
            if email is None and answer.status_code in (303, 401):
                assert answer.status_code == 401 or "/login" in answer.headers["Location"], path
            else:
                assert answer.status_code in (400, 404, 405), (path, answer.status_code)
    with in_app(client.app):
        assert tags(reference) == before


def test_the_token_of_another_session_does_not_fit(client: CheckingClient) -> None:
    other = CheckingClient(client.app)
    stolen = other.csrf_token()
    client.get("/login")
    data = {"email": COORDINATOR, "password": PASSWORD, "csrf_token": stolen}
    assert client.http.post("/login", data=data).status_code == 400


def test_what_was_in_the_browser_before_is_gone_after_signing_in(client: CheckingClient) -> None:
    """Session fixation: a cookie that somebody else planted gives nothing afterwards."""
    client.get("/login")
    planted = client.http.get_cookie("kimforms")
    client.sign_in(COORDINATOR)
    thief = CheckingClient(client.app)
    assert planted is not None
    thief.http.set_cookie("kimforms", planted.value)
    thief.get("/dashboard", status=303)


def test_a_copied_cookie_ends_with_signing_out(client: CheckingClient) -> None:
    client.sign_in(COORDINATOR)
    copied = client.http.get_cookie("kimforms")
    assert copied is not None
    client.submit(client.get("/dashboard"), "form[action='/logout']")
    thief = CheckingClient(client.app)
    thief.http.set_cookie("kimforms", copied.value)
    thief.get("/dashboard", status=303)


def test_a_copied_cookie_ends_with_a_new_password(client: CheckingClient) -> None:
    client.sign_in(COORDINATOR)
    copied = client.http.get_cookie("kimforms")
    assert copied is not None
    new = "ganz-anderes-Kennwort-2026"
    data = {"current_password": PASSWORD, "password": new, "repeated_password": new}
    client.submit(client.get("/account/password"), "main form", data)
    thief = CheckingClient(client.app)
    thief.http.set_cookie("kimforms", copied.value)
    thief.get("/dashboard", status=303)
    client.get("/dashboard")


def test_a_closed_account_and_a_lost_role_end_at_the_next_click(client: CheckingClient) -> None:
    with in_app(client.app):
        reference = report()
    client.sign_in(COORDINATOR)
    client.get(f"/records/{reference}")
    with in_app(client.app), unit_of_work() as session:
        for grant in session.scalars(
            select(RoleGrant).join(User, User.id == RoleGrant.user_id).where(User.email == COORDINATOR)
        ):
            grant.valid_until = NOW.date() - timedelta(days=1)
    client.get(f"/records/{reference}", status=403)
    client.get("/inbox", status=403)
    office = CheckingClient(client.app)
    office.sign_in(OFFICE)
    with in_app(client.app), unit_of_work() as session:
        user(session, OFFICE).active = False
    office.get("/inbox", status=303)


def test_the_cookie_is_out_of_reach_and_pages_stay_out_of_frames_and_caches(client: CheckingClient) -> None:
    with in_app(client.app):
        reference = report()
    client.sign_in(COORDINATOR)
    assert client.response is not None
    cookie = client.response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    token = form_values(client.get("/account").select_one("main form"))["csrf_token"]
    answers = [client.http.get(path) for path in (f"/records/{reference}", f"/records/{reference}/print.pdf", "/inbox")]
    answers += [client.http.post("/inbox/export", data={"csrf_token": token, "format": one}) for one in ("csv", "xlsx")]
    for answer in answers:
        answer.close()
        assert answer.status_code == 200
        assert "no-store" in answer.headers["Cache-Control"]
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_proof_by_code_ends_with_signing_in_and_out(client: CheckingClient) -> None:
    with client.http.session_transaction() as session:
        session["report_proven"] = {"id": 1, "until": (NOW + timedelta(minutes=5)).isoformat()}
    client.sign_in(ADVISER)
    with client.http.session_transaction() as session:
        assert "report_proven" not in session
