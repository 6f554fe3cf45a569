"""``kimforms audit``: whether the history is what was written."""

from __future__ import annotations

import sys

import click

from .context import settings, with_app

SHOWN = 10


@click.group()
def audit() -> None:
    """Prüft das Protokoll aller Änderungen."""


@audit.command()
@with_app
def verify() -> None:
    """Geht die ganze Kette durch; Rückgabewert 1, wenn etwas fehlt oder verändert wurde."""
    from tqdm import tqdm  # noqa: PLC0415 - keeps --help quick

    from ..extensions import db  # noqa: PLC0415
    from ..services import audit_check  # noqa: PLC0415

    session = db.session()
    total = audit_check.count_events(session)
    session.rollback()  # the walk wants a fresh view of the database
    with tqdm(total=total, unit=" Ereignisse", disable=not sys.stderr.isatty()) as bar:
        report = audit_check.verify(session, settings().data_dir, bar.update)
    session.rollback()
    if report.ok:
        click.echo(
            f"Das Protokoll ist unversehrt: {report.events} Ereignisse, {report.values} Werte, "
            f"davon {report.erased} fristgemäß gelöscht."
        )
        return
    for problem in report.problems[:SHOWN]:
        click.echo(problem.sentence, err=True)
    if len(report.problems) > SHOWN:
        click.echo(f"… und {len(report.problems) - SHOWN} weitere Befunde.", err=True)
    where = f" ab Ereignis {report.first_broken}" if report.first_broken is not None else ""
    raise click.ClickException(f"Das Protokoll ist{where} nicht unversehrt.")
