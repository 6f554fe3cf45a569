"""What a meeting says about earlier minutes: how they were settled and which objections were refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ...models import Body, Meeting, Minutes, MinutesObjection
from ..bodies.access import BERLIN, day_of
from . import content as blocks

OUT = ("sent", "settled")


@dataclass(frozen=True)
class Note:
    """Minutes that the next meeting takes note of: whose, how they stand, and what people objected to."""

    meeting: Meeting
    minutes: Minutes
    sentence: str
    refused: tuple[tuple[str, bool], ...]
    """Each refused objection as a sentence, and whether it is about something confidential."""
    open: tuple[tuple[str, bool], ...] = ()
    """Each objection that waits for its answer, the same way."""


def minutes_to_note(session: Session, body: Body, before: Meeting | None = None) -> Note | None:
    """The last minutes of the body that were sent, for the item "Niederschrift der letzten Sitzung". Two queries.

    ``before``: the meeting on whose agenda they are to stand; only earlier ones count.
    """
    wanted = (
        select(Minutes)
        .join(Meeting, Meeting.record_id == Minutes.meeting_id)
        .where(Meeting.body_id == body.id, Minutes.state.in_(OUT))
        .options(joinedload(Minutes.meeting).joinedload(Meeting.record))
        .order_by(Meeting.starts_at.desc())
        .limit(1)
    )
    if before is not None:
        wanted = wanted.where(Meeting.starts_at < before.starts_at)
    minutes = session.scalars(wanted).first()
    if minutes is None:
        return None
    objections = session.scalars(
        select(MinutesObjection)
        .where(MinutesObjection.meeting_id == minutes.meeting_id)
        .options(joinedload(MinutesObjection.person))
        .order_by(MinutesObjection.id)
    ).all()
    refused = tuple(
        (refusal(minutes, one), _confidential(minutes, one)) for one in objections if one.state == "refused"
    )
    waiting = tuple((_waiting(minutes, one), _confidential(minutes, one)) for one in objections if one.state == "open")
    return Note(minutes.meeting, minutes, _sentence(minutes, objections), refused, waiting)


def told(session: Session, meeting: Meeting) -> list[dict[str, Any]]:
    """The same as statements of the minutes of the next meeting."""
    note = minutes_to_note(session, meeting.body, meeting)
    if note is None:
        return []
    lines = [{"text": note.sentence, "confidential": False}]
    return lines + [{"text": text, "confidential": confidential} for text, confidential in note.refused]


def _sentence(minutes: Minutes, objections: Any) -> str:
    held = f"Die Niederschrift der Sitzung vom {day_of(minutes.meeting):%d.%m.%Y} ({minutes.meeting.record.reference})"
    if minutes.state == "settled" and minutes.settled_at is not None:
        return f"{held} ist seit dem {_day(minutes.settled_at):%d.%m.%Y} festgestellt: {minutes.settled_how}"
    open_ones = sum(one.state == "open" for one in objections)
    if open_ones:
        number = "eine Einwendung ist" if open_ones == 1 else f"{open_ones} Einwendungen sind"
        return f"{held} ist noch nicht festgestellt: {number} offen."
    until = f" bis {minutes.objections_until:%d.%m.%Y}" if minutes.objections_until else ""
    return f"{held} ist versandt und noch nicht festgestellt; Einwendungen sind{until} möglich."


def _waiting(minutes: Minutes, objection: MinutesObjection) -> str:
    target = blocks.find(minutes.content, objection.block) if objection.block else None
    about = f" zu {blocks.title_of(target)}" if target else ""
    late = "" if objection.in_time else " (zu spät eingegangen)"
    day = f"{_day(objection.received_at):%d.%m.%Y}"
    return f"Offene Einwendung von {objection.person.name} vom {day}{about}{late}: „{objection.text}“"


def refusal(minutes: Minutes, objection: MinutesObjection) -> str:
    """A refused objection with its reason: it stands in the next minutes."""
    target = blocks.find(minutes.content, objection.block) if objection.block else None
    about = f" zu {blocks.title_of(target)}" if target else ""
    return (
        f"Einwendung von {objection.person.name} vom {_day(objection.received_at):%d.%m.%Y}{about}: „{objection.text}“ "
        f"Ihr wird nicht gefolgt: {objection.answer}"
    )


def _confidential(minutes: Minutes, objection: MinutesObjection) -> bool:
    """An objection that names no block may be about anything, so guests do not read it either."""
    target = blocks.find(minutes.content, objection.block) if objection.block else None
    return target is None or bool(target["confidential"])


def _day(moment: Any) -> date:
    found: date = moment.astimezone(BERLIN).date()
    return found
