"""The worker's loop and clock: sends what is due, survives errors, makes up for what was missed, and repeats nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from kimforms import jobs
from kimforms.config import SettingsError, read_settings
from kimforms.extensions import db
from kimforms.models import Delivery, OutboxMessage, User
from kimforms.services import outbox
from kimforms.services.unit_of_work import unit_of_work

from ..support.mail import mail_server


def settings(tmp_path, **more):
    return read_settings({"KIMFORMS_DATA_DIR": str(tmp_path)} | more)


@pytest.fixture
def sending(app, monkeypatch):
    """The application with a mail server set."""
    with mail_server() as mailbox:
        known = app.config["SETTINGS"]
        monkeypatch.setitem(app.config, "SETTINGS", type(known)(**{**vars(known), "smtp_url": mailbox.url}))
        yield mailbox


def queue(now):
    with unit_of_work() as session:
        outbox.queue(session, now, controller_id=1, kind="test", to=[("a@x.example", None)], subject="S", text="T")


def statuses():
    db.session.rollback()
    return db.session.scalars(select(Delivery.status)).all()


def test_a_round_sends_what_is_due_and_waits_two_seconds(app, now, sending):
    queue(now)
    loop = jobs.OutboxLoop(app, lambda: now)
    assert loop.round() == jobs.POLL_SECONDS
    assert sending.addresses == ["a@x.example"]
    assert loop.round() == jobs.POLL_SECONDS
    assert sending.addresses == ["a@x.example"]


def test_without_a_mail_server_a_round_sends_nothing(app, now):
    queue(now)
    assert jobs.OutboxLoop(app, lambda: now).round() == jobs.POLL_SECONDS
    assert statuses() == ["queued"]


def test_a_round_turns_what_a_dead_worker_left_into_uncertain(app, now):
    queue(now)
    with unit_of_work() as session:
        row = session.scalars(select(Delivery)).one()
        row.status, row.claimed_by, row.claimed_at = "sending", "elsewhere:1:1", now - timedelta(hours=1)
    jobs.OutboxLoop(app, lambda: now).round()
    assert statuses() == ["uncertain"]


def test_the_loop_survives_a_failing_round(app, now, monkeypatch):
    loop = jobs.OutboxLoop(app, lambda: now)
    seen = []

    def failing():
        seen.append(1)
        if len(seen) == 2:
            loop.stop_flag.set()
        raise OSError("disk full")

    monkeypatch.setattr(loop, "round", failing)
    monkeypatch.setattr(jobs, "UNREACHABLE_SECONDS", 0.0)
    loop.start()
    loop.join(10)
    assert not loop.is_alive()
    assert len(seen) == 2


def waiting_item(now):
    with unit_of_work() as session:
        person = session.scalars(select(User).order_by(User.id).limit(1)).one()
        person.digest = True
        outbox.notify(session, now, users=[person], controller_id=1, kind="x", subject="Neu", text="Text")


def mails():
    db.session.rollback()
    return db.session.scalars(select(OutboxMessage.kind)).all()


def test_the_clock_repeats_nothing_and_makes_up_for_what_was_missed(app, now, tmp_path):
    waiting_item(now - timedelta(days=1))
    huey = jobs.make_huey(settings(tmp_path))
    jobs.round_by_the_clock(huey, app, now + timedelta(hours=5))
    jobs.round_by_the_clock(huey, app, now + timedelta(hours=6))
    assert mails() == ["digest"]


def test_erasure_runs_once_a_day_after_three(app, tmp_path, monkeypatch):
    huey = jobs.make_huey(settings(tmp_path))
    ran = []
    monkeypatch.setattr(jobs.retention, "run", lambda _unit, now: ran.append(now))
    for hour in (1, 2, 9, 22):  # 2:00, 3:00, 10:00 and 23:00 in Germany
        jobs.round_by_the_clock(huey, app, datetime(2026, 11, 23, hour, tzinfo=UTC))
    jobs.round_by_the_clock(huey, app, datetime(2026, 11, 24, 2, tzinfo=UTC))
    assert ran == [datetime(2026, 11, 23, 2, tzinfo=UTC), datetime(2026, 11, 24, 2, tzinfo=UTC)]


def test_a_failed_job_stops_no_other_and_is_tried_again(app, now, tmp_path, monkeypatch):
    waiting_item(now - timedelta(days=1))
    huey = jobs.make_huey(settings(tmp_path))
    tries = []
    monkeypatch.setattr(jobs.deadlines, "run_due", lambda *_: 1 / 0)
    monkeypatch.setattr(jobs.retention, "run", lambda *_: tries.append(1) or 1 / 0)
    for _ in range(2):
        jobs.round_by_the_clock(huey, app, now)
    assert mails() == ["digest"]
    assert len(tries) == 2


def test_every_quarter_of_an_hour_is_scheduled(app, tmp_path):
    huey = jobs.make_huey(settings(tmp_path))
    jobs.schedule(huey, app)
    due: dict[str, list[int]] = {}
    for minute in range(60):
        for task in huey.read_periodic(datetime(2026, 11, 23, 9, minute)):
            due.setdefault(task.name, []).append(minute)
    assert due == {"quarter": [0, 15, 30, 45], "inbound": list(range(0, 60, 2))}


@pytest.mark.parametrize("url", ["mysql://x", "redis://127.0.0.1:1/0", "/tmp/x"])
def test_a_queue_that_cannot_be_used_is_refused_in_a_sentence(tmp_path, url):
    with pytest.raises(SettingsError, match="KIMFORMS_QUEUE_URL"):
        jobs.make_huey(settings(tmp_path, KIMFORMS_QUEUE_URL=url))


def test_the_queue_lives_in_postgresql_when_the_setting_says_so(workshop, app, tmp_path):
    if workshop.sqlite:
        pytest.skip("the other parameter of this test")
    huey = jobs.make_huey(settings(tmp_path, KIMFORMS_QUEUE_URL=app.config["SETTINGS"].database_url))
    huey.put("day", "2026-11-23")
    assert huey.get("day", peek=True) == "2026-11-23"
    huey.storage.close()
