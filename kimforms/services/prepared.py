"""Remembers for which profile and migrations a data folder was prepared, so that a second start takes no time."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ..config import Settings
from ..engine.profile import profile_folder

MARK = "prepared"


def is_prepared(settings: Settings) -> bool:
    """Whether this data folder was prepared for just these migrations, profile, database and mode."""
    mark = settings.data_dir / MARK
    if settings.sqlite and not Path(settings.database_url.removeprefix("sqlite:///")).exists():
        return False
    return mark.exists() and mark.read_text("ascii") == _fingerprint(settings)


def note_prepared(settings: Settings) -> None:
    """Called after everything was prepared."""
    (settings.data_dir / MARK).write_text(_fingerprint(settings), "ascii")


def _fingerprint(settings: Settings) -> str:
    digest = hashlib.sha256(f"{settings.database_url} {settings.demo} {settings.demo_password}".encode())
    migrations = Path(__file__).resolve().parents[2] / "migrations" / "versions"
    for path in sorted([*migrations.glob("*.py"), *profile_folder(settings.profile).rglob("*.*")]):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()
