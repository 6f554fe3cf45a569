"""A mail that came in, as bytes, to plain data. `services/meetings/inbound.py` decides what follows. Hostile input is safe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kimforms.documents.calendar import Reply

MAX_MAIL = 5_000_000
"""Bytes of a mail that are read; a larger one is refused."""


class UnreadableMail(ValueError):
    """Bytes that are no mail, or too many of them; the text is a German sentence."""


@dataclass(frozen=True)
class Bounce:
    """One recipient of a delivery report (RFC 3464). `status` is such as `5.1.1`; `message_id` names the mail that failed."""

    recipient: str
    action: Literal["failed", "delayed", "delivered", "relayed", "expanded"]
    status: str
    reason: str = ""
    message_id: str = ""

    @property
    def is_final(self) -> bool:
        """Whether the mail did not arrive and will not."""
        return self.action == "failed"


@dataclass(frozen=True)
class Inbound:
    """What a mail says. Addresses are in lower case, `text` is what a person wrote, as plain text and not too long.

    `problems` are German sentences on parts that could not be read, such as a broken calendar reply.
    """

    message_id: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    calendar_replies: tuple[Reply, ...] = ()
    text: str = ""
    bounces: tuple[Bounce, ...] = ()
    auto_submitted: bool = False
    in_reply_to: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def is_bounce(self) -> bool:
        """Whether a mail server reports on the delivery of a mail."""
        return bool(self.bounces)


def read_mail(content: bytes) -> Inbound:
    """The mail in `content` (RFC 5322). Raises :class:`UnreadableMail` when it is empty, too large or no mail at all."""
    raise NotImplementedError
