"""What the outbox page reads: own controllers only, secrets masked, reporters' addresses masked for everybody.

Without ``outbox:content`` neither texts nor subjects of records are shown, nor do they answer a search.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, selectinload

from ...models import Delivery, DigestItem, OutboxMessage, Record
from ...permissions import Actor, may
from .. import mail_parts
from ..delivery import TOKEN, without_address
from ..refusals import NotVisible
from ..reply_links import PLACEHOLDER

PAGE = 50
SECRET = "[geheimer Link]"  # noqa: S105 - what stands in place of one
STUCK = ("dead", "uncertain")
OPEN_KINDS = ("account", "digest")  # their subjects say nothing about records


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed by; empty strings mean all."""

    status: str = ""
    kind: str = ""
    text: str = ""


@dataclass(frozen=True)
class DeliveryLine:
    """One recipient as the page shows it."""

    id: int
    address: str
    status: str
    attempts: int
    next_at: datetime | None
    sent_at: datetime | None
    error: str | None


@dataclass(frozen=True)
class MessageLine:
    """One mail as the page shows it. ``subject``, ``text`` and ``html`` are None for whoever may not read contents,
    who sees no ``parts`` either; only the page of one mail lists them.
    """

    id: int
    message_id: str
    created_at: datetime
    group: str
    kind: str
    reference: str | None
    subject: str | None
    text: str | None
    html: str | None
    language: str
    reply_to: str | None
    deliveries: tuple[DeliveryLine, ...]
    parts: tuple[mail_parts.PartLine, ...] = ()


@dataclass(frozen=True)
class Page:
    """A page of the list, newest first; ``newer`` and ``older`` are ids to go on from, or None at the ends."""

    lines: tuple[MessageLine, ...]
    newer: int | None
    older: int | None


def messages(
    session: Session, actor: Actor, filters: Filters, *, before: int | None = None, after: int | None = None
) -> Page:
    """Mails with an id below ``before`` or above ``after``, newest first."""
    wanted = _visible(actor).where(*_narrowed(actor, filters)).options(*_with_parts())
    backwards = after is not None
    if after is not None:
        wanted = wanted.where(OutboxMessage.id > after).order_by(OutboxMessage.id)
    else:
        if before is not None:
            wanted = wanted.where(OutboxMessage.id < before)
        wanted = wanted.order_by(OutboxMessage.id.desc())
    rows = list(session.scalars(wanted.limit(PAGE + 1)))
    more, rows = len(rows) > PAGE, rows[:PAGE]
    if backwards:
        rows.reverse()
    own = _about_own(session, rows)
    lines = tuple(_line(actor, row, row.id in own) for row in rows)
    if not lines:
        return Page((), None, None)
    has_newer = more if backwards else before is not None
    has_older = True if backwards else more
    return Page(lines, lines[0].id if has_newer else None, lines[-1].id if has_older else None)


def message(session: Session, actor: Actor, message_id: int) -> MessageLine:
    """One mail; NotVisible when it belongs to another controller or does not exist."""
    row = session.scalar(_visible(actor).where(OutboxMessage.id == message_id).options(*_with_parts()))
    if row is None:
        raise NotVisible()
    line = _line(actor, row, row.id in _about_own(session, [row]))
    if not may(actor, "outbox:content", row.controller_id):
        return line
    return replace(line, parts=mail_parts.lines(session, message_id))


def stuck(session: Session, actor: Actor) -> bool:
    """Whether any delivery of the actor's controllers waits for a person."""
    found = _visible(actor).where(_has_status(STUCK)).with_only_columns(OutboxMessage.id).limit(1)
    return session.scalar(found) is not None


def group_of(kind: str) -> str:
    """The group of occasions that a kind belongs to: account, digest, due or record."""
    head = kind.partition(".")[0]
    return {"account": "account", "digest": "digest", "task": "due", "deadline": "due"}.get(head, "record")


