"""Runs of live checks: what was looked at and what it came to."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "check_runs",
        *(sa.Column(name, sa.String(200), nullable=False) for name in ("id", "chain")),
        *(sa.Column(name, sa.String(32), nullable=False) for name in ("team", "channel")),
        *(sa.Column(name, sa.String(32), nullable=False) for name in ("user", "asker")),
        sa.Column("looks", sa.JSON, nullable=False),
        *(sa.Column(name, sa.String(32), nullable=False) for name in ("root", "question")),
        sa.Column("posted", sa.String(32), nullable=False),
        sa.Column("entry", sa.String(64), nullable=False),
        sa.Column("private", sa.Boolean, nullable=False),
        sa.Column("checks", sa.JSON),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("started", sa.Float, nullable=False),
        sa.Column("ended", sa.Float),
        sa.PrimaryKeyConstraint("id", name="pk_check_runs"),
    )
    op.create_index("ix_check_runs_chain", "check_runs", ["chain"])
    op.create_index("ix_check_runs_posted", "check_runs", ["team", "channel", "posted"])
    op.create_index("ix_check_runs_user", "check_runs", ["team", "user", "started"])
    op.create_index("ix_check_runs_channel", "check_runs", ["team", "channel", "started"])


def downgrade() -> None:
    op.drop_table("check_runs")
