"""People, records and views for the tests of the inbox."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from benchmarks.seed import seed
from kimforms.extensions import db
from kimforms.forms.inbox import Filters
from kimforms.models import Record, User
from kimforms.permissions import ANYONE, Actor, actor_of
from kimforms.services.catalogues import catalogues
from kimforms.services.processes import current_version
from kimforms.services.queries.inbox import Inbox, InboxPage, open_inbox, read_page
from kimforms.services.records.facts import local_day
from kimforms.services.records.submission import submit_record
from kimforms.services.unit_of_work import unit_of_work

from .databases import NOW
from .reports import whole

COORDINATOR = "koordination@rsk.example"
COLLEAGUE = "koordination2@rsk.example"
OFFICE = "leitung@rsk.example"
ELSEWHERE = "koordination@troisdorf.example"


def person(email: str, language: str = "de") -> Actor:
    """The account as an actor with its real grants."""
    user = db.session.scalars(select(User).where(User.email == email)).one()
    found = actor_of(user, local_day(NOW))
    return Actor("person", found.user_id, found.name, found.email, found.grants, language)


def report(now: datetime = NOW, actor: Actor = ANYONE, **answers: Any) -> str:
    """Submits a report and returns its reference."""
    with unit_of_work() as session:
        submitted = submit_record(
            session,
            actor,
            now,
            version=current_version(session, "hurdle_report"),
            raw=whole(**answers),
            submission_key=uuid4().hex,
            secret_key="test-secret",
            catalogues=catalogues(session),
        )
        return submitted.record.reference


def fill(count: int) -> None:
    """Seeds the database with ``count`` records up to yesterday."""
    with unit_of_work() as session:
        seed(session, count, newest=NOW - timedelta(days=1))


def record_of(reference: str) -> Record:
    db.session.rollback()
    return db.session.scalars(select(Record).where(Record.reference == reference)).one()


def inbox_of(email: str = COORDINATOR, language: str = "de") -> tuple[Actor, Inbox]:
    actor = person(email, language)
    return actor, open_inbox(db.session(), actor, NOW, language)


def page_of(email: str = COORDINATOR, after: str | None = None, before: str | None = None, **filters: str) -> InboxPage:
    """One page of the list as this person sees it."""
    actor, inbox = inbox_of(email)
    return read_page(db.session(), inbox, inbox.view(actor, Filters(**filters), NOW), after=after, before=before)


def references(page: InboxPage) -> list[str]:
    return [row.reference for row in page.rows]
