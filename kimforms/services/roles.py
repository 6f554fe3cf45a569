"""Giving and taking roles. Who may do it, where, and what must never happen: a controller without an administrator."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from ..models import Body, Controller, Municipality, Organisation, RoleGrant, User
from ..permissions import PERMISSIONS, ROLES, Actor, Grant
from . import audit, responsibilities
from .administration import MANAGE, check_managed, manages
from .refusals import InputRefused, NotVisible, StepRefused

NEEDS = {"adviser": "organisation", "case_manager": "municipality", "member": "body"}
"""Roles that say nothing without their scope (architecture: who sees what)."""
SCOPES: tuple[tuple[str, type[Organisation] | type[Municipality] | type[Body], str], ...] = (
    ("organisation", Organisation, "Diese Organisation gibt es nicht. Wählen Sie eine aus der Liste."),
    ("municipality", Municipality, "Diese Kommune gibt es nicht. Wählen Sie eine aus der Liste."),
    ("body", Body, "Dieses Gremium gibt es nicht. Wählen Sie eines aus der Liste."),
)
OWN_ACCOUNT = "Sich selbst können Sie keine Rolle geben. Bitten Sie eine zweite Person der Systemverwaltung darum."
MISSING = {
    "adviser": "Wählen Sie die Organisation, für die die Person berät.",
    "case_manager": "Wählen Sie die Kommune, für die die Person arbeitet.",
    "member": "Wählen Sie das Gremium, dem die Person angehört.",
}


def grant_role(
    session: Session, actor: Actor, now: datetime, user: User, grant: Grant, *, valid_until: date | None = None
) -> RoleGrant:
    """Gives a role; giving the same one again only changes ``valid_until``.

    Raises :class:`NotPermitted` for a controller that the actor does not manage, and :class:`InputRefused` for the own
    account (who keeps accounts reads no records), for an unknown role or scope, or a scope that the role needs.
    """
    check_managed(actor, grant.controller_id)
    if actor.user_id is not None and actor.user_id == user.id:
        raise InputRefused({"role": OWN_ACCOUNT})
    check_grant(session, grant)
    return put_grant(session, actor, now, user, grant, valid_until=valid_until)


def put_grant(
    session: Session, actor: Actor, now: datetime, user: User, grant: Grant, *, valid_until: date | None = None
) -> RoleGrant:
    """Adds the grant without checks (they are :func:`grant_role`'s) and records it; an equal one is kept."""
    for existing in user.grants:
        if as_grant(existing) == grant:
            if existing.valid_until != valid_until:
                existing.valid_until = valid_until
                _record(session, actor, now, user, grant, audit.Tag.ROLE_GRANT, valid_until=_iso(valid_until))
            return existing
    row = RoleGrant(
        role=grant.role,
        controller_id=grant.controller_id,
        organisation=grant.organisation,
        municipality=grant.municipality,
        body=grant.body,
        valid_until=valid_until,
        granted_at=now,
        granted_by_id=actor.user_id,
    )
    user.grants.append(row)
    _record(session, actor, now, user, grant, audit.Tag.ROLE_GRANT, valid_until=_iso(valid_until))
    return row


def revoke_role(session: Session, actor: Actor, now: datetime, user: User, grant_id: int) -> None:
    """Takes a role away, and with the coordination the responsibility for municipalities.

    Raises :class:`NotVisible` for a grant of another controller and :class:`StepRefused` for one's own administration
    or the last administrator of a controller.
    """
    row = next((grant for grant in user.grants if grant.id == grant_id), None)
    if row is None or not manages(actor, row.controller_id):
        raise NotVisible()
    if row.role in PERMISSIONS[MANAGE]:
        if user.id == actor.user_id:
            raise StepRefused(["Ihre eigene Administration kann Ihnen nur eine andere Person entziehen."])
        check_not_last(session, user, row.controller_id, now.date())
    grant, lost = as_grant(row), responsibilities.lost_with(session, row)
    user.grants.remove(row)
    _record(session, actor, now, user, grant, audit.Tag.ROLE_REVOKE)
    responsibilities.clear(session, actor, now, lost)


def check_grant(session: Session, grant: Grant) -> None:
    """Raises :class:`InputRefused` (keys: role, controller, organisation, municipality, body) if wrong."""
    if grant.role not in ROLES:
        raise InputRefused({"role": "Diese Rolle gibt es nicht. Wählen Sie eine aus der Liste."})
    if session.get(Controller, grant.controller_id) is None:
        raise InputRefused({"controller": "Diesen Verantwortlichen gibt es nicht. Wählen Sie einen aus der Liste."})
    for name, table, sentence in SCOPES:
        slug = getattr(grant, name)
        if slug and session.scalar(select(table.id).where(table.slug == slug, table.active)) is None:
            raise InputRefused({name: sentence})
    needed = NEEDS.get(grant.role)
    if needed and not getattr(grant, needed):
        raise InputRefused({needed: MISSING[grant.role]})
    if grant.body and session.scalar(select(Body.controller_id).where(Body.slug == grant.body)) != grant.controller_id:
        raise InputRefused({"body": "Dieses Gremium gehört zu einem anderen Verantwortlichen."})


def check_not_last(session: Session, user: User, controller_id: int, today: date) -> None:
    """Raises :class:`StepRefused` when nobody but ``user`` administers the accounts of that controller."""
    others = session.scalar(
        select(func.count(RoleGrant.id))
        .join(User, User.id == RoleGrant.user_id)
        .where(
            RoleGrant.controller_id == controller_id,
            RoleGrant.role.in_(PERMISSIONS[MANAGE]),
            RoleGrant.user_id != user.id,
            or_(RoleGrant.valid_until.is_(None), RoleGrant.valid_until >= today),
            User.active,
        )
    )
    if not others:
        raise StepRefused(
            ["Das ist die letzte Administration dieses Verantwortlichen. Geben Sie die Rolle erst jemand anderem."]
        )


def as_grant(row: RoleGrant) -> Grant:
    """The row as the plain value that permissions work with."""
    return Grant(row.role, row.controller_id, row.organisation, row.municipality, row.body)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _record(
    session: Session, actor: Actor, now: datetime, user: User, grant: Grant, tag: audit.Tag, **more: str | None
) -> None:
    audit.record(
        session,
        actor,
        now,
        tag,
        controller_id=grant.controller_id,
        user=user.id,
        role=grant.role,
        controller=grant.controller_id,
        organisation=grant.organisation,
        municipality=grant.municipality,
        body=grant.body,
        **more,
    )
