"""The directory of the demonstration: invented contacts for the services of the profile, most confirmed lately, one overdue,
and dates of courses and tests. Called when the demonstration is told; a second time changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ..config import Settings, secret_key_of
from ..engine.profile import profile_folder
from ..models import Record, User
from ..naturalisation.service_files import DemoCourseDate, DemoService, read_demo_services
from ..permissions import SYSTEM, actor_of
from .advice import course_entry, entries
from .advice.from_profile import controller_of, data_from, find
from .catalogues import catalogues
from .records.facts import local_day
from .records.recipients import holders_of
from .records.transitions import perform_transition
from .reporting import Visitor, record_sent

Unit = Callable[[], AbstractContextManager[Session]]
CONTACT = ("street", "postcode", "town", "phone", "email", "website", "hours", "appointment_needed", "accessible")
PROVIDER = {"kontakt_email": "kurse@vhs.example", "datenschutz_gelesen": "ja"}


def tell(unit: Unit, settings: Settings, now: datetime, profile: str = "rhein_sieg") -> int:
    """Tells the directory and the dates; returns how many entries and dates there are in the file."""
    document = read_demo_services(profile_folder(profile))
    if document is None:
        return 0
    with unit() as session:
        for one in document.services:
            _put(session, now, one)
    for number, date in enumerate(document.dates):
        with unit() as session:
            _send(session, settings, now, date, f"demonstration-date-{number}")
    return len(document.services) + len(document.dates)


def _put(session: Session, now: datetime, one: DemoService) -> None:
    """Fills the entry that the profile brought without contact, or enters a new one; a complete one stays as it is."""
    entry, data = find(session, one.id), data_from(one, *CONTACT)
    if entry is None:
        entry = entries.enter(session, SYSTEM, now, data, controller_id=controller_of(session, one), slug=one.id)
    elif entry.email:
        return
    else:
        entries.change(session, SYSTEM, now, entry, data)
    if one.confirmed_days_ago is not None:
        at = now - timedelta(days=one.confirmed_days_ago)
        entries.note_confirmation(session, SYSTEM, at, entry, by=one.email, via="link")


def _send(session: Session, settings: Settings, now: datetime, one: DemoCourseDate, key: str) -> None:
    """A provider sends a date and, unless it waits, a coordinator publishes it."""
    if record_sent(session, SYSTEM, key) is not None:
        return
    day = local_day(now) + timedelta(days=one.in_days)
    raw = PROVIDER | {
        "art": one.kind, "bezeichnung": one.title, "anbieter": one.provider, "tag": day.isoformat(), "beginn": one.begins,
        "ende": one.ends, "kommune": one.municipality, "ort": one.place, "anmeldung": one.registration,
        "kosten": one.costs,
    }  # fmt: skip
    lists = catalogues(session)
    visitor = Visitor("demonstration", secret_key_of(settings))
    record = course_entry.submit(session, now, raw=raw, key=key, visitor=visitor, catalogues=lists).record
    if not one.waits:
        perform_transition(
            session, actor_of(_coordinator(session, record, now), local_day(now)), now, record=record,
            transition_id="veroeffentlichen", data={}, row_version=None, catalogues=lists,
        )  # fmt: skip


def _coordinator(session: Session, record: Record, now: datetime) -> User:
    if record.assignee is not None:
        return record.assignee
    people = holders_of(session, "coordinator", record.controller_id, local_day(now))
    return people[0]
