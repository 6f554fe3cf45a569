"""The demonstration's naturalisations: told once although interrupted, in all states that people want to see."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kimforms.engine.demo_naturalisation import read_demo_naturalisation
from kimforms.engine.profile import profile_folder
from kimforms.extensions import db
from kimforms.models import Briefing, ClientChecklist, Controller, Delivery, HandOver, NaturalisationOffice, Record
from kimforms.services import demo, demo_naturalisation
from kimforms.services.campaign import composing, templates
from kimforms.services.unit_of_work import unit_of_work

from ..support.client import CheckingClient
from ..support.databases import NOW, Workshop, in_app
from ..support.naturalisation import EBH_TROISDORF
from .conftest import Stopped, stops_after


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """A demonstration of naturalisation alone; somebody pulled the plug after nine steps."""
    workshop = Workshop(tmp_path_factory.mktemp("naturalisation"))
    workshop.fresh()
    settings = workshop.app.config["SETTINGS"]
    count = stops_after(9)

    @contextmanager
    def breaking() -> Iterator[Session]:
        count()
        with unit_of_work() as session:
            yield session

    with in_app(workshop.app):
        document = read_demo_naturalisation(profile_folder(settings.profile))
        assert document is not None
        with pytest.raises(Stopped):
            demo_naturalisation.tell(breaking, document, NOW)
        demo.tell_naturalisation(settings, NOW)
        demo.tell_naturalisation(settings, NOW)
    yield workshop
    workshop.close()


def test_each_checklist_stands_once_and_far_enough(app) -> None:
    rows = db.session.execute(
        select(ClientChecklist.pseudonym, Record.state).join(Record, Record.id == ClientChecklist.record_id)
    ).all()
    assert len(rows) == len(set(rows)) == 7
    assert dict(map(tuple, rows)) == {
        "Ahorn 12": "entschieden", "Birke 7": "zurueckgegeben", "Eiche 31": "in_arbeit", "Linde 4": "in_arbeit",
        "K-2026-03": "nachforderung", "K-2026-08": "verwiesen", "K-2026-11": "in_arbeit",
    }  # fmt: skip
    assert db.session.scalar(select(func.count()).select_from(HandOver)) == 4
    assert db.session.scalar(select(func.count()).select_from(Briefing)) == 2


def test_mails_of_past_days_go_to_nobody_today(app) -> None:
    queued = db.session.scalars(select(Delivery.address).where(Delivery.status == "queued")).all()
    assert all(address.endswith(".example") for address in queued)
    assert db.session.scalar(select(func.count()).select_from(Delivery).where(Delivery.status == "sent")) > len(queued)


def test_a_wave_of_letters_can_be_tried_at_once(app) -> None:
    office = db.session.scalars(select(Controller).where(Controller.key == "troisdorf")).one()
    settings = db.session.scalars(
        select(NaturalisationOffice).where(NaturalisationOffice.controller_id == office.id)
    ).one()
    version = templates.approved(db.session(), office.id)
    assert settings.campaign_on
    assert version is not None
    assert composing.obstacles(db.session(), NOW, office, version) == []
    client = CheckingClient(app)
    client.sign_in(EBH_TROISDORF)
    assert "Neue Welle" in client.get("/campaign").text
