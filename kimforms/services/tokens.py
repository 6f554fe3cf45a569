"""One-time links in mails. The token is never stored: a nonce and the secret key give it when the mail is sent.

Mails carry ``{{token:ID}}``; the worker asks :func:`token_text` when it sends them, the outbox page masks it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from ..models import OneTimeToken, User
from . import unsent
from .refusals import LinkExpired

INVITE = "invite"
RESET = "reset"
LIFETIMES = {INVITE: timedelta(days=7), RESET: timedelta(hours=2)}
GONE = (
    "Dieser Link gilt nicht mehr: Er wurde schon benutzt, ist abgelaufen oder unvollständig. "
    "Fordern Sie auf der Anmeldeseite einen neuen an."
)


def make_token(
    session: Session, user: User, purpose: str, now: datetime, lifetime: timedelta | None = None, *, secret_key: str
) -> OneTimeToken:
    """A new link of ``purpose`` (``invite``: 7 days, ``reset``: 2 hours); older unused ones of the same purpose die."""
    kill_tokens(session, user, now, purpose)
    row = OneTimeToken(
        purpose=purpose,
        user_id=user.id,
        nonce=secrets.token_hex(32),
        token_hash=secrets.token_hex(32),
        created_at=now,
        expires_at=now + (lifetime or LIFETIMES[purpose]),
    )
    session.add(row)
    session.flush()  # the token is derived from the id
    row.token_hash = _hash(token_text(secret_key, row))
    return row


def token_text(secret_key: str, row: OneTimeToken) -> str:
    """The secret part of the link: base64url of HMAC-SHA256 over purpose, id and nonce."""
    message = f"{row.purpose}|{row.id}|{row.nonce}".encode()
    return urlsafe_b64encode(hmac.digest(secret_key.encode(), message, "sha256")).rstrip(b"=").decode()


def placeholder(row: OneTimeToken) -> str:
    """What a mail carries in place of the token until it is sent."""
    return f"{{{{token:{row.id}}}}}"


def look_up(session: Session, text: str, now: datetime) -> OneTimeToken:
    """The live token of a link, without using it up. Raises :class:`LinkExpired`."""
    row = session.scalar(
        select(OneTimeToken).where(OneTimeToken.token_hash == _hash(text)).options(joinedload(OneTimeToken.user))
    )
    if row is None or row.used_at is not None or row.expires_at <= now or not row.user.active:
        raise LinkExpired(GONE)
    return row


def redeem(session: Session, purpose: str | None, text: str, now: datetime) -> OneTimeToken:
    """Uses up the link (of ``purpose``, or of any when None). Raises :class:`LinkExpired`, also to a second one."""
    row = look_up(session, text, now)
    if purpose not in (None, row.purpose):
        raise LinkExpired(GONE)
    statement = (
        update(OneTimeToken).where(OneTimeToken.id == row.id, OneTimeToken.used_at.is_(None)).values(used_at=now)
    )
    if session.execute(statement).rowcount != 1:  # type: ignore[attr-defined]
        raise LinkExpired(GONE)
    return row


def kill_tokens(session: Session, user: User, now: datetime, purpose: str | None = None) -> None:
    """Makes the person's unused links worthless: there is a newer one or a new password, or the account is closed.

    Mails that wait and would only have carried such a link are not sent any more.
    """
    dead = update(OneTimeToken).where(OneTimeToken.user_id == user.id, OneTimeToken.used_at.is_(None))
    session.execute((dead.where(OneTimeToken.purpose == purpose) if purpose else dead).values(used_at=now))
    unsent.settle_worthless(session, user, now)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
