"""``kimforms demo``: fills the database with the profile's demonstration reports, through the services that people use."""

from __future__ import annotations

import sys

import click

from .context import settings, utc_now, with_app


@click.command()
@click.option("--count", type=click.IntRange(1), help="So viele Meldungen statt aller.")
@with_app
def demo(count: int | None) -> None:
    """Lädt erfundene Meldungen der letzten zwei Jahre in allen Ständen. Nur mit KIMFORMS_DEMO=1."""
    from tqdm import tqdm  # noqa: PLC0415 - keeps --help quick

    from ..services import demo as demonstration  # noqa: PLC0415

    if not settings().demo:
        raise click.ClickException("Demodaten gibt es nur mit KIMFORMS_DEMO=1.")
    stories = demonstration.stories(settings(), utc_now())
    if stories is None:
        click.echo("Es gibt schon Vorgänge; die Demodaten bleiben, wie sie sind.")
        return
    chosen = stories[:count] if count else stories
    silent = not sys.stderr.isatty()
    for story in tqdm(chosen, desc="Meldungen", unit=" Meldungen", disable=silent):
        demonstration.tell(story, settings())
    stage, themes = demonstration.stage(settings(), utc_now()), 0
    if stage is not None:
        with tqdm(total=stage.count(), desc="Themen und Sitzungen", unit=" Schritte", disable=silent) as bar:
            themes = stage.play(bar.update)
    demonstration.tell_naturalisation(settings(), utc_now())
    demonstration.finish(settings(), utc_now(), stage)
    click.echo(f"{len(chosen)} Meldungen und {themes} Themen geladen.")
