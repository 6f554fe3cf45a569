"""Decision 1 of the steering group sets up a working group: its record becomes a body with mandate, seats and prefix.

``services/decisions`` calls it in the transaction of the decision, so that nobody types what was decided (concept,
chapters 2.4 and 2.5). When the decision is revoked, the body ends.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...models import Body, Decision, Organisation, Record
from ...permissions import Actor
from ..decision_checks import AGREED, SET_UP
from ..records import chain
from ..records.facts import local_day
from ..records.tasking import put_task
from ..refusals import InputRefused
from .founding import BodyValues, end_body, found_body, free_prefix, meeting_after
from .seats import SeatValues, add_seat

GROUP = "working_group"
ORIGIN = "decision"
KIND = "Projektarbeitsgruppe"
LONGEST_NAME = 160


def set_up_working_group(session: Session, actor: Actor, now: datetime, *, decision: Decision, record: Record) -> Body:
    """The body of a working group's record, with a seat for each office that the steering group named.

    Doing it again gives the same body. Its coordination is whoever coordinates the theme; a speaker is put in the chair
    once a person is named, which the page of the body offers.
    """
    known = session.scalars(select(Body).where(Body.record_id == record.id)).first()
    if known is not None:
        return known
    software, answers = chain.on_behalf(actor), record.answers
    parent = session.scalars(
        select(Body).where(Body.slug == decision.body, Body.controller_id == decision.controller_id)
    ).first()
    number = record.reference.rpartition("-")[2].lstrip("0") or "0"
    body = found_body(
        session,
        software,
        now,
        controller_id=record.controller_id,
        values=BodyValues(
            name=_free_name(session, record),
            kind=KIND,
            formality="working",
            mandate=str(answers.get("mandate") or ""),
            prefix=free_prefix(session, f"PAG{number}"[:8]),
        ),
        slug=record.reference.lower(),
        origin=ORIGIN,
        record_id=record.id,
        set_up_by_id=parent.id if parent is not None else None,
        data=_data(decision, answers),
    )
    for slug in answers.get("members") or ():
        _seat(session, software, now, body, str(slug))
    return body


def carry_out(session: Session, actor: Actor, now: datetime, *, decision: Decision) -> Body | None:
    """Sets up the body of the working group that a decision just began; None for any other decision."""
    if decision.subject != SET_UP or decision.result not in AGREED or decision.theme is None:
        return None
    groups = chain.linked(session, decision.theme, "theme", GROUP)
    fresh = [one for one in groups if one.answers.get("decision") == decision.reference]
    return set_up_working_group(session, actor, now, decision=decision, record=fresh[-1]) if fresh else None


def take_back(session: Session, actor: Actor, now: datetime, *, decision: Decision, later: Decision) -> None:
    """Ends the bodies that a revoked decision set up. Meetings that are still to come are put to somebody as a task."""
    if decision.subject != SET_UP or decision.theme is None:
        return
    today = local_day(now)
    for record in chain.linked(session, decision.theme, "theme", GROUP):
        body = session.scalars(select(Body).where(Body.record_id == record.id)).first()
        if body is None or (body.data or {}).get("decision") != decision.reference:
            continue
        reason = f"{decision.reference} ist durch {later.reference} aufgehoben"
        end_body(session, chain.on_behalf(actor), now, body=body, day=today, reason=reason, at_once=True)
        if meeting_after(session, body, today) is not None:
            put_task(
                session, actor, now, record=record, controller_id=record.controller_id,
                title=f"Sitzungen von „{body.name}“ absagen: {reason}"[:300],
                assignee_id=record.assignee_id or record.creator_id or actor.user_id, due_on=today, kind="task",
            )  # fmt: skip


def _data(decision: Decision, answers: dict[str, Any]) -> dict[str, Any]:
    found = {
        "decision": decision.reference,
        "decided_on": decision.decided_on.isoformat(),
        "deadline": answers.get("deadline"),
        "level": "Kreis",
    }
    return {name: value for name, value in found.items() if value}


def _free_name(session: Session, record: Record) -> str:
    """The name of the group; with its reference where another body bears it already."""
    name = f"{KIND} {record.title}"[:LONGEST_NAME]
    taken = session.scalar(select(Body.id).where(Body.name == name, Body.controller_id == record.controller_id))
    return f"{name} ({record.reference})" if taken is not None else name


def _seat(session: Session, actor: Actor, now: datetime, body: Body, slug: str) -> None:
    name = session.scalar(select(Organisation.name).where(Organisation.slug == slug))
    try:
        values = SeatValues(label=(name or slug)[:200], organisation=slug)
        add_seat(session, actor, now, body=body, values=values, valid_from=local_day(now), origin=ORIGIN)
    except InputRefused:  # an office that the list no longer has keeps its seat by name
        add_seat(
            session, actor, now, body=body, values=SeatValues(label=slug), valid_from=local_day(now), origin=ORIGIN
        )
