"""Timing: the calendar of working days and the versioned limits."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _calendar_day()
    _limit_rule()


def _calendar_day() -> None:
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('workday', 'holiday')", name=op.f("ck_calendar_day_kind")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_day")),
    )


def _limit_rule() -> None:
    op.create_table(
        "limit_rule",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Double(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("yellow_share", sa.Double(), nullable=False),
        sa.Column("ours", sa.Boolean(), nullable=False),
        sa.Column("stated_by", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "unit IN ('calendar_hour', 'work_hour', 'work_day')", name=op.f("ck_limit_rule_unit")
        ),
        sa.CheckConstraint("amount > 0 AND yellow_share BETWEEN 0 AND 1", name=op.f("ck_limit_rule_amount")),
        sa.PrimaryKeyConstraint("key", "version", name=op.f("pk_limit_rule")),
    )


def downgrade() -> None:
    raise NotImplementedError("a schema is not taken back; restore a backup")
