"""The pages of editions: list, one edition, the draft item by item, differences, publishing, withdrawing, lifting, settings."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import ChecklistEdition, Controller, Event, NaturalisationOffice
from kimforms.naturalisation.document import from_json
from kimforms.services.editions import reading
from kimforms.services.unit_of_work import unit_of_work

from ..support.client import CheckingClient
from ..support.databases import NOW, in_app
from ..support.naturalisation import (
    CARITAS,
    DIAKONIE,
    EBH_RSK,
    EBH_TROISDORF,
    begun,
    checklist,
    publish_where_missing,
)
from ..support.queries import statements_of

EDITIONS, SETTINGS = "/naturalisation/editions", "/naturalisation/settings"
TOMORROW = f"{NOW + timedelta(days=1):%d.%m.%Y}"


@pytest.fixture
def house(client: CheckingClient) -> CheckingClient:
    with in_app(client.app), unit_of_work() as session:
        publish_where_missing(session)
    return client


@pytest.fixture
def staff(house: CheckingClient) -> CheckingClient:
    house.sign_in(EBH_TROISDORF)
    return house


def draft_page(client: CheckingClient) -> str:
    """Begins a draft as a person does; returns its address."""
    client.submit(client.get(EDITIONS), "form[action$='/begin']")
    return client.response.headers["Location"]


def edition(client: CheckingClient, number_of: str) -> ChecklistEdition:
    with in_app(client.app):
        return db.session.get_one(ChecklistEdition, int(number_of.rsplit("/", 1)[-1]))


def published_id(client: CheckingClient, office: str) -> int:
    with in_app(client.app):
        controller = db.session.scalars(select(Controller.id).where(Controller.key == office)).one()
        return reading.current(db.session, controller, NOW.date()).id


def test_staff_changes_an_item_sees_the_difference_and_publishes(staff: CheckingClient) -> None:
    draft = draft_page(staff)
    page = staff.get(f"{draft}/items/B4")
    staff.submit(
        page, "form#item", {"item-title": "Geburtsurkunde mit Apostille", "item-evidence": "Urkunde\nApostille"}
    )
    shown = staff.get(draft)
    assert "Geburtsurkunde mit Apostille" in shown.select_one("#item-B4").text
    assert "Apostille" in staff.get(f"{draft}/differences").text
    page = staff.get(f"{draft}/publish")
    assert "Zurzeit gibt es keine offene Checkliste" in page.text
    staff.submit(
        page, "main form[action$='/publish']", {"publish-valid_from": TOMORROW}, button="button[value=publish]"
    )
    assert edition(staff, draft).state == "published"
    assert "gilt künftig" in staff.follow().text
    staff.get(f"{draft}/items/B4", status=409)
    staff.get(f"{draft}/publish", status=409)


def test_a_draft_that_says_the_same_is_not_offered_for_publishing(staff: CheckingClient) -> None:
    draft = draft_page(staff)
    page = staff.get(f"{draft}/publish")
    assert "gibt es nichts zu veröffentlichen" in page.text
    assert page.select_one("button[value=publish]") is None
    staff.submit(staff.get(f"{draft}/items/B4"), "form#item", {"item-title": "Urkunde und {sgb2_leistung}"})
    page = staff.get(f"{draft}/publish")
    assert page.select_one("button[value=publish]") is not None
    for shown in (page, staff.get(f"{draft}/differences")):
        assert "Urkunde und Grundsicherungsgeld" in shown.text, "terms stand as they are called on the day of effect"
        assert "{sgb2_leistung}" not in shown.text


def test_a_condition_is_chosen_by_selects_and_read_as_a_sentence(staff: CheckingClient) -> None:
    draft = draft_page(staff)
    page = staff.get(f"{draft}/items/B4")
    chosen = {
        "item-mode": "unless",
        "item-join": "any",
        "item-question_1": "verheiratet",
        "item-question_2": "verwitwet",
    }
    staff.submit(page, "form#item", chosen)
    item = from_json(edition(staff, draft).content).items["B4"]
    parts = [{"field": "verheiratet", "is": True}, {"field": "verwitwet", "is": True}]
    assert item.applies_when.model_dump(mode="json") == {"not": {"any": parts}}
    page = staff.get(f"{draft}/items/B4")
    assert page.select_one("input[name=item-mode][checked]")["value"] == "unless"
    staff.submit(page, "form#item", {"item-mode": "when", "item-question_1": "", "item-question_2": ""}, status=422)
    page = staff.submit(page, "form#item", {"item-mode": "when", "item-question_1": "gibt_es_nicht"}, status=422)
    assert "gibt es in diesem Entwurf nicht" in page.select_one(".kf-errors").text
    assert from_json(edition(staff, draft).content).items["B4"] == item


def test_a_nested_condition_is_shown_in_groups_and_changed(staff: CheckingClient) -> None:
    draft = draft_page(staff)
    before = from_json(edition(staff, draft).content).items["E11"].applies_when
    page = staff.get(f"{draft}/items/E11")
    assert page.select_one("input[name=item-join][checked]")["value"] == "groups"
    assert page.select_one("input[name=item-mode][value=keep]") is None
    staff.submit(page, "form#item", {"item-title": "Anderer Wortlaut"})
    assert from_json(edition(staff, draft).content).items["E11"].applies_when == before, "nobody touched it"
    page = staff.get(f"{draft}/items/E11")
    staff.submit(page, "form#item", {"item-question_6": "studium", "item-answer_6": "yes", "item-group_6": "F"})
    after = from_json(edition(staff, draft).content).items["E11"].applies_when.model_dump(mode="json")
    assert {"field": "studium", "is": True} in after["not"]["any"]
    assert len(after["not"]["any"]) == 5


def test_what_was_refused_is_shown_again(staff: CheckingClient) -> None:
    draft = draft_page(staff)
    page = staff.submit(
        staff.get(f"{draft}/items/B4"), "form#item", {"item-title": "", "item-note": "bleibt stehen"}, status=422
    )
    assert "Füllen Sie dieses Feld aus" in page.select_one(".kf-errors").text
    assert "bleibt stehen" in page.select_one("[name=item-note]").text


def test_a_stale_page_shows_both_versions_and_can_be_sent_again(staff: CheckingClient) -> None:
    draft = draft_page(staff)
    stale = staff.get(f"{draft}/items/B4")
    staff.submit(stale, "form#item", {"item-title": "Von der Kollegin"})
    page = staff.submit(stale, "form#item", {"item-title": "Von mir"}, status=409)
    assert "Von der Kollegin" in page.text
    assert page.select_one("[name=item-title]").text.strip() == "Von mir"
    staff.submit(page, "form#item")
    assert from_json(edition(staff, draft).content).items["B4"].title == "Von mir"


def test_checking_moving_adding_and_taking_out(staff: CheckingClient) -> None:
    draft = draft_page(staff)
    staff.submit(staff.get(f"{draft}/items/B4"), "form#verify", {"check-verified": "belegt"})
    assert "Naturalisation" not in staff.get(draft).select_one("#item-B4").text
    assert from_json(edition(staff, draft).content).items["B4"].verified_on == NOW.date()
    before = [one.id for one in from_json(edition(staff, draft).content).sections[1].items]
    staff.post(f"{draft}/items/{before[1]}/move", {"do": "up"})
    after = [one.id for one in from_json(edition(staff, draft).content).sections[1].items]
    assert after[:2] == [before[1], before[0]]
    values = {"item-title": "Ganz neu", "item-legal_basis": "§ 1 StAG", "item-kind": "hinweis", "item-mode": "always"}
    staff.submit(staff.get(f"{draft}/sections/B/items/new"), "form#item", values)
    assert "Ganz neu" in staff.follow().text
    staff.submit(staff.get(f"{draft}/items/B4/remove"), "main form")
    staff.get(f"{draft}/items/B4", status=404)
    staff.get(f"{draft}/sections/ZZ/items/new", status=404)


def test_sections_questions_terms_and_frame(staff: CheckingClient) -> None:
    draft = draft_page(staff)
    staff.submit(staff.get(f"{draft}/sections/new"), "main form", {"section-title": "Neuer Abschnitt"})
    page = staff.get(f"{draft}/sections/B")
    staff.submit(page, "main form", {"section-title": "Identität"})
    staff.submit(staff.get(f"{draft}/questions/new"), "main form", {"question-label": "Fährt zur See"})
    staff.get(f"{draft}/questions/faehrt_zur_see")
    staff.post(f"{draft}/questions/faehrt_zur_see/remove")
    staff.post(f"{draft}/questions/verheiratet/remove", status=409)
    page = staff.get(f"{draft}/frame")
    staff.submit(page, "main form", {"frame-adult": "viel"}, status=422)
    staff.submit(page, "main form", {"frame-adult": "300,50", "frame-note": "Neue Gebühr"})
    document = from_json(edition(staff, draft).content)
    assert (str(document.fees.adult), document.sections[-1].title) == ("300.50", "Neuer Abschnitt")
    for term in document.terms:
        page = staff.get(f"{draft}/terms/{term.id}")
        staff.submit(page, "main form", {"term-name_1": "Anders"})


def test_the_other_office_and_advisers_read_what_is_published_and_nothing_else(house: CheckingClient) -> None:
    house.sign_in(EBH_TROISDORF)
    draft = draft_page(house)
    ours = published_id(house, "troisdorf")
    for email in (EBH_RSK, CARITAS):
        other = CheckingClient(house.app)
        other.sign_in(email)
        page = other.get(f"{EDITIONS}/{ours}")
        assert "nur für Mitarbeitende" not in page.text
        assert "Zurückziehen" not in page.text
        other.get(draft, status=404)
        other.get(f"{draft}.pdf", status=404)
        for rest in ("/publish", "/withdraw", "/discard", "/frame", "/items/B4", "/items/B4/remove", "/sections/new"):
            other.get(f"{draft}{rest}", status=404 if email == EBH_RSK else 403)
        other.post(f"{EDITIONS}/{ours}/withdraw", {"withdraw-reason": "weil"}, status=403)
    with in_app(house.app):
        controller = db.session.scalars(select(Controller.id).where(Controller.key == "troisdorf")).one()
    other.post(f"{EDITIONS}/begin", {"office": str(controller)}, status=403)
    county = CheckingClient(house.app)
    county.sign_in(EBH_RSK)
    county.post(f"{EDITIONS}/begin", {"office": str(controller)}, status=403)
    for office in ("", "x", "99999999999"):
        county.post(f"{EDITIONS}/begin", {"office": office}, status=404)


def test_an_edition_is_a_pdf(staff: CheckingClient) -> None:
    staff.get(f"{EDITIONS}/{published_id(staff, 'troisdorf')}.pdf")
    assert staff.response.mimetype == "application/pdf"
    assert staff.response.data.startswith(b"%PDF")


def test_the_list_sends_as_many_statements_whatever_it_shows(staff: CheckingClient) -> None:
    staff.get(EDITIONS)
    with statements_of(staff.app) as before:
        staff.get(EDITIONS)
    draft = draft_page(staff)
    staff.submit(staff.get(f"{draft}/items/B4"), "form#item", {"item-title": "Anders"})
    staff.get(EDITIONS)
    with statements_of(staff.app) as after:
        staff.get(EDITIONS)
    assert len(after) == len(before)


def publish_change(client: CheckingClient) -> str:
    draft = draft_page(client)
    client.submit(client.get(f"{draft}/items/B4"), "form#item", {"item-title": "Anders"})
    page = client.get(f"{draft}/publish")
    client.submit(page, "main form[action$='/publish']", button="button[value=publish]")
    return draft


def test_an_open_checklist_is_lifted_with_a_preview_alone_and_in_bulk(house: CheckingClient) -> None:
    with in_app(house.app):
        first, second = begun(CARITAS), begun(CARITAS)
        foreign = begun(DIAKONIE)
    office = CheckingClient(house.app)
    office.sign_in(EBH_TROISDORF)
    draft = publish_change(office)
    house.sign_in(CARITAS)
    page = house.get(f"/checklists/{first}/lift")
    assert "Punkt B4 hat sich zum" in page.text
    house.submit(page, "main form.kf-confirm")
    assert "Es gibt nichts zu heben" in house.follow().text
    page = house.get("/checklists/lift")
    assert [one["value"] for one in page.select("input[name=chosen]")] == [second]
    house.get(f"/checklists/{foreign}/lift", status=404)
    house.get(f"/checklists/{first}/lift?to=999", status=404)
    page = house.submit(page, "form#lift", {"chosen": [second, foreign, "EB-2026-9999"]}, status=200)
    assert len(page.select("#outcome li")) == 3
    with in_app(house.app):
        assert {checklist(one).edition_id for one in (first, second)} == {edition(house, draft).id}
        assert checklist(foreign).edition_id != edition(house, draft).id
    page = office.get(f"{draft}/withdraw")
    assert "2 offene Checklisten von 1 Beratungsdiensten" in page.text
    office.submit(page, "main form[action$='/withdraw']", {"withdraw-reason": ""}, status=422)
    office.submit(page, "main form[action$='/withdraw']", {"withdraw-reason": "Fehler in B4"})
    assert "Fehler in B4" in office.follow().text


def test_the_draft_is_discarded(staff: CheckingClient) -> None:
    draft = draft_page(staff)
    staff.submit(staff.get(f"{draft}/discard"), "main form.kf-confirm")
    staff.get(draft, status=404)


def test_settings_need_the_approval_of_data_protection_for_the_campaign(staff: CheckingClient) -> None:
    page = staff.get(SETTINGS)
    refused = staff.submit(page, "main form[action$='settings']", {"office-campaign_on": "y"}, status=422)
    assert "wer im Datenschutz" in refused.select_one(".kf-errors").text
    values = {
        "office-campaign_on": "y", "office-self_check_on": "y", "office-campaign_approval": "Datenschutz der Stadt",
        "office-campaign_approved_on": "20.11.2026", "office-contact_email": "einbuergerung@troisdorf.example",
    }  # fmt: skip
    staff.submit(page, "main form[action$='settings']", values)
    with in_app(staff.app):
        [office] = db.session.scalars(select(NaturalisationOffice).where(NaturalisationOffice.campaign_on)).all()
        assert office.self_check_on
        assert office.contact == {"email": "einbuergerung@troisdorf.example"}
        assert db.session.scalars(select(Event.tag).order_by(Event.seq)).all()[-1] == "naturalisation:settings"
    staff.submit(page, "main form[action$='settings']", {"office-run_days": "9"}, status=409)
    for name, wrong in (("run_days", "31"), ("retention_months", "x"), ("online_url", "javascript:alert(1)")):
        staff.submit(staff.get(SETTINGS), "main form[action$='settings']", {f"office-{name}": wrong}, status=422)
    county = CheckingClient(staff.app)
    county.sign_in(EBH_RSK)
    assert county.get(SETTINGS).select_one("[name=office-campaign_on]").get("checked") is None
