"""Indexes for the newest misses, and for how each revision of an entry did."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NEW = {
    "ix_misses_updated": ("misses", ("updated", "fingerprint")),
    "ix_answers_created": ("answers", ("created", "entry", "revision")),
    "ix_feedback_updated": ("feedback", ("updated", "verdict", "entry", "revision")),
    "ix_feedback_revision": ("feedback", ("entry", "revision", "verdict")),
}
OLD = {
    "ix_misses_count": ("misses", ("count", "fingerprint")),
    "ix_answers_created": ("answers", ("created", "entry")),
    "ix_feedback_updated": ("feedback", ("updated", "verdict", "entry")),
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
