"""A result is proclaimed: it becomes a decision with a number, and what follows from it follows. Also when it was miscounted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from ...models import AgendaItem, Decision, Meeting, Record, Vote
from ...permissions import Actor
from ..bodies.access import BERLIN
from ..decision_checks import NOTICE, About, Verdict, Votes
from ..decisions import PAPER, PROPOSED, REVOKED, change_decision, latest_change, note_decision, take_decision
from ..minutes import settling
from ..refusals import InputRefused, StepRefused
from .progress import admitted, tell
from .session import require_running
from .voting import Count, recount, tell_vote

ON_PAPER, OWN, NO_DECISION = "paper", "own", "none"
AS = (ON_PAPER, OWN, NO_DECISION)
LONGEST_TITLE = 400


@dataclass(frozen=True)
class Proclaimed:
    """How a result is proclaimed.

    ``kind``: as the decision on the item's paper, as a decision of its own, or only as a step of procedure without
    number. ``conditions``: agreed "mit Auflagen". ``measure`` is the measure of the concept it belongs to.
    """

    kind: str = ""
    title: str = ""
    conditions: str = ""
    review_on: date | None = None
    measure: str | None = None


def proclaim(
    session: Session, actor: Actor, now: datetime, vote: Vote, how: Proclaimed | None = None
) -> Decision | None:
    """The chair says the result; from now on it is only corrected with a reason. A second click finds the first.

    Raises :class:`StepRefused` for a vote that was replaced, and :class:`InputRefused` by field.
    """
    item, how = vote.item, how or Proclaimed()
    require_running(actor, item.meeting)
    if vote.replaced_at is not None:
        raise StepRefused(["Diese Auszählung ist berichtigt; verkündet wird die neueste."])
    if vote.proclaimed_at is not None:
        return session.get(Decision, vote.decision_id) if vote.decision_id is not None else None
    decision = None
    if vote.purpose == "motion" and _kind(item, how) != NO_DECISION:
        decision = _decide(session, actor, now, vote, how)
        vote.decision_id = decision.id
    vote.proclaimed_at = now
    if vote.purpose == "minutes" and vote.result == "accepted" and not item.result:
        item.result = f"Die Niederschrift wird genehmigt ({vote.sentence})."
    if vote.purpose == "minutes" and item.about_minutes_id is not None:
        settling.settle_by_vote(session, actor, now, session.get_one(Meeting, item.about_minutes_id), vote)
    tell_vote(session, actor, now, item, vote, "proclaimed", "", decision.reference if decision else "")
    return decision


def recount_proclaimed(
    session: Session, actor: Actor, now: datetime, vote: Vote, count: Count, reason: str = ""
) -> tuple[Vote, Decision | None]:
    """Corrects a count; if it was proclaimed, the corrected one is too, and a decision that changes is replaced.

    The same outcome keeps the decision: the vote that stands says the right numbers. Another outcome revokes it, and
    what is decided now gets a number of its own. Returns the vote that stands and the newest decision.
    """
    proclaimed, old = vote.proclaimed_at is not None, _decision_of(session, vote)
    fresh = recount(session, actor, now, vote, count, reason)
    if not proclaimed:
        return fresh, None
    fresh.proclaimed_at = now
    if old is None or fresh.result == vote.result:
        fresh.decision_id = old.id if old is not None else None
        return fresh, old
    replaced = _revoked(session, actor, now, old, fresh, reason)
    if fresh.result == "accepted":
        replaced = _decide(session, actor, now, fresh, Proclaimed(kind=OWN, title=old.title))
    fresh.decision_id = replaced.id
    return fresh, replaced


def settle_without_vote(session: Session, actor: Actor, now: datetime, item: AgendaItem, result: str) -> Decision:
    """The body postpones a paper, or notes one, and nobody had to vote. It has its number in the register all the same."""
    meeting = item.meeting
    require_running(actor, meeting)
    if result not in ("postponed", "noted"):
        raise InputRefused({"result": "Wählen Sie das Ergebnis."})
    if not admitted(item) or meeting.current_item_id != item.id:
        raise StepRefused(["Rufen Sie den Tagesordnungspunkt zuerst auf."])
    said = "ohne Abstimmung zur Kenntnis genommen" if result == "noted" else "ohne Abstimmung vertagt"
    verdict = Verdict(_today(now), meeting.body.slug, result, item.motion if result == "noted" else "", judged=True)
    about = About(f"item:{item.id}", item.id, item.confidential, said)
    decision = _written(session, actor, now, item, verdict, about, on_paper=open_paper(item) is not None, title="")
    item.result = f"{decision.reference}: {said}."
    tell(session, actor, now, item, "result", item.result)
    return decision


def open_paper(item: AgendaItem) -> Record | None:
    """The decision paper of the item, if it is before the body."""
    record = item.record
    return record if record is not None and record.process.key == PAPER and record.state == PROPOSED else None


def _kind(item: AgendaItem, how: Proclaimed) -> str:
    kind = how.kind or (ON_PAPER if open_paper(item) is not None else OWN)
    if kind not in AS:
        raise InputRefused({"kind": "Wählen Sie, was aus dem Ergebnis wird."})
    if kind == ON_PAPER and open_paper(item) is None:
        raise InputRefused({"kind": "Über die Vorlage dieses Punkts ist schon entschieden."})
    if len(how.title) > LONGEST_TITLE or "\x00" in how.title:
        raise InputRefused({"title": f"Der Betreff hat höchstens {LONGEST_TITLE} Zeichen."})
    return kind


def _decide(session: Session, actor: Actor, now: datetime, vote: Vote, how: Proclaimed) -> Decision:
    item, kind = vote.item, _kind(vote.item, how)
    verdict = Verdict(
        decided_on=_today(vote.taken_at),
        body=item.meeting.body.slug,
        result=_result(vote, how, _notice(item) and kind == ON_PAPER),
        wording=vote.wording,
        conditions=how.conditions,
        votes=Votes(vote.yes, vote.no, vote.abstained),
        review_on=how.review_on,
        judged=True,
    )
    about = About(f"item:{item.id}", item.id, item.confidential, vote.sentence, how.measure)
    return _written(session, actor, now, item, verdict, about, on_paper=kind == ON_PAPER, title=how.title)


def _written(
    session: Session,
    actor: Actor,
    now: datetime,
    item: AgendaItem,
    verdict: Verdict,
    about: About,
    *,
    on_paper: bool,
    title: str,
) -> Decision:
    if on_paper:
        paper = open_paper(item)
        assert paper is not None
        return take_decision(
            session, actor, now, paper=paper, verdict=verdict, origin=about.origin, item_id=about.item_id,
            confidential=about.confidential, vote_sentence=about.vote_sentence,
        )  # fmt: skip
    return note_decision(
        session, actor, now, body=item.meeting.body, title=title.strip() or item.title, verdict=verdict, about=about,
        theme=_theme(item), events_on=item.meeting.record,
    )  # fmt: skip


def _revoked(session: Session, actor: Actor, now: datetime, old: Decision, vote: Vote, reason: str) -> Decision:
    """A decision that was proclaimed on a wrong count is revoked by another one; theme and paper go back with it."""
    said = (
        f"Die Auszählung zu {old.reference} ist berichtigt: {vote.sentence}. Das verkündete Ergebnis gilt nicht. "
        f"Grund: {reason.strip()}"
    )
    item = vote.item
    verdict = Verdict(_today(now), old.body, "accepted", said, judged=True)
    about = About(f"item:{item.id}", item.id, item.confidential, vote.sentence)
    return change_decision(session, actor, now, decision=old, verdict=verdict, how=REVOKED, about=about)


def _decision_of(session: Session, vote: Vote) -> Decision | None:
    """The decision that a vote made, unless it was revoked since."""
    decision = session.get(Decision, vote.decision_id) if vote.decision_id is not None else None
    if decision is None or decision.amends_how == REVOKED or decision.result == "postponed":
        return None
    later = latest_change(session, decision)
    return None if later is not None and later.amends_how == REVOKED else decision


def _result(vote: Vote, how: Proclaimed, notice: bool) -> str:
    if vote.result != "accepted":
        return "postponed" if notice else vote.result
    if notice:
        return "noted"
    return "amended" if how.conditions.strip() else "accepted"


def _notice(item: AgendaItem) -> bool:
    return item.record is not None and item.record.answers.get("art") == NOTICE


def _theme(item: AgendaItem) -> Record | None:
    return item.record if item.record is not None and item.record.process.key == "theme" else None


def _today(moment: datetime) -> date:
    return moment.astimezone(BERLIN).date()
