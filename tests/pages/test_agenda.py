"""The agenda on pages: made by the office, approved by the managing director, read by members, with and without htmx."""

from __future__ import annotations

import io
from typing import Any

import pytest
from sqlalchemy import select

from kimforms.models import AgendaItem, AgendaPaper
from kimforms.services.queries.agenda import agenda_of

from ..support import meetings
from ..support.client import CheckingClient
from ..support.databases import NOW, in_app
from ..support.meetings import MANAGER, MEMBER, at_work
from ..support.queries import statements_of
from ..support.records import OFFICE, theme

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def office(client: CheckingClient) -> CheckingClient:
    with in_app(client.app):
        meetings.body()
        meetings.meeting()
    client.sign_in(OFFICE)
    return client


AGENDA = "/meetings/PG-2027-01/agenda"


def item(client: CheckingClient, number: int) -> int:
    with in_app(client.app), at_work("PG-2027-01") as (session, _actor, meeting):
        return agenda_of(session, meeting)[number - 1][1].id


def read(client: CheckingClient, link: Any) -> tuple[int, bytes]:
    """A paper as it comes, and the file closed again."""
    with client.http.get(str(link["href"])) as answer:
        return answer.status_code, answer.data


def titles(page: Any) -> list[str]:
    return [" ".join(one.text.split()) for one in page.select(".kf-agenda__item h3")]


def dispatched(client: CheckingClient) -> None:
    with in_app(client.app), at_work("PG-2027-01") as (_session, _actor, meeting):
        meeting.record.state, meeting.dispatched_at = "eingeladen", NOW


def test_a_point_is_added_changed_and_removed(office: CheckingClient) -> None:
    page = office.get(f"{AGENDA}/items/new")
    office.submit(page, "main form.kf-form", {"item-title": "", "item-motion": "Ja, so."}, status=422)
    office.submit(page, "main form.kf-form", {"item-title": "Haushalt", "item-minutes": "zehn"}, status=422)
    office.submit(page, "main form.kf-form", {"item-title": "Haushalt", "item-minutes": "20", "item-kind": "decision"})
    assert titles(office.follow())[-1] == "TOP 4 Haushalt"
    place = f"{AGENDA}/items/{item(office, 4)}"
    office.submit(office.get(place), "main form.kf-form", {"item-title": "Haushalt 2028"})
    assert titles(office.follow())[-1] == "TOP 4 Haushalt 2028"
    office.submit(office.get(f"{place}/remove"), "main form.kf-confirm")
    assert len(titles(office.follow())) == 3


def test_a_sub_point_is_added_below_another(office: CheckingClient) -> None:
    page = office.get(f"{AGENDA}/items/new")
    office.submit(page, "main form.kf-form", {"item-title": "Teil", "item-parent": str(item(office, 1))})
    assert titles(office.follow())[:2] == ["TOP 1 Punkt 1", "TOP 1.1 Teil"]
    office.submit(page, "main form.kf-form", {"item-title": "Teil", "item-parent": "999999"}, status=404)


@pytest.mark.parametrize("htmx", [False, True])
def test_points_move_by_buttons_and_the_focus_stays(office: CheckingClient, htmx: bool) -> None:
    number = item(office, 3)
    page = office.get(AGENDA)
    answer = office.submit(
        page, f"form[action$='/items/{number}/move']", button="button[value=up]", htmx=htmx, status=200 if htmx else 303
    )
    if htmx:
        assert answer.select_one("[data-focus]")["id"] == f"item-{number}-up"  # type: ignore[index]
        assert answer.select_one("h1") is None
    else:
        assert office.response is not None
        assert office.response.headers["Location"].endswith(f"#item-{number}")
        answer = office.follow()
    assert titles(answer) == ["TOP 1 Punkt 1", "TOP 2 Punkt 3", "TOP 3 Punkt 2"]


def test_another_page_was_quicker(office: CheckingClient) -> None:
    place = f"{AGENDA}/items/{item(office, 1)}"
    page = office.get(place)
    office.submit(office.get(place), "main form.kf-form", {"item-title": "Neu"})
    page = office.submit(page, "main form.kf-form", {"item-title": "Mein langer Titel"}, status=409)
    assert page.select_one("#item-title")["value"] == "Mein langer Titel"  # type: ignore[index]
    assert "Inzwischen hat jemand anderes" in page.text


def test_a_budget_that_is_exceeded_is_said(office: CheckingClient) -> None:
    page = office.get(f"{AGENDA}/items/new")
    office.submit(page, "main form.kf-form", {"item-title": "Lang", "item-minutes": "150"})
    assert "Das sind 30 Minuten mehr, als die Sitzung dauert." in office.follow().text


