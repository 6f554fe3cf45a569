"""What the page of a running meeting reads, and the read-only view of its members. A fixed number of statements."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...models import AgendaItem, Decision, Exclusion, Invitee, Meeting, Person, Presence, Seat, Vote
from ...rules.entitlement import Entitlement
from ...rules.notice import InvitationCheck
from ...rules.quorum import Quorum, QuorumPoint
from ..bodies.access import STEERING, Standing, day_of
from ..bodies.people import Place, officers_on
from ..decisions import PAPER, PROPOSED
from ..meetings import notices
from ..meetings.attendance import BEFORE
from ..meetings.progress import admitted
from ..meetings.room import Room, ballot_token, covers, room_of
from ..meetings.session import MINUTES, RUNNING, on_break
from ..meetings.tasks import OpenTask, tasks_of_meeting
from ..meetings.text_modules import text_modules
from .agenda import items_of, numbered, open_to


@dataclass(frozen=True)
class Row:
    """A seat in the grid. ``state``: ``here``, ``deputy``, ``left``, ``excused``, ``away``, ``vacant``.

    ``now`` is who is there for the seat, ``spans`` all presences of it, ``votes`` whether its vote can be cast now and
    ``why`` the reason of the rules; ``answer`` is what was answered to the invitation.
    """

    place: Place
    state: str
    now: tuple[Presence, ...]
    spans: tuple[Presence, ...]
    votes: bool
    why: str
    answer: str

    @property
    def seat(self) -> Seat:
        return self.place.seat

    def present(self, person: Person) -> bool:
        return any(one.person_id == person.id for one in self.now)


@dataclass(frozen=True)
class SessionPage:
    """Everything that the page of the office shows."""

    room: Room
    now: datetime
    lines: Sequence[tuple[str, AgendaItem]]
    shown: AgendaItem | None
    label: str
    current: AgendaItem | None
    following: AgendaItem | None
    rows: Sequence[Row]
    guests: Sequence[Presence]
    who: Entitlement
    quorum: Quorum
    changes: Sequence[QuorumPoint]
    notice: InvitationCheck | None
    token: str
    votes: Sequence[Vote]
    earlier: Mapping[int, Sequence[Vote]]
    decisions: Mapping[int, Decision]
    exclusions: Sequence[Exclusion]
    tasks: Sequence[OpenTask]
    modules: Sequence[tuple[str, str]]
    people: Sequence[Person]
    officers: Mapping[str, int]

    @property
    def meeting(self) -> Meeting:
        return self.room.meeting

    @property
    def before(self) -> bool:
        return self.meeting.record.state in BEFORE

    @property
    def running(self) -> bool:
        return self.meeting.record.state == RUNNING

    @property
    def closed(self) -> bool:
        return self.meeting.record.state == MINUTES

    @property
    def paused(self) -> bool:
        return on_break(self.meeting)

    @property
    def steering(self) -> bool:
        return self.meeting.body.formality == STEERING

    @property
    def on(self) -> bool:
        """Whether the item that is shown is the one that was called."""
        return self.shown is not None and self.current is self.shown

    @property
    def admitted(self) -> bool:
        return self.shown is not None and admitted(self.shown)

    @property
    def paper_open(self) -> bool:
        record = self.shown.record if self.shown is not None else None
        return record is not None and record.process.key == PAPER and record.state == PROPOSED

    @property
    def following_label(self) -> str:
        return next((label for label, item in self.lines if item is self.following), "")

    @property
    def sentence(self) -> str:
        """``beschlussfähig: 11 von 17 Stimmberechtigten anwesend, nötig sind 9``."""
        one = self.quorum
        word = "beschlussfähig" if one.ok else "nicht beschlussfähig"
        return f"{word}: {one.present} von {one.members} Stimmberechtigten anwesend, nötig sind {one.needed}"


def session_page(session: Session, meeting: Meeting, now: datetime, shown_id: int | None = None) -> SessionPage:
    """The page as it is at that moment, with one item in the middle: the one asked for, else the called one."""
    room = room_of(session, meeting)
    lines = numbered(items_of(session, meeting))
    current = next((item for _label, item in lines if item.id == meeting.current_item_id), None)
    first_open = next((item for _label, item in lines if item.state == "open"), lines[0][1] if lines else None)
    shown = next((item for _label, item in lines if item.id == shown_id), None) or current or first_open
    moment = _moment(meeting, now)
    who, found = room.who(moment, shown), room.quorum(moment, shown)
    votes = _votes(session, shown)
    standing = [one for one in votes if one.replaced_at is None]
    return SessionPage(
        room=room,
        now=now,
        lines=lines,
        shown=shown,
        label=next((label for label, item in lines if item is shown), ""),
        current=current,
        following=_following(lines, current or shown),
        rows=[_row(room, place, who, moment) for place in room.places],
        guests=[one for one in room.presences if one.seat_id is None],
        who=who,
        quorum=found,
        changes=room.changes(item for _label, item in lines),
        notice=_notice(session, room),
        token=ballot_token(who, found),
        votes=standing,
        earlier={one.id: _before(one, votes) for one in standing},
        decisions=_decisions(session, meeting),
        exclusions=[one for one in room.exclusions if shown is not None and one.item_id == shown.id],
        tasks=tasks_of_meeting(session, meeting, day_of(meeting)),
        modules=text_modules(session, meeting.body),
        people=_people(room),
        officers={one.function: one.person_id for one in officers_on(session, meeting.body, day_of(meeting))},
    )


@dataclass(frozen=True)
class LiveView:
    """What members see while the meeting is on: no draft of notes; for guests nothing confidential."""

    meeting: Meeting
    lines: Sequence[tuple[str, AgendaItem]]
    current: AgendaItem | None
    hidden: bool
    label: str
    quorum: Quorum
    votes: Mapping[int, Sequence[Vote]]
    decisions: Mapping[int, Decision]
    paused: bool
    running: bool
    steering: bool

    @property
    def etag(self) -> str:
        """Another one whenever something that is shown has changed."""
        parts = [
            self.meeting.record.state, self.meeting.current_item_id, self.meeting.breaks, self.quorum.verdict.sentence,
            [(label, item.title, item.state, item.motion, item.late) for label, item in self.lines],
            [(one.id, one.sentence) for votes in self.votes.values() for one in votes],
            sorted((one.id, one.reference, one.result) for one in self.decisions.values()),
        ]  # fmt: skip
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:24]


def live_view(session: Session, meeting: Meeting, standing: Standing, now: datetime) -> LiveView:
    """The state of a meeting for its members at that moment; votes only once they are proclaimed."""
    room = room_of(session, meeting)
    everything = numbered(items_of(session, meeting))
    lines = open_to(everything, standing)
    seen = {item.id for _label, item in lines}
    current = next((item for _label, item in lines if item.id == meeting.current_item_id), None)
    votes: dict[int, list[Vote]] = {}
    wanted = select(Vote).where(Vote.meeting_id == meeting.record_id, Vote.proclaimed_at.is_not(None))
    for one in session.scalars(wanted.where(Vote.replaced_at.is_(None)).order_by(Vote.id)):
        if one.item_id in seen:
            votes.setdefault(one.item_id, []).append(one)
    on = next((item for _label, item in everything if item.id == meeting.current_item_id), None)
    return LiveView(
        meeting=meeting,
        lines=lines,
        current=current,
        hidden=on is not None and current is None,
        label=next((label for label, item in lines if item is current), ""),
        quorum=room.quorum(_moment(meeting, now), current),
        votes=votes,
        decisions={key: one for key, one in _decisions(session, meeting).items() if one.item_id in seen},
        paused=on_break(meeting),
        running=meeting.record.state == RUNNING,
        steering=meeting.body.formality == STEERING,
    )


def _moment(meeting: Meeting, now: datetime) -> datetime:
    """The moment that the grid is shown for: the end of a meeting that is over."""
    return meeting.closed_at or now


def _row(room: Room, place: Place, who: Entitlement, moment: datetime) -> Row:
    spans = tuple(one for one in room.presences if one.seat_id == place.seat.id)
    here = tuple(one for one in spans if covers(one, moment))
    vote = who.of_seat(place.seat.id)
    invitee = _invitee(room, place)
    if here:
        state = "here" if any(one.as_role == "principal" for one in here) else "deputy"
    elif any(one.left_at is not None and one.left_at <= moment for one in spans):
        state = "left"
    elif place.person is None and not place.deputies:
        state = "vacant"
    else:
        state = "excused" if place.person is not None and place.person.id in room.excused else "away"
    return Row(
        place=place,
        state=state,
        now=here,
        spans=spans,
        votes=vote is not None and vote.voter is not None,
        why=vote.verdict.sentence if vote is not None else "",
        answer=invitee.answer if invitee is not None else "",
    )


def _invitee(room: Room, place: Place) -> Invitee | None:
    return next(
        (
            one
            for one in room.invitees
            if one.seat_id == place.seat.id and place.person is not None and one.person_id == place.person.id
        ),
        None,
    )


def _following(lines: Sequence[tuple[str, AgendaItem]], item: AgendaItem | None) -> AgendaItem | None:
    """The next open item after this one."""
    order = [one for _label, one in lines]
    after = order[order.index(item) + 1 :] if item in order else order
    return next((one for one in after if one.state == "open" and admitted(one)), None)


def _votes(session: Session, item: AgendaItem | None) -> list[Vote]:
    if item is None:
        return []
    return list(session.scalars(select(Vote).where(Vote.item_id == item.id).order_by(Vote.id)))


def _before(vote: Vote, votes: Sequence[Vote]) -> list[Vote]:
    """The counts that this one replaced, oldest first."""
    by_id = {one.id: one for one in votes}
    found: list[Vote] = []
    while vote.replaces_id is not None and (older := by_id.get(vote.replaces_id)) is not None:
        found.insert(0, older)
        vote = older
    return found


def _decisions(session: Session, meeting: Meeting) -> dict[int, Decision]:
    items = select(AgendaItem.id).where(AgendaItem.meeting_id == meeting.record_id)
    found = session.scalars(select(Decision).where(Decision.item_id.in_(items)).order_by(Decision.id))
    return {one.id: one for one in found}


def _notice(session: Session, room: Room) -> InvitationCheck | None:
    """Whether all were called in time; None for bodies without rules of procedure."""
    meeting = room.meeting
    if meeting.body.formality != STEERING:
        return None
    return notices.check(session, meeting, room.invitees, notices.sent_of(session, meeting))


def _people(room: Room) -> list[Person]:
    """Everybody whom a task or the chair can be given to: on seats, invited, or in the room; by name."""
    found: dict[int, Person] = {}
    for place in room.places:
        for person in (place.person, *place.deputies):
            if person is not None:
                found[person.id] = person
    for other in (*room.invitees, *room.presences):
        found.setdefault(other.person_id, other.person)
    for officer in (room.meeting.chair, room.meeting.minute_taker):
        if officer is not None:
            found.setdefault(officer.id, officer)
    return sorted(found.values(), key=lambda one: (one.last_name, one.first_name, one.id))
