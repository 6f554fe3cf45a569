"""Erases on schedule what has served its purpose: drafts, contacts of reporters, held input, old counters,
mails that came in and links for answers that are long over.

The worker calls :func:`run` every night; running it twice changes nothing. The audit chain stays whole: it holds only
digests of the erased values (see ``audit.Erasable``). Source: Art. 5 (1) (e) and Art. 17 GDPR; the periods stand in the
definitions of processes.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy import String, case, cast, delete, func, literal, null, select, update
from sqlalchemy.orm import Session

from ..engine.deadlines import add_period
from ..engine.definition import RetentionRule
from ..models import (
    Delivery,
    Draft,
    Event,
    EventValue,
    HeldInput,
    InboundMail,
    OutboxMessage,
    Process,
    ProcessVersion,
    RateWindow,
    Record,
    RecordContact,
    ReplyLink,
)
from ..permissions import SYSTEM
from . import audit, news, processes
from .records.facts import local_day

Unit = Callable[[], AbstractContextManager[Session]]
ERASED_DOMAIN = "erased.invalid"  # RFC 2606, 2: never a real host
ERASED = "Die Adresse wurde nach Ablauf der Löschfrist entfernt."
RATE_WINDOWS_LIVE = timedelta(days=2)
REPLIES_LIVE = timedelta(days=180)
SHORTEST_DAYS = {"days": 1, "months": 28, "years": 365}

log = structlog.get_logger("kimforms.retention")


@dataclass
class Erased:
    """What one run erased, by kind, and what failed."""

    drafts: int = 0
    contacts: int = 0
    addresses: int = 0
    held: int = 0
    windows: int = 0
    mails: int = 0
    links: int = 0
    failed: list[str] = field(default_factory=list)


def run(unit: Unit, now: datetime) -> Erased:
    """Erases whatever is due on the day of ``now`` (Europe/Berlin)."""
    erased = Erased()
    with unit() as session:
        erased.drafts = purge_drafts(session, now)
        erased.held = _deleted(session, delete(HeldInput).where(HeldInput.expires_at <= now))
        erased.windows = _deleted(session, delete(RateWindow).where(RateWindow.window_start < now - RATE_WINDOWS_LIVE))
        erased.mails, erased.links = purge_replies(session, now)
        due = contacts_due(session, now)
    for record_id, rule in due:
        try:
            with unit() as session:
                erased.contacts += erase_contact(session, now, record_id, rule)
        except Exception as error:
            log.exception("erasure failed", record=record_id, error=repr(error))
            erased.failed.append(f"record {record_id}: {error}")
    with unit() as session:
        erased.addresses = erase_addresses(session)
    return erased


def purge_drafts(session: Session, now: datetime) -> int:
    """Deletes expired drafts; the history says how many, for each controller."""
    expired = (Draft.expires_at.is_not(None), Draft.expires_at <= now)
    counted = session.execute(
        select(Process.controller_id, func.count())
        .join(Draft, Draft.process_id == Process.id)
        .where(*expired)
        .group_by(Process.controller_id)
        .order_by(Process.controller_id)
    ).all()
    if not counted:
        return 0
    session.execute(delete(Draft).where(*expired).execution_options(synchronize_session=False))
    for controller_id, count in counted:
        audit.record(session, SYSTEM, now, audit.Tag.DRAFT_PURGE, controller_id=controller_id, count=count)
    return sum(count for _, count in counted)


def purge_replies(session: Session, now: datetime) -> tuple[int, int]:
    """Deletes what is known of mails that came in, and links for answers that ended, both ``REPLIES_LIVE`` later.

    The answers themselves stay with their meeting. Links without an end (calendars) stay until they are taken back.
    """
    before = now - REPLIES_LIVE
    mails = _deleted(session, delete(InboundMail).where(InboundMail.received_at < before))
    over = (ReplyLink.expires_at < before) | (ReplyLink.revoked_at < before)
    return mails, _deleted(session, delete(ReplyLink).where(over))


def contacts_due(session: Session, now: datetime) -> list[tuple[int, RetentionRule]]:
    """Records whose reporter's contact has to go today, each with the rule of the version that it began with."""
    found: list[tuple[int, RetentionRule]] = []
    used = select(Record.version_id).join(RecordContact, RecordContact.record_id == Record.id).distinct()
    for version in session.scalars(select(ProcessVersion).where(ProcessVersion.id.in_(used))):
        rules = processes.definition_of(version).retention
        rule = next((one for one in rules if one.what == "contact"), None)
        if rule is not None:
            found += [(record_id, rule) for record_id in _past(session, version.id, rule, now)]
    return found


