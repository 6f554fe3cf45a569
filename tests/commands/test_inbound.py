"""``kimforms inbound`` as a mail server and an administrator call it: what it takes, what it says, how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..support.calendar_replies import reply
from .test_commands import run

MAIL = reply("nowhere@kimforms", "kim@member.example").decode()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inbound")
    run(folder, "init")
    return folder


def test_a_piped_mail_is_noted_once(data: Path) -> None:
    assert "den es hier nicht gibt" in run(data, "inbound", given=MAIL)
    assert "Schon eingelesen" in run(data, "inbound", given=MAIL)


def test_what_is_no_mail_is_taken_so_that_no_server_sends_it_back(data: Path) -> None:
    assert "keine E-Mail" in run(data, "inbound", given="Das ist keine Mail.")
    run(data, "inbound", given="")


def test_without_a_database_the_mail_server_keeps_the_mail(tmp_path: Path) -> None:
    said = run(tmp_path, "inbound", given=MAIL, status=75)
    assert "Vorerst nicht möglich" in said
    run(tmp_path, "inbound", given=MAIL, status=75, KIMFORMS_SMTP_URL="nonsense")


def test_a_file_and_wrong_choices(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "reply.eml"
    file.write_text(MAIL + " ", "utf-8")
    assert "den es hier nicht gibt" in run(data, "inbound", "--file", str(file))
    run(data, "inbound", "--file", str(tmp_path / "missing.eml"), status=1)
    assert "nicht beides" in run(data, "inbound", "--file", str(file), "--imap", "imap://x/", status=1)
    assert "KIMFORMS_INBOUND_URL" in run(data, "inbound", "--imap", "pop3://x", status=1)
    assert "lässt sich nicht öffnen" in run(data, "inbound", "--imap", "imap://a:secret@127.0.0.1:9/INBOX", status=1)
