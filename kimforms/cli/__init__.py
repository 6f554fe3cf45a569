"""The ``kimforms`` command: everything an administrator needs. One clear line and exit code 1 on bad input."""

from __future__ import annotations

import sys

import click

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 110}

LAZY = {
    "audit": ("audit", "audit"),
    "backup": ("backup", "backup"),
    "demo": ("demo", "demo"),
    "inbound": ("inbound", "inbound"),
    "init": ("init", "init"),
    "outbox": ("outbox", "outbox"),
    "process": ("process", "process"),
    "profile": ("profile", "profile"),
    "restore": ("backup", "restore"),
    "serve": ("serve", "serve"),
    "similar": ("similar", "similar"),
    "user": ("user", "user"),
    "worker": ("worker", "worker"),
}


class LazyGroup(click.Group):
    """Imports a command's module when it is used, so that ``--help`` answers at once."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return sorted(LAZY)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in LAZY:
            return None
        from importlib import import_module  # noqa: PLC0415 - the point of this class

        module, attribute = LAZY[name]
        command: click.Command = getattr(import_module(f"{__name__}.{module}"), attribute)
        return command


@click.group(cls=LazyGroup, context_settings=CONTEXT)
def cli() -> None:
    """kimforms: Formulare und Abläufe für das Kommunale Integrationsmanagement.

    Einstellungen stehen in Umgebungsvariablen KIMFORMS_* (siehe docs/administration.md).
    """


def main() -> None:
    """Runs the command; what people can mend is one line on stderr and exit code 1, not a traceback."""
    from sqlalchemy.exc import OperationalError, ProgrammingError  # noqa: PLC0415 - keeps --help quick

    from ..config import SettingsError  # noqa: PLC0415
    from ..services.refusals import Refusal  # noqa: PLC0415

    try:
        cli(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as problem:
        problem.show()
        sys.exit(1)
    except (SettingsError, Refusal) as problem:
        click.echo(f"Fehler: {problem}", err=True)
        sys.exit(1)
    except (OperationalError, ProgrammingError) as problem:  # no tables yet, older tables, no server, a full disk
        cause = " ".join(str(problem.orig).split())[:200]
        click.echo(f"Fehler: Die Datenbank antwortet nicht wie erwartet ({cause}). Hilft „kimforms init“?", err=True)
        sys.exit(1)
