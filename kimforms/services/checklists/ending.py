"""The end of a checklist: a notice before, then erasure with proof. The worker calls ``run``, services may erase at once.

What stays is the record as an empty tombstone with its history, which names no pseudonym, no item and no note any more.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, delete, func, null, select, update
from sqlalchemy.orm import Session

from ...models import (
    ChecklistEntry,
    ChecklistLook,
    ChecklistMessage,
    ChecklistShare,
    ClientChecklist,
    DigestItem,
    Event,
    EventValue,
    HandOver,
    Milestone,
    NaturalisationOffice,
    Record,
    RecordFacet,
    RecordSearch,
)
from ...permissions import SYSTEM, Actor
from .. import audit
from ..naturalisation_office import settings_of
from ..records.facts import local_day
from . import sharing
from .moving import take_step, touch
from .refreshing import refreshed
from .telling import tell_service

Unit = Callable[[], AbstractContextManager[Session]]
HOW = ("schedule", "service")
BATCH = 200

log = structlog.get_logger("kimforms.checklists")


@dataclass
class Ended:
    """What one run did, and what failed."""

    told: int = 0
    erased: int = 0
    failed: list[str] = field(default_factory=list)


def run(unit: Unit, now: datetime) -> Ended:
    """Announces and erases whatever is due on the day of ``now`` (Europe/Berlin), each checklist by itself.

    Nothing is erased that nobody was told of for the whole time of the notice, even if the worker stood still.
    """
    done = Ended()
    with unit() as session:
        due = _due(session, now)
    for record_id in due:
        try:
            with unit() as session:
                what = _advance(session, now, record_id)
        except Exception as error:
            log.exception("ending a checklist failed", record=record_id, error=repr(error))
            done.failed.append(f"record {record_id}: {error}")
            continue
        done.told += what == "told"
        done.erased += what == "erased"
    return done


def keep(session: Session, actor: Actor, now: datetime, checklist: ClientChecklist) -> date:
    """The service needs the checklist longer: the period begins anew today. Returns the day on which it ends now."""
    old = checklist.ends_on
    touch(checklist, now)
    refreshed(checklist)
    assert checklist.ends_on is not None
    if old != checklist.ends_on:
        audit.record(
            session,
            actor,
            now,
            audit.Tag.CHECKLIST_KEEP,
            about=checklist.record,
            old=old.isoformat() if old else None,
            new=checklist.ends_on.isoformat(),
        )
    return checklist.ends_on


def erase(session: Session, actor: Actor, now: datetime, checklist: ClientChecklist, *, how: str) -> dict[str, int]:
    """Erases everything but an empty tombstone, and proves it: the history says how many of what. Once is enough.

    ``how``: ``schedule`` or ``service``. While a hand-over lies with the office it goes too; the office keeps its own
    file. The chain of events stays whole, since it holds digests only.
    """
    if checklist.erased_at is not None:
        return {}
    record = checklist.record
    sharing.close_all(session, actor, now, checklist)
    take_step(session, actor, now, checklist, "loeschen")
    session.flush()  # what is counted and deleted below has to be in the tables
    counts = _delete_rows(session, checklist.record_id)
    counts["values"] = _erase_history(session, now, record)
    _empty(checklist, now)
    record.title, record.answers, record.municipality, record.due_on = "", {}, None, None
    session.flush()  # or what was emptied would come back with the entries that are read anew
    session.expire(checklist, ["entries"])
    audit.record(session, actor, now, audit.Tag.CHECKLIST_ERASE, about=record, how=how, counts=counts)
    return counts


def notice_day(office: NaturalisationOffice, ends_on: date) -> date:
    """From this day on the service is told that the checklist ends."""
    return ends_on - timedelta(days=office.notice_days)


def _due(session: Session, now: datetime) -> list[int]:
    """Checklists whose notice or end has come, the earliest first."""
    longest = session.scalar(select(func.max(NaturalisationOffice.notice_days))) or 0
    until = local_day(now) + timedelta(days=max(longest, settings_of(session, 0, now).notice_days))
    return list(
        session.scalars(
            select(ClientChecklist.record_id)
            .where(ClientChecklist.ends_on <= until, ClientChecklist.erased_at.is_(None))
            .order_by(ClientChecklist.ends_on, ClientChecklist.record_id)
        )
    )


def _advance(session: Session, now: datetime, record_id: int) -> str:
    """Announces or erases one checklist, whatever has come; work done in the meantime counts."""
    checklist = session.get(ClientChecklist, record_id)
    if checklist is None or checklist.erased_at is not None or checklist.ends_on is None:
        return ""
    today = local_day(now)
    office = settings_of(session, checklist.record.controller_id, now)
    if checklist.end_told_on is None:
        if today < notice_day(office, checklist.ends_on):
            return ""
        _announce(session, now, checklist, office.notice_days)
        return "told"
    if checklist.ends_on < today and checklist.end_told_on + timedelta(days=office.notice_days) <= today:
        erase(session, SYSTEM, now, checklist, how="schedule")
        return "erased"
    return ""


def _announce(session: Session, now: datetime, checklist: ClientChecklist, notice_days: int) -> None:
    """Tells the service; a checklist that is overdue already still has the whole time of the notice."""
    assert checklist.ends_on is not None
    today = local_day(now)
    checklist.ends_on = max(checklist.ends_on, today + timedelta(days=notice_days))
    checklist.end_told_on = today
    text = (
        f"Die Checkliste {checklist.record.reference} wird nach dem {checklist.ends_on:%d.%m.%Y} gelöscht, wenn bis dahin "
        "niemand daran arbeitet. Brauchen Sie sie länger, genügt dort ein Klick."
    )
    tell_service(session, now, checklist, kind="ending", text=text)


def _delete_rows(session: Session, record_id: int) -> dict[str, int]:
    """Deletes what belongs to the checklist in other tables; how many rows of each."""
    handed = select(HandOver.id).where(HandOver.checklist_id == record_id)
    gone: list[tuple[str, Any, ColumnElement[bool]]] = [
        ("entries", ChecklistEntry, ChecklistEntry.checklist_id == record_id),
        ("messages", ChecklistMessage, ChecklistMessage.checklist_id == record_id),
        ("shares", ChecklistShare, ChecklistShare.checklist_id == record_id),
        ("looks", ChecklistLook, ChecklistLook.checklist_id == record_id),
        ("milestones", Milestone, Milestone.hand_over_id.in_(handed)),
        ("hand_overs", HandOver, HandOver.checklist_id == record_id),
        ("", RecordFacet, RecordFacet.record_id == record_id),
        ("", RecordSearch, RecordSearch.record_id == record_id),
        ("", DigestItem, DigestItem.record_id == record_id),
    ]
    counts = {}
    for name, table, which in gone:
        found = session.execute(delete(table).where(which).execution_options(synchronize_session="fetch"))
        if name:
            counts[name] = int(found.rowcount)  # type: ignore[attr-defined]
    return counts


def _erase_history(session: Session, now: datetime, record: Record) -> int:
    """Takes every value that stands apart from the chain; the digests stay."""
    events = select(Event.seq).where(Event.record_id == record.id)
    found = session.execute(
        update(EventValue)
        .where(EventValue.event_seq.in_(events), EventValue.erased_at.is_(None))
        .values(value=null(), erased_at=now)
        .execution_options(synchronize_session="fetch")
    )
    return int(found.rowcount)  # type: ignore[attr-defined]


def _empty(checklist: ClientChecklist, now: datetime) -> None:
    """The tombstone: which service, which edition, and when; nothing of the client and nobody responsible."""
    checklist.pseudonym = checklist.pseudonym_key = None
    checklist.situation, checklist.missing, checklist.ready = {}, [], False
    checklist.municipality = checklist.route = None
    checklist.talked_on = checklist.talked_by_id = checklist.follow_up_on = None
    checklist.adviser, checklist.adviser_id = None, None
    checklist.ends_on = checklist.end_told_on = checklist.handed_over_at = None
    checklist.erased_at = checklist.changed_at = now
