"""``kimforms serve``: web and worker in one command, prepared first when asked."""

from __future__ import annotations

import subprocess
import sys

import click

from .context import settings


@click.command()
@click.option(
    "--prepare", is_flag=True, help="Vorher Datenbank, Profil und (mit KIMFORMS_DEMO=1) Demodaten einrichten."
)
def serve(prepare: bool) -> None:
    """Startet Webserver und Hintergrunddienst; Strg-C beendet beide.

    Die Datenbank muss eingerichtet sein (kimforms init), oder --prepare tut es. Adresse und Port: KIMFORMS_HOST,
    KIMFORMS_PORT.
    """
    chosen = settings()
    if prepare:
        _prepare(chosen.demo)
    from .. import serve as server  # noqa: PLC0415 - keeps --help quick

    if chosen.demo:
        _say_demo_accounts(chosen.demo_password)
    server.serve(chosen)


def _prepare(demo: bool) -> None:
    """In processes of their own, so that the server stays small; nothing runs when nothing changed since last time."""
    from ..services.prepared import is_prepared, note_prepared  # noqa: PLC0415

    chosen = settings()
    if is_prepared(chosen):
        return
    for command in ("init", *(("demo",) if demo else ())):
        done = subprocess.run([sys.executable, "-m", "kimforms.cli", command], check=False)  # noqa: S603 - our own
        if done.returncode:
            sys.exit(done.returncode)
    note_prepared(chosen)


def _say_demo_accounts(password: str) -> None:
    from ..engine.profile import profile_folder, read_demo_accounts  # noqa: PLC0415

    click.echo("\nDemokonten (alle Personen sind erfunden), Passwort: " + password)
    for email, name, roles in read_demo_accounts(profile_folder(settings().profile)):
        click.echo(f"  {email:34} {name} ({roles})")
    click.echo("")
