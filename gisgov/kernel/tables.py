"""Tables of the kernel itself."""

from sqlalchemy import BigInteger, Column, DateTime, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from gisgov.kernel.db import Xid8, id_column, metadata

event = Table(
    "event",
    metadata,
    id_column(),
    Column("xid", Xid8, nullable=False, server_default=text("pg_current_xact_id()")),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject_kind", Text, nullable=False),
    Column("subject_id", BigInteger),
    Column("version", Integer),
    Column("actor_id", BigInteger),
    Column("area_no", BigInteger),
    Column("org_ids", ARRAY(BigInteger), nullable=False, server_default="{}"),
    Column("user_ids", ARRAY(BigInteger), nullable=False, server_default="{}"),
    Column("tile_x", Integer),
    Column("tile_y", Integer),
    Column("data", JSONB, nullable=False, server_default="{}"),
    Index(None, "xid", "id"),
    Index(None, "subject_kind", "subject_id"),
)

idempotency_key = Table(
    "idempotency_key",
    metadata,
    Column("caller", Text, primary_key=True),
    Column("route", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("reply", JSONB),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

setting = Table(
    "setting",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", JSONB, nullable=False),
)
