"""Who may vote at a moment, and why not, from seats, presences and exclusions.

Each voting seat has one vote. It is cast by the principal, or by a deputy as the rulebook allows (`deputies_allowed`,
`deputy_named_in_advance`, `deputy_only_when_member_absent`, `deputy_rights`). The rulebook has no parameter for people
with two seats, so one person casts one vote: with the own seat first, then in the order of the seats. The verdict
says so. Whoever is excluded for a conflict of interest neither votes nor counts as present for that item.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from kimforms.rules.calendar_days import clock
from kimforms.rules.rulebook import Rulebook
from kimforms.rules.verdict import RuleRef, Verdict

Right = Literal["voting", "advisory", "guest"]
AsRole = Literal["principal", "deputy", "guest"]
SEAT_RULE = RuleRef("seat", "Sitz und Stimmrecht", settled=True)
ONE_VOTE = RuleRef("one_person_one_vote", "Stimmen je Person", "eine Person, eine Stimme")
CONFLICT = RuleRef("conflict_of_interest", "Befangenheit", "wer befangen ist, wirkt nicht mit")


@dataclass(frozen=True)
class Holder:
    """A person on a seat. `person` is the id of the Person."""

    person: int
    name: str


@dataclass(frozen=True)
class Seat:
    """A seat on the day of the meeting: who holds it, who may stand in, in the order in which they were named."""

    id: int
    name: str
    right: Right
    principal: Holder | None
    deputies: tuple[Holder, ...] = ()

    @property
    def held(self) -> bool:
        return self.principal is not None or bool(self.deputies)


@dataclass(frozen=True)
class Presence:
    """One stretch of being in the room: [arrived_at, left_at). `left_at` is None while the person is there.

    Somebody who comes back has a second presence; somebody with two seats one for each. A guest has no seat.
    """

    person: int
    name: str
    as_role: AsRole
    seat: int | None
    arrived_at: datetime
    left_at: datetime | None = None

    def covers(self, moment: datetime) -> bool:
        return self.arrived_at <= moment and (self.left_at is None or moment < self.left_at)


@dataclass(frozen=True)
class Exclusion:
    """Conflict of interest (Befangenheit): this person takes no part in this item; item None means all items."""

    person: int
    item: int | None
    reason: str = ""


@dataclass(frozen=True)
class SeatVote:
    """A voting seat at a moment: who casts its vote (None: nobody), and why or why not."""

    seat: Seat
    voter: Holder | None
    verdict: Verdict


@dataclass(frozen=True)
class Refusal:
    """Somebody in the room who may not vote (on this seat), and why."""

    person: int
    name: str
    seat: Seat | None
    verdict: Verdict


@dataclass(frozen=True)
class Entitlement:
    """Who may vote at a moment. `seats`: all voting seats; `refusals`: everybody in the room who may not, with reason."""

    seats: tuple[SeatVote, ...]
    refusals: tuple[Refusal, ...]

    @property
    def voters(self) -> tuple[SeatVote, ...]:
        """The seats whose vote can be cast now."""
        return tuple(one for one in self.seats if one.voter is not None)

    @property
    def entitled(self) -> int:
        """How many votes can be cast now: the number present for the quorum too."""
        return len(self.voters)

    @property
    def members(self) -> int:
        """How many voting seats are held at all: the base of the quorum. Vacant seats do not count."""
        return sum(one.seat.held for one in self.seats)

    def of_seat(self, seat: int) -> SeatVote | None:
        """The vote of a seat; None when it has none."""
        return next((one for one in self.seats if one.seat.id == seat), None)

    def of_person(self, person: int) -> Verdict | None:
        """Whether a person in the room may vote; None for somebody who is not there."""
        votes = [one.verdict for one in self.voters if one.voter and one.voter.person == person]
        return votes[0] if votes else next((one.verdict for one in self.refusals if one.person == person), None)


@dataclass
class _Room:
    """The state of the computation: who is there, who is excluded, whose vote is already used."""

    rulebook: Rulebook
    here: tuple[Presence, ...]
    excluded: dict[int, str]
    used: dict[int, Seat] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)

    def refuse(self, presence: Presence, seat: Seat | None, sentence: str, *rules: RuleRef) -> None:
        verdict = Verdict(False, f"{presence.name}: {sentence}", rules)
        self.refusals.append(Refusal(presence.person, presence.name, seat, verdict))


def entitlement(
    rulebook: Rulebook,
    seats: Sequence[Seat],
    presences: Iterable[Presence],
    moment: datetime,
    *,
    item: int | None = None,
    exclusions: Iterable[Exclusion] = (),
    excused: Collection[int] = (),
) -> Entitlement:
    """Who may vote at this moment on this item. `excused` holds ids of persons who sent an apology."""
    everything = tuple(presences)
    shut_out = {one.person: one.reason for one in exclusions if one.item is None or one.item == item}
    room = _Room(rulebook, tuple(one for one in everything if one.covers(moment)), shut_out)
    by_id = {seat.id: seat for seat in seats}
    voting = [seat for seat in seats if seat.right == "voting"]
    votes: dict[int, SeatVote] = {}
    for seat in voting:
        _principal(room, seat, votes)
    for seat in voting:
        _deputies(room, seat, votes)
    for presence in room.here:
        _without_vote(room, presence, by_id)
    for seat in voting:
        if seat.id not in votes:
            sentence = _why_empty(seat, everything, room, moment, excused)
            votes[seat.id] = SeatVote(seat, None, Verdict(False, f"{seat.name}: {sentence}", (SEAT_RULE,)))
    return Entitlement(tuple(votes[seat.id] for seat in voting), tuple(room.refusals))


def _presences_of(room: _Room, seat: Seat, as_role: AsRole) -> list[Presence]:
    return [one for one in room.here if one.seat == seat.id and one.as_role == as_role]


def _principal(room: _Room, seat: Seat, votes: dict[int, SeatVote]) -> None:
    for presence in _presences_of(room, seat, "principal"):
        if seat.principal is None or presence.person != seat.principal.person:
            said = f"ist am Tag der Sitzung nicht Mitglied auf dem Sitz {seat.name}."
            room.refuse(presence, seat, said, SEAT_RULE)
        elif _barred(room, presence, seat):
            continue
        elif seat.id not in votes:
            _give(room, presence, seat, votes, (SEAT_RULE,), "stimmt als Mitglied ab.")


def _deputies(room: _Room, seat: Seat, votes: dict[int, SeatVote]) -> None:
    order = [one.person for one in seat.deputies]
    found = _presences_of(room, seat, "deputy")
    found.sort(key=lambda one: order.index(one.person) if one.person in order else len(order))
    for presence in found:
        if _deputy_refused(room, presence, seat, votes) or _barred(room, presence, seat):
            continue
        rules = room.rulebook.cite("deputies_allowed", "deputy_rights")
        member = f" für {seat.principal.name}" if seat.principal else ""
        _give(room, presence, seat, votes, rules, f"stimmt als Vertretung{member} ab.")


def _deputy_refused(room: _Room, presence: Presence, seat: Seat, votes: dict[int, SeatVote]) -> bool:
    book = room.rulebook
    member = seat.principal
    if not book.deputies_allowed:
        room.refuse(presence, seat, "Vertretung ist nicht erlaubt.", *book.cite("deputies_allowed"))
    elif book.deputy_named_in_advance and presence.person not in [one.person for one in seat.deputies]:
        said = f"ist nicht vorab als Vertretung für {seat.name} benannt."
        room.refuse(presence, seat, said, *book.cite("deputy_named_in_advance"))
    elif book.deputy_rights != "full":
        what = "darf sprechen und Anträge stellen" if book.deputy_rights == "speak_and_move" else "darf teilnehmen"
        room.refuse(presence, seat, f"{what}, aber nicht abstimmen.", *book.cite("deputy_rights"))
    elif book.deputy_only_when_member_absent and member and any(one.person == member.person for one in room.here):
        said = f"{member.name} ist selbst da, die Vertretung stimmt nur bei Abwesenheit."
        room.refuse(presence, seat, said, *book.cite("deputy_only_when_member_absent"))
    elif seat.id in votes:
        voter = votes[seat.id].voter
        said = f"der Sitz {seat.name} hat eine Stimme, die {voter.name if voter else 'schon jemand'} abgibt."
        room.refuse(presence, seat, said, SEAT_RULE)
    else:
        return False
    return True


def _barred(room: _Room, presence: Presence, seat: Seat) -> bool:
    if presence.person in room.excluded:
        reason = room.excluded[presence.person]
        said = "ist wegen Befangenheit ausgeschlossen" + (f" ({reason})." if reason else ".")
        room.refuse(presence, seat, said, CONFLICT)
        return True
    if presence.person in room.used and room.used[presence.person].id != seat.id:
        said = f"stimmt schon für {room.used[presence.person].name} ab; eine zweite Stimme gibt es nicht."
        room.refuse(presence, seat, said, ONE_VOTE)
        return True
    return False


def _give(
    room: _Room, presence: Presence, seat: Seat, votes: dict[int, SeatVote], rules: tuple[RuleRef, ...], said: str
) -> None:
    room.used[presence.person] = seat
    verdict = Verdict(True, f"{presence.name} ({seat.name}): {said}", rules)
    votes[seat.id] = SeatVote(seat, Holder(presence.person, presence.name), verdict)


def _without_vote(room: _Room, presence: Presence, by_id: dict[int, Seat]) -> None:
    seat = by_id.get(presence.seat) if presence.seat is not None else None
    if seat is not None and seat.right == "voting" and presence.as_role != "guest":
        return
    if seat is not None and seat.right == "advisory" and presence.as_role != "guest":
        room.refuse(presence, seat, "berät mit, hat aber keine Stimme.", SEAT_RULE)
    else:
        room.refuse(presence, seat, "ist als Gast da, ohne Stimme.", SEAT_RULE)


def _why_empty(
    seat: Seat, presences: tuple[Presence, ...], room: _Room, moment: datetime, excused: Collection[int]
) -> str:
    refused = [one.verdict.sentence for one in room.refusals if one.seat is not None and one.seat.id == seat.id]
    if refused:
        return "keine Stimme. " + " ".join(refused)
    if not seat.held:
        return "der Sitz ist nicht besetzt."
    was_here = [one for one in presences if one.seat == seat.id and one.as_role != "guest"]
    left = [one for one in was_here if one.left_at is not None and one.left_at <= moment]
    if left:
        last = max(left, key=lambda one: one.left_at or one.arrived_at)
        assert last.left_at is not None
        return f"{last.name} ist seit {clock(last.left_at)} nicht mehr da."
    if was_here:
        first = min(was_here, key=lambda one: one.arrived_at)
        return f"{first.name} kommt erst um {clock(first.arrived_at)}."
    if seat.principal and seat.principal.person in excused:
        return f"{seat.principal.name} ist entschuldigt, keine Vertretung ist da."
    return "niemand ist da."
