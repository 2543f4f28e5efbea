"""Indexes for what people are shown often, of a store that has seen years."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NEW = {
    "ix_tickets_asker": ("tickets", ("team", "asker", "opened")),
    "ix_tickets_card": ("tickets", ("card",)),
    "ix_tickets_note": ("tickets", ("team", "channel", "note")),
    "ix_tickets_answered": ("tickets", ("opened", "answered")),
    "ix_ticket_events_at": ("ticket_events", ("at", "deed")),
    "ix_threads_asker": ("threads", ("team", "asker", "updated")),
    "ix_answers_created": ("answers", ("created", "entry")),
    "ix_answers_entry": ("answers", ("team", "channel", "entry", "created")),
    "ix_feedback_updated": ("feedback", ("updated", "verdict", "entry")),
    "ix_misses_count": ("misses", ("count", "fingerprint")),
}
OLD = {
    "ix_tickets_asker": ("tickets", ("team", "asker")),
    "ix_ticket_events_at": ("ticket_events", ("at",)),
}


def upgrade() -> None:
    for name, (table, _) in OLD.items():
        op.drop_index(name, table_name=table)
    for name, (table, columns) in NEW.items():
        op.create_index(name, table, list(columns))


def downgrade() -> None:
    for name, (table, _) in NEW.items():
        op.drop_index(name, table_name=table)
    for name, (table, columns) in OLD.items():
        op.create_index(name, table, list(columns))
