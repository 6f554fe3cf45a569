"""naturalisation: checklists, campaign, directory, briefings; long work

Revision: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():

    op.create_table(
        "advisory_service",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("controller_id", BIG_ID, nullable=False),
        sa.Column("organisation", sa.String(length=80), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("carrier", sa.String(length=200), nullable=False),
        sa.Column("target_group", sa.String(length=300), nullable=False),
        sa.Column("street", sa.String(length=200), nullable=False),
        sa.Column("postcode", sa.String(length=5), nullable=False),
        sa.Column("town", sa.String(length=120), nullable=False),
        sa.Column("municipality", sa.String(length=80), nullable=True),
        sa.Column("municipalities", DOCUMENT, nullable=False),
        sa.Column("phone", sa.String(length=60), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("website", sa.String(length=300), nullable=False),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.Column("appointment_needed", sa.Boolean(), nullable=True),
        sa.Column("languages", DOCUMENT, nullable=False),
        sa.Column("accessible", sa.Boolean(), nullable=True),
        sa.Column("town_hall_hours", sa.String(length=300), nullable=False),
        sa.Column("fields", DOCUMENT, nullable=False),
        sa.Column("in_letters", sa.Boolean(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("confirmed_by", sa.String(length=200), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("merged_into_id", BIG_ID, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", BIG_ID, nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["changed_by_id"], ["user_account.id"], name=op.f("fk_advisory_service_changed_by_id")),
        sa.ForeignKeyConstraint(["controller_id"], ["controller.id"], name=op.f("fk_advisory_service_controller_id")),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["advisory_service.id"], name=op.f("fk_advisory_service_merged_into_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advisory_service")),
        sa.UniqueConstraint("slug", name=op.f("uq_advisory_service_slug")),
    )
    with op.batch_alter_table("advisory_service", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_advisory_service_active_name"), ["active", "name"], unique=False)
        batch_op.create_index(batch_op.f("ix_advisory_service_organisation"), ["organisation"], unique=False)

    op.create_table(
        "checklist_edition",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("controller_id", BIG_ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("content", DOCUMENT, nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("law_status", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("based_on_id", BIG_ID, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", BIG_ID, nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", BIG_ID, nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by_id", BIG_ID, nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", BIG_ID, nullable=True),
        sa.Column("withdrawal_reason", sa.String(length=500), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'published', 'withdrawn')", name=op.f("ck_checklist_edition_state")),
        sa.ForeignKeyConstraint(
            ["based_on_id"], ["checklist_edition.id"], name=op.f("fk_checklist_edition_based_on_id")
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["user_account.id"], name=op.f("fk_checklist_edition_changed_by_id")
        ),
        sa.ForeignKeyConstraint(["controller_id"], ["controller.id"], name=op.f("fk_checklist_edition_controller_id")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_checklist_edition_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["user_account.id"], name=op.f("fk_checklist_edition_published_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["user_account.id"], name=op.f("fk_checklist_edition_withdrawn_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_edition")),
        sa.UniqueConstraint("controller_id", "number", name=op.f("uq_checklist_edition_controller_id_number")),
    )
    with op.batch_alter_table("checklist_edition", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_checklist_edition_controller_id_state_valid_from"),
            ["controller_id", "state", "valid_from"],
            unique=False,
        )

    op.create_table(
        "letter_template",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("controller_id", BIG_ID, nullable=False),
        sa.Column("letter", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("blocks", DOCUMENT, nullable=False),
        sa.Column("law_status", sa.Date(), nullable=False),
        sa.Column("brochure_sha256", sa.String(length=64), nullable=True),
        sa.Column("brochure_name", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", BIG_ID, nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by_id", BIG_ID, nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'approved', 'retired')", name=op.f("ck_letter_template_state")),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["user_account.id"], name=op.f("fk_letter_template_approved_by_id")
        ),
        sa.ForeignKeyConstraint(["brochure_sha256"], ["blob.sha256"], name=op.f("fk_letter_template_brochure_sha256")),
        sa.ForeignKeyConstraint(["changed_by_id"], ["user_account.id"], name=op.f("fk_letter_template_changed_by_id")),
        sa.ForeignKeyConstraint(["controller_id"], ["controller.id"], name=op.f("fk_letter_template_controller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_template")),
        sa.UniqueConstraint(
            "controller_id", "letter", "number", name=op.f("uq_letter_template_controller_id_letter_number")
        ),
    )
    op.create_table(
        "long_task",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("controller_id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=True),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.Column("params", DOCUMENT, nullable=False),
        sa.Column("result", DOCUMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'working', 'done', 'failed', 'cancelled')", name=op.f("ck_long_task_state")
        ),
        sa.ForeignKeyConstraint(["controller_id"], ["controller.id"], name=op.f("fk_long_task_controller_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_long_task_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_long_task")),
    )
    with op.batch_alter_table("long_task", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_long_task_kind_subject_id"), ["kind", "subject_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_long_task_state_id"), ["state", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_long_task_user_id"), ["user_id"], unique=False)

    op.create_table(
        "naturalisation_office",
        sa.Column("controller_id", BIG_ID, nullable=False),
        sa.Column("self_check_on", sa.Boolean(), nullable=False),
        sa.Column("campaign_on", sa.Boolean(), nullable=False),
        sa.Column("campaign_approval", sa.String(length=300), nullable=False),
        sa.Column("campaign_approved_on", sa.Date(), nullable=True),
        sa.Column("retention_months", sa.Integer(), nullable=False),
        sa.Column("notice_days", sa.Integer(), nullable=False),
        sa.Column("confirm_months", sa.Integer(), nullable=False),
        sa.Column("run_days", sa.Integer(), nullable=False),
        sa.Column("online_url", sa.String(length=300), nullable=False),
        sa.Column("public_url", sa.String(length=300), nullable=False),
        sa.Column("contact", DOCUMENT, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", BIG_ID, nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["user_account.id"], name=op.f("fk_naturalisation_office_changed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["controller_id"], ["controller.id"], name=op.f("fk_naturalisation_office_controller_id")
        ),
        sa.PrimaryKeyConstraint("controller_id", name=op.f("pk_naturalisation_office")),
    )
    op.create_table(
        "briefing",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("controller_id", BIG_ID, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("video_url", sa.String(length=300), nullable=False),
        sa.Column("edition_id", BIG_ID, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("uid", sa.String(length=200), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", BIG_ID, nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('planned', 'held', 'cancelled')", name=op.f("ck_briefing_state")),
        sa.ForeignKeyConstraint(["controller_id"], ["controller.id"], name=op.f("fk_briefing_controller_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["user_account.id"], name=op.f("fk_briefing_created_by_id")),
        sa.ForeignKeyConstraint(["edition_id"], ["checklist_edition.id"], name=op.f("fk_briefing_edition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_briefing")),
        sa.UniqueConstraint("uid", name=op.f("uq_briefing_uid")),
    )
    with op.batch_alter_table("briefing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_briefing_controller_id"), ["controller_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_briefing_edition_id"), ["edition_id"], unique=False)

    op.create_table(
        "campaign_run",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("controller_id", BIG_ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("criteria", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("template_id", BIG_ID, nullable=True),
        sa.Column("law_status", sa.Date(), nullable=True),
        sa.Column("reading", DOCUMENT, nullable=False),
        sa.Column("columns", DOCUMENT, nullable=False),
        sa.Column("counts", DOCUMENT, nullable=False),
        sa.Column("bad_rows", DOCUMENT, nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=True),
        sa.Column("task_id", BIG_ID, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", BIG_ID, nullable=True),
        sa.Column("downloaded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delete_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proof", DOCUMENT, nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('uploaded', 'mapped', 'checked', 'working', 'ready', 'stopped', 'deleted')",
            name=op.f("ck_campaign_run_state"),
        ),
        sa.ForeignKeyConstraint(["controller_id"], ["controller.id"], name=op.f("fk_campaign_run_controller_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["user_account.id"], name=op.f("fk_campaign_run_created_by_id")),
        sa.ForeignKeyConstraint(["task_id"], ["long_task.id"], name=op.f("fk_campaign_run_task_id")),
        sa.ForeignKeyConstraint(["template_id"], ["letter_template.id"], name=op.f("fk_campaign_run_template_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_run")),
        sa.UniqueConstraint("controller_id", "number", name=op.f("uq_campaign_run_controller_id_number")),
    )
    with op.batch_alter_table("campaign_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_campaign_run_delete_at"), ["delete_at"], unique=False)

    op.create_table(
        "briefing_place",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("briefing_id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=True),
        sa.Column("organisation", sa.String(length=80), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attended", sa.Boolean(), nullable=True),
        sa.Column("certificate", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["briefing_id"], ["briefing.id"], name=op.f("fk_briefing_place_briefing_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_briefing_place_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_briefing_place")),
        sa.UniqueConstraint("briefing_id", "user_id", name=op.f("uq_briefing_place_briefing_id_user_id")),
        sa.UniqueConstraint("certificate", name=op.f("uq_briefing_place_certificate")),
    )
    with op.batch_alter_table("briefing_place", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_briefing_place_briefing_id"), ["briefing_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_briefing_place_user_id"), ["user_id"], unique=False)

    op.create_table(
        "client_checklist",
        sa.Column("record_id", BIG_ID, nullable=False),
        sa.Column("organisation", sa.String(length=80), nullable=False),
        sa.Column("pseudonym", sa.String(length=60), nullable=True),
        sa.Column("pseudonym_key", sa.String(length=60), nullable=True),
        sa.Column("edition_id", BIG_ID, nullable=False),
        sa.Column("adviser_id", BIG_ID, nullable=True),
        sa.Column("municipality", sa.String(length=80), nullable=True),
        sa.Column("situation", DOCUMENT, nullable=False),
        sa.Column("route", sa.String(length=40), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("talked_on", sa.Date(), nullable=True),
        sa.Column("talked_by_id", BIG_ID, nullable=True),
        sa.Column("follow_up_on", sa.Date(), nullable=True),
        sa.Column("ready", sa.Boolean(), nullable=False),
        sa.Column("missing", DOCUMENT, nullable=False),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("end_told_on", sa.Date(), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["adviser_id"], ["user_account.id"], name=op.f("fk_client_checklist_adviser_id")),
        sa.ForeignKeyConstraint(["edition_id"], ["checklist_edition.id"], name=op.f("fk_client_checklist_edition_id")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_client_checklist_record_id")),
        sa.ForeignKeyConstraint(["talked_by_id"], ["user_account.id"], name=op.f("fk_client_checklist_talked_by_id")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_client_checklist")),
        sa.UniqueConstraint(
            "organisation", "pseudonym_key", name=op.f("uq_client_checklist_organisation_pseudonym_key")
        ),
    )
    with op.batch_alter_table("client_checklist", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_client_checklist_adviser_id"), ["adviser_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_client_checklist_edition_id"), ["edition_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_client_checklist_ends_on"), ["ends_on"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_client_checklist_organisation_changed_at"), ["organisation", "changed_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_client_checklist_organisation_follow_up_on"), ["organisation", "follow_up_on"], unique=False
        )

    op.create_table(
        "course_date",
        sa.Column("record_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("register_until", sa.Date(), nullable=True),
        sa.Column("municipality", sa.String(length=80), nullable=True),
        sa.Column("uid", sa.String(length=200), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("data", DOCUMENT, nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_course_date_record_id")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_course_date")),
        sa.UniqueConstraint("uid", name=op.f("uq_course_date_uid")),
    )
    with op.batch_alter_table("course_date", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_course_date_starts_at"), ["starts_at"], unique=False)

    op.create_table(
        "checklist_entry",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("checklist_id", BIG_ID, nullable=False),
        sa.Column("item_id", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("evidence", DOCUMENT, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("follow_up_on", sa.Date(), nullable=True),
        sa.Column("adviser_id", BIG_ID, nullable=True),
        sa.Column("review", sa.String(length=500), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", BIG_ID, nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'working', 'present', 'met', 'not_needed', 'clarify')",
            name=op.f("ck_checklist_entry_state"),
        ),
        sa.ForeignKeyConstraint(["adviser_id"], ["user_account.id"], name=op.f("fk_checklist_entry_adviser_id")),
        sa.ForeignKeyConstraint(["changed_by_id"], ["user_account.id"], name=op.f("fk_checklist_entry_changed_by_id")),
        sa.ForeignKeyConstraint(
            ["checklist_id"], ["client_checklist.record_id"], name=op.f("fk_checklist_entry_checklist_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_entry")),
        sa.UniqueConstraint("checklist_id", "item_id", name=op.f("uq_checklist_entry_checklist_id_item_id")),
    )
    with op.batch_alter_table("checklist_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_checklist_entry_item_id_state"), ["item_id", "state"], unique=False)

    op.create_table(
        "checklist_look",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("checklist_id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["checklist_id"], ["client_checklist.record_id"], name=op.f("fk_checklist_look_checklist_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_checklist_look_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_look")),
    )
    with op.batch_alter_table("checklist_look", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_checklist_look_checklist_id"), ["checklist_id"], unique=False)

    op.create_table(
        "checklist_share",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("checklist_id", BIG_ID, nullable=False),
        sa.Column("controller_id", BIG_ID, nullable=False),
        sa.Column("scope", sa.String(length=10), nullable=False),
        sa.Column("item_id", sa.String(length=20), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", BIG_ID, nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", BIG_ID, nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("scope IN ('item', 'whole', 'hand_over')", name=op.f("ck_checklist_share_scope")),
        sa.ForeignKeyConstraint(
            ["checklist_id"], ["client_checklist.record_id"], name=op.f("fk_checklist_share_checklist_id")
        ),
        sa.ForeignKeyConstraint(["controller_id"], ["controller.id"], name=op.f("fk_checklist_share_controller_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["user_account.id"], name=op.f("fk_checklist_share_created_by_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["user_account.id"], name=op.f("fk_checklist_share_ended_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_share")),
    )
    with op.batch_alter_table("checklist_share", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_checklist_share_checklist_id"), ["checklist_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_checklist_share_controller_id_ended_at_id"),
            ["controller_id", "ended_at", "id"],
            unique=False,
        )

    op.create_table(
        "hand_over",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("checklist_id", BIG_ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", BIG_ID, nullable=True),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("edition_id", BIG_ID, nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_by_id", BIG_ID, nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_by_id", BIG_ID, nullable=True),
        sa.Column("gaps", DOCUMENT, nullable=False),
        sa.Column("return_reason", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('sent', 'received', 'returned', 'decided')", name=op.f("ck_hand_over_state")),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name=op.f("fk_hand_over_by_id")),
        sa.ForeignKeyConstraint(
            ["checklist_id"], ["client_checklist.record_id"], name=op.f("fk_hand_over_checklist_id")
        ),
        sa.ForeignKeyConstraint(["edition_id"], ["checklist_edition.id"], name=op.f("fk_hand_over_edition_id")),
        sa.ForeignKeyConstraint(["received_by_id"], ["user_account.id"], name=op.f("fk_hand_over_received_by_id")),
        sa.ForeignKeyConstraint(["returned_by_id"], ["user_account.id"], name=op.f("fk_hand_over_returned_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_over")),
        sa.UniqueConstraint("checklist_id", "number", name=op.f("uq_hand_over_checklist_id_number")),
    )
    op.create_table(
        "checklist_message",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("checklist_id", BIG_ID, nullable=False),
        sa.Column("share_id", BIG_ID, nullable=True),
        sa.Column("item_id", sa.String(length=20), nullable=True),
        sa.Column("side", sa.String(length=7), nullable=False),
        sa.Column("author_id", BIG_ID, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("side IN ('service', 'office')", name=op.f("ck_checklist_message_side")),
        sa.ForeignKeyConstraint(["author_id"], ["user_account.id"], name=op.f("fk_checklist_message_author_id")),
        sa.ForeignKeyConstraint(
            ["checklist_id"], ["client_checklist.record_id"], name=op.f("fk_checklist_message_checklist_id")
        ),
        sa.ForeignKeyConstraint(["share_id"], ["checklist_share.id"], name=op.f("fk_checklist_message_share_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_message")),
    )
    with op.batch_alter_table("checklist_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_checklist_message_checklist_id"), ["checklist_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_checklist_message_share_id"), ["share_id"], unique=False)

    op.create_table(
        "milestone",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("hand_over_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("reached_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", BIG_ID, nullable=True),
        sa.CheckConstraint("kind IN ('received', 'examining', 'requested', 'decided')", name=op.f("ck_milestone_kind")),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name=op.f("fk_milestone_by_id")),
        sa.ForeignKeyConstraint(["hand_over_id"], ["hand_over.id"], name=op.f("fk_milestone_hand_over_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone")),
    )
    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_milestone_hand_over_id"), ["hand_over_id"], unique=False)

    with op.batch_alter_table("reply_link", schema=None) as batch_op:
        batch_op.add_column(sa.Column("address", sa.String(length=254), nullable=True))
        batch_op.alter_column("person_id", existing_type=BIG_ID, nullable=True)
        batch_op.drop_constraint(op.f("ck_reply_link_purpose"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_reply_link_purpose"),
            "purpose IN ('invitation', 'poll', 'circular', 'minutes', 'feed', 'service')",
        )
        batch_op.create_check_constraint(op.f("ck_reply_link_somebody"), "person_id IS NOT NULL OR address IS NOT NULL")


def downgrade():

    op.execute("DELETE FROM reply_link WHERE purpose = 'service' OR person_id IS NULL")  # nobody reads them any more
    with op.batch_alter_table("reply_link", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_reply_link_somebody"), type_="check")
        batch_op.drop_constraint(op.f("ck_reply_link_purpose"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_reply_link_purpose"), "purpose IN ('invitation', 'poll', 'circular', 'minutes', 'feed')"
        )
        batch_op.alter_column("person_id", existing_type=BIG_ID, nullable=False)
        batch_op.drop_column("address")

    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_milestone_hand_over_id"))

    op.drop_table("milestone")
    with op.batch_alter_table("checklist_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_checklist_message_share_id"))
        batch_op.drop_index(batch_op.f("ix_checklist_message_checklist_id"))

    op.drop_table("checklist_message")
    op.drop_table("hand_over")
    with op.batch_alter_table("checklist_share", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_checklist_share_controller_id_ended_at_id"))
        batch_op.drop_index(batch_op.f("ix_checklist_share_checklist_id"))

    op.drop_table("checklist_share")
    with op.batch_alter_table("checklist_look", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_checklist_look_checklist_id"))

    op.drop_table("checklist_look")
    with op.batch_alter_table("checklist_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_checklist_entry_item_id_state"))

    op.drop_table("checklist_entry")
    with op.batch_alter_table("course_date", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_course_date_starts_at"))

    op.drop_table("course_date")
    with op.batch_alter_table("client_checklist", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_client_checklist_organisation_follow_up_on"))
        batch_op.drop_index(batch_op.f("ix_client_checklist_organisation_changed_at"))
        batch_op.drop_index(batch_op.f("ix_client_checklist_ends_on"))
        batch_op.drop_index(batch_op.f("ix_client_checklist_edition_id"))
        batch_op.drop_index(batch_op.f("ix_client_checklist_adviser_id"))

    op.drop_table("client_checklist")
    with op.batch_alter_table("briefing_place", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_briefing_place_user_id"))
        batch_op.drop_index(batch_op.f("ix_briefing_place_briefing_id"))

    op.drop_table("briefing_place")
    with op.batch_alter_table("campaign_run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_campaign_run_delete_at"))

    op.drop_table("campaign_run")
    with op.batch_alter_table("briefing", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_briefing_edition_id"))
        batch_op.drop_index(batch_op.f("ix_briefing_controller_id"))

    op.drop_table("briefing")
    op.drop_table("naturalisation_office")
    with op.batch_alter_table("long_task", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_long_task_user_id"))
        batch_op.drop_index(batch_op.f("ix_long_task_state_id"))
        batch_op.drop_index(batch_op.f("ix_long_task_kind_subject_id"))

    op.drop_table("long_task")
    op.drop_table("letter_template")
    with op.batch_alter_table("checklist_edition", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_checklist_edition_controller_id_state_valid_from"))

    op.drop_table("checklist_edition")
    with op.batch_alter_table("advisory_service", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_advisory_service_organisation"))
        batch_op.drop_index(batch_op.f("ix_advisory_service_active_name"))

    op.drop_table("advisory_service")