def erase_contact(session: Session, now: datetime, record_id: int, rule: RetentionRule) -> bool:
    """Removes a reporter's contact everywhere: its row, the personal values in the history, addresses in the outbox.

    Questions and answers stay. False when it was gone already.
    """
    record = session.get(Record, record_id)
    contact = session.get(RecordContact, record_id, with_for_update=True)
    if record is None or contact is None:
        return False
    session.execute(delete(RecordContact).where(RecordContact.record_id == record_id))
    session.execute(
        update(Record)
        .where(Record.id == record_id)
        .values(contact_erased_at=now)
        .execution_options(synchronize_session=False)
    )
    events = select(Event.seq).where(Event.record_id == record_id)
    values = session.execute(
        update(EventValue)
        .where(EventValue.event_seq.in_(events), EventValue.personal, EventValue.erased_at.is_(None))
        .values(value=null(), erased_at=now)
        .execution_options(synchronize_session=False)
    ).rowcount
    session.expire(record)
    audit.record(
        session,
        SYSTEM,
        now,
        audit.Tag.CONTACT_ERASE,
        about=record,
        rule=f"{rule.after} {rule.unit} {rule.from_}",
        values=values,
    )
    return True


def erase_addresses(session: Session) -> int:
    """Replaces addresses of reporters whose contact is erased; what still waits to be sent to them is given up.

    News of publications name no record: there an address goes as soon as no report holds it any more.
    """
    mails = (
        select(OutboxMessage.id)
        .join(Record, Record.id == OutboxMessage.record_id)
        .where(Record.contact_erased_at.is_not(None))
    )
    kept = select(func.lower(RecordContact.email)).where(RecordContact.email.is_not(None))
    told = select(OutboxMessage.id).where(OutboxMessage.kind == news.KIND)
    return _deleted(
        session,
        update(Delivery)
        .where(
            Delivery.message_id.in_(mails)
            | (Delivery.message_id.in_(told) & func.lower(Delivery.address).not_in(kept)),
            Delivery.user_id.is_(None),
            Delivery.status != "sending",
            Delivery.address.not_like(f"%@{ERASED_DOMAIN}"),
        )
        .values(
            address=literal("reporter-") + cast(Delivery.id, String) + literal(f"@{ERASED_DOMAIN}"),
            error=case((Delivery.status == "sent", null()), else_=ERASED),
            status=case((Delivery.status == "queued", "dead"), else_=Delivery.status),
            next_at=None,
        ),
    )


def _past(session: Session, version_id: int, rule: RetentionRule, now: datetime) -> list[int]:
    """Records of a version whose period is over: the period begins the day after the event (§ 187 (1) BGB)."""
    column = {"closed": Record.closed_at, "created": Record.created_at, "last_change": Record.changed_at}[rule.from_]
    surely_running = now - timedelta(days=rule.after * SHORTEST_DAYS[rule.unit])
    rows = session.execute(
        select(Record.id, column.label("since"))
        .join(RecordContact, RecordContact.record_id == Record.id)
        .where(Record.version_id == version_id, column.is_not(None), column <= surely_running)
        .order_by(Record.id)
    )
    today = local_day(now)
    return [row.id for row in rows if _end(row.since, rule) < today]


def _end(since: datetime, rule: RetentionRule) -> date:
    return add_period(local_day(since), rule.after, rule.unit)


def _deleted(session: Session, statement: object) -> int:
    result = session.execute(statement.execution_options(synchronize_session=False))  # type: ignore[attr-defined]
    return int(result.rowcount)
