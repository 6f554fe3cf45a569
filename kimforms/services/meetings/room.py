"""Who is in the room of a meeting: seats, people and presences of the database as the rules want them, and what follows.

Session, votes, minutes and the live view read this. A fixed number of statements, whatever the size of the body.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from ...models import AgendaItem, Exclusion, Invitee, Meeting, Person, Presence
from ...rules import entitlement as rules
from ...rules import quorum as quorums
from ...rules.rulebook import Rulebook
from ..bodies.access import day_of
from ..bodies.people import Place, people_on
from ..bodies.rulebooks import rulebook_at

DECLINED = ("declined", "deputy")


@dataclass(frozen=True)
class Room:
    """Everything that says who may vote on what and when. ``excused`` holds ids of persons who sent an apology."""

    meeting: Meeting
    rulebook: Rulebook
    places: tuple[Place, ...]
    presences: tuple[Presence, ...]
    exclusions: tuple[Exclusion, ...]
    invitees: tuple[Invitee, ...]

    @property
    def excused(self) -> frozenset[int]:
        return frozenset(one.person_id for one in self.invitees if one.answer in DECLINED)

    def rule_seats(self) -> tuple[rules.Seat, ...]:
        return tuple(
            rules.Seat(
                place.seat.id,
                place.seat.label,
                place.seat.right,  # type: ignore[arg-type]
                _holder(place.person) if place.person else None,
                tuple(_holder(one) for one in place.deputies),
            )
            for place in self.places
        )

    def rule_presences(self) -> tuple[rules.Presence, ...]:
        return tuple(
            rules.Presence(
                one.person_id, one.person.name, one.as_role, one.seat_id, one.arrived_at, one.left_at  # type: ignore[arg-type]
            )
            for one in self.presences
        )  # fmt: skip

    def rule_exclusions(self) -> tuple[rules.Exclusion, ...]:
        return tuple(rules.Exclusion(one.person_id, one.item_id, one.reason) for one in self.exclusions)

    def who(self, moment: datetime, item: AgendaItem | None = None) -> rules.Entitlement:
        """Who may vote at that moment on that item, and why others may not."""
        return rules.entitlement(
            self.rulebook,
            self.rule_seats(),
            self.rule_presences(),
            moment,
            item=item.id if item is not None else None,
            exclusions=self.rule_exclusions(),
            excused=self.excused,
        )

    def quorum(self, moment: datetime, item: AgendaItem | None = None) -> quorums.Quorum:
        """The quorum at that moment for that item, with the rule that says so."""
        return quorums.quorum_at(
            self.rulebook,
            self.rule_seats(),
            self.rule_presences(),
            moment,
            opened_at=self.meeting.opened_at or moment,
            item=item.id if item is not None else None,
            exclusions=self.rule_exclusions(),
            reinvitation=reinvitation(self.meeting, item),
        )

    def changes(self, items: Iterable[AgendaItem]) -> tuple[quorums.QuorumPoint, ...]:
        """The opening, and each moment at which the quorum was lost or found again; empty before the meeting."""
        if self.meeting.opened_at is None:
            return ()
        by_id = {one.id: one for one in items}
        return quorums.quorum_changes(
            self.rulebook,
            self.rule_seats(),
            self.rule_presences(),
            opened_at=self.meeting.opened_at,
            closed_at=self.meeting.closed_at,
            items=[quorums.ItemStart(one.began_at, one.id) for one in by_id.values() if one.began_at is not None],
            exclusions=self.rule_exclusions(),
            reinvited=lambda item: reinvitation(self.meeting, by_id.get(item) if item is not None else None),
        )

    def here(self, moment: datetime) -> tuple[Presence, ...]:
        """Who is in the room at that moment, guests too."""
        return tuple(one for one in self.presences if covers(one, moment))


def covers(presence: Presence, moment: datetime) -> bool:
    """Whether somebody is there at that moment: from arriving up to, not including, leaving."""
    return presence.arrived_at <= moment and (presence.left_at is None or moment < presence.left_at)


def reinvitation(meeting: Meeting, item: AgendaItem | None) -> quorums.Reinvitation | None:
    """Whether a meeting was invited to this item for the second time; the invitation then says that fewer will do."""
    if item is None or meeting.reinvitation_of_id is None or item.carried_from_id is None:
        return None
    return quorums.Reinvitation(announced=meeting.dispatched_at is not None)


def ballot_token(who: rules.Entitlement, found: quorums.Quorum) -> str:
    """Stands for the people who can vote: a form that holds another one was opened before somebody came or went."""
    voters = sorted((one.seat.id, one.voter.person) for one in who.voters if one.voter is not None)
    return hashlib.sha256(f"{voters} {found.needed}".encode()).hexdigest()[:16]


def room_of(session: Session, meeting: Meeting) -> Room:
    """The room of a meeting with everybody on the seats that day, and all presences of the grid."""
    invitees = tuple(session.scalars(_invitees(meeting)))
    return Room(
        meeting=meeting,
        rulebook=rulebook_at(session, meeting),
        places=_places(session, meeting, invitees),
        presences=tuple(session.scalars(_presences(meeting))),
        exclusions=tuple(session.scalars(_exclusions(meeting))),
        invitees=invitees,
    )


def _holder(person: Person) -> rules.Holder:
    return rules.Holder(person.id, person.name)


def _places(session: Session, meeting: Meeting, invitees: Iterable[Invitee]) -> tuple[Place, ...]:
    """Whoever answered that a deputy comes has named that deputy before the meeting, beside those of the seat."""
    sent: dict[int, list[Person]] = {}
    for one in invitees:
        if one.as_role == "deputy" and one.seat_id is not None and one.uninvited_at is None:
            sent.setdefault(one.seat_id, []).append(one.person)
    found = []
    for place in people_on(session, meeting.body, day_of(meeting)):
        deputies = dict.fromkeys((*sent.get(place.seat.id, ()), *place.deputies))
        found.append(replace(place, deputies=tuple(one for one in deputies if one is not place.person)))
    return tuple(found)


def _presences(meeting: Meeting) -> Select[tuple[Presence]]:
    return (
        select(Presence)
        .where(Presence.meeting_id == meeting.record_id)
        .order_by(Presence.arrived_at, Presence.id)
        .options(joinedload(Presence.person))
    )


def _exclusions(meeting: Meeting) -> Select[tuple[Exclusion]]:
    return (
        select(Exclusion)
        .join(AgendaItem, AgendaItem.id == Exclusion.item_id)
        .where(AgendaItem.meeting_id == meeting.record_id)
        .order_by(Exclusion.id)
        .options(joinedload(Exclusion.person))
    )


def _invitees(meeting: Meeting) -> Select[tuple[Invitee]]:
    return (
        select(Invitee)
        .where(Invitee.meeting_id == meeting.record_id)
        .order_by(Invitee.id)
        .options(joinedload(Invitee.person))
    )
