"""Follow-ups of clients' checklists by mail: once a day to whoever looks after them, without pseudonym and content."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, time

import structlog
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from ...models import ChecklistEntry, ClientChecklist, Delivery, OutboxMessage, Record, User
from ...naturalisation.applies import applicable
from .. import outbox
from ..advice.directory import advisers_of
from ..editions.reading import document_of
from ..records.facts import BERLIN, local_day
from .refreshing import RESTING

Unit = Callable[[], AbstractContextManager[Session]]
KIND = "checklist.follow-up"
HOUR = time(7)

log = structlog.get_logger("kimforms.checklists")


def run(unit: Unit, now: datetime) -> int:
    """Tells everybody who looks after points whose follow-up has come; returns how many mails.

    From seven o'clock on (Europe/Berlin). A mail names only what became due since the last one, so nobody is told of the
    same follow-up every day; what a stopped worker missed is made up for.
    """
    if now < datetime.combine(local_day(now), HOUR, BERLIN):
        return 0
    with unit() as session:
        people = _due(session, local_day(now))
    told = 0
    for user_id in sorted(people):
        try:
            with unit() as session:
                told += _tell(session, now, user_id, people[user_id])
        except Exception as error:
            log.exception("follow-up mail failed", user=user_id, error=repr(error))
    return told


def _due(session: Session, today: date) -> dict[int, list[tuple[date, str, int]]]:
    """For each adviser the points due: day, reference of the checklist, its controller."""
    rows = session.scalars(
        select(ClientChecklist)
        .join(Record, Record.id == ClientChecklist.record_id)
        .where(ClientChecklist.erased_at.is_(None), ClientChecklist.follow_up_on <= today)
        .where(Record.state.not_in(RESTING))
        .options(joinedload(ClientChecklist.record), joinedload(ClientChecklist.edition))
        .order_by(ClientChecklist.record_id)
    ).all()
    services = {
        one: {user.id for user in advisers_of(session, one, today)} for one in {row.organisation for row in rows}
    }
    found: dict[int, list[tuple[date, str, int]]] = defaultdict(list)
    for row in rows:
        here = {item.id for item in applicable(document_of(row.edition), row.situation)}
        active = services[row.organisation]
        for entry in row.entries:
            if entry.follow_up_on is not None and entry.follow_up_on <= today and entry.item_id in here:
                for user_id in _in_charge(row, entry, active):
                    found[user_id].append((entry.follow_up_on, row.record.reference, row.record.controller_id))
    return found


def _in_charge(checklist: ClientChecklist, entry: ChecklistEntry, active: set[int]) -> set[int]:
    """Whoever looks after the point, else after the checklist; everybody of the service where nobody does any more."""
    for user_id in (entry.adviser_id, checklist.adviser_id):
        if user_id in active:
            return {user_id}
    return active


def _tell(session: Session, now: datetime, user_id: int, due: list[tuple[date, str, int]]) -> bool:
    user = session.get(User, user_id, with_for_update=True)
    if user is None or not user.active:
        return False
    last = session.scalar(
        select(func.max(OutboxMessage.created_at))
        .join(Delivery, Delivery.message_id == OutboxMessage.id)
        .where(OutboxMessage.kind == KIND, or_(Delivery.user_id == user_id, Delivery.address == user.email))
    )
    fresh = [one for one in due if last is None or one[0] > local_day(last)]
    if not fresh:
        return False
    references = sorted({reference for _, reference, _ in fresh})
    english = user.language == "en"
    count = len(fresh)
    outbox.queue(
        session,
        now,
        controller_id=fresh[0][2],
        kind=KIND,
        to=[(user.email, user.id)],
        subject=_subject(count, english=english),
        text=_text(references, english=english),
        language=user.language,
        link="/checklists?view=due",
        link_label="Open the checklists" if english else "Zu den Checklisten",
    )
    return True


def _subject(count: int, *, english: bool) -> str:
    if english:
        return f"Checklists: {count} {'follow-up is' if count == 1 else 'follow-ups are'} due"
    return f"Checklisten: {count} {'Wiedervorlage ist' if count == 1 else 'Wiedervorlagen sind'} fällig"


def _text(references: list[str], *, english: bool) -> str:
    listed = ", ".join(references)
    if english:
        return f"Something is to be followed up in: {listed}.\n\nWhat it is you read after signing in."
    return f"In diesen Checklisten ist etwas wieder vorzunehmen: {listed}.\n\nWas, lesen Sie nach der Anmeldung."
