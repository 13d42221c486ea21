"""Tables of the registry. Every row stores the number of its cell, so that scope is one comparison."""

import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.dialects.postgresql import BYTEA, JSONB

from gisgov.kernel.db import metadata


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True)


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


def _point() -> sa.Column[str]:
    return sa.Column("geom", Geometry("POINT", 4326, spatial_index=False), nullable=False)


def _placed(table: str) -> sa.Index:
    return sa.Index(f"{table}_area_geom", "area_no", "geom", postgresql_using="gist")


def _nearest(table: str) -> sa.Index:
    return sa.Index(f"{table}_geography", sa.text("(geom::geography)"), postgresql_using="gist")


building = sa.Table(
    "building",
    metadata,
    _id(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("address", sa.Text),
    sa.Column("floors", sa.SmallInteger),
    sa.Column("geom", Geometry("POLYGON", 4326, spatial_index=False), nullable=False),
    *_fallen(),
    _placed("building"),
)

house = sa.Table(
    "house",
    metadata,
    _id(),
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
    _id(),
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
    _id(),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("parts", JSONB, nullable=False, server_default="{}"),
    sa.Column("building_id", sa.BigInteger, sa.ForeignKey("building.id"), index=True),
    _point(),
    *_fallen(),
    _placed("address"),
    _nearest("address"),
    sa.Index("address_text_words", "text", postgresql_using="gin", postgresql_ops={"text": "gin_trgm_ops"}),
)

camera = sa.Table(
    "camera",
    metadata,
    _id(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("category", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("heading_deg", sa.Float),
    sa.Column("fov_deg", sa.Float),
    sa.Column("range_m", sa.Float),
    _point(),
    *_fallen(),
    _placed("camera"),
    _nearest("camera"),
)

part = sa.Table(
    "part",
    metadata,
    _id(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("part_class", sa.Text, nullable=False),
    sa.Column("part_type", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    _point(),
    *_fallen(),
    _placed("part"),
    _nearest("part"),
)
