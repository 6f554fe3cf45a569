"""Many letters of a dispatch, printed by the worker while a page shows how far it is.

They are set in parts and joined; the file holds addresses, so it lies apart from the files of records and goes after a day.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...documents.joining import join
from ...models import Dispatch, LongTask, Meeting
from ...permissions import Actor
from .. import long_work
from ..bodies.access import require_work
from ..refusals import StepRefused
from . import papers, posting

KIND = "meeting-letters"
AT_ONCE = 10
"""So many letters are printed while somebody waits; more go to the worker, in parts of this size."""
KEPT = timedelta(days=1)


def begin(session: Session, actor: Actor, now: datetime, *, meeting: Meeting, made: Dispatch) -> LongTask:
    """Has the letters of a dispatch printed. Work that is under way already is given back, not begun again.

    Raises :class:`NotPermitted`, and :class:`StepRefused` where nobody gets a letter.
    """
    require_work(actor, meeting.body)
    count = len(posting.letters_of(made))
    if not count:
        raise StepRefused((posting.NOBODY,))
    running = task_of(session, made)
    if running is not None and running.state in long_work.OPEN:
        return running
    return long_work.start(
        session,
        actor,
        now,
        kind=KIND,
        controller_id=meeting.record.controller_id,
        subject_id=made.id,
        params={"reference": meeting.record.reference},
        total=count,
    )


def task_of(session: Session, made: Dispatch) -> LongTask | None:
    """The newest printing of this dispatch."""
    wanted = select(LongTask).where(LongTask.kind == KIND, LongTask.subject_id == made.id).order_by(LongTask.id.desc())
    return session.scalars(wanted.limit(1)).first()


def printed(session: Session, data_dir: Path, now: datetime, made: Dispatch) -> Path | None:
    """The file of the newest printing, as long as it is kept."""
    task = task_of(session, made)
    if task is None or task.state != "done" or task.finished_at is None or task.finished_at + KEPT <= now:
        return None
    path = _file(data_dir, task.id)
    return path if path.is_file() else None


def forget(unit: long_work.Unit, data_dir: Path, now: datetime) -> int:
    """Deletes printed letters that are a day old, and what a printing that never ended left; the worker calls it."""
    gone = 0
    with unit() as session:
        for path in sorted(_folder(data_dir).glob("*.pdf*")):
            task = session.get(LongTask, int(path.name.split(".")[0]))
            if task is None or (task.finished_at is not None and task.finished_at + KEPT <= now):
                path.unlink(missing_ok=True)
                gone += 1
    return gone


@long_work.carries(KIND, permission="meeting:work")
def work(task_id: int, progress: long_work.Progress) -> Mapping[str, Any]:
    """Sets the letters part by part, joins them and puts the file in place in one step."""
    with progress.unit() as session:
        made = session.get_one(Dispatch, session.get_one(LongTask, task_id).subject_id)
        total = len(posting.letters_of(made))
    parts: list[bytes] = []
    for first in range(0, total, AT_ONCE):
        progress.say(first, total, "Die Briefe werden gesetzt.")
        with progress.unit() as session:
            made = session.get_one(Dispatch, made.id)
            meeting = session.get_one(Meeting, made.meeting_id)
            chosen = posting.letters_of(made)[first : first + AT_ONCE]
            sheet = posting.print_letters(session, progress.clock(), meeting, made, chosen)
        parts.append(papers.pdf_of(sheet))  # outside the unit of work: others write meanwhile
    path = _file(progress.data_dir, task_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".pdf.new")
    partial.write_bytes(join(parts))
    partial.replace(path)
    return {"name": sheet.name}


def _folder(data_dir: Path) -> Path:
    return data_dir / "printed"


def _file(data_dir: Path, task_id: int) -> Path:
    return _folder(data_dir) / f"{task_id}.pdf"
