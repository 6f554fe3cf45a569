"""Recurring meetings: a rule becomes a list of days, people choose, the chosen ones become meetings of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...models import Body, Meeting, MeetingSeries, Record, Room
from ...permissions import Actor
from ...rules import series as rules
from ...rules.series import Occurrence, SeriesRefused
from .. import audit
from ..bodies.access import require_work
from ..queries.meeting_days import school_holidays
from ..refusals import InputRefused, NotVisible, StepRefused
from .planning import cancel_meeting, plan_meeting

POLICIES = ("move", "skip", "keep")
MOST_MEETINGS = 120
MOST_MINUTES = 24 * 60


@dataclass(frozen=True)
class Wanted:
    """A series as it is entered: the first day, local times, how often, until when, and what happens on free days."""

    title: str
    frequency: rules.Frequency
    by: str
    first_on: date
    starts: time
    minutes: int
    until: date
    on_holiday: rules.Policy = "move"
    place: str = ""
    room: Room | None = None
    video_url: str = ""
    kind: str = "room"

    @property
    def rule(self) -> str:
        return rules.build_rule(self.frequency, self.first_on, by="day" if self.by == "day" else "weekday")


def preview(session: Session, now: datetime, wanted: Wanted) -> tuple[Occurrence, ...]:
    """All days of the series with holidays and school holidays. Raises :class:`InputRefused` by field."""
    errors = {}
    if wanted.frequency not in rules.FREQUENCIES:
        errors["frequency"] = "Wählen Sie, wie oft die Sitzung stattfindet."
    if wanted.on_holiday not in POLICIES:
        errors["on_holiday"] = "Wählen Sie, was an freien Tagen geschieht."
    if not 0 < wanted.minutes <= MOST_MINUTES:
        errors["ends"] = "Das Ende liegt nach dem Beginn."
    if not wanted.title.strip() or len(wanted.title) > 200 or "\x00" in wanted.title:
        errors["title"] = "Geben Sie der Reihe einen Namen mit höchstens 200 Zeichen."
    if wanted.until < wanted.first_on:
        errors["until"] = "Das Ende der Reihe liegt nach dem ersten Tag."
    elif (wanted.until - wanted.first_on).days > 3 * 366:
        errors["until"] = "Eine Reihe wird für höchstens drei Jahre geplant."
    if errors:
        raise InputRefused(errors)
    try:
        found = rules.occurrences(
            wanted.rule, wanted.first_on, wanted.starts, wanted.until,
            policy=wanted.on_holiday, school_holidays=school_holidays(session),
        )  # fmt: skip
    except SeriesRefused as refused:
        raise InputRefused({"frequency": str(refused)}) from None
    if not [one for one in found if one.starts_at > now]:
        raise InputRefused({"until": "In dieser Zeit liegt kein Termin, der noch kommt."})
    if len(found) > MOST_MEETINGS:
        raise InputRefused({"until": f"Das sind mehr als {MOST_MEETINGS} Termine. Wählen Sie ein früheres Ende."})
    return found


def create_series(
    session: Session, actor: Actor, now: datetime, *, body: Body, wanted: Wanted, chosen: Mapping[date, date | None]
) -> tuple[MeetingSeries, list[Meeting]]:
    """The series and a meeting for each chosen day.

    ``chosen`` maps a day that the rule gives to the day on which the meeting is held; None leaves it out. Days that it
    does not name are left out as well. Raises :class:`NotPermitted`, and :class:`InputRefused`, under the ISO day of the
    rule where one of the meetings cannot be planned.
    """
    require_work(actor, body)
    found = preview(session, now, wanted)
    series = MeetingSeries(
        body_id=body.id, body=body, title=wanted.title.strip(), rule=wanted.rule, first_on=wanted.first_on,
        starts=f"{wanted.starts:%H:%M}", minutes=wanted.minutes, place=wanted.place.strip(),
        room_id=wanted.room.id if wanted.room else None, video_url=wanted.video_url.strip(), on_holiday=wanted.on_holiday,
        created_at=now, created_by_id=actor.user_id,
    )  # fmt: skip
    session.add(series)
    session.flush()  # the meetings point at it
    meetings, errors = [], {}
    for one in found:
        day = chosen.get(one.planned_on)
        if day is None:
            continue
        starts = rules.local(day, wanted.starts)
        try:
            meetings.append(
                plan_meeting(
                    session,
                    actor,
                    now,
                    body=body,
                    starts_at=starts,
                    ends_at=rules.ends_at(starts, wanted.minutes),
                    place=wanted.place,
                    room=wanted.room,
                    video_url=wanted.video_url,
                    kind=wanted.kind,
                    title=wanted.title,
                    series=series,
                )  # fmt: skip
            )
        except InputRefused as refused:
            errors[one.planned_on.isoformat()] = " ".join(refused.errors.values())
    if errors:
        raise InputRefused(errors)
    if not meetings:
        raise InputRefused({"chosen": "Wählen Sie mindestens einen Termin."})
    audit.record(
        session, actor, now, audit.Tag.SERIES_CREATE, controller_id=body.controller_id,
        series=series.id, body=body.slug, rule=series.rule, meetings=[one.record.reference for one in meetings],
    )  # fmt: skip
    return series, meetings


def end_series(
    session: Session, actor: Actor, now: datetime, *, series: MeetingSeries, reason: str
) -> Sequence[Meeting]:
    """Ends a series: its meetings that are only planned are called off; those that were announced stay for people to decide.

    Raises :class:`NotPermitted`, :class:`StepRefused` when it ended already, :class:`InputRefused` without a reason.
    """
    require_work(actor, series.body)
    if series.ended_at is not None:
        raise StepRefused(["Diese Reihe ist schon beendet."])
    if not reason.strip():
        raise InputRefused({"reason": "Geben Sie an, warum die Reihe endet."})
    waiting = session.scalars(
        select(Meeting)
        .join(Record, Record.id == Meeting.record_id)
        .where(Meeting.series_id == series.id, Meeting.starts_at > now, Record.state.in_(("geplant", "freigegeben")))
        .order_by(Meeting.starts_at)
    ).all()
    for meeting in waiting:
        cancel_meeting(session, actor, now, meeting=meeting, reason=reason)
    series.ended_at = now
    audit.record(
        session, actor, now, audit.Tag.SERIES_END, controller_id=series.body.controller_id,
        series=series.id, reason=audit.Erasable(reason.strip()), meetings=[one.record.reference for one in waiting],
    )  # fmt: skip
    return waiting


def series_of(session: Session, actor: Actor, series_id: int) -> MeetingSeries:
    """A series of a body for which the actor works. Raises :class:`NotVisible`."""
    series = session.get(MeetingSeries, series_id)
    if series is None or series.body.controller_id not in actor.controllers("meeting:work"):
        raise NotVisible()
    return series


def meetings_of(session: Session, series: MeetingSeries) -> list[Meeting]:
    """The meetings of a series by day, moved and cancelled ones too."""
    wanted = select(Meeting).where(Meeting.series_id == series.id).order_by(Meeting.starts_at)
    return list(session.scalars(wanted))
