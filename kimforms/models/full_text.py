"""The full-text index over ``RecordSearch``: created with the tables here and, in the same words, in the migrations."""

from __future__ import annotations

from sqlalchemy import DDL, event

from .records import RecordSearch

SQLITE = (
    "CREATE VIRTUAL TABLE record_fts USING fts5("
    "stems, content='record_search', content_rowid='record_id', tokenize='unicode61 remove_diacritics 0')",
    "CREATE TRIGGER record_search_added AFTER INSERT ON record_search BEGIN "
    "INSERT INTO record_fts(rowid, stems) VALUES (new.record_id, new.stems); END",
    "CREATE TRIGGER record_search_removed AFTER DELETE ON record_search BEGIN "
    "INSERT INTO record_fts(record_fts, rowid, stems) VALUES ('delete', old.record_id, old.stems); END",
    "CREATE TRIGGER record_search_changed AFTER UPDATE ON record_search BEGIN "
    "INSERT INTO record_fts(record_fts, rowid, stems) VALUES ('delete', old.record_id, old.stems); "
    "INSERT INTO record_fts(rowid, stems) VALUES (new.record_id, new.stems); END",
)
POSTGRESQL = ("CREATE INDEX ix_record_search_stems_fts ON record_search USING gin (to_tsvector('simple', stems))",)

for _statement in SQLITE:
    event.listen(RecordSearch.__table__, "after_create", DDL(_statement).execute_if(dialect="sqlite"))
for _statement in POSTGRESQL:
    event.listen(RecordSearch.__table__, "after_create", DDL(_statement).execute_if(dialect="postgresql"))
