"""The page of a person's own tasks, with htmx and without."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import Task
from kimforms.services.checklists import keeping
from kimforms.services.checklists.entries import set_entry

from ..support.databases import NOW, in_app
from ..support.naturalisation import CARITAS, DIAKONIE, at_checklist, begun, colleague
from ..support.queries import statements_of
from ..support.records import ADVISER, COORDINATOR, OFFICE, SECOND
from .test_records import made, words
from .test_records_work import id_of

both = pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])


def make(client, title="Bericht schreiben", due="", **more):
    client.submit(client.get("/tasks"), "aside form", {"task-title": title, "task-due_on": due, **more})
    return client.follow()


def titles(page):
    return [words(one.select_one("a, span")) for one in page.select("#task-list .kf-lines__main")]


def test_a_task_of_ones_own(client):
    client.sign_in(ADVISER)
    page = make(client, due="24.11.2026")
    assert titles(page) == ["Bericht schreiben"]
    assert "in 1 Tag 24.11.2026" in words(page.select_one(".kf-lines__side"))
    assert titles(client.get("/tasks?view=due")) == []


def test_the_most_urgent_comes_first_and_overdue_is_said_in_words(client):
    client.sign_in(ADVISER)
    make(client, "ohne Termin")
    make(client, "später", "01.12.2026")
    page = make(client, "überfällig", "20.11.2026")
    assert titles(page) == ["überfällig", "später", "ohne Termin"]
    assert "seit 3 Tagen überfällig" in words(page.select_one("#task-list"))
    assert titles(client.get("/tasks?view=due")) == ["überfällig"]
    assert [words(one) for one in page.select(".kf-tabs a")] == ["Offen 3", "Fällig 1", "Erledigt"]


@both
def test_done(client, htmx):
    client.sign_in(ADVISER)
    page = make(client)
    answer = client.submit(page, "#task-list form", status=200 if htmx else 303, htmx=htmx)
    assert titles(answer if htmx else client.follow()) == []
    assert titles(client.get("/tasks?view=done")) == ["Bericht schreiben"]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"task-title": " "}, "task-title"),
        ({"task-title": "x" * 301}, "task-title"),
        ({"task-title": "gut", "task-due_on": "morgen"}, "task-due_on"),
        ({"task-title": "gut", "task-kind": "follow_up"}, "task-due_on"),
    ],
)
def test_what_does_not_fit_is_said_and_kept(client, data, field):
    client.sign_in(ADVISER)
    page = client.submit(client.get("/tasks"), "aside form", data, status=422)
    assert page.select_one(f".kf-errors a[href='#{field}']") is not None
    assert page.select_one("[name=task-title]")["value"] == data["task-title"]
    with in_app(client.app):
        assert db.session.scalar(select(Task.id)) is None


def test_a_task_is_changed(client):
    client.sign_in(ADVISER)
    page = make(client)
    page = client.get(page.select_one("#task-list a.kern-link")["href"])
    client.submit(page, "main form", {"task-title": "Bericht prüfen", "task-due_on": "30.11.2026"})
    assert titles(client.follow()) == ["Bericht prüfen"]


def test_a_task_on_a_record_shows_it_and_leads_back(client):
    reference = made(client)
    client.sign_in(COORDINATOR)
    data = {"task-title": "Anrufen", "task-assignee": id_of(client, COORDINATOR)}
    client.post(f"/records/{reference}/tasks", data)
    page = client.get("/tasks")
    assert page.select_one("#task-list .kf-lines__meta a")["href"] == f"/records/{reference}"
    page = client.get(client.get(f"/records/{reference}").select_one("#tasks a[href*='from=record']")["href"])
    client.submit(page, "main form", {"task-assignee": id_of(client, OFFICE)})
    assert client.response.headers["Location"] == f"/records/{reference}"
    assert titles(client.get("/tasks")) == []


def test_tasks_of_others_do_not_exist(client):
    client.sign_in(ADVISER)
    make(client)
    with in_app(client.app):
        task_id = db.session.scalars(select(Task.id)).one()
    client.http.post("/logout", data={"csrf_token": client.csrf_token()})
    client.sign_in(SECOND)
    client.get(f"/tasks/{task_id}", 404)
    client.post(f"/tasks/{task_id}/done", status=404)
    client.get("/tasks/999999", 404)


def test_signed_out_people_are_asked_to_sign_in(client):
    client.get("/tasks", 303)


def test_the_number_of_queries_does_not_grow(client):
    client.sign_in(ADVISER)
    make(client)
    client.get("/tasks")
    with statements_of(client.app) as few:
        client.get("/tasks")
    for number in range(6):
        make(client, f"Nummer {number}")
    client.get("/tasks")
    with statements_of(client.app) as many:
        client.get("/tasks")
    assert len(few) == len(many) <= 8


def follow_up(reference, days, by):
    with at_checklist(reference, by) as (session, person, held):
        due = NOW.date() + timedelta(days=days)
        known = next((one.row_version for one in held.entries if one.item_id == "B4"), 0)
        set_entry(session, person, NOW, held, "B4", state="working", follow_up_on=due, row_version=known)


def test_advisers_find_due_follow_ups_of_their_checklists(client):
    with in_app(client.app):
        mine, later, closed = (begun(CARITAS, pseudonym=f"Zeder {number}") for number in (901, 902, 903))
        foreign = begun(DIAKONIE, pseudonym="Zeder 904")
        for reference, days, by in (
            (mine, 0, CARITAS),
            (later, 9, CARITAS),
            (closed, 0, CARITAS),
            (foreign, 0, DIAKONIE),
        ):
            follow_up(reference, days, by)
        with at_checklist(closed) as (session, person, held):
            keeping.end(session, person, NOW, held)
    client.sign_in(CARITAS)
    page = client.get("/tasks")
    shown = page.select("#checklist-follow-ups li")
    assert [words(one.select_one("a")) for one in shown] == ["Zeder 901, Punkt B4"]
    assert shown[0].select_one("a")["href"] == f"/checklists/{mine}#item-B4"
    assert "heute" in words(shown[0])
    assert "Keine offenen Aufgaben" not in page.text
    assert client.get("/tasks?view=done").select_one("#checklist-follow-ups") is None
    with statements_of(client.app) as one:
        client.get("/tasks")
    with in_app(client.app):
        follow_up(later, 0, CARITAS)
        given = {"state": "working", "follow_up_on": NOW.date(), "adviser_id": colleague()}
        with at_checklist(begun(CARITAS, pseudonym="Zeder 906")) as (session, person, held):
            set_entry(session, person, NOW, held, "B4", **given)
    client.get("/tasks")
    with statements_of(client.app) as two:
        client.get("/tasks")
    assert len(one) == len(two)
    shown = client.get("/tasks").select("#checklist-follow-ups li")
    assert len(shown) == 2, "what a colleague looks after is the colleague's"


@pytest.mark.parametrize("email", [COORDINATOR, OFFICE])
def test_nobody_else_sees_follow_ups_of_checklists(client, email):
    with in_app(client.app):
        follow_up(begun(CARITAS, pseudonym="Zeder 905"), 0, CARITAS)
    client.sign_in(email)
    assert "Zeder 905" not in client.get("/tasks").text
