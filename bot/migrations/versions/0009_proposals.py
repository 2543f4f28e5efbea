"""Entries that staff propose."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_proposals_state": ["state", "updated"],
    "ix_proposals_card": ["card"],
    "ix_proposals_ticket": ["ticket"],
}


def _word(name: str, size: int) -> "sa.Column[str]":
    return sa.Column(name, sa.String(size), nullable=False)


def upgrade() -> None:
    op.create_table(
        "proposals",
        sa.Column("id", sa.Integer, nullable=False),
        _word("key", 200),
        sa.Column("ticket", sa.Integer, nullable=False),
        _word("entry", 64),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("problems", sa.JSON, nullable=False),
        _word("state", 16),
        _word("author", 32),
        _word("reviewer", 32),
        _word("card", 32),
        sa.Column("seq", sa.Integer, nullable=False),
        _word("last", 200),
        sa.Column("opened", sa.Float, nullable=False),
        sa.Column("updated", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_proposals"),
        sa.UniqueConstraint("key", name="uq_proposals_key"),
    )
    for name, columns in INDEXES.items():
        op.create_index(name, "proposals", columns)


def downgrade() -> None:
    op.drop_table("proposals")
