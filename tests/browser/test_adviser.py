"""An adviser without account reports a hurdle: with scripts, without, with the keyboard alone; and sees what became of it."""

from __future__ import annotations

from ..support.browser import NARROW
from ..support.journeys import fill_in, find_report, go_on, send
from ..support.server import Server, Visitor
from .conftest import MakePerson


def test_reports_in_six_steps_notes_the_code_and_looks_at_the_state(person: MakePerson) -> None:
    adviser = person()
    found: list[str] = []
    adviser.open("/")
    adviser.page.get_by_role("link", name="Hürde melden").first.click()
    adviser.page.get_by_role("link", name="Meldung beginnen").click()
    fill_in(adviser, "Lange Wartezeit auf Termine", look=found)
    found += adviser.inspect()
    assert "Caritas-Beratung am Markt" in adviser.page.locator("main").inner_text()
    reference, code = send(adviser)
    found += adviser.inspect()
    with adviser.page.expect_download() as download:
        adviser.page.get_by_role("link", name="Eingangsbestätigung als PDF").click()
    assert download.value.path().read_bytes().startswith(b"%PDF")
    find_report(adviser, reference, code)
    found += adviser.inspect()
    assert "gemeldet" in adviser.page.locator("#state").inner_text()
    assert not found, "\n".join(found)


def test_reports_without_scripts_on_a_small_screen(person: MakePerson) -> None:
    adviser = person(javascript=False, width=NARROW)
    adviser.open("/report")
    adviser.page.get_by_role("link", name="Meldung beginnen").click()
    fill_in(adviser, "Ohne Skripte gemeldet")
    reference, code = send(adviser)
    find_report(adviser, reference, code)
    assert "Ohne Skripte gemeldet" in adviser.page.locator("main").inner_text()


def test_reports_with_the_keyboard_alone(person: MakePerson) -> None:
    adviser = person()
    keys = adviser.page.keyboard
    adviser.open("/report/form")

    def choose(selector: str) -> None:
        adviser.tab_to(selector)
        keys.press("Space")

    def radio(name: str, value: str) -> None:
        adviser.tab_to(f"input[name={name}]")
        for _ in range(12):
            if adviser.page.evaluate(
                "v => document.activeElement.checked && document.activeElement.value === v", value
            ):
                return
            keys.press("Space" if not adviser.page.evaluate("document.activeElement.checked") else "ArrowDown")
        raise AssertionError(f"{name} cannot be set to {value} with the arrow keys")

    def write(selector: str, text: str) -> None:
        adviser.tab_to(selector)
        keys.type(text)

    def go_on() -> None:
        adviser.tab_to(".kf-buttons button[value=next]")
        with adviser.page.expect_navigation():
            keys.press("Enter")

    write("#melder_art", "Migrationsb")
    write("#organisation", "Caritas-Beratung am Markt")
    write("#dienstort", "Siegb")
    radio("rueckfragen", "nein")
    go_on()
    choose("[name=kommunen][value=siegburg]")
    radio("haeufigkeit", "regelmaessig")
    write("#fallzahl", "3 bis")
    radio("bereits_gemeldet", "nein")
    go_on()
    write("#handlungsfeld", "mehrere")
    choose("input[name=rechtskreise][value=sgb2]")
    radio("rechtskreiswechsel", "nein")
    choose("input[name=stellen][value=jobcenter]")
    choose("input[name=huerdenart][value=dauer]")
    go_on()
    write("#titel", "Mit der Tastatur gemeldet")
    write("#situation", "Familien warten mehrere Monate auf einen Termin.")
    go_on()
    go_on()
    radio("dringlichkeit", "mittel")
    radio("rueckmeldung", "stand")
    choose("input[name=anonym_bestaetigt]")
    choose("input[name=datenschutz_gelesen]")
    go_on()
    adviser.tab_to("button[value=submit]")
    with adviser.page.expect_navigation():
        keys.press("Enter")
    assert adviser.heading() == "Ihre Meldung ist angekommen"


def test_the_skip_link_comes_first_and_leads_to_the_content(person: MakePerson) -> None:
    adviser = person()
    adviser.open("/report")
    adviser.page.keyboard.press("Tab")
    assert adviser.page.evaluate("document.activeElement.className") == "kf-skip"
    adviser.page.keyboard.press("Enter")
    assert adviser.page.evaluate("document.activeElement.id") == "main"


def test_a_double_click_sends_once(person: MakePerson, house: Server) -> None:
    adviser = person()
    adviser.open("/report/form")
    fill_in(adviser, "Doppelt geklickt", contact=False)
    adviser.page.locator("button[value=submit]").dblclick()
    adviser.page.wait_for_url("**/report/done")
    first = adviser.page.locator("#reference").inner_text()
    assert adviser.page.locator("#code").inner_text()
    other = Visitor(house.port)
    assert other.send(other.report(titel="Danach gemeldet")).status == 303
    assert int(other.confirmation()[0][-4:]) == int(first[-4:]) + 1, "one report between the two"


def test_back_leads_back_with_everything_typed(person: MakePerson) -> None:
    adviser = person()
    page = adviser.page
    adviser.open("/report/form")
    fill_in(adviser, "Vor und zurück", contact=False, steps="abcd")
    for step in "dcba":
        page.go_back()
        page.locator(f"input[name=_step][value={step}]").wait_for(state="attached")
    assert page.locator("#organisation").input_value() == "Caritas-Beratung am Markt"
    for step in "bcde":
        page.go_forward()
        page.locator(f"input[name=_step][value={step}]").wait_for(state="attached")
    page.go_back()
    page.locator("#titel").wait_for()
    assert page.locator("#titel").input_value() == "Vor und zurück"
    assert page.locator("#situation").input_value() == "Familien warten mehrere Monate auf einen Termin."
    page.locator("#titel").fill("Vor, zurück und wieder vor")
    go_on(adviser)
    fill_in(adviser, "", contact=False, steps="ef")
    assert "Vor, zurück und wieder vor" in page.locator("main").inner_text()
    send(adviser)
