"""Mails are looked up by their link: whether what somebody is asked got through."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_mail_link_id", "mail", ["link_id"], postgresql_where=sa.text("link_id IS NOT NULL"))


def downgrade() -> None:
    op.drop_index("ix_mail_link_id", table_name="mail")
