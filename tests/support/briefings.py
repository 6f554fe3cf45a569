"""Briefings of Troisdorf's office, for tests of services and pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kimforms.extensions import db
from kimforms.models import Briefing, Controller, Event, OutboxMessage
from kimforms.permissions import Actor
from kimforms.services.advice.briefings import BriefingData, plan, visible_briefing
from kimforms.services.editions.reading import current
from kimforms.services.unit_of_work import unit_of_work

from .databases import NOW
from .naturalisation import EBH_RSK, EBH_TROISDORF, publish_where_missing
from .records import actor

OFFICES = {EBH_TROISDORF: "troisdorf", EBH_RSK: "rsk"}
PLAN: dict[str, Any] = {
    "title": "Die Checkliste in der Beratung",
    "starts_at": NOW + timedelta(days=14),
    "ends_at": NOW + timedelta(days=14, hours=2),
    "place": "Rathaus Troisdorf, Raum 12",
}


def planned(by: str = EBH_TROISDORF, **changes: Any) -> int:
    """A briefing on the edition in effect, in two weeks; returns its id."""
    with unit_of_work() as session:
        publish_where_missing(session)
        office = session.scalars(select(Controller).where(Controller.key == OFFICES[by])).one()
        edition = current(session, office.id, NOW.date())
        assert edition is not None
        data = BriefingData(**PLAN | {"edition_id": edition.id} | changes)
        return plan(session, actor(session, by), NOW, data, controller_id=office.id).id


@contextmanager
def at_briefing(briefing_id: int, by: str) -> Iterator[tuple[Session, Actor, Briefing]]:
    """A unit of work in which somebody holds a briefing."""
    with unit_of_work() as session:
        person = actor(session, by)
        yield session, person, visible_briefing(session, person, briefing_id, lock=True)


def told(kind: str) -> list[tuple[str, str, str]]:
    """Kind, address and text of the mails whose kind begins so, one line a recipient, in order."""
    db.session.rollback()
    rows = db.session.scalars(
        select(OutboxMessage).where(OutboxMessage.kind.startswith(kind)).order_by(OutboxMessage.id)
    )
    return [(one.kind, delivery.address, one.text) for one in rows for delivery in one.deliveries]


def events(tag: str) -> Sequence[Event]:
    """The events of this kind, in order."""
    db.session.rollback()
    return db.session.scalars(select(Event).where(Event.tag == tag).order_by(Event.seq)).all()
