"""``kimforms init``: database, profile and, in demo mode, the invented accounts. Repeating it changes nothing."""

from __future__ import annotations

from collections import Counter

import click

from .context import settings, utc_now, with_app


@click.command()
@with_app
def init() -> None:
    """Richtet Datenbank und Profil ein oder bringt sie auf den neuesten Stand. Löscht nichts."""
    from ..services.prepared import note_prepared  # noqa: PLC0415 - keeps --help quick
    from ..services.set_up import set_up  # noqa: PLC0415

    chosen = settings()
    done = Counter(one.status for one in set_up(chosen, utc_now(), demo_accounts=chosen.demo))
    if not chosen.demo:  # in demo mode the demonstration belongs to it: serve says when that is done
        note_prepared(chosen)
    click.echo(f"Profil „{chosen.profile}“: {done['new']} neu, {done['changed']} geändert, {done['same']} unverändert.")
