"""Who is responsible for a municipality: which coordinator of a controller is assigned to its new reports.

Set on the page ``/admin/responsibilities`` and by ``kimforms user responsible``; closing an account and taking the role
away clear it, so that no report is assigned to somebody who no longer works on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from ..models import Municipality, Responsibility, RoleGrant, User
from ..permissions import Actor
from . import audit
from .administration import check_managed
from .refusals import InputRefused

ROLE = "coordinator"
UNKNOWN = "Diese Kommune gibt es nicht. Wählen Sie eine aus der Liste."
NOT_COORDINATING = (
    "Diese Person koordiniert hier nicht oder hat kein aktives Konto. Wählen Sie jemanden aus der Liste oder „niemand“."
)
CHANGED_MEANWHILE = (
    "Inzwischen hat jemand anderes die Zuständigkeit geändert. Prüfen Sie die Auswahl und speichern Sie noch einmal."
)


@dataclass(frozen=True)
class Wish:
    """Who shall be responsible for a municipality, and who was when the page was shown; None: nobody."""

    shown: int | None
    wanted: int | None


def set_responsible(
    session: Session, actor: Actor, now: datetime, controller_id: int, municipality: str, user_id: int | None
) -> bool:
    """Makes somebody (None: nobody) responsible; returns whether that changed anything.

    Raises :class:`NotPermitted` for a controller that the actor does not manage, and :class:`InputRefused` (key: the
    municipality) for an unknown municipality and for people who are not active coordinators of the controller.
    """
    check_managed(actor, controller_id)
    if session.scalar(select(Municipality.id).where(Municipality.slug == municipality, Municipality.active)) is None:
        raise InputRefused({municipality: UNKNOWN})
    row = session.scalar(
        select(Responsibility).filter_by(controller_id=controller_id, municipality=municipality).with_for_update()
    )
    old = row.user_id if row is not None else None
    if old == user_id:
        return False
    if user_id is None:
        session.delete(row)
    elif not is_coordinator(session, controller_id, user_id, now.date()):
        raise InputRefused({municipality: NOT_COORDINATING})
    elif row is None:
        session.add(Responsibility(controller_id=controller_id, municipality=municipality, user_id=user_id))
    else:
        row.user_id = user_id
    _record(session, actor, now, controller_id, municipality, old, user_id)
    return True


def change_responsibilities(
    session: Session, actor: Actor, now: datetime, controller_id: int, wishes: Mapping[str, Wish]
) -> list[str]:
    """Carries out a whole page of wishes, all or none; returns the municipalities that changed.

    What was left as it was shown is left alone, so that two people at once do not undo each other. Raises
    :class:`NotPermitted`, and :class:`InputRefused` with a sentence for each municipality that is refused.
    """
    check_managed(actor, controller_id)
    rows = select(Responsibility.municipality, Responsibility.user_id).filter_by(controller_id=controller_id)
    present = {row.municipality: row.user_id for row in session.execute(rows)}
    changed, errors = [], {}
    for municipality, wish in wishes.items():
        if wish.wanted == wish.shown:
            continue
        if present.get(municipality) not in (wish.shown, wish.wanted):
            errors[municipality] = CHANGED_MEANWHILE
            continue
        try:
            if set_responsible(session, actor, now, controller_id, municipality, wish.wanted):
                changed.append(municipality)
        except InputRefused as refusal:
            errors |= refusal.errors
    if errors:
        raise InputRefused(errors)
    return changed


def held_by(session: Session, user_id: int, controller_id: int | None = None) -> list[Responsibility]:
    """What somebody is responsible for, with one controller or with all."""
    wanted = select(Responsibility).where(Responsibility.user_id == user_id).order_by(Responsibility.municipality)
    return list(session.scalars(wanted.filter_by(controller_id=controller_id) if controller_id else wanted))


def lost_with(session: Session, grant: RoleGrant) -> list[Responsibility]:
    """What somebody is no longer responsible for without that grant; empty when the role is held twice."""
    if grant.role != ROLE:
        return []
    others = [
        one
        for one in grant.user.grants
        if one.id != grant.id and (one.role, one.controller_id) == (ROLE, grant.controller_id)
    ]
    return [] if others else held_by(session, grant.user_id, grant.controller_id)


def clear(session: Session, actor: Actor, now: datetime, held: Iterable[Responsibility]) -> None:
    """Leaves municipalities without a responsible person; the caller has checked that the actor may."""
    for row in held:
        session.delete(row)
        _record(session, actor, now, row.controller_id, row.municipality, row.user_id, None)


def coordinators(session: Session, controller_id: int, today: date) -> list[User]:
    """The people who may be chosen: active accounts that coordinate for the controller on that day, by name."""
    wanted = select(User).where(User.active, coordinates(controller_id, today)).order_by(User.name, User.id)
    return list(session.scalars(wanted))


def is_coordinator(session: Session, controller_id: int, user_id: int, today: date) -> bool:
    """Whether that person may be chosen."""
    wanted = select(User.id).where(User.id == user_id, User.active, coordinates(controller_id, today))
    return session.scalar(wanted) is not None


def coordinates(controller_id: int, today: date) -> ColumnElement[bool]:
    """Whether the ``User`` of a statement coordinates for the controller on that day."""
    return exists().where(
        RoleGrant.user_id == User.id,
        RoleGrant.role == ROLE,
        RoleGrant.controller_id == controller_id,
        or_(RoleGrant.valid_until.is_(None), RoleGrant.valid_until >= today),
    )


def _record(
    session: Session,
    actor: Actor,
    now: datetime,
    controller_id: int,
    municipality: str,
    old: int | None,
    new: int | None,
) -> None:
    audit.record(
        session,
        actor,
        now,
        audit.Tag.RESPONSIBILITY_CHANGE,
        controller_id=controller_id,
        controller=controller_id,
        municipality=municipality,
        old=old,
        new=new,
    )
