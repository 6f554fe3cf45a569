"""A coordinator judges similar reports and sees the order change; with scripts and without."""

from __future__ import annotations

import pytest

from ..support.browser import Person
from ..support.reports import CONTACT
from ..support.server import Server, Visitor
from .conftest import MakePerson

COORDINATOR = "koordination@rsk.example"
TEXTS = (
    (
        "Zeugnis wird nicht anerkannt: {}",
        "Das Zeugnis aus dem Ausland wird nicht anerkannt, die Stelle antwortet nicht.",
    ),
    ("Anerkennung des Zeugnisses dauert: {}", "Für die Anerkennung ausländischer Zeugnisse wartet man ein Jahr."),
    (
        "Ohne anerkanntes Zeugnis keine Arbeit: {}",
        "Betriebe verlangen ein anerkanntes Zeugnis, die Anerkennung dauert.",
    ),
)


def sent(house: Server, mark: str) -> list[str]:
    """Three reports about one hurdle; their references."""
    found = []
    for title, text in TEXTS:
        visitor = Visitor(house.port)
        answers = CONTACT | {"titel": title.format(mark), "situation": text}
        assert visitor.send(visitor.report(**answers)).status == 303
        found.append(visitor.confirmation()[0])
    return found


def listed(person: Person) -> list[str]:
    lines = person.page.locator(".kf-similar > li .kf-lines__meta:first-of-type").all_inner_texts()
    return [one.split(" ")[0] for one in lines]


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])
def test_judging_changes_the_list(person: MakePerson, house: Server, javascript: bool) -> None:
    first, second, third = sent(house, "mit" if javascript else "ohne")
    coordinator = person(javascript=javascript)
    coordinator.sign_in(COORDINATOR)
    page = coordinator.page
    page.goto(f"{house.address}/records/{third}")
    if not javascript:
        page.get_by_role("link", name="Ähnliche Meldungen anzeigen").click()
    page.locator(".kf-similar").wait_for()
    found = coordinator.inspect() if javascript else []  # axe is a script itself
    if javascript:
        assert page.evaluate("document.activeElement === document.body"), "what comes by itself takes no focus"
    before = listed(coordinator)
    assert {first, second} <= set(before)
    best = before[0]
    page.locator(".kf-similar > li", has_text=best).get_by_role("button", name=f"nicht ähnlich {best}").click()
    page.get_by_text("Als nicht ähnlich beurteilt (1)").wait_for()
    assert best not in listed(coordinator)
    other = listed(coordinator)[-1]
    page.locator(".kf-similar > li", has_text=other).get_by_role("button", name=f"ähnlich {other}", exact=True).click()
    page.get_by_text("als ähnlich bestätigt").wait_for()
    assert listed(coordinator)[0] == other
    page.get_by_text("Als nicht ähnlich beurteilt (1)").click()
    page.locator("details li", has_text=best).get_by_role("button", name="Urteil zurücknehmen").click()
    page.locator(".kf-similar > li", has_text=best).wait_for()
    found += coordinator.inspect() if javascript else []
    assert found == []
