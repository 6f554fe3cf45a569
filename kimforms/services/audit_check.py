"""Walks the whole audit chain and says whether it is what was written; ``kimforms audit verify`` calls it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from ..models import ChainHead, Event, EventValue
from .audit import GENESIS, canonical, value_digest
from .unit_of_work import read_anchor

BATCH = 2000
MOST_PROBLEMS = 50
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Problem:
    """What is wrong, in German, and at which event; ``seq`` is None when it concerns the end of the chain."""

    seq: int | None
    sentence: str


@dataclass
class Report:
    """The result of one walk. The first problem is the earliest; after ``MOST_PROBLEMS`` no more are collected."""

    events: int = 0
    values: int = 0
    erased: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.problems

    @property
    def first_broken(self) -> int | None:
        """The number of the first event that does not hold."""
        return min((one.seq for one in self.problems if one.seq is not None), default=None)

    def add(self, seq: int | None, sentence: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(seq, sentence))


@dataclass
class _Walk:
    """Where the walk stands: the last number and hash, and the hashes at the numbers that are compared afterwards."""

    seq: int = 0
    hash: str = GENESIS
    wanted: frozenset[int] = frozenset()
    at: dict[int, str] = field(default_factory=dict)


def verify(session: Session, data_dir: Path, progress: Progress | None = None) -> Report:
    """Checks numbers, hashes, links between events, values beside the chain, the head, and the anchor outside.

    ``session`` has to be fresh, so that it sees what was committed before the anchor was read: the database may be
    ahead of the anchor (a process was killed between the two), never behind. ``progress`` is told how many events each
    step took.
    """
    report = Report()
    anchor = read_anchor(data_dir)
    head = _head(session)
    walk = _Walk(wanted=frozenset({anchor[0] if anchor else 0, head[0] if head else 0}))
    while rows := _batch(session, walk.seq):
        values = _values_between(session, walk.seq, rows[-1].seq)
        for row in rows:
            _check_event(report, walk, row, values.get(row.seq, []))
        if progress is not None:
            progress(len(rows))
    _check_head(session, report, walk, head)
    _check_anchor(report, walk, anchor)
    return report


def count_events(session: Session) -> int:
    """How many events there are, for a progress bar."""
    return session.scalar(select(func.count()).select_from(Event)) or 0


def _batch(session: Session, after: int) -> Sequence[Row[Any]]:
    columns = (
        Event.seq, Event.at, Event.actor_id, Event.actor_kind, Event.controller_id, Event.record_id, Event.tag,
        Event.payload, Event.previous_hash, Event.hash,
    )  # fmt: skip
    return session.execute(select(*columns).where(Event.seq > after).order_by(Event.seq).limit(BATCH)).all()


def _values_between(session: Session, after: int, last: int) -> dict[int, list[Row[Any]]]:
    columns = (EventValue.event_seq, EventValue.key, EventValue.salt, EventValue.value, EventValue.erased_at)
    found: dict[int, list[Row[Any]]] = {}
    rows = session.execute(select(*columns).where(EventValue.event_seq > after, EventValue.event_seq <= last))
    for row in rows:
        found.setdefault(row.event_seq, []).append(row)
    return found


def _check_event(report: Report, walk: _Walk, row: Row[Any], values: Sequence[Row[Any]]) -> None:
    seq = row.seq
    if seq != walk.seq + 1:
        report.add(walk.seq + 1, f"Nach Ereignis {walk.seq} fehlt mindestens eines: Das nächste hat die Nummer {seq}.")
    elif row.previous_hash != walk.hash:
        report.add(seq, f"Ereignis {seq} schließt nicht an das vorige an.")
    if hashlib.sha256(canonical(tuple(row)[:9]).encode()).hexdigest() != row.hash:
        report.add(seq, f"Ereignis {seq} wurde verändert: Sein Inhalt passt nicht zu seiner Prüfsumme.")
    if values or '"digest":' in row.payload:
        _check_values(report, row, values)
    report.events += 1
    walk.seq, walk.hash = seq, row.hash
    if seq in walk.wanted:
        walk.at[seq] = row.hash


def _check_values(report: Report, row: Row[Any], values: Sequence[Row[Any]]) -> None:
    try:
        digests = dict(_digests(json.loads(row.payload), ""))
    except ValueError:
        report.add(row.seq, f"Ereignis {row.seq} ist nicht lesbar.")
        return
    for value in values:
        report.values += 1
        name = value.key.replace("\x1f", ".")
        expected = digests.pop(value.key, None)
        if expected is None:
            report.add(row.seq, f"Zu Ereignis {row.seq} wurde ein Wert hinzugefügt: {name}.")
        elif value.erased_at is not None:
            report.erased += 1
            if value.value is not None:
                report.add(row.seq, f"Der gelöschte Wert {name} von Ereignis {row.seq} enthält wieder etwas.")
        elif value_digest(value.salt, value.value) != expected:
            report.add(row.seq, f"Der Wert {name} von Ereignis {row.seq} wurde verändert.")
    for key in digests:
        report.add(row.seq, f"Der Wert {key.replace(chr(31), '.')} von Ereignis {row.seq} fehlt.")


def _digests(payload: Any, prefix: str) -> Iterator[tuple[str, str]]:
    """Path and digest of each value that stands beside the chain."""
    for key, value in payload.items():
        if not isinstance(value, dict):
            continue
        if value.keys() == {"digest"} and isinstance(value["digest"], str):
            yield f"{prefix}{key}", value["digest"]
        else:
            yield from _digests(value, f"{prefix}{key}\x1f")


def _head(session: Session) -> tuple[int, str] | None:
    row = session.execute(select(ChainHead.count, ChainHead.hash)).one_or_none()
    return (row.count, row.hash) if row is not None else None


def _check_head(session: Session, report: Report, walk: _Walk, head: tuple[int, str] | None) -> None:
    if head is None:
        if walk.seq:
            report.add(None, "Das Ende der Kette ist nicht vermerkt.")
        return
    count, digest = head
    if count > walk.seq:
        report.add(walk.seq + 1, f"Am Ende fehlen Ereignisse: Vermerkt sind {count}, vorhanden sind {walk.seq}.")
    elif count and walk.at.get(count) != digest:
        report.add(count, f"Ereignis {count} passt nicht zum vermerkten Ende der Kette.")
    elif count < walk.seq and (now := _head(session)) is not None and now[0] < walk.seq:
        # another process may have written meanwhile, then its head is there too
        report.add(count + 1, f"Nach dem vermerkten Ende ({count}) stehen weitere Ereignisse.")


def _check_anchor(report: Report, walk: _Walk, anchor: tuple[int, str] | None) -> None:
    if anchor is None:
        if walk.seq:
            report.add(None, "Der Anker neben der Datenbank (Datei audit-anchor) fehlt.")
        return
    count, digest = anchor
    if count > walk.seq:
        report.add(walk.seq + 1, f"Am Ende fehlen Ereignisse: Der Anker nennt {count}, vorhanden sind {walk.seq}.")
    elif count and walk.at.get(count) != digest:
        report.add(count, f"Ereignis {count} passt nicht zum Anker neben der Datenbank.")
