"""The office writes minutes that save themselves, beside a second window; the chair signs; a member objects on a small screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from ..support.browser import NARROW
from ..support.minutes import held_on
from ..support.server import Server
from .conftest import MakePerson

OFFICE, CHAIR, MEMBER = "leitung@rsk.example", "vorsitz@rsk.example", "mitglied@jobcenter.example"


@pytest.fixture
def reference(house: Server, request: pytest.FixtureRequest) -> str:
    return held_on(house, f"nieder{abs(hash(request.node.name)) % 10000}")


def test_minutes_from_the_draft_to_an_objection(person: MakePerson, reference: str) -> None:
    office, found, place = person(), [], f"/meetings/{reference}/minutes"
    office.expect("409")
    office.sign_in(OFFICE)
    office.open(place)
    office.press("Entwurf erstellen")
    found += office.inspect()
    page = office.page
    page.get_by_role("link", name="Bearbeiten TOP 1 Eröffnung").click()
    page.get_by_label("Verlauf").fill("Von allein gespeichert.")
    expect(page.locator("#block-state")).to_contain_text("Gespeichert", timeout=15_000)
    stale = page.context.new_page()
    stale.goto(page.url)
    page.get_by_label("Verlauf").fill("Noch einmal geschrieben.")
    office.press("Speichern")
    stale.get_by_label("Ergebnis").fill("Aus dem zweiten Fenster.")
    with stale.expect_navigation():
        stale.get_by_role("button", name="Speichern", exact=True).click()
    expect(stale.locator("#versions")).to_contain_text("Noch einmal geschrieben.")
    expect(stale.get_by_label("Ergebnis")).to_have_value("Aus dem zweiten Fenster.")
    stale.close()
    office.press("Zur Prüfung und Unterschrift geben")
    office.press("Unterzeichnen (Protokollführung)")
    chair = person()
    chair.sign_in(CHAIR)
    chair.open(place)
    found += chair.inspect()
    chair.press("Unterzeichnen (Sitzungsleitung)")
    office.open(f"{place}/send")
    found += office.inspect()
    office.press("Jetzt versenden")
    found += office.inspect()
    member = person(width=NARROW)
    member.sign_in(MEMBER)
    member.open(place)
    found += member.inspect()
    member.page.get_by_label("Was stimmt nicht").fill("Ich war dafür.")
    member.press("Einwendung erheben")
    expect(member.page.locator("#objections")).to_contain_text("Ich war dafür.")
    assert not found, "\n".join(found)
