"""Commands before anything is set up, or with a database that does not answer: one line that says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from .test_commands import run


@pytest.mark.parametrize("words", ["audit verify", "worker --once"])
def test_nothing_is_set_up_yet(tmp_path: Path, words: str) -> None:
    said = run(tmp_path, *words.split(), status=1)
    assert "kimforms init" in said


def test_the_server_of_the_database_does_not_answer(tmp_path: Path) -> None:
    said = run(tmp_path, "user", "list", status=1, KIMFORMS_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert "connection" in said
    assert len(said.strip().splitlines()) == 1
