"""Groups of reports that belong together and form no theme yet.

With few reports they are computed when somebody looks, and kept for as long as nothing has changed. With many that takes
longer than a page may: then the worker computes them and stores them with what they were made from, and a page leaves out
what was grouped, judged or dismissed since.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from ..engine.similar import Similar
from ..models import Process, ProcessVersion, Record, RecordLink, Setting, SimilarityVerdict
from ..similarity import Judgements
from . import similar_index
from .processes import definition_of
from .records.linking import THEME
from .similar_reports import DISMISSED

STORED = "similarity_groups"
AT_ONCE = 1500  # so many reports are grouped while somebody waits
MOST = 60
SMALLEST = 3
NEWCOMERS = 2  # so many further reports, and a dismissed group is proposed again


@dataclass(frozen=True)
class Compared:
    """A process whose records are compared."""

    process_id: int
    controller_id: int
    similar: Similar


@dataclass(frozen=True)
class Grouped:
    """Ids of records that belong together, best group first; ``terms`` name it."""

    reports: tuple[int, ...]
    terms: tuple[str, ...]


@dataclass(frozen=True)
class Grouping:
    """The groups, when they were computed (None: just now), and whether the worker has still to do it."""

    groups: Sequence[Grouped]
    made_at: datetime | None = None
    pending: bool = False


Marker = tuple[int, int, str, int]
_kept: dict[tuple[Any, int], tuple[Marker, list[Grouped]]] = {}
_lock = threading.Lock()


def compared_processes(session: Session) -> list[Compared]:
    """The processes whose records are compared."""
    rows = session.execute(
        select(Process, ProcessVersion).join(ProcessVersion, ProcessVersion.id == Process.current_version_id)
    )
    found = []
    for process, version in rows:
        similar = definition_of(version).similar
        if similar is not None:
            found.append(Compared(process.id, process.controller_id, similar))
    return found


def groups_of(session: Session, compared: Compared) -> Grouping:
    """The groups of a process as they are to be proposed now: of records that may be grouped and are in no theme."""
    shelf = similar_index.up_to_date(session)
    free = free_records(session, compared)
    judgements = _all_verdicts(session, compared)
    if shelf.size(compared.process_id) <= AT_ONCE:
        found = Grouping(_fresh(session, compared, free, judgements))
    else:
        found = _stored(session, compared)
    dismissed = _dismissed(session, compared)
    groups = [
        shown
        for group in found.groups
        if (shown := _pruned(group, free, judgements)) is not None
        and not _is_dismissed(shown, dismissed)
        and any(free[one] for one in shown.reports)
    ]
    return Grouping(groups, found.made_at, found.pending)


def free_records(session: Session, compared: Compared) -> Mapping[int, bool]:
    """Records that may be grouped and are in no theme, by id; whether each is open."""
    in_theme = [
        exists().where(RecordLink.kind == THEME, side == Record.id) for side in (RecordLink.from_id, RecordLink.to_id)
    ]
    apart = {*compared.similar.hidden_in, *compared.similar.ungrouped_in}
    wanted = select(Record.id, Record.open).where(
        Record.process_id == compared.process_id, Record.state.not_in(apart), *(~one for one in in_theme)
    )
    return {row.id: row.open for row in session.execute(wanted)}


def refresh(begin: Callable[[], AbstractContextManager[Session]], session: Session, now: datetime) -> int:
    """For the worker: computes and stores the groups where there are many reports and something changed; how often it did."""
    done = 0
    for compared in compared_processes(session):
        shelf = similar_index.up_to_date(session)
        if shelf.size(compared.process_id) <= AT_ONCE:
            continue
        marker = list(_marker(session, compared, free := free_records(session, compared)))
        known = session.get(Setting, (compared.controller_id, _key(compared)))
        if known is not None and known.value.get("made_from") == marker:
            continue
        groups = _computed(session, compared, free, _all_verdicts(session, compared))
        value = {
            "made_from": marker,
            "groups": [{"reports": list(one.reports), "terms": list(one.terms)} for one in groups],
        }
        session.rollback()
        with begin() as work:
            setting = work.get(Setting, (compared.controller_id, _key(compared)))
            if setting is None:
                work.add(Setting(controller_id=compared.controller_id, key=_key(compared), value=value, changed_at=now))
            else:
                setting.value, setting.changed_at = value, now
        done += 1
    return done


def _key(compared: Compared) -> str:
    return f"{STORED}:{compared.process_id}"


def _fresh(session: Session, compared: Compared, free: Collection[int], judgements: Judgements) -> list[Grouped]:
    """Computed now, or taken from memory when nothing has changed."""
    key = (session.get_bind().engine.url, compared.process_id)
    marker = _marker(session, compared, free)
    with _lock:
        known = _kept.get(key)
    if known is not None and known[0] == marker:
        return known[1]
    groups = _computed(session, compared, free, judgements)
    with _lock:
        _kept[key] = (marker, groups)
    return groups


def _computed(session: Session, compared: Compared, free: Collection[int], judgements: Judgements) -> list[Grouped]:
    shelf = similar_index.shelf_of(session)
    found = shelf.groups(compared.process_id, among=free, judgements=judgements, at_least_size=SMALLEST, limit=MOST)
    return [Grouped(tuple(int(one) for one in group.reports), group.terms) for group in found]


def _marker(session: Session, compared: Compared, free: Collection[int]) -> Marker:
    """Changes whenever groups may come out differently: an analysis, a verdict, or who takes part."""
    verdicts = session.execute(select(func.count(), func.max(SimilarityVerdict.judged_at))).one()
    state = similar_index.shelf_of(session).of(compared.process_id).newest
    return state, int(verdicts[0]), str(verdicts[1]), hash(frozenset(free))


def _stored(session: Session, compared: Compared) -> Grouping:
    setting = session.get(Setting, (compared.controller_id, _key(compared)))
    if setting is None:
        return Grouping((), pending=True)
    groups = [Grouped(tuple(one["reports"]), tuple(one["terms"])) for one in setting.value["groups"]]
    return Grouping(groups, made_at=setting.changed_at)


def _all_verdicts(session: Session, compared: Compared) -> Judgements:
    rows = session.execute(
        select(SimilarityVerdict.first_id, SimilarityVerdict.second_id, SimilarityVerdict.similar)
        .join(Record, Record.id == SimilarityVerdict.first_id)
        .where(Record.process_id == compared.process_id)
    ).all()
    return Judgements(
        similar=[(row.first_id, row.second_id) for row in rows if row.similar],
        different=[(row.first_id, row.second_id) for row in rows if not row.similar],
    )


def _pruned(group: Grouped, free: Collection[int], judgements: Judgements) -> Grouped | None:
    """The group without what no longer belongs in it; None when too little is left."""
    left = [one for one in group.reports if one in free]
    while True:
        clashes = {one: len(judgements.different_from(one) & set(left)) for one in left}
        worst = max(left, key=lambda one: (clashes[one], one), default=None)
        if worst is None or not clashes[worst]:
            break
        left.remove(worst)
    return Grouped(tuple(left), group.terms) if len(left) >= SMALLEST else None


def _dismissed(session: Session, compared: Compared) -> list[frozenset[int]]:
    setting = session.get(Setting, (compared.controller_id, DISMISSED))
    return [frozenset(one) for one in setting.value] if setting is not None else []


def _is_dismissed(group: Grouped, dismissed: Iterable[frozenset[int]]) -> bool:
    return any(len(set(group.reports) - one) < NEWCOMERS and one & set(group.reports) for one in dismissed)
