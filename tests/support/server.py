"""The whole server as real processes on a copy of a prepared data folder, and visitors that speak plain HTTP with it."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil
from bs4 import BeautifulSoup

from .reports import whole

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 40.0


def wait_until(check: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """Asks again and again until there is an answer; fails with ``what`` after ``seconds``."""
    limit = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < limit, f"waited in vain: {what}"
        time.sleep(0.02)
    return found


class Server:
    """``kimforms serve`` on a free port; ``settings`` are further KIMFORMS_ variables without the prefix."""

    def __init__(self, folder: Path, source: Path, **settings: str) -> None:
        self.folder = folder
        self.data = folder / "data"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, self.data, dirs_exist_ok=True)
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "KIMFORMS_DATA_DIR": str(self.data),
            "KIMFORMS_SECRET_KEY": "test-secret",
            "KIMFORMS_PORT": str(self.port),
            **{f"KIMFORMS_{name.upper()}": value for name, value in settings.items()},
        }

    def start(self) -> None:
        """Starts it and waits until it answers."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "kimforms.cli", "serve"],
                env=self.environment, cwd=ROOT, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        wait_until(
            lambda: self.healthy() or self.process is None or self.process.poll() is not None, "the server answers"
        )
        assert self.process.poll() is None, self.log()

    def stop(self) -> int:
        """Ends it as Ctrl-C would; returns the exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(PATIENCE)

    def kill(self) -> list[psutil.Process]:
        """Kills the parent with -9 and returns the children that it leaves behind."""
        assert self.process is not None
        left = self.children()
        self.process.kill()
        self.process.wait()
        return left

    def children(self) -> list[psutil.Process]:
        assert self.process is not None
        try:
            return psutil.Process(self.process.pid).children()
        except psutil.NoSuchProcess:
            return []

    def healthy(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def log(self) -> str:
        return (self.folder / "log").read_text("utf-8", "replace")[-4000:]

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A ``kimforms`` command with the same settings, as an administrator would run it beside the server."""
        return kimforms(self.environment, *arguments)

    def rows(self, query: str, *values: Any) -> list[Any]:
        """What stands in the database, read past the application."""
        return rows(self.data, query, *values)

    def sign_out_everywhere(self, email: str) -> None:
        """Ends all sessions of an account, as time does; the browser keeps its cookie."""
        connection = sqlite3.connect(self.data / "kimforms.sqlite3", timeout=15)
        with connection:
            connection.execute("UPDATE user_account SET session_epoch = session_epoch + 1 WHERE email = ?", (email,))
        connection.close()


def kimforms(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kimforms.cli", *arguments],
        env=environment, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip


def rows(data: Path, query: str, *values: Any) -> list[Any]:
    connection = sqlite3.connect(data / "kimforms.sqlite3", timeout=15)
    try:
        return connection.execute(query, values).fetchall()
    finally:
        connection.close()


class Answer:
    """What came back: status, headers, text, and the parsed page."""

    def __init__(self, status: int, headers: http.client.HTTPMessage, body: bytes) -> None:
        self.status = status
        self.location = headers.get("Location", "")
        self.headers = headers
        self.text = body.decode("utf-8", "replace")

    @property
    def page(self) -> BeautifulSoup:
        return BeautifulSoup(self.text, "html5lib")


@dataclass(frozen=True)
class FilledIn:
    """A form as it will be posted."""

    action: str
    data: list[tuple[str, str]]


class Visitor:
    """A browser without looks: keeps cookies, sends forms. ``network`` is where it seems to come from (behind a proxy)."""

    def __init__(self, port: int, network: str = "192.0.2.1") -> None:
        self.port = port
        self.network = network
        self.cookies: dict[str, str] = {}

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, None)

    def post(self, path: str, data: Iterable[tuple[str, str]]) -> Answer:
        return self._ask("POST", path, urlencode(list(data)))

    def _ask(self, method: str, path: str, body: str | None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {"X-Forwarded-For": self.network, "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
        finally:
            connection.close()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def sign_in(self, email: str, password: str) -> Answer:
        page = self.get("/login").page
        return self.post("/login", [*hidden(page), ("email", email), ("password", password)])

    def report(self, **changes: Any) -> FilledIn:
        """A new report filled in, ready to be sent (as often as one likes): the same form gives the same record."""
        page = self.get("/report/form").page
        form = page.select_one("form#report-form")
        assert form is not None, page.get_text()[:500]
        own = [(name, value) for name, value in hidden(page) if name in ("csrf_token", "_key", "_version")]
        return FilledIn(str(form["action"]), [*own, ("_action", "submit"), *pairs(whole(**changes))])

    def send(self, form: FilledIn) -> Answer:
        return self.post(form.action, form.data)

    def confirmation(self) -> tuple[str, str]:
        """Reference and retrieval code of what was just sent."""
        page = self.get("/report/done").page
        reference, code = page.select_one("#reference"), page.select_one("#code")
        assert reference is not None and code is not None, page.get_text()[:500]
        return reference.text, code.text


def hidden(page: BeautifulSoup) -> list[tuple[str, str]]:
    return [(str(one["name"]), str(one.get("value", ""))) for one in page.select("main form input[type=hidden][name]")]


def pairs(raw: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name, one) for name, value in raw.items() for one in (value if isinstance(value, list) else [value])]


def references(text: str) -> list[str]:
    return re.findall(r"IH-\d{4}-\d{4,}", text)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
