"""Tables of the slice applications."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "application",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("track", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("lead_institution_id", sa.Uuid(), nullable=False),
        sa.Column("themes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("casework_origin", sa.Text(), nullable=False),
        sa.Column("requested", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("started_by", sa.Uuid(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("consultation", sa.Text(), nullable=True),
        sa.Column("consulted_by", sa.Uuid(), nullable=True),
        sa.Column("consulted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fingerprint", sa.Text(), nullable=True),
        sa.Column("submission", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("submitted_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("exception_reason", sa.Text(), nullable=True),
        sa.Column("exception_decided_by", sa.Uuid(), nullable=True),
        sa.Column("exception_decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(received_at IS NULL) = (fingerprint IS NULL) AND (received_at IS NULL OR status <> 'draft') AND (received_at IS NOT NULL OR status IN ('draft', 'withdrawn'))",
            name=op.f("ck_application_receipt"),
        ),
        sa.CheckConstraint("requested >= 0 AND requested < 'NaN'", name=op.f("ck_application_requested")),
        sa.CheckConstraint(
            "status IN ('draft', 'submitted', 'admissible', 'inadmissible', 'not_assessed', 'below_threshold', 'awarded', 'reserve', 'closed', 'withdrawn', 'ineligible', 'exception_approved', 'exception_refused')",
            name=op.f("ck_application_status"),
        ),
        sa.CheckConstraint("track IN ('joint', 'exception')", name=op.f("ck_application_track")),
        sa.CheckConstraint("exception_decided_by <> consulted_by", name=op.f("ck_application_four_eyes")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_application_call_id_call")),
        sa.ForeignKeyConstraint(
            ["consulted_by"], ["person.id"], name=op.f("fk_application_consulted_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["exception_decided_by"], ["person.id"], name=op.f("fk_application_exception_decided_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["lead_institution_id"],
            ["institution.id"],
            name=op.f("fk_application_lead_institution_id_institution"),
        ),
        sa.ForeignKeyConstraint(["started_by"], ["person.id"], name=op.f("fk_application_started_by_person")),
        sa.ForeignKeyConstraint(
            ["submitted_by"], ["person.id"], name=op.f("fk_application_submitted_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("call_id", "number", name=op.f("uq_application_call_id_number")),
        sa.UniqueConstraint("reference", name=op.f("uq_application_reference")),
    )
    op.create_index(
        "ix_application_call_received",
        "application",
        ["call_id", "received_at", "id"],
        unique=False,
        postgresql_where=sa.text("received_at IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_application_lead_institution_id"), "application", ["lead_institution_id"], unique=False
    )
    op.create_index(
        "ix_application_received",
        "application",
        ["received_at", "id"],
        unique=False,
        postgresql_where=sa.text("received_at IS NOT NULL"),
    )
    op.create_table(
        "admissibility_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("admissible", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("checked_by", sa.Uuid(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_admissibility_check_application_id_application"),
        ),
        sa.ForeignKeyConstraint(
            ["checked_by"], ["person.id"], name=op.f("fk_admissibility_check_checked_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admissibility_check")),
    )
    op.create_index(
        op.f("ix_admissibility_check_application_id"), "admissibility_check", ["application_id"], unique=False
    )
    op.create_table(
        "classified_refusal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["acknowledged_by"], ["person.id"], name=op.f("fk_classified_refusal_acknowledged_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_classified_refusal_application_id_application"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_classified_refusal_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_classified_refusal")),
    )
    op.create_index(
        op.f("ix_classified_refusal_application_id"), "classified_refusal", ["application_id"], unique=False
    )
    op.create_table(
        "document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_document_application_id_application")
        ),
        sa.ForeignKeyConstraint(["uploaded_by"], ["person.id"], name=op.f("fk_document_uploaded_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    op.create_index(op.f("ix_document_application_id"), "document", ["application_id"], unique=False)
    op.create_table(
        "party",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("beneficiary_code", sa.Text(), nullable=False),
        sa.Column("is_lead", sa.Boolean(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("contact_name", sa.Text(), nullable=False),
        sa.Column("contact_email", sa.Text(), nullable=False),
        sa.Column("confirmation", sa.Text(), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signatory_name", sa.Text(), nullable=True),
        sa.Column("signatory_function", sa.Text(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_version", sa.BigInteger(), nullable=True),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decline_reason", sa.Text(), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leave_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("amount >= 0 AND amount < 'NaN'", name=op.f("ck_party_amount")),
        sa.CheckConstraint(
            "confirmation <> 'confirmed' OR (signatory_name <> '' AND confirmed_at IS NOT NULL AND confirmed_version IS NOT NULL)",
            name=op.f("ck_party_signatory"),
        ),
        sa.CheckConstraint(
            "confirmation IN ('none', 'invited', 'confirmed', 'declined', 'void')",
            name=op.f("ck_party_confirmation"),
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_party_application_id_application")
        ),
        sa.ForeignKeyConstraint(
            ["beneficiary_code"], ["beneficiary.code"], name=op.f("fk_party_beneficiary_code_beneficiary")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_party_institution_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
    )
    op.create_index("ix_party_application", "party", ["application_id", "position"], unique=False)
    op.create_index("ix_party_institution", "party", ["institution_id"], unique=False)
    op.create_index(
        "uq_party_institution",
        "party",
        ["application_id", "institution_id"],
        unique=True,
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.create_index(
        "uq_party_lead", "party", ["application_id"], unique=True, postgresql_where=sa.text("is_lead")
    )


def downgrade() -> None:

    op.drop_index("uq_party_lead", table_name="party", postgresql_where=sa.text("is_lead"))
    op.drop_index("uq_party_institution", table_name="party", postgresql_where=sa.text("left_at IS NULL"))
    op.drop_index("ix_party_institution", table_name="party")
    op.drop_index("ix_party_application", table_name="party")
    op.drop_table("party")
    op.drop_index(op.f("ix_document_application_id"), table_name="document")
    op.drop_table("document")
    op.drop_index(op.f("ix_classified_refusal_application_id"), table_name="classified_refusal")
    op.drop_table("classified_refusal")
    op.drop_index(op.f("ix_admissibility_check_application_id"), table_name="admissibility_check")
    op.drop_table("admissibility_check")
    op.drop_index(
        "ix_application_received",
        table_name="application",
        postgresql_where=sa.text("received_at IS NOT NULL"),
    )
    op.drop_index(op.f("ix_application_lead_institution_id"), table_name="application")
    op.drop_index(
        "ix_application_call_received",
        table_name="application",
        postgresql_where=sa.text("received_at IS NOT NULL"),
    )
    op.drop_table("application")
