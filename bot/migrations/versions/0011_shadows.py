"""Answers that mode `shadow` keeps back."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_shadows_card": ["card"],
    "ix_shadows_last": ["last"],
    "ix_shadows_asker": ["team", "asker"],
    "ix_shadows_updated": ["updated"],
}


def _word(name: str, size: int = 32) -> "sa.Column[str]":
    return sa.Column(name, sa.String(size), nullable=False)


def _text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text, nullable=False)


def upgrade() -> None:
    op.create_table(
        "shadows",
        sa.Column("id", sa.Integer, nullable=False),
        _word("key", 200),
        _word("team"),
        _word("channel"),
        _word("root"),
        _word("question"),
        _word("asker"),
        _text("text"),
        sa.Column("candidates", sa.JSON, nullable=False),
        _word("entry", 64),
        sa.Column("sure", sa.Boolean, nullable=False),
        _word("state", 16),
        _word("decider"),
        _text("edited"),
        _text("reason"),
        _word("card"),
        _word("posted"),
        _word("last", 200),
        sa.Column("updated", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_shadows"),
        sa.UniqueConstraint("key", name="uq_shadows_key"),
        sa.UniqueConstraint("team", "channel", "root", "entry", name="uq_shadows_team"),
    )
    for name, columns in INDEXES.items():
        op.create_index(name, "shadows", columns)


def downgrade() -> None:
    op.drop_table("shadows")
