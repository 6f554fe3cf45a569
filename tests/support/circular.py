"""Votes by circulation in the test body, drafted, sent and answered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kimforms.extensions import db
from kimforms.models import Body, CircularBallot, CircularVote, Delivery, Record, ReplyLink, Seat
from kimforms.permissions import ANYONE, Actor
from kimforms.services import reply_links
from kimforms.services.circular import answering, drafting, starting
from kimforms.services.circular.drafting import Motion
from kimforms.services.unit_of_work import unit_of_work

from . import meetings as house
from .databases import NOW
from .records import OFFICE, actor

VOTERS = [label for label, right in house.SEATS if right == "voting"]
LAST_DAY = NOW + timedelta(days=14)
AFTER = NOW + timedelta(days=15)
MOTION = Motion("Ersatztermin", "Die Sitzung im Januar wird auf Februar verlegt.", "Der Raum ist belegt.")


@contextmanager
def at_vote(reference: str, by: str | None = OFFICE) -> Iterator[tuple[Session, Actor, CircularVote]]:
    """A unit of work in which somebody holds a vote."""
    with unit_of_work() as session:
        vote = session.scalars(select(CircularVote).where(CircularVote.reference == reference)).one()
        yield session, actor(session, by) if by else ANYONE, vote


def draft(*, paper: str | None = None, slug: str = house.SLUG, by: str = OFFICE, motion: Motion = MOTION) -> str:
    """A vote that has not gone out; returns its reference."""
    with unit_of_work() as session:
        body = session.scalars(select(Body).where(Body.slug == slug)).one()
        record = session.scalars(select(Record).where(Record.reference == paper)).one() if paper else None
        who = actor(session, by)
        return drafting.draft_vote(session, who, NOW, body=body, motion=motion, paper=record).reference


def sent(**options: Any) -> str:
    """A vote that went out, and whose mails arrived."""
    reference = draft(**options)
    with at_vote(reference) as (session, person, vote):
        starting.start_vote(session, person, NOW, vote=vote)
    with unit_of_work() as session:
        session.execute(update(Delivery).values(status="sent", sent_at=NOW))
    return reference


def say(reference: str, label: str, choice: str, *, now: datetime = NOW, comment: str = "") -> None:
    """The holder of a seat answers."""
    with at_vote(reference, None) as (session, person, vote):
        one = ballot_of(session, vote, label)
        answering.answer(session, person, now, vote=vote, ballot=one, person=one.person, choice=choice, comment=comment)


def ballot_of(session: Session, vote: CircularVote, label: str) -> CircularBallot:
    return session.scalars(
        select(CircularBallot).join(Seat).where(CircularBallot.circular_id == vote.id, Seat.label == label)
    ).one()


def found(reference: str) -> CircularVote:
    """The vote as it is now, for reading."""
    db.session.rollback()
    return db.session.scalars(select(CircularVote).where(CircularVote.reference == reference)).one()


def token_of(reference: str, label: str, secret: str = "test-secret", *, deputy: bool = False) -> str:
    """The token of the link by which the holder of a seat (or the deputy) answers."""
    vote = found(reference)
    ballot = ballot_of(db.session(), vote, label)
    wanted = select(ReplyLink).where(
        ReplyLink.target_id == ballot.id, ReplyLink.purpose == "circular", ReplyLink.revoked_at.is_(None)
    )
    links = [one for one in db.session.scalars(wanted) if (one.person_id != ballot.person_id) is deputy]
    return reply_links.token_text(secret, links[-1])
