"""Forged addresses: numbers that no database takes, NUL, broken headers, the Host header of somebody else."""

from __future__ import annotations

import re

import pytest

from ..support.client import CheckingClient, form_values
from ..support.databases import PASSWORD, in_app
from ..support.records import ADVISER, COORDINATOR, report
from ..support.reports import STEPS

HUGE = ("9223372036854775808", "99999999999999999999", "9" * 5000, "٣")
PEOPLE = (ADVISER, COORDINATOR, "admin@rsk.example", "leitung@rsk.example")


@pytest.mark.parametrize("email", PEOPLE)
def test_a_number_that_no_database_takes_is_no_page(client: CheckingClient, email: str) -> None:
    client.sign_in(email)
    token = client.csrf_token() or form_values(client.get("/account").select_one("form"))["csrf_token"]
    for rule in client.app.url_map.iter_rules():
        if "<int" not in rule.rule:
            continue
        for number in HUGE:
            path = re.sub(r"<int[^>]*>", number, rule.rule)
            path = re.sub(r"<[^>]*>", "x", path)
            for method in sorted(rule.methods & {"GET", "POST"}):
                answer = client.http.open(path, method=method, data={"csrf_token": token} if method == "POST" else None)
                assert answer.status_code == 404, (method, path[:80], answer.status_code)


def test_nul_in_an_address_is_no_page(client: CheckingClient) -> None:
    client.sign_in(COORDINATOR)
    for path in ("/records/IH%002026", "/records/x/actions/a%00", "/report/status/a%00"):
        client.get(path, status=404)
    for path in ("/report/resume/a%00b", "/password/a%00b"):
        client.get(path, status=410)


def test_numbers_of_thousands_of_digits_in_forms_and_queries(client: CheckingClient) -> None:
    with in_app(client.app):
        reference = report()
    client.sign_in("admin@rsk.example")
    assert client.http.get("/admin/accounts?after=" + "9" * 30).status_code == 200
    client.sign_in(ADVISER)
    assert client.http.get("/my-reports?before=" + "9" * 5000).status_code == 200
    page = client.get("/account")
    token = form_values(page.select_one("main form"))["csrf_token"]
    client.sign_in(COORDINATOR)
    token = form_values(client.get("/account").select_one("main form"))["csrf_token"]
    data = {"csrf_token": token, "_remove:kommunen": "9" * 5000}
    assert client.http.post(f"/records/{reference}/edit", data=data).status_code == 200


def test_rows_of_the_public_form_with_thousands_of_digits(client: CheckingClient) -> None:
    page = client.get("/report/form")
    values = form_values(page.select_one("form#report-form")) | STEPS["a"]
    for name in ("_remove:a-" + "9" * 5000 + "-b", "_add:kommunen-" + "1" * 5000 + "-b"):
        answer = client.http.post("/report/form/steps/a", data=values | {name: "9" * 5000})
        assert answer.status_code in (200, 422)


def test_a_referrer_that_is_no_address_sends_to_the_sign_in_page(client: CheckingClient) -> None:
    answer = client.http.post("/tasks", headers={"Referer": "http://[::1"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login")


def test_the_secret_link_never_bears_a_foreign_host(client: CheckingClient) -> None:
    page = client.get("/report/form")
    values = form_values(page.select_one("form#report-form")) | STEPS["a"] | {"_action": "save"}
    assert client.http.post("/report/form/steps/a", data=values).status_code == 303
    text = client.http.get("/report/saved", headers={"Host": "boese.example"}).get_data(as_text=True)
    assert "boese.example" not in text
    client.http.post("/report/form/steps/a", data=values)
    saved = client.get("/report/saved")
    assert "http://localhost/report/resume/" in str(saved)


@pytest.mark.parametrize(
    "target", ["//boese.example", "/\\boese.example", "https://boese.example", "/\t/boese.example", "\\\\boese.example"]
)
def test_nobody_is_sent_elsewhere_after_signing_in(client: CheckingClient, target: str) -> None:
    page = client.get("/login")
    data = {"email": COORDINATOR, "password": PASSWORD, "next": target}
    client.submit(page, "form[action*='login']", data)
    assert client.response is not None
    assert client.response.headers["Location"] == "/dashboard"
