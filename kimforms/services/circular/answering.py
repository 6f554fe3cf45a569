"""Answering a vote by circulation: with the own ballot, as a deputy, or by the office for what came in by post."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ...models import CircularBallot, CircularVote, Person, ReplyLink
from ...permissions import Actor
from ...rules.rulebook import Rulebook
from .. import audit
from ..bodies.access import persons_of, require_work
from ..bodies.people import place_on
from ..records.facts import local_day
from ..refusals import InputRefused, NotPermitted, NotVisible, StepRefused
from . import telling
from .closing import settle

CHOICES = ("yes", "no", "abstained", "objection")
LONGEST_COMMENT = 1000


def ballots_of_link(session: Session, link: ReplyLink) -> tuple[CircularVote, list[CircularBallot]]:
    """The vote that a link opens and the ballots that its person may fill in: the own ones, or the one as a deputy."""
    ballot = session.get(CircularBallot, link.target_id) if link.target_id is not None else None
    if ballot is None:
        raise NotVisible()
    vote = session.get_one(CircularVote, ballot.circular_id)
    if ballot.person_id != link.person_id:
        return vote, [ballot]
    return vote, [one for one in vote.ballots if one.person_id == link.person_id]


def ballots_of_actor(session: Session, actor: Actor, vote: CircularVote) -> list[tuple[CircularBallot, Person]]:
    """The ballots that somebody with an account may fill in, each with the person as whom."""
    mine = set(persons_of(session, actor))
    own = [(one, one.person) for one in vote.ballots if one.person_id in mine]
    if not mine:
        return []
    asked = session.scalars(
        select(ReplyLink)
        .where(
            ReplyLink.purpose == telling.PURPOSE,
            ReplyLink.target_id.in_([one.id for one in vote.ballots]),
            ReplyLink.person_id.in_(mine),
            ReplyLink.revoked_at.is_(None),
        )
        .options(joinedload(ReplyLink.person))
    ).all()
    by_id = {one.id: one for one in vote.ballots}
    known = {one.id for one, _person in own}
    return own + [
        (by_id[link.target_id], link.person) for link in asked if link.target_id and link.target_id not in known
    ]


def answer(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    vote: CircularVote,
    ballot: CircularBallot,
    person: Person,
    choice: str,
    comment: str = "",
    via: str = "link",
) -> bool:
    """Fills in a ballot as ``person``; until the last day it may be changed. False when nothing changed.

    An objection ends the vote at once where the rules want nobody to object; the last answer ends it too. Raises
    :class:`StepRefused` once it is over, :class:`NotPermitted` for whoever the ballot is not for, :class:`InputRefused`.
    """
    require_open(vote, now)
    if ballot.circular_id != vote.id:
        raise NotVisible()
    _require_hand(session, vote, ballot, person)
    comment = " ".join(comment.replace("\x00", "").split())
    errors = {}
    if choice not in CHOICES:
        errors["choice"] = "Wählen Sie Ihre Antwort."
    if len(comment) > LONGEST_COMMENT:
        errors["comment"] = f"Kürzen Sie die Anmerkung auf {LONGEST_COMMENT} Zeichen."
    if errors:
        raise InputRefused(errors)
    if (ballot.choice, ballot.comment, ballot.cast_by_id) == (choice, comment, person.id):
        return False
    ballot.choice, ballot.comment, ballot.cast_by, ballot.cast_by_id = choice, comment, person, person.id
    ballot.cast_at, ballot.via = now, via
    audit.record(
        session, actor, now, audit.Tag.CIRCULAR_ANSWER, about=vote.record, controller_id=vote.body.controller_id,
        circular=vote.reference, ballot=ballot.id, choice=choice, comment=audit.Erasable(comment), by=person.id, via=via,
    )  # fmt: skip
    session.flush()  # a second person of the same seat is told apart by what is stored
    settle(session, now, vote)
    return True


def enter_by_post(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    vote: CircularVote,
    ballot: CircularBallot,
    choice: str,
    comment: str = "",
) -> bool:
    """The office enters a paper that came back by post. Raises :class:`NotPermitted` and as :func:`answer`."""
    require_work(actor, vote.body)
    return answer(
        session, actor, now, vote=vote, ballot=ballot, person=ballot.person, choice=choice, comment=comment, via="post"
    )


def pass_to_deputy(
    session: Session, actor: Actor, now: datetime, *, vote: CircularVote, ballot: CircularBallot, deputy_id: int
) -> Person:
    """Lets a deputy of the seat answer, who gets a link of the own; the holder may still answer and prevails.

    Raises :class:`StepRefused` once the vote is over or where the rules know no deputies, :class:`InputRefused`.
    """
    require_open(vote, now)
    if not deputies_may(telling.rules_of(session, vote)):
        raise StepRefused(["Nach der Geschäftsordnung gibt es bei Abstimmungen keine Vertretung."])
    deputies = {one.id: one for one in place_on(session, ballot.seat, local_day(now)).deputies}
    deputy = deputies.get(deputy_id)
    if deputy is None or deputy.id == ballot.person_id:
        raise InputRefused({"deputy": "Wählen Sie eine Vertretung dieses Sitzes."})
    if not deputy.email:
        raise InputRefused(
            {"deputy": f"{deputy.name} hat keine E-Mail-Adresse. Bitte wenden Sie sich an die Geschäftsstelle."}
        )
    telling.ask_deputy(session, actor, now, ballot, vote, deputy)
    audit.record(
        session, actor, now, audit.Tag.CIRCULAR_DEPUTY, about=vote.record, controller_id=vote.body.controller_id,
        circular=vote.reference, ballot=ballot.id, deputy=deputy.id,
    )  # fmt: skip
    return deputy


def deputies_for(session: Session, rules: Rulebook, ballot: CircularBallot, now: datetime) -> list[Person]:
    """Who may answer instead of the holder of the seat."""
    if not deputies_may(rules):
        return []
    return [one for one in place_on(session, ballot.seat, local_day(now)).deputies if one.id != ballot.person_id]


def deputies_may(rules: Rulebook) -> bool:
    """Whether deputies vote at all under these rules."""
    return rules.deputies_allowed and rules.deputy_rights == "full"


def require_open(vote: CircularVote, now: datetime) -> None:
    """Raises :class:`StepRefused` with the reason why no answer counts any more."""
    if vote.state == "draft":
        raise StepRefused(["Die Abstimmung hat noch nicht begonnen."])
    if vote.state != "open" or vote.closed_at is not None:
        raise StepRefused([f"Die Abstimmung ist zu Ende. {vote.sentence}".strip()])
    if vote.reply_until is not None and local_day(now) > vote.reply_until:
        raise StepRefused([f"Die Frist ist am {vote.reply_until:%d.%m.%Y} abgelaufen; Antworten zählen nicht mehr."])


def _require_hand(session: Session, vote: CircularVote, ballot: CircularBallot, person: Person) -> None:
    if person.id == ballot.person_id:
        return
    if person.id not in {link.person_id for link in telling.deputy_links(session, ballot)}:
        raise NotPermitted()
    if not deputies_may(telling.rules_of(session, vote)):
        raise StepRefused(["Nach der Geschäftsordnung gibt es bei Abstimmungen keine Vertretung."])
    if ballot.choice and ballot.cast_by_id == ballot.person_id:
        raise StepRefused([f"{ballot.person.name} hat schon selbst geantwortet; diese Antwort geht vor."])
