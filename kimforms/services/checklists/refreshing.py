"""What a checklist repeats for lists: whether it is ready, what is missing, the next follow-up, when it ends."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from sqlalchemy.orm import object_session

from ...models import ClientChecklist
from ...naturalisation.applies import applicable
from ...naturalisation.readiness import Readiness, readiness
from ..editions.reading import document_of
from ..naturalisation_office import settings_of
from ..records.facts import local_day

RESTING = ("entschieden", "beendet", "geloescht")
"""States in which nobody works on a checklist any more."""


def refreshed(checklist: ClientChecklist) -> Readiness:
    """Judges the checklist anew as of its last change and keeps the result beside it; every change ends with this."""
    day = local_day(checklist.changed_at)
    judged = judge(checklist, day)
    checklist.ready, checklist.missing = judged.ready, list(judged.missing)
    checklist.follow_up_on = next_follow_up(checklist)
    session = object_session(checklist)
    assert session is not None
    office = settings_of(session, checklist.record.controller_id, checklist.changed_at)
    checklist.ends_on = months_after(day, office.retention_months)
    return judged


def judge(checklist: ClientChecklist, day: date) -> Readiness:
    """What the rules say of the checklist on a day; nothing is written."""
    return readiness(
        document_of(checklist.edition),
        checklist.situation,
        {entry.item_id: entry.state for entry in checklist.entries},
        checklist.talked_on,
        day,
        review=frozenset(entry.item_id for entry in checklist.entries if entry.review),
    )


def next_follow_up(checklist: ClientChecklist) -> date | None:
    """The earliest follow-up of a point that applies; none once nobody works on the checklist."""
    if checklist.record.state in RESTING:
        return None
    here = {item.id for item in applicable(document_of(checklist.edition), checklist.situation)}
    days = [entry.follow_up_on for entry in checklist.entries if entry.follow_up_on and entry.item_id in here]
    return min(days, default=None)


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
