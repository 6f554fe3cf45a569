"""``kimforms init``: database, profile and, in demo mode, the invented accounts. Repeating it changes nothing."""

from __future__ import annotations

from collections import Counter

import click

from .context import settings, utc_now, with_app


@click.command()
@with_app
def init() -> None:
    """Richtet Datenbank und Profil ein oder bringt sie auf den neuesten Stand. Löscht nichts."""
    from ..services.set_up import set_up  # noqa: PLC0415 - keeps --help quick

    chosen = settings()
    done = Counter(one.status for one in set_up(chosen, utc_now(), demo_accounts=chosen.demo))
    click.echo(f"Profil „{chosen.profile}“: {done['new']} neu, {done['changed']} geändert, {done['same']} unverändert.")
