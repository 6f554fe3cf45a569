"""Votes of a meeting: counted, checked against the people in the room, corrected with a trace. Rows are never overwritten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...models import AgendaItem, Meeting, Vote
from ...permissions import Actor
from ...rules.ballots import Ballot, BallotRefused
from ...rules.entitlement import Entitlement
from ...rules.quorum import Quorum
from ...rules.verdict import Verdict
from ...rules.voting import MAJORITIES, Result, decide
from .. import audit, repeats
from ..bodies.access import STEERING
from ..refusals import InputRefused, NotVisible, StaleVersion, StepRefused
from .progress import admitted
from .room import Room, ballot_token, room_of
from .session import on_break, require_running

PURPOSES = ("motion", "agenda", "minutes")
FORMS = ("open", "names", "secret")
LONGEST, LONGEST_REASON = 10_000, 300
CASTING = "Stimmengleichheit: Tragen Sie ein, wie die Sitzungsleitung entscheidet."
STALE = (
    "Inzwischen hat sich geändert, wer abstimmen darf: jemand ist gekommen, gegangen oder vertreten. Es ist nichts "
    "gespeichert. Prüfen Sie die Stimmen; unten steht, wer jetzt abstimmt."
)


class VoteRefused(InputRefused):
    """A vote that does not count; the sentence says why, ``verdict`` by which rule."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__({"votes": verdict.sentence}, verdict.sentence)
        self.verdict = verdict


@dataclass(frozen=True)
class Count:
    """What was counted. ``names`` maps the id of a seat to its choice, only in a vote by name.

    ``majority`` is empty for the one of the rulebook; ``casting_vote`` is asked for at a tie; ``seen`` is the token of
    the people that the form was opened with (:func:`~.room.ballot_token`).
    """

    form: str = "open"
    yes: int = 0
    no: int = 0
    abstained: int = 0
    invalid: int = 0
    not_taking_part: int = 0
    names: Mapping[int, str] = field(default_factory=dict)
    purpose: str = "motion"
    wording: str = ""
    majority: str = ""
    casting_vote: str = ""
    secret_demanded: bool = False
    seen: str | None = None

    def ballot(self) -> Ballot:
        if self.form == "names":
            return Ballot.by_name(self.names, silent=self.not_taking_part)  # type: ignore[arg-type]
        return Ballot(
            self.form, self.yes, self.no, self.abstained, self.invalid, self.not_taking_part  # type: ignore[arg-type]
        )  # fmt: skip


def take_vote(session: Session, actor: Actor, now: datetime, item: AgendaItem, count: Count) -> Vote:
    """Writes down a vote on the item that is on; the same one sent twice in a minute is written once.

    Raises :class:`NotPermitted`; :class:`StepRefused` when nothing can be voted on now; :class:`VoteRefused` (422) for a
    vote that does not fit the people entitled, without a quorum, or in a form that is not allowed;
    :class:`StaleVersion` when somebody came or went since the form was opened; :class:`InputRefused` by field.
    """
    meeting = item.meeting
    _require_open(actor, meeting, item)
    _check(count)
    repeats.queue_up(session, meeting.record, actor.user_id or 0)
    if (known := _just_taken(session, now, item, count)) is not None:
        return known
    room = room_of(session, meeting)
    who, found = room.who(now, item), room.quorum(now, item)
    if count.seen is not None and count.seen != ballot_token(who, found):
        raise StaleVersion(STALE)
    result = _counted(room, count, who, found)
    vote = _row(actor, item, count, result, who, found, taken_at=now)
    session.add(vote)
    session.flush()  # the event names its id
    tell_vote(session, actor, now, item, vote, "taken")
    return vote


