"""Guests of past briefings: their names go when the office's period is over, and nothing else does."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from kimforms.extensions import db
from kimforms.models import Briefing, BriefingPlace
from kimforms.services.advice import briefing_names
from kimforms.services.advice import briefing_places as places
from kimforms.services.unit_of_work import unit_of_work

from ..support.briefings import at_briefing, events, planned
from ..support.databases import NOW
from ..support.naturalisation import CARITAS, EBH_TROISDORF

AFTER = NOW + timedelta(days=15)
LONG_AFTER = NOW + timedelta(days=3 * 366)


def held() -> int:
    """A briefing with an adviser and two guests, of whom one came."""
    briefing = planned()
    with at_briefing(briefing, CARITAS) as (session, person, found):
        places.register(session, person, NOW, found)
    with at_briefing(briefing, EBH_TROISDORF) as (session, person, found):
        for name in ("Mia", "Ole"):
            places.add_person(
                session, person, NOW, found, name=f"{name} Gast", organisation="caritas", email=f"{name}@gast.example"
            )
    with at_briefing(briefing, EBH_TROISDORF) as (session, person, found):
        here = [one.id for one in found.places if one.name != "Ole Gast"]
        places.record_attendance(session, person, AFTER, found, here, row_version=None)
    return briefing


def guests(briefing: int) -> list[tuple[str, str, str | None, bool | None]]:
    db.session.rollback()
    found = db.session.get_one(Briefing, briefing)
    return [(one.name, one.organisation or "", one.email, one.attended) for one in found.places if one.user_id is None]


@pytest.mark.parametrize("when", [AFTER, AFTER + timedelta(days=30)])
def test_names_stay_while_the_period_runs(app: Flask, when: datetime) -> None:
    briefing = held()
    assert briefing_names.run(unit_of_work, when) == 0
    assert [one[0] for one in guests(briefing)] == ["Mia Gast", "Ole Gast"]


def test_names_go_once_and_the_rest_stays(app: Flask) -> None:
    briefing = held()
    assert briefing_names.run(unit_of_work, LONG_AFTER) == 2
    assert guests(briefing) == [("Name gelöscht", "caritas", "", True), ("Name gelöscht", "caritas", "", False)]
    adviser = next(one for one in db.session.get_one(Briefing, briefing).places if one.user_id is not None)
    assert adviser.certificate is not None
    assert not any("gast.example" in one.email for one in db.session.scalars(select(BriefingPlace)))
    assert briefing_names.run(unit_of_work, LONG_AFTER) == 0
    assert len(events("briefing:forget")) == 1
