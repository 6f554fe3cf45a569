"""What the page of one decision reads: where it was taken, what changed it, how far it is, and which links the reader may open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ...models import (
    AgendaItem,
    Body,
    CatalogueEntry,
    CircularVote,
    Decision,
    DecisionProgress,
    Meeting,
    Record,
    Task,
    User,
)  # fmt: skip
from ...permissions import Actor
from ..bodies.access import Standing, day_of, shown_to_members, standing
from ..follow_up import MEASURE, carried_out, proposed_state
from ..meetings.tasks import OpenTask, tasks_where
from .decision_sight import readable, reads_all
from .decisions import changes_of, open_records


@dataclass(frozen=True)
class Detail:
    """One decision as its reader sees it; links that this person cannot open are None.

    ``notes`` (newest first, with the name of who wrote it) and ``tasks`` are for those who work with decisions.
    """

    decision: Decision
    body: str
    later: Decision | None
    amends: Decision | None
    paper: Record | None
    theme: Record | None
    meeting: Record | None
    item: AgendaItem | None
    circular: CircularVote | None
    measure: str
    state: str
    proposal: str
    notes: Sequence[tuple[DecisionProgress, str]]
    tasks: Sequence[OpenTask]


def detail(session: Session, actor: Actor, decision: Decision, today: date) -> Detail:
    """Everything on the page of a decision that :func:`decisions.find` gave."""
    condition, staff = readable(actor, today), reads_all(actor)
    records = open_records(session, actor, today, [decision.paper_id, decision.theme_id])
    amends = None
    if decision.amends_id is not None:
        amends = session.scalars(select(Decision).where(Decision.id == decision.amends_id, condition)).first()
    meeting, item = _meeting(session, actor, decision)
    notes = _notes(session, decision)
    tasks = tasks_where(session, today, Task.decision_id == decision.id) if staff else []
    measure = select(CatalogueEntry.title).where(
        CatalogueEntry.kind == MEASURE, CatalogueEntry.slug == (decision.measure or "")
    )
    state = (notes[0][0].state if notes else "open") if carried_out(decision) else ""
    proposal = proposed_state(tasks) if state in ("open", "running") else ""
    return Detail(
        decision=decision,
        body=session.scalar(select(Body.name).where(Body.slug == decision.body)) or decision.body,
        later=changes_of(session, [decision.id], condition).get(decision.id),
        amends=amends,
        paper=decision.paper if decision.paper_id in records else None,
        theme=decision.theme if decision.theme_id in records else None,
        meeting=meeting,
        item=item,
        circular=_circular(session, actor, decision, today),
        measure=session.scalar(measure) or "",
        state=state,
        proposal=proposal if proposal != state else "",
        notes=notes if staff else [],
        tasks=tasks,
    )


def meeting_of(session: Session, decision: Decision) -> tuple[Meeting, AgendaItem] | None:
    """The meeting and the agenda item of a decision that was taken in one; one query."""
    wanted = (
        select(Meeting, AgendaItem)
        .join(AgendaItem, AgendaItem.meeting_id == Meeting.record_id)
        .where(AgendaItem.id == decision.item_id)
        .options(joinedload(Meeting.record), joinedload(Meeting.body))
    )
    row = session.execute(wanted).one_or_none() if decision.item_id is not None else None
    return (row[0], row[1]) if row is not None else None


def circular_of(session: Session, decision: Decision) -> CircularVote | None:
    """The vote by circulation that a decision came from; one query."""
    wanted = select(CircularVote).where(CircularVote.decision_id == decision.id).options(joinedload(CircularVote.body))
    return session.scalars(wanted).first()


def _meeting(session: Session, actor: Actor, decision: Decision) -> tuple[Record | None, AgendaItem | None]:
    found = meeting_of(session, decision)
    if found is None:
        return None, None
    meeting, item = found
    how = standing(session, actor, meeting.body, day_of(meeting))
    shown = how is Standing.WORK or (how is not Standing.NONE and shown_to_members(meeting))
    return (meeting.record, item) if shown else (None, None)


def _circular(session: Session, actor: Actor, decision: Decision, today: date) -> CircularVote | None:
    if not decision.origin.startswith("circular:"):
        return None
    vote = circular_of(session, decision)
    return vote if vote is not None and standing(session, actor, vote.body, today) >= Standing.MEMBER else None


def _notes(session: Session, decision: Decision) -> list[tuple[DecisionProgress, str]]:
    rows = session.execute(
        select(DecisionProgress, User.name)
        .outerjoin(User, User.id == DecisionProgress.noted_by_id)
        .where(DecisionProgress.decision_id == decision.id)
        .order_by(DecisionProgress.id.desc())
    )
    return [(note, name or "") for note, name in rows]
