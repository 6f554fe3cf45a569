"""Anybody finds out what was decided: live search, without scripts, with the keyboard; all pages free of findings."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import expect

from kimforms import create_app
from kimforms.config import read_settings

from ..support.browser import NARROW, PATIENCE, WIDE, Person
from ..support.databases import CHEAP, NOW, in_app
from ..support.publications import corrected, draft, public, published, take
from ..support.records import COORDINATOR, theme
from ..support.server import Server
from ..support.vnu import errors_of
from .conftest import MakePerson


@pytest.fixture(scope="module")
def slugs(house: Server) -> dict[str, str]:
    """A corrected entry, a decision, a withdrawn one and a draft, written beside the running server."""
    os.environ.pop("KIMFORMS_DATABASE_URL", None)
    app = create_app(read_settings(house.environment), TESTING=True, NOW=lambda: NOW, ARGON2=CHEAP)
    with in_app(app):
        first = published(
            theme(), links=[{"label": "Merkblatt des Landes", "url": "https://www.example.org/merkblatt"}]
        )
        corrected(first, "Der Beginn war falsch angegeben.", changed="Es gilt ab Januar für alle Schulen im Kreis.")
        other = published(
            title="Dolmetschende am Telefon für Elterngespräche", art="beschluss", hurdle="Ohne Sprache kein Gespräch."
        )
        gone = published(title="Etwas Falsches")
        take(COORDINATOR, gone, "zurueckziehen", reason="Nicht abgestimmt.")
        waiting = draft(hurdle="Frau Özdemir, geb. 03.04.1980, wartete.")
        return {
            "first": public(first).slug, "other": public(other).slug, "gone": public(gone).slug, "draft": waiting,
        }  # fmt: skip


def looked_at(visitor: Person) -> list[str]:
    found: list[str] = []
    for width, scheme in ((WIDE, "light"), (NARROW, "light"), (NARROW, "dark"), (WIDE, "dark")):
        visitor.width = width
        visitor.page.set_viewport_size({"width": width, "height": 900})
        visitor.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        findings = visitor.inspect() if scheme == "light" else visitor.axe(only="color-contrast")
        found += [f"{width} px, {scheme}: {one}" for one in findings]
    return found


def test_every_page_is_free_of_findings(person: MakePerson, slugs: dict[str, str]) -> None:
    visitor = person()
    visitor.expect("Failed to load resource")  # the withdrawn page answers 410
    found: list[str] = []
    for path in (
        "/",
        "/solutions",
        "/solutions?q=zzzz",
        *(f"/solutions/{slugs[one]}" for one in ("first", "other", "gone")),
    ):
        visitor.page.goto(path)
        visitor.page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
        found += looked_at(visitor)
    assert not found, "\n".join(found)


def test_preview_and_choice_are_free_of_findings(person: MakePerson, slugs: dict[str, str]) -> None:
    colleague = person()
    colleague.sign_in(COORDINATOR)
    found: list[str] = []
    for path in (f"/publishing/{slugs['draft']}", "/solutions/follow"):
        colleague.open(path)
        found += looked_at(colleague)
    assert not found, "\n".join(found)


def test_the_pages_are_valid_html(person: MakePerson, slugs: dict[str, str], tmp_path: object) -> None:
    visitor = person(javascript=False)
    visitor.expect("Failed to load resource")
    pages = {}
    for path in ("/solutions", *(f"/solutions/{slugs[one]}" for one in ("first", "gone"))):
        answer = visitor.page.goto(path)
        assert answer is not None
        pages[path] = answer.text()
    assert not (wrong := errors_of(pages, tmp_path)), "\n".join(wrong)  # type: ignore[arg-type]


def titles(visitor: Person) -> list[str]:
    return visitor.page.locator("#solutions-results article h3").all_inner_texts()


def test_results_follow_while_somebody_types(person: MakePerson, slugs: dict[str, str]) -> None:
    visitor = person()
    visitor.open("/solutions")
    assert len(titles(visitor)) >= 2
    visitor.page.locator("#filter-q").press_sequentially("dolmet")
    expect(visitor.page.locator("#solutions-results article")).to_have_count(1, timeout=PATIENCE)
    assert titles(visitor) == ["Dolmetschende am Telefon für Elterngespräche"]
    assert visitor.page.evaluate("document.activeElement.id") == "filter-q"
    assert "q=dolmet" in visitor.page.url
    visitor.page.reload()
    assert titles(visitor) == ["Dolmetschende am Telefon für Elterngespräche"]
    visitor.page.locator("summary", has_text="Eingrenzen").click()
    visitor.page.locator("#filter-kind").select_option("solved")
    expect(visitor.page.locator("#solutions-results article")).to_have_count(0, timeout=PATIENCE)
    assert "Dazu gibt es noch nichts" in visitor.page.locator("#solutions-results").inner_text()


def test_searching_without_scripts_on_a_small_screen(person: MakePerson, slugs: dict[str, str]) -> None:
    visitor = person(javascript=False, width=NARROW)
    visitor.open("/")
    visitor.page.get_by_role("link", name="Alle Lösungen und Beschlüsse ansehen").click()
    visitor.page.locator("#filter-q").fill("Nachweis")
    visitor.page.get_by_role("button", name="Suchen").click()
    visitor.page.get_by_role("link", name="Ein Nachweis genügt für Kita und Schule").first.click()
    assert visitor.heading() == "Ein Nachweis genügt für Kita und Schule"
    visitor.page.locator("#changes summary").click()
    assert "Dezember" in visitor.page.locator("#changes del").first.inner_text()


def test_with_the_keyboard_alone_to_the_earlier_wording(person: MakePerson, slugs: dict[str, str]) -> None:
    visitor = person()
    visitor.open(f"/solutions/{slugs['first']}")
    visitor.tab_to("#changes summary")
    visitor.page.keyboard.press("Enter")
    assert visitor.page.locator("#changes ins").first.is_visible()


def test_printed_the_page_is_its_text(person: MakePerson, slugs: dict[str, str]) -> None:
    visitor = person()
    visitor.open(f"/solutions/{slugs['first']}")
    visitor.page.emulate_media(media="print")
    assert visitor.page.locator("#hurdle").is_visible()
    assert not visitor.page.locator(".kf-header").is_visible()
    assert not visitor.page.locator(".kf-solution-more").is_visible()
