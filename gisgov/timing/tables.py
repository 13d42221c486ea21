"""Tables of calendar and limits."""

import sqlalchemy as sa

from gisgov.kernel.db import metadata

calendar_day = sa.Table(
    "calendar_day",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False, server_default=""),
    sa.Column("source", sa.Text, nullable=False),
    sa.CheckConstraint("kind IN ('workday', 'holiday')", name="kind"),
)

limit_rule = sa.Table(
    "limit_rule",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("amount", sa.Double, nullable=False),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("yellow_share", sa.Double, nullable=False),
    sa.Column("ours", sa.Boolean, nullable=False),
    sa.Column("stated_by", sa.Text, nullable=False),
    sa.Column("name_zh", sa.Text, nullable=False),
    sa.Column("name_en", sa.Text, nullable=False),
    sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("unit IN ('calendar_hour', 'work_hour', 'work_day')", name="unit"),
    sa.CheckConstraint("amount > 0 AND yellow_share BETWEEN 0 AND 1", name="amount"),
)
