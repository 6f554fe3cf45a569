"""Mails around a checklist. They name its reference and what kind of thing happened, never what it says."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...models import ClientChecklist, RoleGrant, User
from ...permissions import PERMISSIONS
from .. import outbox
from ..records.facts import local_day


def tell_service(
    session: Session, now: datetime, checklist: ClientChecklist, *, kind: str, text: str, page: str = ""
) -> None:
    """Tells the responsible adviser, or all advisers of the service where nobody is responsible any more."""
    _tell(session, now, checklist, advisers(session, now, checklist), kind, text, page)


def tell_office(
    session: Session, now: datetime, checklist: ClientChecklist, *, kind: str, text: str, page: str = ""
) -> None:
    """Tells everybody who works for the naturalisation office of this checklist."""
    _tell(session, now, checklist, _holding(session, now, checklist, "checklist:office"), kind, text, page)


def advisers(session: Session, now: datetime, checklist: ClientChecklist) -> list[User]:
    """Who gets mails of this checklist at its service."""
    people = _holding(session, now, checklist, "checklist:own")
    return [one for one in people if one.id == checklist.adviser_id] or people


def _holding(session: Session, now: datetime, checklist: ClientChecklist, permission: str) -> list[User]:
    """Active accounts with the permission today: of the service for its own, else of the office."""
    grants = select(RoleGrant.user_id).where(
        RoleGrant.role.in_(sorted(PERMISSIONS[permission])),
        RoleGrant.valid_until.is_(None) | (RoleGrant.valid_until >= local_day(now)),
    )
    if permission == "checklist:own":
        grants = grants.where(RoleGrant.organisation == checklist.organisation)
    else:
        grants = grants.where(RoleGrant.controller_id == checklist.record.controller_id)
    return list(session.scalars(select(User).where(User.id.in_(grants), User.active).order_by(User.id)))


def _tell(
    session: Session, now: datetime, checklist: ClientChecklist, users: list[User], kind: str, text: str, page: str
) -> None:
    reference = checklist.record.reference
    outbox.notify(
        session,
        now,
        users=users,
        controller_id=checklist.record.controller_id,
        kind=f"checklist.{kind}",
        subject=f"Checkliste {reference}",
        text=f"{text}\n\nWas dort steht, lesen Sie nach der Anmeldung; diese E-Mail nennt keine Inhalte.",
        record=checklist.record,
        link=f"/checklists/{reference}{page}",
        link_label="Checkliste öffnen",
    )
