"""Keeps the analysis of each report up to date, and remembers what the coordination says of two reports.

``analyse_record`` and ``follow_state`` run in the transaction of the change; ``reindex`` in the worker and by command.
Which answers are compared stands in the process definition (``similar``); see ``similar_texts``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from ..engine.definition import ProcessDefinition
from ..engine.similar import Similar
from ..models import Process, ProcessVersion, Record, Setting, SimilarityEntry, SimilarityVerdict
from ..permissions import Actor, may, reads_in_full
from . import audit, similar_index, similar_texts
from .processes import definition_of
from .refusals import InputRefused, NotPermitted, NotVisible

log = structlog.get_logger("kimforms.similar")
BATCH = 50
DISMISSED = "similarity_dismissed"
MOST_DISMISSED = 500
NOT_FOUND = b""


def analyse_record(
    session: Session, record: Record, definition: ProcessDefinition | None = None, *, fresh: bool = False
) -> None:
    """Stores what similarity needs of a record after its answers or its state changed; then it is found at once.

    Does nothing for a process whose records are not compared. ``fresh``: the record was just made and has no entry.
    A text that the analyser cannot read is no reason to lose a report: the worker tries again.
    """
    definition = definition or definition_of(record.version)
    similar = similar_texts.similar_of(session, record, definition)
    if similar is None:
        return
    features = _features(record, definition, similar)
    if features is None:
        return
    if fresh:
        session.add(_entry(record.id, features))
    else:
        _write(session, record.id, features)


def _features(record: Record, definition: ProcessDefinition, similar: Similar) -> bytes | None:
    """What is stored of a record; None when the analyser failed, which is logged."""
    if record.state in similar.hidden_in:
        return NOT_FOUND
    report = similar_texts.report_of(record.id, definition, similar, record.answers)
    try:
        return similar_texts.analyser().analyse(report).to_bytes()
    except Exception:
        log.exception("analysis failed", record=record.reference)
        return None


def follow_state(session: Session, record: Record, definition: ProcessDefinition, before: str) -> None:
    """Takes a record out when it comes into a state in which it is not found, and back in when it leaves it."""
    similar = similar_texts.similar_of(session, record, definition)
    if similar is not None and (before in similar.hidden_in) != (record.state in similar.hidden_in):
        analyse_record(session, record, definition)


def _write(session: Session, record_id: int, features: bytes) -> None:
    entry = session.get(SimilarityEntry, record_id)
    if entry is None:
        session.add(_entry(record_id, features))
        return
    entry.seq = _next_seq()
    entry.version, entry.features = similar_texts.analyser().version, features


def _entry(record_id: int, features: bytes) -> SimilarityEntry:
    version = similar_texts.analyser().version
    return SimilarityEntry(record_id=record_id, seq=_next_seq(), version=version, features=features)


def _next_seq() -> ColumnElement[Any]:
    """The next number, asked for by the statement that writes it; writers queue, so numbers grow in order of commits."""
    return select(func.coalesce(func.max(SimilarityEntry.seq), 0) + 1).scalar_subquery()


# --- verdicts --------------------------------------------------------------------------------------------------------


def verdict(
    session: Session, actor: Actor, now: datetime, *, first: Record, second: Record, similar: bool | None
) -> bool:
    """Remembers that two reports are similar (True), are not (False), or takes the verdict back (None).

    The latest verdict counts, whoever gave it; giving it again changes nothing and returns False. Both histories tell
    of it. Raises :class:`NotVisible`, :class:`NotPermitted`, and :class:`InputRefused` for what cannot be compared.
    """
    _require_hand(actor, first, second)
    if first.id == second.id or first.process_id != second.process_id:
        raise InputRefused({"other": "Diese beiden Vorgänge lassen sich nicht vergleichen."})
    one, other = sorted((first.id, second.id))
    known = session.scalar(select(SimilarityVerdict).filter_by(first_id=one, second_id=other))
    if (known.similar if known is not None else None) is similar:
        return False
    if similar is None:
        session.delete(known)
    elif known is None:
        session.add(
            SimilarityVerdict(first_id=one, second_id=other, similar=similar, judged_at=now, judged_by_id=actor.user_id)
        )
    else:
        known.similar, known.judged_at, known.judged_by_id = similar, now, actor.user_id
    for here, there in ((first, second), (second, first)):
        if similar is None:
            audit.record(session, actor, now, audit.Tag.SIMILAR_FORGET, about=here, other=there.reference)
        else:
            audit.record(
                session, actor, now, audit.Tag.SIMILAR_JUDGE, about=here, other=there.reference, similar=similar
            )
    return True


def set_apart(session: Session, actor: Actor, now: datetime, *, record: Record, others: Sequence[Record]) -> int:
    """Says that a report does not belong to the others of its group; returns how many verdicts are new."""
    return sum(
        verdict(session, actor, now, first=record, second=other, similar=False)
        for other in others
        if other.id != record.id
    )


def dismiss_group(session: Session, actor: Actor, now: datetime, *, records: Sequence[Record]) -> None:
    """Proposes this group no more, unless further reports join it; says nothing about any two of its reports."""
    _require_hand(actor, *records)
    controllers = {one.controller_id for one in records}
    if len(controllers) != 1:
        raise InputRefused({"report": "Wählen Sie Meldungen einer Gruppe."})
    controller_id = controllers.pop()
    ids = sorted(one.id for one in records)
    setting = session.get(Setting, (controller_id, DISMISSED))
    known = list(setting.value) if setting is not None else []
    if ids in known:
        return
    kept = [*known, ids][-MOST_DISMISSED:]
    if setting is None:
        session.add(
            Setting(controller_id=controller_id, key=DISMISSED, value=kept, changed_at=now, changed_by_id=actor.user_id)
        )
    else:
        setting.value, setting.changed_at, setting.changed_by_id = kept, now, actor.user_id
    references = sorted(one.reference for one in records)
    audit.record(session, actor, now, audit.Tag.SIMILAR_DISMISS, controller_id=controller_id, reports=references)


def _require_hand(actor: Actor, *records: Record) -> None:
    """Whoever judges has to read the records in full and to work with their controller."""
    for one in records:
        if not reads_in_full(actor, one.controller_id, one.process.read_roles):
            raise NotVisible()
        if not may(actor, "record:work", one.controller_id):
            raise NotPermitted()


# --- what the worker renews ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Renewed:
    """An analysis made outside of the transaction, of a record as it was at ``row_version``."""

    record_id: int
    row_version: int
    features: bytes


def reindex(
    begin: Callable[[], AbstractContextManager[Session]],
    session: Session,
    *,
    everything: bool = False,
    progress: Callable[[int], None] = lambda _done: None,
) -> int:
    """Analyses all records that have no analysis, an outdated or a damaged one; returns how many were renewed.

    Works in batches, each in a short transaction of its own, so people can go on; it may be stopped and begun again.
    """
    done, after = 0, 0
    while True:
        similar_index.up_to_date(session)
        batch = _due(session, after, everything)
        if not batch:
            return done
        renewed = [one for record in batch if (one := _renew(session, record)) is not None]
        after = batch[-1].id
        session.rollback()  # ends the reading; what follows reads anew, and writers wait for nothing of ours
        with begin() as work:
            done += sum(_store(work, one) for one in renewed)
        progress(done)


def count_due(session: Session) -> int:
    """How many records wait for their analysis."""
    similar_index.up_to_date(session)
    return session.scalar(select(func.count()).select_from(_wanted(session, False).subquery())) or 0


def _compared(session: Session) -> list[int]:
    """Ids of the processes whose records are compared."""
    rows = session.execute(
        select(Process.id, ProcessVersion).join(ProcessVersion, ProcessVersion.id == Process.current_version_id)
    )
    return [process_id for process_id, version in rows if definition_of(version).similar is not None]


def _wanted(session: Session, everything: bool) -> Select[tuple[Record]]:
    wanted = (
        select(Record)
        .outerjoin(SimilarityEntry, SimilarityEntry.record_id == Record.id)
        .where(Record.process_id.in_(_compared(session)))
    )
    if everything:
        return wanted
    outdated = or_(SimilarityEntry.record_id.is_(None), SimilarityEntry.version != similar_texts.analyser().version)
    damaged = sorted(similar_index.shelf_of(session).damaged())
    return wanted.where(or_(outdated, Record.id.in_(damaged)) if damaged else outdated)


def _due(session: Session, after: int, everything: bool) -> list[Record]:
    wanted = _wanted(session, everything).where(Record.id > after).order_by(Record.id).limit(BATCH)
    options = joinedload(Record.process), joinedload(Record.version)
    return list(session.scalars(wanted.options(*options)))


def _renew(session: Session, record: Record) -> Renewed | None:
    definition = definition_of(record.version)
    similar = similar_texts.similar_of(session, record, definition)
    if similar is None:
        return None
    features = _features(record, definition, similar)
    if features is None:  # one text must not keep the others waiting; it stays unfound until the next version
        features = NOT_FOUND
    return Renewed(record.id, record.row_version, features)


def _store(session: Session, renewed: Renewed) -> bool:
    """False when the record changed in the meantime: then it was analysed by whoever changed it."""
    current = session.scalar(select(Record.row_version).where(Record.id == renewed.record_id))
    if current != renewed.row_version:
        return False
    _write(session, renewed.record_id, renewed.features)
    return True
