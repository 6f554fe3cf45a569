"""From the report to the result: the coordinator finds, records and asks back, the reporter answers by code, it is closed."""

from __future__ import annotations

import pytest

from ..support.browser import Person
from ..support.journeys import find_report
from ..support.reports import CONTACT
from ..support.server import Server, Visitor
from .conftest import MakePerson

COORDINATOR = "koordination@rsk.example"
SECOND = "koordination2@rsk.example"


@pytest.fixture
def report(person: MakePerson, house: Server, request: pytest.FixtureRequest) -> tuple[Person, str, str]:
    """A reporter with reference and code of a report just sent (how one is sent, test_adviser.py shows)."""
    visitor = Visitor(house.port)
    title = f"Hürde für {request.node.name}".replace("_", " ")
    assert visitor.send(visitor.report(**CONTACT | {"titel": title})).status == 303
    return (person(), *visitor.confirmation())


def take(person: Person, step: str) -> None:
    """Opens the confirmation of a step in place."""
    person.page.locator("#deeds").get_by_role("link", name=step, exact=True).click()
    person.page.locator("#deed h2", has_text=f"{step}?").wait_for()


def confirm(person: Person, step: str) -> None:
    with person.page.expect_navigation():
        person.page.locator("#deed").get_by_role("button", name=step, exact=True).click()


def state(person: Person) -> str:
    return person.page.locator(".kern-preline .kern-badge").inner_text()


def test_from_the_report_to_the_result(person: MakePerson, report: tuple[Person, str, str]) -> None:
    reporter, reference, code = report
    coordinator = person()
    found: list[str] = []
    coordinator.sign_in(COORDINATOR)
    found += coordinator.inspect()
    coordinator.page.get_by_role("link", name="Posteingang").first.click()
    found += coordinator.inspect()
    coordinator.page.get_by_role("link", name="Hürde für test from the report").click()
    coordinator.page.wait_for_url(f"**/records/{reference}")
    assert state(coordinator) == "gemeldet"
    take(coordinator, "Erfassen")
    found += coordinator.inspect()
    confirm(coordinator, "Erfassen")
    assert state(coordinator) == "erfasst"
    take(coordinator, "Rückfrage stellen")
    coordinator.page.get_by_label("Ihre Frage an die meldende Stelle").fill("Seit wann läuft es so?")
    confirm(coordinator, "Rückfrage stellen")
    assert state(coordinator) == "Rückfrage"
    find_report(reporter, reference, code)
    found += reporter.inspect()
    assert "Seit wann läuft es so?" in reporter.page.locator("#questions").inner_text()
    reporter.page.get_by_label("Ihre Antwort").fill("Seit dem Frühjahr.")
    reporter.press("Antwort senden")
    found += reporter.inspect()
    assert "Seit dem Frühjahr." in reporter.page.locator("main").inner_text()
    coordinator.page.reload()
    assert "Seit dem Frühjahr." in coordinator.page.locator("main").inner_text()
    take(coordinator, "Abschließen")
    coordinator.page.get_by_label("gelöst", exact=True).check()
    coordinator.page.get_by_label("Nachricht an die meldende Stelle").fill(
        "Die beteiligten Stellen haben den Ablauf geändert."
    )
    found += coordinator.inspect()
    confirm(coordinator, "Abschließen")
    assert state(coordinator) == "abgeschlossen"
    find_report(reporter, reference, code)
    assert "Die beteiligten Stellen haben den Ablauf geändert." in reporter.page.locator("main").inner_text()
    found += reporter.inspect()
    assert not found, "\n".join(found)


def test_the_same_without_scripts(person: MakePerson, report: tuple[Person, str, str]) -> None:
    _, reference, _ = report
    coordinator = person(javascript=False)
    coordinator.sign_in(COORDINATOR)
    coordinator.open(f"/records/{reference}")
    coordinator.page.locator("#deeds").get_by_role("link", name="Erfassen").click()
    assert coordinator.heading() == f"Erfassen: {reference}"
    coordinator.page.locator("main").get_by_role("button", name="Erfassen", exact=True).click()
    coordinator.page.wait_for_url(f"**/records/{reference}*")
    assert state(coordinator) == "erfasst"


