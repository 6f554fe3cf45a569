"""The advisory services that a profile names, entered once and confirmed by nobody. Loading a profile calls it.

An entry that is there already stays as it is, also one that ended: services and staff know better than the profile.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...models import AdvisoryService, Controller
from ...naturalisation.service_files import ServiceEntry, ServicesFile
from ...permissions import SYSTEM
from .entries import EntryData, enter

TEXTS = ("organisation", "name", "carrier", "target_group", "municipality", "municipalities", "languages", "fields",
         "town_hall_hours", "in_letters")  # fmt: skip


def bring_services(session: Session, now: datetime, document: ServicesFile | None) -> list[str]:
    """Enters the services that are not there yet; returns their addresses. Controllers and organisations are loaded.

    Raises :class:`InputRefused` for an organisation, municipality, language or field that nobody knows.
    """
    entered = []
    for one in document.services if document is not None else ():
        if find(session, one.id) is None:
            enter(session, SYSTEM, now, data_from(one), controller_id=controller_of(session, one), slug=one.id)
            entered.append(one.id)
    return entered


def find(session: Session, slug: str) -> AdvisoryService | None:
    """The entry at an address."""
    return session.scalars(select(AdvisoryService).where(AdvisoryService.slug == slug)).one_or_none()


def controller_of(session: Session, entry: ServiceEntry) -> int:
    """The id of the controller whose entry it is."""
    return session.scalars(select(Controller.id).where(Controller.key == entry.controller)).one()


def data_from(entry: ServiceEntry, *more: str) -> EntryData:
    """What the file says about a service, with further parts that a file of the demonstration has."""
    return EntryData(**{name: getattr(entry, name) for name in (*TEXTS, *more)})
