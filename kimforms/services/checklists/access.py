"""Who sees which checklist: the one place that all rooms ask. A service sees its own, the office what is shared with it.

Whatever somebody may not see does not exist for them, whichever reference or id they try (:class:`NotVisible`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, exists, false, select
from sqlalchemy.orm import Session, joinedload

from ...models import ChecklistLook, ChecklistShare, ClientChecklist, Record
from ...permissions import PERMISSIONS, Actor
from ..refusals import NotPermitted, NotVisible

Look = Literal["page", "item", "pdf", "json"]


@dataclass(frozen=True)
class Sight:
    """How somebody sees a checklist: as its ``service`` (everything), or as the ``office`` by live shares.

    ``whole``: the office sees all items, because the whole was shared or handed over; otherwise only ``items``.
    """

    side: Literal["service", "office"]
    whole: bool = True
    items: frozenset[str] = frozenset()

    def sees(self, item_id: str) -> bool:
        return self.whole or item_id in self.items


SERVICE = Sight("service")


def services_of(actor: Actor) -> frozenset[str]:
    """The organisations for which the actor advises today; someone who left a service has no grant for it any more."""
    roles = PERMISSIONS["checklist:own"]
    return frozenset(grant.organisation for grant in actor.grants if grant.role in roles and grant.organisation)


def own(actor: Actor) -> ColumnElement[bool]:
    """The SQL filter over ``ClientChecklist``: those of the actor's services that were not erased."""
    services = services_of(actor)
    if not services:
        return false()
    return ClientChecklist.organisation.in_(sorted(services)) & ClientChecklist.erased_at.is_(None)


def shared_with_office(actor: Actor) -> ColumnElement[bool]:
    """The SQL filter over ``ClientChecklist``: those with a live share to an office for which the actor works."""
    offices = actor.controllers("checklist:office")
    if not offices:
        return false()
    live = (
        exists()
        .where(ChecklistShare.checklist_id == ClientChecklist.record_id)
        .where(ChecklistShare.controller_id.in_(sorted(offices)), ChecklistShare.ended_at.is_(None))
    )
    return live & ClientChecklist.erased_at.is_(None)


def visible_checklist(session: Session, actor: Actor, reference: str) -> tuple[ClientChecklist, Sight]:
    """The checklist with this reference and how the actor sees it. Raises :class:`NotVisible`.

    Whoever shows it to the office notes the look with :func:`note_look`, in a unit of work.
    """
    checklist = session.scalars(
        select(ClientChecklist)
        .join(ClientChecklist.record)
        .where(Record.reference == reference, ClientChecklist.erased_at.is_(None))
        .options(joinedload(ClientChecklist.record), joinedload(ClientChecklist.edition))
    ).one_or_none()
    if checklist is None:
        raise NotVisible()
    return checklist, sight_of(session, actor, checklist)


def sight_of(session: Session, actor: Actor, checklist: ClientChecklist) -> Sight:
    """How the actor sees this checklist. Raises :class:`NotVisible`."""
    if checklist.organisation in services_of(actor):
        return SERVICE
    offices = actor.controllers("checklist:office")
    live = (
        session.scalars(
            select(ChecklistShare).where(
                ChecklistShare.checklist_id == checklist.record_id,
                ChecklistShare.controller_id.in_(sorted(offices)),
                ChecklistShare.ended_at.is_(None),
            )
        ).all()
        if offices
        else []
    )
    if not live:
        raise NotVisible()
    items = frozenset(share.item_id for share in live if share.item_id)
    return Sight("office", any(share.scope != "item" for share in live), items)


def own_checklist(session: Session, actor: Actor, reference: str) -> ClientChecklist:
    """A checklist to work on. Raises :class:`NotVisible`, and :class:`NotPermitted` for the office, which only answers."""
    checklist, sight = visible_checklist(session, actor, reference)
    if sight.side != "service":
        raise NotPermitted("Diese Checkliste führt die Beratungsstelle. Sie können an den geteilten Punkten antworten.")
    return checklist


def note_look(session: Session, actor: Actor, now: datetime, checklist: ClientChecklist, what: Look) -> None:
    """Keeps that the office looked; the service sees it. Looks of the service itself are not kept."""
    if actor.user_id is not None:
        session.add(ChecklistLook(checklist_id=checklist.record_id, user_id=actor.user_id, at=now, what=what))
