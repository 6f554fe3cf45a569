"""Counts the statements that a page sends to the database, so that none grows with what it shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from flask import Flask
from sqlalchemy import event

from kimforms.blueprints import navigation
from kimforms.extensions import db
from kimforms.services import catalogues


@contextmanager
def statements_of(app: Flask) -> Iterator[list[str]]:
    """The statements that are sent inside; transactions are not counted."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA")):
            sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    kept = navigation.LIFETIME, catalogues.LIFETIME
    navigation.LIFETIME = catalogues.LIFETIME = timedelta(days=1)  # what is kept must not run out between two pages
    try:
        yield sent
    finally:
        navigation.LIFETIME, catalogues.LIFETIME = kept
        event.remove(engine, "before_cursor_execute", note)
