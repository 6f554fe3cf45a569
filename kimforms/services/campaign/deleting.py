"""Handing the letters over, and deleting what a run kept: after the download, or when its days are over.

First the random number that the key is made of goes out of the database, then the folder; what would be left of the files
could never be opened again. Counts, criteria, date and law status of the wave stay (letters.yaml, rules).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from ...models import CampaignRun
from ...permissions import SYSTEM, Actor
from .. import audit, long_work
from ..refusals import StepRefused
from .keeping import Vault, folder_of
from .printing import RESULT

Unit = Callable[[], AbstractContextManager[Session]]
GRACE = timedelta(hours=24)
"""So long a whole download may be repeated, if the file did not arrive or the printer refused it."""

log = structlog.get_logger("kimforms.campaign")


def letters(run: CampaignRun, vault: Vault) -> tuple[Iterator[bytes], int]:
    """The finished PDF bit by bit and its size. Raises StepRefused while there is none."""
    if run.state != "ready" or not vault.has(RESULT):
        raise StepRefused(("Die Briefe sind noch nicht fertig.",))
    return vault.blocks(RESULT), vault.size(RESULT)


def note_download(session: Session, now: datetime, actor: Actor, run_id: int) -> None:
    """The last byte went out: the addresses go a day later at the latest; the person may delete them at once."""
    run = session.get(CampaignRun, run_id)
    if run is None or run.state != "ready":
        return
    run.downloaded_at = run.downloaded_at or now
    run.delete_at = min(run.delete_at or now + GRACE, run.downloaded_at + GRACE)
    audit.record(session, actor, now, audit.Tag.CAMPAIGN_DOWNLOAD, controller_id=run.controller_id, run=run.id)


def delete(session: Session, actor: Actor, now: datetime, run: CampaignRun, data_dir: Path, *, why: str) -> None:
    """Takes the key away, stops what is under way, keeps the proof. The folder goes after the commit: ``sweep``.

    ``why``: ``downloaded``, ``expired`` or ``asked``. Raises StepRefused when it is deleted already.
    """
    if run.state == "deleted":
        raise StepRefused(("Dieser Durchgang ist schon gelöscht.",))
    if run.task is not None and run.task.state in long_work.OPEN:
        long_work.cancel(session, actor, now, run.task)
    folder = folder_of(run, data_dir)
    files = sorted(one.name for one in folder.iterdir()) if folder.is_dir() else []
    run.proof = {"files": len(files), "why": why, "letters": run.counts.get("letters", 0)}
    run.state, run.nonce, run.deleted_at, run.delete_at = "deleted", None, now, None
    run.reading, run.columns = {}, {}
    audit.record(
        session,
        actor,
        now,
        audit.Tag.CAMPAIGN_DELETE,
        controller_id=run.controller_id,
        run=run.id,
        why=why,
        files=len(files),
    )


def sweep(session: Session, data_dir: Path) -> int:
    """Removes the folders of deleted runs, and such as belong to no run; returns how many."""
    root, removed = data_dir / "campaign", 0
    if not root.is_dir():
        return 0
    alive = {str(number) for number in session.scalars(select(CampaignRun.id).where(CampaignRun.nonce.is_not(None)))}
    for folder in root.iterdir():
        if folder.name not in alive and folder.is_dir():
            Vault(folder, b"").destroy()
            removed += 1
    return removed


def run_due(unit: Unit, now: datetime, data_dir: Path) -> int:
    """Called by the clock: deletes the runs whose time is over and sweeps; returns how many runs."""
    with unit() as session:
        due = list(
            session.scalars(select(CampaignRun.id).where(CampaignRun.delete_at <= now, CampaignRun.state != "deleted"))
        )
    for run_id in due:
        with unit() as session:
            run = session.get(CampaignRun, run_id)
            if run is not None and run.state != "deleted":
                delete(session, SYSTEM, now, run, data_dir, why="downloaded" if run.downloaded_at else "expired")
    with unit() as session:  # under the lock of writers, so that no run is just being begun
        swept = sweep(session, data_dir)
    log.info("campaign deleted", runs=len(due), folders=swept)
    return len(due)
