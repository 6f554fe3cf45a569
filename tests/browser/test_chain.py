"""The chain that everything serves: three reports, a theme, reconstructed, decided on, worked on, decided again, published,
and each reporter reads what became of it. Long texts are filled in beside the browser; every step is taken in it.
"""

from __future__ import annotations

import re

from ..support.browser import NARROW, WIDE, Person
from ..support.chain import PAPER, RECONSTRUCTION, SOLUTION, STEERING
from ..support.drafts import fill_on, reports_on
from ..support.journeys import fill_in, find_report, send
from ..support.server import Server
from .conftest import MakePerson

COORDINATOR = "koordination@rsk.example"
SECOND = "koordination2@rsk.example"
OFFICE = "leitung@rsk.example"
TITLE = "Termine ohne Umweg"
PUBLIC = {
    "hurdle": "Anträge blieben liegen, weil niemand sie annahm.",
    "changed": "Es gibt ein gemeinsames Postfach. Jeder Antrag wird dort am selben Tag bestätigt.",
    "since": "01.11.2026",
    "contact": "KIM-Koordination im Kommunalen Integrationszentrum",
    "fields_of_action": ["wohnen"],
}


def take(person: Person, reference: str, step: str) -> None:
    """Takes a step of a record, by the buttons of its page and the page that asks."""
    person.open(f"/records/{reference}")
    person.page.locator("#deeds-now").get_by_role("link", name=step, exact=True).click()
    person.page.locator("#deed").get_by_role("button", name=step, exact=True).click()
    person.page.get_by_text(f"„{step}“ ist erledigt").wait_for()


def belonging(person: Person, theme: str, prefix: str) -> list[str]:
    """References of this kind on the theme's page, each once."""
    text = person.open(f"/records/{theme}").locator("main").inner_text()
    return sorted(set(re.findall(rf"{prefix}-\d{{4}}-\d{{4}}", text)))


def decide(person: Person, paper: str, conditions: str = "") -> str:
    person.open("/decisions")
    person.page.locator("#proposals").get_by_role("link", name=f"Eintragen {paper}").click()
    result = "geändert oder unter Bedingungen zugestimmt" if conditions else "zugestimmt"
    person.page.get_by_label(result, exact=True).check()
    if conditions:
        person.page.get_by_label("Änderungen oder Bedingungen (optional)").fill(conditions)
    for label, votes in (("Ja", "12"), ("Nein", "1"), ("Enthaltungen", "2")):
        person.page.get_by_label(f"{label} (optional)").fill(votes)
    with person.page.expect_navigation():
        person.page.get_by_role("button", name="Entscheidung eintragen").click()
    return person.page.url.rpartition("/")[2]


def reported(house: Server, adviser: Person) -> tuple[list[str], str]:
    """Three reports without account, the last one at the browser; their references, and the code of the last."""
    references = reports_on(house, *({"titel": f"Kein Termin in Sicht, {number}"} for number in (1, 2)))
    adviser.open("/report")
    adviser.page.get_by_role("link", name="Meldung beginnen").click()
    fill_in(adviser, "Kein Termin in Sicht, drittens")
    reference, code = send(adviser)
    return [*references, reference], code


def test_from_three_reports_to_a_published_solution(person: MakePerson, house: Server) -> None:
    coordinator, second, office, adviser, anyone = (person() for _ in range(5))
    for one, email in ((coordinator, COORDINATOR), (second, SECOND), (office, OFFICE)):
        one.sign_in(email)
    found: list[str] = []
    reports, code = reported(house, adviser)

    page = coordinator.open(f"/themes/new?reports={','.join(reports)}")
    page.get_by_label("Titel des Themas").fill("Niemand nimmt Anträge an")
    with page.expect_navigation():
        page.get_by_role("button", name="Thema anlegen").click()
    theme = page.url.rpartition("/")[2]
    assert "Es liegen mindestens drei Fälle vor" in page.locator("#tasks").inner_text()
    take(coordinator, theme, "Fallrekonstruktion beginnen")

    (reconstruction,) = belonging(coordinator, theme, "FR")
    fill_on(house, reconstruction, RECONSTRUCTION | STEERING | {"freigabe": ":second"})
    take(coordinator, reconstruction, "Zur Freigabe vorlegen")
    assert "muss eine andere Person tun" in (coordinator.page.locator("main").text_content() or "")
    take(second, reconstruction, "Freigeben")

    (first,) = belonging(coordinator, theme, "BV")
    fill_on(house, first, PAPER)
    take(coordinator, first, "Für die Tagesordnung vorschlagen")
    decision = decide(office, first, "Ein Zwischenbericht im Frühjahr.")
    found += office.inspect()
    page = coordinator.open(f"/records/{theme}")
    assert "generatives Thema" in page.locator(".kern-preline").inner_text()
    found += coordinator.inspect()
    page.set_viewport_size({"width": NARROW, "height": 900})
    found += coordinator.overflow()
    page.set_viewport_size({"width": WIDE, "height": 900})

    (group,) = belonging(coordinator, theme, "PAG")
    assert decision in coordinator.open(f"/records/{group}").locator("main").inner_text()
    fill_on(house, group, {"speaker": "Leitung der Integrationsagentur", "report_interval": "ende"})
    take(coordinator, group, "Arbeit aufnehmen")
    fill_on(house, group, {"result": "Ein gemeinsames Postfach für alle Anträge."})
    take(coordinator, group, "Ergebnis der Lenkungsgruppe vorlegen")
    (paper,) = set(belonging(coordinator, theme, "BV")) - {first}
    fill_on(house, paper, SOLUTION)
    take(coordinator, paper, "Für die Tagesordnung vorschlagen")
    decide(office, paper)

    (publication,) = belonging(coordinator, theme, "BK")
    fill_on(house, publication, PUBLIC | {"title": TITLE})
    take(coordinator, publication, "Zur Freigabe geben")
    take(second, publication, "Freigeben und veröffentlichen")
    page = coordinator.open(f"/records/{theme}")
    assert "bekannt gegeben" in page.locator(".kern-preline").inner_text()
    story = page.locator("#theme-story").inner_text()
    for word in (reports[0], reconstruction, decision, group, publication):
        assert word in story, word
    found += coordinator.inspect()

    page = anyone.open("/solutions")
    page.get_by_role("link", name=TITLE).click()
    text = page.locator("main").inner_text()
    assert "Jeder Antrag wird dort am selben Tag bestätigt." in text
    for inside in (theme, *reports, "Niemand nimmt Anträge an", "Caritas-Beratung am Markt"):
        assert inside not in page.content(), inside
    found += anyone.inspect()

    find_report(adviser, reports[2], code)
    page = adviser.page
    found += adviser.inspect()
    stations = page.locator(".kf-stations").inner_text()
    assert "Arbeitsgruppe" in stations and "jetzt, seit" in stations
    page.get_by_role("link", name=TITLE).click()
    assert adviser.heading() == TITLE
    assert not found, "\n".join(found)
