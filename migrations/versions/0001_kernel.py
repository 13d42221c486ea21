"""Kernel: events, idempotency keys, settings, jobs, and what the two roles may do."""

import sqlalchemy as sa
from alembic import op
from procrastinate import App, SyncPsycopgConnector
from procrastinate.schema import SchemaManager
from sqlalchemy.dialects.postgresql import JSONB

from gisgov.kernel.db import Xid8

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APP = "gisgov_app"


def upgrade() -> None:
    op.execute(f"GRANT USAGE ON SCHEMA public TO {APP}")
    op.execute(
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP}"
    )
    op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {APP}")
    _jobs()
    _tables()
    # The event table is the audit: whoever works as the application can add to it and read it, no more.
    op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON event FROM {APP}")


def _jobs() -> None:
    schema = SchemaManager(connector=App(connector=SyncPsycopgConnector()).connector).get_schema()
    op.get_bind().exec_driver_sql(schema.replace("%", "%%"))


def _tables() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("xid", Xid8, nullable=False, server_default=sa.text("pg_current_xact_id()")),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject_kind", sa.Text, nullable=False),
        sa.Column("subject_id", sa.BigInteger),
        sa.Column("version", sa.Integer),
        sa.Column("actor_id", sa.BigInteger),
        sa.Column("area_no", sa.BigInteger),
        sa.Column("org_ids", sa.ARRAY(sa.BigInteger), nullable=False, server_default="{}"),
        sa.Column("user_ids", sa.ARRAY(sa.BigInteger), nullable=False, server_default="{}"),
        sa.Column("tile_x", sa.Integer),
        sa.Column("tile_y", sa.Integer),
        sa.Column("data", JSONB, nullable=False, server_default="{}"),
    )
    op.create_index("ix_event_xid_id", "event", ["xid", "id"])
    op.create_index("ix_event_subject_kind_subject_id", "event", ["subject_kind", "subject_id"])
    op.create_table(
        "idempotency_key",
        sa.Column("caller", sa.Text, primary_key=True),
        sa.Column("route", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("reply", JSONB),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "setting",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("value", JSONB, nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("a schema is not taken back; restore a backup")
