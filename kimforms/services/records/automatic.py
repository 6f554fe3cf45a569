"""Steps that the software takes by itself, as soon as their condition holds (``automatic`` in a definition).

Called after a record, its links or its answers changed; several may follow each other.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from ...engine import workflow
from ...engine.catalogue import Catalogues
from ...models import Record
from ...permissions import SYSTEM
from ..processes import definition_of
from .facts import facts_of, local_day, person_for
from .transitions import perform_transition

MOST_IN_A_ROW = 10


def run(session: Session, now: datetime, record: Record, catalogues: Catalogues) -> tuple[str, ...]:
    """Takes every automatic step that is possible now, one after the other; ids of those taken.

    A step whose condition still holds afterwards is not taken twice, so no definition runs in a circle.
    """
    taken: list[str] = []
    while len(taken) < MOST_IN_A_ROW and (step := _next(session, now, record, taken)) is not None:
        perform_transition(
            session, SYSTEM, now, record=record, transition_id=step, data={}, row_version=None, catalogues=catalogues
        )
        taken.append(step)
    return tuple(taken)


def _next(session: Session, now: datetime, record: Record, taken: list[str]) -> str | None:
    definition = definition_of(record.version)
    starting = definition.workflow.transitions_from.get(record.state, ())
    if not any(one.automatic and one.id not in taken for one in starting):
        return None
    session.flush()  # facts are read from the database: the links and answers that have just changed
    facts, person = facts_of(session, record), person_for(SYSTEM, record)
    verdicts = workflow.allowed(definition, facts, person, local_day(now))
    return next(
        (
            one.transition.id
            for one in verdicts
            if isinstance(one, workflow.Allowed) and one.transition.automatic and one.transition.id not in taken
        ),
        None,
    )
