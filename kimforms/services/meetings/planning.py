"""Planning a meeting, moving it, calling it off, splitting it into two days, inviting to it again.

Series, polls and the office's form all plan through :func:`plan_meeting`. Who is told of a change is the affair of the
dispatch, which sees it in ``Meeting.sequence``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...models import AgendaItem, Body, Meeting, MeetingSeries, Record, Room
from ...permissions import Actor
from ...rules.calendar_days import clock, in_words, short
from .. import audit
from ..bodies.access import BERLIN, day_of, require_work
from ..bodies.recording import ended
from ..refusals import InputRefused, StaleVersion, StepRefused
from .creating import begin_meeting
from .moving import take_step, touch

CANCELLED = "abgesagt"
CHANGEABLE = ("geplant", "freigegeben", "eingeladen")
KINDS = ("room", "hybrid", "video")
LONGEST = timedelta(hours=24)
FARTHEST = timedelta(days=5 * 366)
MOST = {"place": 300, "video_url": 500, "title": 300, "introduction": 4000, "reason": 500}


@dataclass(frozen=True)
class Plan:
    """When and where a meeting is; times are aware. ``room`` is one of the list, ``place`` any other in words."""

    starts_at: datetime
    ends_at: datetime
    kind: str = "room"
    place: str = ""
    room: Room | None = None
    video_url: str = ""


def plan_meeting(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    body: Body,
    starts_at: datetime,
    ends_at: datetime,
    place: str = "",
    room: Room | None = None,
    video_url: str = "",
    kind: str = "room",
    title: str = "",
    introduction: str = "",
    series: MeetingSeries | None = None,
    reinvitation_of: Meeting | None = None,
    continues: Meeting | None = None,
    agenda: bool = True,
) -> Meeting:
    """A meeting with what always stands on the agenda of its body (``agenda=False``: with an empty one).

    Raises :class:`NotPermitted` for whoever does not work for the body, and :class:`InputRefused` by field: an end
    before the start, a time that has passed, another meeting of the body at the same time, a link that is none.
    """
    from .standing_items import put_standing_items  # noqa: PLC0415 - they carry over from other meetings, which are planned here

    require_work(actor, body)
    plan = Plan(starts_at, ends_at, kind, place.strip(), room, video_url.strip())
    errors = problems_of(session, now, body, plan)
    errors |= dict(_too_long(title=title, introduction=introduction))
    if errors:
        raise InputRefused(errors)
    meeting = begin_meeting(
        session, actor, now, body=body, starts_at=starts_at, ends_at=ends_at, title=title.strip(),
        place=plan.place, room_id=room.id if room else None, video_url=plan.video_url, kind=kind,
        introduction=introduction.strip(), series_id=series.id if series else None,
        reinvitation_of_id=reinvitation_of.record_id if reinvitation_of else None,
        continues_id=continues.record_id if continues else None,
    )  # fmt: skip
    origins = (("series", series), ("reinvitation", reinvitation_of), ("continuation", continues))
    origin = next((name for name, source in origins if source is not None), "entered")
    audit.record(
        session, actor, now, audit.Tag.MEETING_PLAN, about=meeting.record,
        body=body.slug, origin=origin, **_told(plan),
    )  # fmt: skip
    if agenda:
        put_standing_items(session, actor, now, meeting)
    return meeting


def move_meeting(
    session: Session, actor: Actor, now: datetime, *, meeting: Meeting, plan: Plan, row_version: int | None = None
) -> dict[str, dict[str, str]]:
    """Another time or place; returns what changed (old and new, in words), nothing when all is as it was.

    After dispatch ``sequence`` rises, so that an update goes out. Raises :class:`NotPermitted`, :class:`StaleVersion`,
    :class:`StepRefused` for one that runs or is over, and :class:`InputRefused` as :func:`plan_meeting`.
    """
    require_changeable(actor, meeting, row_version)
    plan = replace(plan, place=plan.place.strip(), video_url=plan.video_url.strip())
    errors = problems_of(session, now, meeting.body, plan, but=meeting)
    if errors:
        raise InputRefused(errors)
    old, new = _told(_plan_of(meeting)), _told(plan)
    changes = {key: {"old": old[key], "new": new[key]} for key in new if old[key] != new[key]}
    if not changes:
        return {}
    meeting.starts_at, meeting.ends_at, meeting.kind = plan.starts_at, plan.ends_at, plan.kind
    meeting.place, meeting.room, meeting.video_url = plan.place, plan.room, plan.video_url
    meeting.record.answers = {**meeting.record.answers, "day": day_of(meeting).isoformat()}
    raise_sequence(meeting)
    touch(meeting, now)
    audit.record(
        session, actor, now, audit.Tag.MEETING_CHANGE, about=meeting.record,
        changes=changes, sequence=meeting.sequence,
    )  # fmt: skip
    return changes


def cancel_meeting(
    session: Session, actor: Actor, now: datetime, *, meeting: Meeting, reason: str, row_version: int | None = None
) -> None:
    """Calls a meeting off. The record stays, with the reason. Raises as :func:`move_meeting`."""
    require_changeable(actor, meeting, row_version)
    reason = reason.strip()
    errors = dict(_too_long(reason=reason))
    if not reason:
        errors["reason"] = "Geben Sie an, warum die Sitzung ausfällt. Die Eingeladenen lesen das."
    if errors:
        raise InputRefused(errors)
    take_step(session, actor, now, meeting, "absagen", {"reason": reason})
    meeting.cancelled_at, meeting.cancel_reason = now, reason
    raise_sequence(meeting)


def split_meeting(
    session: Session, actor: Actor, now: datetime, *, meeting: Meeting, plan: Plan, first_item: AgendaItem,
    row_version: int | None = None,
) -> Meeting:  # fmt: skip
    """The agenda from ``first_item`` on goes to a second meeting on another day, which continues this one.

    Before dispatch the points move; after it they stay here as postponed, and the second meeting has copies. Raises as
    :func:`plan_meeting`, and :class:`InputRefused` when nothing would be left for the first day.
    """
    from .agenda import copy_items, move_items, top_items  # noqa: PLC0415 - the agenda asks this module what may change

    require_splittable(actor, meeting, row_version)
    points = top_items(session, meeting)
    if first_item not in points[1:]:
        raise InputRefused(
            {"first_item": "Wählen Sie den ersten Punkt des zweiten Tages; am ersten Tag bleibt mindestens einer."}
        )
    if plan.starts_at < meeting.ends_at:
        raise InputRefused({"day": "Der zweite Tag beginnt nach dem Ende des ersten."})
    second = plan_meeting(
        session, actor, now, body=meeting.body, continues=meeting, agenda=False,
        title=f"{meeting.record.title} (Fortsetzung)"[:300], **vars(plan),
    )  # fmt: skip
    rest = [one for one in points[points.index(first_item) :] if one.state in ("open", "postponed")]
    if meeting.dispatched_at is None and meeting.opened_at is None:
        move_items(session, actor, now, rest, second)
    else:
        copy_items(session, actor, now, rest, second, note=f"fortgesetzt am {short(day_of(second))}")
    return second


def reinvite(
    session: Session, actor: Actor, now: datetime, *, meeting: Meeting, plan: Plan, row_version: int | None = None
) -> Meeting:
    """A second meeting on the points that could not be decided (``quorum_on_reinvitation`` of the rulebook counts there).

    It takes over the points that stayed open. Raises as :func:`plan_meeting`, and :class:`StepRefused` before the first
    meeting was held.
    """
    from .agenda import copy_items, top_items  # noqa: PLC0415 - the agenda asks this module what may change

    require_work(actor, meeting.body)
    _require_version(meeting, row_version)
    if meeting.opened_at is None or meeting.record.state == "laeuft":
        raise StepRefused(["Erneut geladen wird erst, wenn die erste Sitzung geschlossen ist."])
    rest = [one for one in top_items(session, meeting) if one.state in ("open", "postponed")]
    if not rest:
        raise StepRefused(
            ["In dieser Sitzung ist kein Punkt offen geblieben; es gibt nichts, wozu erneut zu laden wäre."]
        )
    second = plan_meeting(
        session, actor, now, body=meeting.body, reinvitation_of=meeting, agenda=False,
        title=f"{meeting.record.title} (erneute Ladung)"[:300], **vars(plan),
    )  # fmt: skip
    copy_items(session, actor, now, rest, second, note=f"erneut geladen zum {short(day_of(second))}")
    return second


def require_changeable(actor: Actor, meeting: Meeting, row_version: int | None = None) -> None:
    """Raises unless time, place and agenda of the meeting may still be changed by this person."""
    require_work(actor, meeting.body)
    _require_version(meeting, row_version)
    if meeting.record.state not in CHANGEABLE:
        raise StepRefused([f"{_state_words(meeting)} Zeit und Ort bleiben, wie sie sind."])


def require_splittable(actor: Actor, meeting: Meeting, row_version: int | None = None) -> None:
    """Raises unless the rest of the agenda may go to another day: before the meeting, while it runs and just after."""
    require_work(actor, meeting.body)
    _require_version(meeting, row_version)
    if meeting.record.state not in (*CHANGEABLE, "laeuft", "niederschrift"):
        raise StepRefused([f"{_state_words(meeting)} Sie lässt sich nicht teilen."])


def raise_sequence(meeting: Meeting) -> None:
    """Marks a change that everybody who was invited has to hear of (RFC 5545, 3.8.7.4); before dispatch nobody has."""
    if meeting.dispatched_at is not None:
        meeting.sequence += 1


def problems_of(
    session: Session, now: datetime, body: Body, plan: Plan, *, but: Meeting | None = None
) -> dict[str, str]:
    """What is wrong with a plan, by field; ``but`` is the meeting that is moved."""
    errors = dict(_too_long(place=plan.place, video_url=plan.video_url))
    if plan.kind not in KINDS:
        errors["kind"] = "Wählen Sie, wie die Sitzung stattfindet."
    if plan.ends_at <= plan.starts_at:
        errors["ends"] = "Das Ende liegt nach dem Beginn."
    elif plan.ends_at - plan.starts_at > LONGEST:
        errors["ends"] = "Eine Sitzung dauert höchstens einen Tag. Teilen Sie längere in zwei."
    if plan.starts_at <= now:
        errors["day"] = (
            f"{in_words(plan.starts_at.astimezone(BERLIN).date())}, {clock(plan.starts_at)} ist schon vorbei."
        )
    elif ended(body, plan.starts_at.astimezone(BERLIN).date()):
        errors["day"] = f"{body.name} besteht an diesem Tag nicht mehr (bis {body.ends_on:%d.%m.%Y})."
    elif plan.starts_at - now > FARTHEST:
        errors["day"] = "So weit voraus wird nicht geplant. Prüfen Sie das Jahr."
    if plan.video_url and not _is_web_address(plan.video_url):
        errors["video_url"] = "Geben Sie die ganze Adresse ein; sie beginnt mit https://."
    if not errors and (other := _at_the_same_time(session, body, plan, but)) is not None:
        begin, end = other.starts_at.astimezone(BERLIN), other.ends_at.astimezone(BERLIN)
        errors["day"] = (
            f"{body.name} tagt zu dieser Zeit schon: {other.record.reference} am {begin:%d.%m.%Y}, "
            f"{begin:%H:%M} bis {end:%H:%M} Uhr."
        )
    return errors


def _at_the_same_time(session: Session, body: Body, plan: Plan, but: Meeting | None) -> Meeting | None:
    wanted = (
        select(Meeting)
        .join(Record, Record.id == Meeting.record_id)
        .where(
            Meeting.body_id == body.id,
            Meeting.starts_at < plan.ends_at,
            Meeting.ends_at > plan.starts_at,
            Record.state != CANCELLED,
        )
        .order_by(Meeting.starts_at)
        .limit(1)
    )
    if but is not None:
        wanted = wanted.where(Meeting.record_id != but.record_id)
    return session.scalars(wanted).first()


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not any(one.isspace() for one in text)


def _plan_of(meeting: Meeting) -> Plan:
    return Plan(meeting.starts_at, meeting.ends_at, meeting.kind, meeting.place, meeting.room, meeting.video_url)


def _told(plan: Plan) -> dict[str, str]:
    """The plan as the history tells it."""
    begin, end = plan.starts_at.astimezone(BERLIN), plan.ends_at.astimezone(BERLIN)
    return {
        "starts_at": begin.isoformat(timespec="minutes"),
        "ends_at": end.isoformat(timespec="minutes"),
        "kind": plan.kind,
        "place": plan.room.name if plan.room else plan.place,
        "video_url": plan.video_url,
    }


def _require_version(meeting: Meeting, row_version: int | None) -> None:
    if row_version is not None and row_version != meeting.record.row_version:
        raise StaleVersion("Inzwischen hat jemand anderes diese Sitzung geändert.", current=meeting)


def _state_words(meeting: Meeting) -> str:
    words = {"laeuft": "eröffnet", "niederschrift": "gehalten", "abgeschlossen": "abgeschlossen", CANCELLED: "abgesagt"}
    state = words.get(meeting.record.state, "nicht mehr zu ändern")
    return f"Die Sitzung {meeting.record.reference} ist {state}."


def _too_long(**texts: Any) -> list[tuple[str, str]]:
    return [
        (key, "Bitte ohne Steuerzeichen." if "\x00" in text else f"Bitte höchstens {MOST[key]} Zeichen.")
        for key, text in texts.items()
        if len(text) > MOST[key] or "\x00" in text
    ]
