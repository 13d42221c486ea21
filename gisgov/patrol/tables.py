"""Tables of patrol."""

import sqlalchemy as sa

from gisgov.kernel.db import metadata
from gisgov.kernel.geometry import geometry_column

fix = sa.Table(
    "fix",
    metadata,
    sa.Column("user_id", sa.BigInteger, sa.ForeignKey("app_user.id"), primary_key=True, autoincrement=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    geometry_column("POINT"),
    sa.Column("accuracy_m", sa.Float),
    sa.Column("heading_deg", sa.Float),
    sa.Column("area_no", sa.BigInteger, nullable=False),
    sa.Index("fix_area_geom", "area_no", "geom", postgresql_using="gist"),
    sa.Index("fix_geography", sa.text("(geom::geography)"), postgresql_using="gist"),
)

track_fix = sa.Table(
    "track_fix",
    metadata,
    sa.Column("user_id", sa.BigInteger, sa.ForeignKey("app_user.id"), primary_key=True, autoincrement=False),
    sa.Column("at", sa.DateTime(timezone=True), primary_key=True, index=True),
    geometry_column("POINT"),
    sa.Column("accuracy_m", sa.Float),
    sa.Column("area_no", sa.BigInteger, nullable=False),
)

patrol_day = sa.Table(
    "patrol_day",
    metadata,
    sa.Column("user_id", sa.BigInteger, sa.ForeignKey("app_user.id"), primary_key=True, autoincrement=False),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("distance_m", sa.Float, nullable=False),
    sa.Column("fixes", sa.Integer, nullable=False),
)
