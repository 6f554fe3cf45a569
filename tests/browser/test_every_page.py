"""Every page that a role can open: no axe findings in light and dark, nothing wider than 320 or 1280 px, valid HTML."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from ..guards.test_routes import ALL, NOBODY, PEOPLE, STATUS
from ..support.browser import NARROW, WIDE, Person
from ..support.reports import CONTACT
from ..support.server import Server, Visitor
from ..support.vnu import errors_of
from .conftest import MakePerson

NOT_PAGES = {
    "/statistics/export", "/decisions/control.pdf", "/solutions/feed.atom", "/solutions/feed.rss", "/healthz",
    "/favicon.ico", "/report/receipt.pdf", "/services/list.pdf", "/feeds/course-dates.ics",
    "/naturalisation/figures/export",
}  # fmt: skip
REFUSED = ("/no-such-page", "/password/forged", "/report/resume/forged", "/inbox?state=unknown&sort=wrong&after=x")
OF_RECORDS = ("", "/contact", "/edit", "/history", "/shares", "/actions/erfassen", "/actions/rueckfragen")


@pytest.fixture(scope="module")
def addresses(house: Server) -> dict[str, list[str]]:
    """Who looks at which addresses: all of the table that answer 200, and one of each with parameters."""
    visitor = Visitor(house.port)
    assert visitor.send(visitor.report(**CONTACT | {"titel": "Eine Meldung für alle Seiten"})).status == 303
    reference = visitor.confirmation()[0]
    message = house.rows("SELECT max(id) FROM outbox_message")[0][0]
    user, grant = house.rows("SELECT user_id, min(id) FROM role_grant WHERE role = 'adviser'")[0]
    return {who: _static(who) for who in (NOBODY, *PEOPLE)} | {
        NOBODY: [*_static(NOBODY), *REFUSED],
        "coordinator": [
            *(path for path in _static("coordinator") if STATUS[path] is not ALL),
            *(f"/records/{reference}{rest}" for rest in OF_RECORDS), "/inbox?q=Meldung", "/?lang=en", "/inbox?lang=en",
            f"/records/{reference}?lang=en", "/?lang=de", f"/records/{reference}/actions/no-such-step",
        ],
        "office": [
            "/dashboard", "/statistics", "/statistics?view=published", "/inbox", "/outbox", f"/outbox/{message}",
            f"/records/{reference}",
        ],
        "admin": [
            *(path for path in _static("admin") if path.startswith(("/admin", "/outbox", "/dashboard"))),
            f"/admin/accounts/{user}", f"/admin/accounts/{user}/deactivate", f"/outbox/{message}",
            f"/admin/accounts/{user}/roles/{grant}/remove",
        ],
        "adviser": ["/dashboard", "/my-reports", "/report", "/report/drafts", "/tasks", f"/records/{reference}", "/inbox"],
        "case_manager": ["/dashboard", "/statistics", "/my-reports"],
        "naturalisation": ["/dashboard", "/inbox"],
        "member": ["/dashboard", "/statistics", "/tasks"],
    }  # fmt: skip


def _static(who: str) -> list[str]:
    return [path for path, status in STATUS.items() if status[who] == 200 and path not in NOT_PAGES]


@pytest.mark.parametrize("who", [NOBODY, *PEOPLE])
def test_every_page_is_free_of_findings(person: MakePerson, addresses: dict[str, list[str]], who: str) -> None:
    found: list[str] = []
    visitor = person()
    visitor.expect("Failed to load resource")  # the refusals among them
    if who != NOBODY:
        visitor.sign_in(PEOPLE[who])
    for path in addresses[who]:
        visitor.page.goto(path)
        found += _looked_at(visitor)
    assert not found, "\n".join(found)


def _looked_at(visitor: Person) -> list[str]:
    """All four: light and dark, wide and narrow. Colours depend on the scheme alone, so the second look is for contrast."""
    found: list[str] = []
    for width, scheme in ((WIDE, "light"), (NARROW, "light"), (NARROW, "dark"), (WIDE, "dark")):
        visitor.width = width
        visitor.page.set_viewport_size({"width": width, "height": 900})
        visitor.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        findings = visitor.inspect() if scheme == "light" else visitor.axe(only="color-contrast")
        found += [f"{width} px, {scheme}: {one}" for one in findings]
    return found


def test_every_page_is_valid_html(house: Server, addresses: dict[str, list[str]], tmp_path: Path) -> None:
    pages = {}
    for who, paths in addresses.items():
        visitor = Visitor(house.port)
        if who != NOBODY:
            assert visitor.sign_in(PEOPLE[who], "kimforms-demo").status == 303
        for path in paths:
            answer = visitor.get(path)
            assert answer.status < 500, path
            if answer.status != 303:
                pages[f"{path} for {who}"] = answer.text
    assert len(pages) > 40
    wrong = errors_of(pages, tmp_path)
    assert not wrong, "\n".join(wrong)


def test_the_checker_finds_what_is_wrong(tmp_path: Path) -> None:
    pages = {"bad": "<!DOCTYPE html><html lang=de><title>x</title><p><table><p hx-get='/'>x</table></html>", "good": (
        "<!DOCTYPE html><html lang=de><head><title>x</title></head><body><p hx-get='/'>x</p></body></html>")}  # fmt: skip
    wrong = errors_of(pages, tmp_path)
    assert wrong and all(line.startswith("bad ") for line in wrong), wrong


def test_axe_and_the_search_for_overflow_find_what_is_wrong(person: MakePerson, window: Browser) -> None:
    visitor = person(width=NARROW)
    visitor.open("/accessibility")
    visitor.page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"data:,\"><input>"
        "<pre>' + 'x'.repeat(200) + '</pre>')"
    )
    found = " ".join(visitor.inspect())
    assert "image-alt" in found and "label" in found and "wider than 320 px" in found


def test_forced_colours_and_large_text_lose_nothing(person: MakePerson) -> None:
    visitor = person()
    visitor.page.emulate_media(forced_colors="active")
    for path in ("/", "/report/form", "/login"):
        visitor.open(path)
        visitor.page.evaluate("document.documentElement.style.setProperty('font-size', '200%')")
        assert visitor.overflow() == []
        assert re.search(r"\w", visitor.page.locator("main").inner_text())
