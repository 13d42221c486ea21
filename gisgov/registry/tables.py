"""Tables of the registry. Every row stores the number of its cell, so that scope is one comparison."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import BYTEA, JSONB

from gisgov.kernel.db import id_column, metadata
from gisgov.kernel.geometry import geometry_column


def _fallen() -> tuple[sa.Column[int], sa.Column[int]]:
    return (
        sa.Column("cell_id", sa.BigInteger, sa.ForeignKey("cell.id"), index=True),
        sa.Column("area_no", sa.BigInteger, nullable=False),
    )


def _inherited() -> tuple[sa.Column[int], sa.Column[int]]:
    # the building's own, copied so that counting needs no join; its reference is checked there
    return (
        sa.Column("cell_id", sa.BigInteger, index=True),
        sa.Column("area_no", sa.BigInteger, nullable=False, index=True),
    )


def _placed(table: str) -> sa.Index:
    return sa.Index(f"{table}_area_geom", "area_no", "geom", postgresql_using="gist")


def _nearest(table: str) -> sa.Index:
    return sa.Index(f"{table}_geography", sa.text("(geom::geography)"), postgresql_using="gist")


building = sa.Table(
    "building",
    metadata,
    id_column(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("address", sa.Text),
    sa.Column("floors", sa.SmallInteger),
    geometry_column("POLYGON"),
    *_fallen(),
    _placed("building"),
)

house = sa.Table(
    "house",
    metadata,
    id_column(),
    sa.Column("building_id", sa.BigInteger, sa.ForeignKey("building.id"), nullable=False),
    sa.Column("unit", sa.Text, nullable=False, server_default=""),
    sa.Column("room", sa.Text, nullable=False),
    sa.Column("occupancy", sa.Text, nullable=False),
    sa.Column("group_rented", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("shared_rented", sa.Boolean, nullable=False, server_default=sa.false()),
    *_inherited(),
    sa.UniqueConstraint("building_id", "unit", "room", name="house_door"),
)

person = sa.Table(
    "person",
    metadata,
    id_column(),
    sa.Column("house_id", sa.BigInteger, sa.ForeignKey("house.id"), nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False, index=True),
    sa.Column("sex", sa.Text),
    sa.Column("birth_date", sa.Date),
    sa.Column("residence_kind", sa.Text, nullable=False),
    sa.Column("id_number_hash", BYTEA, unique=True),
    sa.Column("id_number_masked", sa.Text),
    sa.Column("mobile", sa.Text),
    *_inherited(),
)

address = sa.Table(
    "address",
    metadata,
    id_column(),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("parts", JSONB, nullable=False, server_default="{}"),
    sa.Column("building_id", sa.BigInteger, sa.ForeignKey("building.id"), index=True),
    geometry_column("POINT"),
    *_fallen(),
    _placed("address"),
    _nearest("address"),
    sa.Index("address_text_words", "text", postgresql_using="gin", postgresql_ops={"text": "gin_trgm_ops"}),
)

camera = sa.Table(
    "camera",
    metadata,
    id_column(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("category", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("heading_deg", sa.Float),
    sa.Column("fov_deg", sa.Float),
    sa.Column("range_m", sa.Float),
    geometry_column("POINT"),
    *_fallen(),
    _placed("camera"),
    _nearest("camera"),
)

part = sa.Table(
    "part",
    metadata,
    id_column(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("part_class", sa.Text, nullable=False),
    sa.Column("part_type", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    geometry_column("POINT"),
    *_fallen(),
    _placed("part"),
    _nearest("part"),
)
