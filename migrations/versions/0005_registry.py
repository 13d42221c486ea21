"""Buildings, houses, people, addresses, cameras, parts."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_geospatial_table(
        "building",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("floors", sa.SmallInteger(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("cell_id", sa.BigInteger(), nullable=True),
        sa.Column("area_no", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["cell_id"], ["cell.id"], name=op.f("fk_building_cell_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_building")),
        sa.UniqueConstraint("code", name=op.f("uq_building_code")),
    )
    op.create_index(
        "building_area_geom", "building", ["area_no", "geom"], unique=False, postgresql_using="gist"
    )
    op.create_index(op.f("ix_building_cell_id"), "building", ["cell_id"], unique=False)
    op.create_geospatial_table(
        "camera",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("heading_deg", sa.Float(), nullable=True),
        sa.Column("fov_deg", sa.Float(), nullable=True),
        sa.Column("range_m", sa.Float(), nullable=True),
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
        sa.Column("cell_id", sa.BigInteger(), nullable=True),
        sa.Column("area_no", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["cell_id"], ["cell.id"], name=op.f("fk_camera_cell_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_camera")),
        sa.UniqueConstraint("code", name=op.f("uq_camera_code")),
    )
    op.create_index("camera_area_geom", "camera", ["area_no", "geom"], unique=False, postgresql_using="gist")
    op.create_index(
        "camera_geography",
        "camera",
        [sa.literal_column("(geom::geography)")],
        unique=False,
        postgresql_using="gist",
    )
    op.create_index(op.f("ix_camera_cell_id"), "camera", ["cell_id"], unique=False)
    op.create_geospatial_table(
        "part",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("part_class", sa.Text(), nullable=False),
        sa.Column("part_type", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
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
        sa.Column("cell_id", sa.BigInteger(), nullable=True),
        sa.Column("area_no", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["cell_id"], ["cell.id"], name=op.f("fk_part_cell_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part")),
        sa.UniqueConstraint("code", name=op.f("uq_part_code")),
    )
    op.create_index(op.f("ix_part_cell_id"), "part", ["cell_id"], unique=False)
    op.create_index("part_area_geom", "part", ["area_no", "geom"], unique=False, postgresql_using="gist")
    op.create_index(
        "part_geography",
        "part",
        [sa.literal_column("(geom::geography)")],
        unique=False,
        postgresql_using="gist",
    )
    op.create_geospatial_table(
        "address",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("parts", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("building_id", sa.BigInteger(), nullable=True),
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
        sa.Column("cell_id", sa.BigInteger(), nullable=True),
        sa.Column("area_no", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["building_id"], ["building.id"], name=op.f("fk_address_building_id")),
        sa.ForeignKeyConstraint(["cell_id"], ["cell.id"], name=op.f("fk_address_cell_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address")),
    )
    op.create_index(
        "address_area_geom", "address", ["area_no", "geom"], unique=False, postgresql_using="gist"
    )
    op.create_index(
        "address_geography",
        "address",
        [sa.literal_column("(geom::geography)")],
        unique=False,
        postgresql_using="gist",
    )
    op.create_index(
        "address_text_words",
        "address",
        ["text"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"text": "gin_trgm_ops"},
    )
    op.create_index(op.f("ix_address_building_id"), "address", ["building_id"], unique=False)
    op.create_index(op.f("ix_address_cell_id"), "address", ["cell_id"], unique=False)
    op.create_table(
        "house",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("building_id", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.Text(), server_default="", nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("occupancy", sa.Text(), nullable=False),
        sa.Column("group_rented", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("shared_rented", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("cell_id", sa.BigInteger(), nullable=True),
        sa.Column("area_no", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["building_id"], ["building.id"], name=op.f("fk_house_building_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_house")),
        sa.UniqueConstraint("building_id", "unit", "room", name="house_door"),
    )
    op.create_index(op.f("ix_house_area_no"), "house", ["area_no"], unique=False)
    op.create_index(op.f("ix_house_cell_id"), "house", ["cell_id"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("house_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sex", sa.Text(), nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("residence_kind", sa.Text(), nullable=False),
        sa.Column("id_number_hash", postgresql.BYTEA(), nullable=True),
        sa.Column("id_number_masked", sa.Text(), nullable=True),
        sa.Column("mobile", sa.Text(), nullable=True),
        sa.Column("cell_id", sa.BigInteger(), nullable=True),
        sa.Column("area_no", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["house_id"], ["house.id"], name=op.f("fk_person_house_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("id_number_hash", name=op.f("uq_person_id_number_hash")),
    )
    op.create_index(op.f("ix_person_area_no"), "person", ["area_no"], unique=False)
    op.create_index(op.f("ix_person_cell_id"), "person", ["cell_id"], unique=False)
    op.create_index(op.f("ix_person_house_id"), "person", ["house_id"], unique=False)
    op.create_index(op.f("ix_person_name"), "person", ["name"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_person_name"), table_name="person")
    op.drop_index(op.f("ix_person_house_id"), table_name="person")
    op.drop_index(op.f("ix_person_cell_id"), table_name="person")
    op.drop_index(op.f("ix_person_area_no"), table_name="person")
    op.drop_table("person")
    op.drop_index(op.f("ix_house_cell_id"), table_name="house")
    op.drop_index(op.f("ix_house_area_no"), table_name="house")
    op.drop_table("house")
    op.drop_index(op.f("ix_address_cell_id"), table_name="address")
    op.drop_index(op.f("ix_address_building_id"), table_name="address")
    op.drop_index(
        "address_text_words",
        table_name="address",
        postgresql_using="gin",
        postgresql_ops={"text": "gin_trgm_ops"},
    )
    op.drop_index("address_geography", table_name="address", postgresql_using="gist")
    op.drop_index("address_area_geom", table_name="address", postgresql_using="gist")
    op.drop_geospatial_table("address")
    op.drop_index("part_geography", table_name="part", postgresql_using="gist")
    op.drop_index("part_area_geom", table_name="part", postgresql_using="gist")
    op.drop_index(op.f("ix_part_cell_id"), table_name="part")
    op.drop_geospatial_table("part")
    op.drop_index(op.f("ix_camera_cell_id"), table_name="camera")
    op.drop_index("camera_geography", table_name="camera", postgresql_using="gist")
    op.drop_index("camera_area_geom", table_name="camera", postgresql_using="gist")
    op.drop_geospatial_table("camera")
    op.drop_index(op.f("ix_building_cell_id"), table_name="building")
    op.drop_index("building_area_geom", table_name="building", postgresql_using="gist")
    op.drop_geospatial_table("building")
