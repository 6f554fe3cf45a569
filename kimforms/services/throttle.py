"""Slows down repeated tries: a limit per window (public forms, mails) and a growing wait after wrong passwords.

Counters are rows of ``RateWindow``, since memory would count per process. Whom a counter belongs to is stored as a
keyed hash: every key is ``purpose:subject``, and the subject (an address, an e-mail) goes through HMAC-SHA256 with
``secret``.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from ..models import RateWindow
from .refusals import TooMany

KEPT = timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Backoff:
    """How long to wait after wrong tries: ``free`` tries cost nothing, then ``first``, doubling up to ``longest``.

    ``memory`` after the last wrong try everything is forgotten, so nobody is locked out for good.
    """

    free: int
    first: timedelta
    longest: timedelta
    memory: timedelta

    def wait_after(self, tries: int) -> timedelta:
        """How long after the last of ``tries`` wrong tries the next one is refused."""
        if tries < self.free:
            return timedelta()
        return min(self.first * 2 ** min(tries - self.free, 20), self.longest)


ACCOUNT = Backoff(5, timedelta(seconds=30), timedelta(minutes=15), KEPT)
ADDRESS = Backoff(30, timedelta(seconds=30), timedelta(minutes=5), timedelta(hours=1))
"""Whole offices share one address, so an address may fail more often and waits less long than an account."""


def hit(session: Session, key: str, *, limit: int, window: timedelta, now: datetime, secret: str) -> int:
    """Counts one event of ``key`` (``purpose:subject``) and returns how many there were in the current fixed window.

    Raises :class:`TooMany` beyond ``limit``, with the seconds until the window ends.
    """
    start = EPOCH + (now - EPOCH) // window * window
    count = _add(session, stored_key(key, secret), start)
    if count > limit:
        raise too_many(start + window - now)
    return count


def count_try(session: Session, key: str, backoff: Backoff, now: datetime, *, secret: str) -> None:
    """Counts a try of ``key`` as failed before it is made, so that tries made at the same time count too.

    Raises :class:`TooMany` while the wait after earlier tries lasts; such a try is not counted. The caller commits
    this before it looks at the password, and takes it back with :func:`forget` or :func:`take_back` after the right one.
    """
    stored = stored_key(key, secret)
    if (wait := _wait(session, stored, backoff, now)) > timedelta():
        raise too_many(wait)
    _add(session, stored, now)


def forget(session: Session, key: str, *, secret: str) -> None:
    """Forgets all tries of ``key``: the right password was given, or a new one was set by mail."""
    session.execute(delete(RateWindow).where(RateWindow.key == stored_key(key, secret)))


def take_back(session: Session, key: str, at: datetime, *, secret: str) -> None:
    """Takes back the one try that was counted at ``at``; earlier wrong tries of the same address stay counted."""
    row = (RateWindow.key == stored_key(key, secret), RateWindow.window_start == at)
    session.execute(update(RateWindow).where(*row).values(count=RateWindow.count - 1))
    session.execute(delete(RateWindow).where(*row, RateWindow.count <= 0))


def purge(session: Session, now: datetime) -> int:
    """Deletes counters older than a day, longer than any window or memory; returns how many. Called by the worker."""
    result = session.execute(delete(RateWindow).where(RateWindow.window_start < now - KEPT))
    return int(result.rowcount)  # type: ignore[attr-defined]


def network_of(address: str | None) -> str:
    """What counts as one address: IPv4 as it is, IPv6 by its /64, which one connection owns as a whole (RFC 6177)."""
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return "unknown"
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ip_network((parsed, 64), strict=False))


def stored_key(key: str, secret: str) -> str:
    """``purpose:subject`` with the subject hashed; without ``secret`` nobody can tell whose it is."""
    purpose, _, subject = key.partition(":")
    return f"{purpose}:{hmac.digest(secret.encode(), f'rate|{purpose}|{subject}'.encode(), 'sha256').hex()}"


def too_many(wait: timedelta) -> TooMany:
    """The refusal for ``wait`` (rounded up to whole seconds), with a sentence for people."""
    seconds = max(1, -(-int(wait / timedelta(milliseconds=1)) // 1000))
    return TooMany(f"Zu viele Versuche in kurzer Zeit. Bitte versuchen Sie es in {in_words(seconds)} wieder.", seconds)


def in_words(seconds: int, language: str = "de") -> str:
    """``30 Sekunden``, ``1 Minute``, ``2 Minuten``; minutes are rounded up."""
    if seconds < 60:
        unit = "second" if language == "en" else "Sekunde"
        count = seconds
    else:
        unit = "minute" if language == "en" else "Minute"
        count = -(-seconds // 60)
    plural = "" if count == 1 else ("s" if language == "en" else "n")
    return f"{count} {unit}{plural}"


def _wait(session: Session, stored: str, backoff: Backoff, now: datetime) -> timedelta:
    tries, last = session.execute(
        select(func.coalesce(func.sum(RateWindow.count), 0), func.max(RateWindow.window_start)).where(
            RateWindow.key == stored, RateWindow.window_start > now - backoff.memory
        )
    ).one()
    return last + backoff.wait_after(int(tries)) - now if last else timedelta()


def _add(session: Session, stored: str, start: datetime) -> int:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(RateWindow).values(key=stored, window_start=start, count=1)
    statement = statement.on_conflict_do_update(
        index_elements=[RateWindow.key, RateWindow.window_start], set_={"count": RateWindow.count + 1}
    )
    return int(session.scalars(statement.returning(RateWindow.count)).one())
