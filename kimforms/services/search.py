"""Full-text search in German: the same stems on SQLite (FTS5) and PostgreSQL, so that both find the same records.

Records keep their stems in ``RecordSearch``; the index over it follows by trigger (FTS5) or expression (GIN). The
stemmer is Snowball German: *Kitaplatz* and *Kitaplätze* share the stem ``kitaplatz``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer
from sqlalchemy import ColumnElement, FromClause, Integer, column, func, literal, select, table, text
from sqlalchemy.orm import Session

from ..models import Record, RecordSearch

_WORD = re.compile(r"\w+(?:-\w+)*")
_REFERENCE = re.compile(r"\A[A-Za-z]{1,12}(?:-[A-Za-z0-9]+)*-[0-9]{1,9}\Z")
_stemmer = snowballstemmer.stemmer("german")
MOST_WORDS = 12
SHORTEST_BEGINNING = 4  # beginnings of fewer letters would read a large part of the index


def stems_of(words: str) -> str:
    """The stems of a text, separated by blanks; a hyphenated word gives its parts and the joined whole."""
    found: list[str] = []
    for match in _WORD.finditer(words):
        whole = match[0]
        parts = whole.split("-")
        found.extend(_stem(part) for part in parts)
        if len(parts) > 1:
            found.append(_stem("".join(parts)))
    return " ".join(found)


def is_reference(words: str) -> bool:
    """Whether the search text is the reference of a record, such as ``IH-2026-0042``."""
    return _REFERENCE.match(words.strip()) is not None


@dataclass(frozen=True)
class Hits:
    """Where the index keeps what it finds: a table to join, its column with the record's id, and the condition."""

    source: FromClause
    record_id: ColumnElement[int]
    found: ColumnElement[bool]


def hits(session: Session, words: str) -> Hits | None:
    """The index entries for a search text, to be joined where the newest few are wanted; None when it holds no word.

    All words have to occur; the last one may be the beginning of a word, since people search while they type. Read by
    descending id FTS5 gives the newest at once, however many records hold the words.
    """
    wanted = stems_of(words).split()[:MOST_WORDS]
    if not wanted:
        return None
    beginning = len(wanted[-1]) >= SHORTEST_BEGINNING
    if session.get_bind().dialect.name == "sqlite":
        index = table("record_fts", column("rowid", Integer), column("record_fts"))
        query = " AND ".join(f'"{stem}"' for stem in wanted) + ("*" if beginning else "")
        return Hits(index, index.c.rowid, text("record_fts MATCH :fts").bindparams(fts=query))  # type: ignore[arg-type]
    index_table = RecordSearch.__table__
    query = " & ".join(f"'{stem}'" for stem in wanted) + (":*" if beginning else "")
    vector = func.to_tsvector(text("'simple'"), index_table.c.stems)
    condition = vector.op("@@")(func.to_tsquery(text("'simple'"), literal(query)))
    return Hits(index_table, index_table.c.record_id, condition)


def matches(session: Session, words: str) -> ColumnElement[bool] | None:
    """The SQL filter over ``Record`` for a search text; None when it holds no word. A reference finds that record."""
    if is_reference(words):
        return Record.reference == words.strip().upper()
    found = hits(session, words)
    if found is None:
        return None
    return Record.id.in_(select(found.record_id).select_from(found.source).where(found.found))


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    folded = word.casefold().replace("ß", "ss").replace("_", "")
    return str(_stemmer.stemWord(folded))
