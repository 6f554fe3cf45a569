"""One server and one Chromium for all journeys; each test gets people with windows of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from ..support.browser import Person, chromium
from ..support.databases import Workshop
from ..support.server import Server

MakePerson = Callable[..., Person]


def pytest_itemcollected(item: pytest.Item) -> None:
    item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def house(sqlite_workshop: Workshop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server that all journeys visit; each brings what it needs with it and leaves the rest alone."""
    server = Server(tmp_path_factory.mktemp("browser"), sqlite_workshop.folder / "kept", behind_proxy="0")
    server.start()
    yield server
    assert server.stop() == 0, server.log()


@pytest.fixture(scope="session")
def window() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def person(house: Server, window: Browser) -> Iterator[MakePerson]:
    """Makes people; at the end none of their pages may have had errors or asked other hosts."""
    people: list[Person] = []

    def make(**settings: object) -> Person:
        people.append(Person(window, house.address, **settings))  # type: ignore[arg-type]
        return people[-1]

    yield make
    problems = [problem for one in people for problem in one.close()]
    assert not problems, "\n".join(problems)
