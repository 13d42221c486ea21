"""Tables of orders."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import BYTEA, JSONB

from gisgov.kernel.db import id_column, metadata
from gisgov.kernel.geometry import geometry_column

ENDED_SQL = "('CLOSED', 'REFUSED', 'ANSWERED', 'VOID')"
OPEN_SQL = f"state NOT IN {ENDED_SQL}"


def _when(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _user(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.BigInteger, sa.ForeignKey("app_user.id"))


def _org(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.BigInteger, sa.ForeignKey("org.id"))


def _order() -> sa.Column[object]:
    return sa.Column("order_id", sa.BigInteger, sa.ForeignKey("orders.id"), nullable=False)


# One global counter gives the numbers, and each day remembers where it began: no lock is held while a
# report is being written, and numbers still start at 0001 every day. Gaps are allowed.
order_no = sa.Sequence("order_no", metadata=metadata)

order_day = sa.Table(
    "order_day",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("before_first", sa.BigInteger, nullable=False),
)

orders = sa.Table(
    "orders",
    metadata,
    id_column(),
    sa.Column("no", sa.Text, nullable=False, unique=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("category_code", sa.Text, sa.ForeignKey("category.code"), nullable=False),
    sa.Column("source_code", sa.Text, sa.ForeignKey("source.code"), nullable=False),
    sa.Column("urgent", sa.Boolean, nullable=False),
    sa.Column("major", sa.Boolean, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("level", sa.Text, nullable=False, server_default="grid"),
    sa.Column("version", sa.Integer, nullable=False),
    # the place
    geometry_column("POINT", nullable=True),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("location_status", sa.Text, nullable=False),
    sa.Column("near_border", sa.Boolean, nullable=False),
    sa.Column("border_m", sa.Double),
    sa.Column("runner_up", sa.Text),
    sa.Column("cell_id", sa.BigInteger, sa.ForeignKey("cell.id")),
    sa.Column("cell_version_id", sa.BigInteger, sa.ForeignKey("cell_version.id")),
    sa.Column("cell_code", sa.Text),
    sa.Column("cell_name", sa.Text),
    # words for the place, kept so that a list needs no join: 洪家楼街道 · 花园社区 第3网格
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("release_id", sa.BigInteger, sa.ForeignKey("release.id")),
    sa.Column("area_no", sa.BigInteger, nullable=False),
    sa.Column("hex", sa.Text),
    # who, and why
    sa.Column("function", sa.Text, nullable=False),
    sa.Column("closure_policy", sa.Text, nullable=False),
    sa.Column("decision", JSONB, nullable=False),
    _user("holder_user_id"),
    _org("holder_org_id"),
    sa.Column("holder_name", sa.Text),
    sa.Column("holder_org_name", sa.Text),
    # the running clock; `overdue_fired_at` is set once it has been answered by a supervision
    sa.Column("limit_key", sa.Text),
    sa.Column("limit_version", sa.Integer),
    _when("clock_started_at"),
    _when("yellow_at"),
    _when("due_at"),
    sa.Column("provisional", sa.Boolean, nullable=False, server_default=sa.false()),
    _when("overdue_fired_at"),
    sa.Column("supervised", sa.Boolean, nullable=False, server_default=sa.false()),
    _when("reported_at", nullable=False),
    _when("signed_at"),
    _when("closed_at"),
    sa.Column("score", sa.SmallInteger),
    sa.Column("tracking_hash", BYTEA, nullable=False),
    sa.CheckConstraint("version > 0", name="version"),
    sa.CheckConstraint("score BETWEEN 1 AND 5", name="score"),
    sa.CheckConstraint(f"({OPEN_SQL}) = (closed_at IS NULL)", name="closed_at"),
    sa.Index("orders_geom", "area_no", "geom", postgresql_using="gist"),
    sa.Index("orders_area_reported", "area_no", "reported_at"),
    sa.Index("orders_reported", sa.text("reported_at DESC"), sa.text("id DESC")),
    sa.Index(
        "orders_open_due", sa.text("coalesce(due_at, 'infinity')"), "id", postgresql_where=sa.text(OPEN_SQL)
    ),
    sa.Index("orders_open_holder", "holder_user_id", postgresql_where=sa.text(OPEN_SQL)),
    sa.Index("orders_open_cell", "cell_id", postgresql_where=sa.text("state = 'WAIT_SIGN'")),
    sa.Index(
        "orders_overdue",
        "due_at",
        postgresql_where=sa.text("overdue_fired_at IS NULL AND due_at IS NOT NULL"),
    ),
    sa.Index("orders_hex_reported", "hex", "reported_at"),
    sa.Index("orders_tracking", "tracking_hash", unique=True),
    sa.Index("orders_title", "title", postgresql_using="gin", postgresql_ops={"title": "gin_trgm_ops"}),
)

order_report = sa.Table(
    "order_report",
    metadata,
    sa.Column("order_id", sa.BigInteger, sa.ForeignKey("orders.id"), primary_key=True),
    sa.Column("report_id", sa.BigInteger, sa.ForeignKey("report.id"), primary_key=True),
    sa.Index("order_report_report", "report_id"),
)

assignment = sa.Table(
    "assignment",
    metadata,
    id_column(),
    _order(),
    sa.Column("parent_id", sa.BigInteger, sa.ForeignKey("assignment.id")),
    sa.Column("mode", sa.Text, nullable=False),
    sa.Column("seq", sa.SmallInteger, nullable=False),
    _user("user_id"),
    _org("org_id"),
    sa.Column("user_name", sa.Text),
    sa.Column("org_name", sa.Text),
    sa.Column("post", sa.Text, nullable=False),
    _when("assigned_at", nullable=False),
    _when("due_at"),
    _when("signed_at"),
    _when("done_at"),
    sa.Column("result", sa.Text, nullable=False, server_default=""),
    sa.Column("ended_as", sa.Text),
    sa.Index("assignment_order", "order_id"),
)

trace = sa.Table(
    "trace",
    metadata,
    id_column(),
    _order(),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("from_state", sa.Text),
    sa.Column("to_state", sa.Text, nullable=False),
    sa.Column("part", sa.Text, nullable=False),
    _user("actor_id"),
    sa.Column("actor_name", sa.Text, nullable=False),
    _when("at", nullable=False),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    sa.Column("file_ids", sa.ARRAY(sa.BigInteger), nullable=False, server_default="{}"),
    sa.Column("rule", JSONB),
    _when("due_before"),
    _when("due_after"),
    sa.UniqueConstraint("order_id", "version"),
)

# Who takes part in an order, past or present: what the holding and own parts of a scope are read from.
order_party = sa.Table(
    "order_party",
    metadata,
    _order(),
    _org("org_id"),
    _user("user_id"),
    sa.Column("part", sa.Text, nullable=False),
    sa.UniqueConstraint("order_id", "org_id", "user_id", "part", postgresql_nulls_not_distinct=True),
    sa.CheckConstraint("part IN ('holder', 'past', 'tracker', 'author')", name="part"),
    sa.Index("order_party_org", "org_id", "order_id", postgresql_where=sa.text("org_id IS NOT NULL")),
    sa.Index("order_party_user", "user_id", "order_id", postgresql_where=sa.text("user_id IS NOT NULL")),
)

rating = sa.Table(
    "rating",
    metadata,
    id_column(),
    _order(),
    sa.Column("score", sa.SmallInteger, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    _when("at", nullable=False),
    sa.UniqueConstraint("order_id", "kind"),
    sa.CheckConstraint("score BETWEEN 1 AND 5", name="score"),
    sa.CheckConstraint("kind IN ('first', 'follow_up')", name="kind"),
)
