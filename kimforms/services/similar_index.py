"""The analyses of all reports in the memory of one process, kept up to date by reading only what is new in the table.

Each web worker and each worker for jobs has its own. A request first calls :meth:`Shelf.catch_up` (one query that is
answered by an index), so a report that was sent through another process is found at the next request. Nothing here asks
who may see what: callers name the processes, and filter what they show.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Engine, select
from sqlalchemy.orm import Session

from ..models import Record, SimilarityEntry
from ..similarity import Analysis, Group, Judgements, Neighbour
from . import similar_texts

if TYPE_CHECKING:
    from ..similarity import Index

ROWS_AT_ONCE = 500
MANY_NEW = 50
MOST_MET, PERHAPS, GROWN = 50, 0.3, 1.05
WENT_BACK_AFTER = 30.0  # seconds; a transaction of SQLite that began earlier sees an older table for a moment


@dataclass
class Kept:
    """What is known of one process: the index, and the records whose stored analysis is of no use until it is renewed."""

    index: Index
    waiting: set[int] = field(default_factory=set)
    damaged: set[int] = field(default_factory=set)
    newest: int = 0
    """The highest number of the table that changed something here; the same state, the same answers."""
    near: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """For records that were asked about those surely like them, before verdicts; kept until one of them changes."""
    near_since: int = 0
    """How many records there were when the first of these was kept."""

    def forget(self, record_id: int) -> None:
        """A record changes or goes: what was found with it holds no more."""
        for one in [one for one, some in self.near.items() if one == record_id or record_id in some]:
            del self.near[one]

    def meet(self, record_id: int, analysis: Analysis, pads: Collection[str]) -> None:
        """A record came: those like it may have a new neighbour. When many have come, words have another weight."""
        if not self.near:
            return
        if len(self.index) > GROWN * self.near_since:
            self.near.clear()
            return
        for one in self.index.neighbours(analysis, MOST_MET, exclude=pads, of=record_id, at_least=PERHAPS):
            self.near.pop(int(one.id), None)


class Shelf:
    """The indexes of one database, one for each process whose records are compared. Threads of a process share it."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._aside: threading.Thread | None = None
        self._empty()

    def _empty(self) -> None:
        self._kept: dict[int, Kept] = {}
        self._seen = 0
        self._last: tuple[int, int, str] | None = None
        self._behind_since: float | None = None
        self._padding: list[Analysis] | None = None

    def catch_up(self, session: Session, *, whole: bool = True) -> bool:
        """Takes in what was written since; everything only the first time, or when the database went back.

        With ``whole`` until nothing is left, else one portion; whether nothing is left. Not to be called inside a unit of
        work that has written entries itself: they may yet be undone.
        """
        while True:
            with self._lock:
                complete = self._step(session)
            if complete or not whole:
                return complete

    def catch_up_aside(self, engine: Engine) -> None:
        """Catches up in a thread of its own, for a page that does not want to wait; one thread at a time."""
        with self._lock:
            if self._aside is None or not self._aside.is_alive():
                self._aside = threading.Thread(target=self._alone, args=(engine,), name="similar", daemon=True)
                self._aside.start()

    def _alone(self, engine: Engine) -> None:
        with Session(engine) as session:
            self.catch_up(session)

    def _step(self, session: Session) -> bool:
        if self._padding is None:
            self._padding = similar_texts.padding(session)
        rows = list(self._rows(session))
        if not self._take_in(rows):
            self._empty()
            return False
        return len(rows) <= ROWS_AT_ONCE

    def _is_behind(self) -> bool:
        """Whether the table has held less than is known here for so long that it was put back, say from a backup."""
        moment = time.monotonic()
        self._behind_since = self._behind_since if self._behind_since is not None else moment
        return moment - self._behind_since >= WENT_BACK_AFTER

    def _rows(self, session: Session) -> Iterable[Any]:
        """New entries, and the last known one: were it missing or different, another database stands here now."""
        wanted = (
            select(
                SimilarityEntry.seq,
                SimilarityEntry.record_id,
                SimilarityEntry.version,
                SimilarityEntry.features,
                Record.process_id,
            )
            .join(Record, Record.id == SimilarityEntry.record_id)
            .where(SimilarityEntry.seq >= self._seen)
            .order_by(SimilarityEntry.seq)
            .limit(ROWS_AT_ONCE + 1)
        )
        return session.execute(wanted)

    def _take_in(self, rows: Sequence[Any]) -> bool:
        """False when the rows do not go on from what is known: then this is another table."""
        version = similar_texts.analyser().version
        known, first = self._last, True
        if len(rows) > MANY_NEW:
            for kept in self._kept.values():
                kept.near.clear()
        for row in rows:
            mark = (row.seq, row.record_id, sha256(row.features).hexdigest())
            if known is not None and first and row.seq == known[0] and mark != known:
                return False
            if known is None or row.seq > known[0]:
                self._place(row, version)
            first, self._behind_since = False, None
            self._seen, self._last = row.seq, mark
        return not (first and known is not None and self._is_behind())

    def _place(self, row: Any, version: str) -> None:
        kept = self.of(row.process_id)
        kept.newest = row.seq
        kept.waiting.discard(row.record_id)
        kept.damaged.discard(row.record_id)
        kept.forget(row.record_id)
        if not row.features:
            kept.index.remove(row.record_id)
        elif row.version != version:
            kept.index.remove(row.record_id)
            kept.waiting.add(row.record_id)
        else:
            try:
                analysis = Analysis.from_bytes(row.features)
            except ValueError:
                kept.index.remove(row.record_id)
                kept.damaged.add(row.record_id)
                return
            kept.index.put(row.record_id, analysis)
            kept.meet(row.record_id, analysis, self._pads())

    def of(self, process_id: int) -> Kept:
        """What is known of a process; empty when nothing is."""
        with self._lock:
            known = self._kept.get(process_id)
            if known is None:
                from ..similarity import Index  # noqa: PLC0415 - brings numpy, which idle workers do without

                known = self._kept[process_id] = Kept(Index())
                for pad, analysis in zip(self._pads(), self._padding or (), strict=True):
                    known.index.put(pad, analysis)
            return known

    def _pads(self) -> list[str]:
        return [f"{similar_texts.PAD}{number}" for number in range(len(self._padding or ()))]

    def size(self, process_id: int) -> int:
        """How many records of a process are found."""
        return len(self.of(process_id).index) - len(self._pads())

    def neighbours(
        self,
        process_id: int,
        asked: Mapping[int, Analysis],
        *,
        k: int,
        at_least: float,
        judgements: Judgements | None = None,
    ) -> dict[int, list[Neighbour]]:
        """For each record that asks its nearest ones, itself never among them."""
        index, pads = self.of(process_id).index, self._pads()
        return {
            record_id: index.neighbours(
                analysis, k, exclude=pads, of=record_id, at_least=at_least, judgements=judgements
            )
            for record_id, analysis in asked.items()
        }

    def surely_near(
        self, process_id: int, asked: Mapping[int, Analysis], *, k: int, at_least: float, seconds: float
    ) -> dict[int, tuple[int, ...]]:
        """For each record that asks those surely like it, before verdicts. What is not known yet is looked up for
        ``seconds`` at most, then left out: a list that shows hints does not wait for them.
        """
        kept, pads, begun = self.of(process_id), self._pads(), time.monotonic()
        for record_id, analysis in asked.items():
            if record_id in kept.near or time.monotonic() - begun > seconds:
                continue
            if not kept.near:
                kept.near_since = len(kept.index)
            found = kept.index.neighbours(analysis, k, exclude=pads, of=record_id, at_least=at_least)
            kept.near[record_id] = tuple(int(one.id) for one in found)
        return {one: kept.near[one] for one in asked if one in kept.near}

    def groups(
        self, process_id: int, *, among: Collection[int], judgements: Judgements, at_least_size: int, limit: int
    ) -> list[Group]:
        """Groups among some records of a process that belong together."""
        index = self.of(process_id).index
        return index.groups(among=among, judgements=judgements, at_least_size=at_least_size, limit=limit)

    def damaged(self) -> set[int]:
        """Records whose stored analysis cannot be read."""
        with self._lock:
            return {one for kept in self._kept.values() for one in kept.damaged}

    def memory_bytes(self) -> int:
        """How much the indexes hold, as they count themselves."""
        with self._lock:
            return sum(kept.index.memory_bytes() for kept in self._kept.values())


_shelves: dict[URL, Shelf] = {}
_shelves_lock = threading.Lock()


def shelf_of(session: Session) -> Shelf:
    """This process's shelf of the session's database, as it was when somebody last caught up."""
    key = session.get_bind().engine.url
    with _shelves_lock:
        return _shelves.setdefault(key, Shelf())


def up_to_date(session: Session) -> Shelf:
    """The shelf with everything in it that was committed until now."""
    shelf = shelf_of(session)
    shelf.catch_up(session)
    return shelf


def forget() -> None:
    """Drops what is kept; for tests that put another database in the place of one."""
    with _shelves_lock:
        _shelves.clear()
