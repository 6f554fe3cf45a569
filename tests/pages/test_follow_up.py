"""The control list and what is noted there, with htmx and without; the page of a decision; files, papers; the tasks page."""

from datetime import timedelta

import pytest

from kimforms.extensions import db
from kimforms.models import DecisionProgress, Event, Task
from kimforms.services.unit_of_work import unit_of_work

from ..services.test_follow_up import TODAY, decided, task
from ..support import meetings as house
from ..support.queries import statements_of
from ..support.records import COORDINATOR, OFFICE


def inside(client, function, *args, **options):
    with client.app.app_context():
        return function(*args, **options)


@pytest.fixture
def office(client):
    inside(client, house.body)
    client.sign_in(OFFICE)
    return client


def progress_of(number):
    return db.session.get_one(Task, number).progress


def test_progress_is_noted_in_the_list_with_and_without_htmx(office):
    reference = inside(office, decided)
    number = inside(office, task, reference, "Liefern", TODAY - timedelta(days=2))
    page = office.get("/decisions/control")
    assert "seit 2 Tagen überfällig" in page.text and reference in page.text
    form = f"form[action*='tasks/{number}']"
    office.submit(page, form, {"percent": "30", "note": "Angefragt"}, status=303)
    assert inside(office, progress_of, number) == 30
    part = office.submit(office.get("/decisions/control"), form, {"percent": "60"}, status=200, htmx=True)
    assert part.select_one("#control-list") is not None and part.select_one("h1") is None
    assert inside(office, progress_of, number) == 60
    for wrong in ("", "101", "x"):
        page = office.submit(office.get("/decisions/control"), form, {"percent": wrong}, status=422)
        assert [one["href"] for one in page.select(".kf-errors__list a")] == [f"#percent-{number}"]
    office.submit(office.get("/decisions/control"), form, {"percent": "100"}, status=303)
    badge = "#control-list article .kern-badge"
    assert office.get("/decisions/control").select_one(badge).text.strip() == "umgesetzt (nach den Aufgaben)"
    note = "form[action$='/progress']"
    office.submit(office.get(f"/decisions/{reference}"), note, {"progress-state": "running"}, status=303)
    page = office.get("/decisions/control")
    assert page.select_one(badge).text.strip() == "in Umsetzung"
    assert "Nach den Aufgaben: umgesetzt" in " ".join(page.text.split())


def test_filters_stand_in_the_address_and_the_list_is_empty_without_matches(office):
    reference = inside(office, decided)
    assert reference in office.get(f"/decisions/control?body={house.SLUG}&state=open").text
    assert reference not in office.get("/decisions/control?state=done").text
    assert "Nichts ist offen" in office.get("/decisions/control?body=x%00&state=x").text


def test_the_state_and_the_measure_are_noted_on_the_page_of_the_decision(office):
    reference = inside(office, decided)
    page = office.get(f"/decisions/{reference}")
    form = "form[action$='/progress']"
    office.submit(page, form, {"progress-state": "stopped", "progress-note": ""}, status=422)
    office.submit(page, form, {"progress-state": "running", "progress-due_on": "99.99.2026"}, status=422)
    office.submit(page, form, {"progress-state": "running", "progress-due_on": "01.02.2027"}, status=303)
    page = office.get(f"/decisions/{reference}")
    assert "bis 01.02.2027" in page.text
    measure = page.select("select[name=measure-measure] option")[1]
    office.submit(page, "form[action$='/measure']", {"measure-measure": measure["value"]}, status=303)
    assert measure.text in office.get(f"/decisions/{reference}").select_one("#belongs").text
    office.submit(page, "form[action$='/measure']", {"measure-measure": "no-such"}, status=422)
    assert reference in office.get(f"/decisions?state=running&measure={measure['value']}&result=accepted").text
    assert reference not in office.get("/decisions?state=done").select_one("#decision-list").text

    def counts():
        tags = [one.tag for one in db.session.query(Event) if one.tag.startswith("decision:")]
        return db.session.query(DecisionProgress).count(), sorted(set(tags))

    assert inside(office, counts) == (1, ["decision:measure", "decision:progress", "decision:take"])


def test_the_list_leaves_as_file_and_paper_with_a_trace(office):
    reference = inside(office, decided)
    inside(office, task, reference, "=1+1", TODAY)
    token = office.csrf_token()
    answer = office.http.post("/decisions/control/export", data={"format": "csv", "csrf_token": token})
    assert answer.status_code == 200 and "'=1+1" in answer.get_data(as_text=True)
    assert office.http.post("/decisions/control/export", data={"format": "xlsx", "csrf_token": token}).data[:2] == b"PK"
    office.post("/decisions/control/export", {"format": "exe"}, status=400)
    for path in ("/decisions/control.pdf", f"/decisions/{reference}/excerpt.pdf"):
        answer = office.http.get(path)
        assert answer.mimetype == "application/pdf" and answer.data.startswith(b"%PDF")
    assert inside(office, lambda: [one.tag for one in db.session.query(Event)].count("record:export")) == 2


@pytest.mark.parametrize(
    ("path", "person"),
    [
        ("/decisions", OFFICE), ("/decisions", house.MEMBER), ("/decisions/control", COORDINATOR), ("/tasks", OFFICE),
        ("/tasks", house.MEMBER),
    ],
)  # fmt: skip
def test_the_number_of_queries_is_fixed(office, path, person):
    office.sign_in(person)
    counts = []
    for _round in range(2):
        reference = inside(office, decided)
        for number in range(3):
            inside(office, task, reference, f"Aufgabe {number}", TODAY)
        with statements_of(office.app) as sent:
            office.get(path)
        counts.append(len(sent))
    assert counts[0] == counts[1] < 25


def test_an_owner_with_account_notes_progress_on_the_own_task(office):
    def own():
        number = task(None, "Zahlen liefern", TODAY)
        with unit_of_work() as session:
            session.get_one(Task, number).assignee_id = house.named(session, "Jobcenter").user_id
        return number

    number = inside(office, own)
    office.sign_in(house.MEMBER)
    page = office.get(f"/tasks/{number}")
    office.submit(page, "#progress form", {"percent": "abc"}, status=422)
    office.submit(page, "#progress form", {"percent": "25", "note": "Erste Zahlen"}, status=303)
    assert "25 %" in office.get("/tasks").text
    other = inside(office, task, None, "Fremde Aufgabe", TODAY)
    office.get(f"/tasks/{other}", status=404)
    office.post(f"/tasks/{other}/progress", {"percent": "5"}, status=404)


def test_the_office_changes_a_task_of_a_meeting_and_its_owner_stays(office):
    number = inside(office, task, None, "Zahlen liefern", TODAY)
    page = office.get(f"/tasks/{number}")
    assert page.select("select") == []
    office.submit(page, "main form", {"task-title": "Andere Zahlen liefern"}, status=303)

    def owner():
        made = db.session.get_one(Task, number)
        return made.title, made.owner.last_name, made.assignee_id

    assert inside(office, owner) == ("Andere Zahlen liefern", "Caritas", None)
