"""A worker killed with -9 while it makes letters: another one goes on, and each person gets exactly one letter."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

from kimforms.extensions import db
from kimforms.services.campaign import deleting, keeping

from ..support import campaign
from ..support.databases import Workshop
from ..support.server import ROOT, wait_until

LETTERS = 60
WORKER = """
import json, os, sys, time
from kimforms import create_app, jobs
from kimforms.services.campaign import printing
printing.PART = 10
app = create_app()
real = printing._lines
def lines(text, addresses):
    made = real(text, addresses)
    print(json.dumps([name for _, name, _ in addresses]), flush=True)
    return made
printing._lines = lines
loop = jobs.LongWorkLoop(app)
print("ready", flush=True)
while loop.round():
    pass
print("over", flush=True)
"""


def test_a_killed_worker_prints_no_letter_twice_and_leaves_none_out(sqlite_workshop: Workshop, tmp_path: Path) -> None:
    sqlite_workshop.fresh()
    data = sqlite_workshop.data
    with sqlite_workshop.app.app_context():
        campaign.open_office()
        campaign.approve()
        run_id = campaign.begin(campaign.people(LETTERS).encode(), data)
        campaign.check(run_id, data)
        campaign.start(run_id, data)
        db.session.remove()
    said: list[str] = []
    for kill_after in (1, 2, None):
        said += _worker(data, tmp_path, kill_after)
    with sqlite_workshop.app.app_context():
        run = campaign.run_of(run_id)
        vault = keeping.vault_of(run, data, campaign.SECRET)
        assert (run.state, run.task.state, run.task.attempts) == ("ready", "done", 3)
        content = b"".join(deleting.letters(run, vault)[0])
        names = [name for _, name, _ in vault.get_json("addresses")]
        db.session.remove()
    words = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True).stdout.decode()
    greeted = Counter(line for line in words.splitlines() if line.startswith("Guten Tag "))
    assert greeted == {f"Guten Tag {name},": 1 for name in names}
    assert len(greeted) == LETTERS
    whole = [line for line in said if line.startswith("[")]
    assert LETTERS / 10 <= len(whole) <= LETTERS / 10 + 2, "what was finished before the kill is not made again"
    assert not list((data / "campaign" / str(run_id)).glob("*.new"))
    shutil.rmtree(data / "campaign")


def _worker(data: Path, folder: Path, kill_after: int | None) -> list[str]:
    """Runs a worker; kills it after it has set so many parts. Returns what it said."""
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(folder), "KIMFORMS_DATA_DIR": str(data), "KIMFORMS_SECRET_KEY": campaign.SECRET,
        "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert worker.stdout is not None
    said: list[str] = []
    parts = 0
    for line in worker.stdout:
        said.append(line.strip())
        if line.startswith("["):
            parts += 1
            assert len(json.loads(line)) == 10
        if kill_after is not None and parts == kill_after:
            worker.send_signal(signal.SIGKILL)
            break
    worker.stdout.close()
    worker.wait(60)
    wait_until(lambda: worker.returncode is not None, "the worker ended")
    assert worker.returncode == (0 if kill_after is None else -signal.SIGKILL), said
    return said
