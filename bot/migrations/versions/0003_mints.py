"""Who minted which example token: rows are added, never changed, and kept for 90 days."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# 7,776,000 s are 90 days, by the database's own clock.
# REPLACE INTO deletes without any trigger of deletion, so such an insertion is refused too.
SQLITE = """
CREATE TRIGGER mints_update BEFORE UPDATE ON mints
BEGIN SELECT RAISE(ABORT, 'the audit of minted tokens cannot be changed'); END;
CREATE TRIGGER mints_replace BEFORE INSERT ON mints
WHEN EXISTS (SELECT 1 FROM mints WHERE id = NEW.id OR jti = NEW.jti)
BEGIN SELECT RAISE(ABORT, 'the audit of minted tokens cannot be changed'); END;
CREATE TRIGGER mints_delete BEFORE DELETE ON mints
WHEN OLD.minted > (julianday('now') - 2440587.5) * 86400 - 7776000
BEGIN SELECT RAISE(ABORT, 'the audit of minted tokens is kept for 90 days'); END;
"""
POSTGRESQL = """
CREATE FUNCTION refuse_change_of_mints() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.minted <= extract(epoch FROM clock_timestamp()) - 7776000 THEN RETURN OLD; END IF;
    RAISE EXCEPTION 'the audit of minted tokens is kept for 90 days';
  END IF;
  RAISE EXCEPTION 'the audit of minted tokens cannot be changed';
END $$;
CREATE TRIGGER mints_change BEFORE UPDATE OR DELETE ON mints
FOR EACH ROW EXECUTE FUNCTION refuse_change_of_mints();
CREATE TRIGGER mints_truncate BEFORE TRUNCATE ON mints
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_mints();
"""


def upgrade() -> None:
    op.create_table(
        "mints",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("minted", sa.Float, nullable=False),
        sa.Column("team", sa.String(32), nullable=False),
        sa.Column("who", sa.String(255), nullable=False),
        sa.Column("place", sa.String(64), nullable=False),
        sa.Column("sub", sa.String(1024), nullable=False),
        sa.Column("jti", sa.String(64), nullable=False),
        sa.Column("kid", sa.String(256), nullable=False),
        sa.Column("ttl", sa.Integer, nullable=False),
        sa.Column("fault", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mints"),
        sa.UniqueConstraint("jti", name="uq_mints_jti"),
    )
    op.create_index("ix_mints_who", "mints", ["team", "who", "minted"])
    if op.get_context().dialect.name == "sqlite":
        for trigger in SQLITE.strip().split("END;\n"):
            op.execute(trigger.removesuffix("END;").strip() + " END")
    else:
        op.execute(POSTGRESQL)


def downgrade() -> None:
    op.drop_table("mints")
    if op.get_context().dialect.name != "sqlite":
        op.execute("DROP FUNCTION refuse_change_of_mints()")
