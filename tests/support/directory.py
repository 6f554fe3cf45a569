"""Entries of the directory of advisory services, and dates of courses, for tests of services and pages."""

from __future__ import annotations

from datetime import date, datetime
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kimforms.extensions import db
from kimforms.models import AdvisoryService, Controller, CourseDate, Record, ReplyLink
from kimforms.permissions import SYSTEM
from kimforms.services import reply_links
from kimforms.services.advice import course_entry, entries
from kimforms.services.catalogues import catalogues
from kimforms.services.reporting import Visitor
from kimforms.services.unit_of_work import unit_of_work

from .databases import NOW
from .records import COORDINATOR, take

EBH_TROISDORF = "einbuergerung@troisdorf.example"
EBH_RSK = "einbuergerung@rsk.example"
MAIL = "beratung@stelle.example"


def controller(session: Session, key: str = "troisdorf") -> Controller:
    return session.scalars(select(Controller).where(Controller.key == key)).one()


def entry(
    name: str = "Beratungsstelle Am Markt",
    *,
    by: str = "troisdorf",
    confirmed: date | None = None,
    now: datetime = NOW,
    **more: Any,
) -> str:
    """An entry of the directory; returns its slug."""
    data = {"organisation": "caritas", "email": MAIL, "languages": ("de", "tr"), "fields": ("naturalisation",)} | more
    with unit_of_work() as session:
        made = entries.enter(
            session, SYSTEM, now, entries.EntryData(name, **data), controller_id=controller(session, by).id
        )
        made.confirmed_on = confirmed
        return made.slug


def stored_entry(slug: str) -> AdvisoryService:
    """The entry as the database holds it now."""
    db.session.rollback()
    return db.session.scalars(select(AdvisoryService).where(AdvisoryService.slug == slug)).one()


def token(slug: str, secret: str = "test-secret") -> str:
    """The token of the newest link that an entry's mail carries."""
    wanted = (
        select(ReplyLink)
        .join(AdvisoryService, AdvisoryService.id == ReplyLink.target_id)
        .where(ReplyLink.purpose == "service", AdvisoryService.slug == slug)
        .order_by(ReplyLink.id.desc())
    )
    link = db.session.scalars(wanted.limit(1)).one()
    return reply_links.token_text(secret, link)


DATE = {
    "art": "lid_test", "bezeichnung": "Test „Leben in Deutschland“ im Februar", "anbieter": "VHS Troisdorf", "tag": "12.02.2027",
    "beginn": "10:00", "ende": "11:30", "kommune": "troisdorf", "ort": "Haus der Bildung, Markt 1", "anmeldung": "Telefon 02241 0",
    "anmeldeschluss": "29.01.2027", "kontakt_name": "Ansprech Person", "kontakt_email": "kurse@vhs.example",
    "datenschutz_gelesen": "ja",
}  # fmt: skip
_keys = count()


def date_sent(now: datetime = NOW, **changes: Any) -> str:
    """A date that a provider has sent; returns its reference."""
    with unit_of_work() as session:
        done = course_entry.submit(
            session, now, raw=DATE | changes, key=f"date-{next(_keys)}", visitor=Visitor("test", "test-secret"),
            catalogues=catalogues(session),
        )  # fmt: skip
        return done.record.reference


def date_published(now: datetime = NOW, **changes: Any) -> str:
    """A date that the coordination published; returns its reference."""
    reference = date_sent(now, **changes)
    take(COORDINATOR, reference, "veroeffentlichen", now=now)
    return reference


def course_date(reference: str) -> CourseDate:
    """The row that lists and calendars read, as it is now."""
    db.session.rollback()
    return db.session.scalars(select(CourseDate).join(Record).where(Record.reference == reference)).one()