def recount(session: Session, actor: Actor, now: datetime, vote: Vote, count: Count, reason: str = "") -> Vote:
    """A corrected count takes the place of a vote; both stay. The people in the room at the vote are those who count.

    After proclamation a reason is needed. What follows from another outcome is ``proclaiming.recount_proclaimed``'s to do.
    Raises as :func:`take_vote`; :class:`StepRefused` for a vote that was replaced already.
    """
    item, meeting = vote.item, vote.item.meeting
    require_running(actor, meeting)
    if vote.replaced_at is not None:
        raise StepRefused(["Diese Auszählung ist schon berichtigt. Berichtigen Sie die neueste."])
    reason = reason.strip()
    if len(reason) > LONGEST_REASON or "\x00" in reason:
        raise InputRefused({"reason": f"Der Grund hat höchstens {LONGEST_REASON} Zeichen."})
    if vote.proclaimed_at is not None and not reason:
        raise InputRefused({"reason": "Das Ergebnis ist verkündet. Geben Sie an, warum es berichtigt wird."})
    _check(count)
    room = room_of(session, meeting)
    who, found = room.who(vote.taken_at, item), room.quorum(vote.taken_at, item)
    result = _counted(room, count, who, found)
    fresh = _row(actor, item, count, result, who, found, taken_at=vote.taken_at)
    if _same(vote, fresh):
        raise InputRefused({"votes": "Das ist dieselbe Auszählung wie bisher."})
    fresh.replaces_id, fresh.replace_reason, vote.replaced_at = vote.id, reason, now
    session.add(fresh)
    session.flush()  # the event names its id
    tell_vote(session, actor, now, item, fresh, "corrected", reason, vote.sentence)
    return fresh


def discard(session: Session, actor: Actor, now: datetime, vote: Vote) -> None:
    """Takes back a vote that was not proclaimed: counted on the wrong item, or to be repeated. The row stays as replaced."""
    require_running(actor, vote.item.meeting)
    if vote.proclaimed_at is not None:
        raise StepRefused(["Das Ergebnis ist verkündet; es lässt sich nur noch berichtigen."])
    if vote.replaced_at is None:
        vote.replaced_at = now
        tell_vote(session, actor, now, vote.item, vote, "discarded")


def vote_of(session: Session, meeting: Meeting, vote_id: int) -> Vote:
    """A vote of this meeting. Raises :class:`NotVisible`."""
    vote = session.get(Vote, vote_id)
    if vote is None or vote.meeting_id != meeting.record_id:
        raise NotVisible()
    return vote


def _require_open(actor: Actor, meeting: Meeting, item: AgendaItem) -> None:
    require_running(actor, meeting)
    if meeting.body.formality != STEERING:
        raise StepRefused(
            ["Abgestimmt wird hier nur in Gremien mit Geschäftsordnung; halten Sie das Ergebnis in Worten fest."]
        )
    if on_break(meeting):
        raise StepRefused(["Die Sitzung ist unterbrochen. Beenden Sie die Pause, um abzustimmen."])
    if meeting.current_item_id != item.id:
        raise StepRefused(["Abgestimmt wird über den aufgerufenen Tagesordnungspunkt. Rufen Sie ihn zuerst auf."])
    if not admitted(item):
        raise StepRefused(["Dieser Punkt kam nach der Einladung dazu und ist noch nicht zugelassen."])


def _check(count: Count) -> None:
    errors = {}
    if count.purpose not in PURPOSES:
        errors["purpose"] = "Wählen Sie, worüber abgestimmt wird."
    if count.form not in FORMS:
        errors["form"] = "Wählen Sie, wie abgestimmt wird."
    if count.majority and count.majority not in MAJORITIES:
        errors["majority"] = "Wählen Sie die nötige Mehrheit."
    if count.casting_vote not in ("", "yes", "no"):
        errors["casting_vote"] = CASTING
    if count.purpose == "motion" and not count.wording.strip():
        errors["wording"] = "Geben Sie den Wortlaut ein, über den abgestimmt wird."
    if len(count.wording) > LONGEST or "\x00" in count.wording:
        errors["wording"] = f"Der Wortlaut hat höchstens {LONGEST} Zeichen."
    if errors:
        raise InputRefused(errors)


