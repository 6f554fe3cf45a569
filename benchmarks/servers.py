"""Starts the servers that are measured: the floors on bare gunicorn, and kimforms as ``make run`` starts it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
WORKERS = 2


@contextmanager
def floor_server(folder: Path) -> Iterator[int]:
    """Bare Flask on gunicorn with two workers of four threads; gives the port."""
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable, "-m", "gunicorn", "-w", str(WORKERS), "--threads", "4", "--worker-class", "gthread", "--preload",
        "--log-level", "warning", "-b", f"127.0.0.1:{port}", "benchmarks.floor:create_floor()",
    ]  # fmt: skip
    with running(command, {"FLOOR_DATA": str(folder)}, port):
        yield port


@contextmanager
def kimforms_server(folder: Path) -> Iterator[tuple[int, int, float]]:
    """kimforms on a prepared data folder; gives port, process id and the seconds until it answered."""
    port = free_port()
    environ = settings_for(folder) | {"KIMFORMS_PORT": str(port), "KIMFORMS_WORKERS": str(WORKERS)}
    begin = time.perf_counter()
    with running([sys.executable, "-m", "kimforms.cli", "serve", "--prepare"], environ, port) as process:
        yield port, process.pid, time.perf_counter() - begin


def settings_for(folder: Path) -> dict[str, str]:
    """The environment of the measured installation; addresses come from a header, so that the limits do not bite."""
    return {"KIMFORMS_DATA_DIR": str(folder), "KIMFORMS_DEMO": "0", "KIMFORMS_BEHIND_PROXY": "1"}


def pss_mib(pid: int) -> float:
    """Proportional set size of a process and all its children, in MiB: shared pages count once."""
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    return sum(process.memory_full_info().pss for process in family) / 2**20


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], environ: dict[str, str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | environ, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        _wait_for(port, process)
        yield process
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"ended with {process.returncode}")
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as probe:
                probe.sendall(b"GET /healthz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
                if probe.recv(1):
                    return
        except OSError:
            time.sleep(0.01)
    raise RuntimeError("did not answer")
