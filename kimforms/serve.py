"""Starts everything: web and worker, out of one process that builds the application once and shares it by forking.

The parent is gunicorn's arbiter with one more child to look after. It begins no thread before it forks and opens no
database connection that a child could inherit. ``kimforms serve`` and ``make run`` call it.
"""

from __future__ import annotations

import errno
import gc
import http.client
import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from . import create_app, jobs
from .config import Settings, SettingsError
from .extensions import db
from .models import ChainHead

READY_SECONDS = 60
STOP_SECONDS = 25
WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - only translated, for asking ourselves


def serve(settings: Settings) -> None:
    """Serves until SIGTERM or SIGINT and leaves with SystemExit; everything started here has ended then.

    Raises SettingsError when the address is taken or not this machine's.
    """
    listener = listen(settings.host, settings.port)
    app = create_app(settings)
    warm_up(app)
    gc.collect()
    gc.set_threshold(20_000, 10, 10)  # a page makes some thousand short-lived objects and hardly any cycles
    gc.freeze()  # what exists now stays shared: the collector of a child does not touch these pages
    _Arbiter(_Application(app, settings, listener), app, settings).run()


def warm_up(app: Flask) -> None:
    """Compiles the templates and answers one page, so that the children share what each would make for itself.

    Raises SettingsError when the database cannot be read.
    """
    with app.app_context():
        try:
            db.session.execute(select(ChainHead.count))
        except SQLAlchemyError as error:
            sentence = "Die Datenbank ist nicht eingerichtet oder nicht erreichbar. Führen Sie „kimforms init“ aus."
            raise SettingsError(sentence) from error
        finally:
            db.session.remove()
    for name in app.jinja_env.list_templates(extensions=["html"]):
        app.jinja_env.get_template(name)
    app.test_client().get("/login")
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; refuses in one German sentence when the port is taken or the address is not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(256)
    except (OSError, OverflowError) as error:
        listener.close()
        reason = {
            errno.EADDRINUSE: "Dort läuft schon ein Programm. Beenden Sie es oder wählen Sie KIMFORMS_PORT.",
            errno.EACCES: "Diesen Port darf nur ein Administrator öffnen. Wählen Sie KIMFORMS_PORT ab 1024.",
            errno.EADDRNOTAVAIL: "Diese Adresse gehört nicht zu diesem Rechner. Prüfen Sie KIMFORMS_HOST.",
        }.get(getattr(error, "errno", None) or 0, f"Prüfen Sie KIMFORMS_HOST und KIMFORMS_PORT ({error}).")
        raise SettingsError(f"{host}:{port} lässt sich nicht öffnen. {reason}") from error
    return listener


class _Application(BaseApplication):
    """The application as gunicorn wants it, with its settings."""

    def __init__(self, app: Flask, settings: Settings, listener: socket.socket) -> None:
        self.app, self.settings, self.listener = app, settings, listener
        super().__init__()

    def load_config(self) -> None:
        memory = Path("/dev/shm")  # noqa: S108 - where gunicorn keeps its heartbeat files, without touching a disk
        values: dict[str, Any] = {
            "bind": f"fd://{self.listener.fileno()}",
            "workers": self.settings.workers,
            "threads": 4,
            "worker_class": "gthread",
            "preload_app": True,
            "timeout": 60,
            "graceful_timeout": STOP_SECONDS,
            "keepalive": 5,
            "max_requests": 0,
            "loglevel": "warning",
            "errorlog": "-",
            "control_socket_disable": True,
            "worker_tmp_dir": str(memory) if memory.is_dir() else None,
            "forwarded_allow_ips": "",
            "post_fork": self._after_fork,
        }
        for name, value in values.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.app

    def _after_fork(self, _arbiter: Any, _worker: Any) -> None:
        forget_connections(self.app)


class _Arbiter(Arbiter):
    """Gunicorn's arbiter, which also keeps one worker for jobs alive and says when the server answers."""

    def __init__(self, application: _Application, app: Flask, settings: Settings) -> None:
        self.kimforms_app, self.settings = app, settings
        self.jobs_pid = 0
        self.jobs_started = 0.0
        super().__init__(application)

    def manage_workers(self) -> None:
        super().manage_workers()
        if self.jobs_pid and not _alive(self.jobs_pid):
            self.jobs_pid = 0
        if not self.jobs_pid and time.monotonic() - self.jobs_started > 1:
            self._start_jobs(first=self.jobs_started == 0)

    def stop(self, graceful: bool = True) -> None:
        """Ends the web workers as gunicorn does, the worker for jobs with them, and waits for it."""
        pid, self.jobs_pid = self.jobs_pid, 0
        _signal(pid, signal.SIGTERM)
        super().stop(graceful)
        limit = time.monotonic() + STOP_SECONDS
        while pid and _alive(pid) and time.monotonic() < limit:
            time.sleep(0.05)
        _signal(pid, signal.SIGKILL)

    def _start_jobs(self, *, first: bool) -> None:
        self.jobs_started = time.monotonic()
        parent = os.getpid()
        pid = os.fork()
        if pid:
            self.jobs_pid = pid
            return
        status = 1
        try:
            self._run_jobs(parent, first)
            status = 0
        except BaseException as error:  # nothing may climb back into the arbiter's own loop
            sys.stderr.write(f"Der Hintergrunddienst endet: {error!r}\n")
        finally:
            sys.stderr.flush()
            sys.stdout.flush()
            os._exit(status)

    def _run_jobs(self, parent: int, first: bool) -> None:
        for number in (*self.SIGNALS, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        for listener in self.LISTENERS:
            listener.close()
        for worker in self.WORKERS.values():
            worker.tmp.close()
        forget_connections(self.kimforms_app)
        if first:
            threading.Thread(target=announce, args=(self.settings,), daemon=True).start()
        jobs.run_worker(self.kimforms_app, tick=lambda: os.getppid() == parent)


def forget_connections(app: Flask) -> None:
    """After a fork: a connection of the parent must not be used, nor closed, by the child."""
    with app.app_context():
        db.engine.dispose(close=False)


def announce(settings: Settings) -> None:
    """Prints the ready line once ``/healthz`` answers 200, or says on stderr that it did not."""
    limit = time.monotonic() + READY_SECONDS
    while time.monotonic() < limit:
        if _healthy(settings):
            sys.stdout.write(f"kimforms ist bereit: {settings.base_url}\n")
            sys.stdout.flush()
            return
        time.sleep(0.05)
    sys.stderr.write(f"kimforms antwortet nach {READY_SECONDS} Sekunden noch nicht auf /healthz.\n")


def _healthy(settings: Settings) -> bool:
    connection = http.client.HTTPConnection(WILDCARDS.get(settings.host, settings.host), settings.port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _alive(pid: int) -> bool:
    """Whether a child still runs; one that has ended is reaped here, unless gunicorn did so before."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == 0
    except ChildProcessError:
        return False


def _signal(pid: int, number: int) -> None:
    if pid and _alive(pid):
        os.kill(pid, number)
