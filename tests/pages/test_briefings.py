"""Pages of briefings: planning and inviting by staff, registering by advisers, attendance, certificates, coverage."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kimforms.services.advice import briefing_places
from kimforms.services.unit_of_work import unit_of_work

from ..support.briefings import at_briefing, planned, told
from ..support.client import CheckingClient
from ..support.databases import NOW, in_app
from ..support.naturalisation import CARITAS, DIAKONIE, EBH_RSK, EBH_TROISDORF, begun, publish_where_missing
from ..support.queries import statements_of
from ..support.records import COORDINATOR

TYPED = {
    "briefing-title": "Neue Fassung im Überblick", "briefing-day": "07.12.2026", "briefing-begins": "10:00",
    "briefing-ends": "12:00", "briefing-place": "Rathaus", "briefing-capacity": "1",
}  # fmt: skip


@pytest.fixture
def staff(client: CheckingClient) -> CheckingClient:
    with in_app(client.app):
        with unit_of_work() as session:
            publish_where_missing(session)
        begun(CARITAS)
        begun(DIAKONIE)
    client.sign_in(EBH_TROISDORF)
    return client


def other(client: CheckingClient, email: str) -> CheckingClient:
    someone = CheckingClient(client.app)
    someone.sign_in(email)
    return someone


def text(page: Any, selector: str = "main") -> str:
    return " ".join(page.select_one(selector).get_text(" ", strip=True).split())


def held(client: CheckingClient) -> tuple[int, int, int]:
    """A briefing that began two hours ago at which Caritas was there and Diakonie was not, with both places."""
    with in_app(client.app):
        briefing_id, ids = planned(), []
        for email in (CARITAS, DIAKONIE):
            with at_briefing(briefing_id, email) as (session, person, briefing):
                ids.append(briefing_places.register(session, person, NOW, briefing).id)
        with at_briefing(briefing_id, EBH_TROISDORF) as (session, person, briefing):
            briefing.starts_at, briefing.ends_at = NOW - timedelta(hours=2), NOW - timedelta(hours=1)
            briefing_places.record_attendance(session, person, NOW, briefing, ids[:1], row_version=None)
    return briefing_id, ids[0], ids[1]


def test_from_planning_to_a_full_session(staff: CheckingClient) -> None:
    staff.submit(staff.get("/briefings/new"), "main form", TYPED)
    page = staff.follow()
    assert "Neue Fassung im Überblick" in text(page, "h1")
    assert "Es ist noch niemand eingeladen" in text(page)
    place = str(staff.response.request.path)  # type: ignore[union-attr]
    staff.submit(page, "form[action$='/invite']")
    assert "Zuletzt eingeladen am 23.11.2026" in text(staff.follow())
    caritas, diakonie = other(staff, CARITAS), other(staff, DIAKONIE)
    caritas.submit(caritas.get(place), "form[action$='/register']")
    assert "Sie sind angemeldet" in text(caritas.follow())
    page = diakonie.get(place)
    assert "Auf die Warteliste setzen" in text(page)
    diakonie.submit(page, "form[action$='/register']")
    page = diakonie.follow()
    assert "auf der Warteliste an Stelle 1" in text(page)
    assert CARITAS not in text(page), "advisers do not read who else comes"
    assert "Warteliste" in text(diakonie.get("/briefings"), "#coming tbody td:last-child")
    assert "angemeldet" in text(caritas.get("/briefings"), "#coming tbody td:last-child")
    page = staff.get(place)
    assert [title.get_text(strip=True) for title in page.select("main section h2")] == [
        "Angemeldet (1)",
        "Warteliste (1)",
    ]
    caritas.submit(caritas.get(place), "form[action$='/give-up']")
    assert "Sie sind angemeldet" in text(diakonie.get(place))
    with in_app(staff.app):
        assert [to for kind, to, _text in told("briefing.moved-up")] == [DIAKONIE]


def test_what_was_typed_stays_after_a_refusal(staff: CheckingClient) -> None:
    page = staff.submit(
        staff.get("/briefings/new"), "main form",
        TYPED | {"briefing-day": "31.02.2027", "briefing-begins": "25:00", "briefing-place": "", "briefing-capacity": "x"}, 422,
    )  # fmt: skip
    assert "Fehler:" in page.title.get_text()
    shown = page.select_one("input[name=briefing-day]")
    assert shown["value"] == "31.02.2027"
    assert {link["href"] for link in page.select(".kf-errors a")} == {"#briefing-day", "#briefing-begins"}
    page = staff.submit(staff.get("/briefings/new"), "main form", TYPED | {"briefing-capacity": "x"}, 422)
    assert [link["href"] for link in page.select(".kf-errors a")] == ["#briefing-capacity"]
    english = staff.submit(staff.get("/briefings/new?lang=en"), "main form", TYPED | {"briefing-place": ""}, 422)
    assert "Enter a place or the address" in text(english)


def test_a_change_after_somebody_elses_is_not_lost_silently(staff: CheckingClient) -> None:
    with in_app(staff.app):
        briefing_id = planned()
    first, second = staff.get(f"/briefings/{briefing_id}/edit"), staff.get(f"/briefings/{briefing_id}/edit")
    staff.submit(first, "main form", {"briefing-place": "Rathaus, Raum 1"})
    page = staff.submit(second, "main form", {"briefing-place": "Rathaus, Raum 2"}, 409)
    assert "Inzwischen hat jemand anderes" in text(page)
    assert page.select_one("input[name=briefing-place]")["value"] == "Rathaus, Raum 2"


def test_calling_off_wants_a_reason(staff: CheckingClient) -> None:
    with in_app(staff.app):
        briefing_id = planned()
    page = staff.get(f"/briefings/{briefing_id}/cancel")
    staff.submit(page, "main form", {"cancel-reason": " "}, 422)
    staff.submit(page, "main form", {"cancel-reason": "Krankheit"})
    assert "abgesagt" in text(staff.follow())
    staff.submit(page, "main form", {"cancel-reason": "Krankheit"}, 409)
    staff.post(f"/briefings/{briefing_id}/invite", status=409)


def test_people_without_account_attendance_and_the_certificate(staff: CheckingClient) -> None:
    briefing_id, mine, theirs = held(staff)
    staff.submit(staff.get(f"/briefings/{briefing_id}/people"), "main form",
                 {"person-name": "Mara Lind", "person-organisation": "Offene Tür"})  # fmt: skip
    page = staff.get(f"/briefings/{briefing_id}/attendance")
    boxes = {box["value"]: box.has_attr("checked") for box in page.select("input[name=attended]")}
    assert list(boxes.values()) == [True, False, False]
    staff.submit(page, "main form", {"attended": list(boxes)})
    assert len(staff.follow().select("a[href$='certificate.pdf']")) == 3
    staff.submit(page, "main form", {"attended": []}, 409)
    answer = staff.http.get(f"/briefings/{briefing_id}/places/{theirs}/certificate.pdf")
    assert (answer.status_code, answer.data[:5]) == (200, b"%PDF-")
    assert f"SB-2026-{briefing_id:04d}-{theirs:04d}.pdf" in answer.headers["Content-Disposition"]
    assert mine != theirs


def test_advisers_download_their_own_certificate_only(staff: CheckingClient) -> None:
    briefing_id, mine, theirs = held(staff)
    caritas, diakonie, county = (other(staff, email) for email in (CARITAS, DIAKONIE, EBH_RSK))
    assert "nicht dabei" in text(diakonie.get("/briefings"), "#past tbody")
    (link,) = caritas.get(f"/briefings/{briefing_id}").select("a[href$='certificate.pdf']")
    assert caritas.http.get(link["href"]).data[:5] == b"%PDF-"
    caritas.get(f"/briefings/{briefing_id}/places/{theirs}/certificate.pdf", status=404)
    for place in (mine, theirs):
        diakonie.get(f"/briefings/{briefing_id}/places/{place}/certificate.pdf", status=404)
        county.get(f"/briefings/{briefing_id}/places/{place}/certificate.pdf", status=404)


def test_the_other_office_sees_and_changes_nothing(staff: CheckingClient) -> None:
    briefing_id, mine, _theirs = held(staff)
    county = other(staff, EBH_RSK)
    assert county.get("/briefings").select("main a[href*='/briefings/" + str(briefing_id) + "']") == []
    for path in ("", "/edit", "/cancel", "/people", "/attendance"):
        county.get(f"/briefings/{briefing_id}{path}", status=404)
    for path in ("/edit", "/cancel", "/people", "/attendance", "/invite", f"/places/{mine}/give-up"):
        county.post(f"/briefings/{briefing_id}{path}", status=404)
    page = county.get("/briefings/coverage")
    assert "nicht geschult" not in text(page) or CARITAS not in text(page)


def test_advisers_plan_nothing_and_others_see_nothing(staff: CheckingClient) -> None:
    briefing_id, mine, _theirs = held(staff)
    caritas, coordinator = other(staff, CARITAS), other(staff, COORDINATOR)
    for path in ("/new", "/coverage", f"/{briefing_id}/edit", f"/{briefing_id}/attendance"):
        caritas.get(f"/briefings{path}", status=403)
    for path in ("", "/new", "/coverage", f"/{briefing_id}", f"/{briefing_id}/places/{mine}/certificate.pdf"):
        coordinator.get(f"/briefings{path}", status=403)
    caritas.post(f"/briefings/{briefing_id}/places/{mine}/give-up", status=409)


def test_coverage_names_who_lacks_the_edition_and_the_adviser_reads_it_too(staff: CheckingClient) -> None:
    held(staff)
    page = staff.get("/briefings/coverage")
    lines = {
        line.select_one(".kf-lines__meta").text: text(line, ".kf-lines__side")
        for line in page.select(".kf-lines__item")
    }
    assert lines[CARITAS] == "geschult am 23.11.2026"
    assert lines[DIAKONIE] == "nicht geschult"
    with in_app(staff.app):
        following = planned(title="Wiederholung")
    page = other(staff, DIAKONIE).get("/briefings")
    assert page.select_one(f"#standing a[href$='/briefings/{following}']") is not None
    assert "auf dem Stand der geltenden Fassung" in text(other(staff, CARITAS).get("/briefings"), "#standing")
    staff.get("/briefings/coverage?edition=999999", status=404)


def test_the_number_of_statements_does_not_grow(staff: CheckingClient) -> None:
    def count(path: str) -> int:
        staff.get(path)
        with statements_of(staff.app) as sent:
            staff.get(path)
        return len(sent)

    briefing_id, *_ = held(staff)
    paths = ("/briefings", "/briefings/coverage", f"/briefings/{briefing_id}")
    before = [count(path) for path in paths]
    with in_app(staff.app):
        for _ in range(4):
            planned()
        with at_briefing(briefing_id, EBH_TROISDORF) as (session, person, briefing):
            for number in range(5):
                briefing_places.add_person(
                    session, person, NOW, briefing, name=f"Jo {number}", organisation="caritas", email=""
                )
    assert [count(path) for path in paths] == before
