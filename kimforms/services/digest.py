"""One mail a day for people who prefer that: what happened since the last, grouped by record. The worker calls it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, time, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from ..models import ClientChecklist, Delivery, DigestItem, OutboxMessage, Record, User
from . import outbox
from .records.facts import BERLIN, local_day

Unit = Callable[[], AbstractContextManager[Session]]
KIND = "digest"
HOUR = time(7)

log = structlog.get_logger("kimforms.digest")


def run(unit: Unit, now: datetime) -> int:
    """Queues today's mail for everybody who had something waiting at seven; returns how many.

    Before seven (Europe/Berlin) nothing happens. Every later run makes up for one that was missed, and adds none.
    """
    limit = datetime.combine(local_day(now), HOUR, BERLIN)
    if now < limit:
        return 0
    with unit() as session:
        waiting = session.execute(
            select(DigestItem.user_id, DigestItem.controller_id)
            .join(User, User.id == DigestItem.user_id)
            .where(DigestItem.sent_in_id.is_(None), DigestItem.created_at < limit, User.active)
            .distinct()
            .order_by(DigestItem.user_id, DigestItem.controller_id)
        ).all()
    queued = 0
    for user_id, controller_id in waiting:
        try:
            with unit() as session:
                queued += send_to(session, now, user_id, controller_id)
        except Exception as error:
            log.exception("digest failed", user=user_id, controller=controller_id, error=repr(error))
    return queued


def send_to(session: Session, now: datetime, user_id: int, controller_id: int) -> bool:
    """One person's mail of today about one controller; False when it went out already or nothing waits."""
    user = session.get(User, user_id, with_for_update=True)
    if user is None or not user.active or _had_today(session, now, user_id, controller_id):
        return False
    items = session.scalars(
        select(DigestItem)
        .where(
            DigestItem.user_id == user_id, DigestItem.controller_id == controller_id, DigestItem.sent_in_id.is_(None)
        )
        .order_by(DigestItem.id)
    ).all()
    if not items:
        return False
    english = user.language == "en"
    count = len(items)
    message = outbox.queue(
        session,
        now,
        controller_id=controller_id,
        kind=KIND,
        to=[(user.email, user.id)],
        subject=_subject(count, now, english),
        text=_text(session, items, english),
        language=user.language,
        link="/dashboard",
        link_label="Open the overview" if english else "Zur Übersicht",
    )
    session.flush()  # the items name the mail that carries them
    for item in items:
        item.sent_in_id = message.id
    return True


def _had_today(session: Session, now: datetime, user_id: int, controller_id: int) -> bool:
    midnight = datetime.combine(local_day(now), time(), BERLIN)
    found = session.scalar(
        select(OutboxMessage.id)
        .join(Delivery, Delivery.message_id == OutboxMessage.id)
        .where(
            OutboxMessage.kind == KIND,
            OutboxMessage.controller_id == controller_id,
            OutboxMessage.created_at >= midnight,
            OutboxMessage.created_at < midnight + timedelta(days=1),
            Delivery.user_id == user_id,
        )
        .limit(1)
    )
    return found is not None


def _subject(count: int, now: datetime, english: bool) -> str:
    day = f"{local_day(now):%d.%m.%Y}"
    if english:
        return f"Your overview of {day}: {count} {'message' if count == 1 else 'messages'}"
    return f"Ihre Übersicht vom {day}: {count} {'Nachricht' if count == 1 else 'Nachrichten'}"


def _text(session: Session, items: Sequence[DigestItem], english: bool) -> str:
    """Items of one record stand together under its reference, in the order in which the first of each came."""
    groups: dict[int | None, list[DigestItem]] = {}
    for item in items:
        groups.setdefault(item.record_id, []).append(item)
    known = {number for number in groups if number is not None}
    rows = session.execute(
        select(Record.id, Record.reference, ClientChecklist.record_id.label("checklist"))
        .outerjoin(ClientChecklist, ClientChecklist.record_id == Record.id)
        .where(Record.id.in_(known))
    )
    places = {row.id: (row.reference, "records" if row.checklist is None else "checklists") for row in rows}
    parts = ["This happened since the last overview." if english else "Das ist seit der letzten Übersicht geschehen."]
    for number, group in groups.items():
        if number is not None and number in places:
            reference, room = places[number]
            parts.append(f"{reference}\n{outbox.absolute(f'/{room}/{reference}')}")
        for item in group:
            when = f"{item.created_at.astimezone(BERLIN):%d.%m., %H:%M}" + ("" if english else " Uhr")
            parts.append(f"{when}: {item.subject}\n{_flat(item.text)}")
    return "\n\n".join(parts)


def _flat(text: str) -> str:
    """The text in one line; only an address keeps a line of its own, since a mail makes a link of it there."""
    lines: list[str] = []
    for line in filter(None, (" ".join(part.split()) for part in text.split("\n"))):
        alone = line.startswith(("http://", "https://")) and " " not in line
        if alone or not lines or lines[-1].startswith(("http://", "https://")):
            lines.append(line)
        else:
            lines[-1] += f" {line}"
    return "\n".join(lines)
