"""What an administrator types: each command on a data folder of its own, its words and its exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kimforms.engine.profile import profile_folder

PROFILE = profile_folder("rhein_sieg")


def run(data: Path, *arguments: str, status: int = 0, given: str = "", **environ: str) -> str:
    """Runs ``kimforms`` as a process and gives what it said on both channels."""
    done = subprocess.run(
        [sys.executable, "-m", "kimforms.cli", *arguments],
        env={
            **os.environ,
            "KIMFORMS_DATA_DIR": str(data),
            "KIMFORMS_DEMO": "1",
            "KIMFORMS_DATABASE_URL": "",
            **environ,
        },
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == status, said
    assert "Traceback" not in said
    return said


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demonstration's first reports."""
    folder = tmp_path_factory.mktemp("commands")
    assert "neu" in run(folder, "init")
    assert "12 Meldungen" in run(folder, "demo", "--count", "12")
    return folder


def test_help_names_every_command(tmp_path: Path) -> None:
    said = run(tmp_path, "--help")
    for name in (
        "audit",
        "backup",
        "demo",
        "init",
        "outbox",
        "process",
        "profile",
        "restore",
        "serve",
        "similar",
        "user",
        "worker",
    ):
        assert f"  {name} " in said
        run(tmp_path, name, "--help")
    assert not list(tmp_path.iterdir()), "asking for help changes nothing"


def test_a_second_init_and_demo_change_nothing(data: Path) -> None:
    assert "0 neu, 0 geändert" in run(data, "init")
    assert "bleiben, wie sie sind" in run(data, "demo")


def test_the_history_of_the_demonstration_is_whole(data: Path) -> None:
    assert "unversehrt" in run(data, "audit", "verify")


def test_a_profile_shows_its_plan_before_it_loads(data: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    run(data, "profile", "export", "rhein_sieg", str(own))
    path = own / "municipalities.yaml"
    path.write_text(path.read_text("utf-8").replace("name: Lohmar", "name: Lohmar an der Agger"), "utf-8")
    said = run(data, "profile", "load", str(own), "--plan")
    assert "geändert  municipality lohmar (name" in said
    assert "1 geändert" in said
    assert "Geladen" in run(data, "profile", "load", str(own), "--yes")
    assert "0 neu" in run(data, "profile", "load", str(own), "--plan")
    run(data, "profile", "load", "rhein_sieg", "--yes")


def test_a_broken_profile_is_refused_whole_with_file_and_line(data: Path, tmp_path: Path) -> None:
    own = tmp_path / "broken"
    run(data, "profile", "export", "rhein_sieg", str(own))
    path = own / "organisations.yaml"
    path.write_text(path.read_text("utf-8").replace("id: caritas\n", "id: diakonie\n", 1), "utf-8")
    said = run(data, "profile", "load", str(own), "--yes", status=1)
    assert "organisations.yaml, Zeile" in said
    assert "0 neu, 0 geändert" in run(data, "init")


def test_a_process_is_checked_and_its_schema_printed(tmp_path: Path) -> None:
    assert "Keine Fehler" in run(tmp_path, "process", "check", str(PROFILE / "processes" / "hurdle_report.yaml"))
    broken = tmp_path / "broken.yaml"
    broken.write_text("key: x\ntitle: [", "utf-8")
    assert "Zeile" in run(tmp_path, "process", "check", str(broken), status=1)
    assert json.loads(run(tmp_path, "process", "schema"))["$schema"].startswith("https://json-schema.org/")


def test_a_backup_comes_back_in_an_empty_folder_and_nowhere_else(data: Path, tmp_path: Path) -> None:
    archive = tmp_path / "sicherung.tar.gz"
    run(data, "backup", str(archive))
    assert archive.stat().st_mode & 0o077 == 0, "the archive holds secrets"
    assert "gibt es schon" in run(data, "backup", str(archive), status=1)
    assert "nicht leer" in run(data, "restore", str(archive), status=1)
    fresh = tmp_path / "fresh"
    run(fresh, "restore", str(archive))
    assert "unversehrt" in run(fresh, "audit", "verify")
    assert (fresh / "secret.key").read_text() == (data / "secret.key").read_text()


def test_a_damaged_backup_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "kaputt.tar.gz"
    archive.write_bytes(b"\x1f\x8b" + b"x" * 100)
    assert "beschädigt" in run(tmp_path / "fresh", "restore", str(archive), status=1)


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"KIMFORMS_PORT": "achtzig"}, "KIMFORMS_PORT"),
        ({"KIMFORMS_HOST": "0.0.0.0"}, "KIMFORMS_DEMO"),
        ({"KIMFORMS_DATABASE_URL": "mysql://x"}, "KIMFORMS_DATABASE_URL"),
        ({"KIMFORMS_SMTP_URL": "http://x"}, "KIMFORMS_SMTP_URL"),
    ],
)
def test_a_wrong_setting_is_one_clear_line(tmp_path: Path, environ: dict[str, str], words: str) -> None:
    said = run(tmp_path, "init", status=1, **environ)
    assert words in said
    assert len(said.strip().splitlines()) == 1


def test_the_demonstration_stays_out_of_real_installations(tmp_path: Path) -> None:
    assert "nur mit KIMFORMS_DEMO=1" in run(tmp_path, "demo", status=1, KIMFORMS_DEMO="0")


def test_a_demonstration_that_was_killed_goes_on(tmp_path: Path) -> None:
    run(tmp_path, "init")
    run(tmp_path, "demo", "--count", "3")
    (tmp_path / "demonstration-begun").touch()
    assert "2 Meldungen" in run(tmp_path, "demo", "--count", "2")
    assert "unversehrt" in run(tmp_path, "audit", "verify")
    assert "bleiben, wie sie sind" in run(tmp_path, "demo")


def test_what_waits_in_the_outbox_is_discarded_by_day(data: Path) -> None:
    assert "Verworfen: 0" in run(data, "outbox", "discard", "--before", "2001-01-01")
    assert "2026-13-01" in run(data, "outbox", "discard", "--before", "2026-13-01", status=1)
