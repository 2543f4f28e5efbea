"""How many messages a day no entry answered."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "missed_days",
        sa.Column("day", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_missed_days"),
    )


def downgrade() -> None:
    op.drop_table("missed_days")
