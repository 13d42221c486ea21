"""Tables of oversight."""

import sqlalchemy as sa

from gisgov.kernel.db import id_column, metadata

supervision = sa.Table(
    "supervision",
    metadata,
    id_column(),
    sa.Column("order_id", sa.BigInteger, sa.ForeignKey("orders.id"), nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("instruction", sa.Text, nullable=False),
    sa.Column("target_user_id", sa.BigInteger, sa.ForeignKey("app_user.id")),
    sa.Column("target_org_id", sa.BigInteger, sa.ForeignKey("org.id")),
    sa.Column("target_name", sa.Text),
    sa.Column("issued_by", sa.Text, nullable=False),
    sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
    # the clock that ran out: the same one is never supervised twice
    sa.Column("clock_due_at", sa.DateTime(timezone=True)),
    sa.Column("answer", sa.Text, nullable=False, server_default=""),
    sa.Column("answered_at", sa.DateTime(timezone=True)),
    sa.Column("answered_by", sa.BigInteger, sa.ForeignKey("app_user.id")),
    sa.CheckConstraint("origin IN ('overdue', 'leader', 'rule', 'request')", name="origin"),
    sa.CheckConstraint(
        "state IN ('issued', 'read', 'answered', 'accepted', 'sent_back', 'closed')", name="state"
    ),
    sa.Index("supervision_order", "order_id"),
    sa.Index(
        "supervision_once",
        "order_id",
        "clock_due_at",
        unique=True,
        postgresql_where=sa.text("origin = 'overdue'"),
    ),
)
