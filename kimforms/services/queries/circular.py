"""What the pages of votes by circulation read: the list of a body, one vote with its answers, and who was reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from ...models import Body, CircularBallot, CircularVote, Decision, Person
from ...permissions import Actor
from ...rules.rulebook import Rulebook
from ..bodies.access import Standing, body_of, may_work, standing
from ..circular import answering, telling
from ..refusals import NotVisible

A_PAGE = 50


@dataclass(frozen=True)
class Line:
    """A vote in the list: how many of how many have answered."""

    vote: CircularVote
    answered: int
    asked: int


@dataclass(frozen=True)
class Own:
    """A ballot that the reader may fill in, as whom, and the deputies who may do it instead."""

    ballot: CircularBallot
    person: Person
    deputies: Sequence[Person]
    passed_to: Sequence[Person]

    @property
    def as_deputy(self) -> bool:
        """Whether the reader answers instead of the holder."""
        return self.person.id != self.ballot.person_id

    @property
    def taken(self) -> bool:
        """Whether the holder has answered, so that a deputy's answer counts no more."""
        return self.as_deputy and self.ballot.cast_by_id == self.ballot.person_id


@dataclass(frozen=True)
class Shown:
    """One vote; ``evidence`` says for each person asked how the question reached them."""

    vote: CircularVote
    body: Body
    works: bool
    rules: Rulebook
    decision: Decision | None
    evidence: dict[int, str]

    @property
    def answered(self) -> int:
        return sum(bool(one.choice) for one in self.vote.ballots)


def body_for(session: Session, actor: Actor, slug: str, today: date) -> tuple[Body, Standing]:
    """The body, for its voting and advisory members and whoever works for it; guests and others get :class:`NotVisible`."""
    body = body_of(session, slug)
    found = standing(session, actor, body, today)
    if found < Standing.MEMBER:
        raise NotVisible()
    return body, found


def votes_of(session: Session, body: Body, found: Standing) -> list[Line]:
    """The votes of a body, newest first; drafts only for those who work for it. One query."""
    counts = (
        select(
            CircularBallot.circular_id,
            func.count().label("asked"),
            func.sum(case((CircularBallot.choice != "", 1), else_=0)).label("answered"),
        )
        .group_by(CircularBallot.circular_id)
        .subquery()
    )
    wanted = (
        select(CircularVote, counts.c.answered, counts.c.asked)
        .outerjoin(counts, counts.c.circular_id == CircularVote.id)
        .where(CircularVote.body_id == body.id)
        .order_by(CircularVote.id.desc())
        .limit(A_PAGE)
    )
    if found < Standing.WORK:
        wanted = wanted.where(CircularVote.opened_at.is_not(None))
    return [Line(vote, answered or 0, asked or 0) for vote, answered, asked in session.execute(wanted)]


def find(session: Session, actor: Actor, slug: str, reference: str, today: date) -> tuple[CircularVote, Standing]:
    """One vote, as :func:`body_for` and :func:`votes_of` allow; raises :class:`NotVisible`."""
    body, found = body_for(session, actor, slug, today)
    vote = session.scalars(
        select(CircularVote)
        .where(and_(CircularVote.reference == reference, CircularVote.body_id == body.id))
        .options(
            selectinload(CircularVote.ballots).joinedload(CircularBallot.seat),
            selectinload(CircularVote.ballots).joinedload(CircularBallot.person),
            selectinload(CircularVote.ballots).joinedload(CircularBallot.cast_by),
            joinedload(CircularVote.record),
            joinedload(CircularVote.rulebook),
        )
    ).one_or_none()
    if vote is None or (vote.opened_at is None and found < Standing.WORK):
        raise NotVisible()
    return vote, found


def show(session: Session, actor: Actor, vote: CircularVote) -> Shown:
    """What the page says of a vote; who answered what is for those who work for the body."""
    works = may_work(actor, vote.body)
    decision = session.get(Decision, vote.decision_id) if vote.decision_id else None
    evidence = _evidence(session, vote) if works and vote.opened_at else {}
    return Shown(vote, vote.body, works, telling.rules_of(session, vote), decision, evidence)


def own_ballots(
    session: Session, vote: CircularVote, ballots: Sequence[tuple[CircularBallot, Person]], now: datetime
) -> list[Own]:
    """The reader's ballots with what may be done with them."""
    rules = telling.rules_of(session, vote)
    found = []
    for ballot, person in ballots:
        mine = person.id == ballot.person_id and vote.state == "open"
        deputies = answering.deputies_for(session, rules, ballot, now) if mine else []
        passed = [link.person for link in telling.deputy_links(session, ballot)] if deputies else []
        found.append(Own(ballot, person, deputies, passed))
    return found


def _evidence(session: Session, vote: CircularVote) -> dict[int, str]:
    found: dict[int, str] = {}
    for dispatch in telling.dispatches(session, vote):
        for one in dispatch.recipients:
            if one.channel == "post":
                found[one.person_id] = "posted" if one.posted_at else "letter"
            elif one.message is not None and found.get(one.person_id) != "sent":
                states = {each.status for each in one.message.deliveries}
                found[one.person_id] = (
                    "sent" if states <= {"sent", "uncertain"} else "dead" if "dead" in states else "queued"
                )
    return found
