"""Tickets, and what was done to them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _id(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.String(32), nullable=False)


def _text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text, nullable=False)


def _word(name: str, size: int = 16) -> "sa.Column[str]":
    return sa.Column(name, sa.String(size), nullable=False)


def upgrade() -> None:
    op.create_table(
        "tickets",
        sa.Column("id", sa.Integer, nullable=False),
        _id("team"),
        _word("key", 160),
        _id("channel"),
        _id("root"),
        sa.Column("private", sa.Boolean, nullable=False),
        _id("asker"),
        _word("state"),
        _id("claimer"),
        _text("summary"),
        _text("tried"),
        _word("urgency"),
        _word("environment"),
        *(
            sa.Column(name, sa.JSON, nullable=False)
            for name in ("candidates", "rejected", "checks")
        ),
        _text("reason"),
        _word("entry", 64),
        _id("card"),
        _id("note"),
        sa.Column("opened", sa.Float, nullable=False),
        sa.Column("answered", sa.Float),
        sa.Column("updated", sa.Float, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tickets"),
        sa.UniqueConstraint("team", "key", name="uq_tickets_team"),
    )
    op.create_index("ix_tickets_root", "tickets", ["team", "channel", "root"])
    op.create_index("ix_tickets_state", "tickets", ["state", "opened"])
    op.create_index("ix_tickets_asker", "tickets", ["team", "asker"])
    op.create_table(
        "ticket_events",
        sa.Column("ticket", sa.Integer, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        _word("key", 200),
        _word("deed"),
        _id("user"),
        _text("text"),
        _word("before"),
        _word("after"),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("ticket", "seq", name="pk_ticket_events"),
        sa.UniqueConstraint("key", name="uq_ticket_events_key"),
    )
    op.create_index("ix_ticket_events_at", "ticket_events", ["at"])


def downgrade() -> None:
    op.drop_table("ticket_events")
    op.drop_table("tickets")
