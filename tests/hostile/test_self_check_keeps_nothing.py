"""The self-check keeps nothing: no row, no session, no log line, no file; not when it works, is refused, or breaks."""

from __future__ import annotations

import gc
import io
import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from kimforms.extensions import db
from kimforms.naturalisation import self_check as rules

from ..pages.test_self_check import CHECK, switch_on
from ..support.client import CheckingClient
from ..support.databases import in_app

ANSWERS = {
    "municipality": "troisdorf",
    "s-bezug_sgb2_oder_sgb12": "1",
    "s-geschieden": "1",
    "p-E1": "no",
    "p-B1": "unclear",
    "s-verurteilung": "1",
    "note": "Geheimnis4711",
}


def everything(client: CheckingClient) -> dict[str, list[Any]]:
    """Every row of every table."""
    with in_app(client.app):
        db.session.rollback()
        names = sorted(db.metadata.tables)
        return {one: sorted(map(str, db.session.execute(text(f'SELECT * FROM "{one}"')).all())) for one in names}


FONTS = (b"\x00\x01\x00\x00", b"OTTO")


def files(client: CheckingClient) -> dict[Path, bytes]:
    """Temporary files and those of the data folder, by content. The setter of PDFs keeps the last fonts for the next one."""
    gc.collect()
    folders = [Path(tempfile.gettempdir()), Path(client.app.config["SETTINGS"].data_dir)]
    own = [folders[1], *(one for one in folders[0].iterdir() if one.name.startswith(("tmp", "weasyprint")))]
    found = (path for folder in own for path in ([folder] if folder.is_file() else folder.rglob("*")) if path.is_file())
    contents = {path: path.read_bytes() for path in found}
    return {path: content for path, content in contents.items() if not content.startswith(FONTS)}


def new_files(client: CheckingClient, before: dict[Path, bytes]) -> list[Path]:
    """Files that were not there; those of the database change their bytes by being read, its rows are compared apart."""
    return [one for one in files(client) if one not in before]


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that any logger says."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setLevel(logging.DEBUG)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield out
    root.removeHandler(handler)
    root.setLevel(level)


def said_in(log: io.StringIO) -> list[str]:
    given = ("sgb2", "geschieden", "p-e1", "unclear", "verurteilung", "Geheimnis", "troisdorf")
    return [one for one in given if one.lower() in log.getvalue().lower()]


def ask_all(client: CheckingClient) -> list[int]:
    """Every step, the list that htmx asks for, both papers, and an answer in a file; the statuses."""
    http = client.http
    answers = [http.post(CHECK, data=ANSWERS | {"_step": step}) for step in ("situation", "answers", "result")]
    answers.append(http.post(CHECK, data=ANSWERS, headers={"HX-Request": "true"}))
    answers += [http.post(f"{CHECK}.pdf", data=ANSWERS | {"handout": one}) for one in ("", "ar", "xx")]
    answers.append(http.post(CHECK, data=ANSWERS | {"file": (io.BytesIO(b"Geheimnis4711" * 9_000), "x.txt")}))
    for one in answers:
        assert one.headers.get("Cache-Control") == "no-store", one.status_code
        assert "Set-Cookie" not in one.headers
    return [one.status_code for one in answers]


def test_nothing_is_kept(client: CheckingClient, log: io.StringIO) -> None:
    switch_on(client, "troisdorf")
    assert client.http.get(CHECK).headers.get("Set-Cookie") is None
    ask_all(client)  # once, so that caches of fonts and templates are there
    before, there = everything(client), files(client)
    log.truncate(0)
    assert ask_all(client) == [200, 200, 200, 200, 200, 200, 404, 413]
    assert everything(client) == before
    assert new_files(client, there) == []
    assert said_in(log) == []
    assert client.http.get_cookie("kimforms") is None


def test_the_only_cookie_is_the_language(client: CheckingClient) -> None:
    switch_on(client, "troisdorf")
    client.http.post(f"{CHECK}?lang=en", data=ANSWERS | {"_step": "result"})
    with client.http.session_transaction() as kept:
        assert dict(kept) == {"language": "en"}


def test_nothing_is_kept_when_it_breaks(
    client: CheckingClient, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch_on(client, "troisdorf")
    ask_all(client)
    before, there = everything(client), files(client)

    def broken(_document: object, said: rules.Given, *_more: object) -> None:
        raise RuntimeError(f"Geheimnis4711 {said}")

    monkeypatch.setattr("kimforms.blueprints.self_check_words.result", broken)
    monkeypatch.setattr("kimforms.services.self_check.result", broken)
    log.truncate(0)
    for address in (CHECK, f"{CHECK}.pdf"):
        answer = client.http.post(address, data=ANSWERS | {"_step": "result"})
        assert answer.status_code == 500 and answer.headers["Cache-Control"] == "no-store"
        assert "Geheimnis" not in answer.text
    assert "self-check failed: RuntimeError at broken" in log.getvalue()
    assert said_in(log) == []
    assert everything(client) == before
    assert new_files(client, there) == []
