"""The worker: sends the outbox, and does by the clock what nobody presses a button for.

``serve.py`` and ``kimforms worker`` run :func:`run_worker`. A thread polls the outbox, so that a request need not
write to the queue; everything periodic goes through Huey, so that several workers share it. All of it may run twice.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
from flask import Flask
from huey import Huey, SqliteHuey
from huey.consumer import Consumer

from .config import Settings, SettingsError
from .extensions import db
from .services import (
    deadlines,
    delivery,
    digest,
    long_work,
    naturalisation_figures,
    news,
    retention,
    similar_groups,
    similar_reports,
    statistics,
)
from .services.advice import asking, briefing_names
from .services.campaign import deleting as campaign
from .services.checklists import ending, protecting, reminding
from .services.circular import closing as circular_votes
from .services.file_store import FileStore
from .services.meetings import mailbox, printing, reminders
from .services.minutes import settling
from .services.records.facts import BERLIN, local_day
from .services.themes import closing
from .services.unit_of_work import unit_of_work

QUEUE = "kimforms"
POLL_SECONDS = 2.0
UNREACHABLE_SECONDS = 30.0  # how long to leave a mail server alone that did not answer
ABANDONED_EVERY = 30  # polls
STOP_SECONDS = 20
RETENTION_HOUR = 3

log = structlog.get_logger("kimforms.jobs")


def make_huey(settings: Settings) -> Huey:
    """The queue that ``KIMFORMS_QUEUE_URL`` names: SQLite, PostgreSQL or Redis; raises SettingsError otherwise."""
    url = settings.queue_url
    if url.startswith("sqlite:///"):
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True, exist_ok=True)
        return SqliteHuey(QUEUE, filename=str(path), cache_mb=1, fsync=True, results=False, utc=True)
    if url.startswith(("postgresql://", "postgres://", "postgresql+psycopg://")):
        from huey import PostgresHuey  # noqa: PLC0415 - needs psycopg

        dsn = "postgresql://" + url.split("://", 1)[1]
        return PostgresHuey(QUEUE, dsn=dsn, results=False, utc=True)
    if url.startswith(("redis://", "rediss://")):
        try:
            from huey import PriorityRedisHuey  # noqa: PLC0415 - needs the package redis

            return PriorityRedisHuey(QUEUE, url=url, results=False, utc=True)
        except Exception as error:
            raise SettingsError(f"KIMFORMS_QUEUE_URL nennt Redis, aber das geht hier nicht: {error}") from error
    raise SettingsError("KIMFORMS_QUEUE_URL beginnt mit sqlite:///, postgresql:// oder redis://.")


def schedule(huey: Huey, app: Flask, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
    """Registers what runs by the clock. A quarter of an hour that was missed is made up for in the next one."""

    def every_quarter(moment: datetime) -> bool:
        return moment.minute % 15 == 0

    @huey.periodic_task(every_quarter, name="quarter")
    def quarter() -> None:
        round_by_the_clock(huey, app, clock())

    @huey.periodic_task(lambda moment: moment.minute % 2 == 0, name="inbound")
    def inbound() -> None:
        read_mailbox(app, clock)


def round_by_the_clock(huey: Huey | None, app: Flask, now: datetime) -> None:
    """Deadlines and tasks, the daily mail from seven o'clock on, figures of a past half-year, reports of closed themes,
    checklists that end, similar reports; erasure once a day from three on.
    """
    for name, job in (
        ("deadlines", deadlines.run_due),
        ("digest", digest.run),
        ("statistics", statistics.run),
        ("naturalisation figures", naturalisation_figures.run),
        ("themes", closing.run),
        ("minutes", settling.run),
        ("circular votes", circular_votes.run),
        ("invitations", reminders.run),
        ("checklists", ending.run),
        ("follow-ups", reminding.run),
        ("advisory services", asking.run),
    ):
        _run(app, name, lambda job=job: job(unit_of_work, now))
    _run(app, "campaign", lambda: campaign.run_due(unit_of_work, now, app.config["SETTINGS"].data_dir))
    _run(app, "similar", lambda: keep_similar(now))
    _run(app, "printed letters", lambda: printing.forget(unit_of_work, app.config["SETTINGS"].data_dir, now))
    day = local_day(now).isoformat()
    if now.astimezone(BERLIN).hour >= RETENTION_HOUR and (huey is None or huey.get("retention", peek=True) != day):
        _run(app, "protected points", lambda: protecting.run(unit_of_work, now))
        _run(app, "guests of briefings", lambda: briefing_names.run(unit_of_work, now))
        done = _run(app, "retention", lambda: retention.run(unit_of_work, now))
        if huey is not None and done:
            huey.put("retention", day)


def read_mailbox(app: Flask, clock: Callable[[], datetime]) -> None:
    """Takes in the mails of the mailbox that is set, if one is."""
    url = app.config["SETTINGS"].inbound_url
    if url:
        _run(app, "inbound", lambda: len(mailbox.poll(unit_of_work, clock, url).outcomes))


def keep_similar(now: datetime) -> tuple[int, int]:
    """Analyses what has no valid analysis, as after an update, and proposes groups anew where there are many reports."""
    session = db.session()
    analysed = similar_reports.reindex(unit_of_work, session)
    return analysed, similar_groups.refresh(unit_of_work, session, now)


class OutboxLoop(threading.Thread):
    """Looks every two seconds: writes the news of publications, sends what is due; survives whatever goes wrong."""

    def __init__(self, app: Flask, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        super().__init__(name="outbox", daemon=True)
        self.app, self.clock = app, clock
        self.stop_flag = threading.Event()
        self.worker = delivery.worker_name()
        self.rounds = 0

    def run(self) -> None:
        pause = 0.0
        while not self.stop_flag.wait(pause):
            try:
                pause = self.round()
            except Exception as error:
                log.exception("outbox round failed", error=repr(error))
                pause = UNREACHABLE_SECONDS

    def round(self) -> float:
        """One look; returns how many seconds to wait until the next one."""
        with self.app.app_context():
            if self.rounds % ABANDONED_EVERY == 0:
                _mark_abandoned(self.clock())
            self.rounds += 1
            told = self._tell_news()
            sender = sender_of(self.app)
            if not sender.smtp_url or not delivery.due(db.session(), self.clock()):
                return 0.0 if told else POLL_SECONDS
            batch = delivery.deliver_batch(unit_of_work, sender, self.clock, self.worker)
            return UNREACHABLE_SECONDS if batch.unreachable else POLL_SECONDS

    def _tell_news(self) -> bool:
        """One batch of what was published lately: its mails go into the outbox. False when nobody waits for news."""
        if news.waiting(db.session()) is None:
            return False
        try:
            return news.tell_some(unit_of_work, self.clock(), secret=self.app.config["SECRET_KEY"])
        except Exception as error:  # what is wrong with these news must not keep other mails back
            log.exception("news failed", error=repr(error))
            return False


class LongWorkLoop(threading.Thread):
    """Looks every two seconds for long work and carries it out, one at a time; hands it back when the worker ends."""

    def __init__(self, app: Flask, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        super().__init__(name="long work", daemon=True)
        self.app, self.clock = app, clock
        self.stop_flag = threading.Event()
        self.worker = delivery.worker_name()

    def run(self) -> None:
        pause = 0.0
        while not self.stop_flag.wait(pause):
            try:
                pause = 0.0 if self.round() else POLL_SECONDS
            except Exception as error:
                log.error("long work round failed", error=type(error).__name__)  # its message may quote an address
                pause = UNREACHABLE_SECONDS

    def round(self) -> bool:
        """One look; whether there was something to do."""
        with self.app.app_context():
            if not long_work.waits(db.session(), self.clock()):
                return False
            return long_work.work_once(self._progress, unit_of_work, self.clock, self.worker)

    def _progress(self, task_id: int) -> long_work.Progress:
        settings: Settings = self.app.config["SETTINGS"]
        return long_work.Progress(
            task_id, unit_of_work, self.clock, self.worker, settings.data_dir, self.app.config["SECRET_KEY"],
            self.stop_flag.is_set,
        )  # fmt: skip


def sender_of(app: Flask) -> delivery.Sender:
    """How this installation sends."""
    settings: Settings = app.config["SETTINGS"]
    files = FileStore(settings.data_dir / "files")
    return delivery.Sender(settings.smtp_url, settings.mail_from, app.config["SECRET_KEY"], files)


def run_worker(app: Flask, tick: Callable[[], bool] | None = None) -> None:
    """Runs until SIGTERM or SIGINT, then ends what it is doing within 20 seconds.

    ``tick`` is asked about every second whether to go on; ``serve.py`` uses it to end with its parent.
    """
    huey = make_huey(app.config["SETTINGS"])
    schedule(huey, app)
    loops = (OutboxLoop(app), LongWorkLoop(app))
    consumer = _Consumer(huey, tick)
    for loop in loops:
        loop.start()
    # at once, not at the next quarter of an hour: after an update no report is found before it was read anew
    threading.Thread(
        target=_run, args=(app, "similar", lambda: keep_similar(datetime.now(UTC))), name="similar", daemon=True
    ).start()
    try:
        consumer.run()
    finally:
        for loop in loops:
            loop.stop_flag.set()
        for loop in loops:
            loop.join(STOP_SECONDS)


class _Consumer(Consumer):
    """Huey's consumer with one thread, unhurried polling, and a check whether to go on."""

    def __init__(self, huey: Huey, tick: Callable[[], bool] | None) -> None:
        super().__init__(
            huey,
            workers=1,
            initial_delay=0.5,
            max_delay=2.0,
            scheduler_interval=10,
            shutdown_timeout=STOP_SECONDS,
            graceful_signal="TERM",
        )
        self._stop_flag_timeout = 1.0
        self._tick = tick
        self._signal_actions = {signal.SIGTERM: (False, True), signal.SIGINT: (False, True)}

    def loop(self, health_check_ts: Any = None) -> Any:
        if self._tick is not None and not self._tick():
            self.stop_flag.set()
        return super().loop(health_check_ts)


def _mark_abandoned(now: datetime) -> None:
    with unit_of_work() as session:
        found = delivery.mark_abandoned(session, now)
    if found:
        log.warning("deliveries of a dead worker are uncertain now", count=found)


def _run(app: Flask, name: str, job: Callable[[], Any]) -> bool:
    """One job in its own context; False when it failed, which is logged and tried again at its next time."""
    try:
        with app.app_context():
            log.info("job done", job=name, result=str(job()))
    except Exception as error:
        log.exception("job failed", job=name, error=repr(error))
        return False
    return True
