"""Names of people without account go from past briefings when the office's period is over; that somebody was there stays.

The period is the one of the office's checklists (``NaturalisationOffice.retention_months``), counted from the briefing's
end.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...models import Briefing, BriefingPlace
from ...permissions import SYSTEM
from .. import audit
from ..checklists.refreshing import months_after
from ..naturalisation_office import settings_of
from ..records.facts import local_day

Unit = Callable[[], AbstractContextManager[Session]]
FORGOTTEN = "Name gelöscht"


def run(unit: Unit, now: datetime) -> int:
    """Takes names, addresses and certificates of guests out of briefings whose period is over; returns how many guests."""
    with unit() as session:
        over = [
            briefing_id
            for briefing_id, controller_id, ends_at in _with_guests(session)
            if months_after(local_day(ends_at), settings_of(session, controller_id, now).retention_months)
            <= local_day(now)
        ]
    return sum(_forget(unit, now, briefing_id) for briefing_id in over)


def _with_guests(session: Session) -> list[tuple[int, int, datetime]]:
    rows = session.execute(
        select(Briefing.id, Briefing.controller_id, Briefing.ends_at)
        .join(BriefingPlace, BriefingPlace.briefing_id == Briefing.id)
        .where(BriefingPlace.user_id.is_(None), BriefingPlace.name != FORGOTTEN)
        .distinct()
        .order_by(Briefing.id)
    ).all()
    return [(row.id, row.controller_id, row.ends_at) for row in rows]


def _forget(unit: Unit, now: datetime, briefing_id: int) -> int:
    with unit() as session:
        briefing = session.get(Briefing, briefing_id)
        guests = [one for one in briefing.places if one.user_id is None and one.name != FORGOTTEN] if briefing else []
        if briefing is None or not guests:
            return 0
        for one in guests:
            one.name, one.email, one.certificate = FORGOTTEN, "", None
        audit.record(
            session, SYSTEM, now, audit.Tag.BRIEFING_FORGET, controller_id=briefing.controller_id,
            briefing=briefing.id, people=len(guests),
        )  # fmt: skip
        return len(guests)
