"""Which decisions somebody reads, as one SQL condition: the office and coordination all, members those of their bodies.

Members read a decision of a meeting once its minutes were sent; guests of a body read nothing confidential.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Exists, and_, exists, false, or_, select

from ...models import AgendaItem, Body, Decision, Minutes, Officer, Person, Seat, SeatHolder
from ...permissions import Actor
from ..bodies.access import on_day

ALL = ("coordinator", "office")


def readable(actor: Actor, today: date) -> ColumnElement[bool]:
    """The condition over ``Decision``; nothing for whoever has none of these roles."""
    clauses: list[ColumnElement[bool]] = []
    if staff := controllers(actor, *ALL):
        clauses.append(Decision.controller_id.in_(staff))
    mine = controllers(actor, "member")
    if mine and actor.user_id is not None:
        member = or_(_sits(actor.user_id, today, Seat.right != "guest"), _function(actor.user_id, today))
        guest = _sits(actor.user_id, today, Seat.right == "guest")
        open_to = or_(member, and_(Decision.confidential.is_(False), guest))
        clauses.append(and_(Decision.controller_id.in_(mine), _told(), open_to))
    return or_(*clauses) if clauses else false()


def reads_all(actor: Actor) -> bool:
    """Whether the actor works with decisions, and not only reads those of own bodies."""
    return bool(controllers(actor, *ALL))


def controllers(actor: Actor, *roles: str) -> frozenset[int]:
    """Ids of the controllers with whom the actor has one of the roles."""
    return frozenset(grant.controller_id for grant in actor.grants if grant.role in roles)


def _told() -> ColumnElement[bool]:
    sent = (
        select(Minutes.meeting_id)
        .join(AgendaItem, AgendaItem.meeting_id == Minutes.meeting_id)
        .where(AgendaItem.id == Decision.item_id, Minutes.sent_at.is_not(None))
    )
    return or_(Decision.item_id.is_(None), exists(sent.correlate(Decision)))


def _sits(user_id: int, today: date, right: ColumnElement[bool]) -> Exists:
    holds = (
        select(SeatHolder.id)
        .join(Seat, Seat.id == SeatHolder.seat_id)
        .join(Person, Person.id == SeatHolder.person_id)
        .join(Body, Body.id == Seat.body_id)
        .where(Person.user_id == user_id, Body.slug == Decision.body, right, _then_or_now(SeatHolder, today))
    )
    return exists(holds.correlate(Decision))


def _function(user_id: int, today: date) -> Exists:
    holds = (
        select(Officer.id)
        .join(Person, Person.id == Officer.person_id)
        .join(Body, Body.id == Officer.body_id)
        .where(Person.user_id == user_id, Body.slug == Decision.body, _then_or_now(Officer, today))
    )
    return exists(holds.correlate(Decision))


def _then_or_now(row: Any, today: date) -> ColumnElement[bool]:
    return or_(
        on_day(row.valid_from, row.valid_until, today),
        on_day(row.valid_from, row.valid_until, Decision.decided_on),  # type: ignore[arg-type]
    )
