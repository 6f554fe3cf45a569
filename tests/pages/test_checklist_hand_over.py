"""Questions, sharing, hand-over, return and erasure as pages, for the service and for the office."""

from __future__ import annotations

import json

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import ChecklistLook, ChecklistMessage, ChecklistShare, HandOver
from kimforms.services.checklists import ending
from kimforms.services.naturalisation_office import settings_of
from kimforms.services.unit_of_work import unit_of_work

from ..services.test_checklists_hand_over import WHY, handed, made_ready, reported, returned
from ..services.test_checklists_sharing import QUESTION, answered, asked
from ..support.client import CheckingClient
from ..support.databases import NOW, in_app
from ..support.naturalisation import CARITAS, DIAKONIE, EBH_RSK, EBH_TROISDORF, at_checklist, begun
from ..support.queries import statements_of

MESSAGE = "form[action$='/questions']"
ANSWER = "form[action$='/answers']"


def inside(client, function, *args, **options):
    with in_app(client.app):
        return function(*args, **options)


def signed_in(client, email):
    other = CheckingClient(client.app)
    other.sign_in(email)
    return other


def rows_of(client, model):
    with in_app(client.app):
        return db.session.scalars(select(model)).all()


@pytest.fixture
def reference(client):
    found = inside(client, begun, pseudonym="Ahorn 12", verheiratet=True)
    client.sign_in(CARITAS)
    return found


def test_a_question_and_its_answer_go_back_and_forth(client, reference):
    office = signed_in(client, EBH_TROISDORF)
    place = f"/checklists/{reference}/questions"
    office.get(place, 404)
    page = client.get(f"{place}?item=B4")
    assert page.select_one("#message-item option[selected]")["value"] == "B4"
    client.submit(page, MESSAGE, {"message-text": QUESTION})
    listed = office.get("/checklists").select_one("#office-list-rows")
    assert "Frage offen" in listed.text and "B4" in listed.text
    page = office.get(place)
    assert QUESTION in page.text and "wartet auf Antwort" in page.text
    office.submit(page, ANSWER, {"message-text": "Ja, sie genügt.", "message-item": "B4"})
    page = client.get(place)
    assert "Ja, sie genügt." in page.text and "beantwortet" in page.text
    assert "Frage offen" not in office.get("/checklists").text


def test_the_service_sees_every_look_of_the_office(client, reference):
    inside(client, asked, reference)
    office = signed_in(client, EBH_TROISDORF)
    assert "Noch niemand." in client.get(f"/checklists/{reference}/questions").text
    for path in ("", "/questions"):
        office.get(f"/checklists/{reference}{path}")
    client.get(f"/checklists/{reference}/questions")
    assert [one.what for one in rows_of(client, ChecklistLook)] == ["item", "item"]
    page = client.get(f"/checklists/{reference}/questions")
    assert len(page.select("#looks li")) == 2
    assert office.get(f"/checklists/{reference}/questions").select_one("#looks") is None


def test_one_item_shared_shows_no_other_in_any_form(client, reference):
    inside(client, made_ready, reference)
    inside(client, handed, reference)
    inside(client, returned, reference)  # the office lost the whole again
    inside(client, asked, reference, item="B4")
    office = signed_in(client, EBH_TROISDORF)
    page = office.get(f"/checklists/{reference}")
    assert [one["id"] for one in page.select("main h3")] == ["item-B4"]
    assert "bereit" not in page.select_one(".kern-preline").text
    chosen = [one["value"] for one in office.get(f"/checklists/{reference}/questions").select("#message-item option")]
    assert chosen == ["", "B4"]
    for path in ("/hand-over", "/hand-over/return", "/hand-over/1/sheet.pdf", "/hand-over/1/data.json"):
        office.get(f"/checklists/{reference}{path}", 404)
    forged = {"message-item": "B1", "message-text": "Und der Pass?"}
    office.post(f"/checklists/{reference}/answers", forged, 404)
    office.post(f"/checklists/{reference}/answers", {"message-item": "whole", "message-text": "Alles?"}, 404)


def test_after_the_end_every_link_of_the_office_leads_nowhere(client, reference):
    inside(client, asked, reference)
    office = signed_in(client, EBH_TROISDORF)
    office.get(f"/checklists/{reference}")
    client.submit(client.get(f"/checklists/{reference}/questions"), "form[action$='/end']")
    for path in ("", "/questions", "/hand-over"):
        office.get(f"/checklists/{reference}{path}", 404)
    office.post(f"/checklists/{reference}/answers", {"message-text": "Ja.", "message-item": "B4"}, 404)
    assert reference not in office.get("/checklists").text


