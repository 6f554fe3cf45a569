"""bodies, meetings, minutes, votes by circulation

Revision: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():

    op.create_table(
        "person",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("controller_id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=True),
        sa.Column("salutation", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("first_name", sa.String(length=80), nullable=False),
        sa.Column("last_name", sa.String(length=80), nullable=False),
        sa.Column("function", sa.String(length=200), nullable=False),
        sa.Column("organisation", sa.String(length=80), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("phone", sa.String(length=60), nullable=False),
        sa.Column("postal_address", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("salutation IN ('frau', 'herr', 'neutral')", name=op.f("ck_person_salutation")),
        sa.ForeignKeyConstraint(["controller_id"], ["controller.id"], name=op.f("fk_person_controller_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_person_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_controller_id"), ["controller_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_email"), ["email"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_user_id"), ["user_id"], unique=False)

    op.create_table(
        "room",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("controller_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("places", sa.Integer(), nullable=True),
        sa.Column("access", sa.String(length=300), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["controller_id"], ["controller.id"], name=op.f("fk_room_controller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room")),
    )
    with op.batch_alter_table("room", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_room_controller_id"), ["controller_id"], unique=False)

    op.create_table(
        "meeting_series",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("body_id", BIG_ID, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("rule", sa.String(length=300), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("starts", sa.String(length=5), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("room_id", BIG_ID, nullable=True),
        sa.Column("video_url", sa.String(length=500), nullable=False),
        sa.Column("on_holiday", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", BIG_ID, nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("on_holiday IN ('skip', 'move', 'keep')", name=op.f("ck_meeting_series_on_holiday")),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_meeting_series_body_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["user_account.id"], name=op.f("fk_meeting_series_created_by_id")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_meeting_series_room_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_series")),
    )
    with op.batch_alter_table("meeting_series", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_series_body_id"), ["body_id"], unique=False)

    op.create_table(
        "officer",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("body_id", BIG_ID, nullable=False),
        sa.Column("function", sa.String(length=20), nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "function IN ('chair', 'vice_chair', 'minute_taker', 'managing_director', 'office')",
            name=op.f("ck_officer_function"),
        ),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name=op.f("ck_officer_days")),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_officer_body_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_officer_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officer")),
    )
    with op.batch_alter_table("officer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_officer_body_id"), ["body_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_officer_person_id"), ["person_id"], unique=False)

    op.create_table(
        "reply_link",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("target_id", BIG_ID, nullable=True),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "purpose IN ('invitation', 'poll', 'circular', 'minutes', 'feed')", name=op.f("ck_reply_link_purpose")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reply_link_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_link")),
    )
    with op.batch_alter_table("reply_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reply_link_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reply_link_purpose_target_id"), ["purpose", "target_id"], unique=False)

    op.create_table(
        "rulebook",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("body_id", BIG_ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("settings", DOCUMENT, nullable=False),
        sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("adopted_by_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(["adopted_by_id"], ["user_account.id"], name=op.f("fk_rulebook_adopted_by_id")),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_rulebook_body_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rulebook")),
        sa.UniqueConstraint("body_id", "number", name=op.f("uq_rulebook_body_id_number")),
    )
    with op.batch_alter_table("rulebook", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rulebook_body_id_valid_from"), ["body_id", "valid_from"], unique=False)

    op.create_table(
        "seat",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("body_id", BIG_ID, nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("organisation", sa.String(length=80), nullable=True),
        sa.Column("municipality", sa.String(length=80), nullable=True),
        sa.Column("represents", sa.String(length=200), nullable=True),
        sa.Column("attends", sa.String(length=200), nullable=True),
        sa.Column("voting_right", sa.String(length=10), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint("voting_right IN ('voting', 'advisory', 'guest')", name=op.f("ck_seat_voting_right")),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_seat_body_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat")),
    )
    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seat_body_id"), ["body_id"], unique=False)

    op.create_table(
        "text_module",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("controller_id", BIG_ID, nullable=False),
        sa.Column("body_id", BIG_ID, nullable=True),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_text_module_body_id")),
        sa.ForeignKeyConstraint(["controller_id"], ["controller.id"], name=op.f("fk_text_module_controller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_module")),
    )
    with op.batch_alter_table("text_module", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_text_module_controller_id"), ["controller_id"], unique=False)

    op.create_table(
        "seat_holder",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("seat_id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint("role IN ('principal', 'deputy')", name=op.f("ck_seat_holder_role")),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name=op.f("ck_seat_holder_days")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_seat_holder_person_id")),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_seat_holder_seat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_holder")),
    )
    with op.batch_alter_table("seat_holder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seat_holder_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_seat_holder_seat_id"), ["seat_id"], unique=False)

    op.create_table(
        "meeting",
        sa.Column("record_id", BIG_ID, nullable=False),
        sa.Column("body_id", BIG_ID, nullable=False),
        sa.Column("series_id", BIG_ID, nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("room_id", BIG_ID, nullable=True),
        sa.Column("video_url", sa.String(length=500), nullable=False),
        sa.Column("uid", sa.String(length=120), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("sent_sequence", sa.Integer(), nullable=True),
        sa.Column("rulebook_id", BIG_ID, nullable=True),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("introduction", sa.Text(), nullable=False),
        sa.Column("reply_until", sa.Date(), nullable=True),
        sa.Column("motions_until", sa.Date(), nullable=True),
        sa.Column("agenda_approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agenda_approved_by_id", BIG_ID, nullable=True),
        sa.Column("dispatched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shortened_reason", sa.Text(), nullable=False),
        sa.Column("waiver", DOCUMENT, nullable=True),
        sa.Column("reinvitation_of_id", BIG_ID, nullable=True),
        sa.Column("continues_id", BIG_ID, nullable=True),
        sa.Column("chair_id", BIG_ID, nullable=True),
        sa.Column("minute_taker_id", BIG_ID, nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("breaks", DOCUMENT, nullable=False),
        sa.Column("current_item_id", BIG_ID, nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('room', 'hybrid', 'video')", name=op.f("ck_meeting_kind")),
        sa.CheckConstraint("ends_at >= starts_at", name=op.f("ck_meeting_times")),
        sa.ForeignKeyConstraint(
            ["agenda_approved_by_id"], ["user_account.id"], name=op.f("fk_meeting_agenda_approved_by_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_meeting_body_id")),
        sa.ForeignKeyConstraint(["chair_id"], ["person.id"], name=op.f("fk_meeting_chair_id")),
        sa.ForeignKeyConstraint(["continues_id"], ["meeting.record_id"], name=op.f("fk_meeting_continues_id")),
        sa.ForeignKeyConstraint(["minute_taker_id"], ["person.id"], name=op.f("fk_meeting_minute_taker_id")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_meeting_record_id")),
        sa.ForeignKeyConstraint(
            ["reinvitation_of_id"], ["meeting.record_id"], name=op.f("fk_meeting_reinvitation_of_id")
        ),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_meeting_room_id")),
        sa.ForeignKeyConstraint(["rulebook_id"], ["rulebook.id"], name=op.f("fk_meeting_rulebook_id")),
        sa.ForeignKeyConstraint(["series_id"], ["meeting_series.id"], name=op.f("fk_meeting_series_id")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("uid", name=op.f("uq_meeting_uid")),
    )
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_body_id_starts_at"), ["body_id", "starts_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_series_id"), ["series_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_starts_at"), ["starts_at"], unique=False)

    op.create_table(
        "agenda_item",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("meeting_id", BIG_ID, nullable=False),
        sa.Column("parent_id", BIG_ID, nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("motion", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("presenter", sa.String(length=200), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("carried_from_id", BIG_ID, nullable=True),
        sa.Column("record_id", BIG_ID, nullable=True),
        sa.Column("about_minutes_id", BIG_ID, nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("admitted", DOCUMENT, nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("state_note", sa.String(length=300), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("notes_version", sa.Integer(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('formalities', 'report', 'decision', 'discussion', 'information', 'miscellaneous')",
            name=op.f("ck_agenda_item_kind"),
        ),
        sa.CheckConstraint("state IN ('open', 'done', 'postponed', 'dropped')", name=op.f("ck_agenda_item_state")),
        sa.ForeignKeyConstraint(["carried_from_id"], ["agenda_item.id"], name=op.f("fk_agenda_item_carried_from_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.record_id"], name=op.f("fk_agenda_item_meeting_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["agenda_item.id"], name=op.f("fk_agenda_item_parent_id")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_agenda_item_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_item")),
    )
    with op.batch_alter_table("agenda_item", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_agenda_item_meeting_id_parent_id_position"),
            ["meeting_id", "parent_id", "position"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_agenda_item_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agenda_item_record_id"), ["record_id"], unique=False)

    op.create_table(
        "circular_vote",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("body_id", BIG_ID, nullable=False),
        sa.Column("record_id", BIG_ID, nullable=True),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("rulebook_id", BIG_ID, nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply_until", sa.Date(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.String(length=12), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("explanation", DOCUMENT, nullable=False),
        sa.Column("decision_id", BIG_ID, nullable=True),
        sa.Column("reported_in_id", BIG_ID, nullable=True),
        sa.Column("minutes_of_id", BIG_ID, nullable=True),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", BIG_ID, nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'open', 'stopped', 'decided', 'cancelled')", name=op.f("ck_circular_vote_state")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_circular_vote_body_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["user_account.id"], name=op.f("fk_circular_vote_created_by_id")),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_circular_vote_decision_id")),
        sa.ForeignKeyConstraint(["minutes_of_id"], ["meeting.record_id"], name=op.f("fk_circular_vote_minutes_of_id")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_circular_vote_record_id")),
        sa.ForeignKeyConstraint(
            ["reported_in_id"], ["meeting.record_id"], name=op.f("fk_circular_vote_reported_in_id")
        ),
        sa.ForeignKeyConstraint(["rulebook_id"], ["rulebook.id"], name=op.f("fk_circular_vote_rulebook_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circular_vote")),
        sa.UniqueConstraint("reference", name=op.f("uq_circular_vote_reference")),
    )
    with op.batch_alter_table("circular_vote", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_circular_vote_body_id"), ["body_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_circular_vote_record_id"), ["record_id"], unique=False)

    op.create_table(
        "date_poll",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("body_id", BIG_ID, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", BIG_ID, nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("meeting_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_date_poll_body_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["user_account.id"], name=op.f("fk_date_poll_created_by_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.record_id"], name=op.f("fk_date_poll_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_date_poll")),
    )
    with op.batch_alter_table("date_poll", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_date_poll_body_id"), ["body_id"], unique=False)

    op.create_table(
        "decision_progress",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("decision_id", BIG_ID, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", BIG_ID, nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'running', 'done', 'overtaken', 'stopped')", name=op.f("ck_decision_progress_state")
        ),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_decision_progress_decision_id")),
        sa.ForeignKeyConstraint(["noted_by_id"], ["user_account.id"], name=op.f("fk_decision_progress_noted_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_progress")),
    )
    with op.batch_alter_table("decision_progress", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_progress_decision_id"), ["decision_id"], unique=False)

    op.create_table(
        "dispatch",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("meeting_id", BIG_ID, nullable=True),
        sa.Column("circular_id", BIG_ID, nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("snapshot", DOCUMENT, nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(["circular_id"], ["circular_vote.id"], name=op.f("fk_dispatch_circular_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.record_id"], name=op.f("fk_dispatch_meeting_id")),
        sa.ForeignKeyConstraint(["sent_by_id"], ["user_account.id"], name=op.f("fk_dispatch_sent_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch")),
    )
    with op.batch_alter_table("dispatch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dispatch_circular_id"), ["circular_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_dispatch_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "invitee",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("meeting_id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("seat_id", BIG_ID, nullable=True),
        sa.Column("as_role", sa.String(length=10), nullable=False),
        sa.Column("voting_right", sa.String(length=10), nullable=False),
        sa.Column("deputy_for_id", BIG_ID, nullable=True),
        sa.Column("channel", sa.String(length=6), nullable=False),
        sa.Column("answer", sa.String(length=12), nullable=False),
        sa.Column("answer_comment", sa.String(length=500), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_via", sa.String(length=10), nullable=False),
        sa.Column("answered_sequence", sa.Integer(), nullable=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("uninvited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "answer IN ('none', 'accepted', 'declined', 'tentative', 'deputy')", name=op.f("ck_invitee_answer")
        ),
        sa.CheckConstraint("as_role IN ('principal', 'deputy', 'guest')", name=op.f("ck_invitee_as_role")),
        sa.CheckConstraint("channel IN ('mail', 'post')", name=op.f("ck_invitee_channel")),
        sa.ForeignKeyConstraint(["deputy_for_id"], ["invitee.id"], name=op.f("fk_invitee_deputy_for_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.record_id"], name=op.f("fk_invitee_meeting_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_invitee_person_id")),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_invitee_seat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitee")),
    )
    with op.batch_alter_table("invitee", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitee_meeting_id_person_id"), ["meeting_id", "person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitee_person_id"), ["person_id"], unique=False)

    op.create_table(
        "message_part",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("message_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("method", sa.String(length=10), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.CheckConstraint("kind IN ('calendar', 'file')", name=op.f("ck_message_part_kind")),
        sa.CheckConstraint("content IS NOT NULL OR sha256 IS NOT NULL", name=op.f("ck_message_part_content")),
        sa.ForeignKeyConstraint(["message_id"], ["outbox_message.id"], name=op.f("fk_message_part_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_part")),
    )
    with op.batch_alter_table("message_part", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_part_message_id"), ["message_id"], unique=False)

    op.create_table(
        "minutes",
        sa.Column("meeting_id", BIG_ID, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("content", DOCUMENT, nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", BIG_ID, nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("objections_until", sa.Date(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_how", sa.String(length=300), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'check', 'signed', 'sent', 'settled')", name=op.f("ck_minutes_state")),
        sa.ForeignKeyConstraint(["changed_by_id"], ["user_account.id"], name=op.f("fk_minutes_changed_by_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.record_id"], name=op.f("fk_minutes_meeting_id")),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_minutes")),
    )
    op.create_table(
        "presence",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("meeting_id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("seat_id", BIG_ID, nullable=True),
        sa.Column("as_role", sa.String(length=10), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remote", sa.Boolean(), nullable=False),
        sa.CheckConstraint("as_role IN ('principal', 'deputy', 'guest')", name=op.f("ck_presence_as_role")),
        sa.CheckConstraint("left_at IS NULL OR left_at >= arrived_at", name=op.f("ck_presence_times")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.record_id"], name=op.f("fk_presence_meeting_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_presence_person_id")),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_presence_seat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presence")),
    )
    with op.batch_alter_table("presence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_presence_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "agenda_paper",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("item_id", BIG_ID, nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("attachment_id", BIG_ID, nullable=True),
        sa.Column("record_id", BIG_ID, nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachment.id"], name=op.f("fk_agenda_paper_attachment_id")),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name=op.f("fk_agenda_paper_item_id")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_agenda_paper_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_paper")),
    )
    with op.batch_alter_table("agenda_paper", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agenda_paper_item_id"), ["item_id"], unique=False)

    op.create_table(
        "agenda_proposal",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("body_id", BIG_ID, nullable=False),
        sa.Column("meeting_id", BIG_ID, nullable=True),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("item_id", BIG_ID, nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", BIG_ID, nullable=True),
        sa.CheckConstraint("state IN ('open', 'taken', 'refused', 'withdrawn')", name=op.f("ck_agenda_proposal_state")),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["user_account.id"], name=op.f("fk_agenda_proposal_answered_by_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_agenda_proposal_body_id")),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name=op.f("fk_agenda_proposal_item_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.record_id"], name=op.f("fk_agenda_proposal_meeting_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_agenda_proposal_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_proposal")),
    )
    with op.batch_alter_table("agenda_proposal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agenda_proposal_body_id"), ["body_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agenda_proposal_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "circular_ballot",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("circular_id", BIG_ID, nullable=False),
        sa.Column("seat_id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("cast_by_id", BIG_ID, nullable=True),
        sa.Column("choice", sa.String(length=10), nullable=False),
        sa.Column("comment", sa.String(length=1000), nullable=False),
        sa.Column("cast_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("via", sa.String(length=10), nullable=False),
        sa.CheckConstraint(
            "choice IN ('', 'yes', 'no', 'abstained', 'objection')", name=op.f("ck_circular_ballot_choice")
        ),
        sa.ForeignKeyConstraint(["cast_by_id"], ["person.id"], name=op.f("fk_circular_ballot_cast_by_id")),
        sa.ForeignKeyConstraint(["circular_id"], ["circular_vote.id"], name=op.f("fk_circular_ballot_circular_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_circular_ballot_person_id")),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_circular_ballot_seat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circular_ballot")),
        sa.UniqueConstraint("circular_id", "seat_id", name=op.f("uq_circular_ballot_circular_id_seat_id")),
    )
    with op.batch_alter_table("circular_ballot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_circular_ballot_circular_id"), ["circular_id"], unique=False)

    op.create_table(
        "date_poll_option",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("poll_id", BIG_ID, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["date_poll.id"], name=op.f("fk_date_poll_option_poll_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_date_poll_option")),
    )
    with op.batch_alter_table("date_poll_option", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_date_poll_option_poll_id"), ["poll_id"], unique=False)

    op.create_table(
        "date_poll_participant",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("poll_id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("answers", DOCUMENT, nullable=False),
        sa.Column("comment", sa.String(length=300), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_date_poll_participant_person_id")),
        sa.ForeignKeyConstraint(["poll_id"], ["date_poll.id"], name=op.f("fk_date_poll_participant_poll_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_date_poll_participant")),
        sa.UniqueConstraint("poll_id", "person_id", name=op.f("uq_date_poll_participant_poll_id_person_id")),
    )
    with op.batch_alter_table("date_poll_participant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_date_poll_participant_poll_id"), ["poll_id"], unique=False)

    op.create_table(
        "dispatch_recipient",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("dispatch_id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("invitee_id", BIG_ID, nullable=True),
        sa.Column("channel", sa.String(length=6), nullable=False),
        sa.Column("address", sa.String(length=500), nullable=False),
        sa.Column("message_id", BIG_ID, nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bounce_reason", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["dispatch_id"], ["dispatch.id"], name=op.f("fk_dispatch_recipient_dispatch_id")),
        sa.ForeignKeyConstraint(["invitee_id"], ["invitee.id"], name=op.f("fk_dispatch_recipient_invitee_id")),
        sa.ForeignKeyConstraint(["message_id"], ["outbox_message.id"], name=op.f("fk_dispatch_recipient_message_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_dispatch_recipient_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch_recipient")),
    )
    with op.batch_alter_table("dispatch_recipient", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dispatch_recipient_dispatch_id"), ["dispatch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_dispatch_recipient_invitee_id"), ["invitee_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_dispatch_recipient_message_id"), ["message_id"], unique=False)

    op.create_table(
        "exclusion",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("item_id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name=op.f("fk_exclusion_item_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_exclusion_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exclusion")),
        sa.UniqueConstraint("item_id", "person_id", name=op.f("uq_exclusion_item_id_person_id")),
    )
    with op.batch_alter_table("exclusion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_exclusion_item_id"), ["item_id"], unique=False)

    op.create_table(
        "inbound_mail",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sender", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.String(length=500), nullable=False),
        sa.Column("meeting_id", BIG_ID, nullable=True),
        sa.Column("invitee_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(["invitee_id"], ["invitee.id"], name=op.f("fk_inbound_mail_invitee_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.record_id"], name=op.f("fk_inbound_mail_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_mail")),
        sa.UniqueConstraint("digest", name=op.f("uq_inbound_mail_digest")),
    )
    with op.batch_alter_table("inbound_mail", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inbound_mail_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "minutes_addendum",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("meeting_id", BIG_ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("block", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["user_account.id"], name=op.f("fk_minutes_addendum_created_by_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["minutes.meeting_id"], name=op.f("fk_minutes_addendum_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_addendum")),
        sa.UniqueConstraint("meeting_id", "number", name=op.f("uq_minutes_addendum_meeting_id_number")),
    )
    op.create_table(
        "minutes_version",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("meeting_id", BIG_ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("content", DOCUMENT, nullable=False),
        sa.Column("files", DOCUMENT, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["user_account.id"], name=op.f("fk_minutes_version_created_by_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["minutes.meeting_id"], name=op.f("fk_minutes_version_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_version")),
        sa.UniqueConstraint("meeting_id", "number", name=op.f("uq_minutes_version_meeting_id_number")),
    )
    op.create_table(
        "vote",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("meeting_id", BIG_ID, nullable=False),
        sa.Column("item_id", BIG_ID, nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("form", sa.String(length=8), nullable=False),
        sa.Column("majority", sa.String(length=20), nullable=False),
        sa.Column("yes", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("abstained", sa.Integer(), nullable=False),
        sa.Column("invalid", sa.Integer(), nullable=False),
        sa.Column("entitled", sa.Integer(), nullable=False),
        sa.Column("names", DOCUMENT, nullable=True),
        sa.Column("casting_vote", sa.String(length=3), nullable=False),
        sa.Column("result", sa.String(length=12), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("explanation", DOCUMENT, nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by_id", BIG_ID, nullable=True),
        sa.Column("replaces_id", BIG_ID, nullable=True),
        sa.Column("replace_reason", sa.String(length=300), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proclaimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_id", BIG_ID, nullable=True),
        sa.CheckConstraint("form IN ('open', 'names', 'secret')", name=op.f("ck_vote_form")),
        sa.CheckConstraint("purpose IN ('motion', 'agenda', 'waiver', 'minutes')", name=op.f("ck_vote_purpose")),
        sa.CheckConstraint("result IN ('accepted', 'rejected', 'postponed')", name=op.f("ck_vote_result")),
        sa.CheckConstraint("yes >= 0 AND no >= 0 AND abstained >= 0 AND invalid >= 0", name=op.f("ck_vote_counts")),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_vote_decision_id")),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name=op.f("fk_vote_item_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.record_id"], name=op.f("fk_vote_meeting_id")),
        sa.ForeignKeyConstraint(["replaces_id"], ["vote.id"], name=op.f("fk_vote_replaces_id")),
        sa.ForeignKeyConstraint(["taken_by_id"], ["user_account.id"], name=op.f("fk_vote_taken_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vote")),
    )
    with op.batch_alter_table("vote", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vote_decision_id"), ["decision_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_vote_item_id"), ["item_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_vote_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "minutes_objection",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("meeting_id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("block", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("via", sa.String(length=10), nullable=False),
        sa.Column("in_time", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", BIG_ID, nullable=True),
        sa.Column("addendum_id", BIG_ID, nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'accepted', 'refused', 'withdrawn')", name=op.f("ck_minutes_objection_state")
        ),
        sa.ForeignKeyConstraint(
            ["addendum_id"], ["minutes_addendum.id"], name=op.f("fk_minutes_objection_addendum_id")
        ),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["user_account.id"], name=op.f("fk_minutes_objection_answered_by_id")
        ),
        sa.ForeignKeyConstraint(["meeting_id"], ["minutes.meeting_id"], name=op.f("fk_minutes_objection_meeting_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_minutes_objection_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_objection")),
    )
    with op.batch_alter_table("minutes_objection", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_minutes_objection_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "minutes_signature",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("version_id", BIG_ID, nullable=False),
        sa.Column("function", sa.String(length=20), nullable=False),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_by_id", BIG_ID, nullable=True),
        sa.Column("on_paper", sa.Boolean(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_minutes_signature_person_id")),
        sa.ForeignKeyConstraint(["signed_by_id"], ["user_account.id"], name=op.f("fk_minutes_signature_signed_by_id")),
        sa.ForeignKeyConstraint(["version_id"], ["minutes_version.id"], name=op.f("fk_minutes_signature_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_signature")),
    )
    with op.batch_alter_table("minutes_signature", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_minutes_signature_version_id"), ["version_id"], unique=False)

    with op.batch_alter_table("body", schema=None) as batch_op:
        batch_op.add_column(sa.Column("formality", sa.String(length=10), nullable=False, server_default="exchange"))
        batch_op.add_column(sa.Column("origin", sa.String(length=10), nullable=False, server_default="profile"))
        batch_op.add_column(sa.Column("mandate", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("agenda", DOCUMENT, nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("set_up_by_id", BIG_ID, nullable=True))
        batch_op.add_column(sa.Column("record_id", BIG_ID, nullable=True))
        batch_op.add_column(sa.Column("ends_on", sa.Date(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_body_set_up_by_id"), "body", ["set_up_by_id"], ["id"])
        batch_op.create_check_constraint(
            batch_op.f("ck_body_formality"), "formality IN ('steering', 'working', 'exchange')"
        )

    # no batch: a copy of the table would point at the one that has to go (decisions amend decisions)
    op.add_column("decision", sa.Column("item_id", BIG_ID, nullable=True))
    op.add_column("decision", sa.Column("measure", sa.String(length=80), nullable=True))
    op.add_column("decision", sa.Column("confidential", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("decision", sa.Column("vote_sentence", sa.Text(), nullable=False, server_default=""))
    op.create_index(op.f("ix_decision_item_id"), "decision", ["item_id"], unique=False)

    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("owner_id", BIG_ID, nullable=True))
        batch_op.add_column(sa.Column("body_id", BIG_ID, nullable=True))
        batch_op.add_column(sa.Column("item_id", BIG_ID, nullable=True))
        batch_op.add_column(sa.Column("decision_id", BIG_ID, nullable=True))
        batch_op.add_column(sa.Column("progress", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("progress_note", sa.String(length=500), nullable=False, server_default=""))
        batch_op.create_index(batch_op.f("ix_task_body_id"), ["body_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_decision_id"), ["decision_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_item_id"), ["item_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_owner_id"), ["owner_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_task_body_id"), "body", ["body_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_task_owner_id"), "person", ["owner_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_task_item_id"), "agenda_item", ["item_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_task_decision_id"), "decision", ["decision_id"], ["id"])


def downgrade():
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_task_decision_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_task_item_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_task_owner_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_task_body_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_task_owner_id"))
        batch_op.drop_index(batch_op.f("ix_task_item_id"))
        batch_op.drop_index(batch_op.f("ix_task_decision_id"))
        batch_op.drop_index(batch_op.f("ix_task_body_id"))
        batch_op.drop_column("progress_note")
        batch_op.drop_column("progress")
        batch_op.drop_column("decision_id")
        batch_op.drop_column("item_id")
        batch_op.drop_column("body_id")
        batch_op.drop_column("owner_id")

    with op.batch_alter_table("minutes_signature", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_minutes_signature_version_id"))
    op.drop_table("minutes_signature")
    with op.batch_alter_table("minutes_objection", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_minutes_objection_meeting_id"))
    op.drop_table("minutes_objection")
    with op.batch_alter_table("vote", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_vote_meeting_id"))
        batch_op.drop_index(batch_op.f("ix_vote_item_id"))
        batch_op.drop_index(batch_op.f("ix_vote_decision_id"))
    op.drop_table("vote")
    op.drop_table("minutes_version")
    op.drop_table("minutes_addendum")
    with op.batch_alter_table("inbound_mail", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inbound_mail_meeting_id"))
    op.drop_table("inbound_mail")
    with op.batch_alter_table("exclusion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_exclusion_item_id"))
    op.drop_table("exclusion")
    with op.batch_alter_table("dispatch_recipient", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dispatch_recipient_message_id"))
        batch_op.drop_index(batch_op.f("ix_dispatch_recipient_invitee_id"))
        batch_op.drop_index(batch_op.f("ix_dispatch_recipient_dispatch_id"))
    op.drop_table("dispatch_recipient")
    with op.batch_alter_table("date_poll_participant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_date_poll_participant_poll_id"))
    op.drop_table("date_poll_participant")
    with op.batch_alter_table("date_poll_option", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_date_poll_option_poll_id"))
    op.drop_table("date_poll_option")
    with op.batch_alter_table("circular_ballot", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_circular_ballot_circular_id"))
    op.drop_table("circular_ballot")
    with op.batch_alter_table("agenda_proposal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agenda_proposal_meeting_id"))
        batch_op.drop_index(batch_op.f("ix_agenda_proposal_body_id"))
    op.drop_table("agenda_proposal")
    with op.batch_alter_table("agenda_paper", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agenda_paper_item_id"))
    op.drop_table("agenda_paper")
    with op.batch_alter_table("presence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_presence_meeting_id"))
    op.drop_table("presence")
    op.drop_table("minutes")
    with op.batch_alter_table("message_part", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_message_part_message_id"))
    op.drop_table("message_part")
    with op.batch_alter_table("invitee", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitee_person_id"))
        batch_op.drop_index(batch_op.f("ix_invitee_meeting_id_person_id"))
    op.drop_table("invitee")
    with op.batch_alter_table("dispatch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dispatch_meeting_id"))
        batch_op.drop_index(batch_op.f("ix_dispatch_circular_id"))
    op.drop_table("dispatch")
    with op.batch_alter_table("decision_progress", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decision_progress_decision_id"))
    op.drop_table("decision_progress")
    with op.batch_alter_table("date_poll", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_date_poll_body_id"))
    op.drop_table("date_poll")
    with op.batch_alter_table("circular_vote", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_circular_vote_record_id"))
        batch_op.drop_index(batch_op.f("ix_circular_vote_body_id"))
    op.drop_table("circular_vote")
    with op.batch_alter_table("agenda_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agenda_item_record_id"))
        batch_op.drop_index(batch_op.f("ix_agenda_item_parent_id"))
        batch_op.drop_index(batch_op.f("ix_agenda_item_meeting_id_parent_id_position"))
    op.drop_table("agenda_item")
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_starts_at"))
        batch_op.drop_index(batch_op.f("ix_meeting_series_id"))
        batch_op.drop_index(batch_op.f("ix_meeting_body_id_starts_at"))
    op.drop_table("meeting")
    with op.batch_alter_table("seat_holder", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seat_holder_seat_id"))
        batch_op.drop_index(batch_op.f("ix_seat_holder_person_id"))
    op.drop_table("seat_holder")
    with op.batch_alter_table("text_module", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_text_module_controller_id"))
    op.drop_table("text_module")
    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seat_body_id"))
    op.drop_table("seat")
    with op.batch_alter_table("rulebook", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rulebook_body_id_valid_from"))
    op.drop_table("rulebook")
    with op.batch_alter_table("reply_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reply_link_purpose_target_id"))
        batch_op.drop_index(batch_op.f("ix_reply_link_person_id"))
    op.drop_table("reply_link")
    with op.batch_alter_table("officer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_officer_person_id"))
        batch_op.drop_index(batch_op.f("ix_officer_body_id"))
    op.drop_table("officer")
    with op.batch_alter_table("meeting_series", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_series_body_id"))
    op.drop_table("meeting_series")
    with op.batch_alter_table("room", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_room_controller_id"))
    op.drop_table("room")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_user_id"))
        batch_op.drop_index(batch_op.f("ix_person_email"))
        batch_op.drop_index(batch_op.f("ix_person_controller_id"))
    op.drop_table("person")
    # column by column, for the same reason
    op.drop_index(op.f("ix_decision_item_id"), table_name="decision")
    for column in ("vote_sentence", "confidential", "measure", "item_id"):
        op.drop_column("decision", column)

    with op.batch_alter_table("body", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_body_formality"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_body_set_up_by_id"), type_="foreignkey")
        batch_op.drop_column("ends_on")
        batch_op.drop_column("record_id")
        batch_op.drop_column("set_up_by_id")
        batch_op.drop_column("agenda")
        batch_op.drop_column("mandate")
        batch_op.drop_column("origin")
        batch_op.drop_column("formality")
