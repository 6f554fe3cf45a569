"""A full disk: people read a clear page, nothing is half-written, and the same form can be sent again once there is room."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..support.server import Server, Visitor
from .conftest import MakeServer

ROOM = 24 * 1024  # bytes that are left: less than one report needs
SIZE = "size=24m"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, in memory."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", SIZE, "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root may mount a small disk; the test with a limit on file sizes stands in for it")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def test_no_room_left_on_the_disk(small_disk: Path, kept: Path) -> None:
    server = Server(small_disk / "server", kept, behind_proxy="1")
    server.start()
    try:
        visitor = Visitor(server.port)
        form = visitor.report()
        filler = small_disk / "filler"
        _fill(filler)
        answer = visitor.send(form)
        _said_clearly(answer.status, answer.text)
        assert server.healthy()
        assert Visitor(server.port).get("/report").status == 200, "reading goes on"
        filler.unlink()
        answer = visitor.send(form)
        assert answer.status == 303, server.log()
        _stored_once(server, visitor.confirmation()[0])
    finally:
        server.stop()


def test_files_that_may_not_grow(make_server: MakeServer) -> None:
    """The same by a limit of the operating system, which needs no administrator."""
    server = make_server()
    server.start()
    visitor = Visitor(server.port)
    form = visitor.report()
    for process in server.children():
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (ROOM, ROOM))
    answer = visitor.send(form)
    _said_clearly(answer.status, answer.text)
    server.stop()
    server.start()
    assert visitor.send(form).status == 303
    _stored_once(server, visitor.confirmation()[0])


def _fill(filler: Path) -> None:
    """Takes all room but ``ROOM``."""
    with filler.open("wb") as file:
        try:
            while True:
                file.write(b"\0" * 65536)
                file.flush()
        except OSError:
            pass
    os.truncate(filler, max(0, filler.stat().st_size - ROOM))


def _said_clearly(status: int, text: str) -> None:
    assert status in (500, 507), text[:2000]
    assert "Es wurde nichts " in text
    assert "Traceback" not in text


def _stored_once(server: Server, reference: str) -> None:
    assert server.rows("SELECT reference FROM record") == [(reference,)]
    assert server.rows("SELECT count(*) FROM event WHERE tag = 'record:submit'") == [(1,)]
    assert server.rows("SELECT count(*) FROM outbox_message WHERE record_id IS NULL") == [(0,)]
    assert server.rows("PRAGMA integrity_check") == [("ok",)]
    assert server.rows("PRAGMA foreign_key_check") == []
    verified = server.command("audit", "verify")
    assert verified.returncode == 0, verified.stderr