def _counted(room: Room, count: Count, who: Entitlement, found: Quorum) -> Result:
    try:
        result = decide(
            room.rulebook,
            count.ballot(),
            who,
            majority=count.majority or None,  # type: ignore[arg-type]
            quorum=found,
            secret_demanded=count.secret_demanded,
            casting_vote=count.casting_vote,  # type: ignore[arg-type]
        )
    except BallotRefused as refused:
        raise VoteRefused(refused.verdict) from refused
    if result.outcome == "casting_vote_missing":
        raise InputRefused({"casting_vote": CASTING}, CASTING)
    return result


def _row(
    actor: Actor,
    item: AgendaItem,
    count: Count,
    result: Result,
    who: Entitlement,
    found: Quorum,
    *,
    taken_at: datetime,
) -> Vote:
    ballot = result.ballot
    tie = "Stimmengleichheit" in " ".join(result.verdict.facts)
    return Vote(
        meeting_id=item.meeting_id,
        item=item,
        purpose=count.purpose,
        wording=count.wording.replace("\r\n", "\n").strip(),
        form=count.form,
        majority=count.majority,
        yes=ballot.yes,
        no=ballot.no,
        abstained=ballot.abstained,
        invalid=ballot.invalid,
        entitled=who.entitled,
        names={str(seat): choice for seat, choice in sorted(ballot.names.items())} if count.form == "names" else None,
        casting_vote=count.casting_vote if tie else "",
        result=result.outcome,
        sentence=result.sentence,
        explanation=_explained(result, who, found),
        taken_at=taken_at,
        taken_by_id=actor.user_id,
    )


def _explained(result: Result, who: Entitlement, found: Quorum) -> list[dict[str, Any]]:
    """The verdicts as they were: quorum, who could vote (never how), and the majority."""
    voters = [one.verdict.sentence for one in who.voters]
    return [
        {
            "about": "quorum",
            "sentence": found.verdict.sentence,
            "rule": found.verdict.origin,
            "facts": list(found.verdict.facts),
        },
        {"about": "voters", "sentence": f"Stimmberechtigt im Raum: {who.entitled}.", "rule": "", "facts": voters},
        {
            "about": "majority",
            "sentence": result.verdict.sentence,
            "rule": result.verdict.origin,
            "facts": list(result.verdict.facts),
        },
    ]


def _just_taken(session: Session, now: datetime, item: AgendaItem, count: Count) -> Vote | None:
    ballot = count.ballot()
    wanted = select(Vote).where(
        Vote.item_id == item.id,
        Vote.replaced_at.is_(None),
        Vote.proclaimed_at.is_(None),
        Vote.purpose == count.purpose,
        Vote.form == count.form,
        Vote.yes == ballot.yes,
        Vote.no == ballot.no,
        Vote.abstained == ballot.abstained,
        Vote.wording == count.wording.replace("\r\n", "\n").strip(),
        Vote.taken_at > now - repeats.WITHIN,
    )
    return session.scalars(wanted.order_by(Vote.id.desc()).limit(1)).first()


def _same(old: Vote, new: Vote) -> bool:
    keys = (
        "yes",
        "no",
        "abstained",
        "invalid",
        "names",
        "casting_vote",
        "result",
        "wording",
        "form",
        "majority",
        "purpose",
    )
    return all(getattr(old, key) == getattr(new, key) for key in keys)


def tell_vote(
    session: Session,
    actor: Actor,
    now: datetime,
    item: AgendaItem,
    vote: Vote,
    what: str,
    reason: str = "",
    before: str = "",
) -> None:
    """Writes into the history of the meeting what happened to a vote; of a secret one only the counts."""
    audit.record(
        session, actor, now, audit.Tag.MEETING_VOTE, about=item.meeting.record,
        vote=vote.id, item=item.id, title=audit.Erasable(item.title), what=what,
        counts=[vote.yes, vote.no, vote.abstained, vote.invalid], sentence=vote.sentence,
        names=audit.Erasable(vote.names), replaces=vote.replaces_id, before=before, reason=audit.Erasable(reason),
    )  # fmt: skip
