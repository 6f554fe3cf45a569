"""The office runs a meeting: late arrival, lost quorum, votes, and notes that outlive a cut connection and a second writer."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import expect

from ..support.browser import NARROW, Person
from ..support.server import Server, wait_until
from ..support.sessions import meeting_on
from .conftest import MakePerson

OFFICE = "leitung@rsk.example"
KEPT = "Object.keys(localStorage).filter(key => key.startsWith('kimforms:notes:')).length"


@pytest.fixture
def reference(house: Server, request: pytest.FixtureRequest) -> str:
    return meeting_on(house, f"live{abs(hash(request.node.name)) % 100000}")


def comes(person: Person, name: str) -> None:
    person.page.get_by_role("button", name=f"Ist da {name}", exact=True).click()
    expect(person.page.locator(".kf-session-seat", has_text=name).first).to_contain_text("da seit")


def begin(person: Person, reference: str, *names: str) -> None:
    """Opens the meeting with these people and calls the last item."""
    page = person.page
    person.sign_in(OFFICE)
    person.open(f"/meetings/{reference}/session")
    for name in names:
        comes(person, name)
    person.press("Sitzung eröffnen")
    page.get_by_role("link", name="TOP 3 Punkt 3").click()
    person.press("Aufrufen")
    expect(page.locator("#session-item")).to_contain_text("aufgerufen")


def look(person: Person, name: str) -> None:
    """Keeps a picture where somebody asked for one."""
    if folder := os.environ.get("KIMFORMS_TEST_PICTURES"):
        person.page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_a_meeting_with_a_late_arrival_a_lost_quorum_and_a_vote_by_name(person: MakePerson, reference: str) -> None:
    one, found = person(), []
    page = one.page
    one.expect("422")
    begin(one, reference, "Kim Dezernat", "Kim Sozialamt", "Kim Jugendamt")
    quorum = page.locator("#session-quorum")
    expect(quorum).to_contain_text("nicht beschlussfähig: 3 von 7 Stimmberechtigten anwesend, nötig sind 4")
    found += one.inspect()
    look(one, "session-wide")
    page.get_by_label("Ja", exact=True).first.fill("3")
    one.press("Abstimmung prüfen und festhalten")
    expect(page.locator(".kf-errors")).to_contain_text("nötig 4")
    assert page.get_by_label("Ja", exact=True).first.input_value() == "3"
    page.get_by_label("Ja", exact=True).first.fill("4")
    comes(one, "Kim Jobcenter")
    expect(quorum).to_contain_text("4 von 7")
    assert page.get_by_label("Ja", exact=True).first.input_value() == "4", "the ballot keeps what was typed"
    one.press("Abstimmung prüfen und festhalten")
    expect(page.locator("#session-votes")).to_contain_text("Einstimmig beschlossen")
    one.press("Ergebnis verkünden")
    expect(page.locator("#session-votes")).to_contain_text("-B-")
    found += one.inspect()
    look(one, "session-voted")
    page.get_by_label("namentlich", exact=True).check()
    page.get_by_text("Namentlich: wer stimmt wie?").click()
    names = page.locator(".kf-session-names fieldset")
    for number in range(names.count()):
        names.nth(number).get_by_label("Nein" if number else "Ja", exact=True).check()
    one.press("Abstimmung prüfen und festhalten")
    expect(page.locator("#session-votes")).to_contain_text("Mit 1 Ja-Stimme gegen 3 Nein-Stimmen abgelehnt")
    page.get_by_role("button", name="Geht Kim Jobcenter", exact=True).click()
    expect(quorum).to_contain_text("nicht beschlussfähig: 3 von 7")
    page.set_viewport_size({"width": NARROW, "height": 800})
    found += one.inspect()
    look(one, "session-narrow")
    assert not found, "\n".join(found)


def test_notes_outlive_a_cut_connection(person: MakePerson, reference: str) -> None:
    one = person()
    page = one.page
    one.expect("Failed to load resource", "ERR_INTERNET_DISCONNECTED", "Failed to fetch", "htmx")
    begin(one, reference, "Kim Dezernat")
    notes, state = page.locator("#notes"), page.locator("#notes-state")
    notes.press_sequentially("Vorher.")
    expect(state).to_contain_text("Gespeichert um")
    one.context.set_offline(True)
    notes.press_sequentially(" Ohne Netz geschrieben.")
    expect(state).to_contain_text("Noch nicht gespeichert")
    assert page.evaluate(KEPT) == 1
    one.context.set_offline(False)
    expect(state).to_contain_text("Gespeichert um")
    assert page.evaluate(KEPT) == 0
    page.reload()
    assert notes.input_value() == "Vorher. Ohne Netz geschrieben."
    one.context.set_offline(True)
    notes.press("Control+End")
    notes.press_sequentially(" Und der Rechner geht aus.")
    expect(state).to_contain_text("Noch nicht gespeichert")
    page.goto("about:blank")
    one.context.set_offline(False)
    one.open(f"/meetings/{reference}/session")
    # taken out of this browser only once the server has it, which may have happened while the page was left
    wait_until(lambda: page.evaluate(KEPT) == 0, "the kept notes are let go")
    page.reload()
    assert notes.input_value().endswith("Und der Rechner geht aus.")


def test_two_people_at_the_same_notes_lose_neither_text(person: MakePerson, reference: str) -> None:
    one, other = person(), person()
    for each in (one, other):
        each.expect("422")
    begin(one, reference, "Kim Dezernat")
    other.sign_in(OFFICE)
    other.open(f"/meetings/{reference}/session")
    one.page.locator("#notes").fill("Text der einen Person.")
    expect(one.page.locator("#notes-state")).to_contain_text("Gespeichert um")
    other.page.locator("#notes").fill("Text der anderen Person.")
    expect(other.page.locator(".kf-session-theirs")).to_contain_text("Text der einen Person.")
    look(other, "session-conflict")
    found = other.inspect()
    other.page.get_by_role("button", name="Beide behalten").click()
    expect(other.page.locator("#notes-state")).to_contain_text("Gespeichert um")
    other.page.reload()
    assert other.page.locator("#notes").input_value() == "Text der einen Person.\n\nText der anderen Person."
    assert not found, "\n".join(found)


def test_kept_notes_go_with_signing_out(person: MakePerson, reference: str) -> None:
    one = person()
    begin(one, reference, "Kim Dezernat")
    one.page.evaluate("localStorage.setItem('kimforms:notes:0:other:1', '{}')")
    one.page.locator(".kf-account__name").click()
    one.page.get_by_role("button", name="Abmelden").click()
    one.page.wait_for_url("**/login")
    assert one.page.evaluate(KEPT) == 0
