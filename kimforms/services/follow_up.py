"""Following up decisions (Beschlusskontrolle): how far one is carried out, and to which measure of the concept it belongs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..models import CatalogueEntry, Decision, DecisionProgress
from ..permissions import Actor, may
from . import audit
from .decision_checks import AGREED
from .meetings.tasks import OpenTask
from .refusals import InputRefused, NotPermitted, StepRefused

STATES = ("open", "running", "done", "overtaken", "stopped")
UNFINISHED = ("open", "running")
LONGEST_NOTE = 2000
MEASURE = "measure"


def note_state(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    decision: Decision,
    state: str,
    note: str = "",
    due_on: date | None = None,
) -> DecisionProgress | None:
    """Writes down how far a decision is carried out; None when it says the same as the last note.

    Raises :class:`NotPermitted`, :class:`StepRefused` for what nobody carries out, :class:`InputRefused` by field.
    """
    if not may(actor, "decision:take", decision.controller_id):
        raise NotPermitted()
    if not carried_out(decision):
        raise StepRefused(
            ["Hier ist nichts umzusetzen: Es wurde nichts beschlossen, oder der Beschluss ändert einen anderen."]
        )
    note = note.replace("\x00", "").replace("\r\n", "\n").strip()
    errors = {}
    if state not in STATES:
        errors["state"] = "Wählen Sie den Stand der Umsetzung."
    if len(note) > LONGEST_NOTE:
        errors["note"] = f"Kürzen Sie die Anmerkung auf {LONGEST_NOTE} Zeichen."
    if state in ("overtaken", "stopped") and not note:
        errors["note"] = "Schreiben Sie, warum der Beschluss nicht weiter umgesetzt wird."
    if errors:
        raise InputRefused(errors)
    last = latest(session, decision)
    if last is not None and (last.state, last.note, last.due_on) == (state, note, due_on):
        return None
    row = DecisionProgress(
        decision_id=decision.id, state=state, note=note, due_on=due_on, noted_at=now, noted_by_id=actor.user_id
    )
    session.add(row)
    audit.record(
        session, actor, now, audit.Tag.DECISION_PROGRESS, about=decision.paper, controller_id=decision.controller_id,
        decision=decision.id, reference=decision.reference, state=state, note=audit.Erasable(note),
        due_on=due_on.isoformat() if due_on else None,
    )  # fmt: skip
    return row


def link_measure(session: Session, actor: Actor, now: datetime, *, decision: Decision, measure: str) -> bool:
    """Says to which measure of the concept a decision belongs; empty takes it away. False when nothing changed.

    Raises :class:`NotPermitted`, and :class:`InputRefused` for a measure that does not exist.
    """
    if not may(actor, "decision:take", decision.controller_id):
        raise NotPermitted()
    wanted = measure or None
    if wanted == decision.measure:
        return False
    known = select(CatalogueEntry.id).where(CatalogueEntry.kind == MEASURE, CatalogueEntry.slug == measure)
    if wanted is not None and ("\x00" in measure or session.scalar(known) is None):
        raise InputRefused({"measure": "Wählen Sie eine Maßnahme des Konzepts."})
    audit.record(
        session, actor, now, audit.Tag.DECISION_MEASURE, about=decision.paper, controller_id=decision.controller_id,
        decision=decision.id, reference=decision.reference, old=decision.measure, new=wanted,
    )  # fmt: skip
    decision.measure = wanted
    return True


def carried_out(decision: Decision) -> bool:
    """Whether somebody has to do something: agreed to, and not itself a change of another decision."""
    return decision.result in AGREED and decision.amends_how is None


def latest(session: Session, decision: Decision) -> DecisionProgress | None:
    """The last note on a decision."""
    wanted = select(DecisionProgress).where(DecisionProgress.decision_id == decision.id)
    return session.scalars(wanted.order_by(DecisionProgress.id.desc()).limit(1)).first()


def proposed_state(tasks: Iterable[OpenTask]) -> str:
    """What the tasks of a decision suggest: all done, some begun, none begun; empty without any."""
    all_of_them = list(tasks)
    if not all_of_them:
        return ""
    if all(one.done for one in all_of_them):
        return "done"
    return "running" if any(one.done or one.progress for one in all_of_them) else "open"
