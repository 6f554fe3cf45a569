"""Mails that wait and shall not be sent any more: old ones before a mail server is set, and those whose link is worthless.

``blueprints/outbox.py`` and ``kimforms outbox discard`` call :func:`discard_before`; ``tokens`` calls
:func:`settle_worthless`. One delivery alone is discarded by ``delivery.discard``.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.orm import Session, joinedload

from ..models import Delivery, OneTimeToken, OutboxMessage, User
from ..permissions import SYSTEM, Actor
from . import audit

BERLIN = ZoneInfo("Europe/Berlin")
TOKEN = re.compile(r"\{\{token:(\d{1,18})\}\}")
DISCARDED = "Verworfen: Diese Nachricht wird nicht gesendet."
WORTHLESS = "Nicht gesendet: Der Link in dieser Nachricht gilt nicht mehr."


def count_before(session: Session, actor: Actor, day: date) -> int:
    """How many deliveries written before that day (in Germany) wait, of the controllers that the actor may decide for."""
    return session.scalar(_waiting(actor, day).with_only_columns(func.count(Delivery.id))) or 0


def waits(session: Session, actor: Actor) -> bool:
    """Whether anything waits that the actor may discard."""
    return session.scalar(_waiting(actor, None).with_only_columns(Delivery.id).limit(1)) is not None


def discard_before(session: Session, actor: Actor, now: datetime, day: date) -> int:
    """Settles all that waits and was written before that day (in Germany); returns how many, each with its event.

    What a worker has claimed meanwhile goes out.
    """
    found = session.execute(
        _waiting(actor, day).with_only_columns(Delivery.id, OutboxMessage.controller_id).order_by(Delivery.id)
    ).all()
    return sum(_settle(session, actor, now, row.id, row.controller_id, DISCARDED) for row in found)


def settle_worthless(session: Session, user: User, now: datetime) -> None:
    """Settles what waits for a person and was only to bring a link (kinds ``account.*``) when none of its links works."""
    waiting = session.scalars(
        select(Delivery)
        .join(Delivery.message)
        .where(
            Delivery.status == "queued",
            Delivery.user_id == user.id,
            OutboxMessage.kind.startswith("account.", autoescape=True),
        )
        .options(joinedload(Delivery.message))
    ).all()
    for one in waiting:
        numbers = {int(number) for number in TOKEN.findall(one.message.text)}
        if numbers and not _working(session, numbers, now):
            _settle(session, SYSTEM, now, one.id, one.message.controller_id, WORTHLESS)
            session.refresh(one)


def _working(session: Session, numbers: set[int], now: datetime) -> bool:
    live = select(OneTimeToken.id).where(
        OneTimeToken.id.in_(numbers), OneTimeToken.used_at.is_(None), OneTimeToken.expires_at > now
    )
    return session.scalar(live.limit(1)) is not None


def _settle(session: Session, actor: Actor, now: datetime, number: int, controller_id: int, why: str) -> bool:
    """Settles a delivery unless a worker was faster, and records it; returns whether it did."""
    changed = session.execute(
        update(Delivery)
        .where(Delivery.id == number, Delivery.status == "queued")
        .values(status="settled", next_at=None, error=why)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        return False
    audit.record(session, actor, now, audit.Tag.MAIL_GIVE_UP, controller_id=controller_id, delivery=number)
    return True


def _waiting(actor: Actor, day: date | None) -> Select[tuple[Delivery]]:
    clauses: list[ColumnElement[bool]] = [Delivery.status == "queued"]
    if actor.kind != "system":
        clauses.append(OutboxMessage.controller_id.in_(sorted(actor.controllers("outbox:retry"))))
    if day is not None:
        clauses.append(OutboxMessage.created_at < datetime.combine(day, time(), BERLIN))
    return select(Delivery).join(Delivery.message).where(*clauses)
