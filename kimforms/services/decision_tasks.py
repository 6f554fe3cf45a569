"""Tasks that follow from a decision on a paper; ``decisions`` calls this when a body has agreed to it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..engine.fields import CleanContext
from ..models import Body, Decision, Record
from ..permissions import Actor
from .catalogues import catalogues
from .processes import definition_of
from .records.facts import local_day
from .records.tasking import put_task


def put_tasks(
    session: Session, actor: Actor, now: datetime, paper: Record, theme: Record | None, decision: Decision
) -> None:
    """One task for each step of the implementation, and the review, for whoever is responsible for the theme."""
    record = theme or paper
    field = definition_of(paper.version).fields().get("umsetzung")
    context = CleanContext(catalogues(session), local_day(now), "de", paper.answers)
    offices = {each.id: each for each in getattr(field, "fields", ())}
    for row in paper.answers.get("umsetzung") or ():
        step = str(row.get("schritt") or "").strip()
        if not step:
            continue
        office = offices["stelle"].display(row["stelle"], context) if row.get("stelle") else ""
        due = date.fromisoformat(row["bis"]) if row.get("bis") else None
        title = f"{decision.reference}: {step}" + (f" ({office})" if office else "")
        _task(session, actor, now, record, title, due, decision)
    if decision.review_on is not None:
        title = f"{decision.reference}: Überprüfung durch die Lenkungsgruppe vorbereiten"
        _task(session, actor, now, record, title, decision.review_on, decision, "follow_up")


def _task(
    session: Session,
    actor: Actor,
    now: datetime,
    record: Record,
    title: str,
    due: date | None,
    decision: Decision,
    kind: str = "task",
) -> None:
    task = put_task(
        session,
        actor,
        now,
        record=record,
        controller_id=record.controller_id,
        title=title,
        assignee_id=record.assignee_id or record.creator_id,
        due_on=due,
        kind=kind,
    )
    task.decision_id = decision.id
    task.body_id = session.scalar(select(Body.id).where(Body.slug == decision.body))
