"""Preparing a vote by circulation: a decision paper or a text of its own, changed until it goes out, or called off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...engine.definition import Numbering
from ...models import Body, CircularVote, Meeting, Record
from ...permissions import Actor
from .. import audit
from ..bodies.access import require_work
from ..decision_checks import NOTICE
from ..decisions import PAPER, PROPOSED
from ..numbering import next_reference, prefix_of
from ..records.facts import local_day
from ..refusals import InputRefused, NotVisible, StaleVersion, StepRefused
from . import telling

MOST = {"title": 300, "wording": 10_000, "reasons": 10_000}
LONGEST_REASON = 500


@dataclass(frozen=True)
class Motion:
    """What is voted on. ``wording`` is the text of the resolution; ``confidential``: the decision will be for members only."""

    title: str
    wording: str
    reasons: str = ""
    confidential: bool = False


def draft_vote(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    body: Body,
    motion: Motion,
    paper: Record | None = None,
    minutes_of: Meeting | None = None,
) -> CircularVote:
    """A vote that has not gone out yet, with a reference such as ``LG-U-2026-01``; about the minutes of ``minutes_of``, if any.

    Raises :class:`NotPermitted` for whoever does not work for the body, :class:`InputRefused` by field.
    """
    require_work(actor, body)
    motion = _checked(motion)
    if paper is not None:
        _require_paper(session, body, paper)
    vote = CircularVote(
        reference=next_reference(session, Numbering(prefix=f"{prefix_of(body)}-U", digits=2), local_day(now)),
        body=body,
        body_id=body.id,
        record=paper,
        title=motion.title,
        wording=motion.wording,
        reasons=motion.reasons,
        confidential=_confidential(motion, paper),
        minutes_of=minutes_of,
        explanation=[],
        created_at=now,
        created_by_id=actor.user_id,
    )
    session.add(vote)
    session.flush()  # links and mails name its id
    _tell(session, actor, now, vote)
    return vote


def change_draft(
    session: Session, actor: Actor, now: datetime, *, vote: CircularVote, motion: Motion, row_version: int | None = None
) -> bool:
    """Changes title, wording and reasons of a vote that has not gone out; False when nothing changed.

    Raises :class:`NotPermitted`, :class:`StaleVersion`, :class:`StepRefused` once it went out, :class:`InputRefused`.
    """
    require_work(actor, vote.body)
    if row_version is not None and row_version != vote.row_version:
        raise StaleVersion("Inzwischen hat jemand anderes diese Abstimmung geändert.", current=vote)
    if vote.state != "draft":
        raise StepRefused(["Die Abstimmung ist schon verschickt; ihr Wortlaut steht fest."])
    motion = _checked(motion)
    wanted = (motion.title, motion.wording, motion.reasons, _confidential(motion, vote.record))
    if (vote.title, vote.wording, vote.reasons, vote.confidential) == wanted:
        return False
    vote.title, vote.wording, vote.reasons, vote.confidential = wanted
    _tell(session, actor, now, vote)
    return True


def cancel_vote(session: Session, actor: Actor, now: datetime, *, vote: CircularVote, reason: str) -> None:
    """Calls a vote off; everybody who was asked is told why.

    Raises :class:`NotPermitted`, :class:`StepRefused` when it is over, :class:`InputRefused` without a reason.
    """
    require_work(actor, vote.body)
    if vote.state not in ("draft", "open"):
        raise StepRefused(["Diese Abstimmung ist schon zu Ende."])
    reason = " ".join(reason.replace("\x00", "").split())
    if not reason or len(reason) > LONGEST_REASON:
        raise InputRefused({"reason": f"Geben Sie den Grund an, höchstens {LONGEST_REASON} Zeichen."})
    asked = vote.state == "open"
    vote.state, vote.closed_at, vote.sentence = "cancelled", now, f"Abgebrochen: {reason}"
    audit.record(
        session, actor, now, audit.Tag.CIRCULAR_CLOSE, about=vote.record, controller_id=vote.body.controller_id,
        circular=vote.reference, state="cancelled", sentence=audit.Erasable(vote.sentence),
    )  # fmt: skip
    if asked:
        telling.tell_outcome(session, now, vote)


def motion_of(paper: Record) -> Motion:
    """What a decision paper proposes."""
    answers = paper.answers
    wording = str(answers.get("beschlussvorschlag") or "")
    reasons = "\n\n".join(str(answers[name]) for name in ("ausgangslage", "loesung") if answers.get(name))
    return Motion(paper.title[: MOST["title"]], wording, reasons, answers.get("vertraulich") is True)


def running_on(session: Session, paper: Record) -> CircularVote | None:
    """The vote by circulation that is prepared or under way on a paper."""
    wanted = select(CircularVote).where(CircularVote.record_id == paper.id, CircularVote.state.in_(("draft", "open")))
    return session.scalars(wanted.order_by(CircularVote.id).limit(1)).first()


def _require_paper(session: Session, body: Body, paper: Record) -> None:
    if paper.process.key != PAPER or paper.controller_id != body.controller_id:
        raise NotVisible()
    if paper.answers.get("art") == NOTICE:
        raise InputRefused({"paper": "Über eine Mitteilung wird nicht abgestimmt."})
    if paper.state != PROPOSED:
        raise InputRefused({"paper": f"{paper.reference} ist nicht (mehr) für die Tagesordnung vorgeschlagen."})
    if (other := running_on(session, paper)) is not None:
        raise InputRefused({"paper": f"Über {paper.reference} läuft schon die Abstimmung {other.reference}."})


def _confidential(motion: Motion, paper: Record | None) -> bool:
    """What a confidential paper proposes stays confidential, whatever is ticked."""
    return motion.confidential or (paper is not None and paper.answers.get("vertraulich") is True)


def _checked(motion: Motion) -> Motion:
    title = " ".join(motion.title.replace("\x00", "").split())
    wording, reasons = (
        one.replace("\x00", "").replace("\r\n", "\n").strip() for one in (motion.wording, motion.reasons)
    )
    errors = {}
    if not title:
        errors["title"] = "Geben Sie an, worüber abgestimmt wird."
    if not wording:
        errors["wording"] = "Geben Sie den Wortlaut ein, über den abgestimmt wird."
    for name, text in (("title", title), ("wording", wording), ("reasons", reasons)):
        if len(text) > MOST[name]:
            errors[name] = f"Der Text hat höchstens {MOST[name]} Zeichen."
    if errors:
        raise InputRefused(errors)
    return Motion(title, wording, reasons, motion.confidential)


def _tell(session: Session, actor: Actor, now: datetime, vote: CircularVote) -> None:
    audit.record(
        session, actor, now, audit.Tag.CIRCULAR_DRAFT, about=vote.record, controller_id=vote.body.controller_id,
        circular=vote.reference, body=vote.body.slug, title=vote.title, wording=audit.Erasable(vote.wording),
    )  # fmt: skip
