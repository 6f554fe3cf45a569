"""The only place that commits. Blueprints, jobs and commands wrap one use case in ``with unit_of_work() as session``."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, text
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from ..extensions import WRITE, db
from ..models import ChainHead
from .refusals import StaleVersion

ANCHOR = "audit-anchor"
WRITERS = 5_382_000_001  # any number that nothing else in the database uses as an advisory lock
_data_dirs: dict[URL, Path] = {}


def keep_anchor_in(database: URL, data_dir: Path) -> None:
    """Tells once, at start-up, where the write lock and the anchor of this database's audit chain live."""
    data_dir.mkdir(parents=True, exist_ok=True)
    _data_dirs[database] = data_dir


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """One transaction: everything that happens inside is committed together, or nothing is.

    What was read before is read again inside, so decisions are taken on current data. On SQLite writers queue at a file
    lock and begin IMMEDIATE. Raises :class:`StaleVersion` when a row changed since it was loaded.
    """
    session = db.session()
    if session.info.get("kimforms_writing"):
        raise RuntimeError("a unit of work cannot hold another one")
    session.rollback()
    engine = db.engine
    data_dir = _data_dirs[engine.url]
    sqlite = engine.dialect.name == "sqlite"
    with _write_lock(data_dir / "write.lock") if sqlite else _no_lock():
        connection = session.connection(execution_options={WRITE: True})
        if not sqlite:  # the chain of events makes writers queue anyway; here they do so before they have read anything
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITERS})
        session.info["kimforms_writing"] = True
        try:
            yield session
            session.flush()  # so that a conflict shows before the head of the chain is read for the anchor
            head = _moved_head(session)
            session.commit()
        except StaleDataError as error:
            session.rollback()
            raise StaleVersion() from error
        except BaseException:
            session.rollback()
            raise
        finally:
            session.info.pop("kimforms_writing", None)
            session.info.pop("kimforms_head", None)
            session.info.pop("kimforms_memo", None)
        if head is not None:
            write_anchor(data_dir, *head)


def write_anchor(data_dir: Path, count: int, digest: str) -> None:
    """Keeps count and head hash outside the database; a process killed before this leaves an older anchor, never a wrong one."""
    path = data_dir / ANCHOR
    lock = data_dir / f"{ANCHOR}.lock"
    with _write_lock(lock):
        if (known := read_anchor(data_dir)) is not None and known[0] > count:
            return
        partial = path.with_suffix(".new")
        partial.write_text(f"{count} {digest}\n", "ascii")
        partial.replace(path)


def read_anchor(data_dir: Path) -> tuple[int, str] | None:
    """``(count, head hash)`` as last anchored, or None when nothing was anchored yet."""
    try:
        count, digest = (data_dir / ANCHOR).read_text("ascii").split()
    except FileNotFoundError:
        return None
    return int(count), digest


def _moved_head(session: Session) -> tuple[int, str] | None:
    head: ChainHead | None = session.info.get("kimforms_head")
    return (head.count, head.hash) if head is not None else None


@contextmanager
def _write_lock(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _no_lock() -> Iterator[None]:
    yield
