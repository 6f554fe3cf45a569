"""Reads what minutes are made of, with a fixed number of queries. ``drafting`` words it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from ...models import (
    AgendaItem,
    AgendaPaper,
    CircularVote,
    Decision,
    Invitee,
    Meeting,
    Officer,
    Person,
    Presence,
    Task,
    Vote,
)
from ...rules.notice import InvitationCheck
from ..bodies.access import BERLIN, day_of
from ..bodies.people import Place, officers_on
from ..meetings import notices
from ..meetings.invitees import active
from ..meetings.room import Room, room_of
from ..queries.agenda import items_of, numbered, papers_of


@dataclass(frozen=True)
class Material:
    """Everything around one meeting, read once. ``room`` is who was there, as the votes saw it."""

    meeting: Meeting
    day: date
    room: Room
    items: list[tuple[str, AgendaItem]]
    officers: list[Officer]
    invitation: InvitationCheck | None
    """Whether everybody was invited in time; None when nothing was sent through the program."""
    votes: Sequence[Vote]
    decisions: dict[int, Decision]
    tasks: Sequence[tuple[Task, str]]
    papers: dict[int, list[AgendaPaper]]
    circulars: Sequence[tuple[CircularVote, Decision | None]]

    def officer(self, function: str) -> Person | None:
        """Who led or kept the minutes: as noted for this meeting, else as the body had it on its day."""
        noted = {"chair": self.meeting.chair, "minute_taker": self.meeting.minute_taker}.get(function)
        return noted or next((one.person for one in self.officers if one.function == function), None)

    def seat_name(self, seat_id: str) -> str:
        """Who holds a seat, for votes by name; the seat's label where it is vacant."""
        place = next((one for one in self.room.places if str(one.seat.id) == seat_id), None)
        if place is None:
            return seat_id
        return f"{place.person.name} ({place.seat.label})" if place.person else place.seat.label

    def hidden(self, item: AgendaItem) -> bool:
        """Whether a point is confidential, by itself or because it stands below one that is."""
        return item.confidential or any(one.confidential for _label, one in self.items if one.id == item.parent_id)

    def seated(self) -> set[int]:
        """Ids of all who hold a seat of the body or stand in for somebody."""
        return {one.id for place in self.room.places for one in people_of(place)}

    def invitees(self) -> list[Invitee]:
        return active(self.room.invitees)

    def stays(self, presence: Presence) -> list[Presence]:
        """All stretches of being there of somebody on the same seat."""
        return [
            one for one in self.room.presences if (one.person_id, one.seat_id) == (presence.person_id, presence.seat_id)
        ]


def read(session: Session, meeting: Meeting) -> Material:
    """All of it; the number of queries does not grow with what there is."""
    room, items = room_of(session, meeting), items_of(session, meeting)
    votes = session.scalars(
        select(Vote).where(Vote.meeting_id == meeting.record_id, Vote.replaced_at.is_(None)).order_by(Vote.id)
    ).all()
    decided = [one.decision_id for one in votes if one.decision_id is not None]
    sent = notices.sent_of(session, meeting)
    return Material(
        meeting=meeting,
        day=day_of(meeting),
        room=room,
        items=numbered(items),
        officers=officers_on(session, meeting.body, day_of(meeting)),
        invitation=notices.check(session, meeting, room.invitees, sent) if sent.announcing() else None,
        votes=votes,
        decisions={one.id: one for one in session.scalars(select(Decision).where(Decision.id.in_(decided)))},
        tasks=_tasks(session, meeting),
        papers=papers_of(session, items),
        circulars=circulars(session, meeting),
    )


def circulars(session: Session, meeting: Meeting) -> list[tuple[CircularVote, Decision | None]]:
    """Votes by circulation that ended before this meeting's end and stand in no other minutes."""
    wanted = (
        select(CircularVote, Decision)
        .outerjoin(Decision, Decision.id == CircularVote.decision_id)
        .where(
            CircularVote.body_id == meeting.body_id,
            CircularVote.state.in_(("decided", "stopped")),
            CircularVote.closed_at <= (meeting.closed_at or meeting.ends_at),
            or_(CircularVote.reported_in_id.is_(None), CircularVote.reported_in_id == meeting.record_id),
        )
        .order_by(CircularVote.closed_at, CircularVote.id)
    )
    return [(circular, decision) for circular, decision in session.execute(wanted)]


def people_of(place: Place) -> list[Person]:
    """The holder and the deputies of a seat."""
    return [*([place.person] if place.person else []), *place.deputies]


def clock(moment: datetime) -> str:
    """``14:05`` in Germany."""
    return f"{moment.astimezone(BERLIN):%H:%M}"


def _tasks(session: Session, meeting: Meeting) -> list[tuple[Task, str]]:
    """The tasks that the meeting gave, with the name of who has each."""
    wanted = (
        select(Task, Person)
        .outerjoin(Person, Person.id == Task.owner_id)
        .where(Task.record_id == meeting.record_id, Task.kind == "task")
        .options(joinedload(Task.assignee))
        .order_by(Task.id)
    )
    return [
        (task, owner.name if owner is not None else task.assignee.name if task.assignee is not None else "")
        for task, owner in session.execute(wanted)
    ]
