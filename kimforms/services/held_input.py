"""What somebody had typed when the session ended: kept for an hour and given back once to the same person.

The page keeps it only for a request that carries the validly signed cookie of that person's ended session.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ..models import HeldInput
from .refusals import Refusal

KEPT = timedelta(hours=1)
LONGEST = 256 * 1024
"""Characters of names and values together; more is not kept."""
AT_MOST = 5
"""Kept inputs of one person; the oldest gives way."""
SECRET_NAMES = re.compile(r"csrf|passwor[dt]|kennwort|token|secret", re.IGNORECASE)


class InputTooLong(Refusal):
    """More was typed than is kept over a sign-in."""

    status = 413

    def __init__(self) -> None:
        super().__init__("Ihre Eingaben sind zu lang, um sie über die Anmeldung hinweg aufzuheben.")


@dataclass(frozen=True)
class Held:
    """One kept input: where it was going, what was typed (without secrets), and whether files were left behind."""

    token: str
    path: str
    fields: tuple[tuple[str, str], ...]
    files_lost: bool
    typed_at: datetime
    expires_at: datetime


def without_secrets(fields: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The fields that may be kept: passwords and tokens never are. NUL, which PostgreSQL cannot store, is dropped."""
    return [
        (name.replace("\0", ""), value.replace("\0", "")) for name, value in fields if not SECRET_NAMES.search(name)
    ]


def hold(
    session: Session,
    now: datetime,
    *,
    user_id: int,
    path: str,
    fields: Sequence[tuple[str, str]],
    files: bool = False,
) -> str | None:
    """Keeps what was typed and returns the token that gives it back; None when there is nothing worth keeping.

    Raises :class:`InputTooLong`.
    """
    kept = without_secrets(fields)
    if not any(value.strip() for _, value in kept):
        return None
    if sum(len(name) + len(value) for name, value in kept) > LONGEST:
        raise InputTooLong()
    purge(session, now)
    _make_room(session, user_id)
    token = secrets.token_urlsafe(32)
    session.add(
        HeldInput(
            token_hash=_hash(token),
            user_id=user_id,
            path=path,
            payload=[["files", files], *([name, value] for name, value in kept)],
            created_at=now,
            expires_at=now + KEPT,
        )
    )
    return token


def held_for(session: Session, now: datetime, *, user_id: int, tokens: Sequence[str]) -> list[Held]:
    """What waits for this person under these tokens, the newest first; tokens of somebody else find nothing."""
    by_hash = {_hash(token): token for token in tokens}
    rows = session.scalars(
        select(HeldInput)
        .where(HeldInput.token_hash.in_(by_hash), HeldInput.user_id == user_id, HeldInput.expires_at > now)
        .order_by(HeldInput.id.desc())
    )
    return [
        Held(
            by_hash[row.token_hash],
            row.path,
            tuple((name, value) for name, value in row.payload[1:]),
            bool(row.payload[0][1]),
            row.created_at,
            row.expires_at,
        )
        for row in rows
    ]


def discard(session: Session, *, user_id: int, token: str) -> None:
    """Forgets one kept input: it was sent again, or the person does not need it any more."""
    session.execute(delete(HeldInput).where(HeldInput.token_hash == _hash(token), HeldInput.user_id == user_id))


def purge(session: Session, now: datetime) -> int:
    """Deletes what has expired; returns how many. Called by the worker, too."""
    result = session.execute(delete(HeldInput).where(HeldInput.expires_at <= now))
    return int(result.rowcount)  # type: ignore[attr-defined]


def _make_room(session: Session, user_id: int) -> None:
    newest = select(HeldInput.id).where(HeldInput.user_id == user_id).order_by(HeldInput.id.desc()).limit(AT_MOST - 1)
    session.execute(
        delete(HeldInput).where(HeldInput.user_id == user_id, HeldInput.id.not_in(session.scalars(newest).all()))
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
