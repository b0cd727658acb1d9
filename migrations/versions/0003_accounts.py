"""Tables of the slice accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "beneficiary",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("alpha3", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("western_balkans", sa.Boolean(), nullable=False),
        sa.Column("designation_note", sa.Text(), nullable=True),
        sa.Column("sort_order", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_beneficiary")),
    )
    op.create_table(
        "registration",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
    )
    op.create_table(
        "sign_in_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_request")),
    )
    op.create_table(
        "institution",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("beneficiary_code", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('POLICE', 'PROSECUTION', 'COURT', 'BORDER', 'CUSTOMS', 'FIU', 'DPA', 'MOI', 'MOJ', 'CERT', 'PRISON', 'CSO', 'TRAINING')",
            name=op.f("ck_institution_kind"),
        ),
        sa.CheckConstraint("status IN ('pending', 'approved')", name=op.f("ck_institution_status")),
        sa.ForeignKeyConstraint(
            ["beneficiary_code"],
            ["beneficiary.code"],
            name=op.f("fk_institution_beneficiary_code_beneficiary"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution")),
    )
    op.create_index("ix_institution_name", "institution", ["beneficiary_code", "sort_key"], unique=True)
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.Text(), nullable=False),
        sa.Column("initials", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "status IN ('pending', 'active', 'declined', 'deactivated')", name=op.f("ck_person_status")
        ),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_person_email")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_person_decided_by_person")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_person_institution_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_index(op.f("ix_person_institution_id"), "person", ["institution_id"], unique=False)
    op.create_index("ix_person_list", "person", ["sort_key", "id"], unique=False)
    op.create_table(
        "person_role",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "role IN ('officer', 'secretariat', 'assessor', 'authorising', 'commission', 'auditor', 'administrator')",
            name=op.f("ck_person_role_role"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_role_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "role", name=op.f("pk_person_role")),
    )
    op.create_index("ix_person_role", "person_role", ["role", "person_id"], unique=False)
    op.create_table(
        "session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_session_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_session_token_hash")),
    )
    op.create_index(op.f("ix_session_person_id"), "session", ["person_id"], unique=False)


def downgrade() -> None:

    op.drop_index(op.f("ix_session_person_id"), table_name="session")
    op.drop_table("session")
    op.drop_index("ix_person_role", table_name="person_role")
    op.drop_table("person_role")
    op.drop_index("ix_person_list", table_name="person")
    op.drop_index(op.f("ix_person_institution_id"), table_name="person")
    op.drop_table("person")
    op.drop_index("ix_institution_name", table_name="institution")
    op.drop_table("institution")
    op.drop_table("sign_in_request")
    op.drop_table("registration")
    op.drop_table("beneficiary")
