"""Runs migrations on the application's database; batch mode, since SQLite cannot alter most of a table."""

from alembic import context
from flask import current_app

database = current_app.extensions["migrate"].db

NOT_OURS = ("record_fts",)


def include_name(name, kind, _parents):
    return not (kind == "table" and name is not None and name.startswith(NOT_OURS))


with database.engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=database.metadata,
        render_as_batch=True,
        include_name=include_name,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
