"""Intake: sources, categories and reports."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _source()
    _category()
    _report()


def _source() -> None:
    op.create_table(
        "source",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("first_hop", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.CheckConstraint("channel IN ('public', 'staff', 'system')", name=op.f("ck_source_channel")),
        sa.CheckConstraint("first_hop IN ('grid', 'desk')", name=op.f("ck_source_first_hop")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_source")),
    )


def _category() -> None:
    op.create_table(
        "category",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("parent_code", sa.Text(), nullable=True),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("char", sa.Text(), nullable=False),
        sa.Column("function", sa.Text(), nullable=False),
        sa.Column("closure_policy", sa.Text(), nullable=False),
        sa.Column("first_hop", sa.Text(), nullable=True),
        sa.Column("major", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "closure_policy IN ('auto', 'review', 'site_check')", name=op.f("ck_category_closure_policy")
        ),
        sa.CheckConstraint("first_hop IN ('grid', 'desk')", name=op.f("ck_category_first_hop")),
        sa.CheckConstraint("char_length(char) = 1", name=op.f("ck_category_char")),
        sa.ForeignKeyConstraint(["parent_code"], ["category.code"], name=op.f("fk_category_parent_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_category")),
    )


def _report() -> None:
    op.create_table(
        "report",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source_code", sa.Text(), nullable=False),
        sa.Column("external_no", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("category_code", sa.Text(), nullable=False),
        sa.Column("reporter_name", sa.Text(), nullable=False),
        sa.Column("reporter_phone", sa.Text(), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("original", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("client_key", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["category_code"], ["category.code"], name=op.f("fk_report_category_code")),
        sa.ForeignKeyConstraint(["created_by"], ["app_user.id"], name=op.f("fk_report_created_by")),
        sa.ForeignKeyConstraint(["source_code"], ["source.code"], name=op.f("fk_report_source_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("source_code", "external_no", name=op.f("uq_report_source_code_external_no")),
    )
    op.create_index(
        "ix_report_client",
        "report",
        ["client_key", "created_at"],
        unique=False,
        postgresql_where=sa.text("client_key IS NOT NULL"),
    )
    op.create_index(
        "ix_report_created_by",
        "report",
        ["created_by"],
        unique=False,
        postgresql_where=sa.text("created_by IS NOT NULL"),
    )


def downgrade() -> None:
    raise NotImplementedError("a schema is not taken back; restore a backup")
