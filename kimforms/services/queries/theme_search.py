"""Finds reports to take into a theme, by words or by reference; the newest few."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ...models import ProcessVersion, Record
from ...permissions import Actor, visible_records
from ..processes import definition_of
from ..records.facts import local_day
from ..search import hits, is_reference
from ..themes.reports import is_report, is_withdrawn

MOST = 15
LOOKED_AT = 60


def reports(session: Session, actor: Actor, now: datetime, words: str, *, without: Sequence[str] = ()) -> list[Record]:
    """Reports that hold all the words, the newest first, as far as the actor may see them and they still count."""
    wanted = select(Record).where(visible_records(session, actor, local_day(now)), Record.reference.not_in(without))
    if is_reference(words):
        wanted = wanted.where(Record.reference == words.strip().upper())
    else:
        found = hits(session, words)
        if found is None:
            return []
        wanted = wanted.where(Record.id.in_(select(found.record_id).select_from(found.source).where(found.found)))
    rows = session.scalars(
        wanted.options(joinedload(Record.version).defer(ProcessVersion.document))
        .order_by(Record.id.desc())
        .limit(LOOKED_AT)
    )
    return [one for one in rows if _counts(one)][:MOST]


def _counts(record: Record) -> bool:
    definition = definition_of(record.version)
    return is_report(definition) and not is_withdrawn(definition, record.state)
