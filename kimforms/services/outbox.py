"""Mails are queued here, in the transaction of the change that causes them; ``delivery`` sends them later.

All services call :func:`queue` (any address) or :func:`notify` (people with accounts, who may prefer one mail a day).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from urllib.parse import urlsplit
from uuid import uuid4

from sqlalchemy.orm import Session

from ..engine.text import pick
from ..models import Controller, Delivery, DigestItem, OutboxMessage, Record, User
from . import mail_parts

SUBJECT_LENGTH = 300
ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\\x00-\x1f\x7f]+@[^\s@<>,;:\"()\[\]\\\x00-\x1f\x7f]+")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass
class _Site:
    base_url: str = "http://localhost"


_site = _Site()


class AddressRefused(ValueError):
    """An address that cannot stand in a mail header, for example because it holds a line break."""


def configure(base_url: str) -> None:
    """Tells once, at start-up, where this installation is reached: links become absolute with it."""
    _site.base_url = base_url.rstrip("/")


def queue(
    session: Session,
    now: datetime,
    *,
    controller_id: int,
    kind: str,
    to: Sequence[tuple[str, int | None]],
    subject: str,
    text: str,
    record: Record | None = None,
    language: str = "de",
    link: str | None = None,
    link_label: str | None = None,
    parts: Sequence[mail_parts.NewPart] = (),
) -> OutboxMessage:
    """Writes one mail, and one delivery for each address of ``to`` (address, user id or None), in this transaction.

    ``text`` is plain: paragraphs stand apart by empty lines. ``link`` is absolute, or a path of this installation; it
    is where ``{{token:ID}}`` may stand, which only the owner of that token ever gets to read. Line breaks in
    ``subject`` are folded into spaces; an address that is none raises :class:`AddressRefused`. The Message-ID is fixed
    here, so a mail sent again is the same mail (RFC 5322, 3.6.4). ``parts`` are a calendar object and files.
    """
    controller = session.get_one(Controller, controller_id)
    target = absolute(link) if link else None
    label = link_label or ("Open" if language == "en" else "Öffnen")
    body = CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    message = OutboxMessage(
        message_id=f"<{uuid4()}@{urlsplit(_site.base_url).hostname or 'localhost'}>",
        kind=kind,
        controller_id=controller_id,
        record=record,
        subject=one_line(subject)[:SUBJECT_LENGTH],
        text=_text_part(body, target, label, _signature(controller, language)),
        html=_html_part(body, target, label, _signature(controller, language), language),
        language=language,
        reply_to=reply_address(controller),
        created_at=now,
    )
    for address, user_id in _once_each(to):
        message.deliveries.append(Delivery(address=address, user_id=user_id, status="queued", next_at=now))
    mail_parts.attach(message, parts)
    session.add(message)
    return message


def notify(
    session: Session,
    now: datetime,
    *,
    users: Iterable[User],
    controller_id: int,
    kind: str,
    subject: str,
    text: str,
    record: Record | None = None,
    language: str = "de",
    link: str | None = None,
    link_label: str | None = None,
) -> OutboxMessage | None:
    """Tells people with accounts, each once: a mail, or an item of the daily mail for those who chose it.

    Deactivated people get nothing. Returns the mail, or None when nobody gets one now.
    """
    people = {user.id: user for user in users if user.active}
    set_aside(
        session,
        now,
        users=[user for user in people.values() if user.digest],
        controller_id=controller_id,
        subject=subject,
        text=text,
        record=record,
    )
    at_once = [(user.email, user.id) for user in people.values() if not user.digest]
    if not at_once:
        return None
    return queue(
        session,
        now,
        controller_id=controller_id,
        kind=kind,
        to=at_once,
        subject=subject,
        text=text,
        record=record,
        language=language,
        link=link,
        link_label=link_label,
    )


def set_aside(
    session: Session,
    now: datetime,
    *,
    users: Sequence[User],
    controller_id: int,
    subject: str,
    text: str,
    record: Record | None = None,
) -> None:
    """Keeps a message for the daily mail of these people. A line of ``text`` that is an address becomes a link there."""
    if record is not None and record.id is None and users:
        session.flush()  # the items name the record by its number
    for user in users:
        session.add(
            DigestItem(
                user_id=user.id,
                controller_id=controller_id,
                record_id=record.id if record is not None else None,
                subject=one_line(subject)[:SUBJECT_LENGTH],
                text=text,
                created_at=now,
            )
        )


def absolute(link: str) -> str:
    """``/records/IH-2026-0042`` as the address that a mail can carry; absolute addresses stay as they are."""
    return f"{_site.base_url}{link}" if link.startswith("/") else one_line(link)


def one_line(text: str) -> str:
    """``text`` without line breaks and control characters, so that it cannot add a header (RFC 5322, 2.2)."""
    return " ".join(CONTROL.sub(" ", text).split())


def _once_each(to: Sequence[tuple[str, int | None]]) -> list[tuple[str, int | None]]:
    found: dict[str, tuple[str, int | None]] = {}
    for address, user_id in to:
        if not ADDRESS.fullmatch(address) or len(address) > 254:
            raise AddressRefused(f"„{one_line(address)}“ ist keine E-Mail-Adresse.")
        found.setdefault(address.lower(), (address, user_id))
    return list(found.values())


def reply_address(controller: Controller) -> str | None:
    """Where answers go: ``reply_to`` of the controller, else the ``email`` that its pages show."""
    data = controller.data or {}
    address = data.get("reply_to") or data.get("email")
    return address if isinstance(address, str) and ADDRESS.fullmatch(address) else None


def _signature(controller: Controller, language: str) -> str:
    """The controller's own closing lines from the profile, or its name."""
    own = (controller.data or {}).get("signature")
    return pick(own, language).strip() if isinstance(own, str | dict) and own else controller.name


def _text_part(text: str, link: str | None, label: str, signature: str) -> str:
    parts = [text, f"{label}:\n{link}" if link else "", signature]
    return "\n\n".join(part for part in parts if part) + "\n"


def _html_part(text: str, link: str | None, label: str, signature: str, language: str) -> str:
    paragraphs = [_paragraph(part) for part in re.split(r"\n\s*\n", text) if part.strip()]
    if link:
        paragraphs.append(f'<p><a href="{escape(link)}">{escape(label)}</a><br>\n{escape(link)}</p>')
    inner = "\n".join((*paragraphs, _paragraph(signature)))
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}">\n<head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width">'
        f"<title>{escape(signature.splitlines()[-1])}</title></head>\n"
        '<body style="font-family: sans-serif; font-size: 16px; line-height: 1.5; max-width: 42em">\n'
        f"{inner}\n</body>\n</html>\n"
    )


def _paragraph(text: str) -> str:
    return "<p>" + "<br>\n".join(_line(line) for line in text.split("\n")) + "</p>"


def _line(line: str) -> str:
    """A line that is nothing but an address of this installation becomes a link; any other address stays text."""
    if line.startswith(f"{_site.base_url}/") and not re.search(r"\s", line):
        return f'<a href="{escape(line)}">{escape(line)}</a>'
    return escape(line)
