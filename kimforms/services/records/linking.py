"""Joining records: a report with its theme, or with another record that belongs to it. A theme counts its cases anew."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ...models import Record, RecordLink, Share
from ...permissions import Actor, Sight, may, sight
from .. import audit
from ..processes import definition_of
from ..refusals import InputRefused, NotPermitted, NotVisible, StepRefused
from ..themes import counting
from ..themes.reports import is_report, require_open
from .facts import local_day

RELATED = "related"
THEME = "theme"


def kind_for(record: Record, other: Record) -> str:
    """How two records belong together: a report with a theme, anything else as related."""
    is_theme = [one.process.key == THEME for one in (record, other)]
    return THEME if is_theme[0] != is_theme[1] else RELATED


def link_records(
    session: Session, actor: Actor, now: datetime, *, record: Record, other: Record, kind: str = RELATED
) -> RecordLink:
    """Joins ``record`` with ``other``; linking the same two again changes nothing. Both histories tell of it.

    A link of kind ``theme`` leads to the theme, from whichever side it is made, and says how many cases a report tells.

    Raises :class:`NotPermitted`, :class:`NotVisible` for a record that the actor may not see, and
    :class:`InputRefused` for a record with itself, one that the actor may only read, or a report with a closed theme.
    """
    if not may(actor, "record:work", record.controller_id):
        raise NotPermitted()
    _require_sight(session, actor, now, other)
    if record.id == other.id:
        raise InputRefused({"reference": "Ein Vorgang lässt sich nicht mit sich selbst verknüpfen."})
    _require_hand(actor, other)
    known = session.scalar(
        select(RecordLink).where(
            RecordLink.kind == kind,
            or_(
                (RecordLink.from_id == record.id) & (RecordLink.to_id == other.id),
                (RecordLink.from_id == other.id) & (RecordLink.to_id == record.id),
            ),
        )
    )
    if known is not None:
        return known
    first, second = (other, record) if kind == THEME and record.process.key == THEME else (record, other)
    if kind == THEME and is_report(definition_of(first.version)):
        require_open(second)
    link = RecordLink(from_record=first, to_record=second, kind=kind, created_at=now, created_by_id=actor.user_id)
    session.add(link)
    audit.record(session, actor, now, audit.Tag.RECORD_LINK, about=record, other=other.reference, kind=kind)
    audit.record(session, actor, now, audit.Tag.RECORD_LINK, about=other, other=record.reference, kind=kind)
    if kind == THEME:
        counting.take_stock(session, actor, now, link)
    return link


def unlink_records(
    session: Session, actor: Actor, now: datetime, *, link: RecordLink, record: Record | None = None
) -> None:
    """Takes a link away; both histories tell of it. ``record`` is the side on which the actor stands, else its start.

    A report leaves its theme as it does on the theme's page. Raises :class:`NotPermitted`, :class:`NotVisible` when the
    other record is none of the actor's, and :class:`StepRefused` for what a theme's way consists of.
    """
    from ..themes import grouping  # noqa: PLC0415 - it takes steps, and steps come here

    record = record if record is not None else link.from_record
    other = link.to_record if record.id == link.from_id else link.from_record
    if not may(actor, "record:work", record.controller_id):
        raise NotPermitted()
    _require_sight(session, actor, now, other)
    _require_hand(actor, other)
    if link.kind == THEME and link.to_record.process.key == THEME:
        if link.cases is None:
            piece = link.from_record.reference
            raise StepRefused([f"{piece} gehört zum Weg des Themas {link.to_record.reference} und bleibt bei ihm."])
        grouping.remove_report(session, actor, now, theme=link.to_record, link=link)
        return
    session.delete(link)
    audit.record(session, actor, now, audit.Tag.RECORD_UNLINK, about=record, other=other.reference, kind=link.kind)
    audit.record(session, actor, now, audit.Tag.RECORD_UNLINK, about=other, other=record.reference, kind=link.kind)
    if link.kind == THEME:
        counting.take_stock(session, actor, now, link)


def _require_sight(session: Session, actor: Actor, now: datetime, other: Record) -> None:
    shares = session.scalars(select(Share).where(Share.record_id == other.id)).all()
    if sight(actor, other, shares, local_day(now)) is Sight.NONE:
        raise NotVisible()


def _require_hand(actor: Actor, other: Record) -> None:
    """A link is written into both histories: who was given the other record to read only does not write into it."""
    if not may(actor, "record:work", other.controller_id):
        raise InputRefused({"reference": f"{other.reference} dürfen Sie nur lesen und deshalb nicht verknüpfen."})
