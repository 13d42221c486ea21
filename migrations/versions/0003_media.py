"""Files and what uses them."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_geospatial_table(
        "file",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("mime", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "taken_geom",
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
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("shown_mime", sa.Text(), nullable=True),
        sa.Column("shown_sha256", sa.Text(), nullable=True),
        sa.Column("preview_sha256", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["app_user.id"], name=op.f("fk_file_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file")),
    )
    op.create_index(op.f("ix_file_created_at"), "file", ["created_at"], unique=False)
    op.create_index(op.f("ix_file_created_by"), "file", ["created_by"], unique=False)
    op.create_index(op.f("ix_file_preview_sha256"), "file", ["preview_sha256"], unique=False)
    op.create_index(op.f("ix_file_sha256"), "file", ["sha256"], unique=False)
    op.create_index(op.f("ix_file_shown_sha256"), "file", ["shown_sha256"], unique=False)
    op.create_table(
        "file_use",
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("area_no", sa.BigInteger(), nullable=True),
        sa.Column("org_ids", postgresql.ARRAY(sa.BigInteger()), server_default="{}", nullable=False),
        sa.Column("user_ids", postgresql.ARRAY(sa.BigInteger()), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=op.f("fk_file_use_file_id")),
        sa.PrimaryKeyConstraint("file_id", "subject_kind", "subject_id", name=op.f("pk_file_use")),
    )
    op.create_index("file_use_subject", "file_use", ["subject_kind", "subject_id"], unique=False)


def downgrade() -> None:
    op.drop_index("file_use_subject", table_name="file_use")
    op.drop_table("file_use")
    op.drop_index(op.f("ix_file_shown_sha256"), table_name="file")
    op.drop_index(op.f("ix_file_sha256"), table_name="file")
    op.drop_index(op.f("ix_file_preview_sha256"), table_name="file")
    op.drop_index(op.f("ix_file_created_by"), table_name="file")
    op.drop_index(op.f("ix_file_created_at"), table_name="file")
    op.drop_geospatial_table("file")