@pytest.mark.parametrize("email", [DIAKONIE, EBH_RSK])
def test_other_services_and_offices_find_nothing(client, reference, email):
    inside(client, asked, reference)
    inside(client, handed, reference, reason=WHY)
    stranger = signed_in(client, email)
    before = len(rows_of(client, ChecklistLook))
    for path in ("", "/questions", "/hand-over", "/hand-over/1/sheet.pdf", "/hand-over/1/data.json"):
        stranger.get(f"/checklists/{reference}{path}", 404)
    posts = ("/questions", "/share", "/share/1/end", "/hand-over", "/erase", "/keep") if email == DIAKONIE else (
        "/answers", "/hand-over/milestones", "/hand-over/return")  # fmt: skip
    for path in posts:
        stranger.post(f"/checklists/{reference}{path}", {"message-text": "x", "milestone-kind": "received"}, 404)
    assert reference not in stranger.get("/checklists").text
    assert len(rows_of(client, ChecklistLook)) == before


def test_what_is_doubtful_is_asked_about_and_nothing_is_lost(client, reference):
    page = client.get(f"/checklists/{reference}/questions")
    text = "Herr Yilmaz hat keine Urkunde."
    page = client.submit(page, MESSAGE, {"message-text": text, "message-item": "B4"}, status=422)
    assert "Herr Yilmaz" in page.select_one(".kf-errors").text
    assert page.select_one("#message-text").text.strip() == text
    client.submit(page, MESSAGE, {"message-insist": "y"})
    assert [one.text for one in rows_of(client, ChecklistMessage)] == [text]


@pytest.mark.parametrize(("item", "status"), [("F6", 422), ("I2", 422), ("Z9", 404), ("B4' OR 1=1", 404)])
def test_forged_items_open_nothing(client, reference, item, status):
    client.post(f"/checklists/{reference}/questions", {"message-item": item, "message-text": "Und?"}, status)
    assert rows_of(client, ChecklistShare) == []


def test_an_incomplete_one_is_handed_over_with_a_reason(client, reference):
    page = client.get(f"/checklists/{reference}/hand-over")
    assert "Empfehlung" in page.select_one("#ready").text
    assert page.select("#ready li")
    page = client.submit(page, "#send form", {"hand-over-reason": ""}, status=422)
    assert page.select_one(".kf-errors a")["href"] == "#hand-over-reason"
    client.submit(page, "#send form", {"hand-over-reason": WHY})
    page = client.get(f"/checklists/{reference}/hand-over")
    assert page.select_one("#send") is None
    assert "liegt schon bei der Einbürgerungsbehörde" in page.text
    client.post(f"/checklists/{reference}/hand-over", {"hand-over-reason": "Noch einmal"}, 303)  # the double click
    assert len(rows_of(client, HandOver)) == 1


def test_a_complete_one_goes_without_a_reason_and_its_papers_come_out(client, reference):
    inside(client, made_ready, reference)
    page = client.get(f"/checklists/{reference}/hand-over")
    assert page.select_one("#hand-over-reason") is None
    client.submit(page, "#send form")
    client.get(f"/checklists/{reference}/hand-over/1/data.json")
    said = json.loads(client.response.data)
    assert said["pseudonym"] == "Ahorn 12"
    assert f"Verweis-{reference}-1.json" in client.response.headers["Content-Disposition"]
    content = client.response.data
    client.get(f"/checklists/{reference}/hand-over/1/sheet.pdf")
    assert client.response.mimetype == "application/pdf"
    import io  # noqa: PLC0415

    reader = PdfReader(io.BytesIO(client.response.data))
    assert reader.attachments["verweis.json"] == [content]
    text = "".join(one.extract_text() for one in reader.pages)
    assert "Ahorn 12" in text and "Liste der Unterlagen" in text
    assert "ausgelassen" in text or "nicht gespeichert" in text
    client.get(f"/checklists/{reference}/hand-over/2/sheet.pdf", 404)


def test_the_office_confirms_reports_and_returns(client, reference):
    inside(client, handed, reference, reason=WHY)
    office = signed_in(client, EBH_TROISDORF)
    assert "Eingang bestätigen" in office.get("/checklists").select_one("#office-list-rows").text
    page = office.get(f"/checklists/{reference}/hand-over")
    office.submit(page, "#report form", {"milestone-kind": "received"})
    page = office.submit(
        office.get(f"/checklists/{reference}/hand-over"), "#report form",
        {"milestone-kind": "examining", "milestone-on": "31.02.2026"}, status=422,
    )  # fmt: skip
    assert page.select_one(".kf-errors a")["href"] == "#milestone-on"
    page = office.get(f"/checklists/{reference}/hand-over/return")
    assert not {"return-gap_F6", "return-gap_I1"} & {one.get("name") for one in page.select("input")}
    values = {"return-reason": "unterlagen_fehlen", "return-gap_B4": "Die Übersetzung fehlt."}
    page = office.submit(page, "main form", {"return-reason": "unterlagen_fehlen"}, status=422)
    office.submit(page, "main form", values)
    office.get(f"/checklists/{reference}", 404)
    page = client.get(f"/checklists/{reference}/hand-over")
    gaps = page.select_one(".kern-alert--warning").text
    assert "B4: Die Übersetzung fehlt." in gaps and "noch offen" in gaps
    assert page.select_one("#send") is not None


