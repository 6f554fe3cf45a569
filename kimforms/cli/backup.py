"""``kimforms backup`` and ``restore``: one archive of database, files, anchor and secret key, checked when it comes back."""

from __future__ import annotations

from pathlib import Path

import click

from .context import settings, with_app


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@with_app
def backup(target: Path) -> None:
    """Schreibt ein Archiv (tar.gz) von Datenbank und Dateien, auch im laufenden Betrieb. Es enthält alle Geheimnisse."""
    from ..services import backups  # noqa: PLC0415 - keeps --help quick

    size = backups.write(settings(), target)
    click.echo(f"Gesichert: {target} ({size // 1024} KiB). Bewahren Sie das Archiv verschlüsselt auf.")


@click.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(source: Path) -> None:
    """Stellt ein Archiv in einem leeren Datenordner wieder her. Danach prüft „kimforms audit verify“ das Protokoll."""
    from ..services import backups  # noqa: PLC0415 - keeps --help quick

    backups.restore(settings(), source)
    click.echo("Wiederhergestellt. Prüfen: kimforms audit verify")
