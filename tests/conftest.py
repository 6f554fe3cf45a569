"""Fixtures for all tests. ``app`` is a migrated SQLite database with profile and demo accounts, fresh for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import settings

from .support.client import CheckingClient
from .support.databases import NOW, PostgresWorkshop, Workshop, in_app
from .support.postgres import PostgresServer

settings.register_profile("kimforms", deadline=None)  # speed is measured by `make bench`, never by a test
settings.load_profile("kimforms")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Tests that share a server or a browser stay in one process."""
    from .support.scheduling import ByRoom  # noqa: PLC0415 - only where pytest-xdist runs

    return ByRoom(config, log)


@pytest.fixture(scope="session")
def sqlite_workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    workshop = Workshop(tmp_path_factory.mktemp("sqlite"))
    yield workshop
    workshop.close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    server = PostgresServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_workshop(postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    workshop = PostgresWorkshop(tmp_path_factory.mktemp("postgres"), postgres_server)
    yield workshop
    workshop.close()


@pytest.fixture
def workshop(sqlite_workshop: Workshop) -> Workshop:
    """The database of this test; tests/services runs every test on SQLite and on PostgreSQL instead."""
    return sqlite_workshop


@pytest.fixture
def app(workshop: Workshop) -> Iterator[Flask]:
    """The application, inside an application context."""
    workshop.fresh()
    with in_app(workshop.app) as application:
        yield application


@pytest.fixture
def now() -> Any:
    return NOW


@pytest.fixture
def data_dir(workshop: Workshop, app: Flask) -> Path:
    return workshop.data


@pytest.fixture
def client(workshop: Workshop) -> CheckingClient:
    """A signed-out client that checks every page it gets; ``client.sign_in(email)`` signs in."""
    workshop.fresh()
    return CheckingClient(workshop.app)
