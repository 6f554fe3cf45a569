"""The directory of advisory services: who is in it, who looks after an entry, which entries nobody confirmed lately.

Everything here is public but who may change what. Letters, the handout, the self-check and the public page read it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

from ...engine.deadlines import add_period
from ...models import AdvisoryService, NaturalisationOffice, RoleGrant, User
from ...permissions import PERMISSIONS, Actor, may
from ..checklists.access import services_of
from ..naturalisation_office import settings_of
from ..refusals import NotPermitted, NotVisible

NATURALISATION = "naturalisation"


def listed(day: date) -> ColumnElement[bool]:
    """The SQL filter over ``AdvisoryService``: entries that the public sees on a day."""
    current = AdvisoryService.active & AdvisoryService.merged_into_id.is_(None)
    return current & or_(AdvisoryService.valid_until.is_(None), AdvisoryService.valid_until >= day)


def is_listed(entry: AdvisoryService, day: date) -> bool:
    """The check that matches :func:`listed`."""
    current = entry.active and entry.merged_into_id is None
    return current and (entry.valid_until is None or entry.valid_until >= day)


def services_for(
    session: Session, *, municipality: str | None = None, field: str | None = None, day: date
) -> list[AdvisoryService]:
    """The services to name on a day, by name: those that serve the municipality and advise on the field, where given.

    Entries that nobody confirmed are among them, since no address at all helps nobody; ask :func:`stale_among`.
    """
    rows = session.scalars(
        select(AdvisoryService)
        .where(listed(day))
        .options(joinedload(AdvisoryService.controller))
        .order_by(AdvisoryService.name, AdvisoryService.id)
    )
    return [one for one in rows if serves(one, municipality) and (field is None or field in one.fields)]


def serves(entry: AdvisoryService, municipality: str | None) -> bool:
    """Whether people of a municipality find help there; an entry without municipalities is for the whole county."""
    return municipality is None or not entry.municipalities or municipality in entry.municipalities


def for_letters(session: Session, controller_id: int, day: date) -> tuple[list[AdvisoryService], list[AdvisoryService]]:
    """The services that an office's letters name, and those among them that nobody confirmed in time.

    A run of letters must not begin as long as the second list holds anything.
    """
    named = [one for one in services_for(session, day=day) if one.in_letters and one.controller_id == controller_id]
    limit = confirmed_since(settings_of(session, controller_id, _noon(day)), day)
    return named, [one for one in named if is_stale(one, limit)]


def confirmed_since(office: NaturalisationOffice, day: date) -> date:
    """The first day of a confirmation that still counts for an office."""
    return add_period(day, -office.confirm_months, "months")


def is_stale(entry: AdvisoryService, limit: date) -> bool:
    """Whether the service itself said nothing since ``limit`` (or never)."""
    return entry.confirmed_on is None or entry.confirmed_on < limit


def stale_among(session: Session, entries: Iterable[AdvisoryService], day: date) -> frozenset[int]:
    """Ids of the entries that are overdue by the rule of their own controller; one query."""
    offices = {one.controller_id: one for one in session.scalars(select(NaturalisationOffice))}
    limits: dict[int, date] = {}
    found = set()
    for entry in entries:
        key = entry.controller_id
        if key not in limits:
            limits[key] = confirmed_since(offices.get(key) or settings_of(session, key, _noon(day)), day)
        if is_stale(entry, limits[key]):
            found.add(entry.id)
    return frozenset(found)


def entry_by_slug(session: Session, slug: str) -> AdvisoryService:
    """The entry, active or not. Raises :class:`NotVisible`."""
    wanted = select(AdvisoryService).where(AdvisoryService.slug == slug)
    found = session.scalars(wanted.options(joinedload(AdvisoryService.controller))).one_or_none()
    if found is None:
        raise NotVisible()
    return found


def looks_after(actor: Actor, entry: AdvisoryService) -> bool:
    """Whether the actor may change this entry: staff of its controller, or an adviser of its organisation."""
    if may(actor, "directory:work", entry.controller_id):
        return True
    return entry.organisation is not None and entry.organisation in services_of(actor)


def require_care(actor: Actor, entry: AdvisoryService) -> None:
    """Raises :class:`NotPermitted` for everybody who does not look after the entry; the software always does."""
    if actor.kind != "system" and not looks_after(actor, entry):
        raise NotPermitted("Diesen Eintrag pflegen die Beratungsstelle selbst und die zuständige Behörde.")


def in_care_of(session: Session, actor: Actor) -> list[AdvisoryService]:
    """All entries that the actor looks after, ended and merged ones too, by name."""
    controllers, services = actor.controllers("directory:work"), services_of(actor)
    if not controllers and not services:
        return []
    mine = or_(
        AdvisoryService.controller_id.in_(sorted(controllers)), AdvisoryService.organisation.in_(sorted(services))
    )
    wanted = select(AdvisoryService).where(mine).options(joinedload(AdvisoryService.controller))
    return list(session.scalars(wanted.order_by(AdvisoryService.name, AdvisoryService.id)))


def advisers_of(session: Session, organisation: str, day: date | None = None) -> list[User]:
    """The active accounts that advise for an organisation today (or at all, without ``day``), by name."""
    wanted = (
        select(User)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(RoleGrant.organisation == organisation, RoleGrant.role.in_(sorted(PERMISSIONS["checklist:own"])))
        .where(User.active)
    )
    if day is not None:
        wanted = wanted.where(or_(RoleGrant.valid_until.is_(None), RoleGrant.valid_until >= day))
    return list(session.scalars(wanted.distinct().order_by(User.name, User.id)))


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)