def test_a_paper_is_added_read_and_taken_off(office: CheckingClient) -> None:
    number = item(office, 1)
    page = office.get(f"{AGENDA}/items/{number}/papers")
    office.submit(page, "main form.kf-form", {}, status=422)
    office.submit(page, "main form.kf-form", {"paper-file": (io.BytesIO(b"MZ\x00"), "x.pdf")}, status=422)
    office.submit(
        page, "main form.kf-form", {"paper-file": (io.BytesIO(PDF), "Zahlen.pdf"), "paper-title": "Zahlen 2026"}
    )
    link = office.follow().select_one("#papers a[href*='/papers/']")
    assert link is not None
    assert link.text.strip() == "Zahlen 2026"
    assert read(office, link) == (200, PDF)
    member = CheckingClient(office.app)
    member.sign_in(MEMBER)
    assert read(member, link)[0] == 404
    dispatched(office)
    assert read(member, link) == (200, PDF)
    with in_app(office.app), at_work("PG-2027-01") as (session, _actor, _meeting):
        held = session.get_one(AgendaItem, number)
        held.confidential = True
        paper = session.scalars(select(AgendaPaper)).one().id
    assert read(member, link)[0] == 200  # members of the body see what guests do not
    office.submit(office.get(f"{AGENDA}/items/{number}"), f"form[action$='/papers/{paper}/remove']")
    assert "Noch keine Unterlage" in office.follow().text


def test_a_theme_is_put_on_by_one_click_and_printed_for_members(office: CheckingClient) -> None:
    with in_app(office.app):
        name = theme("Wartezeiten")
    page = office.get(AGENDA)
    form = next(one for one in page.select("#offers form") if name in one.parent.text)  # type: ignore[union-attr]
    values = {str(one["name"]): str(one["value"]) for one in form.select("input")}
    assert office.http.post(f"{AGENDA}/offers", data=values).status_code == 303
    page = office.get(AGENDA)
    assert titles(page)[-1] == "TOP 4 Wartezeiten"
    assert page.select_one("#offers") is None
    assert office.http.post(f"{AGENDA}/offers", data=values).status_code == 303
    assert "steht schon auf der Tagesordnung" in office.get(AGENDA).text
    dispatched(office)
    member = CheckingClient(office.app)
    member.sign_in(MEMBER)
    link = member.get(AGENDA).select_one(".kf-agenda a[href*='/papers/']")
    assert link is not None
    assert read(member, link)[1].startswith(b"%PDF")


def test_approval_through_the_pages(office: CheckingClient) -> None:
    page = office.get(AGENDA)
    assert page.select_one("form[action$='/approve']") is None
    office.submit(page, "form[action$='/ask-approval']")
    manager = CheckingClient(office.app)
    manager.sign_in(MANAGER)
    page = manager.get(AGENDA)
    answer = manager.submit(page, "form[action$='/return']", {"comment": ""}, status=422)
    assert "Schreiben Sie, was zu ändern ist." in answer.text
    manager.submit(page, "form[action$='/return']", {"comment": "Bitte Punkt 2 streichen"})
    page = manager.get(AGENDA)
    manager.submit(page, "form[action$='/approve']")
    assert "Die Tagesordnung ist freigegeben" in manager.follow().text
    manager.submit(page, "form[action$='/approve']", status=409)
    office.submit(office.get(f"{AGENDA}/items/new"), "main form.kf-form", {"item-title": "Noch etwas"})
    assert "Die Tagesordnung ist freigegeben" not in office.follow().text


def test_a_member_proposes_and_the_office_answers(office: CheckingClient) -> None:
    dispatched(office)
    member = CheckingClient(office.app)
    member.sign_in(MEMBER)
    page = member.get(AGENDA)
    assert page.select_one(f"a[href='{AGENDA}/items/new']") is None
    member.submit(page, "form[action$='/proposals']", {"proposal-title": "", "proposal-text": "Weil"}, status=422)
    for title in ("Öffnungszeiten", "Dolmetschen"):
        member.submit(page, "form[action$='/proposals']", {"proposal-title": title})
    assert "wartet auf Antwort" in member.follow().text
    page = office.get(AGENDA)
    assert "rechtzeitig" in page.select_one("#proposals").text  # type: ignore[union-attr]
    office.submit(page, "#proposals form[action$='/take']")
    refuse = office.get(str(page.select("#proposals a[href$='/refuse']")[1]["href"]))
    office.submit(refuse, "main form.kf-form", {"why-answer": ""}, status=422)
    office.submit(refuse, "main form.kf-form", {"why-answer": "Gehört in die Arbeitsgruppe."})
    page = member.get(AGENDA)
    assert "Gehört in die Arbeitsgruppe." in page.text
    assert titles(page)[-1] == "TOP 4 Öffnungszeiten"
    member.http.post(f"{AGENDA}/items/{item(office, 1)}/move", data={"way": "up"})
    assert titles(member.get(AGENDA))[0] == "TOP 1 Punkt 1"


def test_points_of_another_meeting_are_not_found(office: CheckingClient) -> None:
    with in_app(office.app):
        meetings.body("working", "werkstatt")
        other = meetings.meeting("werkstatt")
    number = item(office, 1)
    for path in (f"/items/{number}", f"/items/{number}/remove", f"/items/{number}/papers", "/papers/1"):
        office.get(f"/meetings/{other}/agenda{path}", status=404)


def test_an_agenda_takes_the_same_number_of_statements(office: CheckingClient) -> None:
    def count() -> int:
        with statements_of(office.app) as sent:
            office.get(AGENDA)
        return len(sent)

    count()
    few = count()
    with in_app(office.app), at_work("PG-2027-01") as (session, _actor, meeting):
        for number in range(10):
            session.add(AgendaItem(meeting=meeting, position=number + 5, title=f"Mehr {number}"))
    assert count() == few
