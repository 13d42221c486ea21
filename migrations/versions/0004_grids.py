"""Grids: networks, releases, versioned cells and areas, drafts and their defects, staffing."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _releases()
    _versions()
    _drafts()
    _staff()


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True)


def _geom(kind: str, name: str = "geom") -> sa.Column[object]:
    return sa.Column(name, Geometry(kind, srid=4326, spatial_index=False), nullable=False)


def _releases() -> None:
    op.create_table(
        "network",
        _id(),
        sa.Column("code", sa.Text, nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("basic", sa.Boolean, nullable=False),
        sa.Column("tree", sa.Text, nullable=False, unique=True),
        sa.Index("uq_network_one_basic", "basic", unique=True, postgresql_where=sa.text("basic")),
    )
    op.create_table(
        "release",
        _id(),
        sa.Column("network_id", sa.BigInteger, sa.ForeignKey("network.id"), nullable=False),
        sa.Column("no", sa.Integer),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("frame_rule", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("root", JSONB, nullable=False),
        sa.Column("levels", JSONB, nullable=False),
        sa.Column("source", JSONB, nullable=False),
        sa.Column("base_id", sa.BigInteger, sa.ForeignKey("release.id")),
        sa.Column("fingerprint", sa.Text),
        sa.Column("copy_key", sa.Uuid),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.BigInteger, sa.ForeignKey("app_user.id")),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Column("published_by", sa.BigInteger, sa.ForeignKey("app_user.id")),
        sa.UniqueConstraint("network_id", "no"),
        sa.CheckConstraint("state IN ('draft', 'published', 'retired')", name="state"),
        sa.CheckConstraint("(state = 'draft') = (no IS NULL)", name="no"),
        sa.Index(
            "uq_release_one_published",
            "network_id",
            unique=True,
            postgresql_where=sa.text("state = 'published'"),
        ),
    )
    op.create_table(
        "cell",
        _id(),
        sa.Column("network_id", sa.BigInteger, sa.ForeignKey("network.id"), nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.UniqueConstraint("network_id", "code"),
    )


def _versions() -> None:
    op.create_table(
        "cell_version",
        _id(),
        sa.Column("cell_id", sa.BigInteger, sa.ForeignKey("cell.id"), nullable=False),
        sa.Column("network_id", sa.BigInteger, sa.ForeignKey("network.id"), nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("area_id", sa.BigInteger, sa.ForeignKey("area.id"), nullable=False),
        sa.Column("no", sa.BigInteger, nullable=False),
        sa.Column("since", sa.Integer, nullable=False),
        sa.Column("until", sa.Integer),
        _geom("MULTIPOLYGON"),
        sa.Column("area_m2", sa.Double, nullable=False),
        ExcludeConstraint(
            ("cell_id", "="),
            (sa.func.int4range(sa.text("since"), sa.text("until")), "&&"),
            name="ex_cell_version_one_at_a_time",
        ),
        sa.Index("uq_cell_version_active_no", "no", unique=True, postgresql_where=sa.text("until IS NULL")),
        sa.Index(
            "uq_cell_version_active_cell", "cell_id", unique=True, postgresql_where=sa.text("until IS NULL")
        ),
        sa.Index("ix_cell_version_active", "network_id", "code", postgresql_where=sa.text("until IS NULL")),
        sa.Index("ix_cell_version_area_id", "area_id"),
        sa.Index("ix_cell_version_geom", "geom", postgresql_using="gist"),
    )
    op.create_table(
        "area_version",
        _id(),
        sa.Column("area_id", sa.BigInteger, sa.ForeignKey("area.id"), nullable=False),
        sa.Column("network_id", sa.BigInteger, sa.ForeignKey("network.id"), nullable=False),
        sa.Column("since", sa.Integer, nullable=False),
        sa.Column("until", sa.Integer),
        _geom("MULTIPOLYGON"),
        _geom("MULTIPOLYGON", "geom_simple"),
        sa.Column("area_m2", sa.Double, nullable=False),
        ExcludeConstraint(
            ("area_id", "="),
            (sa.func.int4range(sa.text("since"), sa.text("until")), "&&"),
            name="ex_area_version_one_at_a_time",
        ),
        sa.Index(
            "ix_area_version_active", "network_id", "area_id", postgresql_where=sa.text("until IS NULL")
        ),
        sa.Index("ix_area_version_geom", "geom", postgresql_using="gist"),
        sa.Index("ix_area_version_geom_simple", "geom_simple", postgresql_using="gist"),
    )


def _drafts() -> None:
    op.create_table(
        "draft_cell",
        _id(),
        sa.Column(
            "release_id", sa.BigInteger, sa.ForeignKey("release.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("parents", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("parent_names", sa.ARRAY(sa.Text), nullable=False),
        _geom("MULTIPOLYGON"),
        sa.Column("area_m2", sa.Double, nullable=False),
        sa.Column("area_id", sa.BigInteger, sa.ForeignKey("area.id")),
        sa.Index("ix_draft_cell_release_id", "release_id", "code"),
    )
    op.create_table(
        "defect",
        _id(),
        sa.Column(
            "release_id", sa.BigInteger, sa.ForeignKey("release.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("codes", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("area_m2", sa.Double, nullable=False),
        sa.Column("width_m", sa.Double, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        _geom("GEOMETRY"),
        sa.Index("ix_defect_release_id", "release_id"),
    )
    op.create_table(
        "moved_land",
        _id(),
        sa.Column(
            "release_id", sa.BigInteger, sa.ForeignKey("release.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("from_code", sa.Text),
        sa.Column("to_code", sa.Text),
        sa.Column("area_m2", sa.Double, nullable=False),
        _geom("GEOMETRY"),
        sa.Index("ix_moved_land_release_id", "release_id"),
    )


def _staff() -> None:
    op.create_table(
        "staffing",
        _id(),
        sa.Column("cell_id", sa.BigInteger, sa.ForeignKey("cell.id"), nullable=False),
        sa.Column("user_id", sa.BigInteger, sa.ForeignKey("app_user.id"), nullable=False),
        sa.Column("post", sa.Text, nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("until", sa.Date),
        sa.CheckConstraint("post IN ('worker', 'leader', 'substitute')", name="post"),
        ExcludeConstraint(
            ("cell_id", "="),
            ("user_id", "="),
            ("post", "="),
            (sa.func.daterange(sa.text("since"), sa.text("until")), "&&"),
            name="ex_staffing_once",
        ),
        sa.Index("ix_staffing_cell_id", "cell_id"),
        sa.Index("ix_staffing_user_id", "user_id"),
    )
    op.create_table(
        "duty",
        sa.Column("user_id", sa.BigInteger, sa.ForeignKey("app_user.id"), primary_key=True),
        sa.Column("on_duty", sa.Boolean, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "responsibility",
        _id(),
        sa.Column("cell_id", sa.BigInteger, sa.ForeignKey("cell.id"), nullable=False),
        sa.Column("function", sa.Text, nullable=False),
        sa.Column("org_id", sa.BigInteger, sa.ForeignKey("org.id"), nullable=False),
        sa.Column("user_id", sa.BigInteger, sa.ForeignKey("app_user.id")),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("until", sa.Date),
        ExcludeConstraint(
            ("cell_id", "="),
            ("function", "="),
            (sa.func.daterange(sa.text("since"), sa.text("until")), "&&"),
            name="ex_responsibility_one_at_a_time",
        ),
        sa.Index("ix_responsibility_cell_id", "cell_id"),
    )


def downgrade() -> None:
    raise NotImplementedError("a schema is not taken back; restore a backup")
