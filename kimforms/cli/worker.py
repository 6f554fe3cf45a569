"""``kimforms worker``: only the worker, for installations whose web processes run elsewhere."""

from __future__ import annotations

import click

from .context import settings


@click.command()
@click.option("--once", is_flag=True, help="Erledigt, was jetzt ansteht, und endet.")
def worker(once: bool) -> None:
    """Startet den Hintergrunddienst: Postausgang, Fristen, Tagesübersichten, Löschfristen.

    Es dürfen mehrere zugleich laufen, auch auf mehreren Rechnern (dann mit PostgreSQL).
    """
    from sqlalchemy import select  # noqa: PLC0415 - keeps --help quick

    from .. import create_app, jobs  # noqa: PLC0415
    from ..extensions import db  # noqa: PLC0415
    from ..models import ChainHead  # noqa: PLC0415
    from .context import utc_now  # noqa: PLC0415

    app = create_app(settings())
    with app.app_context():
        db.session.execute(select(ChainHead.count))  # a database that is not set up is said at once, not by each job
    if not once:
        click.echo("Der Hintergrunddienst läuft; Strg-C beendet ihn.")
        jobs.run_worker(app)
        return
    jobs.round_by_the_clock(None, app, utc_now())
    jobs.OutboxLoop(app).round()
