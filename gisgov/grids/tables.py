"""Tables of the grids: networks, releases, versioned cells and areas, drafts and their defects, staffing."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint

from gisgov.kernel.db import id_column, metadata
from gisgov.kernel.geometry import geometry_column

network = Table(
    "network",
    metadata,
    id_column(),
    Column("code", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("basic", Boolean, nullable=False),
    Column("tree", Text, nullable=False, unique=True),
    Index("uq_network_one_basic", "basic", unique=True, postgresql_where=text("basic")),
)

release = Table(
    "release",
    metadata,
    id_column(),
    Column("network_id", BigInteger, ForeignKey("network.id"), nullable=False),
    Column("no", Integer),
    Column("state", Text, nullable=False),
    Column("frame_rule", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("root", JSONB, nullable=False),
    Column("levels", JSONB, nullable=False),
    Column("source", JSONB, nullable=False),
    Column("base_id", BigInteger, ForeignKey("release.id")),
    Column("fingerprint", Text),
    Column("copy_key", Uuid),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("created_by", BigInteger, ForeignKey("app_user.id")),
    Column("published_at", DateTime(timezone=True)),
    Column("published_by", BigInteger, ForeignKey("app_user.id")),
    UniqueConstraint("network_id", "no"),
    CheckConstraint("state IN ('draft', 'published', 'retired')", name="state"),
    CheckConstraint("(state = 'draft') = (no IS NULL)", name="no"),
    Index(
        "uq_release_one_published", "network_id", unique=True, postgresql_where=text("state = 'published'")
    ),
)

cell = Table(
    "cell",
    metadata,
    id_column(),
    Column("network_id", BigInteger, ForeignKey("network.id"), nullable=False),
    Column("code", Text, nullable=False),
    UniqueConstraint("network_id", "code"),
)

cell_version = Table(
    "cell_version",
    metadata,
    id_column(),
    Column("cell_id", BigInteger, ForeignKey("cell.id"), nullable=False),
    Column("network_id", BigInteger, ForeignKey("network.id"), nullable=False),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("area_id", BigInteger, ForeignKey("area.id"), nullable=False),
    Column("no", BigInteger, nullable=False),
    Column("since", Integer, nullable=False),
    Column("until", Integer),
    geometry_column("MULTIPOLYGON"),
    Column("area_m2", Double, nullable=False),
    # One version of a cell at a time, whoever writes.
    ExcludeConstraint(
        ("cell_id", "="),
        (func.int4range(text("since"), text("until")), "&&"),
        name="ex_cell_version_one_at_a_time",
    ),
    Index("uq_cell_version_active_no", "no", unique=True, postgresql_where=text("until IS NULL")),
    Index("uq_cell_version_active_cell", "cell_id", unique=True, postgresql_where=text("until IS NULL")),
    Index("ix_cell_version_active", "network_id", "code", postgresql_where=text("until IS NULL")),
    Index("ix_cell_version_area_id", "area_id"),
    Index("ix_cell_version_geom", "geom", postgresql_using="gist"),
)

area_version = Table(
    "area_version",
    metadata,
    id_column(),
    Column("area_id", BigInteger, ForeignKey("area.id"), nullable=False),
    Column("network_id", BigInteger, ForeignKey("network.id"), nullable=False),
    Column("since", Integer, nullable=False),
    Column("until", Integer),
    geometry_column("MULTIPOLYGON"),
    geometry_column("MULTIPOLYGON", "geom_simple"),
    Column("area_m2", Double, nullable=False),
    ExcludeConstraint(
        ("area_id", "="),
        (func.int4range(text("since"), text("until")), "&&"),
        name="ex_area_version_one_at_a_time",
    ),
    Index("ix_area_version_active", "network_id", "area_id", postgresql_where=text("until IS NULL")),
    Index("ix_area_version_geom", "geom", postgresql_using="gist"),
    Index("ix_area_version_geom_simple", "geom_simple", postgresql_using="gist"),
)

draft_cell = Table(
    "draft_cell",
    metadata,
    id_column(),
    Column("release_id", BigInteger, ForeignKey("release.id", ondelete="CASCADE"), nullable=False),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("parents", ARRAY(Text), nullable=False),
    Column("parent_names", ARRAY(Text), nullable=False),
    geometry_column("MULTIPOLYGON"),
    Column("area_m2", Double, nullable=False),
    # filled while the draft is being published
    Column("area_id", BigInteger, ForeignKey("area.id")),
    Index("ix_draft_cell_release_id", "release_id", "code"),
)

defect = Table(
    "defect",
    metadata,
    id_column(),
    Column("release_id", BigInteger, ForeignKey("release.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("codes", ARRAY(Text), nullable=False),
    Column("area_m2", Double, nullable=False),
    Column("width_m", Double, nullable=False),
    Column("note", Text, nullable=False),
    geometry_column("GEOMETRY"),
    Index("ix_defect_release_id", "release_id"),
)

moved_land = Table(
    "moved_land",
    metadata,
    id_column(),
    Column("release_id", BigInteger, ForeignKey("release.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("from_code", Text),
    Column("to_code", Text),
    Column("area_m2", Double, nullable=False),
    geometry_column("GEOMETRY"),
    Index("ix_moved_land_release_id", "release_id"),
)

staffing = Table(
    "staffing",
    metadata,
    id_column(),
    Column("cell_id", BigInteger, ForeignKey("cell.id"), nullable=False),
    Column("user_id", BigInteger, ForeignKey("app_user.id"), nullable=False),
    Column("post", Text, nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date),
    CheckConstraint("post IN ('worker', 'leader', 'substitute')", name="post"),
    ExcludeConstraint(
        ("cell_id", "="),
        ("user_id", "="),
        ("post", "="),
        (func.daterange(text("since"), text("until")), "&&"),
        name="ex_staffing_once",
    ),
    Index("ix_staffing_cell_id", "cell_id"),
    Index("ix_staffing_user_id", "user_id"),
)

duty = Table(
    "duty",
    metadata,
    Column("user_id", BigInteger, ForeignKey("app_user.id"), primary_key=True),
    Column("on_duty", Boolean, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)

responsibility = Table(
    "responsibility",
    metadata,
    id_column(),
    Column("cell_id", BigInteger, ForeignKey("cell.id"), nullable=False),
    Column("function", Text, nullable=False),
    Column("org_id", BigInteger, ForeignKey("org.id"), nullable=False),
    Column("user_id", BigInteger, ForeignKey("app_user.id")),
    Column("since", Date, nullable=False),
    Column("until", Date),
    ExcludeConstraint(
        ("cell_id", "="),
        ("function", "="),
        (func.daterange(text("since"), text("until")), "&&"),
        name="ex_responsibility_one_at_a_time",
    ),
    Index("ix_responsibility_cell_id", "cell_id"),
)
