"""The pages of decisions: what waits for the agenda, the register, entering a decision and a later one that changes it."""

import pytest
from sqlalchemy import select

from kimforms.models import Record
from kimforms.services.meetings.offers import offer
from kimforms.services.records.chain import linked

from ..support.chain import STEERING, decide, decision, gathered, joined_with, proposed, reconstruct
from ..support.databases import NOW
from ..support.meetings import at_work
from ..support.meetings import body as planned_body
from ..support.meetings import meeting as planned_meeting
from ..support.queries import statements_of
from ..support.records import COORDINATOR, ELSEWHERE, OFFICE, stored

OTHERS = (
    "beratung@caritas.example",
    "casemanagement@siegburg.example",
    "einbuergerung@rsk.example",
    "admin@rsk.example",
)
FIELDS = {
    "decision-decided_on": f"{NOW:%d.%m.%Y}",
    "decision-body": "lenkungsgruppe-kim",
    "decision-result": "accepted",
    "decision-wording": "Die Lenkungsgruppe setzt eine Projektarbeitsgruppe ein.",
}


@pytest.fixture
def paper(client):
    """A paper before the steering group."""
    with client.app.app_context():
        theme = gathered()
        reconstruct(theme, STEERING)
        return proposed(theme)


@pytest.fixture
def office(client):
    client.sign_in(OFFICE)
    return client


def state_of(client, reference):
    with client.app.app_context():
        return stored(reference).state


def form_of(page):
    return {one["name"]: one.get("value", "") for one in page.select("main form input[type=hidden]")}


def test_others_are_refused_and_signed_out_people_sign_in(client, paper):
    with client.app.app_context():
        taken = decide(paper)
    paths = ("/decisions", f"/decisions/{taken}", f"/decisions/of/{paper}", f"/decisions/{taken}/change")
    for path in (*paths, f"/decisions/{taken}/excerpt.pdf", "/decisions/control"):
        client.get(path, status=303)
    for email in OTHERS:
        client.sign_in(email)
        for path in (*paths, f"/decisions/{taken}/excerpt.pdf", "/decisions/control"):
            client.get(path, status=403)
    client.sign_in("mitglied@jobcenter.example")  # what members read: tests/hostile/test_decisions.py
    for path in paths[2:]:
        client.get(path, status=403)
    client.sign_in(ELSEWHERE)
    for path in paths[1:]:
        client.get(path, status=404)
    assert taken not in str(client.get("/decisions"))


def test_a_paper_waits_and_is_decided(office, paper):
    page = office.get("/decisions")
    waiting = page.select_one("#proposals")
    assert paper in waiting.text and "Fälle" in waiting.text and "TH-2026-0001" in waiting.text
    assert "Es gibt noch keinen Beschluss" in page.select_one("#decision-list").text
    page = office.get(waiting.select_one("a.kern-btn")["href"])
    assert "Die Lenkungsgruppe setzt eine Projektarbeitsgruppe ein." in page.select_one("textarea").text
    votes = {"decision-votes_yes": "12", "decision-votes_no": "1", "decision-votes_abstained": "2"}
    office.post(f"/decisions/of/{paper}", data=form_of(page) | FIELDS | votes, status=303)
    assert office.response.location.endswith("/decisions/LG-B-2026-01")
    page = office.get("/decisions/LG-B-2026-01")
    assert "12 Ja, 1 Nein, 2 Enthaltungen" in page.select_one("main").text
    assert [one.text for one in page.select("#belongs a")][0].startswith(paper)
    assert state_of(office, "TH-2026-0001") == "generatives_thema"
    page = office.get("/decisions")
    assert page.select_one("#proposals") is None
    assert page.select_one("tbody th a").text == "LG-B-2026-01" and "zugestimmt" in page.select_one("tbody").text


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"decision-result": ""}, "decision-result", "Wählen Sie das Ergebnis."),
        ({"decision-decided_on": "gestern"}, "decision-decided_on", "TT.MM.JJJJ"),
        ({"decision-decided_on": ""}, "decision-decided_on", "Geben Sie den Tag der Sitzung ein."),
        ({"decision-votes_yes": "zwölf"}, "decision-votes_yes", "alle drei Stimmenzahlen"),
        ({"decision-votes_yes": "3"}, "decision-votes_yes", "alle drei Stimmenzahlen"),
        ({"decision-result": "amended"}, "decision-conditions", "was geändert"),
        ({"decision-body": "x"}, "decision-body", "Gremium"),
        ({"decision-wording": "y" * 10_001}, "decision-wording", "10000 Zeichen"),
    ],
)
def test_a_mistake_is_named_and_nothing_is_lost(office, paper, fields, field, sentence):
    page = office.get(f"/decisions/of/{paper}")
    data = form_of(page) | FIELDS | {"decision-conditions": "", "decision-review_on": "01.06.2027"} | fields
    page = office.post(f"/decisions/of/{paper}", data=data, status=422)
    summary = page.select_one(".kf-error-summary, [data-focus]")
    assert sentence in summary.text and page.select_one("title").text.startswith("Fehler:")
    assert page.select_one(summary.select_one("a")["href"]) is not None
    assert page.select_one("[name=decision-review_on]")["value"] == "01.06.2027"
    assert state_of(office, paper) == "vorgeschlagen"


def test_the_second_tab_is_told_that_it_was_decided(office, paper):
    page = office.get(f"/decisions/of/{paper}")
    data = form_of(page) | FIELDS
    office.post(f"/decisions/of/{paper}", data=data, status=303)
    page = office.post(f"/decisions/of/{paper}", data=data, status=409)
    assert "Inzwischen" in page.select_one(".kern-alert").text
    page = office.get(f"/decisions/of/{paper}")
    assert "LG-B-2026-01" in page.select_one(".kern-alert").text and page.select_one("main form") is None


