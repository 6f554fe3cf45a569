"""The hand-over (Verweis) of a checklist to its office: once, complete or with a reason, with all that goes along as data.

``hand_over_papers`` makes the cover sheet of what is kept here; ``returning`` and ``milestones`` are the office's part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from ...models import ChecklistEdition, ClientChecklist, HandOver
from ...naturalisation.readiness import Readiness
from ...permissions import Actor
from .. import audit
from ..editions.reading import current
from ..records.facts import local_day
from ..refusals import StepRefused
from ..repeats import WITHIN, queue_up
from . import sharing
from .free_text import about
from .hand_over_content import document_of
from .moving import take_step
from .refreshing import judge, refreshed
from .telling import tell_office

LONGEST_REASON = 1000
FROM = ("in_arbeit", "zurueckgegeben", "nachforderung")
"""States out of which a checklist may be handed over."""
AT_OFFICE = ("verwiesen", "eingegangen", "in_pruefung", "nachforderung")
ALREADY = "Diese Checkliste liegt schon bei der Einbürgerungsbehörde. Ein zweiter Verweis ist erst nach einer Rückgabe möglich."
SETTLED = "Diese Checkliste ist abgeschlossen; sie lässt sich nicht mehr verweisen."
WHY = "Begründen Sie, warum Sie jetzt schon verweisen."
WHY_WITHDRAWN = (
    "Die Fassung dieser Checkliste wurde zurückgezogen. Heben Sie die Checkliste auf die geltende Fassung, oder begründen "
    "Sie, warum Sie nach der alten verweisen."
)


@dataclass(frozen=True)
class Preparation:
    """What a service has to know before a hand-over. ``refusal`` says why there can be none now.

    ``newer``: the edition in effect, where it is another one than the checklist's. ``reason_wanted`` is the sentence that
    asks for a reason, empty where none is needed.
    """

    readiness: Readiness
    newer: ChecklistEdition | None
    refusal: str
    reason_wanted: str


def prepare(session: Session, now: datetime, checklist: ClientChecklist) -> Preparation:
    """Judges right now, with the edition of the checklist and the law's terms of today."""
    day = local_day(now)
    judged = judge(checklist, day)
    in_effect = current(session, checklist.record.controller_id, day)
    newer = in_effect if in_effect is not None and in_effect.id != checklist.edition_id else None
    refusal = "" if checklist.record.state in FROM else ALREADY if checklist.record.state in AT_OFFICE else SETTLED
    withdrawn = checklist.edition.state == "withdrawn"
    return Preparation(judged, newer, refusal, WHY_WITHDRAWN if withdrawn else "" if judged.ready else WHY)


def hand_over(
    session: Session,
    actor: Actor,
    now: datetime,
    checklist: ClientChecklist,
    *,
    reason: str = "",
    insist: bool = False,
) -> HandOver:
    """Hands the checklist over. The same person's second click within a minute gives the same hand-over.

    Raises :class:`StepRefused` where it lies with the office already or is over, :class:`InputRefused` when it is
    incomplete or by a withdrawn edition and there is no reason, and :class:`Doubtful` for a reason with personal data.
    """
    if actor.user_id is not None:
        queue_up(session, checklist.record, actor.user_id)
    last = latest(session, checklist)
    if last is not None and last.state == "sent" and last.by_id == actor.user_id and last.at > now - WITHIN:
        return last
    ahead = prepare(session, now, checklist)
    if ahead.refusal:
        raise StepRefused([ahead.refusal])
    plain = about(checklist, "reason", reason, longest=LONGEST_REASON, wanted=ahead.reason_wanted, insist=insist)
    made = HandOver(
        checklist_id=checklist.record_id,
        number=last.number + 1 if last is not None else 1,
        at=now,
        by_id=actor.user_id,
        complete=ahead.readiness.ready,
        reason=plain if ahead.reason_wanted else "",
        edition_id=checklist.edition_id,
        document={},
        gaps=[],
    )
    made.document = document_of(session, now, checklist, made, ahead.readiness, ahead.newer)
    session.add(made)
    _send(session, actor, now, checklist, made)
    return made


def _send(session: Session, actor: Actor, now: datetime, checklist: ClientChecklist, made: HandOver) -> None:
    if sharing.live(session, checklist, "hand_over", None) is None:
        sharing.open_share(session, actor, now, checklist, "hand_over")
    take_step(session, actor, now, checklist, "verweisen")
    checklist.handed_over_at = now
    audit.record(
        session,
        actor,
        now,
        audit.Tag.CHECKLIST_HAND_OVER,
        about=checklist.record,
        number=made.number,
        complete=made.complete,
        edition=made.edition_id,
    )
    refreshed(checklist)
    text = f"Eine Beratungsstelle hat Ihnen die Checkliste {checklist.record.reference} verwiesen."
    tell_office(session, now, checklist, kind="hand_over", text=text, page="/hand-over")


def hand_overs(session: Session, checklist: ClientChecklist) -> Sequence[HandOver]:
    """All hand-overs of a checklist, the latest first."""
    return session.scalars(
        select(HandOver)
        .where(HandOver.checklist_id == checklist.record_id)
        .order_by(HandOver.number.desc())
        .options(selectinload(HandOver.milestones))
    ).all()


def latest(session: Session, checklist: ClientChecklist) -> HandOver | None:
    """The hand-over that counts: the last one."""
    return next(iter(hand_overs(session, checklist)), None)
