"""Tables of intake."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from gisgov.kernel.db import id_column, metadata
from gisgov.kernel.geometry import geometry_column

source = sa.Table(
    "source",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("name_zh", sa.Text, nullable=False),
    sa.Column("name_en", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("first_hop", sa.Text, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("place", sa.Integer, nullable=False),
    sa.CheckConstraint("channel IN ('public', 'staff', 'system')", name="channel"),
    sa.CheckConstraint("first_hop IN ('grid', 'desk')", name="first_hop"),
)

category = sa.Table(
    "category",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("parent_code", sa.Text, sa.ForeignKey("category.code")),
    sa.Column("name_zh", sa.Text, nullable=False),
    sa.Column("name_en", sa.Text, nullable=False),
    sa.Column("char", sa.Text, nullable=False),
    sa.Column("function", sa.Text, nullable=False),
    sa.Column("closure_policy", sa.Text, nullable=False),
    sa.Column("first_hop", sa.Text),
    sa.Column("major", sa.Boolean, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("place", sa.Integer, nullable=False),
    sa.CheckConstraint("closure_policy IN ('auto', 'review', 'site_check')", name="closure_policy"),
    sa.CheckConstraint("first_hop IN ('grid', 'desk')", name="first_hop"),
    sa.CheckConstraint("char_length(char) = 1", name="char"),
)

report = sa.Table(
    "report",
    metadata,
    id_column(),
    sa.Column("source_code", sa.Text, sa.ForeignKey("source.code"), nullable=False),
    sa.Column("external_no", sa.Text),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("category_code", sa.Text, sa.ForeignKey("category.code"), nullable=False),
    sa.Column("reporter_name", sa.Text, nullable=False),
    sa.Column("reporter_phone", sa.Text, nullable=False),
    sa.Column("anonymous", sa.Boolean, nullable=False),
    # the point exactly as it was sent, with its datum and its stated accuracy
    sa.Column("original", JSONB, nullable=False),
    geometry_column("POINT", nullable=True),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("urgent", sa.Boolean, nullable=False),
    sa.Column("client_key", sa.Text),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("created_by", sa.BigInteger, sa.ForeignKey("app_user.id")),
    sa.UniqueConstraint("source_code", "external_no"),
    sa.Index(
        "ix_report_client", "client_key", "created_at", postgresql_where=sa.text("client_key IS NOT NULL")
    ),
    sa.Index("ix_report_created_by", "created_by", postgresql_where=sa.text("created_by IS NOT NULL")),
)