def test_a_later_decision_revokes_it(office, paper):
    with office.app.app_context():
        taken = decide(paper)
    page = office.get(f"/decisions/{taken}/change")
    data = form_of(page) | {
        "decision-how": "revoked",
        "decision-decided_on": f"{NOW:%d.%m.%Y}",
        "decision-body": "lenkungsgruppe-kim",
        "decision-wording": "",
    }
    page = office.post(f"/decisions/{taken}/change", data=data, status=422)
    assert "Wortlaut des neuen Beschlusses" in page.select_one("main").text
    office.post(f"/decisions/{taken}/change", data=data | {"decision-wording": "Aufgehoben."}, status=303)
    assert state_of(office, "TH-2026-0001") == "abgelehnt"
    page = office.get(f"/decisions/{taken}")
    assert "Durch einen späteren Beschluss aufgehoben" in page.text and "LG-B-2026-02" in page.text
    assert page.select_one("a[href$='/change']") is None
    page = office.post(f"/decisions/{taken}/change", data=data | {"decision-wording": "Noch einmal."}, status=409)
    assert "schon durch LG-B-2026-02 aufgehoben" in page.select_one(".kern-alert").text


def test_the_register_is_searched_and_filtered(office, paper):
    with office.app.app_context():
        decide(paper)
    assert len(office.get("/decisions?q=projektarbeitsgruppe").select("tbody tr")) == 1
    assert len(office.get("/decisions?year=2026&subject=einrichtung_pag").select("tbody tr")) == 1
    for nothing in ("q=%25", "q=Fahrrad", "year=2020", "subject=loesung_pag", "body=nirgends"):
        assert "Kein Beschluss passt" in office.get(f"/decisions?{nothing}").text
    for odd in ("year=x", "before=x", "before=2026-13-01_1", "q=" + "a" * 900):
        office.get(f"/decisions?{odd}")
    fragment = office.get("/decisions?q=projekt", htmx=True)
    assert fragment.select_one("#decision-list") is not None and fragment.select_one("h1") is None


def test_the_paper_shows_its_decision_and_the_way_to_enter_one(office, paper):
    page = office.get(f"/records/{paper}")
    assert page.select_one(f"#decision a[href='/decisions/of/{paper}']") is not None
    with office.app.app_context():
        taken = decide(paper)
    page = office.get(f"/records/{paper}")
    assert page.select_one(f"#decision a[href='/decisions/{taken}']") is not None
    assert page.select_one(f"#decision a[href='/decisions/of/{paper}']") is None


def test_a_proposed_paper_may_be_voted_on_by_circulation(client, office, paper):
    way = office.get(f"/records/{paper}").select_one("#decision a[href*='/circular-votes/new']")
    assert way is not None and way["href"].endswith(f"?paper={paper}")
    form = office.get(way["href"])
    assert paper in form.select_one("main").text and form.select_one("[name='vote-wording']").text.strip()
    with office.app.app_context():
        decide(paper)
    assert office.get(f"/records/{paper}").select_one("#decision a[href*='/circular-votes/new']") is None
    client.sign_in(COORDINATOR)
    assert client.get(f"/records/{paper}").select_one("a[href*='/circular-votes/new']") is None


def test_paper_and_theme_say_on_which_agenda_they_stand(office, paper):
    with office.app.app_context():
        planned_body()
        number = planned_meeting()
        with at_work(number) as (session, who, meeting):
            record = session.scalars(select(Record).where(Record.reference == paper)).one()
            offer(session, who, NOW, meeting=meeting, record=record)
            theme = linked(session, record, "theme", "theme")[0].reference
    for reference in (paper, theme):
        points = office.get(f"/records/{reference}").select(f"a[href*='/meetings/{number}/agenda#item-']")
        assert len(points) == 1 and number in points[0].text


def test_the_questions_to_the_database_do_not_grow(client, paper):
    with client.app.app_context():
        decide(paper)
    client.sign_in(COORDINATOR)
    with statements_of(client.app) as few:
        client.get("/decisions")
    with client.app.app_context():
        for _ in range(3):
            theme = gathered()
            reconstruct(theme, STEERING)
            decide(proposed(theme))
        waiting = gathered()
        reconstruct(waiting, STEERING)
        proposed(waiting)
        assert len(joined_with(waiting, "decision_paper")) == 1
        assert decision("LG-B-2026-04").title == "Termine ohne Umweg"
    with statements_of(client.app) as many:
        client.get("/decisions")
    assert len(many) <= len(few) + 1  # the paper that waits has its theme


def test_going_back_is_never_the_button_in_blue(client, paper):
    client.sign_in(COORDINATOR)
    with client.app.app_context():
        theme = gathered()
    for reference, step in ((theme, "zurueckholen"), (paper, "zurueckziehen")):
        buttons = client.get(f"/records/{reference}").select("#deeds-now a.kern-btn")
        assert any(one["href"].endswith(f"/{step}") for one in buttons)
        assert not [one for one in buttons if "kern-btn--primary" in one["class"]]


def test_a_later_decision_is_entered_once_however_often_it_is_sent(client, office, paper):
    with client.app.app_context():
        one = decide(paper)
    page = office.get(f"/decisions/{one}/change")
    fields = form_of(page) | FIELDS | {"decision-how": "amended", "decision-wording": "Die Arbeitsgruppe hat Zeit."}
    fields.pop("decision-result")
    office.post(f"/decisions/{one}/change", fields, status=303)
    page = office.post(f"/decisions/{one}/change", fields, status=409)
    assert page.select_one("[role=alert]")
