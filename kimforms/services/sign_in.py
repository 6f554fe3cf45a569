"""Signing in with a password, in three steps, since a counted try has to be committed even when the sign-in is refused.

The page runs: ``begin`` (own unit of work) -> ``check`` (reads only, outside of the write lock, since hashing takes
time) -> ``finish`` or ``note_failure`` (own unit of work). An unknown account goes the same way as a known one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..models import User
from ..permissions import ANYONE, Actor
from . import audit, throttle
from .passwords import DEFAULT_COST, Cost, matches, outdated
from .refusals import Refusal


class SignInRefused(Refusal):
    """Wrong password, no such account, deactivated, or not yet accepted: the sentence does not tell which."""

    status = 422

    def __init__(self) -> None:
        super().__init__(
            "E-Mail-Adresse oder Passwort stimmt nicht. Prüfen Sie beides, oder setzen Sie Ihr Passwort zurück."
        )


@dataclass(frozen=True)
class Checked:
    """What ``check`` found: ``user_id`` of the account with that e-mail, also when refused."""

    accepted: bool
    user_id: int | None
    outdated: bool = False


def begin(session: Session, now: datetime, *, email: str, address: str | None, secret: str) -> None:
    """Counts the try for the account and for the address. Raises :class:`TooMany` while either has to wait."""
    throttle.count_try(session, account_key(email), throttle.ACCOUNT, now, secret=secret)
    throttle.count_try(session, address_key(address), throttle.ADDRESS, now, secret=secret)


def check(session: Session, *, email: str, password: str, cost: Cost = DEFAULT_COST) -> Checked:
    """Compares the password; takes as long for an account that does not exist."""
    user = session.scalar(select(User).where(User.email == normal_email(email)))
    stored = user.password_hash if user else None
    if not matches(stored, password, cost) or user is None or not user.active:
        return Checked(False, user.id if user else None)
    return Checked(True, user.id, outdated(user.password_hash or "", cost))


def finish(
    session: Session,
    now: datetime,
    *,
    user_id: int,
    address: str | None,
    secret: str,
    new_hash: str | None = None,
) -> User:
    """Records the sign-in and forgets the account's wrong tries; ``new_hash`` replaces an outdated one.

    Of the address only this try is taken back, so that somebody with an account cannot reset the count by signing in.
    Raises :class:`SignInRefused` when the account was deactivated in the meantime.
    """
    user = session.get(User, user_id)
    if user is None or not user.active:
        raise SignInRefused()
    throttle.forget(session, account_key(user.email), secret=secret)
    throttle.take_back(session, address_key(address), now, secret=secret)
    user.last_sign_in_at = now
    if new_hash:
        user.password_hash = new_hash
    audit.record(session, Actor("person", user.id), now, audit.Tag.ACCOUNT_SIGN_IN, user=user.id)
    return user


def note_failure(session: Session, now: datetime, *, user_id: int | None) -> None:
    """Records a refused sign-in; ``user_id`` is None when there is no such account."""
    audit.record(session, ANYONE, now, audit.Tag.ACCOUNT_SIGN_IN_FAIL, user=user_id)


def normal_email(email: str) -> str:
    """How an e-mail address is stored and compared: without surrounding spaces and in small letters."""
    return email.strip().lower()


def account_key(email: str) -> str:
    """The throttle's key of an account, whether it exists or not."""
    return f"sign-in-account:{normal_email(email)}"


def address_key(address: str | None) -> str:
    """The throttle's key of the address that a try comes from."""
    return f"sign-in-address:{throttle.network_of(address)}"
