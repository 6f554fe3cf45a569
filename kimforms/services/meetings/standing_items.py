"""What stands on an agenda before anybody writes on it: the body's template, the last minutes, topics, unfinished points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from ...models import AgendaItem, Body, Meeting, Record
from ...permissions import Actor
from ...rules.calendar_days import short
from ..bodies.access import day_of
from .agenda import KINDS, Point, add_item, note_change, top_items

MINUTES = "Niederschrift der letzten Sitzung"
HELD = ("niederschrift", "abgeschlossen")
UNFINISHED = ("open", "postponed")
NEVER_CARRIED = ("formalities", "miscellaneous")
TEMPLATES: dict[str, tuple[Point, ...]] = {
    "steering": (
        Point(MINUTES, "formalities", minutes=5),
        Point("Stand der Umsetzung früherer Beschlüsse", "report", minutes=10),
        Point("Verschiedenes", "miscellaneous", minutes=10),
    ),
    "working": (
        Point(MINUTES, "formalities", minutes=5),
        Point("Stand der Arbeit und offene Aufgaben", "report", minutes=15),
        Point("Nächste Schritte", "discussion", minutes=15),
        Point("Verschiedenes", "miscellaneous", minutes=5),
    ),
    "exchange": (
        Point("Offene Aufgaben", "report", minutes=10),
        Point("Verschiedenes", "miscellaneous", minutes=10),
    ),
}
"""Where a body has no template of its own."""


def put_standing_items(session: Session, actor: Actor, now: datetime, meeting: Meeting) -> None:
    """Fills the empty agenda of a new meeting: template, topics of exchange formats, what the last meeting left unfinished."""
    body = meeting.body
    for point in template_of(body):
        if point.title == MINUTES and not _earlier(session, meeting):
            continue
        add_item(session, actor, now, meeting=meeting, point=point, source="template")
    if body.formality == "exchange":
        for topic in topics_of(body):
            add_item(session, actor, now, meeting=meeting, point=Point(topic), source="template")
    last = last_held(session, meeting)
    if last is not None and _next_after(session, last) is meeting:
        carry_over(session, actor, now, last, meeting)


def template_of(body: Body) -> Sequence[Point]:
    """The points that stand on each agenda of the body; steering bodies begin with the minutes of the last meeting."""
    own = [point for entry in body.agenda or () if (point := _point(entry)) is not None]
    if own and body.formality != "exchange" and not any(point.title == MINUTES for point in own):
        own.insert(0, Point(MINUTES, "formalities", minutes=5))
    return own or TEMPLATES[body.formality]


def topics_of(body: Body) -> list[str]:
    """What an exchange format talks about each time, from the profile."""
    topics = (body.data or {}).get("topics")
    return [str(one)[:300] for one in topics if str(one).strip()] if isinstance(topics, list) else []


def carry_over(
    session: Session, actor: Actor, now: datetime, from_meeting: Meeting, to_meeting: Meeting
) -> list[AgendaItem]:
    """Puts what the one meeting left unfinished onto the other, and points its item on the minutes there.

    A point that stands on another open agenda already is left out, so a second call does nothing. Returns the new points.
    """
    _about_minutes(session, actor, now, from_meeting, to_meeting)
    made = []
    for item in unfinished(session, from_meeting, to_meeting):
        made.append(_carried(session, actor, now, item, to_meeting, None))
        below = select(AgendaItem).where(AgendaItem.parent_id == item.id, AgendaItem.state.in_(UNFINISHED))
        for child in session.scalars(below.order_by(AgendaItem.position, AgendaItem.id)).all():
            _carried(session, actor, now, child, to_meeting, made[-1])
    return made


def _carried(
    session: Session, actor: Actor, now: datetime, item: AgendaItem, meeting: Meeting, parent: AgendaItem | None
) -> AgendaItem:
    from .offers import take_along  # noqa: PLC0415 - offers add points as this module does

    point = Point(item.title, item.kind, item.text, item.motion, item.minutes, item.presenter, item.confidential)
    copy = add_item(
        session, actor, now, meeting=meeting, point=point, parent=parent, source="carried", carried_from_id=item.id,
        record=item.record,
    )  # fmt: skip
    take_along(session, actor, now, item, copy)
    return copy


def unfinished(session: Session, from_meeting: Meeting, to_meeting: Meeting | None = None) -> list[AgendaItem]:
    """The points of a held meeting that were not dealt with, stand on no later agenda, and are not there each time anyway.

    A sub-point whose parent was dealt with becomes a point of its own; below an unfinished one it is part of it.
    """
    carried, later, above = aliased(AgendaItem), aliased(Record), aliased(AgendaItem)
    wanted = (
        select(AgendaItem)
        .outerjoin(above, above.id == AgendaItem.parent_id)
        .where(
            AgendaItem.meeting_id == from_meeting.record_id,
            AgendaItem.parent_id.is_(None) | above.state.not_in(UNFINISHED),
            AgendaItem.state.in_(UNFINISHED),
            AgendaItem.kind.not_in(NEVER_CARRIED),
            AgendaItem.source != "template",
            ~exists(
                select(carried.id)
                .join(later, later.id == carried.meeting_id)
                .where(carried.carried_from_id == AgendaItem.id, later.state != "abgesagt", carried.state != "dropped")
            ),
        )
        .order_by(AgendaItem.position, AgendaItem.id)
    )
    found = list(session.scalars(wanted))
    if to_meeting is None:
        return found
    there = {one.record_id for one in top_items(session, to_meeting) if one.record_id is not None}
    return [one for one in found if one.record_id is None or one.record_id not in there]


def last_held(session: Session, meeting: Meeting) -> Meeting | None:
    """The last meeting of the same body that was held before this one."""
    return session.scalars(
        select(Meeting)
        .join(Record, Record.id == Meeting.record_id)
        .where(
            Meeting.body_id == meeting.body_id,
            Meeting.starts_at < meeting.starts_at,
            Meeting.record_id != meeting.record_id,
            Record.state.in_(HELD),
        )
        .order_by(Meeting.starts_at.desc())
        .limit(1)
    ).first()


def carry_to_next(session: Session, actor: Actor, now: datetime, meeting: Meeting) -> Meeting | None:
    """After a meeting was held: its unfinished points go onto the next planned meeting of the body, if there is one.

    Returns that meeting. A next meeting whose agenda was sent already is left as it is; the page offers to take them over.
    """
    following = _next_after(session, meeting)
    if following is None or following.record.state not in ("geplant", "freigegeben"):
        return None
    carry_over(session, actor, now, meeting, following)
    return following


def _next_after(session: Session, meeting: Meeting) -> Meeting | None:
    return session.scalars(
        select(Meeting)
        .join(Record, Record.id == Meeting.record_id)
        .where(
            Meeting.body_id == meeting.body_id,
            Meeting.starts_at > meeting.starts_at,
            Record.state.in_(("geplant", "freigegeben", "eingeladen")),
        )
        .order_by(Meeting.starts_at)
        .limit(1)
    ).first()


def _earlier(session: Session, meeting: Meeting) -> bool:
    """Whether another meeting of the body lies before this one, held or planned."""
    return (
        session.scalar(
            select(Meeting.record_id)
            .join(Record, Record.id == Meeting.record_id)
            .where(
                Meeting.body_id == meeting.body_id, Meeting.starts_at < meeting.starts_at, Record.state != "abgesagt"
            )
            .limit(1)
        )
        is not None
    )


def _about_minutes(session: Session, actor: Actor, now: datetime, last: Meeting, meeting: Meeting) -> None:
    for item in top_items(session, meeting):
        if item.title == MINUTES and item.about_minutes_id != last.record_id:
            item.about_minutes_id = last.record_id
            item.text = f"Sitzung vom {short(day_of(last))} ({last.record.reference})"
            note_change(session, actor, now, meeting, item, "minutes")


def _point(entry: Any) -> Point | None:
    """A point of a template as data; what is no point is left out."""
    if not isinstance(entry, Mapping) or not str(entry.get("title") or "").strip():
        return None
    minutes = entry.get("minutes")
    return Point(
        title=str(entry["title"]).strip()[:300],
        kind=str(entry.get("kind")) if entry.get("kind") in KINDS else "discussion",
        text=str(entry.get("text") or ""),
        minutes=minutes if isinstance(minutes, int) and 0 < minutes <= 600 else None,
        confidential=entry.get("confidential") is True,
    )
