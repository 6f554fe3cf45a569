"""Following fields of action: who wants to hear of what is published there, at once or in the daily mail."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from ..engine.catalogue import Catalogues
from ..models import FieldFollow
from ..permissions import Actor, may
from . import audit
from .news import ALL_FIELDS
from .refusals import InputRefused, NotPermitted

MAIL, DIGEST = "mail", "digest"


@dataclass(frozen=True)
class Wish:
    """What somebody wants to hear of: fields of action (``*``: all; none: nothing), how, and for whom."""

    fields: frozenset[str] = frozenset()
    mode: str = DIGEST
    corrections: bool = False
    organisation: str | None = None


def follow_fields(session: Session, actor: Actor, now: datetime, wish: Wish, *, catalogues: Catalogues) -> bool:
    """Makes ``wish`` what the actor follows; returns whether that changed anything.

    Raises :class:`NotPermitted`, and :class:`InputRefused` (``fields``, ``mode``, ``organisation``) for what is unknown
    or not the actor's own organisation.
    """
    if actor.user_id is None or not may(actor, "solutions:follow"):
        raise NotPermitted()
    known = {option.value for option in catalogues.options("fields_of_action")}
    if not wish.fields <= known | {ALL_FIELDS}:
        raise InputRefused({"fields": "Wählen Sie Handlungsfelder aus der Liste."})
    if wish.mode not in (MAIL, DIGEST):
        raise InputRefused({"mode": "Wählen Sie, wie Sie benachrichtigt werden möchten."})
    if wish.organisation is not None and wish.organisation not in actor.organisations():
        raise InputRefused({"organisation": "Im Namen dieser Organisation können Sie nichts abonnieren."})
    fields = frozenset({ALL_FIELDS}) if ALL_FIELDS in wish.fields else wish.fields
    kept = {row.field_of_action: row for row in session.scalars(_of(actor.user_id))}
    before = wish_of(kept.values())
    after = Wish(fields, wish.mode, wish.corrections, wish.organisation) if fields else Wish()
    if before == after:
        return False
    for field, row in kept.items():
        if field not in fields:
            session.delete(row)
    for field in sorted(fields):
        row = kept.get(field) or FieldFollow(user_id=actor.user_id, field_of_action=field, since=now)
        row.mode, row.corrections, row.for_organisation = wish.mode, wish.corrections, wish.organisation
        session.add(row)
    audit.record(
        session,
        actor,
        now,
        audit.Tag.SOLUTIONS_FOLLOW,
        fields=sorted(fields),
        mode=after.mode,
        corrections=after.corrections,
        organisation=after.organisation,
    )
    return True


def follows_of(session: Session, actor: Actor) -> Wish:
    """What the actor follows now."""
    return wish_of(session.scalars(_of(actor.user_id or 0)).all())


def wish_of(rows: Collection[FieldFollow]) -> Wish:
    """The rows of one person as the wish that made them."""
    first = next(iter(rows), None)
    if first is None:
        return Wish()
    fields = frozenset(row.field_of_action for row in rows)
    return Wish(fields, first.mode, first.corrections, first.for_organisation)


def _of(user_id: int) -> Select[tuple[FieldFollow]]:
    return select(FieldFollow).where(FieldFollow.user_id == user_id).order_by(FieldFollow.id)
