"""Real servers with a real mail server, each on its own copy of the prepared data folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ..support.databases import Workshop
from ..support.mail import Mailbox, mail_server
from ..support.server import Server

MakeServer = Callable[..., Server]


@pytest.fixture
def kept(sqlite_workshop: Workshop) -> Path:
    """The data folder as it is after the first start."""
    return sqlite_workshop.folder / "kept"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as found:
        yield found


@pytest.fixture
def make_server(tmp_path: Path, kept: Path) -> Iterator[MakeServer]:
    """Builds servers that end with the test, whatever happened to them."""
    made: list[Server] = []

    def make(name: str = "server", **settings: str) -> Server:
        made.append(Server(tmp_path / name, kept, behind_proxy="1", **settings))
        return made[-1]

    yield make
    for server in made:
        if server.process is not None and server.process.poll() is None:
            server.stop()
