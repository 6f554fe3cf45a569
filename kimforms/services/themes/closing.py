"""Closes the reports of themes that are closed, in batches: a theme may have thousands. Called by the worker."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session, aliased

from ...models import Process, Record, RecordLink
from ...permissions import SYSTEM
from ..catalogues import catalogues
from ..processes import definition_of
from ..records.transitions import perform_transition
from .reports import KIND, PROCESS, is_report

CLOSED = "abgeschlossen"
"""The state of a theme whose effect was checked; a rejected theme or one without a hurdle leaves its reports to people."""
STEP = "mit_thema_abschliessen"
BATCH = 50
MOST_BATCHES = 200


def run(unit_of_work: Callable[[], AbstractContextManager[Session]], now: datetime) -> int:
    """Takes the last step with every report whose themes are all closed; returns how many. Safe to run twice."""
    closed, after = 0, 0
    for _ in range(MOST_BATCHES):
        with unit_of_work() as session:
            reports = list(session.scalars(_waiting(after).limit(BATCH)))
            for report in reports:
                closed += _close(session, now, report)
            after = reports[-1].id if reports else after
        if len(reports) < BATCH:
            break
    return closed


def _waiting(after: int) -> Select[tuple[Record]]:
    """Open records in closed themes, and in none that is still at work, by id."""
    link, theme, process = aliased(RecordLink), aliased(Record), aliased(Process)
    joined = (
        select(link.id)
        .join(theme, theme.id == link.to_id)
        .join(process, process.id == theme.process_id)
        .where(link.from_id == Record.id, link.kind == KIND, process.key == PROCESS)
    )
    return (
        select(Record)
        .where(
            Record.id > after,
            Record.open,
            exists(joined.where(theme.state == CLOSED)),
            ~exists(joined.where(theme.open)),
        )
        .order_by(Record.id)
    )


def _close(session: Session, now: datetime, report: Record) -> int:
    definition = definition_of(report.version)
    step = definition.workflow.transition_by_id.get(STEP)
    if not is_report(definition) or step is None or report.state not in step.from_:
        return 0
    perform_transition(
        session,
        SYSTEM,
        now,
        record=report,
        transition_id=STEP,
        data={},
        row_version=None,
        catalogues=catalogues(session),
    )
    return 1
