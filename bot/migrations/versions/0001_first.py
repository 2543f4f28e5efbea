"""The first tables: threads, answers, feedback, modes, what was seen, opt-outs, misses."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _id(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.String(32), nullable=False)


def upgrade() -> None:
    op.create_table(
        "threads",
        _id("team"),
        _id("channel"),
        _id("root"),
        _id("asker"),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("updated", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("team", "channel", "root", name="pk_threads"),
    )
    op.create_table(
        "answers",
        sa.Column("id", sa.Integer, nullable=False),
        _id("team"),
        _id("channel"),
        _id("question"),
        _id("root"),
        _id("asker"),
        sa.Column("turn", sa.Integer, nullable=False),
        sa.Column("candidates", sa.JSON, nullable=False),
        sa.Column("entry", sa.String(64), nullable=False),
        _id("revision"),
        sa.Column("posted", sa.String(32)),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_answers"),
        sa.UniqueConstraint("team", "channel", "question", "turn", name="uq_answers_team"),
    )
    op.create_index("ix_answers_posted", "answers", ["team", "channel", "posted"])
    op.create_index("ix_answers_root", "answers", ["team", "channel", "root"])
    op.create_table(
        "feedback",
        _id("team"),
        _id("channel"),
        _id("posted"),
        _id("user"),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("entry", sa.String(64), nullable=False),
        _id("revision"),
        sa.Column("updated", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("team", "channel", "posted", "user", name="pk_feedback"),
    )
    op.create_table(
        "channel_modes",
        _id("team"),
        _id("channel"),
        sa.Column("mode", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("team", "channel", name="pk_channel_modes"),
    )
    op.create_table(
        "seen_events",
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("seen", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_seen_events"),
    )
    op.create_table(
        "opted_out",
        _id("team"),
        _id("user"),
        sa.PrimaryKeyConstraint("team", "user", name="pk_opted_out"),
    )
    op.create_table(
        "misses",
        sa.Column("fingerprint", sa.String(128), nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("example", sa.Text, nullable=False),
        sa.Column("updated", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_misses"),
    )


def downgrade() -> None:
    tables = "misses", "opted_out", "seen_events", "channel_modes", "feedback", "answers", "threads"
    for table in tables:
        op.drop_table(table)
