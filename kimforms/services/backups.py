"""Backup and restore of an installation on SQLite: a consistent copy of the database beside running processes.

With PostgreSQL the database is backed up by its own tools (pg_dump); these commands then say so.
"""

from __future__ import annotations

import sqlite3
import tarfile
import tempfile
from pathlib import Path

from ..config import Settings
from .refusals import InputRefused
from .unit_of_work import ANCHOR

DATABASE = "kimforms.sqlite3"
SECRET = "secret.key"  # noqa: S105 - the name of a file
FOLDERS = ("files",)


def write(settings: Settings, target: Path) -> int:
    """Writes the archive and returns its size in bytes. An existing file is not replaced."""
    source = _database(settings)
    if target.exists():
        raise InputRefused({}, f"{target} gibt es schon; bitte einen neuen Namen wählen.")
    partial = target.with_name(f"{target.name}.part")
    with tempfile.TemporaryDirectory(dir=settings.data_dir) as folder:
        copy = Path(folder) / DATABASE
        anchor = settings.data_dir / ANCHOR
        known = (
            anchor.read_bytes() if anchor.exists() else None
        )  # before the copy: an anchor may be behind, never ahead
        _copy(source, copy)
        with tarfile.open(partial, "x:gz") as archive:
            archive.add(copy, DATABASE)
            if known is not None:
                kept = Path(folder) / ANCHOR
                kept.write_bytes(known)
                archive.add(kept, ANCHOR)
            for name in (SECRET, *FOLDERS):
                if (settings.data_dir / name).exists():
                    archive.add(settings.data_dir / name, name)
    partial.chmod(0o600)
    partial.rename(target)
    return target.stat().st_size


def restore(settings: Settings, source: Path) -> None:
    """Unpacks an archive into an empty data folder; anything else is refused and nothing is overwritten."""
    _database(settings, wanted=False)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if any(settings.data_dir.iterdir()):
        raise InputRefused({}, f"Der Datenordner {settings.data_dir} ist nicht leer; es wurde nichts verändert.")
    try:
        with tarfile.open(source, "r:gz") as archive:
            if DATABASE not in archive.getnames():
                raise InputRefused({}, f"{source} ist keine Sicherung von kimforms.")
            archive.extractall(settings.data_dir, filter="data")
    except (tarfile.TarError, EOFError, OSError) as broken:
        raise InputRefused({}, f"{source} lässt sich nicht lesen: die Sicherung ist beschädigt.") from broken


def _database(settings: Settings, *, wanted: bool = True) -> Path:
    if not settings.sqlite:
        raise InputRefused({}, "Mit PostgreSQL sichern Sie die Datenbank mit pg_dump und dazu den Datenordner.")
    path = Path(settings.database_url.removeprefix("sqlite:///"))
    if wanted and not path.exists():
        raise InputRefused({}, "Es gibt noch keine Datenbank. Zuerst: kimforms init")
    return path


def _copy(source: Path, target: Path) -> None:
    """SQLite's own online copy: consistent while others write (SQLite, Online Backup API)."""
    with sqlite3.connect(source) as live, sqlite3.connect(target) as copy:
        live.backup(copy)
    live.close()
    copy.close()
