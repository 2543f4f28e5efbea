"""Replicas, for PostgreSQL: who lives and whose work was taken over; and pieces of messages."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None
KEY = "team", "channel", "thread", "user"


def upgrade() -> None:
    op.create_table(
        "replicas",
        sa.Column("executor_id", sa.String(64), nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("executor_id", name="pk_replicas"),
    )
    op.create_table(
        "pieces",
        *(sa.Column(name, sa.String(32), nullable=False) for name in KEY),
        sa.Column("first", sa.String(32), nullable=False),
        sa.Column("root", sa.String(32), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("explicit", sa.Boolean, nullable=False),
        sa.Column("held_until", sa.Float, nullable=False),
        sa.Column("seen", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint(*KEY, name="pk_pieces"),
    )


def downgrade() -> None:
    op.drop_table("pieces")
    op.drop_table("replicas")