def test_after_the_decision_the_office_comes_back_to_its_list(client, reference):
    inside(client, handed, reference, reason=WHY)
    inside(client, reported, reference, "received", now=NOW)
    office = signed_in(client, EBH_TROISDORF)
    office.submit(office.get(f"/checklists/{reference}/hand-over"), "#report form", {"milestone-kind": "decided"})
    page = office.follow()
    assert reference not in page.select_one("main").text
    assert "entschieden" in client.get(f"/checklists/{reference}/hand-over").text


def test_the_online_application_is_linked_where_the_office_set_it(client, reference):
    address = "https://antrag.land.example/einbuergerung"

    def link():
        with at_checklist(reference) as (session, _, found):
            office = settings_of(session, found.record.controller_id, NOW)
            office.online_url = address
            session.add(office)

    assert client.get(f"/checklists/{reference}/hand-over").select_one(f"a[href='{address}']") is None
    inside(client, link)
    assert client.get(f"/checklists/{reference}/hand-over").select_one(f"a[href='{address}']") is not None


def test_the_service_erases_at_once(client, reference):
    inside(client, asked, reference)
    page = client.get(f"/checklists/{reference}/hand-over")
    page = client.get(page.select_one("#end a")["href"])
    client.submit(page, "main form[action$='/erase']")
    assert "gelöscht" in client.follow().text
    client.get(f"/checklists/{reference}", 404)
    assert rows_of(client, ChecklistMessage) == []


def test_a_notice_stands_on_the_page_and_one_click_keeps(client, reference):
    def told():
        with at_checklist(reference) as (_, __, found):
            found.ends_on = NOW.date()
        ending.run(unit_of_work, NOW)

    inside(client, told)
    page = client.get(f"/checklists/{reference}/hand-over")
    assert "endet bald" in page.text
    client.submit(page, "form[action$='/keep']")
    assert "endet bald" not in client.get(f"/checklists/{reference}/hand-over").text


def test_the_list_of_the_office_puts_questions_first_then_hand_overs(client):
    looked = inside(client, begun)
    with in_app(client.app):
        from kimforms.services.checklists import sharing  # noqa: PLC0415

        with at_checklist(looked) as (session, who, found):
            sharing.share(session, who, NOW, found, scope="whole")
    sent = inside(client, begun)
    inside(client, handed, sent, reason=WHY)
    answered_one = inside(client, begun)
    inside(client, asked, answered_one)
    inside(client, answered, answered_one)
    open_one = inside(client, begun, DIAKONIE)
    inside(client, asked, open_one, by=DIAKONIE)
    client.sign_in(EBH_TROISDORF)
    found = [row.select_one("a").text.split()[0] for row in client.get("/checklists").select("#office-list-rows tr")]
    assert found[:2] == [open_one, sent]
    assert set(found[2:]) == {looked, answered_one}


def test_the_number_of_queries_does_not_grow(client):
    client.sign_in(EBH_TROISDORF)
    reference = inside(client, begun)
    inside(client, asked, reference)
    client.get("/checklists")
    with statements_of(client.app) as first:
        client.get("/checklists")
    for number in range(4):
        more = inside(client, begun)
        inside(client, asked, more)
        inside(client, asked, reference, text=f"Frage {number}")
    with statements_of(client.app) as second:
        client.get("/checklists")
    assert len(second) == len(first)


def test_nothing_is_opened_unless_it_was_chosen(client, reference):
    page = client.get(f"/checklists/{reference}/questions")
    assert (
        page.select_one("#message-item option[selected]") is None
        or not page.select_one("#message-item option[selected]")["value"]
    )
    page = client.submit(page, MESSAGE, {"message-text": "Passt das?"}, status=422)
    assert page.select_one(".kf-errors a")["href"] == "#message-item"
    assert rows_of(client, ChecklistShare) == []
    client.submit(page, MESSAGE, {"message-item": "whole"})
    assert [one.scope for one in rows_of(client, ChecklistShare)] == ["whole"]


@pytest.mark.parametrize("path", ["/questions", "/hand-over", "/erase"])
def test_pages_speak_english_too(client, reference, path):
    inside(client, asked, reference)
    page = client.get(f"/checklists/{reference}{path}?lang=en")
    assert page.select_one("html")["lang"] == "en"


def test_refusals_speak_english_too(client, reference):
    page = client.get(f"/checklists/{reference}/hand-over?lang=en")
    page = client.submit(page, "#send form", {"hand-over-reason": ""}, status=422)
    assert page.select_one(".kf-errors a").text == "Give the reason why you hand over already."
