"""``kimforms serve``: web and worker in one command."""

from __future__ import annotations

import click

from .context import settings


@click.command()
def serve() -> None:
    """Startet Webserver und Hintergrunddienst; Strg-C beendet beide.

    Die Datenbank muss eingerichtet sein (kimforms init). Adresse und Port: KIMFORMS_HOST, KIMFORMS_PORT.
    """
    from .. import serve as server  # noqa: PLC0415 - keeps --help quick

    server.serve(settings())
