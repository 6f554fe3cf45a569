"""The whole server as one command: says when it is ready, mends what dies, ends everything, and explains a taken port."""

import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[2]
PATIENCE = 40


@pytest.fixture
def environment(workshop):
    workshop.fresh()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return {
        "PATH": os.environ["PATH"],
        "KIMFORMS_DATA_DIR": str(workshop.data),
        "KIMFORMS_SECRET_KEY": "test-secret",
        "KIMFORMS_PORT": str(port),
    }


def command(*arguments):
    return [sys.executable, "-m", "kimforms.cli", *arguments]


def run(arguments, env):
    return subprocess.run(arguments, env=env, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)


@pytest.fixture
def server(environment):
    process = subprocess.Popen(
        command("serve"), env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=PATIENCE)


def ready_line(process):
    readable, _, _ = select.select([process.stdout], [], [], PATIENCE)
    assert readable, "no ready line"
    return process.stdout.readline().strip()


def wait_until(check):
    limit = time.monotonic() + PATIENCE
    while not check():
        assert time.monotonic() < limit, "waited in vain"
        time.sleep(0.05)


def test_one_command_starts_all_mends_all_and_ends_all(server, environment):
    address = f"http://127.0.0.1:{environment['KIMFORMS_PORT']}"
    assert ready_line(server) == f"kimforms ist bereit: {address}"
    assert urllib.request.urlopen(f"{address}/healthz", timeout=10).status == 200
    parent = psutil.Process(server.pid)
    first = parent.children()
    assert len(first) == 3  # two for the web, one for jobs
    for child in first:
        child.kill()
    wait_until(lambda: len([one for one in parent.children() if one not in first]) == 3)
    assert urllib.request.urlopen(f"{address}/healthz", timeout=10).status == 200

    second = run(command("serve"), environment)
    assert second.returncode == 1
    assert re.fullmatch(r"Fehler: .* Dort läuft schon ein Programm\. .*\n", second.stderr)

    everybody = parent.children(recursive=True)
    server.send_signal(signal.SIGTERM)
    assert server.wait(PATIENCE) == 0
    assert psutil.wait_procs(everybody, timeout=10)[1] == []


def test_a_killed_parent_leaves_nobody_behind(server):
    ready_line(server)
    everybody = psutil.Process(server.pid).children(recursive=True)
    server.kill()
    server.wait(PATIENCE)
    assert psutil.wait_procs(everybody, timeout=PATIENCE)[1] == []


def test_a_database_that_is_not_set_up_is_said_in_one_line(environment, tmp_path):
    empty = environment | {"KIMFORMS_DATA_DIR": str(tmp_path)}
    done = run(command("serve"), empty)
    assert done.returncode == 1
    assert re.fullmatch(r"Fehler: Die Datenbank ist nicht eingerichtet .*kimforms init.*\n", done.stderr)


def test_verify_answers_by_its_exit_code(environment):
    good = run(command("audit", "verify"), environment)
    assert (good.returncode, good.stderr) == (0, "")
    assert "unversehrt" in good.stdout
    (Path(environment["KIMFORMS_DATA_DIR"]) / "audit-anchor").write_text("999999 " + "0" * 64)
    bad = run(command("audit", "verify"), environment)
    assert bad.returncode == 1
    assert "Am Ende fehlen Ereignisse" in bad.stderr and "Traceback" not in bad.stderr


def test_the_worker_does_what_is_due_and_ends(environment):
    done = run(command("worker", "--once"), environment)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("outbox", "status"), 0, "wartet auf den Versand"),
        (("outbox", "send"), 1, "KIMFORMS_SMTP_URL"),
        (("outbox", "retry"), 0, "Noch einmal eingestellt: 0"),
        (("outbox", "retry", "4711"), 1, "gibt es nicht"),
    ],
)
def test_the_outbox_commands_answer_in_a_sentence(environment, arguments, status, words):
    done = run(command(*arguments), environment)
    assert done.returncode == status
    assert words in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
