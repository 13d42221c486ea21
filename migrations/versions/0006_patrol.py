"""Latest positions, tracks, daily distances."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_geospatial_table(
        "fix",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("heading_deg", sa.Float(), nullable=True),
        sa.Column("area_no", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_fix_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_fix")),
    )
    op.create_index("fix_area_geom", "fix", ["area_no", "geom"], unique=False, postgresql_using="gist")
    op.create_index(
        "fix_geography",
        "fix",
        [sa.literal_column("(geom::geography)")],
        unique=False,
        postgresql_using="gist",
    )
    op.create_table(
        "patrol_day",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("distance_m", sa.Float(), nullable=False),
        sa.Column("fixes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_patrol_day_user_id")),
        sa.PrimaryKeyConstraint("user_id", "day", name=op.f("pk_patrol_day")),
    )
    op.create_geospatial_table(
        "track_fix",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("area_no", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_track_fix_user_id")),
        sa.PrimaryKeyConstraint("user_id", "at", name=op.f("pk_track_fix")),
    )
    op.create_index(op.f("ix_track_fix_at"), "track_fix", ["at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_track_fix_at"), table_name="track_fix")
    op.drop_geospatial_table("track_fix")
    op.drop_table("patrol_day")
    op.drop_index("fix_geography", table_name="fix", postgresql_using="gist")
    op.drop_index("fix_area_geom", table_name="fix", postgresql_using="gist")
    op.drop_geospatial_table("fix")
