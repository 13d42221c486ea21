"""Counts by hour and hexagon.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "heat",
        sa.Column("hour", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("hex", sa.Text(), primary_key=True),
        sa.Column("kind", sa.Text(), primary_key=True),
        sa.Column("area_no", sa.BigInteger(), primary_key=True),
        sa.Column("n", sa.Integer(), nullable=False),
    )
    op.create_index("heat_hex_hour", "heat", ["hex", "hour"])
    op.create_table(
        "hex",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("res", sa.SmallInteger(), nullable=False),
        sa.Column("parent_8", sa.Text()),
        sa.Column("parent_7", sa.Text()),
        sa.Column("geom", Geometry("POLYGON", srid=4326, spatial_index=False), nullable=False),
    )
    op.create_index("hex_geom", "hex", ["geom"], postgresql_using="gist")
    op.create_index("hex_parent_8", "hex", ["parent_8"])
    op.create_index("hex_parent_7", "hex", ["parent_7"])


def downgrade() -> None:
    op.drop_table("hex")
    op.drop_table("heat")
