"""What channels set for themselves, besides their mode."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "channel_settings",
        sa.Column("team", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("name", sa.String(16), nullable=False),
        sa.Column("value", sa.String(200), nullable=False),
        sa.Column("who", sa.String(32), nullable=False),
        sa.Column("changed", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("team", "channel", "name", name="pk_channel_settings"),
    )
    op.execute(
        "INSERT INTO channel_settings (team, channel, name, value, who, changed) "
        "SELECT team, channel, 'mode', mode, '', 0 FROM channel_modes"
    )
    op.drop_table("channel_modes")


def downgrade() -> None:
    op.create_table(
        "channel_modes",
        sa.Column("team", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("mode", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("team", "channel", name="pk_channel_modes"),
    )
    op.execute(
        "INSERT INTO channel_modes (team, channel, mode) "
        "SELECT team, channel, value FROM channel_settings WHERE name = 'mode'"
    )
    op.drop_table("channel_settings")
