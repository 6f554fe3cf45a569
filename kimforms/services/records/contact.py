"""The reporter's contact: shown to those whom the process names, and each look is logged once a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...engine.fields import CleanContext
from ...engine.text import pick
from ...models import ReadLog, Record
from ...permissions import Actor, may
from .. import catalogues
from ..processes import definition_of
from ..refusals import NotPermitted
from .facts import local_day

LOGGED = "contact"


@dataclass(frozen=True)
class Contact:
    """What may be shown: label and value. Empty with ``unnamed`` when the reporter did not want to be asked."""

    rows: tuple[tuple[str, str], ...]
    unnamed: bool
    erased: bool


def may_see_contact(actor: Actor, record: Record) -> bool:
    """Whether one of the person's roles is among those that the process lets see contacts."""
    definition = definition_of(record.version)
    if definition.reporter is None or not may(actor, "contact:read", record.controller_id):
        return False
    return not actor.roles(record.controller_id).isdisjoint(definition.access.contact)


def read_contact(session: Session, actor: Actor, now: datetime, *, record: Record, language: str = "de") -> Contact:
    """The contact, and a row of the log of reads: one a person, record and day. Raises :class:`NotPermitted`.

    Of a person who did not want to be asked nothing is shown, the account neither, and nothing is logged.
    """
    if not may_see_contact(actor, record):
        raise NotPermitted()
    contact = record.contact
    if contact is None or record.contact_erased_at is not None:
        return Contact((), unnamed=contact is None, erased=record.contact_erased_at is not None)
    if not contact.may_ask:
        return Contact((), unnamed=True, erased=False)
    _log(session, actor, now, record)
    definition = definition_of(record.version)
    context = CleanContext(catalogues.catalogues(session), local_day(now), language, contact.answers)
    rows = [
        (pick(each.label, language), each.display(contact.answers[name], context))
        for name, each in definition.fields().items()
        if contact.answers.get(name) is not None
    ]
    if record.creator is not None:
        account = "Account" if language == "en" else "Konto"
        rows.append((account, f"{record.creator.name} ({record.creator.email})"))
    return Contact(tuple(rows), unnamed=False, erased=False)


def _log(session: Session, actor: Actor, now: datetime, record: Record) -> None:
    day = local_day(now)
    known = session.scalar(
        select(ReadLog.id).where(
            ReadLog.user_id == actor.user_id, ReadLog.record_id == record.id, ReadLog.what == LOGGED, ReadLog.on == day
        )
    )
    if known is None:
        session.add(ReadLog(user_id=actor.user_id, record_id=record.id, what=LOGGED, on=day))
