"""``kimforms inbound``: takes in mails that come back on invitations, from a pipe, a file or a mailbox."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from .context import utc_now, with_app

TRY_AGAIN = 75
"""EX_TEMPFAIL of sysexits(3): the mail server keeps the mail and tries again."""


@click.command()
@click.option(
    "--file", "path", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Eine Mail als Datei."
)
@click.option("--imap", "url", help="Liest ein Postfach einmal: imaps://name:passwort@server/INBOX")
def inbound(path: Path | None, url: str | None) -> None:
    """Liest eine Mail von der Standardeingabe: Kalenderantworten, Unzustellbarkeitsmeldungen.

    Für die Weiterleitung durch einen Mailserver: Endet mit 0, sobald die Mail vermerkt ist, sonst mit 75, damit der
    Mailserver sie behält und es später noch einmal versucht. Es wird nie eine Mail zurückgesandt.
    """
    if path is not None and url is not None:
        raise click.ClickException("Wählen Sie --file oder --imap, nicht beides.")
    if url is not None:
        _mailbox(url)
    elif path is not None:
        _one(path.read_bytes())
    else:
        _pipe()


def _pipe() -> None:
    from ..documents.inbound_mail import MAX_MAIL  # noqa: PLC0415 - keeps --help quick

    content = sys.stdin.buffer.read(MAX_MAIL + 1)
    try:
        while sys.stdin.buffer.read(
            1_000_000
        ):  # the mail server writes to the end; a closed pipe would be an error to it
            pass
        _one(content)
    except Exception as error:
        click.echo(f"Vorerst nicht möglich: {type(error).__name__}", err=True)
        sys.exit(TRY_AGAIN)


@with_app
def _one(content: bytes) -> None:
    from ..services.meetings.inbound import take_in  # noqa: PLC0415 - keeps --help quick
    from ..services.unit_of_work import unit_of_work  # noqa: PLC0415

    with unit_of_work() as session:
        outcome = take_in(session, utc_now(), content)
    again = "Schon eingelesen: " if outcome.repeated else ""
    click.echo(f"{again}{outcome.detail}")


@with_app
def _mailbox(url: str) -> None:
    from ..config import read_inbound_url  # noqa: PLC0415 - keeps --help quick
    from ..services.meetings.mailbox import MailboxRefused, poll  # noqa: PLC0415
    from ..services.unit_of_work import unit_of_work  # noqa: PLC0415

    try:
        done = poll(unit_of_work, utc_now, read_inbound_url({"KIMFORMS_INBOUND_URL": url}))
    except MailboxRefused as error:
        raise click.ClickException(str(error)) from None
    for one in done.outcomes:
        click.echo(one.detail)
    click.echo(f"Gelesen: {len(done.outcomes)}, davon für Sie im Postfach: {done.left}")
