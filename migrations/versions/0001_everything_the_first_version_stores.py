"""everything the first version stores

Revision: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

FULL_TEXT = {
    "sqlite": (
        "CREATE VIRTUAL TABLE record_fts USING fts5(stems, content='record_search', content_rowid='record_id', tokenize='unicode61 remove_diacritics 0')",
        "CREATE TRIGGER record_search_added AFTER INSERT ON record_search BEGIN INSERT INTO record_fts(rowid, stems) VALUES (new.record_id, new.stems); END",
        "CREATE TRIGGER record_search_removed AFTER DELETE ON record_search BEGIN INSERT INTO record_fts(record_fts, rowid, stems) VALUES ('delete', old.record_id, old.stems); END",
        "CREATE TRIGGER record_search_changed AFTER UPDATE ON record_search BEGIN INSERT INTO record_fts(record_fts, rowid, stems) VALUES ('delete', old.record_id, old.stems); INSERT INTO record_fts(rowid, stems) VALUES (new.record_id, new.stems); END",
    ),
    "postgresql": (
        "CREATE INDEX ix_record_search_stems_fts ON record_search USING gin (to_tsvector('simple', stems))",
    ),
}


def upgrade():
    op.create_table(
        "blob",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blob")),
    )
    op.create_table(
        "catalogue_entry",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("parent", sa.String(length=80), nullable=True),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("data", DOCUMENT, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_entry")),
        sa.UniqueConstraint("kind", "slug", name=op.f("uq_catalogue_entry_kind_slug")),
    )
    with op.batch_alter_table("catalogue_entry", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_catalogue_entry_kind_parent_position"), ["kind", "parent", "position"], unique=False
        )

    op.create_table(
        "chain_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("count", BIG_ID, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chain_head")),
    )
    op.create_table(
        "controller",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("short_name", sa.String(length=80), nullable=False),
        sa.Column("data", DOCUMENT, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_controller")),
        sa.UniqueConstraint("key", name=op.f("uq_controller_key")),
    )
    op.create_table(
        "municipality",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("ags", sa.String(length=12), nullable=True),
        sa.Column("has_case_management", sa.Boolean(), nullable=False),
        sa.Column("data", DOCUMENT, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_municipality")),
        sa.UniqueConstraint("slug", name=op.f("uq_municipality_slug")),
    )
    op.create_table(
        "number_sequence",
        sa.Column("prefix", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", "year", name=op.f("pk_number_sequence")),
    )
    op.create_table(
        "organisation",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("cluster", sa.String(length=80), nullable=True),
        sa.Column("kind", sa.String(length=80), nullable=True),
        sa.Column("may_report", sa.Boolean(), nullable=False),
        sa.Column("data", DOCUMENT, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("slug", name=op.f("uq_organisation_slug")),
    )
    op.create_table(
        "rate_window",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("window_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", "window_start", name=op.f("pk_rate_window")),
    )
    op.create_table(
        "user_account",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("digest", sa.Boolean(), nullable=False),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_sign_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deactivated_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("email", name=op.f("uq_user_account_email")),
    )
    op.create_table(
        "body",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=120), nullable=True),
        sa.Column("controller_id", BIG_ID, nullable=False),
        sa.Column("data", DOCUMENT, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["controller_id"], ["controller.id"], name=op.f("fk_body_controller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_body")),
        sa.UniqueConstraint("slug", name=op.f("uq_body_slug")),
    )
    op.create_table(
        "held_input",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("payload", DOCUMENT, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_held_input_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_input")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_held_input_token_hash")),
    )
    with op.batch_alter_table("held_input", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_held_input_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "one_time_token",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("purpose IN ('invite', 'reset')", name=op.f("ck_one_time_token_purpose")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_one_time_token_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_token_token_hash")),
    )
    op.create_table(
        "process",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("controller_id", BIG_ID, nullable=False),
        sa.Column("current_version_id", BIG_ID, nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("read_roles", DOCUMENT, nullable=False),
        sa.ForeignKeyConstraint(["controller_id"], ["controller.id"], name=op.f("fk_process_controller_id")),
        sa.ForeignKeyConstraint(
            ["current_version_id"], ["process_version.id"], name="fk_process_current_version_id", use_alter=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process")),
        sa.UniqueConstraint("controller_id", "key", name=op.f("uq_process_controller_id_key")),
    )
    op.create_table(
        "responsibility",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("controller_id", BIG_ID, nullable=False),
        sa.Column("municipality", sa.String(length=80), nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["controller_id"], ["controller.id"], name=op.f("fk_responsibility_controller_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_responsibility_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_responsibility")),
        sa.UniqueConstraint("controller_id", "municipality", name=op.f("uq_responsibility_controller_id_municipality")),
    )
    op.create_table(
        "role_grant",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("controller_id", BIG_ID, nullable=False),
        sa.Column("organisation", sa.String(length=80), nullable=True),
        sa.Column("municipality", sa.String(length=80), nullable=True),
        sa.Column("body", sa.String(length=80), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted_by_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(["controller_id"], ["controller.id"], name=op.f("fk_role_grant_controller_id")),
        sa.ForeignKeyConstraint(["granted_by_id"], ["user_account.id"], name=op.f("fk_role_grant_granted_by_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_role_grant_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
        sa.UniqueConstraint(
            "user_id",
            "role",
            "controller_id",
            "organisation",
            "municipality",
            "body",
            name=op.f("uq_role_grant_user_id_role_controller_id_organisation_municipality_body"),
        ),
    )
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_grant_role_controller_id"), ["role", "controller_id"], unique=False)

    op.create_table(
        "saved_view",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("controller_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["controller_id"], ["controller.id"], name=op.f("fk_saved_view_controller_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_saved_view_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("user_id", "name", name=op.f("uq_saved_view_user_id_name")),
    )
    op.create_table(
        "process_version",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("process_id", BIG_ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(["process_id"], ["process.id"], name=op.f("fk_process_version_process_id")),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["user_account.id"], name=op.f("fk_process_version_published_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_version")),
        sa.UniqueConstraint("process_id", "content_hash", name=op.f("uq_process_version_process_id_content_hash")),
        sa.UniqueConstraint("process_id", "number", name=op.f("uq_process_version_process_id_number")),
    )
    if (
        op.get_bind().dialect.name != "sqlite"
    ):  # the two tables point at each other; SQLite has the reference from the start
        op.create_foreign_key(
            "fk_process_current_version_id", "process", "process_version", ["current_version_id"], ["id"]
        )
    op.create_table(
        "draft",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("process_id", BIG_ID, nullable=False),
        sa.Column("version_id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=True),
        sa.Column("link_hash", sa.String(length=64), nullable=True),
        sa.Column("submission_key", sa.String(length=64), nullable=False),
        sa.Column("raw", DOCUMENT, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("step", sa.String(length=80), nullable=False),
        sa.Column("done_steps", DOCUMENT, nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["process_id"], ["process.id"], name=op.f("fk_draft_process_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_draft_user_id")),
        sa.ForeignKeyConstraint(["version_id"], ["process_version.id"], name=op.f("fk_draft_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_draft_link_hash")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_draft_submission_key")),
    )
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draft_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_draft_user_id"), ["user_id"], unique=False)

    op.create_table(
        "record",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("process_id", BIG_ID, nullable=False),
        sa.Column("version_id", BIG_ID, nullable=False),
        sa.Column("controller_id", BIG_ID, nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("answers", DOCUMENT, nullable=False),
        sa.Column("municipality", sa.String(length=80), nullable=True),
        sa.Column("organisation", sa.String(length=200), nullable=True),
        sa.Column("field_of_action", sa.String(length=80), nullable=True),
        sa.Column("urgency", sa.String(length=20), nullable=True),
        sa.Column("case_count", sa.Integer(), nullable=True),
        sa.Column("creator_id", BIG_ID, nullable=True),
        sa.Column("assignee_id", BIG_ID, nullable=True),
        sa.Column("last_actor_id", BIG_ID, nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contact_erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("submission_hash", sa.String(length=64), nullable=True),
        sa.Column("retrieval_hash", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["assignee_id"], ["user_account.id"], name=op.f("fk_record_assignee_id")),
        sa.ForeignKeyConstraint(["controller_id"], ["controller.id"], name=op.f("fk_record_controller_id")),
        sa.ForeignKeyConstraint(["creator_id"], ["user_account.id"], name=op.f("fk_record_creator_id")),
        sa.ForeignKeyConstraint(["last_actor_id"], ["user_account.id"], name=op.f("fk_record_last_actor_id")),
        sa.ForeignKeyConstraint(["process_id"], ["process.id"], name=op.f("fk_record_process_id")),
        sa.ForeignKeyConstraint(["version_id"], ["process_version.id"], name=op.f("fk_record_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record")),
        sa.UniqueConstraint("reference", name=op.f("uq_record_reference")),
        sa.UniqueConstraint("submission_hash", name=op.f("uq_record_submission_hash")),
    )
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_record_assignee_id_open_id"), ["assignee_id", "open", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_record_controller_id_id"), ["controller_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_record_creator_id_id"), ["creator_id", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_record_process_id_open_assignee_id_id"),
            ["process_id", "open", "assignee_id", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_record_process_id_open_created_at_id"),
            ["process_id", "open", "created_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_record_process_id_open_due_on_id"), ["process_id", "open", "due_on", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_record_process_id_open_field_of_action_id"),
            ["process_id", "open", "field_of_action", "id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_record_process_id_id"), ["process_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_record_process_id_open_id"), ["process_id", "open", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_record_process_id_state_id"), ["process_id", "state", "id"], unique=False)

    op.create_table(
        "attachment",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("record_id", BIG_ID, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("uploaded_by_id", BIG_ID, nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_attachment_record_id")),
        sa.ForeignKeyConstraint(["sha256"], ["blob.sha256"], name=op.f("fk_attachment_sha256")),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["user_account.id"], name=op.f("fk_attachment_uploaded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_record_id"), ["record_id"], unique=False)

    op.create_table(
        "comment",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("record_id", BIG_ID, nullable=False),
        sa.Column("author_id", BIG_ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user_account.id"], name=op.f("fk_comment_author_id")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_comment_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
    )
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_comment_record_id"), ["record_id"], unique=False)

    op.create_table(
        "event",
        sa.Column("seq", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("actor_id", BIG_ID, nullable=True),
        sa.Column("actor_kind", sa.String(length=20), nullable=False),
        sa.Column("controller_id", BIG_ID, nullable=True),
        sa.Column("record_id", BIG_ID, nullable=True),
        sa.Column("tag", sa.String(length=60), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["user_account.id"], name=op.f("fk_event_actor_id")),
        sa.ForeignKeyConstraint(["controller_id"], ["controller.id"], name=op.f("fk_event_controller_id")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_event_record_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_event")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_record_id_seq"), ["record_id", "seq"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_tag_seq"), ["tag", "seq"], unique=False)

    op.create_table(
        "follow",
        sa.Column("record_id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_follow_record_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_follow_user_id")),
        sa.PrimaryKeyConstraint("record_id", "user_id", name=op.f("pk_follow")),
    )
    with op.batch_alter_table("follow", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_follow_user_id"), ["user_id"], unique=False)

    op.create_table(
        "outbox_message",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("controller_id", BIG_ID, nullable=False),
        sa.Column("record_id", BIG_ID, nullable=True),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("reply_to", sa.String(length=254), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["controller_id"], ["controller.id"], name=op.f("fk_outbox_message_controller_id")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_outbox_message_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outbox_message_message_id")),
    )
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_message_controller_id_id"), ["controller_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_message_record_id"), ["record_id"], unique=False)

    op.create_table(
        "question",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("record_id", BIG_ID, nullable=False),
        sa.Column("asked_by_id", BIG_ID, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(["answered_by_id"], ["user_account.id"], name=op.f("fk_question_answered_by_id")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user_account.id"], name=op.f("fk_question_asked_by_id")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_question_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
    )
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_record_id"), ["record_id"], unique=False)

    op.create_table(
        "read_log",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("record_id", BIG_ID, nullable=True),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("read_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_read_log_record_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_read_log_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_read_log")),
        sa.UniqueConstraint(
            "user_id", "record_id", "what", "read_on", name=op.f("uq_read_log_user_id_record_id_what_read_on")
        ),
    )
    with op.batch_alter_table("read_log", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_read_log_record_id"), ["record_id"], unique=False)

    op.create_table(
        "record_contact",
        sa.Column("record_id", BIG_ID, nullable=False),
        sa.Column("answers", DOCUMENT, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("may_ask", sa.Boolean(), nullable=False),
        sa.Column("feedback", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_record_contact_record_id")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_record_contact")),
    )
    op.create_table(
        "record_deadline",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("record_id", BIG_ID, nullable=False),
        sa.Column("rule", sa.String(length=80), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("next_check_on", sa.Date(), nullable=True),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_record_deadline_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_deadline")),
    )
    with op.batch_alter_table("record_deadline", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_record_deadline_next_check_on"), ["next_check_on"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_record_deadline_record_id_done_at"), ["record_id", "done_at"], unique=False
        )

    op.create_table(
        "record_facet",
        sa.Column("record_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("process_id", BIG_ID, nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["process_id"], ["process.id"], name=op.f("fk_record_facet_process_id")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_record_facet_record_id")),
        sa.PrimaryKeyConstraint("record_id", "name", "value", name=op.f("pk_record_facet")),
    )
    with op.batch_alter_table("record_facet", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_record_facet_name_value_process_id_open_record_id"),
            ["name", "value", "process_id", "open", "record_id"],
            unique=False,
        )

    op.create_table(
        "record_link",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("from_id", BIG_ID, nullable=False),
        sa.Column("to_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", BIG_ID, nullable=True),
        sa.CheckConstraint("from_id <> to_id", name=op.f("ck_record_link_not_itself")),
        sa.ForeignKeyConstraint(["created_by_id"], ["user_account.id"], name=op.f("fk_record_link_created_by_id")),
        sa.ForeignKeyConstraint(["from_id"], ["record.id"], name=op.f("fk_record_link_from_id")),
        sa.ForeignKeyConstraint(["to_id"], ["record.id"], name=op.f("fk_record_link_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_link")),
        sa.UniqueConstraint("from_id", "to_id", "kind", name=op.f("uq_record_link_from_id_to_id_kind")),
    )
    with op.batch_alter_table("record_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_record_link_to_id"), ["to_id"], unique=False)

    op.create_table(
        "record_search",
        sa.Column("record_id", BIG_ID, nullable=False),
        sa.Column("stems", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_record_search_record_id")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_record_search")),
    )
    op.create_table(
        "share",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("record_id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=True),
        sa.Column("organisation", sa.String(length=80), nullable=True),
        sa.Column("body", sa.String(length=80), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["user_account.id"], name=op.f("fk_share_created_by_id")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_share_record_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_share_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share")),
    )
    with op.batch_alter_table("share", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_share_record_id"), ["record_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_share_user_id_record_id"), ["user_id", "record_id"], unique=False)

    op.create_table(
        "task",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("record_id", BIG_ID, nullable=True),
        sa.Column("controller_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("assignee_id", BIG_ID, nullable=True),
        sa.Column("created_by_id", BIG_ID, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(["assignee_id"], ["user_account.id"], name=op.f("fk_task_assignee_id")),
        sa.ForeignKeyConstraint(["controller_id"], ["controller.id"], name=op.f("fk_task_controller_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["user_account.id"], name=op.f("fk_task_created_by_id")),
        sa.ForeignKeyConstraint(["done_by_id"], ["user_account.id"], name=op.f("fk_task_done_by_id")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_task_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_task_assignee_id_done_at_due_on"), ["assignee_id", "done_at", "due_on"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_task_done_at_due_on"), ["done_at", "due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_record_id"), ["record_id"], unique=False)

    op.create_table(
        "transition_approval",
        sa.Column("record_id", BIG_ID, nullable=False),
        sa.Column("transition", sa.String(length=80), nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_transition_approval_record_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_transition_approval_user_id")),
        sa.PrimaryKeyConstraint("record_id", "transition", "user_id", name=op.f("pk_transition_approval")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("message_id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=True),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.String(length=80), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=500), nullable=True),
        sa.CheckConstraint(
            "status IN ('queued', 'sending', 'sent', 'uncertain', 'dead', 'settled')", name=op.f("ck_delivery_status")
        ),
        sa.ForeignKeyConstraint(["message_id"], ["outbox_message.id"], name=op.f("fk_delivery_message_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_delivery_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_message_id"), ["message_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_status_next_at"), ["status", "next_at"], unique=False)

    op.create_table(
        "digest_item",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("controller_id", BIG_ID, nullable=False),
        sa.Column("record_id", BIG_ID, nullable=True),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_in_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(["controller_id"], ["controller.id"], name=op.f("fk_digest_item_controller_id")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_digest_item_record_id")),
        sa.ForeignKeyConstraint(["sent_in_id"], ["outbox_message.id"], name=op.f("fk_digest_item_sent_in_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_digest_item_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_item")),
    )
    with op.batch_alter_table("digest_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_digest_item_sent_in_id"), ["sent_in_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_digest_item_user_id"), ["user_id"], unique=False)

    op.create_table(
        "event_value",
        sa.Column("event_seq", BIG_ID, nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("value", DOCUMENT, nullable=True),
        sa.Column("personal", sa.Boolean(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_seq"], ["event.seq"], name=op.f("fk_event_value_event_seq")),
        sa.PrimaryKeyConstraint("event_seq", "key", name=op.f("pk_event_value")),
    )
    op.create_table(
        "mention",
        sa.Column("comment_id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_mention_comment_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_mention_user_id")),
        sa.PrimaryKeyConstraint("comment_id", "user_id", name=op.f("pk_mention")),
    )
    for statement in FULL_TEXT[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade():
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE record_fts")
    op.drop_table("mention")
    op.drop_table("event_value")
    with op.batch_alter_table("digest_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_digest_item_user_id"))
        batch_op.drop_index(batch_op.f("ix_digest_item_sent_in_id"))

    op.drop_table("digest_item")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delivery_status_next_at"))
        batch_op.drop_index(batch_op.f("ix_delivery_message_id"))

    op.drop_table("delivery")
    op.drop_table("transition_approval")
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_task_record_id"))
        batch_op.drop_index(batch_op.f("ix_task_done_at_due_on"))
        batch_op.drop_index(batch_op.f("ix_task_assignee_id_done_at_due_on"))

    op.drop_table("task")
    with op.batch_alter_table("share", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_share_user_id_record_id"))
        batch_op.drop_index(batch_op.f("ix_share_record_id"))

    op.drop_table("share")
    op.drop_table("record_search")
    with op.batch_alter_table("record_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_record_link_to_id"))

    op.drop_table("record_link")
    with op.batch_alter_table("record_facet", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_record_facet_name_value_process_id_open_record_id"))

    op.drop_table("record_facet")
    with op.batch_alter_table("record_deadline", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_record_deadline_record_id_done_at"))
        batch_op.drop_index(batch_op.f("ix_record_deadline_next_check_on"))

    op.drop_table("record_deadline")
    op.drop_table("record_contact")
    with op.batch_alter_table("read_log", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_read_log_record_id"))

    op.drop_table("read_log")
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_record_id"))

    op.drop_table("question")
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_message_record_id"))
        batch_op.drop_index(batch_op.f("ix_outbox_message_controller_id_id"))

    op.drop_table("outbox_message")
    with op.batch_alter_table("follow", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_follow_user_id"))

    op.drop_table("follow")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_tag_seq"))
        batch_op.drop_index(batch_op.f("ix_event_record_id_seq"))

    op.drop_table("event")
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_comment_record_id"))

    op.drop_table("comment")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attachment_record_id"))

    op.drop_table("attachment")
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_record_process_id_state_id"))
        batch_op.drop_index(batch_op.f("ix_record_process_id_open_id"))
        batch_op.drop_index(batch_op.f("ix_record_process_id_id"))
        batch_op.drop_index(batch_op.f("ix_record_process_id_open_field_of_action_id"))
        batch_op.drop_index(batch_op.f("ix_record_process_id_open_due_on_id"))
        batch_op.drop_index(batch_op.f("ix_record_process_id_open_created_at_id"))
        batch_op.drop_index(batch_op.f("ix_record_process_id_open_assignee_id_id"))
        batch_op.drop_index(batch_op.f("ix_record_creator_id_id"))
        batch_op.drop_index(batch_op.f("ix_record_controller_id_id"))
        batch_op.drop_index(batch_op.f("ix_record_assignee_id_open_id"))

    op.drop_table("record")
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_draft_user_id"))
        batch_op.drop_index(batch_op.f("ix_draft_expires_at"))

    op.drop_table("draft")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("UPDATE process SET current_version_id = NULL")
    else:
        op.drop_constraint("fk_process_current_version_id", "process", type_="foreignkey")
    op.drop_table("process_version")
    op.drop_table("saved_view")
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_role_grant_role_controller_id"))

    op.drop_table("role_grant")
    op.drop_table("responsibility")
    op.drop_table("process")
    op.drop_table("one_time_token")
    with op.batch_alter_table("held_input", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_held_input_expires_at"))

    op.drop_table("held_input")
    op.drop_table("body")
    op.drop_table("user_account")
    op.drop_table("rate_window")
    op.drop_table("organisation")
    op.drop_table("number_sequence")
    op.drop_table("municipality")
    op.drop_table("controller")
    op.drop_table("chain_head")
    with op.batch_alter_table("catalogue_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_catalogue_entry_kind_parent_position"))

    op.drop_table("catalogue_entry")
    op.drop_table("blob")
