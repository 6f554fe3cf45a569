"""Whoever changes the history past the program is found by ``kimforms audit verify``; erasure on schedule is not."""

from __future__ import annotations

import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from kimforms.models import Record
from kimforms.permissions import ANYONE
from kimforms.services import catalogues, retention
from kimforms.services.processes import current_version
from kimforms.services.records.submission import submit_record
from kimforms.services.unit_of_work import unit_of_work

from ..support.databases import NOW, Workshop, in_app
from ..support.reports import CONTACT, whole
from ..support.server import kimforms, rows

REPORTS = 4


@pytest.fixture(scope="module")
def history(sqlite_workshop: Workshop, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with some reports in its history."""
    sqlite_workshop.fresh()
    with in_app(sqlite_workshop.app):
        for number in range(REPORTS):
            with unit_of_work() as session:
                submit_record(
                    session, ANYONE, NOW, version=current_version(session, "hurdle_report"),
                    raw=whole(**CONTACT, titel=f"Meldung {number}"), submission_key=f"key-{number}", secret_key="s",
                    catalogues=catalogues.catalogues(session),
                )  # fmt: skip
    sqlite_workshop.close()
    folder = tmp_path_factory.mktemp("history") / "data"
    shutil.copytree(sqlite_workshop.data, folder)
    return folder


def verify(data: Path) -> tuple[int, str]:
    """Exit code and words of ``kimforms audit verify``."""
    done = kimforms(
        {"PATH": "/usr/bin:/bin", "KIMFORMS_DATA_DIR": str(data), "KIMFORMS_SECRET_KEY": "x"}, "audit", "verify"
    )
    return done.returncode, done.stdout + done.stderr


LAST = "(SELECT max(seq) FROM event)"
MIDDLE = "(SELECT min(seq) FROM event WHERE tag = 'record:submit')"
CHANGES = {
    "a changed payload": (
        f"UPDATE event SET payload = replace(payload, 'IH-', 'IX-') WHERE seq = {MIDDLE}",
        "wurde verändert",
    ),
    "a removed event in the middle": (
        f"DELETE FROM event_value WHERE event_seq = {MIDDLE}; DELETE FROM event WHERE seq = {MIDDLE}",
        "fehlt mindestens eines",
    ),
    "the last event removed, and its end of the chain with it": (
        f"DELETE FROM event_value WHERE event_seq = {LAST}; DELETE FROM event WHERE seq = {LAST};"
        f"UPDATE chain_head SET count = {LAST}, hash = (SELECT hash FROM event ORDER BY seq DESC LIMIT 1)",
        "Der Anker nennt",
    ),
    "two events that changed places": (
        f"CREATE TEMP TABLE here AS SELECT {MIDDLE} AS seq; UPDATE event SET seq = -1 WHERE seq = (SELECT seq FROM here);"
        "UPDATE event SET seq = (SELECT seq FROM here) WHERE seq = (SELECT seq + 1 FROM here);"
        "UPDATE event SET seq = (SELECT seq + 1 FROM here) WHERE seq = -1",
        "schließt nicht an",
    ),
    "a changed value beside the chain": (
        f"UPDATE event_value SET value = '\"Jemand anderes\"' WHERE event_seq = {MIDDLE} AND key = 'contact'",
        "Der Wert contact",
    ),
    "a removed value beside the chain": (
        f"DELETE FROM event_value WHERE event_seq = {MIDDLE} AND key = 'answers'",
        "Der Wert answers",
    ),
}


def tamper(data: Path, statements: str) -> None:
    connection = sqlite3.connect(data / "kimforms.sqlite3")
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.executescript(statements)
    connection.close()


def test_an_untouched_history_is_green(history: Path) -> None:
    code, words = verify(history)
    assert code == 0, words
    assert "Das Protokoll ist unversehrt" in words


@pytest.mark.parametrize("change", CHANGES)
def test_it_is_found(history: Path, tmp_path: Path, change: str) -> None:
    data = tmp_path / "data"
    shutil.copytree(history, data)
    before = rows(data, "SELECT seq, hash, payload FROM event UNION SELECT event_seq, key, value FROM event_value")
    tamper(data, CHANGES[change][0])
    assert (
        rows(data, "SELECT seq, hash, payload FROM event UNION SELECT event_seq, key, value FROM event_value") != before
    )
    code, words = verify(data)
    assert code == 1, words
    assert CHANGES[change][1] in words


def test_erasure_on_schedule_keeps_it_green(history: Path, sqlite_workshop: Workshop, tmp_path: Path) -> None:
    sqlite_workshop.fresh()
    shutil.copytree(history, sqlite_workshop.data, dirs_exist_ok=True)
    with in_app(sqlite_workshop.app):
        _close_all()
        erased = retention.run(unit_of_work, NOW + timedelta(days=365))
    assert erased
    left = rows(
        sqlite_workshop.data,
        "SELECT count(*) FROM event_value WHERE personal AND erased_at IS NULL AND key = 'contact'",
    )
    assert left == [(0,)]
    code, words = verify(sqlite_workshop.data)
    assert code == 0, words
    assert f"davon {REPORTS} fristgemäß gelöscht" in words


def _close_all() -> None:
    """As if every report had been closed today; the period runs from there."""
    with unit_of_work() as session:
        for record in session.scalars(select(Record)):
            record.open, record.closed_at = False, NOW