def test_two_people_take_a_step_at_once(person: MakePerson, report: tuple[Person, str, str]) -> None:
    _, reference, _ = report
    first, second = person(), person()
    for one, email in ((first, COORDINATOR), (second, SECOND)):
        one.sign_in(email)
        one.open(f"/records/{reference}")
    second.expect("409")
    take(second, "Rückfrage stellen")
    second.page.get_by_label("Ihre Frage an die meldende Stelle").fill("Betrifft es auch andere Kommunen?")
    take(first, "Erfassen")
    confirm(first, "Erfassen")
    confirm(second, "Rückfrage stellen")
    assert second.heading() == "Inzwischen hat sich etwas geändert"
    assert second.inspect() == []
    assert "erfasst" in second.page.locator("#theirs").inner_text().lower()
    assert (
        second.page.get_by_label("Ihre Frage an die meldende Stelle").input_value()
        == "Betrifft es auch andere Kommunen?"
    )
    second.press("Trotzdem: Rückfrage stellen")
    second.page.wait_for_url(f"**/records/{reference}*")
    assert state(second) == "Rückfrage"
    assert "Betrifft es auch andere Kommunen?" in second.page.locator("main").inner_text()


def test_two_people_change_the_answers_at_once(person: MakePerson, report: tuple[Person, str, str]) -> None:
    _, reference, _ = report
    first, second = person(), person()
    for one, email in ((first, COORDINATOR), (second, SECOND)):
        one.sign_in(email)
        one.open(f"/records/{reference}/edit")
    second.expect("409")
    first.page.locator("#situation").fill("Familien warten mehrere Monate, auch in Troisdorf.")
    first.press("Änderungen speichern")
    first.page.wait_for_url(f"**/records/{reference}*")
    second.page.locator("#titel").fill("Ein besserer Titel")
    second.press("Änderungen speichern")
    second.page.get_by_role("heading", name="Zwei Fassungen").wait_for()
    assert second.inspect() == []
    assert second.page.locator("#titel").input_value() == "Ein besserer Titel"
    assert second.page.locator("#situation").input_value() == "Familien warten mehrere Monate, auch in Troisdorf."
    second.press("Änderungen speichern")
    second.page.wait_for_url(f"**/records/{reference}*")
    assert second.heading() == "Ein besserer Titel"
    assert "auch in Troisdorf" in second.page.locator("#answers").inner_text()


def test_the_session_ends_while_somebody_writes(
    person: MakePerson, house: Server, report: tuple[Person, str, str]
) -> None:
    _, reference, _ = report
    coordinator = person()
    coordinator.sign_in(SECOND)
    coordinator.open(f"/records/{reference}")
    take(coordinator, "Rückfrage stellen")
    coordinator.page.get_by_label("Ihre Frage an die meldende Stelle").fill("Was geht nach dem Mittagessen verloren?")
    house.sign_out_everywhere(SECOND)
    with coordinator.page.expect_navigation():
        coordinator.page.locator("#deed").get_by_role("button", name="Rückfrage stellen", exact=True).click()
    assert coordinator.heading() == "Anmelden"
    assert "aufgehoben" in coordinator.page.locator("body").inner_text()
    coordinator.page.get_by_label("E-Mail-Adresse").fill(SECOND)
    coordinator.page.get_by_label("Passwort", exact=True).fill("kimforms-demo")
    coordinator.press("Anmelden")
    coordinator.page.get_by_role("heading", name="Ihre Eingaben sind noch da").wait_for()
    assert coordinator.inspect() == []
    assert "Was geht nach dem Mittagessen verloren?" in coordinator.page.locator("main").inner_text()
    coordinator.press("Noch einmal senden")
    coordinator.page.wait_for_url(f"**/records/{reference}*")
    assert state(coordinator) == "Rückfrage"
    assert "Was geht nach dem Mittagessen verloren?" in coordinator.page.locator("main").inner_text()
