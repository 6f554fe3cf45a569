"""Reporting with an account: the form saves itself, and two windows lose nothing."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select

from kimforms.extensions import db
from kimforms.models import Draft, Record

from ..support.client import CheckingClient, form_values
from ..support.queries import statements_of
from ..support.reports import STEPS

ADVISER = "beratung@caritas.example"
FORM = "form#report-form"
NEXT = ".kf-buttons button[value=next]"


@pytest.fixture
def adviser(client: CheckingClient) -> CheckingClient:
    client.sign_in(ADVISER)
    return client


def begin(client: CheckingClient) -> BeautifulSoup:
    client.submit(client.get("/report"), "main form[action='/report/drafts']")
    return client.follow()


def step(client: CheckingClient, page: BeautifulSoup, name: str, **changes: Any) -> BeautifulSoup:
    client.submit(page, FORM, STEPS[name] | changes, button=NEXT)
    return client.follow()


def drafts(client: CheckingClient) -> int:
    with client.app.app_context():
        return int(db.session.scalar(select(func.count()).select_from(Draft)) or 0)


def test_a_report_with_an_account_has_a_creator_and_no_code(adviser: CheckingClient) -> None:
    page = begin(adviser)
    for name in STEPS:
        page = step(adviser, page, name)
    values = form_values(page.select_one("main form"))  # type: ignore[arg-type]
    adviser.submit(page, "main form", button="button[value=submit]")
    done = adviser.follow()
    assert done.select_one("#code") is None and done.select_one("a[href='/my-reports']")
    reference = done.select_one("#reference").text  # type: ignore[union-attr]
    adviser.get("/report/receipt.pdf")
    adviser.post("/report/drafts/1/check", values | {"_action": "submit"})
    assert adviser.follow().select_one("#reference").text == reference  # type: ignore[union-attr]
    mine = adviser.get("/my-reports")
    assert mine.select_one(f"a[href='/records/{reference}']") and drafts(adviser) == 0
    with adviser.app.app_context():
        record = db.session.scalars(select(Record)).one()
        assert record.creator is not None and record.creator.email == ADVISER and record.retrieval_hash is None


def test_a_double_click_begins_one_draft_and_empty_ones_are_not_listed(adviser: CheckingClient) -> None:
    start = adviser.get("/report")
    for _ in range(3):
        adviser.submit(start, "main form[action='/report/drafts']")
    assert drafts(adviser) == 1
    assert "keine Entwürfe" in adviser.get("/report/drafts").get_text()


def test_htmx_saves_while_somebody_types(adviser: CheckingClient) -> None:
    page = begin(adviser)
    form = page.select_one(FORM)
    assert form is not None
    values = form_values(form) | {"organisation": "Caritas im"}
    part = adviser.post(str(form["hx-post"]), values, status=200, htmx=True)
    assert "gespeichert um" in part.select_one("#saved").text  # type: ignore[union-attr]
    again = adviser.get(str(form["action"]))
    assert again.select_one("#organisation")["value"] == "Caritas im"  # type: ignore[index]


def test_the_same_window_never_stands_in_its_own_way(adviser: CheckingClient) -> None:
    page = begin(adviser)
    form = page.select_one(FORM)
    assert form is not None
    values = form_values(form)
    for text in ("C", "Ca", "Car"):  # answers on their way overtake each other: the base is an old one
        adviser.post(str(form["hx-post"]), values | {"organisation": text}, status=200, htmx=True)
    adviser.submit(page, FORM, STEPS["a"], button=NEXT)


def test_two_windows_on_one_step_both_keep_their_text(adviser: CheckingClient) -> None:
    page = begin(adviser)
    for name in ("a", "b", "c"):
        page = step(adviser, page, name)
    path = "/report/drafts/1/steps/d"
    first, second = adviser.get(path), adviser.get(path)
    adviser.submit(first, FORM, {"situation": "Aus dem ersten Fenster"}, button="button[value=save]")
    clash = adviser.submit(second, FORM, {"situation": "Aus dem zweiten Fenster"}, status=409, button=NEXT)
    assert "Aus dem ersten Fenster" in clash.select_one(".kern-alert--warning").get_text()  # type: ignore[union-attr]
    assert clash.select_one("textarea[name=situation]").text == "Aus dem zweiten Fenster"  # type: ignore[union-attr]
    adviser.post(f"{path}/refresh", form_values(second.select_one(FORM)) | {"situation": "?"}, status=409, htmx=True)  # type: ignore[arg-type, operator]
    adviser.submit(clash, FORM, {"titel": "Titel"}, button=NEXT)
    assert adviser.get(path).select_one("textarea[name=situation]").text == "Aus dem zweiten Fenster"  # type: ignore[union-attr]


def test_two_windows_on_two_steps_do_not_meet(adviser: CheckingClient) -> None:
    begin(adviser)
    one, two = adviser.get("/report/drafts/1/steps/a"), adviser.get("/report/drafts/1/steps/b")
    step(adviser, one, "a")
    step(adviser, two, "b")
    assert adviser.get("/report/drafts/1/steps/a").select_one("option[value=mbe][selected]")


def test_wrong_input_is_kept_too(adviser: CheckingClient) -> None:
    page = begin(adviser)
    page = adviser.submit(page, FORM, {"organisation": "x" * 700}, status=422, button=NEXT)
    assert "Kürzen Sie" in page.get_text()
    assert len(adviser.get("/report/drafts/1/steps/a").select_one("#organisation")["value"]) == 700  # type: ignore[index]


def test_drafts_are_listed_resumed_and_deleted(adviser: CheckingClient) -> None:
    page = begin(adviser)
    for name in ("a", "b", "c"):
        page = step(adviser, page, name)
    adviser.submit(page, FORM, {"titel": "Mein Entwurf"}, button="button[value=save]")
    listed = adviser.follow()
    assert listed.select_one("h2 a").text == "Mein Entwurf" and "180 Tage" in listed.get_text()  # type: ignore[union-attr]
    adviser.get(str(listed.select_one("h2 a")["href"]))  # type: ignore[index]
    adviser.submit(adviser.get("/report/drafts/1/delete"), "form.kf-confirm")
    assert drafts(adviser) == 0
    adviser.get("/report/drafts/1/check", status=404)


def test_a_draft_is_its_owners_alone(adviser: CheckingClient) -> None:
    begin(adviser)
    other = CheckingClient(adviser.app)
    other.sign_in("beratung@diakonie.example")
    for path in ("steps/a", "check", "delete"):
        other.get(f"/report/drafts/1/{path}", status=404)
    other.post("/report/drafts/1/steps/a", {"_action": "next"}, status=404)
    other.post("/report/drafts/1/delete", status=404)
    CheckingClient(adviser.app).get("/report/drafts", status=303)


def test_roles_that_do_not_report_use_the_public_form(client: CheckingClient) -> None:
    client.sign_in("mitglied@jobcenter.example")
    client.get("/report/drafts", status=403)
    assert client.get("/report").select_one("a[href='/report/form']")
    assert "Dirk Wessel" in client.get("/report/form").get_text()
    for _ in range(2):
        assert "Dirk Wessel" not in CheckingClient(client.app).get("/report/form").get_text()


def test_unknown_steps_are_not_there(adviser: CheckingClient) -> None:
    begin(adviser)
    adviser.get("/report/drafts/1/steps/gibt-es-nicht", status=404)
    adviser.post("/report/drafts/1/steps/gibt-es-nicht", {"_action": "next"}, status=404)


def test_a_step_asks_the_database_a_fixed_number_of_questions(adviser: CheckingClient) -> None:
    begin(adviser)
    adviser.get("/report/drafts/1/steps/a")
    with statements_of(adviser.app) as sent:
        adviser.get("/report/drafts/1/steps/a")
    assert len(sent) <= 6, sent
