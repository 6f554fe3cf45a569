"""The analyses of all reports in the memory of one process, kept up to date by reading only what is new in the table.

Each web worker and each worker for jobs has its own. A request first calls :meth:`Shelf.catch_up` (one query that is
answered by an index), so a report that was sent through another process is found at the next request. Nothing here asks
who may see what: callers name the processes, and filter what they show.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Generator, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, select
from sqlalchemy.orm import Session

from ..models import Record, SimilarityEntry
from ..similarity import Analysis, Group, Judgements, Neighbour
from . import similar_texts

if TYPE_CHECKING:
    from ..similarity import Index

ROWS_AT_ONCE = 1000
WENT_BACK_AFTER = 30.0  # seconds; a transaction of SQLite that began earlier sees an older table for a moment


@dataclass
class Kept:
    """What is known of one process: the index, and the records whose stored analysis is of no use until it is renewed."""

    index: Index
    waiting: set[int] = field(default_factory=set)
    damaged: set[int] = field(default_factory=set)
    state: int = 0
    """The highest number of the table that changed something here; the same state, the same answers."""


class Shelf:
    """The indexes of one database, one for each process whose records are compared. Threads of a process share it."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._empty()

    def _empty(self) -> None:
        self._kept: dict[int, Kept] = {}
        self._seen = 0
        self._last: tuple[int, int, str] | None = None
        self._behind_since: float | None = None

        self._padding: list[Analysis] | None = None

    def catch_up(self, session: Session) -> None:
        """Takes in what was written since; reads everything only the first time, or when the database went back.

        Not to be called inside a unit of work that has written entries itself: they may yet be undone.
        """
        with self._lock:
            if self._padding is None:
                self._padding = similar_texts.padding(session)
            with closing(self._rows(session)) as rows:
                goes_on = self._take_in(rows)
            if not goes_on:
                self._empty()
                self._padding = similar_texts.padding(session)
                with closing(self._rows(session)) as rows:
                    self._take_in(rows)

    def _is_behind(self) -> bool:
        """Whether the table has held less than is known here for so long that it was put back, say from a backup."""
        moment = time.monotonic()
        self._behind_since = self._behind_since if self._behind_since is not None else moment
        return moment - self._behind_since >= WENT_BACK_AFTER

    def _rows(self, session: Session) -> Generator[Any, None, None]:
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
        )
        with session.execute(wanted, execution_options={"yield_per": ROWS_AT_ONCE}) as rows:
            yield from rows

    def _take_in(self, rows: Iterable[Any]) -> bool:
        """False when the rows do not go on from what is known: then this is another table."""
        version = similar_texts.analyser().version
        known, first = self._last, True
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
        kept.state = row.seq
        kept.waiting.discard(row.record_id)
        kept.damaged.discard(row.record_id)
        if not row.features:
            kept.index.remove(row.record_id)
        elif row.version != version:
            kept.index.remove(row.record_id)
            kept.waiting.add(row.record_id)
        else:
            try:
                kept.index.put(row.record_id, Analysis.from_bytes(row.features))
            except ValueError:
                kept.index.remove(row.record_id)
                kept.damaged.add(row.record_id)

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
