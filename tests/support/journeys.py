"""What people do in several journeys: fill in the hurdle report, note reference and code, find their report again."""

from __future__ import annotations

import re

from .browser import Person
from .reports import CONTACT


def fill_in(
    person: Person, title: str, *, contact: bool = True, look: list[str] | None = None, steps: str = "abcdef"
) -> None:
    """These steps, by default all up to the review; ``look`` collects what axe finds on the way."""
    for step in steps:
        person.page.locator("form#report-form").wait_for()
        STEPS[step](person, title, contact)
        if look is not None:
            look += person.inspect()
        go_on(person)
    if steps.endswith("f"):
        assert person.heading() == "Angaben prüfen und absenden"


def go_on(person: Person) -> None:
    """The button that leads on; again when the answers brought further questions or a second look is asked for."""
    before = person.page.title()
    for _ in range(2):
        with person.page.expect_navigation():
            person.page.locator(".kf-buttons button[value=next]").click()
        if person.page.title() != before:
            return
    raise AssertionError(f"does not go on: {person.page.locator('main').inner_text()[:1500]}")


def _office(person: Person, _title: str, contact: bool) -> None:
    page = person.page
    page.locator("#melder_art").select_option("mbe")
    page.locator("#organisation").fill("Caritas-Beratung am Markt")
    page.locator("#dienstort").select_option("siegburg")
    page.locator(f"input[name=rueckfragen][value={'ja' if contact else 'nein'}]").check()
    if contact:
        if not person.javascript:
            page.locator("button[value=refresh]").click()
        page.locator("input[name=melder_email]").wait_for()
        for name in ("melder_name", "melder_email", "melder_telefon"):
            page.locator(f"input[name={name}]").fill(CONTACT[name])


def _where(person: Person, _title: str, _contact: bool) -> None:
    page = person.page
    for value in ("siegburg", "troisdorf"):
        page.locator(f"[name=kommunen][value={value}]").check()
    page.locator("input[name=haeufigkeit][value=regelmaessig]").check()
    page.locator("#fallzahl").select_option("3-5")
    page.locator("input[name=bereits_gemeldet][value=nein]").check()


def _topic(person: Person, _title: str, _contact: bool) -> None:
    page = person.page
    page.locator("#handlungsfeld").select_option("uebergreifend")
    page.locator("input[name=rechtskreise][value=sgb2]").check()
    page.locator("input[name=rechtskreiswechsel][value=nein]").check()
    page.locator("input[name=stellen][value=jobcenter]").check()
    page.locator("input[name=huerdenart][value=dauer]").check()


def _hurdle(person: Person, title: str, _contact: bool) -> None:
    person.page.locator("#titel").fill(title)
    person.page.locator("#situation").fill("Familien warten mehrere Monate auf einen Termin.")


def _group(_person: Person, _title: str, _contact: bool) -> None:
    return


def _end(person: Person, _title: str, _contact: bool) -> None:
    page = person.page
    page.locator("input[name=dringlichkeit][value=mittel]").check()
    page.locator("input[name=rueckmeldung][value=stand]").check()
    page.locator("input[name=anonym_bestaetigt]").check()
    page.locator("input[name=datenschutz_gelesen]").check()


STEPS = {"a": _office, "b": _where, "c": _topic, "d": _hurdle, "e": _group, "f": _end}


def send(person: Person) -> tuple[str, str]:
    """Sends what the review shows and notes reference and retrieval code."""
    with person.page.expect_navigation():
        person.page.locator("button[value=submit]").click()
    assert person.heading() == "Ihre Meldung ist angekommen"
    reference, code = person.page.locator("#reference").inner_text(), person.page.locator("#code").inner_text()
    assert re.fullmatch(r"IH-\d{4}-\d{4,}", reference)
    return reference, code


def find_report(person: Person, reference: str, code: str) -> None:
    """Looks the report up with what was noted, as it was written on paper: capitals and blanks.

    For half an hour the browser is still known; then the page shows the report at once.
    """
    person.open("/report/status")
    if person.heading() == f"Meldung {reference}":
        return
    person.page.get_by_label("Vorgangsnummer").fill(reference)
    person.page.get_by_label("Abrufcode").fill(code.upper().replace("-", " "))
    person.press("Stand ansehen")
    assert person.heading() == f"Meldung {reference}"
