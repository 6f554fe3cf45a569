"""Databases for the tests: migrated and filled with the profile once, then copied for each test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from flask import Flask

from kimforms import create_app
from kimforms.config import read_settings
from kimforms.extensions import db
from kimforms.services import catalogues, outbox, similar_index
from kimforms.services.passwords import Cost
from kimforms.services.queries import similar_publications
from kimforms.services.set_up import set_up

from .postgres import PostgresServer

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PASSWORD = "kimforms-demo"
CHEAP = Cost(time_cost=1, memory_cost=8, parallelism=1)


class Workshop:
    """One application on one database, which ``fresh`` puts back into its first state before each test."""

    def __init__(self, folder: Path, url: str | None = None) -> None:
        self.folder = folder
        self.data = folder / "data"
        settings = read_settings(
            {
                "KIMFORMS_DATA_DIR": str(self.data),
                "KIMFORMS_SECRET_KEY": "test-secret",
                "KIMFORMS_DEMO": "1",
                "KIMFORMS_BASE_URL": "http://localhost",
                **({"KIMFORMS_DATABASE_URL": url} if url else {}),
            }
        )
        self.app = create_app(settings, TESTING=True, NOW=lambda: NOW, ARGON2=CHEAP)
        with self.app.app_context():
            set_up(settings, NOW, demo_accounts=True, cost=CHEAP)
            db.session.remove()
        self._keep()

    def _keep(self) -> None:
        with self.app.app_context():
            if self.sqlite:
                with db.engine.connect() as connection:
                    connection.exec_driver_sql("COMMIT")
                    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                    connection.exec_driver_sql("BEGIN")
            db.engine.dispose()
        shutil.copytree(self.data, self.folder / "kept")

    @property
    def sqlite(self) -> bool:
        return bool(self.app.config["SETTINGS"].sqlite)

    def close(self) -> None:
        """Lets go of all connections."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def fresh(self) -> None:
        """Puts database and data folder back."""
        catalogues.forget()
        similar_index.forget()
        similar_publications.forget()
        outbox.configure(self.app.config["SETTINGS"].base_url)  # another test's application may have set its own
        with self.app.app_context():
            db.engine.dispose()
        shutil.rmtree(self.data)
        shutil.copytree(self.folder / "kept", self.data)


class PostgresWorkshop(Workshop):
    """The same on PostgreSQL: a template database, cloned for each test."""

    def __init__(self, folder: Path, server: PostgresServer) -> None:
        self.server = server
        self.name = f"kimforms_{os.getpid()}"
        self._admin(f'CREATE DATABASE "{self.name}"')
        super().__init__(folder, server.url(self.name))
        self._admin(f'CREATE DATABASE "{self.name}_kept" TEMPLATE "{self.name}"')

    def fresh(self) -> None:
        super().fresh()
        self._admin(f'DROP DATABASE "{self.name}" WITH (FORCE)')
        self._admin(f'CREATE DATABASE "{self.name}" TEMPLATE "{self.name}_kept"')

    def _admin(self, statement: str) -> None:
        address = self.server.url("postgres").replace("+psycopg", "")
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[arg-type]


@contextmanager
def in_app(app: Flask) -> Iterator[Flask]:
    """An application context that leaves no session behind."""
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
