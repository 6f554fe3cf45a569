"""Somebody checks without an account whether the conditions are met; the server keeps no answer."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from ..support.browser import NARROW, Person
from ..support.naturalisation import EBH_TROISDORF
from ..support.server import Server
from ..support.story import Story, press, text_of
from .conftest import MakePerson


def test_somebody_checks_without_an_account(person: MakePerson, house: Server, tmp_path: Path) -> None:
    story = Story(house, person, "naturalisation")
    page = story.who(EBH_TROISDORF).open("/naturalisation/settings")
    page.get_by_label("Selbstprüfung ohne Konto anbieten").check()
    story.look(story.who(EBH_TROISDORF))
    press(page, "Speichern")
    expect(page.locator("main")).to_contain_text("Die Einstellungen sind gespeichert")

    before = rows(house)
    guest = person(width=NARROW)
    page = guest.open("/naturalisation")
    story.found += guest.inspect()
    page.get_by_role("link", name="Selbstcheck ohne Anmeldung").click()
    page.get_by_label("Wo wohnen Sie?").select_option("troisdorf")
    press(page, "Weiter")
    expect(page.locator("#applicable")).to_contain_text("B4")
    expect(page.locator("#applicable")).not_to_contain_text("B5")
    page.locator("[name=s-verheiratet]").check()
    expect(page.locator("#applicable")).to_contain_text("B5")  # htmx keeps the list up with the ticks
    story.found += guest.inspect()
    press(page, "Weiter zu den Punkten")
    for item, answer in (("B1", "yes"), ("B4", "no"), ("B5", "unclear")):
        page.locator(f"[name=p-{item}][value={answer}]").check()
    story.found += guest.inspect()
    press(page, "Ergebnis zeigen")
    for part, item in (("met", "B1"), ("missing", "B4"), ("advice", "B5")):
        expect(page.locator(f"#{part}")).to_contain_text(item)
    expect(page.locator("main")).to_contain_text("255")
    story.look(guest)
    told = paper(guest, tmp_path)
    assert "B4 Geburtsurkunde" in told and "kein Antrag und keine Zusage" in told
    assert rows(house) == before, "the server keeps nothing"
    assert not story.found, "\n".join(story.found)


def paper(guest: Person, folder: Path) -> str:
    """What the PDF says that the button opens in a window of its own; the answers travel in the form and nowhere else."""
    form = guest.page.locator("form[action$='check.pdf']").first
    sent = form.evaluate("form => Object.fromEntries(new FormData(form))")
    answer = guest.context.request.post("/naturalisation/check.pdf", form=sent)
    assert answer.ok and answer.headers["cache-control"] == "no-store"
    target = folder / "selbstcheck.pdf"
    target.write_bytes(answer.body())
    return text_of(target)


def rows(house: Server) -> dict[str, int]:
    """How many rows each table has."""
    names = [
        name
        for (name,) in house.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    ]
    return {name: int(house.rows(f'SELECT count(*) FROM "{name}"')[0][0]) for name in names}
