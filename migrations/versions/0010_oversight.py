"""Oversight: supervision orders."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _supervision()


def _supervision() -> None:
    op.create_table(
        "supervision",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("instruction", sa.Text(), nullable=False),
        sa.Column("target_user_id", sa.BigInteger(), nullable=True),
        sa.Column("target_org_id", sa.BigInteger(), nullable=True),
        sa.Column("target_name", sa.Text(), nullable=True),
        sa.Column("issued_by", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("clock_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "origin IN ('overdue', 'leader', 'rule', 'request')", name=op.f("ck_supervision_origin")
        ),
        sa.CheckConstraint(
            "state IN ('issued', 'read', 'answered', 'accepted', 'sent_back', 'closed')",
            name=op.f("ck_supervision_state"),
        ),
        sa.ForeignKeyConstraint(["answered_by"], ["app_user.id"], name=op.f("fk_supervision_answered_by")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_supervision_order_id")),
        sa.ForeignKeyConstraint(["target_org_id"], ["org.id"], name=op.f("fk_supervision_target_org_id")),
        sa.ForeignKeyConstraint(
            ["target_user_id"], ["app_user.id"], name=op.f("fk_supervision_target_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision")),
    )
    op.create_index(
        "supervision_once",
        "supervision",
        ["order_id", "clock_due_at"],
        unique=True,
        postgresql_where=sa.text("origin = 'overdue'"),
    )
    op.create_index("supervision_order", "supervision", ["order_id"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("a schema is not taken back; restore a backup")
