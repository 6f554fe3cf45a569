"""Pages of course and test dates: list, form of providers without account, reference and code, approval, calendar."""

from __future__ import annotations

from datetime import timedelta

import icalendar
import pytest
from ical.calendar_stream import IcsCalendarStream

from ..support.client import CheckingClient
from ..support.databases import in_app
from ..support.directory import DATE, course_date, date_published, date_sent
from ..support.queries import statements_of
from ..support.records import ADVISER, COORDINATOR, ELSEWHERE, stored, take

NEW, DATES, FEED = "/naturalisation/dates/new", "/naturalisation/dates", "/feeds/course-dates.ics"
HTML = "<script>alert(1)</script>"


def titles(page):
    return [one.get_text(strip=True) for one in page.select("#dates-results article h3")]


def sent(client, **changes):
    """Sends the form as a provider; returns reference and code."""
    client.submit(client.get(NEW), "main form", DATE | changes)
    page = client.get("/naturalisation/dates/done")
    return page.select_one("#reference").text, page.select_one("#code").text


def events(client):
    body = client.http.get(FEED).data
    IcsCalendarStream.calendar_from_ics(body.decode())
    return {str(one["summary"]): one for one in icalendar.Calendar.from_ical(body).walk("VEVENT")}


def test_a_provider_sends_a_date_and_gets_reference_and_code_once(client):
    reference, code = sent(client)
    assert reference.startswith("KT-2026-") and len(code) == 19
    client.get(DATES)
    client.get("/naturalisation/dates/done", status=303)
    with in_app(client.app):
        assert stored(reference).state == "eingereicht"
    assert titles(client.get(DATES)) == []


def test_nothing_typed_is_lost_and_each_field_says_what_to_do(client):
    page = client.submit(client.get(NEW), "main form", DATE | {"ende": "09:00", "kontakt_email": "x"}, status=422)
    assert page.title.text.startswith("Fehler")
    assert page.select_one("[name=bezeichnung]")["value"] == DATE["bezeichnung"]
    page = client.submit(page, "main form", {"kontakt_email": DATE["kontakt_email"]}, status=422)
    assert "Das Ende muss nach dem Beginn liegen." in page.text
    client.submit(page, "main form", {"ende": "11:30"})
    assert "KT-" in client.get("/naturalisation/dates/done").text


def test_sending_the_same_form_twice_makes_one_date(client):
    page = client.get(NEW)
    for _ in range(2):
        client.submit(page, "main form", DATE)
    codes = client.get("/naturalisation/dates/done").select_one("#reference").text
    assert codes == "KT-2026-0001"
    with in_app(client.app):
        assert stored("KT-2026-0001")


def test_a_robot_that_fills_in_everything_sends_nothing(client):
    page = client.submit(client.get(NEW), "main form", DATE | {"_website": "https://x.example"}, status=422)
    assert "verstecktes Feld" in page.text
    client.get("/naturalisation/dates/done", status=303)


def test_a_flood_is_slowed_down_and_keeps_what_was_typed(client):
    for _ in range(30):
        client.submit(client.get(NEW), "main form", DATE)
    page = client.submit(client.get(NEW), "main form", DATE, status=429)
    assert page.select_one("[name=bezeichnung]")["value"] == DATE["bezeichnung"]


def test_the_coordination_publishes_on_the_page_of_the_record(client):
    reference, _code = sent(client)
    boss = CheckingClient(client.app)
    boss.sign_in(COORDINATOR)
    assert reference in boss.get("/naturalisation/dates/waiting").text
    page = boss.get(f"/records/{reference}/actions/veroeffentlichen")
    boss.submit(page, f"form[action$='/records/{reference}/actions/veroeffentlichen']")
    assert titles(client.get(DATES)) == [DATE["bezeichnung"]]
    assert "Es wartet kein Termin" in boss.get("/naturalisation/dates/waiting").text


def test_coordinators_of_another_controller_see_nothing_that_waits(client):
    with in_app(client.app):
        reference = date_sent()
    client.sign_in(ELSEWHERE)
    assert reference not in client.get("/naturalisation/dates/waiting").text
    client.get(f"/records/{reference}", status=404)


