"""On which agendas a decision paper or a theme stands, and who may be asked about a paper by circulation; for its page."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ...models import AgendaItem, Body, Meeting, Record
from ...permissions import Actor, may
from ..bodies.access import may_work
from ..decision_checks import NOTICE
from ..decisions import PAPER, PROPOSED

MOST = 20


def points_about(session: Session, actor: Actor, record: Record, further: Sequence[str] = ()) -> Sequence[AgendaItem]:
    """The points of agendas about this record or the ones with these references, newest meeting first; one query.

    For those who work with meetings by their role; who reads none sees none.
    """
    if not may(actor, "meeting:work", record.controller_id):
        return ()
    wanted = (
        select(AgendaItem)
        .join(Record, Record.id == AgendaItem.record_id)
        .join(Meeting, Meeting.record_id == AgendaItem.meeting_id)
        .where(
            Record.controller_id == record.controller_id,
            Record.reference.in_([record.reference, *further]),
            AgendaItem.state != "dropped",
        )
        .options(joinedload(AgendaItem.meeting).joinedload(Meeting.record), joinedload(AgendaItem.record))
        .order_by(Meeting.starts_at.desc(), AgendaItem.id)
        .limit(MOST)
    )
    return session.scalars(wanted).all()


def bodies_to_ask(session: Session, actor: Actor, paper: Record) -> list[Body]:
    """The steering bodies that the actor may ask about a proposed paper by circulation; nobody votes on a notice."""
    if paper.process.key != PAPER or paper.state != PROPOSED or paper.answers.get("art") == NOTICE:
        return []
    wanted = select(Body).where(Body.controller_id == paper.controller_id, Body.active, Body.formality == "steering")
    return [one for one in session.scalars(wanted.order_by(Body.name)) if may_work(actor, one)]
