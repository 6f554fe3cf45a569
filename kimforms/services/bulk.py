"""One deed on several records of the inbox. Each record has its own unit of work, so one refusal stops no other.

``in_turn`` gives one outcome for each record, with the sentence that says what happened or why nothing did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from ..engine.catalogue import Catalogues
from ..engine.text import pick
from ..engine.workflow import Allowed
from ..models import Record
from ..permissions import Actor, may, readable_processes
from .processes import definition_of
from .records.assigning import assign_record, follow_record, unfollow_record
from .records.transitions import perform_transition, possible_transitions
from .refusals import InputRefused, NotPermitted, NotVisible, Refusal, StaleVersion, StepRefused

Begin = Callable[[], AbstractContextManager[Session]]
Deed = Callable[[Session, Record, int], str]
"""Does it to one record, shown in this version; returns a sentence about what happened."""

Say = Callable[[str, str], str]
"""Picks the German or the English sentence for the person who acts."""


@dataclass(frozen=True)
class Outcome:
    """What became of one record: ``done``, or refused with the reason in ``sentence``."""

    reference: str
    title: str
    done: bool
    sentence: str


def in_turn(begin: Begin, actor: Actor, chosen: Iterable[tuple[str, int]], deed: Deed, say: Say) -> list[Outcome]:
    """Does ``deed`` to each (reference, row version) in its own unit of work (``begin``)."""
    outcomes = []
    for reference, row_version in chosen:
        title = ""
        try:
            with begin() as session:
                record = _record(session, actor, reference)
                title = record.title
                sentence = deed(session, record, row_version)
            outcomes.append(Outcome(reference, title, True, sentence))
        except Refusal as refusal:
            outcomes.append(Outcome(reference, title, False, _why_not(refusal, say)))
    return outcomes


def assigning(actor: Actor, now: datetime, person_id: int | None, name: str, say: Say) -> Deed:
    """The deed that makes a colleague, or nobody (None), responsible."""

    def deed(session: Session, record: Record, row_version: int) -> str:
        changed = assign_record(session, actor, now, record=record, person_id=person_id, row_version=row_version)
        if not changed:
            return say("War schon so, nichts geändert.", "It was so already, nothing changed.")
        if person_id is None:
            return say("Jetzt ist niemand zuständig.", "Nobody is responsible now.")
        return say(f"Zuständig ist jetzt {name}.", f"{name} is responsible now.")

    return deed


def moving(actor: Actor, now: datetime, transition_id: str, catalogues: Catalogues, say: Say) -> Deed:
    """The deed that takes a quick step of the workflow; steps that are not offered for several records are refused."""

    def deed(session: Session, record: Record, row_version: int) -> str:
        _quick(record, transition_id, say)
        decision = perform_transition(
            session,
            actor,
            now,
            record=record,
            transition_id=transition_id,
            data={},
            row_version=row_version,
            catalogues=catalogues,
        )
        if not decision.complete:
            return say("Ihre Zustimmung ist vermerkt; weitere fehlen noch.", "Noted; further approvals are missing.")
        state = _label(record, record.state, say)
        return say(f"Stand ist jetzt „{state}“.", f"The state is now “{state}”.")

    return deed


def following(actor: Actor, now: datetime, *, follow: bool, say: Say) -> Deed:
    """The deed that follows a record, or no longer follows it; it changes nothing of the record, so no version counts."""

    def deed(session: Session, record: Record, _row_version: int) -> str:
        assert actor.user_id is not None
        if follow:
            changed = follow_record(session, now, record=record, user_id=actor.user_id)
            if changed:
                return say("Sie folgen dem Vorgang jetzt.", "You are following the record now.")
            return say("Sie folgen dem Vorgang schon.", "You are following the record already.")
        if unfollow_record(session, record=record, user_id=actor.user_id):
            return say("Sie folgen dem Vorgang nicht mehr.", "You no longer follow the record.")
        return say("Sie sind dem Vorgang nicht gefolgt.", "You were not following the record.")

    return deed


def foresee(
    session: Session, actor: Actor, now: datetime, *, chosen: Mapping[str, int], transition_id: str, say: Say
) -> list[Outcome]:
    """What :func:`moving` would do with each record, judged now; nothing is written."""
    records = {
        one.reference: one for one in session.scalars(_visible(session, actor).where(Record.reference.in_(chosen)))
    }
    outcomes = []
    for reference, row_version in chosen.items():
        record = records.get(reference)
        title = record.title if record else ""
        try:
            sentence = _judged(session, actor, now, record, shown=row_version, transition_id=transition_id, say=say)
            outcomes.append(Outcome(reference, title, True, sentence))
        except Refusal as refusal:
            outcomes.append(Outcome(reference, title, False, _why_not(refusal, say)))
    return outcomes


def _judged(
    session: Session, actor: Actor, now: datetime, record: Record | None, *, shown: int, transition_id: str, say: Say
) -> str:
    if record is None:
        raise NotVisible()
    if not may(actor, "inbox:work", record.controller_id):
        raise NotPermitted()
    if record.row_version != shown:
        raise StaleVersion()
    _quick(record, transition_id, say)
    verdict = next(
        (one for one in possible_transitions(session, actor, now, record) if one.transition.id == transition_id), None
    )
    if verdict is None:
        state = _label(record, record.state, say)
        raise StepRefused(
            [say(f"Im Stand „{state}“ ist dieser Schritt nicht möglich.", f"Not possible in the state “{state}”.")]
        )
    if not isinstance(verdict, Allowed):
        raise StepRefused(verdict.reasons)
    new = _label(record, verdict.transition.target(record.state), say)
    return say(f"Stand wird „{new}“.", f"The state becomes “{new}”.")


def _label(record: Record, state: str, say: Say) -> str:
    label = definition_of(record.version).workflow.states[state].label
    return pick(label, say("de", "en"))


def _quick(record: Record, transition_id: str, say: Say) -> None:
    transition = definition_of(record.version).workflow.transition_by_id.get(transition_id)
    if transition is None or not transition.quick:
        sentence = say("Diesen Schritt gibt es nicht für mehrere Vorgänge.", "This step is not for several records.")
        raise StepRefused([sentence])


def _record(session: Session, actor: Actor, reference: str) -> Record:
    record = session.scalar(_visible(session, actor).where(Record.reference == reference))
    if record is None:
        raise NotVisible()
    if not may(actor, "inbox:work", record.controller_id):
        raise NotPermitted()
    return record


def _visible(session: Session, actor: Actor) -> Select[tuple[Record]]:
    return select(Record).where(Record.process_id.in_(readable_processes(session, actor)))


def _why_not(refusal: Refusal, say: Say) -> str:
    if isinstance(refusal, StaleVersion):
        return say(
            "Inzwischen hat jemand anderes diesen Vorgang geändert. Wählen Sie ihn in der neu geladenen Liste noch einmal.",
            "Someone else has changed this record in the meantime. Choose it again in the reloaded list.",
        )
    if isinstance(refusal, NotVisible):
        return say(
            "Diesen Vorgang gibt es nicht, oder er ist für Sie nicht freigegeben.",
            "This record does not exist or is not open to you.",
        )
    if isinstance(refusal, InputRefused):
        return " ".join(refusal.errors.values())
    return refusal.sentence
