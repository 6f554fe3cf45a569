"""A coordinator groups reports: a theme from three of them, cases corrected, the task that follows, merged and undone."""

from __future__ import annotations

import pytest

from ..support.browser import NARROW, Person
from ..support.drafts import reports_on
from ..support.server import Server
from .conftest import MakePerson

COORDINATOR = "koordination@rsk.example"
LINES_OF_FIRST_WORD = """link => {
    const word = document.createRange();
    word.setStart(link.firstChild, 0);
    word.setEnd(link.firstChild, link.textContent.indexOf(' '));
    return word.getClientRects().length;
}"""


@pytest.fixture
def reports(house: Server, request: pytest.FixtureRequest) -> list[str]:
    """Three reports, just sent."""
    titles = (f"Kein Termin {number + 1} ({request.node.name[-20:]})" for number in range(3))
    return reports_on(house, *({"titel": title, "fallzahl": "1"} for title in titles))


def press(person: Person, name: str) -> None:
    with person.page.expect_navigation():
        person.page.locator("main").get_by_role("button", name=name, exact=True).last.click()


def begin(person: Person, title: str, references: list[str]) -> str:
    """Opens a theme by typing references; returns its own."""
    person.open("/themes")
    person.page.get_by_role("link", name="Thema anlegen").click()
    person.page.get_by_label("Titel des Themas").fill(title)
    if references:
        person.page.get_by_label("oder Aktenzeichen eingeben").fill(", ".join(references))
        press(person, "Dazunehmen")
        assert person.page.get_by_label("Titel des Themas").input_value() == title
    press(person, "Thema anlegen")
    person.page.wait_for_url("**/records/TH-*")
    return person.page.url.rpartition("/")[2]


def journey(person: Person, reports: list[str], found: list[str]) -> None:
    page = person.page
    person.sign_in(COORDINATOR)
    theme = begin(person, "Kein Termin in der Behörde", reports)
    found += person.inspect()
    assert "3 Fälle aus 3 Meldungen" in page.locator("#theme-reports").inner_text()
    assert "Es liegen mindestens drei Fälle vor" in page.locator("#tasks").inner_text()
    page.locator("#theme-reports").get_by_role("link", name=f"Fälle {reports[2]}").click()
    page.get_by_label("Zahl der Fälle").fill("0")
    press(person, "Zahl festlegen")
    assert "welche Meldung denselben Fall erzählt" in page.locator(".kf-errors").inner_text()
    found += person.inspect()
    page.get_by_label("Notiz").fill(f"derselbe Fall wie {reports[0]}")
    press(person, "Zahl festlegen")
    assert "2 Fälle aus 3 Meldungen" in page.locator("#theme-reports").inner_text()
    other = begin(person, "Wartezeiten", [])
    person.open(f"/records/{theme}")
    page.get_by_role("link", name="Mit anderem Thema zusammenlegen").click()
    page.get_by_label("Aktenzeichen des anderen Themas").fill(other)
    press(person, "Weiter")
    assert f"{other} hat danach 2 Fälle" in page.locator(".kf-confirm").inner_text()
    found += person.inspect()
    press(person, "Zusammenlegen")
    assert page.url.endswith(other) and "2 Fälle aus 3 Meldungen" in page.locator("#theme-reports").inner_text()
    found += person.inspect()
    page.get_by_role("link", name=f"rückgängig machen {theme}").click()
    press(person, "Rückgängig machen")
    assert page.url.endswith(theme) and "2 Fälle aus 3 Meldungen" in page.locator("#theme-reports").inner_text()
    person.open(f"/records/{other}")
    assert "Noch gehört keine Meldung" in page.locator("#theme-reports").inner_text()


def test_grouping_merging_and_undoing(person: MakePerson, reports: list[str]) -> None:
    coordinator, found = person(), []
    coordinator.expect("Failed to load resource")  # 422: the form comes again
    journey(coordinator, reports, found)
    for path in ("/themes", "/themes?as=list", f"/themes/new?reports={reports[0]}"):
        coordinator.open(path)
        found += coordinator.inspect()
    assert not found, "\n".join(found)


def test_the_pages_of_each_deed(person: MakePerson, reports: list[str]) -> None:
    coordinator, found = person(), []
    coordinator.sign_in(COORDINATOR)
    theme, other = begin(coordinator, "Alle Seiten", reports), begin(coordinator, "Ziel", [])
    coordinator.open(f"/records/{theme}")
    deeds = [
        coordinator.page.locator("#theme-reports")
        .get_by_role("link", name=f"{name} {reports[0]}")
        .get_attribute("href")
        for name in ("Fälle", "Verschieben", "Herausnehmen")
    ]
    for path in (
        f"/records/{theme}", "/themes", "/themes?as=list", "/themes/new", *deeds, f"/themes/{theme}/reports?q=Termin",
        f"/themes/{theme}/split", f"/themes/{theme}/merge", f"/themes/{theme}/merge?target={other}",
    ):  # fmt: skip
        coordinator.open(str(path))
        for width, scheme in ((1280, "light"), (NARROW, "light"), (1280, "dark")):
            coordinator.width = width
            coordinator.page.set_viewport_size({"width": width, "height": 900})
            coordinator.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            look = coordinator.inspect() if scheme == "light" else coordinator.axe(only="color-contrast")
            found += [f"{width} px, {scheme}: {one}" for one in look]
    assert not found, "\n".join(found)


def test_the_same_without_scripts_on_a_small_screen(person: MakePerson, reports: list[str]) -> None:
    coordinator, found = person(javascript=False, width=NARROW), []
    coordinator.expect("Failed to load resource")
    coordinator.inspect = lambda: []  # type: ignore[method-assign]  # axe needs scripts; it has looked above
    journey(coordinator, reports, found)


def test_filters_answer_at_once_and_cards_lead_to_the_step(person: MakePerson, reports: list[str]) -> None:
    coordinator = person()
    page = coordinator.page
    coordinator.sign_in(COORDINATOR)
    theme = begin(coordinator, "Wohnberechtigungsschein: Karten auf der Tafel", reports)
    coordinator.open("/themes")
    page.set_viewport_size({"width": 1024, "height": 900})  # as narrow as columns beside each other become
    assert page.locator(f"#title-{theme} a").evaluate(LINES_OF_FIRST_WORD) == 1, "a long word is not torn apart"
    page.set_viewport_size({"width": 1280, "height": 900})
    page.locator(".kf-filter summary").click()
    page.get_by_label("Kommune").select_option("windeck")
    page.locator("#theme-results .kf-chip", has_text="Kommune: Windeck").wait_for()
    assert "municipality=windeck" in page.url
    page.get_by_label("Kommune").select_option("")
    card = page.locator(f"article[aria-labelledby=title-{theme}]")
    card.get_by_role("link", name="Fallrekonstruktion beginnen").click()
    assert coordinator.heading().startswith("Fallrekonstruktion beginnen")
    press(coordinator, "Fallrekonstruktion beginnen")
    coordinator.open("/themes")
    assert "Als Nächstes: Fallrekonstruktion FR-" in card.inner_text()
    coordinator.page.set_viewport_size({"width": 320, "height": 900})
    coordinator.width = 320
    assert not coordinator.overflow()
