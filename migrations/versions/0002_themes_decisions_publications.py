"""themes, decisions, publications, similar reports

Revision: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():

    op.create_table(
        "field_follow",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("field_of_action", sa.String(length=80), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("corrections", sa.Boolean(), nullable=False),
        sa.Column("for_organisation", sa.String(length=80), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_field_follow_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_follow")),
        sa.UniqueConstraint("user_id", "field_of_action", name=op.f("uq_field_follow_user_id_field_of_action")),
    )
    with op.batch_alter_table("field_follow", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_field_follow_field_of_action_user_id"), ["field_of_action", "user_id"], unique=False
        )

    op.create_table(
        "setting",
        sa.Column("controller_id", BIG_ID, nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("value", DOCUMENT, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(["changed_by_id"], ["user_account.id"], name=op.f("fk_setting_changed_by_id")),
        sa.ForeignKeyConstraint(["controller_id"], ["controller.id"], name=op.f("fk_setting_controller_id")),
        sa.PrimaryKeyConstraint("controller_id", "key", name=op.f("pk_setting")),
    )
    op.create_table(
        "decision",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("controller_id", BIG_ID, nullable=False),
        sa.Column("body", sa.String(length=80), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("votes_yes", sa.Integer(), nullable=True),
        sa.Column("votes_no", sa.Integer(), nullable=True),
        sa.Column("votes_abstained", sa.Integer(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("theme_id", BIG_ID, nullable=True),
        sa.Column("paper_id", BIG_ID, nullable=True),
        sa.Column("amends_id", BIG_ID, nullable=True),
        sa.Column("amends_how", sa.String(length=20), nullable=True),
        sa.Column("origin", sa.String(length=80), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by_id", BIG_ID, nullable=True),
        sa.CheckConstraint(
            "amends_how IS NULL OR amends_how IN ('amended', 'revoked')", name=op.f("ck_decision_amends_how")
        ),
        sa.CheckConstraint(
            "result IN ('accepted', 'amended', 'rejected', 'postponed', 'noted')", name=op.f("ck_decision_result")
        ),
        sa.ForeignKeyConstraint(["amends_id"], ["decision.id"], name=op.f("fk_decision_amends_id")),
        sa.ForeignKeyConstraint(["controller_id"], ["controller.id"], name=op.f("fk_decision_controller_id")),
        sa.ForeignKeyConstraint(["paper_id"], ["record.id"], name=op.f("fk_decision_paper_id")),
        sa.ForeignKeyConstraint(["taken_by_id"], ["user_account.id"], name=op.f("fk_decision_taken_by_id")),
        sa.ForeignKeyConstraint(["theme_id"], ["record.id"], name=op.f("fk_decision_theme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("reference", name=op.f("uq_decision_reference")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_amends_id"), ["amends_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_decision_controller_id_decided_on_id"), ["controller_id", "decided_on", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_decision_paper_id"), ["paper_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_decision_theme_id"), ["theme_id"], unique=False)

    op.create_table(
        "publication",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("record_id", BIG_ID, nullable=False),
        sa.Column("theme_id", BIG_ID, nullable=True),
        sa.Column("controller_id", BIG_ID, nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("sort", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("station", sa.String(length=40), nullable=True),
        sa.Column("content", DOCUMENT, nullable=False),
        sa.Column("stems", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("first_published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=False),
        sa.Column("news_pending", sa.Boolean(), nullable=False),
        sa.Column("news_number", sa.Integer(), nullable=False),
        sa.Column("news_phase", sa.String(length=10), nullable=False),
        sa.Column("news_after_id", BIG_ID, nullable=False),
        sa.CheckConstraint("kind IN ('solution', 'theme')", name=op.f("ck_publication_kind")),
        sa.ForeignKeyConstraint(["controller_id"], ["controller.id"], name=op.f("fk_publication_controller_id")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_publication_record_id")),
        sa.ForeignKeyConstraint(["theme_id"], ["record.id"], name=op.f("fk_publication_theme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
        sa.UniqueConstraint("record_id", name=op.f("uq_publication_record_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_publication_slug")),
    )
    with op.batch_alter_table("publication", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_publication_news_pending"), ["news_pending"], unique=False)
        batch_op.create_index(batch_op.f("ix_publication_theme_id"), ["theme_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_publication_withdrawn_at_first_published_at_id"),
            ["withdrawn_at", "first_published_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_publication_withdrawn_at_published_at_id"),
            ["withdrawn_at", "published_at", "id"],
            unique=False,
        )

    op.create_table(
        "similarity_entry",
        sa.Column("record_id", BIG_ID, nullable=False),
        sa.Column("seq", BIG_ID, nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("features", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_similarity_entry_record_id")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_similarity_entry")),
    )
    with op.batch_alter_table("similarity_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_similarity_entry_seq"), ["seq"], unique=False)

    op.create_table(
        "similarity_verdict",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("first_id", BIG_ID, nullable=False),
        sa.Column("second_id", BIG_ID, nullable=False),
        sa.Column("similar", sa.Boolean(), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("judged_by_id", BIG_ID, nullable=True),
        sa.CheckConstraint("first_id <> second_id", name=op.f("ck_similarity_verdict_not_itself")),
        sa.ForeignKeyConstraint(["first_id"], ["record.id"], name=op.f("fk_similarity_verdict_first_id")),
        sa.ForeignKeyConstraint(["judged_by_id"], ["user_account.id"], name=op.f("fk_similarity_verdict_judged_by_id")),
        sa.ForeignKeyConstraint(["second_id"], ["record.id"], name=op.f("fk_similarity_verdict_second_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_similarity_verdict")),
        sa.UniqueConstraint("first_id", "second_id", name=op.f("uq_similarity_verdict_first_id_second_id")),
    )
    with op.batch_alter_table("similarity_verdict", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_similarity_verdict_judged_at"), ["judged_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_similarity_verdict_second_id"), ["second_id"], unique=False)

    op.create_table(
        "theme_merge",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("source_id", BIG_ID, nullable=False),
        sa.Column("target_id", BIG_ID, nullable=False),
        sa.Column("state_before", sa.String(length=60), nullable=False),
        sa.Column("moved", DOCUMENT, nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("merged_by_id", BIG_ID, nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(["merged_by_id"], ["user_account.id"], name=op.f("fk_theme_merge_merged_by_id")),
        sa.ForeignKeyConstraint(["source_id"], ["record.id"], name=op.f("fk_theme_merge_source_id")),
        sa.ForeignKeyConstraint(["target_id"], ["record.id"], name=op.f("fk_theme_merge_target_id")),
        sa.ForeignKeyConstraint(["undone_by_id"], ["user_account.id"], name=op.f("fk_theme_merge_undone_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theme_merge")),
    )
    with op.batch_alter_table("theme_merge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_theme_merge_source_id"), ["source_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_theme_merge_target_id"), ["target_id"], unique=False)

    op.create_table(
        "news_sent",
        sa.Column("publication_id", BIG_ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["publication_id"], ["publication.id"], name=op.f("fk_news_sent_publication_id")),
        sa.PrimaryKeyConstraint("publication_id", "number", "who", name=op.f("pk_news_sent")),
    )
    op.create_table(
        "publication_file",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("publication_id", BIG_ID, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_publication_file_publication_id")
        ),
        sa.ForeignKeyConstraint(["sha256"], ["blob.sha256"], name=op.f("fk_publication_file_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication_file")),
    )
    with op.batch_alter_table("publication_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_publication_file_publication_id"), ["publication_id"], unique=False)

    op.create_table(
        "publication_issue",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("publication_id", BIG_ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("content", DOCUMENT, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["user_account.id"], name=op.f("fk_publication_issue_approved_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_publication_issue_publication_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication_issue")),
        sa.UniqueConstraint("publication_id", "number", name=op.f("uq_publication_issue_publication_id_number")),
    )
    op.create_table(
        "publication_tag",
        sa.Column("publication_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("value", sa.String(length=80), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["publication_id"], ["publication.id"], name=op.f("fk_publication_tag_publication_id")),
        sa.PrimaryKeyConstraint("publication_id", "name", "value", name=op.f("pk_publication_tag")),
    )
    with op.batch_alter_table("publication_tag", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_publication_tag_name_value_publication_id"),
            ["name", "value", "publication_id"],
            unique=False,
        )

    with op.batch_alter_table("record_link", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cases", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("stated", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("note", sa.String(length=300), nullable=True))
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("while_state", sa.String(length=60), nullable=True))

    # Reports that were joined with a theme before stand for as many cases as their form said, at least one.
    op.execute(
        "UPDATE record_link SET cases = (SELECT CASE WHEN record.case_count > 1 THEN record.case_count ELSE 1 END"
        " FROM record WHERE record.id = record_link.from_id) WHERE kind = 'theme'"
    )


def downgrade():
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_column("while_state")

    with op.batch_alter_table("record_link", schema=None) as batch_op:
        batch_op.drop_column("note")
        batch_op.drop_column("stated")
        batch_op.drop_column("cases")

    with op.batch_alter_table("publication_tag", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_publication_tag_name_value_publication_id"))

    op.drop_table("publication_tag")
    op.drop_table("publication_issue")
    with op.batch_alter_table("publication_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_publication_file_publication_id"))

    op.drop_table("publication_file")
    op.drop_table("news_sent")
    with op.batch_alter_table("theme_merge", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_theme_merge_target_id"))
        batch_op.drop_index(batch_op.f("ix_theme_merge_source_id"))

    op.drop_table("theme_merge")
    with op.batch_alter_table("similarity_verdict", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_similarity_verdict_second_id"))
        batch_op.drop_index(batch_op.f("ix_similarity_verdict_judged_at"))

    op.drop_table("similarity_verdict")
    with op.batch_alter_table("similarity_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_similarity_entry_seq"))

    op.drop_table("similarity_entry")
    with op.batch_alter_table("publication", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_publication_withdrawn_at_published_at_id"))
        batch_op.drop_index(batch_op.f("ix_publication_withdrawn_at_first_published_at_id"))
        batch_op.drop_index(batch_op.f("ix_publication_theme_id"))
        batch_op.drop_index(batch_op.f("ix_publication_news_pending"))

    op.drop_table("publication")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decision_theme_id"))
        batch_op.drop_index(batch_op.f("ix_decision_paper_id"))
        batch_op.drop_index(batch_op.f("ix_decision_controller_id_decided_on_id"))
        batch_op.drop_index(batch_op.f("ix_decision_amends_id"))

    op.drop_table("decision")
    op.drop_table("setting")
    with op.batch_alter_table("field_follow", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_field_follow_field_of_action_user_id"))

    op.drop_table("field_follow")
