"""The first start: everything of the profile is there, a second start changes nothing, people are responsible."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from kimforms.extensions import db
from kimforms.models import Body, CatalogueEntry, Event, Municipality, Organisation, Process, Responsibility, User
from kimforms.services.set_up import set_up

from ..support.databases import CHEAP


def test_everything_of_the_profile_is_there(app: Any) -> None:
    def count(table: Any) -> int | None:
        return db.session.scalar(select(func.count()).select_from(table))

    assert (count(Municipality), count(Organisation), count(Body)) == (19, 92, 46)
    kinds = dict(db.session.execute(select(CatalogueEntry.kind, func.count()).group_by(CatalogueEntry.kind)).all())
    rules = {"rule_group": 7, "rule": 34, "school_holiday": 19, "standard_agenda": 3}
    naturalisation = {"translation": 9, "evidence_source": 42}
    assert kinds == {"field_of_action": 8, "topic": 27, "goal": 23, "measure": 66} | rules | naturalisation
    assert db.session.scalar(select(Process.read_roles)) == ["coordinator", "office"]
    assert count(Responsibility) == 19
    assert count(User) == 13


def test_a_second_start_changes_nothing(app: Any, now: datetime) -> None:
    before = db.session.scalar(select(func.count()).select_from(Event))
    done = set_up(app.config["SETTINGS"], now, demo_accounts=True, cost=CHEAP)
    assert {one.status for one in done} == {"same"}
    assert db.session.scalar(select(func.count()).select_from(Event)) == before
