"""Whom an office has to brief: the advisers of all services that keep checklists of this office or stand in the directory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ...models import AdvisoryService, ClientChecklist, Organisation, Record, RoleGrant, User
from ...permissions import PERMISSIONS
from .directory import NATURALISATION, listed


@dataclass(frozen=True)
class Concerned:
    """People by id, the services (slugs) of each, and the names of all services concerned, those without people too."""

    users: Mapping[int, User]
    services_of: Mapping[int, tuple[str, ...]]
    names: Mapping[str, str]


def advisers_concerned(session: Session, controller_id: int, day: date) -> Concerned:
    """Active accounts that advise on a day for a service concerned. Four queries."""
    organisations = services_concerned(session, controller_id, day)
    rows = session.execute(
        select(User, RoleGrant.organisation)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(
            RoleGrant.organisation.in_(organisations),
            RoleGrant.role.in_(sorted(PERMISSIONS["checklist:own"])),
            or_(RoleGrant.valid_until.is_(None), RoleGrant.valid_until >= day),
            User.active,
        )
        .order_by(User.name, User.id, RoleGrant.organisation)
    ).all()
    services: dict[int, list[str]] = {}
    for user, organisation in rows:
        known = services.setdefault(user.id, [])
        if organisation not in known:
            known.append(organisation)
    return Concerned(
        {user.id: user for user, _ in rows},
        {user: tuple(found) for user, found in services.items()},
        names_of(session, organisations),
    )


def services_concerned(session: Session, controller_id: int, day: date) -> set[str]:
    """Slugs of the organisations. Two queries."""
    keeping = (
        select(ClientChecklist.organisation)
        .join(Record, Record.id == ClientChecklist.record_id)
        .where(Record.controller_id == controller_id, ClientChecklist.erased_at.is_(None))
        .distinct()
    )
    listed_ones = session.execute(
        select(AdvisoryService.organisation, AdvisoryService.fields).where(
            listed(day), AdvisoryService.organisation.is_not(None)
        )
    )
    return set(session.scalars(keeping)) | {slug for slug, fields in listed_ones if slug and NATURALISATION in fields}


def names_of(session: Session, organisations: set[str]) -> dict[str, str]:
    """What the organisations are called; one that the profile no longer has keeps its slug."""
    rows = session.execute(select(Organisation.slug, Organisation.name).where(Organisation.slug.in_(organisations)))
    known = {row.slug: row.name for row in rows}
    return {slug: known.get(slug, slug) for slug in organisations}
