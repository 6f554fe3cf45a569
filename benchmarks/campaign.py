"""How long campaign letters take, and how much memory: reading and checking a list, letters as one PDF, the download.

``python -m benchmarks.campaign 1000 10000`` measures each size in a process of its own, so that peaks of memory are its own.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from kimforms import create_app, jobs
from kimforms.config import read_settings
from kimforms.extensions import db
from kimforms.services import long_work
from kimforms.services.campaign import deleting, keeping
from kimforms.services.passwords import Cost
from kimforms.services.set_up import set_up
from tests.support import campaign

SIZES = (1_000, 10_000)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def measure_campaign(sizes: tuple[int, ...] = SIZES) -> Iterator[tuple[str, float, str]]:
    """What, how much, unit; one process a size."""
    context = multiprocessing.get_context("spawn")
    for size in sizes:
        with context.Pool(1) as pool:
            yield from pool.apply(_measure, (size,))


def _measure(size: int) -> list[tuple[str, float, str]]:
    named = f"{size:,}".replace(",", ".")
    with tempfile.TemporaryDirectory(prefix="kimforms-bench-") as folder:
        settings = read_settings(
            {"KIMFORMS_DATA_DIR": folder, "KIMFORMS_SECRET_KEY": campaign.SECRET, "KIMFORMS_DEMO": "1"}
        )
        app = create_app(settings)
        with app.app_context():
            set_up(settings, NOW, demo_accounts=True, cost=Cost(time_cost=1, memory_cost=8, parallelism=1))
            campaign.open_office()
            campaign.approve()
            content = campaign.people(size).encode("cp1254", "replace").replace(b"?", b"s")
            began = time.monotonic()
            run_id = campaign.begin(content, Path(folder))
            campaign.check(run_id, Path(folder))
            checked = time.monotonic()
            campaign.start(run_id, Path(folder))
            db.session.remove()
            before = _peak()
            said: list[float] = []
            loop = _Watched(app, said)
            printing = time.monotonic()
            assert loop.round()
            printed = time.monotonic()
            run = campaign.run_of(run_id)
            assert run.state == "ready", run.task.error
            vault = keeping.vault_of(run, Path(folder), campaign.SECRET)
            length = sum(len(block) for block in deleting.letters(run, vault)[0])
            sent = time.monotonic()
            db.session.remove()
    gaps = [after - earlier for earlier, after in zip(said, said[1:], strict=False)]
    return [
        (f"Liste mit {named} Personen lesen, prüfen, verschlüsseln", checked - began, "s"),
        (f"{named} Briefe als ein PDF", printed - printing, "s"),
        ("  davon je Brief", (printed - printing) / size * 1000, "ms"),
        (f"  Spitze des Speichers (vorher {before:.0f} MiB)", _peak(), "MiB"),
        (f"  Meldungen des Fortschritts: {len(said)}, längste Pause", max(gaps, default=0.0), "s"),
        (f"  Größe {length / 1_000_000:.1f} MB, entschlüsselt in", sent - printed, "s"),
    ]


class _Watched(jobs.LongWorkLoop):
    """The worker's loop, noting when the work told how far it is."""

    def __init__(self, app: object, said: list[float]) -> None:
        super().__init__(app)  # type: ignore[arg-type]
        self.said = said

    def _progress(self, task_id: int) -> long_work.Progress:
        progress = super()._progress(task_id)
        real, said = progress.say, self.said

        def say(done: int, total: int, text: str = "") -> None:
            said.append(time.monotonic())
            real(done, total, text)

        progress.say = say  # type: ignore[method-assign]
        return progress


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    sizes = tuple(int(one) for one in sys.argv[1:]) or SIZES
    for what, value, unit in measure_campaign(sizes):
        print(f"{what:64} {value:9.2f} {unit}", flush=True)


if __name__ == "__main__":
    main()
