"""``kimforms similar reindex``: analyses reports anew whose analysis is missing, outdated or damaged."""

from __future__ import annotations

import sys

import click

from .context import with_app


@click.command()
@click.option("--all", "everything", is_flag=True, help="Alle Meldungen, auch die mit gültiger Auswertung.")
@with_app
def reindex(everything: bool) -> None:
    """Wertet Meldungen für die Suche nach ähnlichen neu aus, auch im laufenden Betrieb. Sonst tut das der Worker."""
    from tqdm import tqdm  # noqa: PLC0415 - keeps --help quick

    from ..extensions import db  # noqa: PLC0415
    from ..services import similar_reports  # noqa: PLC0415
    from ..services.unit_of_work import unit_of_work  # noqa: PLC0415

    with tqdm(desc="Ähnliche Meldungen", unit=" Meldungen", disable=not sys.stderr.isatty()) as bar:

        def progress(done: int) -> None:
            bar.update(done - bar.n)

        done = similar_reports.reindex(unit_of_work, db.session(), everything=everything, progress=progress)
    click.echo(f"{done} Meldungen ausgewertet.")
