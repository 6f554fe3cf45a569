"""A coordinator fills in a case reconstruction by keyboard, leaves it as a draft, comes back and completes it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from ..support.browser import NARROW, WIDE, Person
from ..support.drafts import begun_on
from ..support.server import Server
from .conftest import MakePerson

COORDINATOR = "koordination@rsk.example"
PASTE = "Eine Familie wartet seit Monaten auf die Verlängerung."


def focus(page: Page) -> str:
    """The accessible name of what has the focus, as far as this journey needs it."""
    return page.evaluate(
        """() => {
            const here = document.activeElement;
            const legend = here.closest('fieldset')?.querySelector('legend');
            const own = here.labels?.length ? here.labels[0] : here;
            return (legend && ['radio', 'checkbox'].includes(here.type) ? legend.innerText + ' | ' : '') + own.innerText.trim();
        }"""
    )


def tab_to(page: Page, name: str, *, most: int = 80) -> None:
    """Presses Tab until something with this name has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if focus(page).startswith(name):
            return
    raise AssertionError(f"no way by Tab to „{name}“; the focus is on „{focus(page)}“")


def write(page: Page, name: str, text: str) -> None:
    tab_to(page, name)
    page.keyboard.type(text)


def press(page: Page, name: str) -> None:
    tab_to(page, name)
    with page.expect_event("load"):  # a new page, not only a new fragment in the address
        page.keyboard.press("Enter")


def fill_case(page: Page, letter: str) -> None:
    """One case from where the focus is; the first station gets its step and its break, a second one is added."""
    write(page, "Ausgangslage, anonym", f"{PASTE} Fall {letter}.")
    tab_to(page, "Stelle")
    page.keyboard.type("Ausl")
    write(page, "Was geschah?", "Antrag gestellt")
    tab_to(page, "Bruch?")
    page.keyboard.type("War")
    press(page, "Station hinzufügen")
    assert focus(page) == "Station 2"
    write(page, "Was geschah?", "Bescheinigung fehlt")
    write(page, "Entscheidende Bruchstelle", "Niemand zahlt.")


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_three_cases_by_keyboard_with_a_break_in_between(person: MakePerson, house: Server, width: int) -> None:
    reference = begun_on(
        house,
        ("theme", {"title": "Bescheinigungen kommen zu spät"}),
        ("case_reconstruction", {"cluster": ":theme", "summe_faelle": 3}),
    )
    coordinator: Person = person(width=width)
    coordinator.sign_in(COORDINATOR)
    page = coordinator.open(f"/records/{reference}")
    found = coordinator.inspect()
    press(page, "1")
    assert coordinator.heading() == "Rahmen"
    found += coordinator.inspect()
    write(page, "Datum", "12.11.2026")
    write(page, "Teilnehmende", "KIM-Koordination und Beratung")
    tab_to(page, "Vorgehen | Auswertung")
    page.keyboard.press("Space")
    press(page, "Speichern und weiter")

    assert coordinator.heading() == "Die Fälle"
    for letter in "ABC":
        fill_case(page, letter)
    found += coordinator.inspect()
    press(page, "Speichern und zur Übersicht")

    back: Person = person(width=width)
    back.sign_in(COORDINATOR)
    page = back.open(f"/records/{reference}")
    assert "Noch offen: 8 von" in page.locator("#open").inner_text()
    assert page.get_by_text("Zur Freigabe vorlegen: Der Entwurf ist noch nicht vollständig").is_visible()
    press(page, "Angaben ändern")
    assert back.heading() == "Vergleich und Muster"
    write(page, "Gemeinsame Problemfelder", "Die Leistung endet zu früh.")
    tab_to(page, "Art des Problems | strukturelles")
    page.keyboard.press("Space")
    write(page, "Vermutete Ursache", "Keine Absprache")
    tab_to(page, "Reichweite")
    page.keyboard.press("Space")
    tab_to(page, "Bezug")
    page.keyboard.press("Space")
    press(page, "Speichern und weiter")

    tab_to(page, "Kurzfristig lösbar?")
    page.keyboard.press("Space")
    page.get_by_label("Direkte Lösung: was, wer, bis wann").wait_for()
    write(page, "Direkte Lösung", "Absprache bis Ende Januar")
    tab_to(page, "Anonymität")
    page.keyboard.press("Space")
    tab_to(page, "Freigabe durch")
    page.keyboard.press("ArrowDown")
    found += back.inspect()
    press(page, "Entwurf speichern")

    assert "Alle nötigen Angaben sind da." in page.locator("#open").inner_text()
    assert page.locator("#deeds-now").get_by_role("link", name="Zur Freigabe vorlegen").is_visible()
    press(page, "Fälle vergleichen")
    assert page.locator("thead th").all_inner_texts() == ["Merkmal", "Fall A", "Fall B", "Fall C"] or width == NARROW
    assert "Wartezeit (Ausländerbehörde)" in page.locator("main").inner_text()
    found += back.inspect()
    assert not found, "\n".join(found)
