"""Many letters of a dispatch are printed in the background, once, and do not stay."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pikepdf
import pytest
from flask import Flask

from kimforms import jobs
from kimforms.extensions import db
from kimforms.models import Dispatch, Invitee, LongTask
from kimforms.services.meetings import printing
from kimforms.services.refusals import NotPermitted, StepRefused
from kimforms.services.unit_of_work import unit_of_work

from ..support import meetings
from ..support.databases import NOW
from ..support.invitations import approved, invited, rows, send
from ..support.meetings import at_work
from ..support.records import COORDINATOR, OFFICE

LABELS = ("Sozialamt", "Jugendamt", "Caritas", "Diakonie", "Stadt")


@pytest.fixture
def by_post(app: Flask, monkeypatch: pytest.MonkeyPatch) -> tuple[str, int]:
    """A dispatch with five letters, of which two make a part."""
    monkeypatch.setattr(printing, "AT_ONCE", 2)
    meetings.body()
    reference = approved()
    _by_post(reference)
    return reference, send(reference)


def _by_post(reference: str) -> None:
    found = [row.id for label, row in rows(reference).items() if label in LABELS]
    with unit_of_work() as session:
        for number in found:
            session.get_one(Invitee, number).channel = "post"


def begun(reference: str, dispatch: int, by: str = OFFICE) -> int:
    with at_work(reference, by) as (session, actor, meeting):
        made = session.get_one(Dispatch, dispatch)
        return printing.begin(session, actor, NOW, meeting=meeting, made=made).id


def finished(dispatch: int, app: Flask, now: Any = NOW) -> Any:
    db.session.rollback()
    return printing.printed(db.session(), app.config["SETTINGS"].data_dir, now, db.session.get_one(Dispatch, dispatch))


def test_the_worker_prints_all_letters_once_and_they_go_after_a_day(app: Flask, by_post: tuple[str, int]) -> None:
    reference, dispatch = by_post
    task = begun(reference, dispatch)
    assert begun(reference, dispatch) == task, "a second click begins nothing"
    assert finished(dispatch, app) is None
    assert jobs.LongWorkLoop(app, lambda: NOW).round() is True
    db.session.rollback()
    row = db.session.get_one(LongTask, task)
    assert (row.state, row.done, row.total) == ("done", 5, 5)
    path = finished(dispatch, app)
    pdf = pikepdf.open(io.BytesIO(path.read_bytes()))
    assert len(pdf.pages) >= 5
    later = NOW + timedelta(days=1)
    assert printing.forget(unit_of_work, app.config["SETTINGS"].data_dir, NOW + timedelta(hours=23)) == 0
    assert finished(dispatch, app, later) is None
    assert printing.forget(unit_of_work, app.config["SETTINGS"].data_dir, later) == 1
    assert not path.exists()


def test_who_does_not_work_for_the_body_prints_nothing(app: Flask, by_post: tuple[str, int]) -> None:
    with pytest.raises(NotPermitted):
        begun(*by_post, by=COORDINATOR)


def test_a_dispatch_without_letters_has_nothing_to_print(app: Flask) -> None:
    reference = invited()
    db.session.rollback()
    dispatch = db.session.query(Dispatch.id).scalar()
    with pytest.raises(StepRefused, match="niemand"):
        begun(reference, dispatch)
