"""Every migration goes up and down with a row in every table, on SQLite and PostgreSQL; the head equals the models."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import flask_migrate
import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

from kimforms import create_app
from kimforms.config import read_settings
from kimforms.extensions import db
from kimforms.services.set_up import MIGRATIONS, prepare_migrations

from ..support.postgres import PostgresServer

FULL_TEXT = "record_fts"  # SQLite's own tables of the index; made and removed by the migration, unknown to the models
REVISIONS = [one.revision for one in ScriptDirectory(str(MIGRATIONS)).walk_revisions()][::-1]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An application whose database is empty."""
    url = _new_database(request.getfixturevalue("postgres_server")) if request.param == "postgres" else ""
    settings = read_settings(
        {"KIMFORMS_DATA_DIR": str(tmp_path), "KIMFORMS_SECRET_KEY": "x", "KIMFORMS_DATABASE_URL": url}
    )
    app = create_app(settings, TESTING=True)
    with app.app_context():
        prepare_migrations()
        yield app
        db.session.remove()
        db.engine.dispose()


def _new_database(server: PostgresServer) -> str:
    name = f"migrations_{os.getpid()}"
    with psycopg.connect(server.url("postgres").replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')  # type: ignore[arg-type]
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]
    return server.url(name)


def upgrade(revision: str) -> None:
    prepare_migrations()
    flask_migrate.upgrade(str(MIGRATIONS), revision)


def downgrade(revision: str) -> None:
    prepare_migrations()
    flask_migrate.downgrade(str(MIGRATIONS), revision)


def reflected() -> sa.MetaData:
    """The tables as they are in the database now."""
    metadata = sa.MetaData()
    metadata.reflect(db.engine, only=lambda name, _: not name.startswith(FULL_TEXT) and name != "alembic_version")
    return metadata


def fill() -> set[str]:
    """Puts two rows into every table that has none, and then fills the references that may be null; names all tables."""
    tables = reflected().tables
    needs = {
        name: {key.column.table.name for key in table.foreign_keys if not key.parent.nullable}
        for name, table in tables.items()
    }
    with db.engine.begin() as connection:
        for name in TopologicalSorter(needs).static_order():
            if connection.scalar(sa.select(sa.func.count()).select_from(tables[name])) == 0:
                connection.execute(tables[name].insert(), [row_for(tables[name], 1), row_for(tables[name], 2)])
        for table in tables.values():
            later = {key.parent: value_for(key.column, 1) for key in table.foreign_keys if key.parent.nullable}
            if later:
                connection.execute(table.update().values(later))
    return set(tables)


def row_for(table: sa.Table, number: int) -> dict[str, Any]:
    """A value for every column but references that may be null: the row they mean may come later."""
    allowed = dict(_allowed(table))
    row: dict[str, Any] = {}
    for column in table.columns:
        if column.foreign_keys:
            row[column.name] = None if column.nullable else _other(number, column, row)
        else:
            row[column.name] = allowed.get(column.name, value_for(column, number))
    return row


def _other(number: int, column: sa.Column[Any], row: dict[str, Any]) -> Any:
    """The row that a reference means; the second reference to the same table means the other row."""
    (target,) = column.foreign_keys
    before = [one for one in column.table.columns if one.name in row and one.foreign_keys and row[one.name] is not None]
    again = any(key.column.table is target.column.table for one in before for key in one.foreign_keys)
    return value_for(target.column, 3 - number if again else number)


def value_for(column: sa.Column[Any], number: int) -> Any:
    kind = column.type
    if isinstance(kind, sa.String):
        return f"{number} grün"[: kind.length]
    if isinstance(kind, sa.DateTime):
        return datetime(2026, 11, 23, 9, number, tzinfo=UTC if kind.timezone else None)
    samples: tuple[tuple[type, Any], ...] = (
        (sa.JSON, {"de": "Straße"}),
        (sa.Date, date(2026, 11, 23)),
        (sa.Time, time(9, number)),
        (sa.Boolean, True),
        (sa.Numeric, number),
        (sa.Integer, number),
        (sa.LargeBinary, b"\x00\xff"),
    )
    return next(sample for type_, sample in samples if isinstance(kind, type_))


def _allowed(table: sa.Table) -> Iterator[tuple[str, Any]]:
    """The first value of each ``column IN (…)``, as the constraint was written."""
    for constraint in table.constraints:
        if isinstance(constraint, sa.CheckConstraint):
            text = str(constraint.sqltext)
            found = re.search(r"(\w+)\W*(?:::\w+[ \w]*\W*)?\s*(?:IN|= ANY)\b.*?'([^']*)'", text, re.I | re.S)
            if found:
                yield found[1], found[2]


def kept() -> dict[str, int]:
    metadata = reflected()
    with db.engine.connect() as connection:
        counts = {
            name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for name, table in metadata.tables.items()
        }
        connection.rollback()
    return counts


def test_every_migration_goes_up_and_down_with_data_in_it(empty_app: Flask) -> None:
    for revision in REVISIONS:
        upgrade(revision)
        tables = fill()
        assert min(kept().values()) >= 1, f"{revision} leaves a table empty that was filled"
    assert tables >= {"record", "event", "user_account", "outbox_message"}
    for revision in [*REVISIONS[-2::-1], "base"]:
        downgrade(revision)
    assert sa.inspect(db.engine).get_table_names() in ([], ["alembic_version"])
    upgrade("head")
    assert fill() == tables


def test_the_head_equals_the_models(empty_app: Flask) -> None:
    upgrade("head")
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": not_full_text, "render_as_batch": True}
        )
        difference = compare_metadata(context, db.metadata)
        connection.rollback()
    assert difference == []


def test_the_full_text_index_of_models_and_migration_is_the_same(empty_app: Flask) -> None:
    """Comparing leaves it out; so its statements are compared as the database keeps them."""
    upgrade("head")
    migrated = full_text_statements()
    downgrade("base")
    db.metadata.create_all(db.engine)
    assert migrated
    assert full_text_statements() == migrated


def full_text_statements() -> set[str]:
    if db.engine.dialect.name == "sqlite":
        query = "SELECT sql FROM sqlite_master WHERE name = 'record_fts' OR (type = 'trigger' AND tbl_name = 'record_search')"
    else:
        query = "SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_record_search_stems_fts'"
    with db.engine.connect() as connection:
        found = {" ".join(row[0].split()) for row in connection.execute(sa.text(query))}
        connection.rollback()
    return found


def not_full_text(name: str | None, kind: str, _parents: Any) -> bool:
    if kind == "index":
        return name != "ix_record_search_stems_fts"
    return not (kind == "table" and name is not None and name.startswith(FULL_TEXT))
