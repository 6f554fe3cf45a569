"""The office without a mouse: the agenda is put in order and a vote is taken by the keyboard alone, with the focus in sight."""

from __future__ import annotations

from playwright.sync_api import expect

from ..support.browser import Person
from ..support.server import Server
from ..support.sessions import meeting_on
from .conftest import MakePerson

OFFICE = "leitung@rsk.example"


def titles(person: Person) -> list[str]:
    """The points of the agenda in their order."""
    return person.page.locator("#agenda-items h3").all_inner_texts()


def test_the_agenda_is_put_in_order_by_keyboard(person: MakePerson, house: Server) -> None:
    one = person()
    reference = meeting_on(house, "tastatur")
    one.sign_in(OFFICE)
    page = one.open(f"/meetings/{reference}/agenda")
    assert titles(one) == ["TOP 1 Punkt 1", "TOP 2 Punkt 2", "TOP 3 Punkt 3"]
    ((last,),) = house.rows(
        "SELECT max(i.id) FROM agenda_item i JOIN record r ON r.id = i.meeting_id WHERE r.reference = ?", reference
    )
    one.tab_to(f"#item-{last}-up")
    for before in (2, 1):
        page.keyboard.press("Enter")
        expect(page.locator("#agenda-items h3").nth(before - 1)).to_have_text(f"TOP {before} Punkt 3")
        one.tab_to(f"#item-{last}-up", most=1)  # the focus stays on the button of the point that moved
    assert titles(one) == ["TOP 1 Punkt 3", "TOP 2 Punkt 1", "TOP 3 Punkt 2"]
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#agenda-items h3").nth(1)).to_have_text("TOP 2 Punkt 3")
    one.tab_to(f"#item-{last}-down", most=1)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator("#agenda-items h3").nth(1)).to_have_text("TOP 1.1 Punkt 3")


def press(person: Person, name: str, role: str = "button") -> None:
    """Tabs to a button or link by what it says, and presses Enter."""
    person.page.locator("main").get_by_role(role, name=name, exact=True).last.evaluate(  # type: ignore[arg-type]
        "one => one.setAttribute('data-wanted', '')"
    )
    person.tab_to("[data-wanted]")
    person.page.keyboard.press("Enter")


def test_a_vote_is_taken_by_keyboard(person: MakePerson, house: Server) -> None:
    one = person()
    reference = meeting_on(house, "tasten")
    one.sign_in(OFFICE)
    page = one.open(f"/meetings/{reference}/session")
    for seat in ("Dezernat", "Sozialamt", "Jugendamt", "Jobcenter"):
        press(one, f"Ist da Kim {seat}")
        expect(page.locator(".kf-session-seat", has_text=f"Kim {seat}").first).to_contain_text("da seit")
    with page.expect_navigation():
        press(one, "Sitzung eröffnen")
    with page.expect_navigation():
        press(one, "TOP 3 Punkt 3", "link")
    with page.expect_navigation():
        press(one, "Aufrufen")
    one.tab_to("#ballot-yes")
    page.keyboard.type("3")
    one.tab_to("#ballot-abstained")
    page.keyboard.type("1")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("#session-votes")).to_contain_text("Einstimmig bei 1 Enthaltung beschlossen")
    with page.expect_navigation():
        press(one, "Ergebnis verkünden")
    expect(page.locator("#session-votes")).to_contain_text("-B-")
