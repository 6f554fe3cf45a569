"""``kimforms outbox``: what waits, sending it now, trying again what was given up, discarding what is too old."""

from __future__ import annotations

from datetime import datetime

import click

from .context import OPERATOR, settings, utc_now, with_app

WORDS = {
    "queued": "wartet auf den Versand",
    "sending": "wird gerade gesendet",
    "sent": "gesendet",
    "uncertain": "ungewiss",
    "dead": "aufgegeben",
    "settled": "erledigt, ohne dass noch etwas gesendet wird",
}


@click.group()
def outbox() -> None:
    """Zeigt und versendet die Nachrichten des Postausgangs."""


@outbox.command()
@with_app
def status() -> None:
    """Zählt die Zustellungen nach ihrem Stand."""
    from ..extensions import db  # noqa: PLC0415 - keeps --help quick
    from ..services import delivery  # noqa: PLC0415

    counts = delivery.statuses(db.session())
    for key, word in WORDS.items():
        click.echo(f"{counts.get(key, 0):>8}  {word}")
    if not settings().smtp_url:
        click.echo("Es ist kein Mailserver eingestellt (KIMFORMS_SMTP_URL): Es wird nichts versendet.")


@outbox.command()
@with_app
def send() -> None:
    """Versendet jetzt, was ansteht, auch ohne laufenden Hintergrunddienst."""
    from flask import current_app  # noqa: PLC0415 - keeps --help quick

    from ..jobs import sender_of  # noqa: PLC0415
    from ..services import delivery  # noqa: PLC0415
    from ..services.unit_of_work import unit_of_work  # noqa: PLC0415

    sender = sender_of(current_app)
    if not sender.smtp_url:
        raise click.ClickException("Es ist kein Mailserver eingestellt. Setzen Sie KIMFORMS_SMTP_URL.")
    batch = delivery.deliver_batch(unit_of_work, sender, utc_now, delivery.worker_name(), limit=10_000)
    for key, count in batch.counts.items():
        click.echo(f"{count:>8}  {WORDS[key]}")
    if batch.unreachable:
        raise click.ClickException(batch.unreachable)
    if not batch.counts:
        click.echo("Es wartet nichts auf den Versand.")


@outbox.command()
@click.argument("number", type=click.IntRange(1, 2**62), required=False)
@click.option("--uncertain", is_flag=True, help="Auch ungewisse Zustellungen: Sie kommen vielleicht doppelt an.")
@with_app
def retry(number: int | None, uncertain: bool) -> None:
    """Stellt aufgegebene Zustellungen noch einmal ein: die mit dieser NUMMER oder alle."""
    from sqlalchemy import select  # noqa: PLC0415 - keeps --help quick

    from ..models import Delivery  # noqa: PLC0415
    from ..services import delivery  # noqa: PLC0415
    from ..services.unit_of_work import unit_of_work  # noqa: PLC0415

    wanted = select(Delivery).where(Delivery.status.in_(("dead", "uncertain") if uncertain else ("dead",)))
    if number is not None:
        wanted = select(Delivery).where(Delivery.id == number)
    with unit_of_work() as session:
        found = session.scalars(wanted.order_by(Delivery.id)).all()
        if number is not None and not found:
            raise click.ClickException(f"Eine Zustellung mit der Nummer {number} gibt es nicht.")
        for one in found:
            delivery.retry(session, OPERATOR, utc_now(), one, sure=uncertain)
    click.echo(f"Noch einmal eingestellt: {len(found)}")


@outbox.command()
@click.option("--before", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Tag; was an ihm wartet, bleibt.")
@with_app
def discard(before: datetime) -> None:
    """Verwirft, was vor diesem Tag geschrieben wurde und noch wartet: Es wird nie gesendet."""
    from ..services import unsent  # noqa: PLC0415 - keeps --help quick
    from ..services.unit_of_work import unit_of_work  # noqa: PLC0415

    with unit_of_work() as session:
        count = unsent.discard_before(session, OPERATOR, utc_now(), before.date())
    click.echo(f"Verworfen: {count}")