def masked(address: str) -> str:
    """``b***@example.org``: enough to recognise an address that one knows."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain}"


def _visible(actor: Actor) -> Select[tuple[OutboxMessage]]:
    return select(OutboxMessage).where(OutboxMessage.controller_id.in_(sorted(actor.controllers("outbox:read"))))


def _with_parts() -> tuple[object, ...]:
    return selectinload(OutboxMessage.deliveries), selectinload(OutboxMessage.record)


def _narrowed(actor: Actor, filters: Filters) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = []
    if filters.status:
        clauses.append(_has_status(STUCK if filters.status == "open" else (filters.status,)))
    if filters.kind:
        clauses.append(_of_group(filters.kind))
    if text := filters.text.strip():
        clauses.append(_matches(actor, text))
    return clauses


def _has_status(statuses: Sequence[str]) -> ColumnElement[bool]:
    return exists().where(Delivery.message_id == OutboxMessage.id, Delivery.status.in_(statuses))


def _of_group(group: str) -> ColumnElement[bool]:
    kind = OutboxMessage.kind
    heads = {
        "account": kind.startswith("account", autoescape=True),
        "digest": kind == "digest",
        "due": or_(kind.startswith("task.", autoescape=True), kind.startswith("deadline.", autoescape=True)),
    }
    if group == "record":
        return ~or_(*heads.values())
    return heads.get(group, false())


def _matches(actor: Actor, text: str) -> ColumnElement[bool]:
    """Subjects that the actor may read, and addresses that are shown: nothing hidden answers a search."""
    readable = OutboxMessage.controller_id.in_(sorted(actor.controllers("outbox:content")))
    shown = or_(readable, _of_group("account"), _of_group("digest"))
    address = exists().where(
        Delivery.message_id == OutboxMessage.id,
        Delivery.user_id.is_not(None),
        ~exists().where(Record.id == OutboxMessage.record_id, Record.creator_id == Delivery.user_id),
        ~_own_items(OutboxMessage.id),
        Delivery.address.icontains(text, autoescape=True),
    )
    return or_(and_(shown, OutboxMessage.subject.icontains(text, autoescape=True)), address)


def _own_items(message_id: ColumnElement[int] | InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Whether an overview of the day tells its reader of a record that they sent: its text says which one."""
    return exists().where(
        DigestItem.sent_in_id == message_id,
        Record.id == DigestItem.record_id,
        Record.creator_id == DigestItem.user_id,
    )


def _about_own(session: Session, rows: Sequence[OutboxMessage]) -> frozenset[int]:
    """Ids of the overviews among ``rows`` that would name a reporter beside the report."""
    ids = [row.id for row in rows if row.kind == "digest"]
    if not ids:
        return frozenset()
    wanted = select(OutboxMessage.id).where(OutboxMessage.id.in_(ids), _own_items(OutboxMessage.id))
    return frozenset(session.scalars(wanted))


def _line(actor: Actor, row: OutboxMessage, own: bool) -> MessageLine:
    group = group_of(row.kind)
    content = may(actor, "outbox:content", row.controller_id)
    return MessageLine(
        id=row.id,
        message_id=row.message_id,
        created_at=row.created_at,
        group=group,
        kind=row.kind,
        reference=row.record.reference if row.record is not None else None,
        subject=without_secrets(row.subject) if content or group in OPEN_KINDS else None,
        text=without_secrets(row.text) if content else None,
        html=without_secrets(row.html) if content else None,
        language=row.language,
        reply_to=row.reply_to,
        deliveries=tuple(_delivery(one, row.record, own) for one in sorted(row.deliveries, key=lambda one: one.id)),
    )


def _delivery(row: Delivery, record: Record | None, own: bool) -> DeliveryLine:
    """Who reported is hidden, with an account or without: the contact of reporters is the coordination's alone."""
    hidden = own or row.user_id is None or (record is not None and row.user_id == record.creator_id)
    address = masked(row.address) if hidden else row.address
    error = without_address(row.error, row.address, address) if row.error and hidden else row.error
    return DeliveryLine(row.id, address, row.status, row.attempts, row.next_at, row.sent_at, error)


def without_secrets(text: str) -> str:
    """``text`` of a mail with a sign in place of each secret."""
    return PLACEHOLDER.sub(SECRET, TOKEN.sub(SECRET, text))