def test_the_provider_moves_and_withdraws_with_reference_and_code(client):
    reference, code = sent(client)
    with in_app(client.app):
        take(COORDINATOR, reference, "veroeffentlichen")
    client.submit(client.get("/report/status"), "main form", {"reference": reference, "code": code})
    page = client.get("/report/status")
    assert "Kurs- oder Prüfungstermin" in page.h1.text and "steht auf der öffentlichen Seite" in page.text
    assert "Lenkungsgruppe" not in page.text
    moved = {"neuer_tag": "19.02.2027", "neuer_beginn": "14", "neues_ende": "13"}
    page = client.submit(client.get("/report/status/verschieben"), "main form", moved, status=422)
    client.submit(page, "main form", {"neues_ende": "15:30"})
    assert "19.02.2027, 14:00" in client.get(DATES).text
    client.submit(client.get("/report/status/zurueckziehen"), "main form")
    assert titles(client.get(DATES)) == []


def test_the_contact_of_a_provider_is_nowhere_public(client):
    with in_app(client.app):
        date_published()
    for path in (DATES, FEED):
        text = client.http.get(path).text
        assert DATE["kontakt_name"] not in text and DATE["kontakt_email"] not in text
        assert DATE["anbieter"] in text


@pytest.mark.parametrize("htmx", [False, True])
def test_the_list_is_filtered_by_its_address(client, htmx):
    with in_app(client.app):
        date_published(bezeichnung="A")
        date_published(bezeichnung="B", art="sprachkurs", kommune="siegburg", kurs_bis="30.06.2027")
    assert titles(client.get(DATES, htmx=htmx)) == ["A", "B"]
    page = client.get(DATES, query_string={"kind": "sprachkurs", "municipality": "siegburg"}, htmx=htmx)
    assert titles(page) == ["B"] and "30.06.2027" in page.text
    assert titles(client.get(DATES, query_string={"kind": "x", "municipality": HTML}, htmx=htmx)) == ["A", "B"]


def test_what_providers_type_is_never_markup(client):
    with in_app(client.app):
        date_published(bezeichnung=HTML, ort=HTML, anmeldung=HTML, hinweise=HTML, anbieter=HTML, kosten=HTML)
    page = client.get(DATES)
    assert HTML in page.text and not page.select("main script")
    assert str(events(client)[HTML]["location"]) == HTML


def test_the_number_of_queries_is_the_same_for_one_and_many(client):
    counts = []
    for more in (1, 8):
        with in_app(client.app):
            for number in range(more):
                date_published(bezeichnung=f"Termin {number}")
        for path in (DATES, FEED):
            client.http.get(path)
            with statements_of(client.app) as statements:
                client.http.get(path)
            counts.append(len(statements))
    assert counts[:2] == counts[2:] and max(counts) <= 4, counts


def test_the_calendar_holds_what_was_published_with_its_changes(client):
    with in_app(client.app):
        kept = date_published(bezeichnung="bleibt")
        moved, gone = date_published(bezeichnung="verschoben"), date_published(bezeichnung="abgesagt")
        date_sent(bezeichnung="wartet")
        declined = date_sent(bezeichnung="abgelehnt")
        take(COORDINATOR, declined, "ablehnen", {"reason": "passt nicht"})
        before = course_date(moved).uid
        take(None, moved, "verschieben", {"neuer_tag": "02.07.2027", "neuer_beginn": "10", "neues_ende": "11"})
        take(None, gone, "zurueckziehen")
    found = events(client)
    assert found.keys() == {"bleibt", "verschoben", "abgesagt"}
    assert [(str(one["status"]), int(one["sequence"])) for one in found.values()] == [
        ("CONFIRMED", 0), ("CANCELLED", 1), ("CONFIRMED", 1),
    ]  # fmt: skip
    assert str(found["verschoben"]["uid"]) == before
    assert found["verschoben"].decoded("dtstart").utcoffset() == timedelta(hours=2)
    assert found["bleibt"].decoded("dtstart").utcoffset() == timedelta(hours=1)
    assert stored_state(client, kept) == "veroeffentlicht"


def test_an_empty_calendar_is_one_too_and_nothing_new_is_304(client):
    assert events(client) == {}
    answer = client.http.get(FEED)
    again = client.http.get(FEED, headers={"If-None-Match": answer.headers["ETag"]})
    assert (answer.mimetype, again.status_code) == ("text/calendar", 304)


def test_only_the_coordination_sees_what_waits(client):
    client.get("/naturalisation/dates/waiting", status=303)
    client.sign_in(ADVISER)
    client.get("/naturalisation/dates/waiting", status=403)


def stored_state(client, reference):
    with in_app(client.app):
        return stored(reference).state
