"""Holding a meeting: opening it, who chairs, breaks, closing it, opening it again. Each function is one click of the office."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...models import AgendaItem, Meeting, Person, Presence, Vote
from ...permissions import Actor
from ...rules import notice
from .. import audit
from ..bodies.access import BERLIN, require_work
from ..bodies.rulebooks import pin_rulebook
from ..refusals import InputRefused, StepRefused
from .attendance import BEFORE, EARLIEST
from .moving import take_step
from .room import room_of

RUNNING, MINUTES = "laeuft", "niederschrift"
NOT_REACHED = "in der Sitzung nicht behandelt"
LONGEST = 300
MINUTE = timedelta(minutes=1)


def open_meeting(
    session: Session,
    actor: Actor,
    now: datetime,
    meeting: Meeting,
    *,
    at: datetime | None = None,
    chair_id: int | None = None,
    minute_taker_id: int | None = None,
) -> None:
    """The meeting begins; its rules are those of its day from now on. A second click changes nothing.

    Raises :class:`NotPermitted`, :class:`StepRefused` for one that is over or was called off, :class:`InputRefused`.
    """
    require_work(actor, meeting.body)
    if meeting.record.state == RUNNING:
        return
    at = at or now
    if at > now:
        raise InputRefused({"at": "Die Uhrzeit liegt in der Zukunft."})
    if at < min(meeting.starts_at, now) - EARLIEST:
        raise InputRefused({"at": "Die Uhrzeit liegt lange vor der Sitzung."})
    _officers(session, meeting, chair_id, minute_taker_id)
    take_step(session, actor, now, meeting, "eroeffnen")
    pin_rulebook(session, meeting)
    meeting.opened_at = at
    _tell(session, actor, now, meeting, "opened", at)


def set_officers(
    session: Session,
    actor: Actor,
    now: datetime,
    meeting: Meeting,
    *,
    chair_id: int | None,
    minute_taker_id: int | None,
) -> None:
    """Somebody else chairs or takes the minutes."""
    require_work(actor, meeting.body)
    if meeting.record.state not in (*BEFORE, RUNNING):
        raise StepRefused(["Die Sitzung ist geschlossen."])
    before = (meeting.chair_id, meeting.minute_taker_id)
    _officers(session, meeting, chair_id, minute_taker_id)
    if (meeting.chair_id, meeting.minute_taker_id) != before:
        names = [one.name for one in (_person(session, chair_id), _person(session, minute_taker_id)) if one is not None]
        _tell(session, actor, now, meeting, "officers", now, ", ".join(names))


def pause(session: Session, actor: Actor, now: datetime, meeting: Meeting) -> None:
    """A break begins; until it ends nothing can be voted on."""
    require_running(actor, meeting)
    if not on_break(meeting):
        meeting.breaks = [*meeting.breaks, [now.isoformat(), None]]
        _tell(session, actor, now, meeting, "paused", now)


def resume(session: Session, actor: Actor, now: datetime, meeting: Meeting) -> None:
    """The break is over."""
    require_running(actor, meeting)
    if on_break(meeting):
        meeting.breaks = [*meeting.breaks[:-1], [meeting.breaks[-1][0], now.isoformat()]]
        _tell(session, actor, now, meeting, "resumed", now)


def record_waiver(
    session: Session,
    actor: Actor,
    now: datetime,
    meeting: Meeting,
    *,
    in_favour: int,
    against: int,
    objections: Sequence[str] = (),
) -> None:
    """Writes down that the meeting waived form and notice of the invitation.

    Raises :class:`InputRefused` under ``waiver`` with the reason where the rulebook does not let it.
    """
    require_running(actor, meeting)
    room = room_of(session, meeting)
    who = room.who(now)
    if in_favour < 0 or against < 0 or in_favour + against > who.entitled:
        raise InputRefused({"waiver": f"Stimmberechtigt im Raum sind {who.entitled}; geben Sie passende Zahlen ein."})
    if against and not objections and room.rulebook.notice_waiver == "all_voting_present_no_objection":
        objections = ["einem Mitglied" if against == 1 else f"{against} Mitgliedern"]
    verdict = notice.waiver(
        room.rulebook,
        voting_members=who.members,
        voting_present=who.entitled,
        objections=objections,
        in_favour=in_favour,
    )
    if not verdict.ok:
        raise InputRefused({"waiver": verdict.sentence})
    meeting.waiver = {"by": verdict.rule, "yes": in_favour, "no": against, "note": verdict.sentence}
    _tell(session, actor, now, meeting, "waived", now, verdict.sentence)


def close_meeting(
    session: Session, actor: Actor, now: datetime, meeting: Meeting, *, at: datetime | None = None
) -> None:
    """The meeting ends: what was not reached is postponed, what was begun is done. A second click changes nothing.

    Raises :class:`StepRefused` while a vote was counted but not proclaimed, and :class:`InputRefused` for the time.
    """
    require_work(actor, meeting.body)
    if meeting.record.state == MINUTES:
        return
    require_running(actor, meeting)
    at = at or now
    assert meeting.opened_at is not None
    last = _last_event(session, meeting)
    if at < last < at + MINUTE:
        at = last  # what was typed has no seconds: it means its whole minute
    if not last <= at <= now:
        raise InputRefused({"closed_at": "Die Sitzung endet nach ihrem letzten Ereignis und nicht in der Zukunft."})
    _require_proclaimed(session, meeting)
    if on_break(meeting):
        meeting.breaks = [*meeting.breaks[:-1], [meeting.breaks[-1][0], at.isoformat()]]
    for item in session.scalars(select(AgendaItem).where(AgendaItem.meeting_id == meeting.record_id)):
        if item.state == "open" and item.began_at is not None:
            item.state, item.ended_at = "done", at
        elif item.state == "open" and not _has_children(session, item):
            item.state, item.state_note = "postponed", NOT_REACHED
        elif item.state == "open":
            item.state = "done"
    meeting.closed_at, meeting.current_item_id = at, None
    take_step(session, actor, now, meeting, "schliessen")
    _tell(session, actor, now, meeting, "closed", at)


def reopen_meeting(session: Session, actor: Actor, now: datetime, meeting: Meeting, reason: str) -> None:
    """Opens a closed meeting again, with a reason; what closing postponed as not reached can be dealt with again."""
    require_work(actor, meeting.body)
    reason = reason.strip()
    if not reason or len(reason) > LONGEST or "\x00" in reason:
        raise InputRefused({"reason": f"Geben Sie einen Grund mit höchstens {LONGEST} Zeichen an."})
    take_step(session, actor, now, meeting, "wieder_eroeffnen")
    meeting.closed_at = None
    for item in session.scalars(select(AgendaItem).where(AgendaItem.meeting_id == meeting.record_id)):
        if item.state == "postponed" and item.state_note == NOT_REACHED:
            item.state, item.state_note = "open", ""
    _tell(session, actor, now, meeting, "reopened", now, reason)


def on_break(meeting: Meeting) -> bool:
    """Whether a break is on."""
    return bool(meeting.breaks) and meeting.breaks[-1][1] is None


def require_running(actor: Actor, meeting: Meeting) -> None:
    """Raises :class:`NotPermitted`, and :class:`StepRefused` unless the meeting is on."""
    require_work(actor, meeting.body)
    if meeting.record.state != RUNNING:
        raise StepRefused(["Das geht nur, während die Sitzung läuft."])


def _officers(session: Session, meeting: Meeting, chair_id: int | None, minute_taker_id: int | None) -> None:
    for field, person_id in (("chair_id", chair_id), ("minute_taker_id", minute_taker_id)):
        person = _person(session, person_id)
        if person_id is not None and (person is None or person.controller_id != meeting.body.controller_id):
            raise InputRefused({field: "Diese Person gibt es hier nicht."})
    meeting.chair_id, meeting.minute_taker_id = chair_id, minute_taker_id


def _person(session: Session, person_id: int | None) -> Person | None:
    return session.get(Person, person_id) if person_id is not None else None


def _last_event(session: Session, meeting: Meeting) -> datetime:
    """When the last thing happened that is noted with its time: somebody came or left, a vote, a break, the opening."""
    came = select(func.max(Presence.arrived_at), func.max(Presence.left_at))
    voted = select(func.max(Vote.taken_at)).where(Vote.meeting_id == meeting.record_id)
    moments = [meeting.opened_at, session.scalar(voted)]
    moments += session.execute(came.where(Presence.meeting_id == meeting.record_id)).one()
    if on_break(meeting):
        moments.append(datetime.fromisoformat(meeting.breaks[-1][0]))
    return max(one for one in moments if one is not None)


def _require_proclaimed(session: Session, meeting: Meeting) -> None:
    waiting = session.scalars(
        select(AgendaItem.title)
        .join(Vote, Vote.item_id == AgendaItem.id)
        .where(Vote.meeting_id == meeting.record_id, Vote.proclaimed_at.is_(None), Vote.replaced_at.is_(None))
        .distinct()
    ).all()
    if waiting:
        raise StepRefused([f"Zu „{title}“ ist ein Ergebnis gezählt, aber noch nicht verkündet." for title in waiting])


def _has_children(session: Session, item: AgendaItem) -> bool:
    return session.scalar(select(AgendaItem.id).where(AgendaItem.parent_id == item.id).limit(1)) is not None


def _tell(
    session: Session, actor: Actor, now: datetime, meeting: Meeting, what: str, at: datetime, note: str = ""
) -> None:
    audit.record(
        session, actor, now, audit.Tag.MEETING_SESSION,
        about=meeting.record, what=what, at=f"{at.astimezone(BERLIN):%H:%M}", note=audit.Erasable(note),
    )  # fmt: skip
