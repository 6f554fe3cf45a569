"""Who invites in calendars: the address to which calendar programs send their answers. Invitations and feeds ask here."""

from __future__ import annotations

from dataclasses import dataclass

from ...models import Controller
from .. import outbox


@dataclass
class _Site:
    inbound_address: str = ""
    mail_from: str = "kimforms@localhost"


_site = _Site()


def configure(inbound_address: str, mail_from: str) -> None:
    """Tells once, at start-up, where ``kimforms inbound`` reads mails, and the address in From."""
    _site.inbound_address, _site.mail_from = inbound_address, mail_from


def organizer_of(controller: Controller) -> tuple[str, str]:
    """Name and address of the organizer: the mailbox that is read here, else the controller's address for answers."""
    return controller.name, _site.inbound_address or outbox.reply_address(controller) or _site.mail_from
