"""Full-text search in German: the same stems on SQLite (FTS5) and PostgreSQL, so that both find the same records.

Records keep their stems in ``RecordSearch``; the index over it follows by trigger (FTS5) or expression (GIN). The
stemmer is Snowball German: *Kitaplatz* and *Kitaplätze* share the stem ``kitaplatz``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import snowballstemmer
from sqlalchemy import ColumnElement, Dialect, column, func, literal, select, table, text
from sqlalchemy.orm import Session

from ..models import Record, RecordSearch

_WORD = re.compile(r"\w+(?:-\w+)*")
_REFERENCE = re.compile(r"\A[A-Za-z]{1,12}(?:-[A-Za-z0-9]+)*-[0-9]{1,9}\Z")
_stemmer = snowballstemmer.stemmer("german")
MOST_WORDS = 12


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


def matches(session: Session, words: str) -> ColumnElement[bool] | None:
    """The SQL filter over ``Record`` for a search text; None when it holds no word.

    All words have to occur; the last one may be the beginning of a word, since people search while they type.
    """
    if is_reference(words):
        return Record.reference == words.strip().upper()
    wanted = stems_of(words).split()[:MOST_WORDS]
    if not wanted:
        return None
    return Record.id.in_(_matching_ids(session.get_bind().dialect, wanted))


def _matching_ids(dialect: Dialect, wanted: list[str]) -> Any:
    if dialect.name == "sqlite":
        index = table("record_fts", column("rowid"), column("record_fts"))
        query = " AND ".join(f'"{stem}"' for stem in wanted)
        return select(index.c.rowid).where(text("record_fts MATCH :fts").bindparams(fts=f"{query}*"))
    query = " & ".join(f"'{stem}'" for stem in wanted) + ":*"
    vector = func.to_tsvector(text("'simple'"), RecordSearch.stems)
    return select(RecordSearch.record_id).where(
        vector.op("@@")(func.to_tsquery(text("'simple'"), literal(query)))
    )


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    folded = word.casefold().replace("ß", "ss").replace("_", "")
    return str(_stemmer.stemWord(folded))
