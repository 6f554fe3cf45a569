"""Beginning a client's checklist: the municipality decides the office, the office its edition and its process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...models import ChecklistEdition, ClientChecklist, Process, ProcessVersion
from ...permissions import Actor
from .. import audit
from ..catalogues import catalogues
from ..editions.reading import current
from ..naturalisation_office import office_for
from ..processes import current_version
from ..records.creating import begin_record
from ..records.facts import local_day
from ..refusals import InputRefused, NotPermitted, NotVisible
from .access import services_of
from .keeping import fitting_route, fitting_situation
from .pseudonyms import free_pseudonym
from .refreshing import refreshed

TITLE = "Checkliste"
"""What the record is called everywhere else: nothing of the client."""


def begin(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    organisation: str,
    municipality: str,
    pseudonym: str,
    situation: Mapping[str, bool],
    route: str | None,
    insist: bool = False,
) -> ClientChecklist:
    """A checklist with nothing ticked yet, by the edition in effect, looked after by whoever begins it.

    Raises :class:`NotPermitted` for another service, :class:`InputRefused` for a municipality without office, an office
    without edition, a pseudonym that is taken or looks like personal data (unless ``insist``), and for answers to
    questions that are never asked.
    """
    if organisation not in services_of(actor):
        raise NotPermitted()
    day = local_day(now)
    edition = _edition_for(session, municipality, day)
    name, key = free_pseudonym(session, organisation, pseudonym, today=day, insist=insist)
    record = begin_record(
        session,
        replace(actor, user_id=None),
        now,
        version=_process_of(session, edition.controller_id),
        answers={"title": TITLE},
        catalogues=catalogues(session),
    )
    checklist = ClientChecklist(
        record_id=record.id,
        record=record,
        organisation=organisation,
        pseudonym=name,
        pseudonym_key=key,
        edition=edition,
        adviser_id=actor.user_id,
        municipality=municipality,
        situation=fitting_situation(edition, situation),
        route=fitting_route(edition, route),
        started_on=day,
        missing=[],
        changed_at=now,
    )
    session.add(checklist)
    session.flush()  # what is read from it below joins its record and edition
    audit.record(
        session,
        actor,
        now,
        audit.Tag.CHECKLIST_BEGIN,
        about=record,
        edition=edition.number,
        pseudonym=audit.Erasable(name),
        situation=audit.Erasable(checklist.situation),
    )
    refreshed(checklist)
    return checklist


def _edition_for(session: Session, municipality: str, day: date) -> ChecklistEdition:
    try:
        office = office_for(session, municipality)
    except NotVisible as refused:
        raise InputRefused({"municipality": refused.sentence}) from refused
    edition = current(session, office.id, day)
    if edition is None:
        raise InputRefused({"municipality": f"{office.name} hat noch keine Fassung der Checkliste veröffentlicht."})
    return edition


def _process_of(session: Session, controller_id: int) -> ProcessVersion:
    key = session.scalars(
        select(Process.key).where(Process.controller_id == controller_id, Process.key.startswith("checklist"))
    ).first()
    return current_version(session, key or "checklist", controller_id)
