"""People who live through a story at their windows; on the way its pages are looked at, wide and narrow."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from playwright.sync_api import Page

from kimforms.services.records.facts import local_day

from .browser import NARROW, WIDE, Person
from .server import Server


@dataclass
class Story:
    """People at their windows; ``found`` is what axe and the search for overflow say on the way."""

    house: Server
    make: Callable[..., Person]
    path: str
    reference: str = ""
    found: list[str] = field(default_factory=list)
    people: dict[str, Person] = field(default_factory=dict)

    def who(self, email: str) -> Person:
        """Somebody at their own window, signed in."""
        if email not in self.people:
            self.people[email] = self.make()
            self.people[email].sign_in(email)
        return self.people[email]

    def at(self, email: str, part: str = "") -> Page:
        """This person at a page of what the story is about."""
        return self.who(email).open(f"/{self.path}/{self.reference}{part}")

    def look(self, person: Person, *, narrow: bool = True) -> None:
        """What is wrong with the page; ``narrow``: also whether it fits in 320 px."""
        self.found += person.inspect()
        if not narrow:
            return
        person.width = NARROW
        person.page.set_viewport_size({"width": NARROW, "height": 900})
        self.found += person.overflow()
        person.width = WIDE
        person.page.set_viewport_size({"width": WIDE, "height": 900})


def kept(person: Person, path: str, target: Path) -> Path:
    """A file of the server as this person's browser gets it."""
    answer = person.context.request.get(path)
    assert answer.ok, f"{path}: {answer.status}"
    target.write_bytes(answer.body())
    return target


def today() -> date:
    """The day as the offices count it, which is not always that of the machine."""
    return local_day(datetime.now(UTC))


def press(page: Page, name: str) -> None:
    """A button that leads to another page."""
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=name, exact=True).last.click()


def text_of(pdf: Path) -> str:
    """What stands in a PDF, in the order of reading."""
    return subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, check=True).stdout.decode()
