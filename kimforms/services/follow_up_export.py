"""The control list as a file: one row for each task, and one for each decision without any."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

from ..documents.tables import Cell, csv_chunks, write_xlsx
from .excerpts import STATES
from .exports import Format
from .meetings.tasks import OpenTask
from .queries.follow_up import Control

HEADER = (
    "Beschluss", "Gremium", "Beschlossen am", "Betreff", "Stand der Umsetzung", "Anmerkung", "Aufgabe", "Wer", "Bis wann",
    "Fortschritt in %", "Erledigt", "Sitzung",
)  # fmt: skip


def table(control: Control, form: Format) -> tuple[bytes, int]:
    """The file and its number of rows; cells that a spreadsheet could take for a formula are made harmless."""
    rows = list(_rows(control))
    if form == "csv":
        return b"".join(csv_chunks(HEADER, rows)), len(rows)
    file = BytesIO()
    write_xlsx(file, HEADER, rows, sheet_name="Beschlusskontrolle")
    return file.getvalue(), len(rows)


def _rows(control: Control) -> Iterator[list[Cell]]:
    for line in control.lines:
        one = line.decision
        about: list[Cell] = [one.reference, line.body, one.decided_on, one.title, STATES[line.state], line.note]
        for task in line.tasks:
            yield [*about, *_task(task)]
        if not line.tasks:
            yield [*about, None, None, line.due_on, None, None, None]
    for task in control.loose:
        yield [None, None, None, None, None, None, *_task(task)]


def _task(task: OpenTask) -> list[Cell]:
    return [task.title, task.owner, task.due_on, task.progress, "ja" if task.done else "nein", task.meeting]
