"""What members find on the page of a meeting that was held: its decisions, the minutes, their own open tasks from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, defer

from ...models import AgendaItem, Decision, Meeting, Minutes, Person, Task
from ...permissions import Actor
from ..bodies.access import Standing
from ..meetings.tasks import OpenTask, tasks_where
from .decision_sight import readable
from .decisions import changes_of
from .minutes import OUT


@dataclass(frozen=True)
class Results:
    """What came of a meeting, as far as one person reads it.

    ``changed`` maps a decision to the later one that amended or revoked it. ``minutes`` is None until they were sent;
    ``objections_until`` is None for guests and once nobody can object any more.
    """

    decisions: Sequence[Decision]
    changed: Mapping[int, Decision]
    minutes: Minutes | None
    objections_until: date | None
    tasks: Sequence[OpenTask]


def results_of(session: Session, actor: Actor, meeting: Meeting, standing: Standing, today: date) -> Results:
    """The results of a held meeting for this person; four queries."""
    condition = readable(actor, today)
    decisions = session.scalars(
        select(Decision)
        .join(AgendaItem, AgendaItem.id == Decision.item_id)
        .where(AgendaItem.meeting_id == meeting.record_id, condition)
        .order_by(Decision.id)
    ).all()
    minutes = session.scalars(
        select(Minutes)
        .where(Minutes.meeting_id == meeting.record_id, Minutes.state.in_(OUT))
        .options(defer(Minutes.content))
    ).one_or_none()
    until = minutes.objections_until if minutes is not None and minutes.state == "sent" else None
    objects = standing is Standing.MEMBER and until is not None and today <= until
    mine = select(Person.id).where(Person.user_id == actor.user_id)
    tasks = tasks_where(
        session,
        today,
        Task.record_id == meeting.record_id,
        Task.done_at.is_(None),
        or_(Task.assignee_id == actor.user_id, Task.owner_id.in_(mine)),
    )
    changed = changes_of(session, [one.id for one in decisions], condition)
    return Results(decisions, changed, minutes, until if objects else None, tasks)
