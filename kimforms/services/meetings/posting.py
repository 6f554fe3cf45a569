"""Letters of a dispatch for those without mail: one document to print, and the note on which day they were posted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from sqlalchemy.orm import Session

from ...models import Dispatch, DispatchRecipient, Invitee, Meeting
from ...permissions import Actor
from .. import audit
from ..bodies.access import BERLIN, require_work
from ..refusals import InputRefused, NotVisible, StepRefused
from . import papers
from .invitees import everybody
from .mail_words import Content

NOBODY = "In diesem Versand bekommt niemand einen Brief."


def dispatch_of(session: Session, meeting: Meeting, dispatch_id: int) -> Dispatch:
    """A dispatch of this meeting. Raises :class:`NotVisible`."""
    found = session.get(Dispatch, dispatch_id)
    if found is None or found.meeting_id != meeting.record_id:
        raise NotVisible()
    return found


def letters_of(made: Dispatch) -> list[DispatchRecipient]:
    """Those who get a letter."""
    return [one for one in made.recipients if one.channel == "post"]


def print_letters(
    session: Session,
    now: datetime,
    meeting: Meeting,
    made: Dispatch,
    chosen: Sequence[DispatchRecipient] | None = None,
) -> papers.Sheet:
    """The letters of a dispatch as one document, or those to ``chosen``. Raises :class:`StepRefused` for nobody."""
    recipients = letters_of(made) if chosen is None else chosen
    if not recipients:
        raise StepRefused((NOBODY,))
    rows: dict[int, list[Invitee]] = {}
    for one in everybody(session, meeting):
        rows.setdefault(one.person_id, []).append(one)
    groups = [rows[one.person_id] for one in recipients if one.person_id in rows]
    content = Content(
        made.kind,
        meeting,
        changes=made.snapshot.get("changes", ()),
        changes_for_guests=made.snapshot.get("changes_for_guests", ()),
        asks_again=bool(made.snapshot.get("asks_again")),
        reason=made.snapshot.get("reason", ""),
    )
    return papers.letters(session, now, meeting, groups, content)


def mark_posted(
    session: Session, actor: Actor, now: datetime, *, meeting: Meeting, made: Dispatch, day: date | None
) -> int:
    """Notes that the letters of a dispatch were posted on that day; returns how many. The notice is counted from it.

    Raises :class:`NotPermitted`, :class:`InputRefused` for a day before the dispatch or after today, and
    :class:`StepRefused` where none waits.
    """
    require_work(actor, meeting.body)
    first, today = made.sent_at.astimezone(BERLIN).date(), now.astimezone(BERLIN).date()
    if day is None or not first <= day <= today:
        raise InputRefused({"day": f"Geben Sie den Tag der Aufgabe zur Post an, vom {first:%d.%m.%Y} bis heute."})
    waiting = [one for one in letters_of(made) if one.posted_at is None]
    if not waiting:
        raise StepRefused(("Alle Briefe dieses Versands sind schon als versandt vermerkt.",))
    for one in waiting:
        one.posted_at = datetime.combine(day, time(12), BERLIN)
    audit.record(session, actor, now, audit.Tag.INVITATION_POST, about=meeting.record, dispatch=made.id,
                 day=day.isoformat(), letters=len(waiting))  # fmt: skip
    return len(waiting)
