"""What the start page tells about naturalisation: advisers about their clients' checklists, an office about what waits there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, aliased

from ...models import Briefing, ChecklistMessage, ChecklistShare, ClientChecklist, HandOver, Record
from ...permissions import Actor
from ..advice.directory import services_for, stale_among
from ..checklists.access import own, shared_with_office
from ..checklists.unread import has_unread
from ..records.facts import local_day
from .briefings import Line, Standing, coming, standing
from .checklists import OVER

SHOWN = 5


@dataclass(frozen=True)
class ClientLine:
    """A checklist of the own service."""

    reference: str
    pseudonym: str


@dataclass(frozen=True)
class AdviserDesk:
    """An adviser's part: own follow-ups that are due, answers nobody has read, what the office returned, briefings."""

    due: int
    unread_number: int
    returned_number: int
    unread: Sequence[ClientLine]
    returned: Sequence[ClientLine]
    standing: Sequence[Standing]


@dataclass(frozen=True)
class OfficeDesk:
    """An office's part: checklists with an unanswered question, hand-overs to confirm, entries that nobody confirmed."""

    questions: int
    to_confirm: int
    unconfirmed: int
    next: Line | None


def adviser_desk(session: Session, actor: Actor, now: datetime) -> AdviserDesk:
    """The part of somebody who advises; a fixed number of queries."""
    mine = ClientChecklist.adviser_id == actor.user_id
    open_ones = Record.state.not_in(OVER)
    returned = Record.state == "zurueckgegeben"
    due, unread_number, returned_number = (
        session.scalar(_of_own(actor, func.count(), *conditions)) or 0
        for conditions in (
            (mine, open_ones, ClientChecklist.follow_up_on <= local_day(now)),
            (has_unread(),),
            (returned,),
        )
    )
    return AdviserDesk(
        due,
        unread_number,
        returned_number,
        _lines(session, actor, has_unread()),
        _lines(session, actor, returned),
        [one for one in standing(session, actor, now) if one.briefed_on is None],
    )


def office_desk(session: Session, actor: Actor, now: datetime) -> OfficeDesk:
    """The part of an office's staff; a fixed number of queries."""
    controllers = sorted(actor.controllers("checklist:office"))
    shared = shared_with_office(actor)
    asked = session.scalar(
        select(func.count()).select_from(ClientChecklist).where(shared, _waits_for_answer(controllers))
    )
    handed = session.scalar(
        select(func.count())
        .select_from(HandOver)
        .join(ClientChecklist, ClientChecklist.record_id == HandOver.checklist_id)
        .where(shared, HandOver.state == "sent")
    )
    entries = [one for one in services_for(session, day=local_day(now)) if one.controller_id in controllers]
    following = [one for one in coming(session, actor, now) if _is_own(one.briefing, controllers)]
    return OfficeDesk(
        asked or 0, handed or 0, len(stale_among(session, entries, local_day(now))), following[0] if following else None
    )


def _is_own(briefing: Briefing, controllers: Sequence[int]) -> bool:
    return briefing.controller_id in controllers


def _waits_for_answer(controllers: Sequence[int]) -> ColumnElement[bool]:
    """Whether the last word of a thread that the office sees is the service's; of others it learns nothing here."""
    later = aliased(ChecklistMessage)
    answered = exists().where(
        later.checklist_id == ChecklistMessage.checklist_id,
        later.item_id.is_not_distinct_from(ChecklistMessage.item_id),
        later.id > ChecklistMessage.id,
    )
    seen = exists().where(
        ChecklistShare.checklist_id == ChecklistMessage.checklist_id,
        ChecklistShare.controller_id.in_(controllers),
        ChecklistShare.ended_at.is_(None),
        (ChecklistShare.scope != "item") | (ChecklistShare.item_id == ChecklistMessage.item_id),
    )
    return exists().where(
        ChecklistMessage.checklist_id == ClientChecklist.record_id,
        ChecklistMessage.side == "service",
        ~answered.correlate(ChecklistMessage),
        seen.correlate(ChecklistMessage),
    )


def _of_own(actor: Actor, what: Any, *conditions: ColumnElement[bool]) -> Any:
    return (
        select(what)
        .select_from(ClientChecklist)
        .join(Record, Record.id == ClientChecklist.record_id)
        .where(own(actor), *conditions)
    )


def _lines(session: Session, actor: Actor, condition: ColumnElement[bool]) -> list[ClientLine]:
    rows = session.execute(
        select(Record.reference, ClientChecklist.pseudonym)
        .join(ClientChecklist, ClientChecklist.record_id == Record.id)
        .where(own(actor), condition)
        .order_by(ClientChecklist.changed_at.desc())
        .limit(SHOWN)
    )
    return [ClientLine(row.reference, row.pseudonym or "") for row in rows]
