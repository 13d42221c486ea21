"""Tables of the counting domain: hexagons with their outlines, and counts per hour and hexagon."""

from sqlalchemy import BigInteger, Column, DateTime, Index, Integer, SmallInteger, Table, Text

from gisgov.kernel.db import metadata
from gisgov.kernel.geometry import geometry_column

heat = Table(
    "heat",
    metadata,
    Column("hour", DateTime(timezone=True), primary_key=True),
    Column("hex", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("area_no", BigInteger, primary_key=True),
    Column("n", Integer, nullable=False),
    Index("heat_hex_hour", "hex", "hour"),
)

# The outlines stand in a table so that the database needs no H3 extension to draw them.
hexes = Table(
    "hex",
    metadata,
    Column("id", Text, primary_key=True),
    Column("res", SmallInteger, nullable=False),
    Column("parent_8", Text),
    Column("parent_7", Text),
    geometry_column("POLYGON"),
    Index("hex_geom", "geom", postgresql_using="gist"),
    Index("hex_parent_8", "parent_8"),
    Index("hex_parent_7", "parent_7"),
)
