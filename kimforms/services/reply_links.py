"""Links for people without account: answer an invitation or a poll, vote by circulation, object to minutes, subscribe.

The token is derived from the row and the secret key and never stored (docs/decisions/0004). Mails carry
``{{reply:ID}}``; the worker puts the token in when it sends the mail, to the address of that person only.
"""

from __future__ import annotations

import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from ..models import Person, ReplyLink
from .refusals import LinkExpired

PLACEHOLDER = re.compile(r"\{\{reply:(\d{1,18})\}\}")
TOKEN = re.compile(r"([0-9]{1,18})-([A-Za-z0-9_-]{43})")
GONE = "Dieser Link gilt nicht mehr: Er ist abgelaufen, wurde zurückgezogen oder ist unvollständig."


def make(
    session: Session,
    now: datetime,
    *,
    purpose: str,
    person: Person | None = None,
    address: str | None = None,
    target_id: int | None,
    expires_at: datetime | None,
) -> ReplyLink:
    """A new link of ``purpose`` for this person, or for whoever reads the mail at ``address``.

    ``target_id`` is what :class:`~kimforms.models.ReplyLink` says.
    """
    link = ReplyLink(
        purpose=purpose,
        person_id=person.id if person else None,
        address=address,
        target_id=target_id,
        nonce=secrets.token_hex(32),
        created_at=now,
        expires_at=expires_at,
    )
    session.add(link)
    session.flush()  # the token is derived from the id
    return link


def placeholder(link: ReplyLink) -> str:
    """What a mail carries in place of the token until it is sent; a link is ``/r/`` and this."""
    return f"{{{{reply:{link.id}}}}}"


def path(link: ReplyLink) -> str:
    """The address of the link as a mail carries it."""
    return f"/r/{placeholder(link)}"


def token_text(secret: str, link: ReplyLink) -> str:
    """The token: the number of the link and base64url of HMAC-SHA256 over purpose, number and nonce."""
    message = f"reply|{link.purpose}|{link.id}|{link.nonce}".encode()
    return f"{link.id}-{urlsafe_b64encode(hmac.digest(secret.encode(), message, 'sha256')).rstrip(b'=').decode()}"


def look_up(session: Session, secret: str, token: str, now: datetime) -> ReplyLink:
    """The live link of a token, with its person. Raises :class:`LinkExpired` for all that is forged, old or taken back.

    It ends with its person: whoever was deactivated reads and answers nothing any more.
    """
    found = TOKEN.fullmatch(token)
    link = None
    if found is not None:
        wanted = select(ReplyLink).where(ReplyLink.id == int(found[1])).options(joinedload(ReplyLink.person))
        link = session.scalars(wanted).one_or_none()
    if link is None or not hmac.compare_digest(token_text(secret, link), token):
        raise LinkExpired(GONE)
    if link.revoked_at is not None or (link.expires_at is not None and link.expires_at <= now):
        raise LinkExpired(GONE)
    if link.person is not None and not link.person.active:
        raise LinkExpired(GONE)
    return link


def note_use(link: ReplyLink, now: datetime) -> None:
    """Keeps when the link was used for the first time; it may be used again until it expires."""
    if link.first_used_at is None:
        link.first_used_at = now


def revoke(
    session: Session, now: datetime, *, purpose: str, target_id: int | None, person: Person | None = None
) -> None:
    """Makes the links of a target worthless, or only those of one person."""
    dead = update(ReplyLink).where(
        ReplyLink.purpose == purpose, ReplyLink.target_id == target_id, ReplyLink.revoked_at.is_(None)
    )
    session.execute(
        (dead.where(ReplyLink.person_id == person.id) if person is not None else dead).values(revoked_at=now)
    )


def texts_for(session: Session, secret: str, text: str, address: str, now: datetime) -> dict[int, str]:
    """The tokens that ``text`` asks for by number, as far as they are live and belong to the person at ``address``."""
    made = {}
    for number in sorted({int(one) for one in PLACEHOLDER.findall(text)}):
        link = session.get(ReplyLink, number)
        if link is None or link.revoked_at is not None or (link.expires_at is not None and link.expires_at <= now):
            continue
        owner = link.person.email if link.person is not None else link.address
        if (owner or "").lower() == address.lower():
            made[number] = token_text(secret, link)
    return made
