"""Replicas, for PostgreSQL: who lives and whose work was taken over."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "replicas",
        sa.Column("executor_id", sa.String(64), nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("executor_id", name="pk_replicas"),
    )


def downgrade() -> None:
    op.drop_table("replicas")
