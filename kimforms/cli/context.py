"""What commands share: an application context, the actor of the command line, and a unit of work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from ..config import Settings, read_settings
from ..permissions import Actor

OPERATOR = Actor("system", name="Kommandozeile")


def with_app(command: Callable[..., Any]) -> Callable[..., Any]:
    """Runs the command inside an application context; the database has to be set up (``kimforms init``)."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> Any:
        from .. import create_app  # noqa: PLC0415 - keeps --help quick

        with create_app(settings()).app_context():
            return command(*arguments, **options)

    return run


def settings() -> Settings:
    """The settings of this command, from the environment."""
    return read_settings()


def utc_now() -> datetime:
    """The time at which the command acts."""
    return datetime.now(UTC)
